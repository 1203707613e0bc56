"""Reads a backup of SMS Backup & Restore into a sink: every element an event, every byte in the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tallymark.errors import UnknownFormat
from tallymark.importers._base64 import Base64
from tallymark.importers._batch import Sink
from tallymark.importers._protocol import Source
from tallymark.importers._sms_event import Made, Phone, call, sms
from tallymark.importers._sms_mms import mms
from tallymark.importers._sms_plain import Days, Plain, learned, run
from tallymark.importers._stretch import Stretch
from tallymark.importers._xml_scan import (
    CutShortError,
    MalformedError,
    Scanner,
    Tag,
    TooLongError,
)
from tallymark.model.event import Locator

STREAMS: dict[tuple[bytes, bytes], Callable[[], Base64]] = {(b"part", b"data"): Base64}
ROOTS = {b"smses": "messages", b"calls": "calls"}
ELEMENTS = frozenset({b"sms", b"mms", b"call"})
_STARTS = tuple(
    b"<" + name + end for name in (b"sms", b"mms", b"call") for end in (b" ", b"\t", b"\r", b"\n")
)
_RESUMES = (*_STARTS, b"</smses", b"</calls")
HELD = 8 << 20  # bytes read between two sendings, so that long texts do not pile up
MAX_WAYS = 16


@dataclass(frozen=True, slots=True)
class Beginning:
    """The root of a backup: its name, what it says of itself, and how many bytes stand before."""

    root: bytes
    attributes: dict[str, str]
    is_empty: bool


def begin(scanner: Scanner) -> Beginning:
    """Read up to and with the root's start tag. Raises ``UnknownFormat`` with the place."""
    stretch = scanner.stretch
    stretch.holds(3)
    stretch.at += 3 if stretch.data.startswith(b"\xef\xbb\xbf") else 0
    try:
        while True:
            scanner.blank()
            if scanner.at(b"<!DOCTYPE"):
                raise UnknownFormat(
                    f"The file has a DOCTYPE at {stretch.place()}. No backup of this app has one."
                )
            mark = b"?>" if scanner.at(b"<?") else b"-->" if scanner.at(b"<!--") else b""
            if not mark:
                break
            scanner.skip_to(mark)
        place = stretch.place()
        tag = scanner.tag()
    except (MalformedError, CutShortError, TooLongError):
        raise UnknownFormat(f"No backup begins at {stretch.place()}.") from None
    if tag.name not in ROOTS:
        raise UnknownFormat(f"No backup begins at {place}.")
    named = {n.decode("ascii", "replace"): v.decode("utf-8", "replace") for n, v in tag.attributes}
    return Beginning(tag.name, named, tag.is_closed)


class Reader:
    """Reads one backup. ``short`` may be switched off so that every element is read with care."""

    def __init__(self, source: Source, phone: Phone, sink: Sink, *, short: bool = True) -> None:
        self._source = source
        self._phone = phone
        self._sink = sink
        self._short = short
        self._ways: dict[tuple[bytes, ...], Plain] = {}
        self._way: Plain | None = None
        self._days = Days()
        self._is_cut = False
        self.events = 0
        self.problem = ""

    def run(self) -> None:
        """Read every byte. Raises ``UnknownFormat`` when nothing in the file could be read."""
        stretch = Stretch(self._source.chunks(), moved=self._sink.progress)
        scanner = Scanner(stretch, STREAMS)
        beginning = begin(scanner)
        ledger = self._sink.ledger
        self._sink.sender(
            self._phone.people.owner
        )  # what came in is known as such without an answer
        ledger.framing += stretch.offset
        if not beginning.is_empty:
            self._body(scanner, beginning.root)
        self._tail(scanner)
        self._sink.finish()
        if self.problem and not self.events:
            raise UnknownFormat(f"Nothing in the file could be read: {self.problem}.")

    def _body(self, scanner: Scanner, root: bytes) -> None:
        stretch, sink = scanner.stretch, self._sink
        sent = stretch.offset
        closing = b"</" + root
        while True:
            stretch.ahead()
            if self._way is not None:
                before = len(sink.lines)
                run(stretch, self._way, self._days, sink)
                self.events += len(sink.lines) - before
            sink.ledger.framing += scanner.blank()
            if not stretch.left:
                if not self._is_cut:
                    self._cut(0)
                return
            if scanner.at(closing):
                self._close(scanner)
                return
            self._one(scanner)
            sink.flush_if_full()
            if stretch.offset - sent > HELD:
                sink.finish()
                sent = stretch.offset

    def _close(self, scanner: Scanner) -> None:
        start = scanner.stretch.offset
        try:
            scanner.tag()
        except (MalformedError, TooLongError):
            self._unparsed(scanner, start, "MALFORMED")
        except CutShortError:
            self._cut(self._to_end(scanner) - start)
        else:
            self._sink.ledger.framing += scanner.stretch.offset - start

    def _one(self, scanner: Scanner) -> None:
        """One thing that is not blank: an element, a comment, or what nobody knows."""
        stretch = scanner.stretch
        start, place = stretch.offset, stretch.place()
        mark = b"?>" if scanner.at(b"<?") else b"-->" if scanner.at(b"<!--") else b""
        if mark:
            if scanner.skip_to(mark):
                self._sink.ledger.skipped += stretch.offset - start
                self._sink.issues.add("COMMENT")
            else:
                self._cut(stretch.offset - start)
            return
        if not self._is_element(scanner):
            self._unparsed(scanner, start, "UNPARSED", place)
            return
        try:
            tags = scanner.element()
        except CutShortError:
            self._cut(self._to_end(scanner) - start)
        except MalformedError as problem:
            self._unparsed(scanner, start, "MALFORMED", problem.place)
        except TooLongError:
            self._unparsed(scanner, start, "TOO_LONG", place)
        else:
            self._put(tags, start, stretch.offset)

    @staticmethod
    def _is_element(scanner: Scanner) -> bool:
        """Whether an element stands here, or the source ends where one may begin."""
        if any(scanner.at(mark) for mark in _STARTS):
            return True
        stretch = scanner.stretch
        rest = stretch.data[stretch.at :]
        return stretch.ended and any(mark.startswith(rest) for mark in _STARTS)

    @staticmethod
    def _to_end(scanner: Scanner) -> int:
        scanner.stretch.at = len(scanner.stretch.data)
        return scanner.stretch.offset

    def _put(self, tags: list[Tag], start: int, end: int) -> None:
        locator = Locator(start, end, self._source.member)
        made = self._made(tags, locator)
        sink = self._sink
        sink.add(made.event, seconds=made.seconds, flags=made.flags)
        sink.attachments += max(0, made.media - 1)
        sink.ledger.records += end - start
        self.events += 1

    def _made(self, tags: list[Tag], locator: Locator) -> Made:
        first = tags[0]
        if first.name == b"mms":
            return mms(tags, locator, self._phone)
        if first.name == b"call":
            return call(first.attributes, locator, self._phone)
        self._learn(first)
        return sms(first.attributes, locator, self._phone)

    def _learn(self, tag: Tag) -> None:
        """From now on elements with the attributes of this one go the short way."""
        if not self._short:
            return
        names = tuple(name for name, _ in tag.attributes)
        way = self._ways.get(names)
        if way is None and len(self._ways) < MAX_WAYS:
            way = learned(tag.attributes, self._phone, self._sink, member=self._source.member)
            if way is not None:
                self._ways[names] = way
        self._way = way or self._way

    def _unparsed(self, scanner: Scanner, start: int, code: str, place: str = "") -> None:
        """Bytes up to the next element: counted, named by where they begin, and passed over."""
        place = place or scanner.stretch.place()
        scanner.resync(_RESUMES)
        self._sink.ledger.unparsed += scanner.stretch.offset - start
        self._sink.rejected += 1
        self._sink.issues.add(code, detail=f"{_SAID[code]} at {place}")
        self.problem = self.problem or place

    def _cut(self, size: int) -> None:
        """The file ends where more should follow."""
        self._is_cut = True
        self._sink.ledger.unparsed += size
        self._sink.rejected += bool(size)
        self._sink.issues.add(
            "TRUNCATED",
            detail=f"the file ends before the backup does; its last {size:,} bytes are a cut-off message"
            if size
            else "the file ends before the backup does",
        )
        self.problem = self.problem or "the file is cut short"

    def _tail(self, scanner: Scanner) -> None:
        """What stands behind the root: blanks and comments, else it is unparsed."""
        stretch, ledger = scanner.stretch, self._sink.ledger
        while True:
            ledger.framing += scanner.blank()
            start = stretch.offset
            if not stretch.left:
                return
            if not (scanner.at(b"<!--") and scanner.skip_to(b"-->")):
                break
            ledger.skipped += stretch.offset - start
            self._sink.issues.add("COMMENT")
        place = stretch.place()
        while stretch.more():
            stretch.at = len(stretch.data)
        ledger.unparsed += self._to_end(scanner) - start
        self._sink.issues.add("UNPARSED", detail=f"{_SAID['UNPARSED']} at {place}")


_SAID = {
    "MALFORMED": "what stands there is not XML; the first is",
    "TOO_LONG": "an element is longer than can be read; the first is",
    "UNPARSED": "what stands there is no message and no call; the first is",
}
