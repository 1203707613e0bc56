"""Names as initials, and bodies as they may be printed when the record itself is kept back."""

from __future__ import annotations

import re
from collections.abc import Collection

import msgspec

from tallymark.model.record import (
    Body,
    Exhibit,
    Identifier,
    Incident,
    Person,
    Place,
    PoliceContact,
    SafetyAction,
    SecondSource,
)

_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)
_NUMBER = re.compile(r"[+\d\s().\-\u2010-\u2015\u00a0\u200e\u202a\u202c]{5,}\Z")


def masked_label(label: str) -> str:
    """``Colin Dray`` as ``C.D.``; a number as its last three digits; ``unknown-1`` as it is."""
    text = label.strip()
    if not text or text.lower().startswith("unknown"):
        return text
    if _NUMBER.match(text):
        digits = "".join(c for c in text if c.isdigit())
        return f"number ending {digits[-3:]}"
    words = _WORD.findall(text.removeprefix("@").split("@", 1)[0])
    return "".join(f"{word[0].upper()}." for word in words[:4]) or "name kept back"


def masked_body(body: Body, *, reason: str, initials: bool, ids: Collection[str]) -> Body:
    """What may be printed of a body. ``reason`` is why its record is kept back, or empty.

    ``ids`` are the records of the casefile: a witness who is not one of them is a name.
    """
    if isinstance(body, Exhibit) and reason:
        return Exhibit(number=body.number, sha256="", size=0, name="", kind=body.kind)
    if isinstance(body, Place) and reason:
        return Place(label=body.label)
    return _initials(body, ids=ids) if initials else body


def _initials(body: Body, *, ids: Collection[str]) -> Body:
    if isinstance(body, Person):
        return _masked_person(body)
    if isinstance(body, Incident):
        return _masked_incident(body, ids=ids)
    if isinstance(body, SecondSource):
        return msgspec.structs.replace(
            body,
            person=_masked_name(body.person, ids=ids),
            linked_by=body.linked_by if body.linked_by == "self" else masked_label(body.linked_by),
        )
    if isinstance(body, SafetyAction):
        return msgspec.structs.replace(body, account=masked_label(body.account))
    if isinstance(body, PoliceContact):
        return msgspec.structs.replace(body, officer=masked_label(body.officer))
    return body


def _masked_name(name: str | None, *, ids: Collection[str]) -> str | None:
    """A record stays named by its id, which is masked where it is looked up."""
    return name if name is None or name in ids else masked_label(name)


def _masked_incident(body: Incident, *, ids: Collection[str]) -> Incident:
    return msgspec.structs.replace(
        body,
        witnesses=tuple(
            msgspec.structs.replace(w, person=_masked_name(w.person, ids=ids))
            for w in body.witnesses
        ),
        identifiers_seen=_masked_identifiers(body.identifiers_seen),
        for_person=_masked_name(body.for_person, ids=ids),
        dictated_to=masked_label(body.dictated_to),
        translated_by=masked_label(body.translated_by),
    )


def _masked_identifiers(identifiers: tuple[Identifier, ...]) -> tuple[Identifier, ...]:
    return tuple(
        msgspec.structs.replace(i, value=masked_label(i.value), how_known="") for i in identifiers
    )


def _masked_person(person: Person) -> Person:
    names = (masked_label(person.names[0]),) if person.names else ()
    return Person(
        label=masked_label(person.names[0] if person.names else person.label),
        roles=person.roles,
        names=names,
        relationship=person.relationship,
        separated=person.separated,
        identifiers=_masked_identifiers(person.identifiers),
    )
