"""Days, times and sizes in words, as a person would say them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from tallymark.model.moment import Moment

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def day_words(value: str | date) -> str:
    """``Sunday 3 May 2026`` from a date or ``2026-05-03``."""
    day = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def _point(value: str) -> str:
    return day_words(value) + (f" at {value[11:16]}" if "T" in value else "")


def moment_words(moment: Moment) -> str:
    """A stated time with how sure it is: ``about Sunday 3 May 2026``."""
    if moment.end:
        return f"{_point(moment.value)} to {_point(moment.end)}"
    about = "about " if moment.precision == "about" else ""
    return about + _point(moment.value)


def written_words(value: str, zone: str) -> str:
    """A record's written time (UTC) on the clock of ``zone``."""
    local = datetime.fromisoformat(value).astimezone(ZoneInfo(zone))
    return _point(local.strftime("%Y-%m-%dT%H:%M"))


def size_words(size: int) -> str:
    """A file size: bytes, kB, MB or GB."""
    for unit, step in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= step:
            return f"{size / step:.1f} {unit}"
    return f"{size} bytes"
