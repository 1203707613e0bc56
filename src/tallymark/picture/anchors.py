"""Before and after: counts, days and raw dots around each date that others are counted from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tallymark.model.casefile import Casefile
from tallymark.picture import charts
from tallymark.picture._clock import FAR
from tallymark.picture._entries import Anchor
from tallymark.picture._entries import anchors as all_anchors
from tallymark.picture._marks import turning_points
from tallymark.picture._series import axis, direction_note, observed, points
from tallymark.picture._view import (
    Cell,
    Table,
    View,
    ViewSpec,
    count_cell,
    plural,
    span_text,
)
from tallymark.picture.episodes import Episodes, episodes
from tallymark.picture.gaps import period_days, quiet_periods

WINDOWS = (14, 28, 90)
SHORT = 28  # the one window around a contact with police, of which there may be many
MOST_DRAWN = 12  # dates on the chart; with more, only told-to-stop and orders
MOST_DAYS = 3660


@dataclass(frozen=True, slots=True)
class _Span:
    """A stretch to count in: ``low`` <= time < ``high``, and the anchor that it begins or ends at."""

    label: str
    low: int
    high: int
    anchor: Anchor | None = None


def _build(casefile: Casefile, *, gap_minutes: int = 60) -> View:
    found = episodes(casefile, gap_minutes=gap_minutes)
    marks = all_anchors(casefile, clock=found.contacts.clock)
    points_of_time = turning_points(casefile, clock=found.contacts.clock)
    spans = [*_phases(marks), *_windows(found, points_of_time)]
    unkept = _unkept(casefile)
    rows = [_row(found, span, unkept) for span in spans] if found.lanes else []
    columns = (
        "Span", "From and to", "Days", "Diary not kept", "Days with contact", "Episodes", "Items",
    )  # fmt: skip
    return View(
        name="anchors",
        title=VIEW.title,
        sentence=_sentence(found, marks) + direction_note(found),
        caution=VIEW.caution,
        table=Table(columns, tuple(cells for cells, _ in rows)),
        svg=_svg(found, points_of_time if len(points_of_time) <= MOST_DRAWN else marks),
        data={
            "gap_minutes": gap_minutes,
            "anchors": [
                {"id": a.id, "kind": a.kind, "label": a.label, "day": a.day.isoformat()}
                for a in points_of_time
            ],
            "spans": [data for _, data in rows],
        },
    )


def _phases(marks: tuple[Anchor, ...]) -> list[_Span]:
    """The whole time, cut at every anchor."""
    if not marks:
        return [_Span("all", -FAR, FAR)]
    spans = [_Span(f"before {marks[0].text()}", -FAR, marks[0].cut, marks[0])]
    for place, mark in enumerate(marks):
        last = place + 1 == len(marks)
        high = FAR if last else max(marks[place + 1].cut, mark.cut)
        until = "" if last else f", before {marks[place + 1].text()}"
        spans.append(_Span(f"after {mark.text()}{until}", mark.cut, high, mark))
    return spans


def _windows(found: Episodes, marks: tuple[Anchor, ...]) -> list[_Span]:
    clock, spans = found.contacts.clock, []
    for mark in marks:
        for days in (SHORT,) if mark.kind == "police_contact" else WINDOWS:
            low = clock.day_start(_moved(mark.day, 1 - days))
            high = clock.day_start(_moved(mark.day, days + 1))
            # The anchor's own day is the last of the days before it.
            spans.append(_Span(f"{days} days before {mark.text()}", low, mark.cut, mark))
            spans.append(_Span(f"{days} days after {mark.text()}", mark.cut, high, mark))
    return spans


def _moved(day: date, days: int) -> date:
    wanted = day.toordinal() + days
    return date.fromordinal(min(max(wanted, 1), date.max.toordinal()))


def _unkept(casefile: Casefile) -> dict[date, str]:
    """The days of recorded pauses in which the diary was not kept, each with its record's id."""
    found: dict[date, str] = {}
    for record, period in quiet_periods(casefile):
        days = period_days(period)
        if days is not None and not period.diary_kept:
            first, last = (day.toordinal() for day in days)
            # A pause is at most some years: one slip of a finger must not make a million days.
            for day in range(first, min(last, first + MOST_DAYS) + 1):
                found.setdefault(date.fromordinal(day), record.id)
    return found


def _row(
    found: Episodes, span: _Span, unkept: dict[date, str]
) -> tuple[tuple[Cell, ...], dict[str, object]]:
    first, last = _days(found, span)
    paused = [] if first is None or last is None else [d for d in unkept if first <= d <= last]
    exposed = 0 if first is None or last is None else (last - first).days + 1
    held = found.days(span.low, span.high)
    many, items = found.count(span.low, span.high), found.items(span.low, span.high)
    refs = found.item_refs(span.low, span.high)
    cells = (
        Cell(span.label, (span.anchor.id,) if span.anchor else ()),
        Cell(span_text(first, last)),
        Cell(f"{exposed:,}"),
        count_cell(len(paused), sorted({unkept[day] for day in paused})),
        count_cell(len(held), refs),
        count_cell(many, found.refs(span.low, span.high)),
        count_cell(items, refs),
    )
    data: dict[str, object] = {
        "span": span.label,
        "days": exposed,
        "diary_not_kept": len(paused),
        "days_with_contact": len(held),
        "episodes": many,
        "items": items,
    }
    return cells, data


def _days(found: Episodes, span: _Span) -> tuple[date | None, date | None]:
    """The local days of a span that the casefile covers; the anchor's own day ends the earlier one."""
    seen = observed(found)
    if seen is None:
        return None, None
    clock = found.contacts.clock
    first, last = seen
    if span.low > -FAR:
        first = max(first, clock.day(span.low))
        if span.anchor and span.low == span.anchor.cut and span.anchor.day == first:
            first = first + timedelta(days=0 if _same_day(found, span) else 1)
    if span.high < FAR:
        last = min(last, clock.day(span.high - 1))
    return (first, last) if first <= last else (None, None)


def _same_day(found: Episodes, span: _Span) -> bool:
    end = found.contacts.clock.day_end(found.contacts.clock.day(span.low))
    return found.items(span.low, min(end, span.high)) > 0


def _sentence(found: Episodes, marks: tuple[Anchor, ...]) -> str:
    if not marks:
        return (
            f"{plural(found.count(), 'episode')}. No date to count from is recorded yet: "
            "when they were told to stop, or when an order was served."
        )
    parts = [
        f"{plural(found.count(span.low, span.high), 'episode')} {span.label}"
        for span in _phases(marks)
    ]
    return "; ".join(parts) + "."


def _svg(found: Episodes, marks: tuple[Anchor, ...]) -> str:
    return charts.dots(
        "anchors",
        title="Before and after",
        description="A dot for each episode, by channel and day; broken lines at the dates that "
        "are counted from. All numbers stand in the table.",
        rows=[lane.lane.label for lane in found.lanes],
        points=points(found),
        axis=axis(found.span(), clock=found.contacts.clock, anchors=marks),
    )


VIEW = ViewSpec(
    title="Before and after",
    caution="Counts and dates only; no line is drawn through them. The spans differ in length and "
    "overlap, so their days stand beside them. People often begin to keep a record late, so early days may "
    "hold less than happened. A day given without a time counts as before.",
    build=_build,
)
