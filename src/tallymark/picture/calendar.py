"""The calendar: a row for each month, a cell for each day, with the episodes that began on it."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from tallymark.model.casefile import Casefile
from tallymark.picture import charts
from tallymark.picture._clock import months_later
from tallymark.picture._entries import Anchor, anchors
from tallymark.picture._series import direction_note
from tallymark.picture._view import (
    MONTHS,
    WEEKDAYS,
    Cell,
    Table,
    View,
    ViewSpec,
    count_cell,
    day_text,
    plural,
    unique,
)
from tallymark.picture.episodes import Episodes, LaneEpisodes, episodes

MOST_MONTHS, MOST_FRAMES = 24, 6


@dataclass(frozen=True, slots=True)
class _Days:
    """Episodes by the day they began, items by their own day, and the ids behind each day."""

    began: Counter[date]
    items: Counter[date]
    refs: dict[date, list[str]]

    def behind(self, day: date) -> tuple[str, ...]:
        return unique(self.refs.get(day, ()))


def _build(casefile: Casefile, *, gap_minutes: int = 60, limit: int = 400, offset: int = 0) -> View:
    found = episodes(casefile, gap_minutes=gap_minutes)
    days = _days(found)
    held = sorted(days.items)
    months = sorted({day.replace(day=1) for day in held})
    marks = anchors(casefile, clock=found.contacts.clock)
    return View(
        name="calendar",
        title=VIEW.title,
        sentence=_sentence(found, days) + direction_note(found),
        caution=VIEW.caution,
        table=_table(days, held[offset : offset + limit]),
        svg=_svg(days, months, marks),
        data={
            "gap_minutes": gap_minutes,
            "zone": casefile.zone,
            "days": {day.isoformat(): [days.began[day], days.items[day]] for day in held},
            "total": len(held),
            "limit": limit,
            "offset": offset,
        },
    )


def _days(found: Episodes) -> _Days:
    clock, days = found.contacts.clock, _Days(Counter(), Counter(), {})
    for lane in found.lanes:
        days.began.update(clock.per_day(lane.starts))
        days.items.update(clock.per_day(lane.lane.seconds))
        days.began.update(entry.day for entry in lane.daylong)
        days.items.update(entry.day for entry in lane.typed())
        for entry in lane.typed():
            days.refs.setdefault(entry.day, []).append(entry.id)
        _imports(found, lane, days)
    return days


def _imports(found: Episodes, lane: LaneEpisodes, days: _Days) -> None:
    """Name the imports behind each day, from one day that has an event to the next."""
    clock, seconds, here = found.contacts.clock, lane.lane.seconds, 0
    while here < len(seconds):
        day = clock.day(seconds[here])
        end = max(clock.day_end(day), seconds[here] + 1)  # a clock ends with the year 9999
        days.refs.setdefault(day, []).extend(lane.lane.exhibits(seconds[here], end))
        here = bisect_left(seconds, end, here)


def _sentence(found: Episodes, days: _Days) -> str:
    if not days.items:
        return "Nothing with a date is recorded yet."
    fullest = max(days.items, key=lambda day: (days.began[day], days.items[day], day))
    return (
        f"{plural(found.count(), 'episode')} and {plural(found.items(), 'item')} on "
        f"{plural(len(days.items), 'day')}, {found.contacts.casefile.zone} time. Most episodes "
        f"began on {day_text(fullest)}: {days.began[fullest]:,}."
    )


def _table(days: _Days, held: list[date]) -> Table:
    rows = tuple(
        (
            Cell(day_text(day), days.behind(day)),
            Cell(WEEKDAYS[day.weekday()]),
            count_cell(days.began[day], days.behind(day)),
            count_cell(days.items[day], days.behind(day)),
        )
        for day in held
    )
    return Table(("Day", "Weekday", "Episodes", "Items"), rows)


def _svg(days: _Days, months: list[date], marks: tuple[Anchor, ...]) -> str:
    drawn = months[-MOST_MONTHS:]
    framed = {mark.day for mark in marks[:MOST_FRAMES]}
    blocks = [
        (f"{year}: episodes by the day they began", [_row(days, m, framed) for m in _filled(held)])
        for year, held in groupby(drawn, key=lambda month: month.year)
    ]
    dotted = any(days.items[day] and not days.began[day] for day in days.items)
    notes = ["A dot: contact that began the day before went on."] if dotted else []
    notes += [f"Thick frame: {mark.text()}." for mark in marks[:MOST_FRAMES]]
    notes += [f"The last {MOST_MONTHS} months with contact are drawn."] if months != drawn else []
    return charts.grid(
        "calendar",
        title="Calendar",
        description="A row for each month and a cell for each day, with the episodes that began on "
        "it; darker is more. The table has every day with contact.",
        columns=[str(day) for day in range(1, 32)],
        blocks=blocks,
        notes=notes,
    )


def _filled(months: Iterable[date]) -> list[date]:
    """From the first of these months to the last, quiet ones between them too."""
    held = list(months)
    span = (held[-1].month - held[0].month) + 1
    return [months_later(held[0], place) for place in range(span)]


def _row(days: _Days, month: date, framed: set[date]) -> charts.GridRow:
    last = (months_later(month, 1) - timedelta(days=1)).day
    cells = [month.replace(day=place + 1) for place in range(last)]
    return charts.GridRow(
        label=MONTHS[month.month - 1],
        values=[days.began[day] for day in cells],
        refs=[days.behind(day) for day in cells],
        framed=frozenset(place for place, day in enumerate(cells) if day in framed),
        went_on=frozenset(place for place, day in enumerate(cells) if days.items[day]),
    )


VIEW = ViewSpec(
    title="Calendar",
    caution="An episode stands on the day it began. A day with nothing in it is a day with nothing "
    "recorded. Days are local, with summer time as it was on each date.",
    build=_build,
)
