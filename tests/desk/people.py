"""Short ways to say who is who and what happened, for the desk's tests."""

from __future__ import annotations

from typing import Any

from tallymark.model.moment import Moment
from tallymark.model.record import Identifier, Incident, Person

MARKER = "quokka-lantern-marker"


def victim(**identifiers: str) -> Person:
    """The reporting person, with identifiers by scheme."""
    return Person(
        label="me",
        roles=("victim",),
        identifiers=stated(identifiers),
        safe_contact="text only, mornings",
        language="Welsh",
    )


def other(*names: str, **identifiers: str) -> Person:
    """The other side, with identifiers by scheme."""
    return Person(
        label="the other one", roles=("suspect",), names=names, identifiers=stated(identifiers)
    )


def stated(identifiers: dict[str, str]) -> tuple[Identifier, ...]:
    """Identifiers as a person record holds them."""
    return tuple(Identifier(scheme=s, value=v) for s, v in identifiers.items())


def happened(value: str = "2026-05-20T21:10", **fields: Any) -> Incident:
    """Something that happened, marked so that a search finds its words."""
    return Incident(happened=Moment(value), **({"what_happened": f"He rang. {MARKER}"} | fields))
