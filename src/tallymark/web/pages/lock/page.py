"""Lock: the keys are dropped at once, then the program ends."""

from __future__ import annotations

from starlette.responses import Response

from tallymark.web.visit import Page, Visit

CLEAR = '"cache", "cookies", "storage"'


def take(visit: Visit) -> Response:
    """Lock now."""
    visit.book.leave()
    answer = visit.go("/locked")
    answer.headers["clear-site-data"] = CLEAR
    return answer


def show(visit: Visit) -> Response:
    """It is locked. Nothing of the diary is on this page, and no cookie is needed."""
    return visit.show()


PAGES = (
    Page("/lock", take=take, locked=True),
    Page("/locked", show=show, public=True),
)
