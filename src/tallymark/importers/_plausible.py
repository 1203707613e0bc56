"""The window in which a time can be true: from 1990 to two days after the file was read.

A camera that lost its clock says 1970 or 1904, a mail can say the year 3609. Such a time is kept as
it stands in the export but never put on the timeline. The day of reading is an option of the import
and is kept with it, so that the same file read again years later gives the same events.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from tallymark.model.event import NO_TIME

READ_ON = "read_on"
"""The option that holds the day of reading, ``YYYY-MM-DD`` in UTC; ``inspect`` fills it in."""

_SPARE = timedelta(days=3)  # two days after the end of the day of reading
_FIRST = int(datetime(1990, 1, 1, tzinfo=UTC).timestamp())
_LAST_WITHOUT = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp())


class Window:
    """The plausible times of one import: seconds since 1970 in UTC, first and last included."""

    def __init__(self, options: Mapping[str, str]) -> None:
        """Take the day of reading from the options; a day that is none leaves the end open to 2100."""
        self.first, self.last = _FIRST, _LAST_WITHOUT
        try:
            day = datetime.fromisoformat(options.get(READ_ON, "")).replace(tzinfo=UTC)
            self.last = int((day + _SPARE).timestamp()) - 1
        except (ValueError, OverflowError):
            pass

    def __contains__(self, seconds: object) -> bool:
        """Whether a time in seconds can be true."""
        return isinstance(seconds, int | float) and self.first <= seconds <= self.last

    def seconds(self, value: float) -> int:
        """The time for the columns of an event: ``value``, or ``NO_TIME`` where it cannot be true."""
        return int(value) if value in self else NO_TIME


def today() -> str:
    """The day of reading for an import that begins now."""
    return datetime.now(UTC).date().isoformat()
