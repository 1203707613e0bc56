"""Wall times of an export under its assumed zone: the chosen reading, the other one, and their doubts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tallymark.importers._whatsapp_dates import Decision, Form
from tallymark.importers._whatsapp_header import Stamp, read_time
from tallymark.importers._whatsapp_survey import parts_of
from tallymark.model.event import FLAG_AMBIGUOUS, FLAG_FOLD_UNKNOWN, NO_TIME, Clock

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

    def __init__(self, zone: str, decisions: dict[Form, Decision]) -> None:
        self.zone = zone
        self._zone = ZoneInfo(zone)
        self._decisions = decisions

    def days(self, form: Form, written: str) -> tuple[date | None, date | None]:
        """The chosen reading of a date and, where there is doubt, the other one."""
        decision = self._decisions.get(form)
        return decision.read(parts_of(written)) if decision else (None, None)

    def base(self, form: Form, written: str) -> tuple[str, int] | None:
        """A plain day: its ISO date and the UTC seconds of its midnight.

        ``None`` when the day needs a closer look at every line: unreadable, in doubt, or with a
        change of the clocks.
        """
        day, other = self.days(form, written)
        if day is None or other is not None:
            return None
        start = datetime(day.year, day.month, day.day, tzinfo=self._zone)
        offsets = {(start + timedelta(hours=h)).utcoffset() for h in (-2, 0, 6, 12, 18, 26)}
        if len(offsets) > 1:
            return None
        return day.isoformat(), int((start - _EPOCH).total_seconds())

    def read(self, form: Form, *, date_text: str, time_text: str, raw: str) -> Timed:
        """The clock of a line, with every doubt about it named."""
        stamp = read_time(time_text)
        day, other = self.days(form, date_text)
        precision = "minute" if stamp.second is None else "second"
        issues = [stamp.note] if stamp.note else []
        if day is None:
            clock = Clock("sent", "", raw, precision=precision)
            return Timed((clock,), NO_TIME, 0, (*issues, "UNKNOWN_DATE"))
        flags = 0
        wall = _wall(day, stamp)
        seconds, doubt = self._utc(wall)
        if doubt == "FOLD_UNKNOWN":
            flags |= FLAG_FOLD_UNKNOWN
        if doubt:
            issues.append(doubt)
        if other is not None:
            flags |= FLAG_AMBIGUOUS
            issues.append("AMBIGUOUS_DATE")
        clock = Clock(
            role="sent",
            value=_iso(wall, stamp),
            raw=raw,
            zone=self.zone,
            source="assumed",
            chosen=True,
            precision=precision,
            other=_iso(_wall(other, stamp), stamp) if other else None,
        )
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


def _wall(day: date, stamp: Stamp) -> datetime:
    return datetime(day.year, day.month, day.day, stamp.hour24, stamp.minute, stamp.second or 0)  # noqa: DTZ001 - wall time


def _iso(wall: datetime, stamp: Stamp) -> str:
    return wall.isoformat(timespec="minutes" if stamp.second is None else "seconds")
