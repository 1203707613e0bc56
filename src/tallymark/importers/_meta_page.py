"""Pages of a download: the same messages as HTML, which is how Meta's downloads come if nobody asks.

Read with low confidence. A page has no fields, only boxes, and its dates are words in the language of
the account, in a time zone that it does not name. Dates in English are read; others are kept as
written, without a time. Nothing is rendered and nothing is fetched.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tallymark.importers._batch import Sink
from tallymark.importers._plausible import Window
from tallymark.importers._protocol import Question, Source
from tallymark.importers._stretch import Stretch
from tallymark.importers._zone import zone_of
from tallymark.model.event import (
    FLAG_FOLD_UNKNOWN,
    FLAG_MEDIA,
    NO_TIME,
    Clock,
    Event,
    Locator,
    Part,
)

MAX_BOX = 1 << 20
_BOX = re.compile(
    rb"<(?:div|section) class=\"[^\"<>]{0,200}?(?:uiBoxWhite noborder|_a6-g)(?=[ \"])"
)
_LONGEST_MARK = 300
_END = b"</body"
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,15})([^>]*+)>")
_CLASS = re.compile(r"class=\"([^\"]{0,300})\"")
_LINK = re.compile(r"(?:src|href)=\"([^\"]{0,2000})\"")
_TITLE = re.compile(rb"<title>([^<]{0,400})</title>")
_VOID = frozenset({"br", "img", "hr", "input", "source", "meta", "link"})
_BLOCKS = frozenset({"div", "br", "li", "p", "ul"})
_MEDIA = {"img": "photo", "video": "video", "audio": "audio"}
_ZONES = (
    ("time", frozenset({"_a72d", "_3-94"})),
    ("reaction", frozenset({"_tqp", "_a6-q"})),
    ("sender", frozenset({"_a6-h", "_2lel", "_2lek"})),
    ("words", frozenset({"_a6-p", "_2let"})),
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_TIME = r",? (?:at )?(\d{1,2}):(\d\d)(?::(\d\d))?[ \u00a0\u202f]?([AaPp][Mm])?"
_DATES = (
    (re.compile(r"([A-Z][a-z]{2,8})\.? (\d{1,2}),? (\d{4})" + _TIME), (2, 0, 1)),
    (re.compile(r"(\d{1,2}) ([A-Z][a-z]{2,8})\.?,? (\d{4})" + _TIME), (2, 1, 0)),
)


@dataclass(slots=True)
class Box:
    """What one box of a page holds."""

    sender: str = ""
    words: str = ""
    time: str = ""
    parts: list[Part] = field(default_factory=list)


def read_box(text: str, files: Mapping[str, str] | None) -> Box:
    """Take a box apart. A tag that never closes is text; nothing nests deeper than a list."""
    box, found = Box(), {zone: list[str]() for zone, _ in _ZONES}
    zones: list[str] = []
    at = 0
    end = text.rfind(">") + 1
    for tag in _TAG.finditer(text, 0, end):
        _say(found, zones, text[at : tag.start()])
        at = tag.end()
        closes, name, rest = tag[1], tag[2].lower(), tag[3]
        if name in _BLOCKS:
            _say(found, zones, "\n")
        if closes:
            del zones[-1:]
        elif name not in _VOID and not rest.endswith("/"):
            zones.append(_zone(rest) or (zones[-1] if zones else ""))
        box.parts += _linked(name, rest, files) if not closes else []
    _say(found, zones, text[at:])
    said = {zone: _joined(pieces) for zone, pieces in found.items()}
    box.sender, box.words, box.time = said["sender"], said["words"], said["time"]
    box.parts += [Part("reaction", line) for line in said["reaction"].split("\n") if line]
    return box


def _say(found: dict[str, list[str]], zones: list[str], text: str) -> None:
    if text and zones and zones[-1]:
        found[zones[-1]].append(text)


def _joined(pieces: list[str]) -> str:
    lines = html.unescape("".join(pieces)).split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())


def _zone(rest: str) -> str:
    found = _CLASS.search(rest)
    names = frozenset(found[1].split()) if found else frozenset()
    return next((zone for zone, marks in _ZONES if names & marks), "")


def _linked(name: str, rest: str, files: Mapping[str, str] | None) -> Iterator[Part]:
    found = _LINK.search(rest) if name in _MEDIA or name == "a" else None
    if found is None:
        return
    target = html.unescape(found[1])
    if target.startswith(("http:", "https:")):
        yield Part("link", target)
    elif name in _MEDIA:
        state = (files or {}).get(target.rsplit("/", 1)[-1], "missing")
        yield Part(_MEDIA[name], target, state=state if state == "present" else "missing")


class Dates:
    """Dates of a page in English, as wall time under the assumed zone."""

    def __init__(self, zone: str, plausible: Window) -> None:
        self.zone = zone
        self._zone = ZoneInfo(zone)
        self._plausible = plausible

    def read(self, written: str) -> tuple[Clock, int, str]:
        """The clock, its seconds in UTC or ``NO_TIME``, and the code of a doubt."""
        wall = _wall(written)
        if wall is None:
            return Clock("sent", "", written), NO_TIME, "UNKNOWN_TIME"
        early, late = (wall.replace(tzinfo=self._zone, fold=fold) for fold in (0, 1))
        seconds = self._plausible.seconds(early.astimezone(UTC).timestamp())
        if seconds == NO_TIME:
            return Clock("sent", "", written), NO_TIME, "UNKNOWN_TIME"
        is_precise = written.count(":") > 1
        clock = Clock(
            role="sent",
            value=wall.isoformat(timespec="seconds" if is_precise else "minutes"),
            raw=written,
            zone=self.zone,
            source="assumed",
            chosen=True,
            precision="second" if is_precise else "minute",
        )
        return clock, seconds, "FOLD_UNKNOWN" if early.utcoffset() != late.utcoffset() else ""


def _wall(written: str) -> datetime | None:
    for expression, (year, month, day) in _DATES:
        found = expression.fullmatch(written.strip())
        if found is None:
            continue
        date, (hour, minute, second, half) = found.groups()[:3], found.groups()[3:]
        name = date[month][:3].lower()
        hours = int(hour) % 12 + 12 * (half.lower() == "pm") if half else int(hour)
        if name not in _MONTHS:
            continue
        try:
            return datetime(  # noqa: DTZ001 - wall time, as the page has it
                int(date[year]),
                _MONTHS.index(name) + 1,
                int(date[day]),
                hours,
                int(minute),
                int(second or 0),
            )
        except ValueError:
            return None
    return None


@dataclass(frozen=True, slots=True)
class PageSurvey:
    """One page of a thread."""

    source: Source
    title: str
    options: Mapping[str, str]
    plausible: Window
    limits: tuple[str, ...]
    is_sure: bool
    variant: str = "html"
    questions: tuple[Question, ...] = ()

    @property
    def declared(self) -> Mapping[str, int]:
        """Nothing: a page does not say how long it is."""
        return {}

    def read(self, sink: Sink) -> None:
        """Put every box and every byte into the sink, in file order."""
        stretch = Stretch(self.source.chunks(), moved=sink.progress)
        dates = Dates(self.options["zone"], self.plausible)
        sink.ledger.framing += _to_box(stretch)
        while stretch.left:
            start = stretch.offset
            data = _box(stretch)
            self._one(sink, dates, data, start, stretch.offset)
            sink.flush_if_full()
        if not self.is_sure:
            sink.issues.add("APP_ASSUMED")

    def _one(self, sink: Sink, dates: Dates, data: bytes | None, start: int, end: int) -> None:
        if data is None:
            sink.ledger.unparsed += end - start
            sink.rejected += 1
            sink.issues.add("TOO_LONG")
            return
        body, tail = _without_end(data)
        box = read_box(body.decode("utf-8", "replace"), self.source.files)
        if not box.time or not (box.sender or box.words or box.parts):
            sink.ledger.skipped += end - start
            sink.issues.add("NO_MESSAGE_BOX")
            return
        clock, seconds, doubt = dates.read(box.time)
        media = sum(part.type in _MEDIA.values() for part in box.parts)
        owner = self.options.get("owner", "")
        event = Event(
            kind="message",
            at=(clock,),
            sender=box.sender or None,
            text=box.words,
            locator=Locator(start, end - len(tail), self.source.member),
            media=next((part.name for part in box.parts if part.type in _MEDIA.values()), None),
            issues=("LOW_CONFIDENCE", doubt) if doubt else ("LOW_CONFIDENCE",),
            direction=("out" if box.sender == owner else "in") if owner and box.sender else "",
            conversation=self.title,
            parts=tuple(box.parts),
        )
        flags = (FLAG_MEDIA if media else 0) | (FLAG_FOLD_UNKNOWN if doubt == "FOLD_UNKNOWN" else 0)
        sink.add(event, seconds=seconds, flags=flags)
        sink.attachments += max(0, media - 1)
        sink.ledger.records += end - start - len(tail)
        sink.ledger.framing += len(tail)


def page(
    source: Source, *, options: Mapping[str, str], limits: tuple[str, ...], is_sure: bool
) -> PageSurvey:
    """The survey of one page. Raises ``UsageProblem`` for a zone that is not known."""
    found = _TITLE.search(source.head(1 << 16))
    title = html.unescape(found[1].decode("utf-8", "replace")).strip() if found else ""
    member = source.member or ""
    kept = {"owner": options["owner"]} if options.get("owner") else {}
    settled = {"zone": zone_of(options), "zone_basis": "assumed", **kept}
    path = member.rpartition("/")[0] or title
    return PageSurvey(source, path, settled, Window(options), limits, is_sure)


def _to_box(stretch: Stretch) -> int:
    """Go to the next box, or to the end; how many bytes stand before it."""
    start = stretch.offset
    while (found := _BOX.search(stretch.data, stretch.at)) is None:
        stretch.at = max(stretch.at, len(stretch.data) - _LONGEST_MARK)
        if not stretch.more():
            stretch.at = len(stretch.data)
            return stretch.offset - start
    stretch.at = found.start()
    return stretch.offset - start


def _box(stretch: Stretch) -> bytes | None:
    """The box that begins here, up to the next; ``None`` when it is longer than is read."""
    looked = 1
    while (found := _BOX.search(stretch.data, stretch.at + looked)) is None:
        looked = max(looked, stretch.left - _LONGEST_MARK)
        if looked > MAX_BOX:
            stretch.at += 1
            _to_box(stretch)
            return None
        if not stretch.more():
            data = stretch.data[stretch.at :]
            stretch.at = len(stretch.data)
            return data if len(data) <= MAX_BOX else None
    data = stretch.data[stretch.at : found.start()]
    stretch.at = found.start()
    return data if len(data) <= MAX_BOX else None


def _without_end(data: bytes) -> tuple[bytes, bytes]:
    """The box, and what ends the page where it is the last one."""
    at = data.rfind(_END)
    return (data, b"") if at < 0 else (data[:at], data[at:])
