"""Wall times of an export under its assumed zone: the chosen reading, the other one, and their doubts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tallymark.importers._whatsapp_dates import Decision, Form
from tallymark.importers._whatsapp_header import Stamp, read_time
from tallymark.importers._whatsapp_survey import parts_of
from tallymark.model.event import FLAG_FOLD_UNKNOWN, NO_TIME, Clock

MAX_CACHED = 100_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Timed:
    """The clock of one line; ``seconds`` in UTC under the assumed zone, or ``NO_TIME``."""

    clocks: tuple[Clock, ...]
    seconds: int
    flags: int = 0
    issues: tuple[str, ...] = ()


class Clocks:
    """Turns the dates and times of one file into clocks. ``zone`` is an IANA name, assumed."""

    def __init__(self, zone: str, decisions: Mapping[Form, Decision]) -> None:
        self.zone = zone
        self._zone = ZoneInfo(zone)
        self._decisions = decisions
        self._days: dict[tuple[Form, str], tuple[str, int] | None] = {}
        self._stamps: dict[str, Stamp] = {}

    def stamp(self, written: str) -> Stamp:
        """The numbers of a time of day as written."""
        stamp = self._stamps.get(written)
        if stamp is None:
            if len(self._stamps) >= MAX_CACHED:
                self._stamps.clear()
            stamp = self._stamps[written] = read_time(written)
        return stamp

    def plain_day(self, form: Form, written: str) -> tuple[str, int] | None:
        """A plain day: its ISO date and the UTC seconds of its midnight.

        ``None`` when the day needs a closer look at every line: unreadable, in doubt, or with a
        change of the clocks.
        """
        key = form, written
        if key not in self._days:
            if len(self._days) >= MAX_CACHED:
                self._days.clear()
            self._days[key] = self._plain_day(form, written)
        return self._days[key]

    def _plain_day(self, form: Form, written: str) -> tuple[str, int] | None:
        day, other = self._read_day(form, written)
        if day is None or other is not None or self._is_stray(form, written):
            return None
        start = datetime(day.year, day.month, day.day, tzinfo=self._zone)
        if len({(start + timedelta(hours=h)).utcoffset() for h in (-2, 0, 6, 12, 18, 26)}) > 1:
            return None
        return day.isoformat(), int((start - _EPOCH).total_seconds())

    def _read_day(self, form: Form, written: str) -> tuple[date | None, date | None]:
        decision = self._decisions.get(form)
        return decision.read(parts_of(written)) if decision else (None, None)

    def _is_stray(self, form: Form, written: str) -> bool:
        decision = self._decisions.get(form)
        return decision is not None and decision.is_stray(parts_of(written))

    def read(self, form: Form, *, day: str, clock: str, raw: str) -> Timed:
        """The clock of a line, with every doubt about it named."""
        stamp, plain = self.stamp(clock), self.plain_day(form, day)
        if not stamp.is_valid:
            return Timed((Clock("sent", "", raw),), NO_TIME, issues=("UNKNOWN_TIME",))
        if plain is not None:
            issues = (stamp.note,) if stamp.note else ()
            made = self._clock(f"{plain[0]}T{stamp.shown}", raw, stamp)
            return Timed((made,), plain[1] + stamp.seconds, issues=issues)
        return self._closely(form, day=day, stamp=stamp, raw=raw)

    def _clock(self, value: str, raw: str, stamp: Stamp, other: str | None = None) -> Clock:
        return Clock(
            role="sent",
            value=value,
            raw=raw,
            zone=self.zone,
            source="assumed",
            chosen=True,
            precision=stamp.precision,
            other=other,
        )

    def _closely(self, form: Form, *, day: str, stamp: Stamp, raw: str) -> Timed:
        first, other = self._read_day(form, day)
        issues = [stamp.note] if stamp.note else []
        if first is None:
            clock = Clock("sent", "", raw, precision=stamp.precision)
            return Timed((clock,), NO_TIME, issues=(*issues, "UNKNOWN_DATE"))
        seconds, doubt = self._utc(datetime.fromisoformat(f"{first}T{stamp.shown}"))
        flags = FLAG_FOLD_UNKNOWN if doubt == "FOLD_UNKNOWN" else 0
        if doubt:
            issues.append(doubt)
        if other is not None:
            issues.append("AMBIGUOUS_DATE")
        if self._is_stray(form, day):
            issues.append("OTHER_DAY_ORDER")
        second = f"{other}T{stamp.shown}" if other else None
        clock = self._clock(f"{first}T{stamp.shown}", raw, stamp, second)
        return Timed((clock,), seconds, flags, tuple(issues))

    def _utc(self, wall: datetime) -> tuple[int, str | None]:
        """UTC seconds, the earlier of two, and whether this wall time happens twice or never."""
        early = wall.replace(tzinfo=self._zone, fold=0)
        late = wall.replace(tzinfo=self._zone, fold=1)
        seconds = int((early - _EPOCH).total_seconds())
        before, after = early.utcoffset(), late.utcoffset()
        if before == after or before is None or after is None:
            return seconds, None
        return seconds, "FOLD_UNKNOWN" if before > after else "NO_SUCH_HOUR"
