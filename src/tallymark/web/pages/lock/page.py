"""Lock: the keys are dropped at once, then the program ends.

The button in the bar is a calm way out. Once, while nothing is chosen for a forgotten passphrase,
it leads to that question: what was on the screen is gone then, and only the question opens. Exit
and three times Shift never ask.
"""

from __future__ import annotations

from starlette.responses import Response

from tallymark.web.visit import Page, Visit

CLEAR = '"cache", "cookies", "storage"'


def take(visit: Visit) -> Response:
    """Lock now, or ask first."""
    if visit.typed("calm") and visit.book.ask_before_leaving():
        return visit.go("/keys")
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
