"""What several views share: time along an axis, dots for episodes, and rows for episodes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from tallymark.picture._clock import FAR, Bins, LocalClock, instant
from tallymark.picture._entries import Anchor, Entry
from tallymark.picture._view import MONTHS, day_text, plural, unique
from tallymark.picture.charts import MOST_DOTS, Axis, Dot
from tallymark.picture.episodes import Episodes, LaneEpisodes

_SHORT = 70  # up to so many days the ticks are weeks
_LONG = 7 * 86_400  # how far into the last span an anchor may stand, which has no end


@dataclass(frozen=True, slots=True)
class Episode:
    """One episode as a row: from ``start`` to ``end`` (UTC seconds, both inclusive)."""

    lane: str
    key: str
    start: int
    end: int
    day: date
    clocked: bool
    items: int
    typed: tuple[Entry, ...]
    refs: tuple[str, ...]


def axis(span: tuple[date, date] | None, *, clock: LocalClock, anchors: tuple[Anchor, ...]) -> Axis:
    """Ticks for the months or years of a span, and the anchors that lie in it."""
    if span is None:
        return Axis()
    low, high = clock.day_start(span[0]), clock.day_end(span[1])
    finest = "week" if (span[1] - span[0]).days < _SHORT else "month"
    bins = clock.bins(span[0], span[1], most=60, finest=finest)
    ticks = tuple(
        (share(edge, low=low, high=high), _tick(day, unit=bins.unit))
        for day, edge in zip(bins.starts, bins.edges, strict=False)
        if low < edge < high
    )
    ticks = ((0.0, _first_tick(span[0], unit=bins.unit)), *ticks)
    placed = tuple(
        (share(a.at, low=low, high=high), a.text()) for a in anchors if low <= a.at < high
    )
    return Axis(ticks, placed)


def bin_axis(bins: Bins | None, *, anchors: tuple[Anchor, ...]) -> Axis:
    """Ticks and anchors for spans that are drawn equally wide."""
    if bins is None:
        return Axis()
    many = len(bins.starts)
    unit = "month" if bins.unit == "week" and many * 7 >= _SHORT else bins.unit
    ticks = [(0.0, _first_tick(bins.starts[0], unit=unit))]
    for place in range(1, many):
        day, before = bins.starts[place], bins.starts[place - 1]
        if unit != "month" or bins.unit == "month" or day.month != before.month:
            ticks.append((place / many, _tick(day, unit=unit)))
    placed = []
    for anchor in anchors:
        here = bisect_right(bins.edges, anchor.at) - 1
        if 0 <= here < many:
            low, high = bins.edges[here], min(bins.edges[here + 1], bins.edges[here] + _LONG)
            placed.append(((here + share(anchor.at, low=low, high=high)) / many, anchor.text()))
    return Axis(tuple(ticks), tuple(placed))


def share(at: int, *, low: int, high: int) -> float:
    """Where an instant lies between two others, from 0 to 1."""
    return min(1.0, max(0.0, (at - low) / max(high - low, 1)))


def _tick(day: date, *, unit: str) -> str:
    if unit in {"month", "quarter"}:
        month = MONTHS[day.month - 1]
        return f"{month}\n{day.year}" if day.month == 1 else month
    return f"{day.day} {MONTHS[day.month - 1]}" if unit == "week" else str(day.year)


def _first_tick(day: date, *, unit: str) -> str:
    tick = _tick(day, unit=unit)
    return tick if str(day.year) in tick else f"{tick}\n{day.year}"


def points(found: Episodes, *, low: int = -FAR, since: date | None = None) -> tuple[Dot, ...]:
    """A dot for each episode from ``low`` on, or for each lane and span when there are too many.

    ``since`` is the day at the left edge of the chart; the first day with an item by default.
    """
    span = found.span()
    if span is None:
        return ()
    clock, span = found.contacts.clock, (since or span[0], span[1])
    left, right = clock.day_start(span[0]), clock.day_end(span[1])
    many = found.count(low) > MOST_DOTS
    made: list[Dot] = []
    for row, lane in enumerate(found.lanes):
        source = _grouped(lane, clock, span, low) if many else lane_rows(lane, clock, low)
        stacked: dict[date, int] = {}
        made.extend(
            _dot(one, row, share(one.start, low=left, high=right), stacked) for one in source
        )
    return tuple(made)


def _dot(one: Episode, row: int, at: float, stacked: dict[date, int]) -> Dot:
    stack = stacked.get(one.day, 0)
    stacked[one.day] = stack + 1
    note = f"{one.lane}, {day_text(one.day)}: {plural(one.items, 'item')}"
    return Dot(at, row, note, square=bool(one.typed), refs=one.refs, stack=stack)


def _grouped(
    lane: LaneEpisodes, clock: LocalClock, span: tuple[date, date], begin: int
) -> Iterator[Episode]:
    bins = clock.bins(span[0], span[1], most=MOST_DOTS // 10)
    for place, day in enumerate(bins.starts):
        low, high = max(bins.edges[place], begin), bins.edges[place + 1]
        if low < high and lane.count(low, high):
            yield Episode(
                lane=f"{lane.lane.label}, {bins.label(place)}",
                key=lane.lane.key,
                start=max(low, clock.day_start(span[0])),
                end=high,
                day=day,
                clocked=True,
                items=lane.items(low, high),
                typed=lane.typed(low, high),
                refs=lane.refs(low, high),
            )


def lane_rows(
    lane: LaneEpisodes, clock: LocalClock, low: int = -FAR, high: int = FAR
) -> Iterator[Episode]:
    """The episodes of one lane that start in the span, in order of time."""
    label = lane.lane.label
    held = [e for e in lane.daylong if low <= e.at < high]
    first = bisect_right(lane.starts, low - 1)
    for place in range(first, bisect_right(lane.starts, high - 1)):
        while held and held[0].at <= lane.starts[place]:
            yield _single(held.pop(0), label)
        yield at_place(lane, place, clock)
    for entry in held:
        yield _single(entry, label)


def _events(lane: LaneEpisodes, start: int, end: int) -> int:
    seconds = lane.lane.seconds
    return bisect_right(seconds, end) - bisect_right(seconds, start - 1)


def _single(entry: Entry, label: str) -> Episode:
    return Episode(
        label, entry.lane, entry.at, entry.at, entry.day, False, 1, (entry,), (entry.id,)
    )


def clock_text(clock: LocalClock, seconds: int) -> str:
    """``3 May 2026, 21:10`` on the local clock."""
    here = clock.local(seconds)
    return f"{day_text(here.date())}, {here:%H:%M}"


def when_text(one: Episode, *, clock: LocalClock) -> str:
    """When an episode was: its day, its hours where they are known."""
    if not one.clocked:
        return day_text(one.day)
    begin, end = clock.local(one.start), clock.local(one.end)
    text = clock_text(clock, one.start)
    if f"{begin:%H:%M}" == f"{end:%H:%M}" and begin.date() == end.date():
        return text
    if begin.date() == end.date():
        return f"{text} to {end:%H:%M}"
    return f"{text} to {clock_text(clock, one.end)}"


def direction_note(found: Episodes) -> str:
    """A sentence when some contact has no known direction or no date; else nothing."""
    unknown, undated = found.contacts.unknown_direction, found.contacts.undated
    text = ""
    if unknown:
        text += (
            f" For {plural(unknown, 'item')} the export does not say who wrote to whom; "
            "they are counted, and some may be the person's own."
        )
    if undated:
        text += f" {plural(undated, 'item')} without a date: not counted here."
    return text


def observed(found: Episodes) -> tuple[date, date] | None:
    """The days that the casefile covers: first item to last item, or to the last day of writing."""
    span = found.span()
    if span is None:
        return None
    clock = found.contacts.clock
    written = [clock.day(instant(record.written)) for record in found.contacts.casefile.records]
    return span[0], max([span[1], *written])


def later_rows(
    found: Episodes,
    cut: int,
    *,
    limit: int,
    offset: int,
    without: Collection[str] = (),
) -> tuple[int, list[tuple[Episode, int]]]:
    """(how many, the chosen ones with the time that counts) of the episodes at or after ``cut``.

    An episode under way at ``cut`` is listed from there on. Episodes that hold one of the typed
    entries ``without`` are left out.
    """
    clock = found.contacts.clock
    places: list[tuple[int, int, int]] = []
    for row, lane in enumerate(found.lanes):
        first = bisect_right(lane.starts, cut - 1) - lane.under_way(cut)
        skip = {lane.index(e.at) for e in lane.clocked() if e.id in without}
        places += [
            (lane.starts[p], row, p) for p in range(first, len(lane.starts)) if p not in skip
        ]
        kept = enumerate(lane.daylong)
        places += [(e.at, row, -1 - p) for p, e in kept if e.at >= cut and e.id not in without]
    places.sort()
    chosen = []
    for start, row, place in places[offset : offset + limit]:
        lane = found.lanes[row]
        one = _single(lane.daylong[-1 - place], lane.lane.label) if place < 0 else None
        one = one or at_place(lane, place, clock, since=max(start, cut))
        chosen.append((one, one.start))
    return len(places), chosen


def at_place(lane: LaneEpisodes, place: int, clock: LocalClock, *, since: int = -FAR) -> Episode:
    """One clocked episode as a row, from ``since`` on when it began earlier."""
    start, end = max(lane.starts[place], since), lane.ends[place]
    typed = tuple(e for e in lane.typed(start, end + 1) if e.clocked) if lane.clocked() else ()
    refs = unique((*(e.id for e in typed), *lane.lane.exhibits(start, end + 1)))
    many = _events(lane, start, end) + len(typed)
    label, key = lane.lane.label, lane.lane.key
    return Episode(label, key, start, end, clock.day(start), True, many, typed, refs)
