"""Local days and hours: summer time on the right dates, and the hour that comes twice."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picture.casefiles import Ev, casefile, secs, typed
from tallymark import picture
from tallymark.picture._clock import FAR, LocalClock, months_later
from tallymark.picture.episodes import episodes
from tallymark.picture.summary import summarise

ZONES = (
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Africa/Cairo",
)


@given(
    zone=st.sampled_from(ZONES),
    times=st.lists(st.integers(946_684_800, 1_830_000_000), max_size=60).map(sorted),
)
def test_days_and_hours_are_those_of_the_wall_clock(zone: str, times: list[int]) -> None:
    """Counting by jumps gives what asking the zone for each instant gives."""
    clock, info = LocalClock(zone), ZoneInfo(zone)
    local = [datetime.fromtimestamp(at, info) for at in times]
    assert clock.hours(times) == Counter((here.weekday(), here.hour) for here in local)
    assert clock.per_day(times) == Counter(here.date() for here in local)
    assert clock.days(times) == {here.date() for here in local}


@given(
    zone=st.sampled_from(ZONES),
    begin=st.integers(1_775_000_000, 1_795_000_000),
    steps=st.lists(st.integers(0, 7200), min_size=1, max_size=80),
)
def test_a_dense_run_over_a_change_of_the_clocks_is_right(
    zone: str, begin: int, steps: list[int]
) -> None:
    """The same for runs of near instants, where one stretch may hold a change."""
    times, here = [], begin
    for step in steps:
        here += step
        times.append(here)
    clock, info = LocalClock(zone), ZoneInfo(zone)
    local = [datetime.fromtimestamp(at, info) for at in times]
    assert clock.hours(times) == Counter((one.weekday(), one.hour) for one in local)


def test_the_autumn_hour_that_comes_twice_is_counted_in_its_hour() -> None:
    """01:30 twice on 25 Oct 2026: two episodes an hour apart by UTC, both Sunday at 01."""
    first, second = secs("2026-10-25T01:30"), secs("2026-10-25T01:30", fold=1)
    assert second - first == 3600
    case = casefile([], [Ev(first), Ev(second), Ev(second + 60)])
    assert episodes(case, gap_minutes=30).count() == 2
    view = picture.build("rhythm", case)
    assert view.data["items"][6][1] == 3
    assert len(episodes(case).days()) == 1


def test_the_spring_day_is_an_hour_shorter_and_its_edges_are_right() -> None:
    """29 Mar 2026 has 23 hours in London; 23:30 belongs to it and 00:30 to the next day."""
    clock, day = LocalClock("Europe/London"), date(2026, 3, 29)
    assert clock.day_end(day) - clock.day_start(day) == 23 * 3600
    assert clock.day(secs("2026-03-29T23:30")) == day
    assert clock.day(secs("2026-03-30T00:30")) == date(2026, 3, 30)


def test_a_late_evening_in_summer_stays_on_its_own_day() -> None:
    """23:30 in London in July is 22:30 UTC; 00:30 is still the day before in UTC, not here."""
    case = casefile([typed("a", "2026-07-02T00:30")])
    assert episodes(case).days() == {date(2026, 7, 2)}


@given(
    first=st.dates(date(1990, 1, 1), date(2030, 1, 1)),
    days=st.integers(0, 40_000),
    most=st.sampled_from((14, 60, 110)),
)
def test_spans_cover_all_days_and_are_never_too_many(first: date, days: int, most: int) -> None:
    """Weeks, months, quarters or years: few enough to draw, first edge not after the first day."""
    last = date.fromordinal(first.toordinal() + days)
    clock = LocalClock("UTC")
    bins = clock.bins(first, last, most=most)
    assert len(bins.starts) <= most
    assert bins.starts[0] <= first
    assert bins.starts[-1] <= last
    assert bins.edges[-1] == FAR
    assert all(bins.label(place) for place in range(len(bins.starts)))


def test_the_last_date_there_is_does_not_break_a_view() -> None:
    """An export may claim the year 9999; every view still comes out."""
    last = int(datetime(9999, 12, 31, 23, 59, tzinfo=UTC).timestamp())
    first = int(datetime(1, 1, 1, tzinfo=UTC).timestamp())
    for zone in ("UTC", "Asia/Kathmandu", "America/New_York"):
        case = casefile([], [Ev(first), Ev(secs("2026-05-04T10:00")), Ev(last)], zone=zone)
        for name in picture.names():
            assert picture.build(name, case).svg
        assert summarise(case).counts.items.value == 3


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 11, 20), 6, date(2027, 5, 20)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
    ],
)
def test_months_later_keeps_the_day_or_takes_the_last(
    day: date, months: int, expected: date
) -> None:
    """Six months from 31 August end on the last day of February."""
    assert months_later(day, months) == expected
