"""Cuts mail out of a stream of bytes: one message, an mbox of many, or Apple Mail's ``.emlx``.

A line that begins with ``From `` is a separator only after a blank line, with a date at its end and
something like a header below it; every other such line is text of the message it stands in. Where
an mbox counts its bytes (``Content-Length``, mboxcl) and the counts land on separators, they are
followed instead. Memory is that of one message, at most 64 MiB, whatever the size of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tallymark.importers._ledger import Ledger

MAX_MESSAGE = 64 << 20
KEPT = 1 << 21  # of a message that is too large: enough for its headers and their limit
MAX_LINE = 1000
LOOKAHEAD = 2 * MAX_LINE + 8
BOM = b"\xef\xbb\xbf"

_ZONE = rb"(?:[ \t]+[+-]\d{4})?(?:[ \t]+\(?[A-Z]{1,5}\)?)?"
_MONTH = rb"(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_TIME = rb"\d{1,2}:\d\d(?::\d\d(?:\.\d{1,6})?)?"
DATED = re.compile(
    rb"[ \t](?:"
    + _MONTH
    + rb",?[ \t]{1,3}\d{1,2},?[ \t]{1,3}"
    + _TIME
    + _ZONE
    + rb"[ \t]{1,3}(?:19|20)\d\d"
    + _ZONE
    + rb"|\d{1,2}[ \t]{1,3}"
    + _MONTH
    + rb"[ \t]{1,3}(?:19|20)?\d\d[ \t]{1,3}"
    + _TIME
    + _ZONE
    + rb"|(?:19|20)\d\d-\d\d-\d\d[T \t]"
    + _TIME
    + rb"Z?"
    + _ZONE
    + rb")(?:[ \t]+remote from [^ \t]{1,200})?[ \t]*$"
)
_SEPARATOR = re.compile(rb"\n(\r?\n)From (?=[^\n]{0,980}\d:\d\d)")
_HEADER = re.compile(rb"[!-9;-~]{1,100}[ \t]*:|>From |\r?\n|\Z")
_LENGTH = re.compile(rb"(?im)^Content-Length:[ \t]{0,20}(\d{1,12})[ \t]{0,20}\r?$")
_HEADERS_END = re.compile(rb"\n\r?\n")


@dataclass(frozen=True, slots=True)
class Cut:
    """One message at [start, end) of the source; ``data`` is its beginning only where ``cut`` is true.

    ``line`` is the separator above it, ``lookalikes`` counts separators that were read as text.
    """

    start: int
    end: int
    data: bytes
    line: bytes = b""
    lookalikes: int = 0

    @property
    def cut(self) -> bool:
        """Whether the message is larger than may be read, so that only its headers are looked at."""
        return self.end - self.start > len(self.data)


def is_separator(line: bytes, below: bytes) -> bool:
    """Whether a line that begins with ``From `` parts two messages, by its date and what follows it."""
    return bool(DATED.search(line.rstrip(b"\r\n"))) and bool(_HEADER.match(below))


def counts_bytes(head: bytes) -> bool:
    """Whether the first message of an mbox states a length that lands exactly on the next separator."""
    end = _counted_end(head, head.find(b"\n") + 1)
    return end is not None and _landing(head, end) is not None


def _counted_end(data: bytes | bytearray, begin: int) -> int | None:
    """Where the message at ``begin`` ends by the length that it states, if it states one."""
    blank = _HEADERS_END.search(data, max(0, begin - 1), begin + KEPT)
    stated = _LENGTH.search(data, begin, blank.end()) if blank else None
    return blank.end() + int(stated[1]) if blank and stated else None


def _landing(data: bytes | bytearray, end: int) -> int | None:
    """Where the separator begins that follows a message's stated end, blank lines apart."""
    for _ in range(2):
        end += len(_blank(data, end))
    return end if data.startswith(b"From ", end) and _parts_at(data, end) else None


def _parts_at(data: bytes | bytearray, place: int) -> bool:
    line_end = data.find(b"\n", place, place + MAX_LINE) + 1
    below = bytes(data[line_end : line_end + 128])
    return line_end > 0 and is_separator(bytes(data[place:line_end]), below)


def _blank(data: bytes | bytearray, at: int) -> bytes:
    """The line end at ``at``, or nothing."""
    if data.startswith(b"\r\n", at):
        return b"\r\n"
    return b"\n" if data.startswith(b"\n", at) else b""


class Whole:
    """The whole source as one message."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._data = bytearray()
        self._size = 0

    def feed(self, chunk: bytes, *, final: bool = False) -> Iterator[Cut]:
        """Take the next bytes; the message comes with the last of them."""
        self._size += len(chunk)
        if len(self._data) <= MAX_MESSAGE:
            self._data += chunk
        if not final or not self._size:
            return
        data = bytes(self._data[: KEPT if self._size > MAX_MESSAGE else self._size])
        self._data.clear()
        start = _leading(data)
        bom = 3 if data.startswith(BOM) else 0
        self._ledger.framing += bom
        if start == self._size:
            self._ledger.unparsed += start - bom
            return
        self._ledger.skipped += start - bom
        yield Cut(start, self._size, data[start:])


def _leading(data: bytes) -> int:
    """Length of what stands before the first line that says anything."""
    begin = 3 if data.startswith(BOM) else 0
    return len(data) - len(data[begin:].lstrip(b"\r\n"))


class Mbox:
    """Messages between separators. Give it ``counted`` where the file's stated lengths hold."""

    def __init__(self, ledger: Ledger, *, counted: bool) -> None:
        self._ledger = ledger
        self._counted = counted
        self._buffer = bytearray()
        self._base = 0  # where in the source the buffer begins
        self._line: bytes | None = None  # the separator above the message that is open
        self._start = 0  # where that message begins
        self._scan = 0  # up to here no separator was found
        self._lookalikes = 0
        self._kept: bytes | None = None  # the beginning of a message that grew too large
        self.empty = 0

    def feed(self, chunk: bytes, *, final: bool = False) -> Iterator[Cut]:
        """Take the next bytes, give every message that is whole by now."""
        self._buffer += chunk
        if self._line is None and not self._open(final=final):
            return
        while (found := self._next(final=final)) is not None:
            end, separator = found
            yield from self._close(end)
            self._begin(end, separator)
        if final:
            end = self._base + len(self._buffer)
            extra = self._trailing(end)
            yield from self._close(end - extra)
            self._ledger.framing += extra
            self._buffer.clear()
        else:
            self._shrink()

    def _open(self, *, final: bool) -> bool:
        """Step over what stands before the first separator, and over the separator."""
        begin = _leading(bytes(self._buffer[: 1 << 16]))
        end = self._buffer.find(b"\n", begin)
        if end < 0 and not final:
            return False
        bom = 3 if self._buffer.startswith(BOM) else 0
        self._ledger.framing += bom
        self._ledger.skipped += begin - bom
        self._begin(self._base + begin, begin)
        return True

    def _begin(self, end: int, separator: int) -> None:
        """A separator line at ``separator`` of the buffer: all since ``end`` of the source is framing."""
        line_end = self._buffer.find(b"\n", separator) + 1 or len(self._buffer)
        self._line = bytes(self._buffer[separator:line_end]).rstrip(b"\r\n")
        self._start = self._base + line_end
        self._ledger.framing += self._start - end
        self._drop(line_end - 1 if self._buffer[line_end - 1 : line_end] == b"\n" else line_end)
        self._scan = self._base
        self._lookalikes = 0

    def _drop(self, count: int) -> None:
        del self._buffer[:count]
        self._base += count

    def _next(self, *, final: bool) -> tuple[int, int] | None:
        """End of the open message in the source, and the next separator's place in the buffer."""
        if self._counted and self._kept is None:
            found, wait = self._by_length(final=final)
            if found or wait:
                return found
        while True:
            match = _SEPARATOR.search(self._buffer, self._scan - self._base)
            if match is None:
                self._scan = max(self._scan, self._base + len(self._buffer) - LOOKAHEAD)
                return None
            place = match.end(1)
            if not final and len(self._buffer) - place < LOOKAHEAD:
                self._scan = self._base + match.start()
                return None
            if _parts_at(self._buffer, place):
                return self._base + match.start() + 1, place
            self._lookalikes += 1
            self._scan = self._base + match.end(1) - 1

    def _by_length(self, *, final: bool) -> tuple[tuple[int, int] | None, bool]:
        """What the stated length says, and whether more bytes are needed to tell."""
        begin = self._start - self._base
        end = _counted_end(self._buffer, begin)
        if end is None:
            whole = _HEADERS_END.search(self._buffer, max(0, begin - 1)) is not None
            return None, not (final or whole or len(self._buffer) - begin > KEPT)
        if end - begin > MAX_MESSAGE:
            return None, False
        if not final and len(self._buffer) < end + LOOKAHEAD:
            return None, True
        place = _landing(self._buffer, end)
        if place is None:
            if len(self._buffer) >= end and not self._buffer[end:].strip(b"\r\n"):
                self._scan = self._base + len(self._buffer)
            return None, False
        self._lookalikes += len(_SEPARATOR.findall(self._buffer, begin - 1, end))
        return (self._base + end, place), False

    def _trailing(self, end: int) -> int:
        """Length of the blank line that ends an mbox; it belongs to no message."""
        tail = bytes(self._buffer[-4:])
        for blank in (b"\r\n\r\n", b"\n\n"):
            if tail.endswith(blank) and end - len(blank) >= self._start:
                return len(blank) // 2
        return 0

    def _close(self, end: int) -> Iterator[Cut]:
        size = end - self._start
        begin = self._start - self._base
        kept, self._kept = self._kept, None
        if size <= 0:
            self.empty += 1
            return
        if kept is None:
            length = KEPT if size > MAX_MESSAGE else size
            with memoryview(self._buffer) as view:  # one copy, not two
                kept = bytes(view[begin : begin + length])
        yield Cut(
            self._start,
            end,
            kept[:KEPT] if size > MAX_MESSAGE else kept,
            self._line or b"",
            self._lookalikes,
        )

    def _shrink(self) -> None:
        """Let go of the bytes of a message that is too large to be read."""
        begin = self._start - self._base
        if self._kept is None:
            if self._scan - self._start <= MAX_MESSAGE:
                return
            self._kept = bytes(self._buffer[begin : begin + KEPT])
        self._drop(max(0, self._scan - self._base))
