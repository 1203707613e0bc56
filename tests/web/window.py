"""A window for tests: the real pages on a real socket, and a client that behaves as a browser does."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode

from tallymark.diary import Diary
from tallymark.diary.keys import CONSENT
from tallymark.integrity.keyslot import CHEAP
from tallymark.web.app import build
from tallymark.web.book import Book
from tallymark.web.guard import LANDING
from tallymark.web.server import FALLBACK, Server, bind, fresh_name
from tallymark.web.session import Clocks, Limits, Session

PASSPHRASE = "seven quiet lamps under the bridge"


@dataclass
class Hands:
    """Two clocks that a test may move."""

    slept: float = 0.0
    passed: float = 0.0

    def wall(self) -> float:
        """Goes on while the computer sleeps."""
        return time.time() + self.slept + self.passed

    def steady(self) -> float:
        """Stands still while it sleeps."""
        return time.monotonic() + self.passed


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """One header, or nothing."""
        return next((v for k, v in self.headers if k.lower() == name), "")

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def says(self) -> str:
        """The words of the page in one line."""
        words = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", self.text, flags=re.DOTALL)
        return " ".join(words.split())


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given.get("action", ""), {}))
        elif tag == "input" and self.forms and given.get("type") == "hidden":
            self.forms[-1][1][given["name"]] = given["value"]


@dataclass
class Window:
    """One browser window without JavaScript."""

    book: Book
    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    page: Answer = field(default_factory=lambda: Answer(0, [], b""))
    path: str = ""
    host: str = ""

    def __post_init__(self) -> None:
        """Ours is the first name."""
        self.host = self.host or self.book.hosts[0]

    def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One request with the headers that a browser sends of itself; ``headers`` replace them."""
        sent = {
            "Host": self.host,
            "Sec-Fetch-Site": "same-origin",
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Dest": "document",
        }
        if method == "POST":
            sent["Origin"] = f"http://{self.host}"
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        sent |= headers or {}
        line = HTTPConnection(FALLBACK, self.port, timeout=60)
        try:
            line.request(method, path, body or None, {k: v for k, v in sent.items() if v})
            got = line.getresponse()
            answer = Answer(got.status, got.getheaders(), got.read())
        finally:
            line.close()
        for name, value in answer.headers:
            if name.lower() == "set-cookie":
                self._keep(value)
        return answer

    def _keep(self, value: str) -> None:
        for name, morsel in SimpleCookie(value).items():
            if morsel["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value

    def go(self, path: str) -> Answer:
        """Open a page and follow to where it leads."""
        answer = self.ask("GET", path)
        while answer.status == 303:
            path = answer.header("location")
            answer = self.ask("GET", path)
        self.page, self.path = answer, path
        return answer

    def arrive(self) -> Answer:
        """Use the launch secret as the redirect file does."""
        answer = self.ask(
            "GET",
            f"{LANDING}{self.book.session.landing_secret}",
            headers={"Sec-Fetch-Site": "cross-site"},
        )
        assert answer.status == 200
        return self.go("/")

    def fit(self) -> str:
        """The second secret, as the page on screen has it."""
        return next(h["fit"] for _, h in self._forms() if "fit" in h)

    def _forms(self) -> list[tuple[str, dict[str, str]]]:
        found = _Forms()
        found.feed(self.page.text)
        return found.forms

    def send(self, _action: str | None = None, **fields: str) -> Answer:
        """Fill and send the page's own form (the last one), then follow the 303."""
        action, hidden = self._forms()[-1]
        answer = self.ask("POST", _action or action, urlencode({**hidden, **fields}).encode())
        assert answer.status == 303, answer.says
        return self.go(answer.header("location"))

    def send_file(self, name: str, data: bytes, **fields: str) -> Answer:
        """Send the page's own form with a file in it."""
        action, hidden = self._forms()[-1]
        body = multipart({**hidden, **fields}, name, data)
        answer = self.ask("POST", action, body, headers={"Content-Type": MULTIPART})
        assert answer.status == 303, answer.says
        return self.go(answer.header("location"))

    def unlock(self) -> Answer:
        """Arrive and give the passphrase."""
        self.arrive()
        return self.send(passphrase=PASSPHRASE)


_BOUNDARY = "----window7MA4YWxk"
MULTIPART = f"multipart/form-data; boundary={_BOUNDARY}"


def multipart(fields: dict[str, str], name: str, data: bytes) -> bytes:
    """A form with a file as browsers write it."""
    parts = [
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    head = (
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()
    return b"".join([*parts, head, data, f"\r\n--{_BOUNDARY}--\r\n".encode()])


@contextmanager
def window(
    path: Path, *, hands: Hands | None = None, limits: Limits | None = None
) -> Iterator[Window]:
    """The pages over the vault at ``path``, served until the test ends."""
    hands = hands or Hands()
    session = Session(clocks=Clocks(wall=hands.wall, steady=hands.steady), limits=limits)
    book = Book(path=path, session=session)
    server = Server(build(book), book)
    book.quit_soon = server.quit_soon
    with bind() as bound:
        port = bound.getsockname()[1]
        book.hosts = (f"{fresh_name()}:{port}", f"{FALLBACK}:{port}")
        bound.listen(16)
        running = Thread(target=lambda: asyncio.run(server.run_until_left(bound)))
        running.start()
        try:
            yield Window(book, port)
        finally:
            server.should_exit = True
            running.join(20)
            book.lock()


def make_vault(path: Path) -> Path:
    """A vault with a cheap key, closed."""
    with Diary.create(path, passphrase=PASSPHRASE, cost=CHEAP) as diary:
        diary.keys.refuse(CONSENT)
    return path
