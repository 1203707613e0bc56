"""Times as stated: never moved, never collapsed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallymark.model.moment import Moment


def test_summer_time_is_one_hour_from_utc() -> None:
    """A wall time in July in London is 20:00 UTC when the clock says 21:00."""
    moment = Moment("2026-07-20T21:00", zone="Europe/London")
    assert moment.utc() == datetime(2026, 7, 20, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(("fold", "hour"), [(0, 0), (1, 1), (None, 0)])
def test_the_autumn_hour_is_kept_apart(fold: int | None, hour: int) -> None:
    """01:30 on the night the clocks go back is two instants, and unknown is said to be unknown."""
    moment = Moment("2026-10-25T01:30", zone="Europe/London", fold=fold)
    assert moment.utc() == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
    assert moment.is_ambiguous() is (fold is None)


@pytest.mark.parametrize(
    "bad",
    ["", "yesterday", "2026-13-01", "2026-02-30", "2026-01-01T25:00", "2026-01-01 10:00", "x\n"],
)
def test_what_is_not_a_time_is_refused(bad: str) -> None:
    """A wrong time is refused where it enters, with words and not with a guess."""
    with pytest.raises(ValueError):  # noqa: PT011 - the message differs by fault
        Moment(bad)


def test_a_range_cannot_end_before_it_starts() -> None:
    """Between 23:00 and 07:00 needs the second date."""
    with pytest.raises(ValueError, match="before its start"):
        Moment("2026-05-03T23:00", precision="range", end="2026-05-03T07:00")


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "/etc/localtime"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    """A zone is a name in the zone data, never a path."""
    with pytest.raises(ValueError, match="zone"):
        Moment("2026-05-03", zone=zone)


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2037, 1, 1)))
def test_wall_time_is_given_back_as_stated(wall: datetime) -> None:
    """What was typed is what is shown, whatever the zone does."""
    text = wall.replace(microsecond=0).isoformat()
    assert Moment(text).wall().isoformat() == text
