"""Contact after being told: each episode after they were told to stop, and after each order."""

from __future__ import annotations

from tallymark.model.casefile import Casefile
from tallymark.picture import charts
from tallymark.picture._clock import FAR
from tallymark.picture._entries import Anchor, anchors
from tallymark.picture._series import axis, direction_note, later_rows, points, when_text
from tallymark.picture._view import Cell, Table, View, ViewSpec, count_cell, plural
from tallymark.picture.episodes import Episodes, episodes


def _build(casefile: Casefile, *, gap_minutes: int = 60, limit: int = 200, offset: int = 0) -> View:
    found = episodes(casefile, gap_minutes=gap_minutes)
    marks = anchors(casefile, clock=found.contacts.clock)
    first = marks[0].cut if marks else FAR
    total, shown = later_rows(found, first, limit=limit, offset=offset)
    clock = found.contacts.clock
    rows = []
    for one, start in shown:
        passed = [mark for mark in marks if start >= mark.cut]
        told = "; ".join(mark.text() for mark in passed)
        days = (clock.day(start) - passed[-1].day).days
        rows.append(
            (
                Cell(when_text(one, clock=clock), one.refs),
                Cell(one.lane),
                count_cell(one.items, one.refs),
                Cell(told, tuple(mark.id for mark in passed)),
                Cell(f"{days:,}"),
            )
        )
    columns = ("When", "Channel", "Items", "After", "Days since the last of these")
    return View(
        name="contacts_after",
        title=VIEW.title,
        sentence=_sentence(found, marks) + direction_note(found),
        caution=VIEW.caution,
        table=Table(columns, tuple(rows)),
        svg=_svg(found, marks, first),
        data=_data(found, marks, total=total, limit=limit, offset=offset),
    )


def _sentence(found: Episodes, marks: tuple[Anchor, ...]) -> str:
    if not marks:
        return "No date is recorded yet on which they were told to stop or an order was served."
    parts = []
    for mark in marks:
        going = sum(lane.under_way(mark.cut) for lane in found.lanes)
        more = f" and {going:,} already under way that went on" if going else ""
        parts.append(f"{plural(found.count(mark.cut), 'episode')}{more} after {mark.text()}")
    return "; ".join(parts) + "."


def _svg(found: Episodes, marks: tuple[Anchor, ...], first: int) -> str:
    span = found.span()
    if span is not None and marks:
        span = (min(marks[0].day, span[1]), span[1])
    return charts.dots(
        "contacts_after",
        title="Contact after being told",
        description="A dot for each episode after the first of these dates, by channel and day.",
        rows=[lane.lane.label for lane in found.lanes],
        points=points(found, low=first, since=span[0] if span else None),
        axis=axis(span, clock=found.contacts.clock, anchors=marks),
    )


def _data(
    found: Episodes, marks: tuple[Anchor, ...], *, total: int, limit: int, offset: int
) -> dict[str, object]:
    return {
        "gap_minutes": found.gap_minutes,
        "total": total,
        "limit": limit,
        "offset": offset,
        "anchors": [
            {
                "id": mark.id,
                "kind": mark.kind,
                "label": mark.label,
                "day": mark.day.isoformat(),
                "episodes": found.count(mark.cut),
                "items": found.items(mark.cut),
                "under_way": sum(lane.under_way(mark.cut) for lane in found.lanes),
            }
            for mark in marks
        ],
    }


VIEW = ViewSpec(
    title="Contact after being told",
    caution="Each contact after these dates, one by one. An episode under way at the minute is "
    "listed from that minute on. What the other person knew, and when, is for others to decide.",
    build=_build,
)
