"""The zone that wall times of an export are read in when it names none."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tallymark.errors import UsageProblem

DEFAULT_ZONE = "Europe/London"


def zone_of(options: Mapping[str, str]) -> str:
    """The zone of ``options``, or the default. Raises ``UsageProblem`` for one that is not known."""
    chosen = options.get("zone") or DEFAULT_ZONE
    try:
        ZoneInfo(chosen)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageProblem(
            "The time zone is not known; use a name such as Europe/London."
        ) from None
    return chosen
