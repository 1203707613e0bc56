"""Cuts a large JSON document into the elements of one array and the small members around it.

A linear scanner over bytes that builds nothing: nesting costs a counter, not a call. An element that
is nested deeper than 200 or longer than 16 MiB is passed over and named; the rest is read. What is
not JSON raises with its place. ``value`` turns the bytes of one piece into Python values, numbers as
the text they are written in, so that none is too large.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple, NoReturn

from tallymark.importers._stretch import Stretch

MAX_DEPTH = 200
MAX_ELEMENT = 16 << 20
MAX_KEY = 4_096

_BLANK = re.compile(rb"[ \t\r\n]*+")
_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_KEY = re.compile(_STRING, re.DOTALL)
_INSIDE = re.compile(rb"(?:[^\"\\]++|\\.)*+", re.DOTALL)
_SIGN = re.compile(rb"[\"\[\]{}]")
_SCALAR = re.compile(rb"[-+.0-9A-Za-z]++")
_CLOSES = {ord("{"): ord("}"), ord("["): ord("]")}


def _nested(levels: int) -> bytes:
    inner = rb'[^"\[\]{}]++|' + _STRING
    for _ in range(levels):
        inner = rb'[^"\[\]{}]++|' + _STRING + rb"|[\[{](?:" + inner + rb")*+[\]}]"
    return rb"[\[{](?:" + inner + rb")*+[\]}]"


_SHALLOW = re.compile(_nested(6), re.DOTALL)


class BadJsonError(Exception):
    """The document is not JSON from ``place`` on."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


class Piece(NamedTuple):
    """One value: of a member of the root, or an element of the array that ``name`` holds.

    ``data`` is ``None`` where it was passed over; ``problem`` says why. The root itself, where it is
    an array, has no name.
    """

    name: str
    start: int
    end: int
    data: bytes | None
    problem: str = ""
    is_element: bool = False


class Document:
    """One document, read forward once."""

    def __init__(self, stretch: Stretch, *, arrays: Collection[str]) -> None:
        self.stretch = stretch
        self._arrays = arrays

    def pieces(self) -> Iterator[Piece]:
        """Every element of the named arrays and every other member of the root, in order.

        Raises ``BadJsonError``. When it ends, every byte has been read.
        """
        stretch = self.stretch
        stretch.holds(3)
        stretch.at += 3 if stretch.data.startswith(b"\xef\xbb\xbf") else 0
        first = self._next()
        if first == b"[":
            yield from self._elements("")
        elif first == b"{":
            yield from self._members()
        else:
            self._wrong()
        if self._next():
            self._wrong()

    def place(self, piece: Piece, inside: int) -> str:
        """Where a byte ``inside`` the piece just given stands, in words."""
        stretch, end = self.stretch, self.stretch.at
        stretch.at += piece.start + inside - stretch.offset
        place = stretch.place()
        stretch.at = end
        return place

    def _next(self) -> bytes:
        """Skip white space; the byte that stands there, or nothing at the end."""
        stretch = self.stretch
        while True:
            stretch.ahead()
            found = _BLANK.match(stretch.data, stretch.at)
            stretch.at = found.end() if found else stretch.at
            if stretch.left or not stretch.more():
                return stretch.data[stretch.at : stretch.at + 1]

    def _take(self, wanted: bytes) -> None:
        if self._next() != wanted:
            self._wrong()
        self.stretch.at += 1

    def _wrong(self) -> NoReturn:
        raise BadJsonError(self.stretch.place())

    def _members(self) -> Iterator[Piece]:
        self._take(b"{")
        if self._next() == b"}":
            self.stretch.at += 1
            return
        while True:
            name = self._key()
            self._take(b":")
            if self._next() == b"[" and name in self._arrays:
                yield from self._elements(name)
            else:
                yield self._piece(name)
            if self._next() == b"}":
                self.stretch.at += 1
                return
            self._take(b",")

    def _key(self) -> str:
        stretch = self.stretch
        self._next()
        found = _KEY.match(stretch.data, stretch.at)
        if found is None or len(found[0]) > MAX_KEY:
            self._wrong()
        try:
            name = json.loads(found[0])
        except ValueError:
            self._wrong()
        stretch.at = found.end()
        return str(name)

    def _elements(self, name: str) -> Iterator[Piece]:
        self._take(b"[")
        if self._next() == b"]":
            self.stretch.at += 1
            return
        while True:
            self._next()
            yield self._piece(name, is_element=True)
            if self._next() == b"]":
                self.stretch.at += 1
                return
            self._take(b",")

    def _piece(self, name: str, *, is_element: bool = False) -> Piece:
        stretch = self.stretch
        start = stretch.offset
        data: bytes | None
        found = _SHALLOW.match(stretch.data, stretch.at)
        if found is not None:
            stretch.at = found.end()
            is_long = len(found[0]) > MAX_ELEMENT
            data, problem = (None, "TOO_LONG") if is_long else (found[0], "")
            return Piece(name, start, stretch.offset, data, problem, is_element)
        first = stretch.data[stretch.at : stretch.at + 1]
        if first in {b"{", b"["} or first == b'"':
            data, problem = _Walk(stretch).run()
        else:
            data, problem = self._scalar(), ""
        return Piece(name, start, stretch.offset, data, problem, is_element)

    def _scalar(self) -> bytes | None:
        """A number or a word; ``None`` for one that is longer than can be looked at."""
        stretch, start = self.stretch, self.stretch.offset
        kept: list[bytes] = []
        while found := _SCALAR.match(stretch.data, stretch.at):
            kept.append(found[0])
            stretch.at = found.end()
            if stretch.left or not stretch.more():
                break
            if stretch.offset - start > MAX_ELEMENT:
                self._wrong()
        if not kept:
            self._wrong()
        return b"".join(kept)


class _Walk:
    """To the end of one string, object or array of any size and depth."""

    def __init__(self, stretch: Stretch) -> None:
        self._stretch = stretch
        self._start = stretch.offset
        self._at = stretch.at  # the start stays behind, so that the bytes are kept
        self._open: list[int] = []
        self._deeper = 0
        self._deepest = 0
        self._is_long = False
        self._in_string = False

    def run(self) -> tuple[bytes | None, str]:
        """The bytes, or ``None`` and why they were passed over. Raises ``BadJsonError``."""
        stretch = self._stretch
        while not (self._string() if self._in_string else self._sign()):
            pass
        data = stretch.data[stretch.at : self._at]
        stretch.at = self._at
        if self._deepest > MAX_DEPTH:
            return None, "DEPTH_LIMIT"
        if self._is_long or len(data) > MAX_ELEMENT:
            return None, "TOO_LONG"
        return data, ""

    def _more(self) -> None:
        """Take in more; bytes that will not be kept are let go."""
        stretch = self._stretch
        if self._is_long or self._at - stretch.at > MAX_ELEMENT or self._deepest > MAX_DEPTH:
            self._is_long = True
            stretch.at = self._at
        held = self._at - stretch.at
        if not stretch.more():
            stretch.at = len(stretch.data)
            raise BadJsonError(stretch.place())
        self._at = stretch.at + held

    def _string(self) -> bool:
        stretch = self._stretch
        found = _INSIDE.match(stretch.data, self._at)
        self._at = found.end() if found else self._at
        if stretch.data[self._at : self._at + 1] != b'"':
            self._more()
            return False
        self._at += 1
        self._in_string = False
        return self._is_done()

    def _sign(self) -> bool:
        stretch = self._stretch
        found = _SIGN.search(stretch.data, self._at)
        if found is None:
            self._at = len(stretch.data)
            self._more()
            return False
        self._at = found.end()
        sign = found[0][0]
        if sign == ord('"'):
            self._in_string = True
            return False
        if sign in _CLOSES:
            self._down(_CLOSES[sign])
            return False
        self._up(sign)
        return self._is_done()

    def _down(self, closing: int) -> None:
        if len(self._open) < MAX_DEPTH:
            self._open.append(closing)
        else:
            self._deeper += 1
        self._deepest = max(self._deepest, len(self._open) + self._deeper)

    def _up(self, sign: int) -> None:
        if self._deeper:
            self._deeper -= 1
        elif not self._open or self._open.pop() != sign:
            self._stretch.at = self._at - 1
            raise BadJsonError(self._stretch.place())

    def _is_done(self) -> bool:
        return not (self._open or self._deeper)


class Members(dict[str, Any]):
    """The members of an object. ``again`` holds earlier values of names that stand twice."""

    again: tuple[tuple[str, Any], ...] = ()


def _members(pairs: list[tuple[str, Any]]) -> Members:
    found = Members(pairs)
    if len(found) < len(pairs):
        last = {name: place for place, (name, _) in enumerate(pairs)}
        found.again = tuple(pair for place, pair in enumerate(pairs) if last[pair[0]] != place)
    return found


def _refused(word: str) -> NoReturn:
    raise ValueError(word)


_HALVES = re.compile(
    r"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)
_HALF = len(r"\udead")


def _without_halves(text: str) -> str:
    """JSON without half characters, which no other program could write: U+FFFD in their place."""
    return _HALVES.sub(lambda found: r"\ufffd" if len(found[0]) == _HALF else found[0], text)


_decode = json.JSONDecoder(
    object_pairs_hook=_members,
    parse_int=str,
    parse_float=str,
    parse_constant=_refused,
    strict=False,
).decode


class Value(NamedTuple):
    """What a piece says: numbers as text, objects as ``Members``; whether its bytes were UTF-8."""

    value: Any
    is_sound: bool


def value(document: Document, piece: Piece) -> Value:
    """The value of a piece that was not passed over. Raises ``BadJsonError`` with its place."""
    data = piece.data or b""
    try:
        text, is_sound = data.decode(), True
    except UnicodeDecodeError:
        text, is_sound = data.decode(errors="replace"), False
    if "\\ud" in text or "\\uD" in text:
        whole = _without_halves(text)
        text, is_sound = whole, is_sound and whole == text
    try:
        return Value(_decode(text), is_sound)
    except json.JSONDecodeError as problem:
        inside = len(text[: problem.pos].encode())
        raise BadJsonError(document.place(piece, inside)) from None
    except ValueError:  # NaN, Infinity
        raise BadJsonError(document.place(piece, 0)) from None
