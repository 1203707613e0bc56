"""Cuts an export into records: one expression for the file's own header style, a net for all others.

Both passes over the file use it. The expression is made from a header of the file itself: what
stands between the numbers is taken literally, so that it is fast and cannot blow up; every other
line that begins like a date is read by the full grammar (``_whatsapp_header``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from tallymark.importers._whatsapp_header import LOOKED_AT, Header, read_header
from tallymark.importers._whatsapp_words import AFTERNOON, DAY_PERIODS, MORNING

MAX_RECORD = 16 << 20
_LRM = b"\xe2\x80\x8e"
_MARKS = rb"(?:\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]|\xd8\x9c)"
_DIGIT = rb"(?:[0-9]|\xd9[\xa0-\xa9]|\xdb[\xb0-\xb9]|\xe0[\xa5\xa7\xa9\xab\xad\xaf][\xa6-\xaf])"
_GAP = rb"(?:[ /.\-]|\xc2\xa0|\xe2\x80[\x8e\x8f\x90\x91\x93\xaf]|\xd9\xab|\xe5\xb9\xb4|\xe6\x9c\x88|\xeb\x85\x84|\xec\x9b\x94)"
_DATELIKE = (
    _MARKS
    + rb"{0,4}\[?[ ]?"
    + _DIGIT
    + rb"{1,4}"
    + _GAP
    + rb"{1,4}"
    + _DIGIT
    + rb"{1,2}"
    + _GAP
    + rb"{1,4}"
    + _DIGIT
)
_OTHER = rb"((?=" + _DATELIKE + rb")[^\n]{1,%d})" % LOOKED_AT
_SENDER = rb"(?:([^:\n]{1,300}): )?"


Cut = tuple[bytes, bytes | None, bytes | None, bytes | None, Header | None, bytes]
"""One record as cut: header bytes, date, time and sender in them, the header where only the full
grammar could read it (then the three before are ``None``), and the body. No header: given up."""


@dataclass(frozen=True, slots=True)
class Style:
    """The header style that a file uses most, as two expressions over bytes.

    ``split`` has the groups head, date, time, sender, other; ``scan`` date, sender, second
    sender-like part, other. ``between`` stands between date and time; ``sample`` is its first header.
    """

    sample: Header
    split: re.Pattern[bytes]
    scan: re.Pattern[bytes]
    between: str


def style_of(head: bytes) -> Style | None:
    """The most frequent header style among the first lines, or ``None`` when no line is a header."""
    seen: Counter[bytes] = Counter()
    first: dict[bytes, Header] = {}
    for line in islice(_lines(head), 2000):
        header = read_header(line)
        if header is not None:
            key = _expression(header)
            seen[key] += 1
            first.setdefault(key, header)
    if not seen:
        return None
    best = seen.most_common(1)[0][0]
    header = first[best]
    date, between, time = best.split(b"\x00")[1:4]
    lead, close = best.split(b"\x00")[0], best.split(b"\x00")[4]
    front = rb"\n(?:" + lead
    core = rb"(" + date + rb")" + between + rb"(" + time + rb")" + close
    split = rb"\n(?:(" + lead + core + _SENDER + rb")|" + _OTHER + rb")"
    scan = (
        front
        + rb"("
        + date
        + rb")"
        + between
        + time
        + close
        + rb"(?:([^:\n]{1,300}): ((?:[^:\n]{1,40}: )?))?|"
        + _OTHER
        + rb")"
    )
    return Style(header, re.compile(split), re.compile(scan), header.match["gap"])


def _lines(head: bytes) -> Iterator[str]:
    for line in head.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        yield line[: 4 * LOOKED_AT].decode("utf-8", errors="replace")


_LATIN = ("am", "pm", "Am", "Pm", "A.M.", "P.M.", "A. M.", "P. M.")
_HALF = b"|".join(
    re.escape(word.replace(" ", space).encode())
    for word in sorted({*MORNING, *AFTERNOON, *DAY_PERIODS, *_LATIN}, key=len, reverse=True)
    for space in (" ", "\u00a0", "\u202f")
)


def _expression(header: Header) -> bytes:
    """Lead, date, between, time and close as byte expressions, joined by NUL; equal for one style."""
    match = header.match
    lead = _MARKS + rb"{0,4}" + (re.escape(match["open"]).encode() if match["open"] else b"")
    date = _digits(match["date"], exact={match["a"], match["c"]})
    time = _clock(match["time"])
    for part in (match["before"], match["after"]):
        if part:
            word = part.strip(" \t\u00a0\u202f\u2009\u3000\u200e\u200f")
            time = time.replace(re.escape(word).encode(), rb"(?:" + _HALF + rb")", 1)
    close = match["close"]
    last = re.escape(close.rstrip(" \r")).encode() + (rb" " if close.endswith(" ") else b"")
    return b"\x00".join([lead, date, re.escape(match["gap"]).encode(), time, last])


def _digits(text: str, *, exact: set[str]) -> bytes:
    """``text`` as an expression: runs of digits by their kind, everything else literally."""
    made = b""
    for run in re.findall(r"\d+|\D+", text):
        if not run.isdecimal():
            made += re.escape(run).encode()
        elif not run.isascii():
            made += _DIGIT + rb"{1,4}"
        elif len(run) == 4 and run in exact:
            made += rb"[0-9]{4}"
        else:
            made += rb"[0-9]{1,2}"
    return made


def _clock(text: str) -> bytes:
    """A time of day as an expression: only what a clock can show, so that no other line is a header."""
    made, hour = b"", True
    for run in re.findall(r"\d+|\D+", text):
        if run.isascii() and run.isdecimal():
            made += rb"(?:[01]?[0-9]|2[0-3])" if hour else rb"[0-5][0-9]"
            hour = False
        else:
            made += _digits(run, exact=set())
    return made


class Splitter:
    """Bytes in, records out; never more than a chunk and one record in memory.

    ``at`` is the offset of the first byte that ``feed`` has not yet given out, minus one for the
    line end before it. What cannot belong to any record comes out as ``lead``.
    """

    def __init__(self, style: Style, *, start: int) -> None:
        self._split = style.split.split
        self._buffer = self._last = b"\n"
        self._coming: list[bytes] = []
        self._wait = 0
        self.at = start - 1

    def holds(self, mark: bytes) -> bool:
        """Whether the bytes of the last ``feed`` hold ``mark`` anywhere."""
        return mark in self._last

    def feed(self, chunk: bytes, *, final: bool) -> tuple[int, bytes, list[Cut]]:
        """Offset of the first byte given, bytes before the first record, and the whole records.

        What is held back is cut again only when as much has come in addition, so that one very
        long record does not cost its square.
        """
        self._coming.append(chunk)
        self._wait -= len(chunk)
        if self._wait > 0 and not final:
            return self.at, b"", []
        buffer = self._last = b"".join([self._buffer, *self._coming])
        self._coming.clear()
        found = self._feed(buffer, final=final)
        self._wait = len(self._buffer)
        return found

    def _feed(self, buffer: bytes, *, final: bool) -> tuple[int, bytes, list[Cut]]:
        cut = len(buffer) if final else buffer.rfind(b"\n")
        if cut <= 0 and not final:
            return self._hold(buffer)
        pieces = self._split(buffer[:cut])
        lead, rows = self._glued(pieces)
        at = self.at
        if final:
            self._buffer, self.at = b"", at + len(buffer)
            return at, lead, rows
        if not rows:
            return self._hold(buffer)
        # a line too long to wait for cannot change what is above it
        if len(buffer) - cut > MAX_RECORD // 2:
            self._buffer, self.at = buffer[cut:], at + cut
            return at, lead, rows
        last = rows.pop()
        self._buffer = buffer[cut - 1 - len(last[0]) - len(last[5]) :]
        self.at = at + len(buffer) - len(self._buffer)
        if len(self._buffer) > MAX_RECORD:
            return self._give_up(at, lead, rows)
        return at, lead, rows

    def _hold(self, buffer: bytes) -> tuple[int, bytes, list[Cut]]:
        """Wait for more, or give up bytes that have grown too long to be a record."""
        at = self.at
        cut = 0
        if len(buffer) > MAX_RECORD:
            cut = buffer.rfind(b"\n")
            cut = cut if cut > 0 else len(buffer)
        self._buffer = buffer[cut:]
        self.at += cut
        return at, buffer[:cut], []

    def _give_up(self, at: int, lead: bytes, rows: list[Cut]) -> tuple[int, bytes, list[Cut]]:
        """Let go of an oversized record as it is so far; what follows up to the next header as well."""
        cut = self._buffer.rfind(b"\n")
        cut = cut if cut > 0 else len(self._buffer)
        rows.append((b"", None, None, None, None, self._buffer[1:cut]))
        self._buffer = self._buffer[cut:]
        self.at += cut
        return at, lead, rows

    @staticmethod
    def _glued(pieces: list[bytes]) -> tuple[bytes, list[Cut]]:
        """Rows from the flat pieces; lines of another style read, or given back to the text above."""
        lead = pieces[0]
        parts = iter(pieces[1:])
        groups = list(zip(parts, parts, parts, parts, parts, parts, strict=True))
        if not any(group[4] for group in groups):
            return lead, groups
        rows: list[Cut] = []
        begun: tuple[bytes, bytes | None, bytes | None, bytes | None, Header | None] | None = None
        body = [lead]  # of the record begun, or of what stands before the first one
        for head, date, time, sender, other, text in [*groups, _STOP]:
            header = _other_header(other, text) if other else None
            if other and header is None:
                body += (b"\n", other, text)
                continue
            if begun is None:
                lead = b"".join(body)
            else:
                rows.append((*begun, b"".join(body)))
            if header is None:
                begun, body = (head, date, time, sender, None), [text]
            else:
                whole, size = other + text, len(header.match[0].encode())
                begun, body = (whole[:size], None, None, None, header), [whole[size:]]
        return lead, rows


_STOP = (b"", None, None, None, b"", b"")  # closes the last record


def _other_header(other: bytes, text: bytes) -> Header | None:
    """The header of a line that begins like a date, if it is one in another style."""
    line = other + text.split(b"\n", 1)[0][:LOOKED_AT]
    return read_header(line.decode("utf-8", errors="replace"))
