"""The clock that a file's name holds: phones, messengers, recorders and doorbells name by time.

Read from the name alone. Pixel phones (``PXL_``) and Blink sticks write UTC, messengers' saved pictures
(``FB_IMG_``) milliseconds of UTC; the others the device's local time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

_EARLIEST, _LATEST = 1990, 2100
_PARTS = r"(?P<y>\d{4})[-_. ]?(?P<mo>\d\d)[-_. ]?(?P<d>\d\d)"
_CLOCK = r"(?P<h>\d\d)[-_.:h ]?(?P<mi>\d\d)(?:[-_.:m ]?(?P<s>\d\d))?"
_WHEN = re.compile(
    rf"(?<!\d){_PARTS}(?:(?:[-_. T]|\s+at\s+|[-_ ]at[-_ ])+{_CLOCK})?(?!\d{{4}}[^\d])", re.ASCII
)
_MILLISECONDS = re.compile(r"(?:^|[_-])(1[0-9]{12})(?=[._-]|$)", re.ASCII)
_DAY_ONLY = re.compile(
    r"(?:IMG|VID|AUD|PTT|STK|DOC)-(?P<y>\d{4})(?P<mo>\d\d)(?P<d>\d\d)-WA\d{4}", re.ASCII
)
_UTC = re.compile(r"PXL_", re.ASCII)
_SHOT = re.compile(r"screen[ _-]?(?:shot|recording)|bildschirmfoto|capture", re.IGNORECASE)
_APP = re.compile(
    r"screenshot[_-][0-9_-]{8,30}[_-](?P<app>[A-Za-z][\w. ]{1,60})\.\w+$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Named:
    """What a name says. ``clock`` is ``YYYY-MM-DD[THH:MM:SS[Z]]`` or empty; ``app`` of a screenshot."""

    clock: str = ""
    screenshot: bool = False
    app: str = ""

    @property
    def is_utc(self) -> bool:
        """Whether the clock is UTC and not the device's own time."""
        return self.clock.endswith("Z")


def named(name: str) -> Named:
    """What the name of a file says of its time. Any text is allowed; most names say nothing."""
    shot = _SHOT.search(name) is not None
    app = _APP.search(name)
    return Named(_clock(name), shot, app["app"] if app else "")


def _clock(name: str) -> str:
    day = _DAY_ONLY.match(name)
    if day:
        return _dated(day, clock=False)
    for found in _WHEN.finditer(name):
        text = _dated(found, clock=found["h"] is not None)
        if text:
            return f"{text}Z" if _UTC.match(name) and "T" in text else text
    stamp = _MILLISECONDS.search(name)
    if stamp:
        at = datetime.fromtimestamp(int(stamp[1]) // 1000, UTC)
        return at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return ""


def _dated(found: re.Match[str], *, clock: bool) -> str:
    numbers = [int(found[part]) for part in ("y", "mo", "d")]
    if clock:
        numbers += [int(found["h"]), int(found["mi"]), int(found["s"] or 0)]
    try:
        at = datetime(*numbers)  # type: ignore[arg-type]  # noqa: DTZ001 - the device's own time
    except ValueError:
        return ""
    if not _EARLIEST <= at.year < _LATEST:
        return ""
    return at.strftime("%Y-%m-%dT%H:%M:%S" if clock else "%Y-%m-%d")
