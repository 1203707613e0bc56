"""The grid of the first page: channels by month, cut where they were told to stop or an order came."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from tallymark.picture._clock import Bins, months_later
from tallymark.picture._entries import Anchor
from tallymark.picture._identity import Figure
from tallymark.picture._view import MONTHS, span_text
from tallymark.picture.episodes import Episodes, LaneEpisodes

MOST_COLUMNS = 14
_DAY = 86_460  # a day and the minute of the anchor


@dataclass(frozen=True, slots=True)
class Column:
    """A month or a part of one. ``days`` is the part, such as ``1-3``; empty for a whole month.

    ``phase`` is the place of its phase among ``Summary.phases``; ``low`` <= time < ``high``.
    """

    label: str
    days: str
    text: str
    phase: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Row:
    """One channel: its episodes in each column, in all, and its items."""

    label: str
    lane: str
    cells: tuple[Figure, ...]
    episodes: Figure
    items: Figure


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows in order of most episodes first; ``total`` adds them up."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: Row


def month_grid(found: Episodes, *, cuts: tuple[Anchor, ...]) -> Grid | None:
    """The grid of a casefile, cut at ``cuts``; None when there is no contact."""
    span = found.span()
    if span is None:
        return None
    columns = _columns(found, span, cuts)
    ordered = sorted(enumerate(found.lanes), key=lambda pair: (-len(pair[1]), pair[0]))
    rows = tuple(_row(lane, columns) for _, lane in ordered)
    total = Row(
        label="all",
        lane="",
        cells=tuple(Figure(found.count(c.low, c.high), found.refs(c.low, c.high)) for c in columns),
        episodes=Figure(found.count(), found.refs()),
        items=Figure(found.items(), found.item_refs()),
    )
    return Grid(columns, rows, total)


def _row(lane: LaneEpisodes, columns: tuple[Column, ...]) -> Row:
    return Row(
        label=lane.lane.label,
        lane=lane.lane.key,
        cells=tuple(Figure(lane.count(c.low, c.high), lane.refs(c.low, c.high)) for c in columns),
        episodes=Figure(len(lane), lane.refs()),
        items=Figure(lane.lane.items, lane.item_refs()),
    )


def _columns(
    found: Episodes, span: tuple[date, date], cuts: tuple[Anchor, ...]
) -> tuple[Column, ...]:
    clock = found.contacts.clock
    bins = clock.bins(span[0], span[1], most=MOST_COLUMNS - len(cuts), finest="month")
    begin, end = clock.day_start(span[0]), clock.day_end(span[1])
    marks = {cut.cut for cut in cuts if begin < cut.cut < end}
    edges = sorted({begin, end, *marks, *(edge for edge in bins.edges if begin < edge < end)})
    # A part of a day beside a cut that holds nothing says nothing: it joins what follows.
    joined = {
        high
        for low, high in pairwise(edges)
        if high != end and marks & {low, high} and high - low <= _DAY and not found.count(low, high)
    }
    parts = pairwise(edge for edge in edges if edge not in joined)
    return tuple(_column(found, part, bins, cuts=cuts, end=end) for part in parts)


def _column(
    found: Episodes, part: tuple[int, int], bins: Bins, *, cuts: tuple[Anchor, ...], end: int
) -> Column:
    clock, (low, high) = found.contacts.clock, part
    place = bisect_right(bins.edges, high - 1) - 1
    begin, last = bins.starts[place], clock.day(high - 1)
    first = max(clock.day(low), begin)
    if low > clock.day_start(first) and not found.count(low, clock.day_end(first)):
        first = min(first + timedelta(days=1), last)
    phase = bisect_right([cut.cut for cut in cuts], high - 1)
    days = _days(first, last, begin, final=high == end) if bins.unit == "month" else ""
    return Column(_label(begin, bins.unit), days, span_text(first, last), phase, low, high)


def _label(begin: date, unit: str) -> str:
    if unit == "month":
        return MONTHS[begin.month - 1]
    if unit == "quarter":
        return f"{MONTHS[begin.month - 1]}-{MONTHS[begin.month + 1]}"
    return str(begin.year)


def _days(first: date, last: date, begin: date, *, final: bool) -> str:
    """Which days of the month: ``14-``, ``1-3``, ``-20``; nothing for all of it."""
    starts, ends = first == begin, last == months_later(begin, 1) - timedelta(days=1)
    if starts and ends:
        return ""
    if ends:
        return f"{first.day}-"
    return f"-{last.day}" if starts and final else f"{first.day}-{last.day}"
