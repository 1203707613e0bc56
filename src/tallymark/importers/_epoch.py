"""Times that an export writes as a count since 1970: what they can mean, and as a clock.

Backups and services write milliseconds, some fields and some programs seconds. Only a reading that
is plausible is taken; anything else is an unknown time, and the figure stays as written.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from tallymark.importers._plausible import Window
from tallymark.model.event import NO_TIME, Clock

_LONGEST = 20  # digits that a count of milliseconds can have
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Counted(NamedTuple):
    """Seconds since 1970 UTC, or ``NO_TIME``; whether the figure counted seconds already."""

    seconds: int
    in_seconds: bool = False


def counted(raw: str, plausible: Window) -> Counted:
    """A figure as time: milliseconds where that is plausible, else seconds, else unknown."""
    if not (raw.isascii() and raw.isdecimal()) or len(raw) > _LONGEST:
        return Counted(NO_TIME)
    number = int(raw)
    for seconds, are_seconds in ((number // 1000, False), (number, True)):
        if seconds in plausible:
            return Counted(seconds, are_seconds)
    return Counted(NO_TIME)


def shown(seconds: int) -> str:
    """UTC, ISO 8601 to the second, as clocks of the zone ``UTC`` are written."""
    return f"{_EPOCH + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}"


def clock(role: str, raw: str, seconds: int, *, chosen: bool = False) -> Clock:
    """A clock of a count since 1970; without a value where the time is unknown."""
    if seconds == NO_TIME:
        return Clock(role, "", raw)
    return Clock(role, shown(seconds), raw, "UTC", "in_data", chosen=chosen, precision="second")
