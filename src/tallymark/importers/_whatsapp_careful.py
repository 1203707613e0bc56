"""The careful way from a record to an event: every doubt is named, and the other reading is kept."""

from __future__ import annotations

from dataclasses import dataclass

from tallymark.importers._batch import Sink
from tallymark.importers._protocol import Source
from tallymark.importers._whatsapp_body import Content, content, notice
from tallymark.importers._whatsapp_clock import Clocks, Timed
from tallymark.importers._whatsapp_header import Header
from tallymark.importers._whatsapp_plain import Plain
from tallymark.importers._whatsapp_split import Cut
from tallymark.importers._whatsapp_survey import Found, label
from tallymark.model.event import (
    FLAG_AMBIGUOUS,
    FLAG_FOLD_UNKNOWN,
    FLAG_OMITTED,
    NO_TIME,
    Event,
    Locator,
)

HOUR = 3600
RUN = 32  # lines behind the clock that may still be text pasted into the message before
FEW = (
    3  # lines of another style that may be pasted text rather than a change of the phone's settings
)
LONG_NAME = 100
_QUOTES = '"“”„«»'
_ABOUT = (
    " changed ",
    " created ",
    " added ",
    " removed ",
    "security code",
    "encrypted",
    "joined using",
)


@dataclass(frozen=True, slots=True)
class Made:
    """An event with what the columns need."""

    event: Event
    seconds: int
    flags: int


@dataclass(frozen=True, slots=True)
class _Named:
    """Who a line says it is from, the text after that, and the other reading of the name."""

    name: str | None
    text: str
    other: str | None = None


class Careful:
    """Makes events of one file, in order. ``floor``: the time that the next line should not fall behind."""

    def __init__(self, source: Source, found: Found, clocks: Clocks, sink: Sink) -> None:
        self._member = source.member
        self._files = source.files
        self._found = found
        self._clocks = clocks
        self._sink = sink
        self._form = found.style.sample.form
        self._labels = found.labels()
        self._unsure = found.unsure()
        self._lone = found.lone()
        self._run = 0
        self.floor = -(2**62)
        self.owner_start: int | None = None
        self.plain = Plain(found, clocks, sink, member=source.member)

    def make(self, start: int, end: int, cut: Cut) -> Made:
        """The event of the record at [start, end)."""
        _head, date, time, sender, header, body = cut
        timed = self._timed(date, time, header)
        decoded = body.decode("utf-8", errors="replace")
        named = self._named(sender, decoded)
        issues = list(timed.issues)
        if "\ufffd" in decoded and b"\xef\xbf\xbd" not in body:
            issues.append("BAD_ENCODING")
        detail = self._doubts(start, timed, named, header, issues)
        found = notice(named.text) if named.name is None else content(named.text)
        if date is not None and time is not None:
            self.plain.learn(date, time)
        made = self._made(Locator(start, end, self._member), timed, named, found, issues, detail)
        name = made.event.sender
        if sender is not None and name not in self._lone and name not in self._unsure:
            self.plain.learn_sender(sender, name)
        return made

    def _doubts(
        self, start: int, timed: Timed, named: _Named, header: Header | None, issues: list[str]
    ) -> dict[str, str]:
        """The other readings of a line; their codes go into ``issues``."""
        detail: dict[str, str] = {}
        if named.other is not None:
            issues.append("AMBIGUOUS_SENDER")
            detail["other_sender"] = named.other
        if self._may_be_text(timed, named.name, header, issues):
            detail["other_reading"] = "part of the message before"
            detail["other_start"] = str(self.owner_start)
        else:
            self.owner_start = start
        return detail

    def _made(
        self,
        locator: Locator,
        timed: Timed,
        named: _Named,
        found: Content,
        issues: list[str],
        detail: dict[str, str],
    ) -> Made:
        issues.extend(found.issues)
        name = named.name
        if found.kind == "system" and name is not None:
            detail["shown_as"] = name
            name = None
        state = (*found.state, *self._file_state(found, issues))
        doubtful = any(code.startswith("AMBIGUOUS") for code in issues)
        event = Event(
            kind=found.kind,
            at=timed.clocks,
            sender=name,
            text=named.text,
            locator=locator,
            media=found.media,
            state=state,
            issues=tuple(issues),
            detail={**found.detail, **detail},
        )
        flags = timed.flags | found.flags | (FLAG_AMBIGUOUS if doubtful else 0)
        return Made(event, timed.seconds, flags)

    def _timed(self, date: bytes | None, time: bytes | None, header: Header | None) -> Timed:
        if header is not None:
            self._sink.issues.add("STYLE_CHANGED")
            return self._clocks.read(
                header.form, day=header.date, clock=header.time, raw=header.raw
            )
        day, clock = (date or b"").decode(), (time or b"").decode()
        raw = day + self._found.style.between + clock
        return self._clocks.read(self._form, day=day, clock=clock, raw=raw)

    def _named(self, sender: bytes | None, text: str) -> _Named:
        if sender is None:
            return self._name_in(text)
        name = label(sender)
        if self._is_notice(name):
            return _Named(None, sender.decode("utf-8", errors="replace") + ": " + text)
        second = self._unsure.get(name)
        if second is not None and text.startswith(second + ": "):
            return _Named(name, text, f"{name}: {second}")
        return _Named(name, text)

    def _name_in(self, text: str) -> _Named:
        """A name in a line where the fast expression saw none: another style, or no space after the colon."""
        first, newline, rest = text.partition("\n")
        before, colon, after = first.partition(": ")
        name = label(before.encode())
        if colon and name and len(name) <= LONG_NAME and not self._is_notice(name):
            return _Named(name, after + newline + rest)
        before, colon, after = first.partition(":")
        name = label(before.encode())
        if colon and name and (name in self._labels or not after.strip("\r \u200e")):
            return _Named(name, after.removeprefix(" ") + newline + rest)
        return _Named(None, text)

    def _is_notice(self, name: str) -> bool:
        """Whether a "name" is rather the beginning of a notice with a colon in it."""
        if len(name) > LONG_NAME or "://" in name or sum(map(name.count, _QUOTES)) % 2:
            return True
        return self._labels[name] <= 1 and any(part in name for part in _ABOUT)

    def _may_be_text(
        self, timed: Timed, name: str | None, header: Header | None, issues: list[str]
    ) -> bool:
        """Whether this line may be text pasted into the message before; notes why in ``issues``."""
        doubt = self._falls_behind(timed, issues)
        if self.owner_start is None:
            return False
        if header is not None and self._found.other_styles[header.form] <= FEW:
            doubt = True
        if name in self._lone or "OTHER_DAY_ORDER" in issues:
            doubt = True
        if doubt:
            issues.append("AMBIGUOUS_HEADER")
        return doubt

    def _falls_behind(self, timed: Timed, issues: list[str]) -> bool:
        if timed.seconds == NO_TIME or "NO_SUCH_HOUR" in timed.issues:
            return False
        latest = timed.seconds + (HOUR if timed.flags & FLAG_FOLD_UNKNOWN else 0)
        if latest >= self.floor:
            self._run, self.floor = 0, max(timed.seconds, min(self.floor, latest))
            return False
        issues.append("OUT_OF_ORDER")
        self._run += 1
        if self._run >= RUN:
            self._run, self.floor = 0, timed.seconds
        return True

    def _file_state(self, found: Content, issues: list[str]) -> tuple[str, ...]:
        """Whether the file that a message names came with the export."""
        if found.flags & FLAG_OMITTED:
            self._sink.issues.add("MEDIA_OMITTED")
        if found.media is None:
            return ()
        if self._files is None:
            self._sink.issues.add("MEDIA_APART")
            return ("named",)
        state = self._files.get(found.media)
        if state is None:
            issues.append("MEDIA_MISSING")
        return (state or "missing",)
