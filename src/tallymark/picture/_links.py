"""Links between records as they stand today: a name given to an older version is one to the newest.

A correction is a new record with a new id, and what was written before it still names the old id. Here
every such name is read as the newest version's, so that a corrected order keeps its entries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from tallymark.model.casefile import Casefile
from tallymark.model.record import Correction, Person, Record


def versions(records: Iterable[Record]) -> dict[str, str]:
    """The newest version's id for the id of every version that has a newer one.

    A correction with a replacement counts as a newer version of what it replaces.
    """
    newer: dict[str, str] = {}
    for record in sorted(records, key=lambda r: (r.written, r.id)):
        if record.supersedes:
            newer[record.supersedes] = record.id
        if isinstance(record.body, Correction) and record.body.replacement:
            newer[record.body.target] = record.body.replacement
    return {old: _last(old, newer) for old in newer}


def current(casefile: Casefile) -> tuple[Record, ...]:
    """The casefile's current records, whose names for other records are those of newest versions."""
    newest = versions(casefile.records)
    held = casefile.current()
    if not newest:
        return held
    return tuple(_renamed(record, newest) for record in held)


def same_people(casefile: Casefile) -> dict[str, str]:
    """For each person's id the id of the person whom they were recorded to be, else their own.

    "unknown-1" that was later linked is found under the one it was linked to; nothing is merged.
    """
    held = {r.id: r.body for r in current(casefile) if isinstance(r.body, Person)}
    linked = {ref: body.same_as for ref, body in held.items() if body.same_as in held}
    return {ref: _last(ref, {k: v for k, v in linked.items() if v}) for ref in held}


def _last(start: str, following: dict[str, str]) -> str:
    """The end of a chain; in a ring the smallest id of it, so that all of them agree."""
    here, seen = start, [start]
    while here in following:
        here = following[here]
        if here in seen:
            return min(seen[seen.index(here) :])
        seen.append(here)
    return here


def _renamed(record: Record, newest: dict[str, str]) -> Record:
    # A correction names the very version that it withdraws.
    if isinstance(record.body, Correction):
        return record
    changed = _changes(record.body, newest)
    if not changed:
        return record
    return msgspec.structs.replace(record, body=msgspec.structs.replace(record.body, **changed))


def _changes(body: msgspec.Struct, newest: dict[str, str]) -> dict[str, Any]:
    """Fields whose whole value is an older id, or that list some."""
    swap = _swapper(newest)
    found = {}
    for name in body.__struct_fields__:
        old = getattr(body, name)
        new = swap(old)
        if new is not old:
            found[name] = new
    return found


def _swapper(newest: dict[str, str]) -> Callable[[Any], Any]:
    def swap(value: Any) -> Any:
        if isinstance(value, str):
            return newest.get(value, value)
        if isinstance(value, tuple):
            made = tuple(swap(one) for one in value)
            same = all(new is old for new, old in zip(made, value, strict=True))
            return value if same else made
        if isinstance(value, msgspec.Struct):
            changed = _changes(value, newest)
            return msgspec.structs.replace(value, **changed) if changed else value
        return value

    return swap
