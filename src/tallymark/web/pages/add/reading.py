"""Reads the answers as typed. Nothing is guessed: what cannot be read is asked again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from tallymark.model.moment import Moment, Precision

_TIME = re.compile(r"(\d{1,2})(?:[:.h ]?(\d{2}))?\s*(am|pm)?\Z")
_PRECISION: dict[str, Precision] = {
    "exact": "minute",
    "day": "day",
    "about": "about",
    "range": "range",
}


class Unclear(ValueError):
    """An answer that cannot be read; ``problems`` says in plain words which and what to do."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("an answer cannot be read")
        self.problems = problems


def read_moment(answers: Mapping[str, str], *, zone: str, today: date) -> Moment:
    """The time that the answers state. Raises ``Unclear``."""
    sure = answers.get("sure", "")
    if sure not in _PRECISION:
        raise Unclear({"sure": "Choose how well you know the time."})
    value = _point(answers, "from", today, with_time=sure != "day")
    if sure == "exact" and "T" not in value:
        raise Unclear({"from_time": "Type the time, or choose that you know the day only."})
    end = _point(answers, "to", today, with_time=True) if sure == "range" else None
    if end is not None:
        _check_order(value, end)
    return Moment(value, precision=_PRECISION[sure], zone=zone, end=end)


def _check_order(start: str, end: str) -> None:
    """A day alone begins at midnight, so on one day either both have a time or only the end has."""
    if datetime.fromisoformat(end) >= datetime.fromisoformat(start):
        return
    if end == start[:10]:
        raise Unclear({"to_time": "Type the time it ended too, or leave both times empty."})
    raise Unclear({"to": "The end is before the start. Look at both days again."})


def _point(answers: Mapping[str, str], which: str, today: date, *, with_time: bool) -> str:
    day = read_day(answers, which)
    if day is None:
        raise Unclear({which: "Type the day, the month and the year in numbers."})
    if day > today + timedelta(days=1):
        raise Unclear({which: "This day has not come yet. Look at the year."})
    typed = answers.get(f"{which}_time", "").strip().casefold()
    if not typed or not with_time:
        return day.isoformat()
    return f"{day.isoformat()}T{_clock(typed, which)}"


def read_day(answers: Mapping[str, str], which: str) -> date | None:
    """The day in three boxes; ``None`` when all are empty. Raises ``Unclear``."""
    parts = [answers.get(f"{which}_{part}", "").strip() for part in "dmy"]
    if not any(parts):
        return None
    problem = Unclear({which: "This is not a day. For 3 May 2026 type 3, then 5, then 2026."})
    if not all(part.isascii() and part.isdigit() for part in parts) or len(parts[2]) != 4:
        raise problem
    try:
        return date(int(parts[2]), int(parts[1]), int(parts[0]))
    except ValueError:
        raise problem from None


def _clock(typed: str, which: str) -> str:
    found = _TIME.match(typed)
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    if found and found[3] and 1 <= hour <= 12:
        hour = hour % 12 + (12 if found[3] == "pm" else 0)
    if hour > 23 or minute > 59 or (found and found[3] == "am" and hour > 12):
        raise Unclear({f"{which}_time": "This is not a time. Type it like 21:10 or 9.10pm."})
    return f"{hour:02}:{minute:02}"


def problems_of(step: str, answers: Mapping[str, str], *, zone: str, today: date) -> dict[str, str]:
    """What has to be asked again on the page ``step``."""
    if step == "when":
        try:
            read_moment(answers, zone=zone, today=today)
        except Unclear as unclear:
            return unclear.problems
        except ValueError:
            return {"from": "This is not a day. For 3 May 2026 type 3, then 5, then 2026."}
    if step == "what" and not (answers.get("what_happened") or answers.get("words_said")):
        return {"what_happened": "Write a few words. They can be short."}
    if step == "who" and answers.get("seen") == "yes" and not answers.get("seen_by"):
        return {"seen_by": "Write who saw it. If you do not know the name, say what you know."}
    return {}


def names(text: str) -> list[str]:
    """One name a line, or with commas between."""
    found = [part.strip() for part in re.split(r"[\n,;]", text)]
    return list(dict.fromkeys(name for name in found if name))
