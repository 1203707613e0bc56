"""Sends one question to a time-stamping authority and brings back its answer (RFC 3161 section 3.4).

Standard library alone. Nothing is sent but the question; no redirect is followed, no proxy is used,
and the answer is bounded in size and time.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from tallymark.errors import AnswerRefused, NotReached, UsageProblem

MOST_ANSWER = 256 * 1024
_ASKS = "application/timestamp-query"
_ANSWERS = "application/timestamp-reply"
_PIECE = 16 * 1024
_SCHEMES = ("http", "https")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an authority answers: an ``http`` or ``https`` address, taken apart."""

    url: str
    secure: bool
    host: str
    port: int | None
    path: str

    def said(self) -> str:
        """What will be sent and what the other side sees, in words, before anything is."""
        return (
            f"This sends 32 bytes, a fingerprint of your log, with a random number to {self.host}. "
            "Nothing else. They see your internet address and the time."
        )


def place(url: str) -> Place:
    """The parts of an address. Raises UsageProblem for any that is not plain http or https."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UsageProblem("This is not the address of an authority.") from None
    if parts.scheme not in _SCHEMES or not parts.hostname or not _plain(url, parts):
        raise UsageProblem("The address of an authority begins with https:// or http://.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(url, parts.scheme == "https", parts.hostname, port, path)


def poster(where: Place, *, seconds: float = 30) -> Callable[[bytes], bytes]:
    """A function that sends a question there and gives the bytes of the answer.

    It opens one connection and ends within ``seconds``, but for one last wait of as long. It raises
    NotReached when there is no way there, AnswerRefused for any other answer than one of up to
    256 KiB that says it is a time stamp.
    """

    def post(question: bytes) -> bytes:
        connection = _connection(where, seconds=seconds)
        try:
            return _answer(connection, where.path, question, until=time.monotonic() + seconds)
        except OSError as problem:
            raise NotReached(f"{where.host} could not be reached.") from problem
        except http.client.HTTPException as problem:
            raise AnswerRefused(f"{where.host} did not answer as a web server does.") from problem
        finally:
            connection.close()

    return post


def _connection(where: Place, *, seconds: float) -> http.client.HTTPConnection:
    if where.secure:
        return http.client.HTTPSConnection(where.host, where.port, timeout=seconds)
    return http.client.HTTPConnection(where.host, where.port, timeout=seconds)


def _answer(
    connection: http.client.HTTPConnection, path: str, question: bytes, *, until: float
) -> bytes:
    # No name of this program, no cookie, no language: only what the question needs.
    connection.putrequest("POST", path, skip_accept_encoding=True)
    connection.putheader("Content-Type", _ASKS)
    connection.putheader("Content-Length", str(len(question)))
    connection.endheaders(question)
    answer = connection.getresponse()
    if answer.status != http.client.OK:
        raise AnswerRefused(f"The authority answered with {answer.status}, not with a time stamp.")
    if answer.headers.get_content_type() != _ANSWERS:
        raise AnswerRefused("What came back does not say that it is a time stamp.")
    found = bytearray()
    while piece := answer.read1(_PIECE):
        found += piece
        if len(found) > MOST_ANSWER:
            raise AnswerRefused("The answer is far too long for a time stamp.")
        if time.monotonic() > until:
            raise AnswerRefused("The answer took too long.")
    if answer.length:
        raise AnswerRefused("The answer was cut short.")
    return bytes(found)


def _plain(url: str, parts: SplitResult) -> bool:
    """No user name in it, no fragment, no sign that is not printable ASCII."""
    ascii_alone = url.isascii() and all(" " < sign < "\x7f" for sign in url)
    return ascii_alone and "@" not in parts.netloc and not parts.fragment
