"""One record body of each kind with every field filled, made from the model itself.

A kind or field that is added to the model is in here without being named.
"""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from tallymark.model.moment import Moment
from tallymark.model.record import Body

WHEN = Moment("2026-05-03T21:10")
WRITTEN_BY_TALLYMARK = frozenset(
    {"exhibit", "import", "epoch", "hand_over", "tombstone", "derived_text"}
)
"""Kinds that no person writes by hand."""


def tag_of(body: object) -> str:
    """The tag of a body or of its class."""
    kind = body if isinstance(body, type) else type(body)
    return str(kind.__struct_config__.tag)  # type: ignore[attr-defined]


def every_body(*, reference: str = "") -> dict[str, Body]:
    """A filled body for each tag. Fields that hold record ids hold ``reference``, or nothing."""
    return {tag_of(kind): _filled(kind, reference) for kind in get_args(Body)}


def _filled(kind: Any, reference: str) -> Any:
    hints = get_type_hints(kind)
    return kind(**{n: _value(hints[n], n, reference) for n in kind.__struct_fields__})


_REFERENCES = frozenset(
    {
        *("exhibits", "incidents", "told_to_stop", "order", "proof_of_service", "entries"),
        *("sources", "impacts", "triggers", "actor", "on_behalf_of", "place", "person", "against"),
        *("same_as", "target", "replacement", "exhibit", "for_person", "targets", "protects"),
        *("replaces", "events"),
    }
)


def _value(kind: Any, name: str, reference: str) -> Any:
    parts = get_args(kind)
    if type(None) in parts:
        if name in _REFERENCES and not reference:
            return None
        return _value(next(p for p in parts if p is not type(None)), name, reference)
    if get_origin(kind) is tuple:
        if name in _REFERENCES:
            return (reference,) if reference else ()
        return (_value(parts[0], name, reference),)
    if get_origin(kind) is dict:
        return {}
    return _plain(kind, name, reference)


def _plain(kind: Any, name: str, reference: str) -> Any:
    if get_origin(kind) is Literal:
        return next(p for p in get_args(kind) if p)
    if kind is Moment:
        return WHEN
    if kind is bool:
        return name == "diary_kept"
    if kind is int:
        return 1
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _filled(kind, reference)
    fixed = {"start": "2026-06-03", "end": "2026-06-17", "modified": "2026-05-03T20:10:00Z"}
    fixed["written"] = "2026-05-03T20:12:00Z"
    return fixed.get(name, reference if name in _REFERENCES else f"{name} é😀")
