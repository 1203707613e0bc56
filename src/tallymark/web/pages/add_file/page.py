"""Takes one file from the browser straight into the vault, byte for byte."""

from __future__ import annotations

import secrets
from typing import BinaryIO, cast

import msgspec
from starlette.responses import Response

from tallymark.diary import Diary
from tallymark.errors import TallymarkError, UnknownRecord
from tallymark.model.record import Incident
from tallymark.vault import Stored
from tallymark.web.uploads import Upload
from tallymark.web.visit import NotHere, Page, Visit
from tallymark.web.words import in_words

METHODS: tuple[tuple[str, str, str], ...] = (
    ("photographed", "I took it myself", "A photo, a video or a sound you recorded."),
    ("screenshot", "It is a picture of my screen", ""),
    ("app_export", "I saved it from an app or a phone", ""),
    ("handed_over", "Someone gave it to me", ""),
    ("other", "Another way, or I do not know", ""),
)
WHY = "A file was added to this entry."


def show(visit: Visit) -> Response:
    """The form; with an entry's id, the file goes to that entry."""
    ident = visit.params.get("ident", "")
    number = _incident(visit.diary, ident)[0].index if ident else None
    once = secrets.token_hex(8)
    return visit.show(methods=METHODS, number=number, action=_address(ident), once=once)


def _address(ident: str) -> str:
    return f"/file/{ident}" if ident else "/file"


def _incident(diary: Diary, ident: str) -> tuple[Stored, Incident]:
    try:
        stored = diary.vault.record(ident)
    except UnknownRecord:
        raise NotHere from None
    body = stored.record.body
    if not isinstance(body, Incident):
        raise NotHere
    return stored, body


def take(visit: Visit) -> Response:
    """Keep it. When the next page shows, it is on disk, whole and sealed."""
    ident = visit.params.get("ident", "")
    upload = visit.upload
    if upload is None or not upload.name:
        return visit.again(_address(ident), {"file": "Choose a file first."})
    with visit.book.keeping:
        before = visit.book.kept.get(visit.typed("once"))
        return visit.go(before) if before else _keep(visit, upload, ident)


def _keep(visit: Visit, upload: Upload, ident: str) -> Response:
    chosen = visit.typed("method")
    try:
        kept = visit.diary.attach(
            cast("BinaryIO", upload.stream),
            name=upload.name,
            title=visit.typed("title"),
            method=chosen if chosen in {key for key, _, _ in METHODS} else "other",
        )
    except TallymarkError as problem:
        return visit.again(_address(ident), {"file": in_words(problem)})
    if ident:
        _link(visit.diary, ident, kept.record.id)
    there = f"/i/{kept.record.id}"
    visit.book.kept[visit.typed("once") or there] = there
    return visit.go(there)


def _link(diary: Diary, ident: str, exhibit: str) -> None:
    """A new version of the entry that names the file; the old version stays."""
    stored, body = _incident(diary, ident)
    if exhibit not in body.exhibits:
        wider = msgspec.structs.replace(body, exhibits=(*body.exhibits, exhibit))
        diary.record(wider, asked=stored.record.asked, supersedes=ident, reason=WHY)


PAGES = (
    Page("/file", show=show, take=take, upload=True),
    Page("/file/{ident}", show=show, take=take, upload=True),
)
