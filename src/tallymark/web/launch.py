"""Starts the pages: one process, one diary, one private window, until the person leaves."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Timer

from tallymark.diary.place import default_place
from tallymark.jail.hardening import harden
from tallymark.web import browser as browsers
from tallymark.web.app import build
from tallymark.web.book import Book
from tallymark.web.guard import LANDING
from tallymark.web.server import FALLBACK, Server, bind, fresh_name
from tallymark.web.session import Clocks, Limits, Session


def launch(
    path: Path | None,
    *,
    browser: bool = True,
    on_ready: Callable[[str], None] | None = None,
    limits: Limits | None = None,
) -> int:
    """Serve the diary at ``path`` (``None``: the usual place) until it is left; returns 0.

    With ``browser`` a private window is opened; where none can be started, the address to type is
    printed. ``on_ready`` gets that address, which is good once and for 60 seconds. ``limits``
    changes when the diary locks by itself.
    """
    harden()
    clocks = Clocks(wall=time.time, steady=time.monotonic)
    book = Book(path=path or default_place(), session=Session(clocks=clocks, limits=limits))
    server = Server(build(book), book)
    book.quit_soon = server.quit_soon
    with bind() as bound:
        port = bound.getsockname()[1]
        book.hosts = (f"{fresh_name()}:{port}", f"{FALLBACK}:{port}")
        bound.listen(64)
        opening = Opening(book)
        try:
            opening.show(browser=browser, on_ready=on_ready)
            asyncio.run(server.run_until_left(bound))
        except KeyboardInterrupt:
            pass
        finally:
            opening.clean()
            book.lock()
    return 0


class Opening:
    """The way from this process to a window: an address, and a file that leads there."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.address = f"http://{book.hosts[0]}{LANDING}{book.session.landing_secret}"
        self.plain_address = f"http://{book.hosts[1]}{LANDING}{book.session.landing_secret}"
        self.file: Path | None = None
        self._late = Timer(book.session.limits.landing, self.clean)
        self._late.daemon = True
        book.landed = self.clean

    def show(self, *, browser: bool, on_ready: Callable[[str], None] | None) -> None:
        """Open a private window, or say where to go."""
        found = browsers.find() if browser else None
        if found is not None:
            self.file = browsers.write_redirect(browsers.redirect_folder(), self.address)
            self._late.start()
        opened = (
            found is not None
            and self.file is not None
            and browsers.start(found, self.file, failed=self._say_if_late)
        )
        if browser and not opened:
            self._say()
        if on_ready is not None:
            on_ready(self.address)

    def _say_if_late(self) -> None:
        """The browser ended with an error; nothing to say when its window had come already."""
        if self.book.session.landing_secret is not None:
            self._say()

    def _say(self) -> None:
        print(  # noqa: T201 -- the terminal is the only place left to say it
            "Open a private window in your browser and go to this address within one minute:\n"
            f"  {self.address}\nIf that does not open, use this one:\n  {self.plain_address}",
            file=sys.stderr,
        )

    def clean(self) -> None:
        """Take the file away: at first use, after a minute, and at the end."""
        self._late.cancel()
        if self.file is not None:
            self.file.unlink(missing_ok=True)
