"""One request as a page sees it, and what a page is: the only two things a page needs to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse, RedirectResponse, Response

from tallymark.web import render

if TYPE_CHECKING:
    from tallymark.diary import Diary
    from tallymark.web.book import Book
    from tallymark.web.uploads import Upload

Problems = Mapping[str, str]
"""What could not be taken, in plain words, by the name of the field."""


class NotHere(LookupError):
    """There is no such page or entry."""


class Locked(Exception):
    """The diary is locked, so this page cannot be shown."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request. ``form`` has the fields sent, ``params`` the parts of the address.

    ``wanted_as`` is what the browser wants it for (``document``, ``image``, ...), or empty.
    """

    book: Book
    page: str
    nonce: str
    host: str = ""
    method: str = "GET"
    wanted_as: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    upload: Upload | None = None

    @property
    def diary(self) -> Diary:
        """The open diary. Raises ``Locked``."""
        if self.book.diary is None:
            raise Locked
        return self.book.diary

    def typed(self, name: str) -> str:
        """A field of the form without spaces around it; empty when it was not sent."""
        return self.form.get(name, "").replace("\r\n", "\n").strip()

    def show(self, *, status: int = 200, **values: Any) -> Response:
        """This page's template with ``values``."""
        return self.template(f"pages/{self.page}/page.html", status=status, **values)

    def template(self, name: str, *, status: int = 200, **values: Any) -> Response:
        """A template of this room with what every page needs."""
        standing = {
            "nonce": self.nonce,
            "form_secret": self.book.session.form_secret,
            "is_open": self.book.diary is not None,
            "is_asking": self.book.asking,
            "exit_address": self.book.exit_address,
            **self.book.take_notice(self.page),
        }
        return HTMLResponse(render.template(name, {**standing, **values}), status_code=status)

    def go(self, path: str) -> Response:
        """On to another page: 303, so that nothing typed stays in the browser."""
        return RedirectResponse(path, status_code=303)

    def again(self, path: str, problems: Problems, **values: Any) -> Response:
        """Back to the question, which will say what could not be taken and keep what was typed."""
        self.book.leave_notice(self.page, {"problems": dict(problems), "values": values})
        return self.go(path)


Handler = Callable[[Visit], Response]


@dataclass(frozen=True, slots=True)
class Page:
    """One page. ``path`` holds no word that tells; ``{name}`` parts are opaque ids or numbers.

    ``show`` answers GET, ``take`` answers POST. ``locked`` pages need no passphrase; ``public``
    ones not even a session. ``upload`` pages get one file as a stream. ``asking`` pages open while
    the one question about a forgotten passphrase is asked, and then no others.
    """

    path: str
    show: Handler | None = None
    take: Handler | None = None
    locked: bool = False
    public: bool = False
    upload: bool = False
    asking: bool = False
