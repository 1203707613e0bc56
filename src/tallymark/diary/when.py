"""Reads a time as a tired person types it, and never guesses more than they said."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from tallymark.errors import RecordError
from tallymark.model.moment import Moment, Precision

_DATE = re.compile(r"(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[/.](\d{1,2})[/.](\d{4}))")
_TIME = re.compile(r"(?:at )?(\d{1,2})(?::|\.)?(\d{2})?\s*(am|pm)?\Z")
EXAMPLES = "now, today 21:10, yesterday, 3/5/2026 21:10, about 2026-05-03"


def read_when(text: str, *, now: datetime, zone: str) -> Moment:
    """A ``Moment`` in ``zone`` from words such as ``about 3/5/2026 9:10pm``; day before month.

    ``now`` is the wall clock in ``zone``. ``A to B`` is a range. Raises ``RecordError`` with
    examples when it cannot be read.
    """
    words = " ".join(text.casefold().split())
    if " to " in words:
        first, last = (_single(part, now) for part in words.split(" to ", 1))
        return _moment(first[0], "range", zone, end=last[0])
    value, precision = _single(words, now)
    return _moment(value, precision, zone)


def _moment(value: str, precision: Precision, zone: str, end: str | None = None) -> Moment:
    try:
        return Moment(value, precision=precision, zone=zone, end=end)
    except ValueError as problem:
        raise RecordError(f"The time was not understood: {problem}.") from problem


def _single(words: str, now: datetime) -> tuple[str, Precision]:
    about = words.startswith("about ")
    rest = words.removeprefix("about ")
    if rest == "now":
        return now.strftime("%Y-%m-%dT%H:%M"), "minute"
    day, rest = _day(rest, now)
    if not rest:
        return day.strftime("%Y-%m-%d"), "about" if about else "day"
    hour, minute = _clock(rest)
    precise: Precision = "about" if about else "minute"
    return f"{day:%Y-%m-%d}T{hour:02}:{minute:02}", precise


def _day(words: str, now: datetime) -> tuple[datetime, str]:
    for name, back in (("today", 0), ("yesterday", 1)):
        if words.startswith(name):
            return now - timedelta(days=back), words.removeprefix(name).strip(" ,")
    found = _DATE.match(words)
    if not found:
        if _TIME.match(words):
            return now, words
        raise RecordError(f"The time was not understood. Examples: {EXAMPLES}.")
    year, month, date, date2, month2, year2 = found.groups()
    try:
        day = datetime(int(year or year2), int(month or month2), int(date or date2))  # noqa: DTZ001 - wall date
    except ValueError:
        raise RecordError(f"There is no such day. Examples: {EXAMPLES}.") from None
    return day, words[found.end() :].strip(" ,t")


def _clock(words: str) -> tuple[int, int]:
    found = _TIME.match(words)
    if not found:
        raise RecordError(f"The time was not understood. Examples: {EXAMPLES}.")
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return hour, minute
