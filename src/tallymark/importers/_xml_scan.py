"""Cuts a flat XML backup into its elements: a linear scanner over bytes that expands nothing.

It knows one root, elements below it, and what an element holds; each tag is its name and its
attributes as they stand in the file. No DTD is read, no entity declared, no address followed. One
value in memory is at most 16 MiB; a value that may be longer is handed on in pieces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import NoReturn, Protocol

from tallymark.importers._stretch import AHEAD, Stretch

MAX_VALUE = 16 << 20
MAX_STREAMED = 200 << 20
MAX_ATTRIBUTES = 1_000
MAX_TAGS = 50_000  # in one element
MAX_DEPTH = 8

BLANK = b" \t\r\n"
_SPACE = re.compile(rb"[ \t\r\n]*+")
_NAME = re.compile(rb"[A-Za-z_][A-Za-z0-9_.:-]{0,99}")
_ATTRIBUTE = re.compile(
    rb"[ \t\r\n]*+([A-Za-z_][A-Za-z0-9_.:-]{0,99})[ \t\r\n]*+=[ \t\r\n]*+([\"'])"
)
_END = re.compile(rb"[ \t\r\n]*+(/?)>")
_UNFINISHED = re.compile(
    rb"[ \t\r\n]*+(?:/|[A-Za-z_][A-Za-z0-9_.:-]{0,99}[ \t\r\n]*+(?:=[ \t\r\n]*+)?)?\Z"
)


class MalformedError(Exception):
    """The bytes are not XML from ``place`` on."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


class CutShortError(Exception):
    """The source ends inside an element."""


class TooLongError(Exception):
    """A value is longer than is taken into memory, or an element has too many parts."""


class Taker(Protocol):
    """Takes a long value in pieces."""

    def take(self, piece: bytes) -> None:
        """The next bytes of the value, as they stand in the file."""


@dataclass(slots=True)
class Tag:
    """One tag: its attributes as (name, bytes), and where each streamed value stands."""

    name: bytes
    attributes: list[tuple[bytes, bytes]] = field(default_factory=list)
    is_closed: bool = False
    is_end: bool = False
    streamed: list[tuple[bytes, int, int, Taker]] = field(default_factory=list)


Streams = Mapping[tuple[bytes, bytes], Callable[[], Taker]]
"""By tag and attribute: what takes the value in pieces."""


class Scanner:
    """Reads tags from a stretch, one after the other."""

    def __init__(self, stretch: Stretch, streams: Streams) -> None:
        self.stretch = stretch
        self._streams = streams
        self._held_bytes = 0

    def blank(self) -> int:
        """Skip white space; how many bytes of it."""
        stretch, before = self.stretch, self.stretch.offset
        while True:
            stretch.ahead()
            found = _SPACE.match(stretch.data, stretch.at)
            stretch.at = found.end() if found else stretch.at
            if stretch.left or not stretch.more():
                return stretch.offset - before

    def at(self, mark: bytes) -> bool:
        """Whether ``mark`` stands here."""
        self.stretch.holds(len(mark))
        return self.stretch.data.startswith(mark, self.stretch.at)

    def skip_to(self, mark: bytes) -> bool:
        """Go behind the next ``mark``; false, at the end of the source, when there is none."""
        found = self.stretch.search(mark)
        self.stretch.at += len(mark) if found else 0
        return found

    def resync(self, marks: Collection[bytes]) -> None:
        """Go to the next of ``marks`` that begins an element, or to the end of the source."""
        stretch = self.stretch
        stretch.at += 1
        while stretch.search(b"<"):
            stretch.ahead()
            if any(stretch.data.startswith(mark, stretch.at) for mark in marks):
                return
            stretch.at += 1

    def element(self) -> list[Tag]:
        """The start tags of the element that stands here, its own first, then those inside it.

        Raises ``MalformedError``, ``CutShortError`` and ``TooLongError``.
        """
        self._held_bytes = 0
        first = self.tag()
        found, open_tags = [first], [] if first.is_closed else [first.name]
        while open_tags:
            tag = self._inner()
            if tag.is_end:
                if tag.name != open_tags.pop():
                    raise MalformedError(self.stretch.place())
                continue
            found.append(tag)
            if not tag.is_closed:
                open_tags.append(tag.name)
            if len(open_tags) > MAX_DEPTH or len(found) > MAX_TAGS:
                raise TooLongError
        return found

    def _inner(self) -> Tag:
        """The next tag inside an element; nothing but comments may stand before it."""
        while True:
            self.blank()
            if not self.at(b"<!--"):
                break
            if not self.skip_to(b"-->"):
                raise CutShortError
        if not self.stretch.left:
            raise CutShortError
        if not self.at(b"<"):
            raise MalformedError(self.stretch.place())
        return self.tag()

    def tag(self) -> Tag:
        """The tag that stands here, with all its attributes.

        Raises ``MalformedError``, ``CutShortError`` and ``TooLongError``.
        """
        stretch = self.stretch
        stretch.ahead()
        is_end = stretch.data.startswith(b"</", stretch.at)
        found = _NAME.match(stretch.data, stretch.at + (2 if is_end else 1))
        if found is None:
            self._wrong()
        tag = Tag(found[0], is_end=is_end)
        stretch.at = found.end()
        while not self._attribute(tag):
            if len(tag.attributes) > MAX_ATTRIBUTES:
                raise TooLongError
        return tag

    def _attribute(self, tag: Tag) -> bool:
        """Read one attribute, or the end of the tag; whether it was the end."""
        stretch = self.stretch
        stretch.ahead()
        found = _ATTRIBUTE.match(stretch.data, stretch.at)
        if found is not None:
            stretch.at = found.end()
            self._value(tag, found[1], found[2])
            return False
        end = _END.match(stretch.data, stretch.at)
        if end is None:
            self._wrong()
        else:
            tag.is_closed = bool(end[1])
            stretch.at = end.end()
        return True

    def _wrong(self) -> NoReturn:
        """Nothing that may stand here: the source ends, or it is not XML."""
        stretch = self.stretch
        rest = stretch.data[stretch.at : stretch.at + AHEAD + 1]
        if stretch.ended and (rest in {b"<", b"</"} or _UNFINISHED.match(rest)):
            raise CutShortError
        blank = _SPACE.match(stretch.data, stretch.at)
        stretch.at = blank.end() if blank else stretch.at
        raise MalformedError(stretch.place())

    def _value(self, tag: Tag, name: bytes, quote: bytes) -> None:
        stream = self._streams.get((tag.name, name))
        if stream is None:
            tag.attributes.append((name, self._held(quote)))
            return
        taker = stream()
        start = self.stretch.offset
        end = self._pieces(quote, taker)
        tag.streamed.append((name, start, end, taker))

    def _held(self, quote: bytes) -> bytes:
        stretch, looked = self.stretch, 0
        while True:
            end = stretch.data.find(quote, stretch.at + looked)
            wrong = stretch.data.find(
                b"<", stretch.at + looked, end if end >= 0 else len(stretch.data)
            )
            if wrong >= 0:
                stretch.at = wrong
                raise MalformedError(stretch.place())
            if end >= 0:
                break
            looked = stretch.left
            if looked > MAX_VALUE:
                raise TooLongError
            if not stretch.more():
                raise CutShortError
        value = stretch.data[stretch.at : end]
        self._held_bytes += len(value)
        if self._held_bytes > MAX_VALUE:
            raise TooLongError
        stretch.at = end + 1
        return value

    def _pieces(self, quote: bytes, taker: Taker) -> int:
        """Hand a value on in pieces; gives the offset of its end."""
        stretch, size = self.stretch, 0
        while True:
            end = stretch.data.find(quote, stretch.at)
            piece = stretch.data[stretch.at : end if end >= 0 else len(stretch.data)]
            wrong = piece.find(b"<")
            if wrong >= 0:
                stretch.at += wrong
                raise MalformedError(stretch.place())
            size += len(piece)
            if size > MAX_STREAMED:
                raise TooLongError
            taker.take(piece)
            stretch.at += len(piece)
            if end >= 0:
                stretch.at += 1
                return stretch.offset - 1
            if not stretch.more():
                raise CutShortError
