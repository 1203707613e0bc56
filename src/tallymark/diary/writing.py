"""What is looked at before a record is written: safe places, new versions, and what became of old ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from tallymark.errors import RecordError
from tallymark.model.record import Body, Correction, Place, strings
from tallymark.vault import Stored

OWN_KINDS = frozenset({"exhibit", "import", "epoch", "hand_over", "tombstone", "derived_text"})
"""Kinds of record that the program writes by itself."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a record: ``word`` is ``replaced`` or ``withdrawn``, by which number, and why."""

    word: str
    by: int
    why: str


def body_of(value: Mapping[str, object]) -> Body:
    """A body from JSON-like values with its ``type``. Raises RecordError with what does not fit."""
    kind = value.get("type")
    if kind in OWN_KINDS:
        raise RecordError("This kind of record is written by tallymark itself.")
    try:
        body: Body = msgspec.convert(value, type=Body)
    except (msgspec.MsgspecError, ValueError) as problem:
        raise RecordError(f"This is not a record: {problem}") from problem
    unknown = set(value) - {"type", *body.__struct_fields__}
    if unknown:
        raise RecordError(f"There is no field {min(unknown)} in this kind of record.")
    return body


def changed(body: Body, changes: Mapping[str, Any]) -> Body:
    """The body with some fields said anew; ``None`` empties one. Raises RecordError."""
    values = msgspec.to_builtins(body)
    unknown = set(changes) - set(body.__struct_fields__)
    if unknown:
        raise RecordError(f"There is no field {min(unknown)} in this kind of record.")
    values.update({k: v for k, v in changes.items() if v is not None})
    for name in (k for k, v in changes.items() if v is None):
        values.pop(name, None)
    return body_of(values)


def names_safe_place(body: Body, places: Sequence[Stored]) -> bool:
    """Whether a body points at one of ``places`` that can never leave, in any version of it."""
    return not safe_places(places).isdisjoint(strings(body))


def safe_places(stored: Sequence[Stored]) -> frozenset[str]:
    """Ids of every version of every place that was marked, at any time, as never to leave."""
    first: dict[str, str] = {}
    safe: set[str] = set()
    for one in stored:
        record = one.record
        first[record.id] = first.get(record.supersedes or "", record.id)
        if isinstance(record.body, Place) and record.body.safe_location:
            safe.add(first[record.id])
    return frozenset(ident for ident, start in first.items() if start in safe)


def fates(stored: Sequence[Stored]) -> dict[str, Fate]:
    """For each record that is no longer current, by id, what became of it."""
    found: dict[str, Fate] = {}
    for one in stored:
        record, body = one.record, one.record.body
        if record.supersedes:
            found[record.supersedes] = Fate("replaced", one.index, record.reason or "")
        if isinstance(body, Correction):
            word = "replaced" if body.replacement else "withdrawn"
            found[body.target] = Fate(word, one.index, body.why)
    return found
