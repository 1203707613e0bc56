"""The clocks of one file side by side: which of them do not agree, and by how much. None is preferred."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

WORDS = {
    "camera_taken": "the camera, when it was taken",
    "camera_digitised": "the camera, when it was stored",
    "gps_utc": "the satellites (UTC)",
    "file_changed": "the program that changed it last",
    "picture_written": "the program that wrote the picture",
    "png_time_utc": "the picture's last change (UTC)",
    "xmp_created": "a note of when it was made",
    "xmp_changed": "a note of when it was changed",
    "movie_made_utc": "the clip, when it was made (meant as UTC)",
    "movie_changed_utc": "the clip, when it was changed (meant as UTC)",
    "movie_made": "the phone, when the clip was made",
    "sound_made": "the recorder",
    "document_made": "the document, when it was made",
    "document_changed": "the document, when it was changed",
    "name_says": "the file's name",
    "name_says_utc": "the file's name (UTC)",
    "name_says_day": "the file's name (a day)",
}
"""What each clock is, in plain words."""

MADE = (
    *("movie_made", "camera_taken", "gps_utc", "camera_digitised", "movie_made_utc", "sound_made"),
    *(
        "name_says_utc",
        "name_says",
        "xmp_created",
        "document_made",
        "picture_written",
        "png_time_utc",
    ),
)
"""Clocks that say when a file was made, in the order in which files are put beside each other."""

_FAR = timedelta(minutes=5)
_ZONES = timedelta(hours=14)
_QUARTER = 15 * 60


@dataclass(frozen=True, slots=True)
class Difference:
    """Two clocks of one file that part by ``seconds``.

    ``may_be_zone`` is true when one of them states no zone and the difference is a whole number of
    quarter hours, at most 14 hours: then it may be the time zone and nothing else.
    """

    first: str
    second: str
    seconds: int
    may_be_zone: bool

    def told(self) -> str:
        """One plain sentence."""
        words = f"Two clocks differ by {span(self.seconds)}: {WORDS[self.first]}, and {WORDS[self.second]}."
        return f"{words} This may be the time zone." if self.may_be_zone else words


def span(seconds: int) -> str:
    """``21 hours 58 minutes``; days from two days on."""
    days, rest = divmod(abs(seconds), 86_400)
    hours, minutes = rest // 3600, rest // 60 % 60
    parts = [(days, "day"), (hours, "hour"), (minutes, "minute")]
    said = [f"{n:,} {word}{'' if n == 1 else 's'}" for n, word in parts if n]
    return " ".join(said[:2]) or f"{abs(seconds)} seconds"


def differences(clocks: Mapping[str, str]) -> list[Difference]:
    """Each pair of clocks that say when the file was made, and part by more than five minutes.

    A clock that agrees with one before it to the second is not compared again.
    """
    known: dict[str, datetime] = {}
    for name in MADE:
        at = _read(clocks.get(name, ""))
        if at is not None and at not in known.values():
            known[name] = at
    return [
        found
        for (first, one), (second, other) in combinations(known.items(), 2)
        if (found := _compared(first, one, second, other)) is not None
    ]


def _compared(first: str, one: datetime, second: str, other: datetime) -> Difference | None:
    both = (one.tzinfo is None) == (other.tzinfo is None)
    plain = (one, other) if both else (_bare(one), _bare(other))
    apart = plain[0] - plain[1]
    if abs(apart) <= _FAR:
        return None
    seconds = int(abs(apart).total_seconds())
    off = (seconds + _QUARTER // 2) % _QUARTER - _QUARTER // 2
    zone = not both and abs(apart) <= _ZONES and abs(off) <= 120
    return Difference(first, second, seconds, zone)


def _bare(at: datetime) -> datetime:
    """Wall time where no zone is stated; else UTC, so that a difference of zones stays a difference."""
    return at if at.tzinfo is None else at.astimezone(UTC).replace(tzinfo=None)


def best(
    clocks: Mapping[str, str], *, modified: str | None, zone: str
) -> tuple[str, datetime] | None:
    """The clock by which a file is put in order among others, and its instant; else the file's time.

    Only an order to look through them by: where clocks differ, that is said, and none is the truth.
    """
    for name in MADE:
        at = _read(clocks.get(name, ""))
        if at is not None:
            aware = at if at.tzinfo is not None else at.replace(tzinfo=ZoneInfo(zone))
            return name, aware.astimezone(UTC)
    at = _read(modified or "")
    return None if at is None or at.tzinfo is None else ("file_time", at.astimezone(UTC))


def _read(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if len(text) > 10 and 1990 <= at.year < 2100 else None
