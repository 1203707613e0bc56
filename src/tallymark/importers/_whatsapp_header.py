"""The grammar of one WhatsApp header line: date, time, half of the day, and what stands around them.

One anchored expression with bounded repeats and no nested ones reads a line in linear time. What
it accepts is listed in docs/guide/formats/whatsapp.md; a word it does not know is not guessed at,
because it might be the half of the day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from tallymark.importers._whatsapp_words import AFTERNOON, CONNECTORS, DAY_PERIODS, MORNING, TAILS

LOOKED_AT = 160  # no header is longer, in characters or bytes
_MARK = "[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]"
_SPACE = "[ \t\u00a0\u202f\u2009\u3000]"


def _any(words: tuple[str, ...]) -> str:
    """An alternation, longest first; a space in a word stands for any kind of space, or none."""
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(w).replace("\\ ", _SPACE + "?") for w in ordered)


_HALF = _any(MORNING + AFTERNOON + tuple(DAY_PERIODS)) + rf"|[ap]\.?{_SPACE}?m\b\.?"
_BETWEEN = rf"{_MARK}{{0,2}}{_SPACE}?(?:[/.\-‐‑–٫⁄]|년|年|月|월){_SPACE}?{_MARK}{{0,2}}"
_HEADER = re.compile(
    rf"""
    (?P<lead>{_MARK}{{0,4}})
    (?P<open>\[{_SPACE}?)?
    (?P<date>(?P<a>\d{{1,4}}){_BETWEEN}(?P<b>\d{{1,2}}){_BETWEEN}(?P<c>\d{{1,4}})(?!\d))
    (?P<gap>{_MARK}{{0,2}}[.日일]?{_SPACE}{{0,2}}(?:г\.|р\.)?[,،，、]?{_MARK}{{0,2}}{_SPACE}{{0,3}}
        (?:(?:{_any(CONNECTORS)}){_SPACE}{{0,2}})?{_MARK}{{0,2}})
    (?P<time>(?P<before>(?:{_HALF}){_SPACE}?)?
        (?P<h>\d{{1,2}})(?:[:.٫hH]|{_SPACE}[hH]{_SPACE})(?P<m>\d{{2}})(?:[:.٫](?P<s>\d{{2}}))?(?!\d)
        (?P<after>{_MARK}?{_SPACE}?(?:{_HALF}))?
        (?:{_SPACE}?(?:{_any(TAILS)}))?)
    (?P<close>(?(open){_SPACE}?\]{_SPACE}{{0,2}}
        |{_MARK}{{0,2}}(?:{_SPACE}{{1,2}}[-–—‐‑](?:{_SPACE}|\r?$)|:{_SPACE})))
    """,
    re.VERBOSE | re.IGNORECASE,
)

_HALVES: dict[str, str] = {
    **{re.sub(r"\s", "", w).casefold(): "am" for w in MORNING},
    **{re.sub(r"\s", "", w).casefold(): "pm" for w in AFTERNOON},
    **{w: w for w in DAY_PERIODS},
}


@dataclass(frozen=True)
class Stamp:
    """The numbers of a time of day. ``half`` is ``am``, ``pm``, a Chinese period, or empty."""

    hour: int
    minute: int
    second: int | None
    half: str

    @property
    def is_valid(self) -> bool:
        """Whether a clock can show it."""
        return self.hour < 24 and self.minute < 60 and (self.second or 0) < 60

    @property
    def note(self) -> str | None:
        """The code of an issue when hour and half of the day do not go together."""
        if self.half and self.hour == 0:
            return "HOUR_ZERO"
        return "HOUR_OVER_12" if self.half and self.hour > 12 else None

    @property
    def precision(self) -> str:
        """``minute``, or ``second`` where the export has seconds."""
        return "minute" if self.second is None else "second"

    @property
    def shown(self) -> str:
        """The time of day in ISO form, with seconds where the export has them."""
        plain = f"{self.hour24:02}:{self.minute:02}"
        return plain if self.second is None else f"{plain}:{self.second:02}"

    @property
    def seconds(self) -> int:
        """Seconds since midnight on the clock's face."""
        return self.hour24 * 3600 + self.minute * 60 + (self.second or 0)

    @property
    def hour24(self) -> int:
        """The hour from 0 to 23; an hour above 12 or of zero already says which half it is in."""
        if not self.half or self.hour > 12:
            return self.hour
        if self.half in DAY_PERIODS:
            return _by_period(self.hour, self.half)
        if self.hour == 0:
            return 0 if self.half == "am" else 12
        return self.hour % 12 + (12 if self.half == "pm" else 0)


def _by_period(hour: int, period: str) -> int:
    first, last = DAY_PERIODS[period]
    for shown in (hour % 12, hour % 12 + 12):
        if first <= shown <= last:
            return shown
    return hour


@dataclass(frozen=True)
class Header:
    """One header as found. ``length`` counts its characters, up to where sender or text begins."""

    match: re.Match[str]

    @property
    def length(self) -> int:
        """Characters up to the sender."""
        return self.match.end()

    @property
    def date(self) -> str:
        """The date as written."""
        return self.match["date"]

    @property
    def time(self) -> str:
        """The time as written, with the half of the day."""
        return self.match["time"]

    @property
    def raw(self) -> str:
        """Date and time with what stands between them, as written."""
        return self.match["date"] + self.match["gap"] + self.match["time"]

    @property
    def bracketed(self) -> bool:
        """Whether it is the form with square brackets, which iPhones write."""
        return self.match["open"] is not None

    @cached_property
    def parts(self) -> tuple[str, str, str]:
        """The three numbers of the date, in the order written."""
        return self.match["a"], self.match["b"], self.match["c"]

    @cached_property
    def form(self) -> tuple[bool, int, int, str]:
        """What makes two dates alike: brackets, digits of the first and third number, separator."""
        first, _, third = self.parts
        rest = self.match["date"][len(first) :]
        sign = next((c for c in rest if c in "/.-‐‑–٫⁄年년"), "")
        return self.bracketed, 4 if len(first) > 2 else 2, 4 if len(third) > 2 else 2, sign


def read_header(line: str) -> Header | None:
    """The header at the start of ``line``, or ``None``. Only its first 160 characters are looked at."""
    found = _HEADER.match(line[:LOOKED_AT])
    if found is None or not read_time(found["time"]).is_valid:
        return None
    if found["close"].startswith(":") and found["s"] is None:
        return None  # only the old iPhone form, which has seconds, ends in a colon
    return Header(found)


_TIME = re.compile(
    rf"(?P<before>\D*)(?P<h>\d{{1,2}}){_SPACE}?[:.٫hH]{_SPACE}?(?P<m>\d{{2}})(?:[:.٫](?P<s>\d{{2}}))?(?P<after>\D*)"
)


def read_time(text: str) -> Stamp:
    """The numbers in a time that ``read_header`` found. Digits of any script."""
    found = _TIME.fullmatch(text)
    if found is None:
        return Stamp(99, 0, None, "")
    half = _half(found["before"]) or _half(found["after"])
    second = int(found["s"]) if found["s"] else None
    return Stamp(int(found["h"]), int(found["m"]), second, half)


def _half(text: str) -> str:
    plain = re.sub(rf"{_SPACE}|{_MARK}", "", text).casefold()
    if not plain:
        return ""
    if plain in _HALVES:
        return _HALVES[plain]
    latin = re.match(r"([ap])\.?m", plain)
    if latin:
        return latin[1] + "m"
    for word, half in _HALVES.items():  # a tail such as "Uhr" may follow
        if plain.startswith(word) and half:
            return half
    return ""
