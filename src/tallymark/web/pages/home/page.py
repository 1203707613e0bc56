"""The first page inside: one mark for each entry, and three things to do."""

from __future__ import annotations

from starlette.responses import Response

from tallymark.web import drafts
from tallymark.web.visit import Page, Visit


def show(visit: Visit) -> Response:
    """How many entries there are, what was begun, and where to go."""
    entries = visit.diary.entries()
    return visit.show(
        count=len(entries),
        begun=drafts.load(visit.diary.vault) is not None,
        job=visit.book.job,
        last_copy=visit.diary.last_copy(),
    )


PAGES = (Page("/home", show=show),)
