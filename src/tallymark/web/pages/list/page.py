"""Everything in the diary: entries by when they happened, files by when they were kept."""

from __future__ import annotations

from starlette.responses import Response

from tallymark.model.record import Exhibit, Import
from tallymark.vault import Stored
from tallymark.web import entries as told
from tallymark.web.visit import NotHere, Page, Visit

A_PAGE = 50


def see(visit: Visit) -> Response:
    """The way to the entries, the files and the pictures."""
    stored = visit.diary.vault.records()
    return visit.template(
        "pages/list/see.html",
        entries=len(visit.diary.entries()),
        files=sum(isinstance(s.record.body, Exhibit) for s in stored),
        messages=sum(s.record.body.events for s in stored if isinstance(s.record.body, Import)),
    )


def show(visit: Visit) -> Response:
    """Entries, the newest first, fifty on a page."""
    entries = visit.diary.entries()
    number = _page_number(visit, len(entries))
    shown = entries[(number - 1) * A_PAGE : number * A_PAGE]
    return visit.show(
        rows=[_row(s) for s in shown],
        number=number,
        last=max(1, -(-len(entries) // A_PAGE)),
        total=len(entries),
    )


def _row(stored: Stored) -> tuple[Stored, str, str, str]:
    record = stored.record
    return stored, told.when(record), told.kind(record), told.first_words(record)


def _page_number(visit: Visit, total: int) -> int:
    text = visit.params.get("number", "1")
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= max(1, -(-total // A_PAGE))):
        raise NotHere
    return int(text)


def files(visit: Visit) -> Response:
    """Kept files, the newest first."""
    kept = [
        s for s in visit.diary.vault.records_of("exhibit") if isinstance(s.record.body, Exhibit)
    ]
    return visit.template("pages/list/files.html", files=kept[::-1])


PAGES = (
    Page("/see", show=see),
    Page("/list", show=show),
    Page("/list/{number}", show=show),
    Page("/files", show=files),
)
