"""Days, weeks and hours as a clock on the wall shows them, over sorted columns of UTC seconds.

No event is turned into an object: stretches with one offset from UTC are found by halving, and
counting jumps from one boundary to the next.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tallymark.picture._view import MONTHS

_EPOCH = 719163  # date.toordinal of 1970-01-01
_DAY = 86_400
_WEEK, _THURSDAY = 168, 72  # hours of a week; 1970 began on a Thursday
_STRETCH = 20 * _DAY  # shorter than the time between two changes of the clocks anywhere
FAR = 2**62
_FIRST, _LAST = -62_135_424_000, 253_402_128_000  # a day inside the years 1 and 9999, for any zone


@dataclass(frozen=True, slots=True)
class Bins:
    """Spans of time beside each other. ``edges`` are UTC seconds, one more than ``starts``."""

    unit: str
    starts: tuple[date, ...]
    edges: tuple[int, ...]

    def label(self, index: int) -> str:
        """How this span is called, for example ``week of 4 May 2026``."""
        day = self.starts[index]
        if self.unit == "week":
            return f"week of {day.day} {MONTHS[day.month - 1]} {day.year}"
        if self.unit == "month":
            return f"{MONTHS[day.month - 1]} {day.year}"
        if self.unit == "quarter":
            return f"{MONTHS[day.month - 1]} to {MONTHS[day.month + 1]} {day.year}"
        return f"{self.unit} from {day.year}"


class LocalClock:
    """The clock of one IANA zone. Summer time is that of the zone data on each date."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self._info = ZoneInfo(zone)

    def day_start(self, day: date) -> int:
        """UTC seconds of the first instant of a local day."""
        return int(datetime(day.year, day.month, day.day, tzinfo=self._info).timestamp())

    def day_end(self, day: date) -> int:
        """UTC seconds at which the next local day begins; far away for the last date there is."""
        return FAR if day == date.max else self.day_start(day + timedelta(days=1))

    def local(self, seconds: int) -> datetime:
        """The wall clock at an instant."""
        return datetime.fromtimestamp(min(max(seconds, _FIRST), _LAST), self._info)

    def day(self, seconds: int) -> date:
        """The local day of an instant."""
        return self.local(seconds).date()

    def stretches(self, seconds: Sequence[int]) -> list[tuple[int, int, int]]:
        """(first index, end index, offset in seconds) for each run with one offset from UTC."""
        found: list[tuple[int, int, int]] = []
        stack = [(0, len(seconds) - 1)] if seconds else []
        while stack:
            low, high = stack.pop()
            first, last = seconds[low], seconds[high]
            offset = self._offset(first)
            if last - first < _STRETCH and offset == self._offset(last):
                if found and found[-1][2] == offset:
                    found[-1] = (found[-1][0], high + 1, offset)
                else:
                    found.append((low, high + 1, offset))
                continue
            middle = bisect_left(seconds, (first + last) // 2 + 1, low, high + 1)
            stack.append((middle, high))
            stack.append((low, middle - 1))
        return found

    def days(self, seconds: Sequence[int]) -> set[date]:
        """The distinct local days on which there is at least one of these instants."""
        return {_date(day) for day, _ in self._days(seconds)}

    def per_day(self, seconds: Sequence[int]) -> Counter[date]:
        """How many of these instants fall on each local day."""
        counted: Counter[date] = Counter()
        for day, many in self._days(seconds):
            counted[_date(day)] += many
        return counted

    def hours(self, seconds: Sequence[int]) -> Counter[tuple[int, int]]:
        """How many fall in each (weekday, hour); Monday is 0."""
        slots = [0] * _WEEK
        for low, high, offset in self.stretches(seconds):
            here = low
            while here < high:
                hour = (seconds[here] + offset) // 3600
                then = bisect_left(seconds, (hour + 1) * 3600 - offset, here, high)
                slots[(hour + _THURSDAY) % _WEEK] += then - here
                here = then
        return Counter({divmod(slot, 24): many for slot, many in enumerate(slots) if many})

    def _days(self, seconds: Sequence[int]) -> list[tuple[int, int]]:
        """(days since 1970, how many) for each run of instants on one local day."""
        found = []
        for low, high, offset in self.stretches(seconds):
            here = low
            while here < high:
                day = (seconds[here] + offset) // _DAY
                then = bisect_left(seconds, (day + 1) * _DAY - offset, here, high)
                found.append((day, then - here))
                here = then
        return found

    def _offset(self, seconds: int) -> int:
        gap = self.local(seconds).utcoffset() or timedelta()
        return gap.days * _DAY + gap.seconds

    def bins(self, first: date, last: date, *, most: int, finest: str = "week") -> Bins:
        """Weeks, else months, quarters or years, such that there are at most ``most`` of them."""
        units = ("week", "month", "quarter")
        for unit in units[units.index(finest) :]:
            if self._rough(first, last, unit=unit) <= most:
                return self._bins(_starts(first, last, unit=unit), unit=unit)
        step = 1
        while (last.year - first.year) // step + 1 > most:
            step *= 5
        years = range(first.year, last.year + 1, step)
        unit = "year" if step == 1 else f"{step} years"
        return self._bins([date(year, 1, 1) for year in years], unit=unit)

    @staticmethod
    def _rough(first: date, last: date, *, unit: str) -> int:
        days = {"week": 7, "month": 30, "quarter": 91}[unit]
        return (last - first).days // days + 2

    def _bins(self, starts: list[date], *, unit: str) -> Bins:
        edges = [self.day_start(day) for day in starts]
        return Bins(unit=unit, starts=tuple(starts), edges=(*edges, FAR))


def _starts(first: date, last: date, *, unit: str) -> list[date]:
    if unit == "week":
        begin = first - timedelta(days=min(first.weekday(), first.toordinal() - 1))
        return [date.fromordinal(day) for day in range(begin.toordinal(), last.toordinal() + 1, 7)]
    step = 1 if unit == "month" else 3
    begin_month = first.year * 12 + (first.month - 1) // step * step
    end_month = last.year * 12 + last.month - 1
    return [date(m // 12, m % 12 + 1, 1) for m in range(begin_month, end_month + 1, step)]


def _date(day: int) -> date:
    """The date of a day counted from 1970, within the dates there are."""
    return date.fromordinal(min(max(_EPOCH + day, 1), date.max.toordinal()))


def instant(written: str) -> int:
    """UTC seconds of a record's ``written``, such as ``2026-05-03T18:20:00Z``."""
    return int(datetime.fromisoformat(written).astimezone(UTC).timestamp())


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it is shorter."""
    month = day.year * 12 + day.month - 1 + months
    if (month + 1) // 12 > date.max.year:
        return date.max
    first = date(month // 12, month % 12 + 1, 1)
    following = date((month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))
