"""The two addresses that give anything out of a file."""

from __future__ import annotations

from typing import Any, cast

from starlette.responses import Response

from tallymark.errors import UnknownRecord
from tallymark.model.record import Exhibit
from tallymark.web.evidence import file_answer, pixels_answer, preview_kind, text_answer
from tallymark.web.visit import NotHere, Page, Visit

_WANTED_AS: dict[str, set[str]] = {"pixels": {"image", ""}, "text": {"iframe", ""}, "none": set()}


def _exhibit(visit: Visit) -> tuple[Exhibit, Any]:
    ident = visit.params["ident"]
    try:
        body = visit.diary.vault.record(ident).record.body
    except UnknownRecord:
        raise NotHere from None
    if not isinstance(body, Exhibit):
        raise NotHere
    return body, cast("Any", visit.diary.open_exhibit(ident))


def look(visit: Visit) -> Response:
    """Pixels or text, as the type allows."""
    body, source = _exhibit(visit)
    with source:
        kind = preview_kind(body)
        if visit.wanted_as not in _WANTED_AS[kind]:
            raise NotHere
        return pixels_answer(source) if kind == "pixels" else text_answer(source)


def whole(visit: Visit) -> Response:
    """The file itself, only ever as a download."""
    if visit.wanted_as not in {"document", ""}:
        raise NotHere
    body, source = _exhibit(visit)
    return file_answer(source, body)


PAGES = (
    Page("/e/{ident}", show=look),
    Page("/e/{ident}/file", show=whole),
)
