"""A time as a person or a file states it: with its precision, its basis and its zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

Precision = Literal["minute", "hour", "part_of_day", "day", "range", "about"]
Basis = Literal["memory", "clock", "device", "message_metadata", "witness", "estimate", "document"]

_WALL = re.compile(r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?)?\Z")


class Moment(msgspec.Struct, frozen=True, omit_defaults=True):
    """Wall-clock time in a named zone; never silently turned into another zone.

    ``value`` and ``end`` are ``YYYY-MM-DD`` or ``YYYY-MM-DDTHH:MM[:SS]`` as read off a clock in
    ``zone`` (an IANA name). ``fold`` is 0 or 1 for the hour that happens twice in autumn, or
    ``None`` when it is not known which. ``end`` is set for a range. Raises ``ValueError`` on a
    value that is not a date.
    """

    value: str
    precision: Precision = "minute"
    basis: Basis = "memory"
    zone: str = "Europe/London"
    end: str | None = None
    fold: int | None = None

    def __post_init__(self) -> None:
        """Refuse what is not a date or a zone, so that no later room has to."""
        for text in (self.value, self.end):
            if text is not None and not _WALL.match(text):
                message = "a time is written as 2026-05-03 or 2026-05-03T21:10"
                raise ValueError(message)
        datetime.fromisoformat(self.value)
        if self.end is not None and datetime.fromisoformat(self.end) < datetime.fromisoformat(
            self.value
        ):
            message = "the end of a time range is before its start"
            raise ValueError(message)
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError):
            message = "the time zone is not known; use a name such as Europe/London"
            raise ValueError(message) from None

    @property
    def has_clock_time(self) -> bool:
        """Whether a time of day is stated, not only a date."""
        return "T" in self.value

    def wall(self) -> datetime:
        """The stated wall time as a naive value; midnight for a bare date."""
        return datetime.fromisoformat(self.value)

    def utc(self) -> datetime:
        """The instant, aware, in UTC. An unknown fold is taken as the earlier of the two."""
        aware = self.wall().replace(tzinfo=ZoneInfo(self.zone), fold=self.fold or 0)
        return aware.astimezone(UTC)

    def is_ambiguous(self) -> bool:
        """Whether this wall time happens twice and the fold is not known."""
        if self.fold is not None or not self.has_clock_time:
            return False
        zone = ZoneInfo(self.zone)
        early = self.wall().replace(tzinfo=zone, fold=0).utcoffset()
        late = self.wall().replace(tzinfo=zone, fold=1).utcoffset()
        return early != late and (early or timedelta()) > (late or timedelta())
