"""What several views share: time along an axis, dots for episodes, and rows for episodes."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tallymark.picture._clock import FAR, Bins, LocalClock, instant
from tallymark.picture._entries import Anchor, Entry
from tallymark.picture._plot import Axis
from tallymark.picture._second import same_note
from tallymark.picture._view import MONTHS, day_text, plural, unique
from tallymark.picture.charts import MOST_DOTS, Dot
from tallymark.picture.episodes import Episodes, LaneEpisodes

_SHORT, _MONTHS, _QUARTERS = 70, 430, 1500  # up to so many days the ticks are weeks, months, …
_HOURLY = 21  # up to so many days a dot stands at its hour, else at its day
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
    """Ticks for the weeks, months or years of a span, and the anchors that lie in it."""
    if span is None:
        return Axis()
    low, high = clock.day_start(span[0]), clock.day_end(span[1])
    days = (span[1] - span[0]).days
    bins = clock.bins(span[0], span[1], most=400, finest="week" if days < _SHORT else "month")
    places = [share(edge, low=low, high=high) for edge in bins.edges[:-1]]
    placed = tuple(
        (share(a.at, low=low, high=high), a.text()) for a in anchors if low <= a.at < high
    )
    return Axis(_ticks((span[0], *bins.starts[1:]), [0.0, *places[1:]], days=days), placed)


def bin_axis(bins: Bins | None, *, anchors: tuple[Anchor, ...]) -> Axis:
    """Ticks and anchors for spans that are drawn equally wide."""
    if bins is None:
        return Axis()
    many = len(bins.starts)
    days = (bins.starts[-1] - bins.starts[0]).days
    placed = []
    for anchor in anchors:
        here = bisect_right(bins.edges, anchor.at) - 1
        if 0 <= here < many:
            low, high = bins.edges[here], min(bins.edges[here + 1], bins.edges[here] + _LONG)
            placed.append(((here + share(anchor.at, low=low, high=high)) / many, anchor.text()))
    places = [place / many for place in range(many)]
    return Axis(_ticks(bins.starts, places, days=days), tuple(placed))


def _ticks(
    starts: Sequence[date], places: Sequence[float], *, days: int
) -> tuple[tuple[float, str], ...]:
    """Words for as many starts as fit beside each other: days, months, quarters or years."""
    found = [(places[0], _tick(starts[0], days=days, first=True))]
    step = next(n for n in (1, 2, 5, 10, 20, 50, 100, 500, 1000) if days <= n * 365 * 15)
    for place in range(1, len(starts)):
        day, before = starts[place], starts[place - 1]
        if days < _SHORT:
            fresh = True
        elif days <= _MONTHS:
            fresh = day.month != before.month
        elif days <= _QUARTERS:
            fresh = (day.month - 1) // 3 != (before.month - 1) // 3
        else:
            fresh = day.year // step != before.year // step
        if fresh:
            found.append((places[place], _tick(day, days=days)))
    return tuple(found)


def _tick(day: date, *, days: int, first: bool = False) -> str:
    if days > _QUARTERS:
        return str(day.year)
    month = MONTHS[day.month - 1]
    words = f"{day.day} {month}" if days < _SHORT else month
    begins = first or (day.month == 1 and day.day <= 7)
    return f"{words}\n{day.year}" if begins else words


def share(at: int, *, low: int, high: int) -> float:
    """Where an instant lies between two others, from 0 to 1."""
    return min(1.0, max(0.0, (at - low) / max(high - low, 1)))


def points(
    found: Episodes,
    *,
    low: int = -FAR,
    since: date | None = None,
    until: date | None = None,
    most: int = MOST_DOTS,
) -> tuple[tuple[Dot, ...], str]:
    """(dots, what one stands for): an episode from ``low`` on, or a lane's span when over ``most``.

    ``since`` and ``until`` are the days at the edges of the chart; those of the first and the last
    item by default.
    """
    span = found.span()
    if span is None:
        return (), ""
    clock, span = found.contacts.clock, (since or span[0], until or span[1])
    edges = (clock.day_start(span[0]), clock.day_end(span[1]))
    hourly = (span[1] - span[0]).days < _HOURLY
    bins = None
    if found.count(low) > most:
        bins = clock.bins(span[0], span[1], most=most // 10)
    made: list[Dot] = []
    for row, lane in enumerate(found.lanes):
        source = _grouped(lane, bins, low) if bins else lane_rows(lane, clock, low)
        stacked: Counter[int] = Counter()
        for one in source:
            here = clock.day_start(one.day) + 43_200
            here = one.start // 3600 * 3600 if hourly and one.clocked else here
            made.append(_dot(one, row, share(here, low=edges[0], high=edges[1]), stacked[here]))
            stacked[here] += 1
    return tuple(made), f"all episodes of a {bins.unit}" if bins else "one episode"


def flat(dots: tuple[Dot, ...], *, row: int = 0) -> list[Dot]:
    """All lanes in one row, those at one place above each other."""
    stacked: Counter[float] = Counter()
    found = []
    for dot in sorted(dots, key=lambda one: (one.at, one.row, one.stack)):
        found.append(replace(dot, row=row, stack=stacked[dot.at]))
        stacked[dot.at] += 1
    return found


def _dot(one: Episode, row: int, at: float, stack: int) -> Dot:
    note = f"{one.lane}, {day_text(one.day)}: {plural(one.items, 'item')}"
    return Dot(at, row, note, square=bool(one.typed), refs=one.refs, stack=stack)


def _grouped(lane: LaneEpisodes, bins: Bins, begin: int) -> Iterator[Episode]:
    for place, day in enumerate(bins.starts):
        low, high = max(bins.edges[place], begin), bins.edges[place + 1]
        if low < high and lane.count(low, high):
            yield Episode(
                lane=f"{lane.lane.label}, {bins.label(place)}",
                key=lane.lane.key,
                start=low,
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
    """What to know about the counts: no direction, no date, decided to be the same; else nothing."""
    unknown, undated = found.contacts.unknown_direction, found.contacts.undated
    text = ""
    if unknown:
        text += (
            f" For {plural(unknown, 'item')} the export does not say who wrote to whom; "
            "they are counted, and some may be the person's own."
        )
    if undated:
        text += f" {plural(undated, 'item')} without a date: not counted here."
    return text + same_note(found.contacts.casefile)


def observed(found: Episodes) -> tuple[date, date] | None:
    """The days that the casefile covers: first item to last item, or to the last day of writing."""
    span = found.span()
    if span is None:
        return None
    # Times of writing are all in UTC and of one length, so the latest is the last as text.
    written = max((record.written for record in found.contacts.casefile.records), default="")
    last = found.contacts.clock.day(instant(written)) if written else span[1]
    return span[0], max(span[1], last)


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
