"""Exit: the diary is locked before the browser is sent to another page.

A link to here works without JavaScript. After a form the browser may only be sent to our own
address (``form-action 'self'``), so that way goes over one empty page of ours.
"""

from __future__ import annotations

from starlette.responses import Response

from tallymark.web.pages.lock.page import CLEAR
from tallymark.web.visit import Page, Visit


def by_link(visit: Visit) -> Response:
    """Lock, then an empty page that goes on by itself."""
    if visit.method == "HEAD":
        return Response(status_code=405)
    visit.book.leave()
    return _away(visit)


def by_form(visit: Visit) -> Response:
    """Lock, then over to the empty page."""
    visit.book.leave()
    answer = visit.go("/away")
    answer.headers["clear-site-data"] = CLEAR
    return answer


def _away(visit: Visit) -> Response:
    answer = visit.show()
    answer.headers["clear-site-data"] = CLEAR
    return answer


PAGES = (
    Page("/exit", show=by_link, take=by_form, locked=True),
    Page("/away", show=_away, public=True),
)
