"""Takes the launch secret and hands out the cookies; then sends the visitor to the right page.

The secret is exchanged by a page that goes on by itself, not by a 303: the browser counts the
redirect file as another site, and keeps a ``SameSite=Strict`` cookie back until our own page asks.
"""

from __future__ import annotations

from starlette.responses import Response

from tallymark.contributions.post_box import is_set_up
from tallymark.diary.place import post_box_place
from tallymark.web.app import error_page
from tallymark.web.visit import Page, Visit


def arrive(visit: Visit) -> Response:
    """The secret, once."""
    if visit.method != "GET" or not visit.book.session.land(visit.params["secret"]):
        return error_page(403)
    visit.book.arrived(visit.host)
    answer = visit.show()
    for cookie in visit.book.session.cookies():
        answer.headers.append("set-cookie", cookie)
    return answer


def first(visit: Visit) -> Response:
    """On to where this visitor is: the device question, the passphrase, a post-box, or home."""
    if visit.book.diary is not None:
        return visit.go("/keys" if visit.book.asking else "/home")
    if not visit.book.exists and is_set_up(post_box_place(visit.book.path)):
        return visit.go("/put")
    return visit.go("/open" if visit.book.exists else "/start")


PAGES = (
    Page("/in/{secret}", show=arrive, public=True),
    Page("/", show=first, locked=True),
)
