"""Times as Apple's programs count them: seconds since 2001-01-01 in UTC."""

from __future__ import annotations

from math import floor

from tallymark.importers._epoch import shown
from tallymark.importers._plausible import Window
from tallymark.model.event import NO_TIME, Clock

_UNIX = 978_307_200


class Clocks:
    """Makes clocks of them; what cannot be a time of this import is not chosen."""

    def __init__(self, window: Window) -> None:
        self._window = window

    def of(self, date: object, sent: object, issues: list[str]) -> tuple[tuple[Clock, ...], int]:
        """The clocks of a row and the time for its column; doubts go into ``issues``."""
        first, seconds = self._clock("sent", date)
        if seconds == NO_TIME:
            issues.append("IMPLAUSIBLE_TIME" if first.value else "UNKNOWN_DATE")
        if sent is None or sent == date:
            return (first,), seconds
        return (first, self._clock("sent_date", sent, chosen=False)[0]), seconds

    def _clock(self, role: str, value: object, *, chosen: bool = True) -> tuple[Clock, int]:
        raw = "" if value is None else repr(value)
        if not isinstance(value, int | float):
            return Clock(role, "", raw), NO_TIME
        try:
            stated = shown(floor(value) + _UNIX)
            seconds = self._window.seconds(value + _UNIX)
        except (OverflowError, ValueError):
            return Clock(role, "", raw), NO_TIME
        is_chosen = chosen and seconds != NO_TIME
        clock = Clock(role, stated, raw, "UTC", "in_data", chosen=is_chosen, precision="second")
        return clock, seconds
