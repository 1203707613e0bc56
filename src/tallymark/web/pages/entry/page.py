"""One entry as it was written, or one file with how it came and what it shows."""

from __future__ import annotations

from starlette.responses import Response

from tallymark.diary.examination import differing
from tallymark.errors import UnknownRecord
from tallymark.examiners.clocks import WORDS
from tallymark.model.record import Exhibit, Incident, Person
from tallymark.vault import Stored
from tallymark.web import entries as told
from tallymark.web.evidence import preview_kind
from tallymark.web.pages.add.questions import CHANNELS
from tallymark.web.visit import NotHere, Page, Visit


def _record(visit: Visit) -> Stored:
    try:
        return visit.diary.vault.record(visit.params["ident"])
    except UnknownRecord:
        raise NotHere from None


def show(visit: Visit) -> Response:
    """The entry or the file; other records have no page of their own yet."""
    stored = _record(visit)
    body = stored.record.body
    if isinstance(body, Exhibit):
        return _file(visit, stored, body)
    if isinstance(body, Incident):
        return _incident(visit, stored, body)
    return visit.template(
        "pages/entry/other.html",
        stored=stored,
        zone=visit.diary.vault.zone,
        newer=_newer(visit, stored.record.id),
        kind=told.kind(stored.record),
        when=told.when(stored.record),
        lines=_lines(body),
    )


def _file(visit: Visit, stored: Stored, body: Exhibit) -> Response:
    return visit.template(
        "pages/entry/file.html",
        clocks=[(WORDS.get(name, name), at) for name, at in body.clocks.items()],
        differ=differing(body.clocks),
        stored=stored,
        body=body,
        zone=visit.diary.vault.zone,
        preview=preview_kind(body),
        entries=_entries_with(visit, stored.record.id),
    )


def _incident(visit: Visit, stored: Stored, body: Incident) -> Response:
    return visit.show(
        stored=stored,
        body=body,
        zone=visit.diary.vault.zone,
        newer=_newer(visit, stored.record.id),
        channel={key: words for key, words, _ in CHANNELS}.get(body.channel, body.channel),
        people=[_label(visit, w.person) for w in body.witnesses],
        files=[_held(visit, ident) for ident in body.exhibits],
    )


def _newer(visit: Visit, ident: str) -> Stored | None:
    """The version that took this one's place."""
    found = [s for s in visit.diary.vault.records() if s.record.supersedes == ident]
    return found[-1] if found else None


def _held(visit: Visit, ident: str) -> Stored | None:
    try:
        return visit.diary.vault.record(ident)
    except UnknownRecord:
        return None


def _label(visit: Visit, ident: str) -> str:
    stored = _held(visit, ident)
    body = stored.record.body if stored else None
    return body.label if isinstance(body, Person) else ident


def _entries_with(visit: Visit, exhibit: str) -> list[Stored]:
    return [
        stored
        for stored in visit.diary.entries()
        if exhibit in getattr(stored.record.body, "exhibits", ())
    ]


def _lines(body: object) -> list[tuple[str, str]]:
    """The filled text fields of a record that has no page of its own, as they are."""
    names = getattr(body, "__struct_fields__", ())
    pairs = [(name, getattr(body, name)) for name in names]
    return [
        (name.replace("_", " ").capitalize(), value)
        for name, value in pairs
        if isinstance(value, str) and value and value != "unknown" and name not in _SAID_ABOVE
    ]


_SAID_ABOVE = {"start", "end"}

PAGES = (Page("/i/{ident}", show=show),)
