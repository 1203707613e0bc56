"""The chronology: typed entries one by one, imports as one row for each episode."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from tallymark.model.casefile import Casefile
from tallymark.model.moment import Moment
from tallymark.model.record import Import, Incident, Record
from tallymark.picture import charts
from tallymark.picture._clock import FAR, instant
from tallymark.picture._dated import dated, words
from tallymark.picture._entries import anchors, first_written, numbers, place, stated
from tallymark.picture._series import (
    at_place,
    axis,
    clock_text,
    direction_note,
    points,
    share,
    when_text,
)
from tallymark.picture._view import (
    Cell,
    Table,
    View,
    ViewSpec,
    count_cell,
    plural,
    span_text,
)
from tallymark.picture.charts import Dot
from tallymark.picture.episodes import Episodes, LaneEpisodes, episodes, regroup

ORDERS = ("happened", "written")
_LINE = 160
MOST_STACKED = 12


class _Key(NamedTuple):
    """Where a row stands; only the rows of the page are made. ``spot`` is -1 for a record."""

    first: int
    second: int
    tie: str
    lane: int = -1
    spot: int = -1


@dataclass(frozen=True, slots=True)
class _Page:
    """What rows are made from: the imports' episodes, the dated records, and their numbers."""

    folded: Episodes
    held: dict[str, tuple[Record, Moment]]
    number: dict[str, int]
    written: dict[str, int]

    def row(self, key: _Key) -> tuple[Cell, ...]:
        return self._typed(key.tie) if key.spot < 0 else self._import(key)

    def _import(self, key: _Key) -> tuple[Cell, ...]:
        clock, lane = self.folded.contacts.clock, self.folded.lanes[key.lane]
        one = at_place(lane, key.spot, clock)
        stamp = _latest(self.written, one.refs)
        numbers_shown = " ".join(f"#{self.number[ref]}" for ref in one.refs if ref in self.number)
        return (
            Cell(when_text(one, clock=clock), one.refs),
            Cell("not recorded" if stamp == -FAR else clock_text(clock, stamp)),
            Cell(one.lane),
            Cell("from an import", one.refs),
            count_cell(one.items, one.refs),
            Cell(numbers_shown, one.refs),
        )

    def _typed(self, ref: str) -> tuple[Cell, ...]:
        clock, (record, moment) = self.folded.contacts.clock, self.held[ref]
        late = max(0, (self.written[ref] - place(moment, clock=clock)[0]) // 86_400)
        badge = f" ({plural(late, 'day')} later)" if late else ""
        channel, what = words(record)
        one = isinstance(record.body, Incident)
        return (
            Cell(stated(moment, clock=clock), (ref,)),
            Cell(clock_text(clock, self.written[ref]) + badge),
            Cell(channel),
            Cell(_cut(what), (ref,)),
            count_cell(1, (ref,)) if one else Cell(""),
            Cell(f"#{self.number[ref]}", (ref,)),
        )


def _build(
    casefile: Casefile,
    *,
    gap_minutes: int = 60,
    order: str = "happened",
    limit: int = 200,
    offset: int = 0,
) -> View:
    if order not in ORDERS:
        message = "a timeline is in order of happened or written"
        raise ValueError(message)
    found = episodes(casefile, gap_minutes=gap_minutes)
    written = first_written(casefile.records) | _imported(casefile)
    page = _Page(_folded(found), dated(casefile), numbers(casefile), written)
    keys = sorted([*_typed_keys(page), *_episode_keys(page)])
    if order == "written":
        keys = sorted(_by_writing(key, page) for key in keys)
    rows = tuple(page.row(key) for key in keys[offset : offset + limit])
    columns = ("When", "Written", "Channel", "What", "Items", "Entry")
    return View(
        name="timeline",
        title=VIEW.title,
        sentence=_sentence(found, page, len(keys), order) + direction_note(found),
        caution=VIEW.caution,
        table=Table(columns, rows),
        svg=_written_svg(found, page) if order == "written" else _svg(found, casefile),
        data={
            "order": order,
            "gap_minutes": gap_minutes,
            "total": len(keys),
            "limit": limit,
            "offset": offset,
        },
    )


def _folded(found: Episodes) -> Episodes:
    """Episodes of the imports alone: each typed entry has a row of its own."""
    lanes = []
    for lane in found.lanes:
        if lane.clocked():
            bare = replace(found.contacts, lanes=(replace(lane.lane, entries=()),))
            lanes.append(regroup(bare, gap_minutes=found.gap_minutes).lanes[0])
        else:
            lanes.append(lane)
    return replace(found, lanes=tuple(lanes))


def _imported(casefile: Casefile) -> dict[str, int]:
    """When each exhibit was first imported, in UTC seconds, by its record id."""
    written: dict[str, int] = {}
    for record in casefile.records:
        if isinstance(record.body, Import):
            here = instant(record.written)
            written[record.body.exhibit] = min(here, written.get(record.body.exhibit, FAR))
    return written


def _typed_keys(page: _Page) -> Iterator[_Key]:
    clock = page.folded.contacts.clock
    for ref, (_, moment) in page.held.items():
        yield _Key(place(moment, clock=clock)[0], page.written[ref], ref)


def _episode_keys(page: _Page) -> Iterator[_Key]:
    for row, lane in enumerate(page.folded.lanes):
        tie = f"~{lane.lane.key}"
        for spot, start in enumerate(lane.starts):
            yield _Key(start, FAR, tie, row, spot)


def _by_writing(key: _Key, page: _Page) -> _Key:
    if key.spot < 0:
        return key._replace(first=key.second, second=key.first)
    stamp = _latest(page.written, _behind(page.folded.lanes[key.lane], key.spot))
    return key._replace(first=stamp, second=key.first)


def _behind(lane: LaneEpisodes, spot: int) -> tuple[str, ...]:
    return lane.lane.exhibits(lane.starts[spot], lane.ends[spot] + 1)


def _latest(written: dict[str, int], exhibits: tuple[str, ...]) -> int:
    return max((written[ref] for ref in exhibits if ref in written), default=-FAR)


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LINE else line[: _LINE - 1].rstrip() + "…"


def _sentence(found: Episodes, page: _Page, total: int, order: str) -> str:
    typed = len(page.held)
    return (
        f"{plural(typed, 'typed entry', 'typed entries')} and "
        f"{plural(total - typed, 'episode')} from imports, "
        f"{span_text(*(found.span() or (None, None)))}"
        f"{', in order of writing' if order == 'written' else ''}."
    )


def _svg(found: Episodes, casefile: Casefile) -> str:
    clock = found.contacts.clock
    return charts.dots(
        "timeline",
        title="Everything in order of time",
        description="A dot for each episode, by channel and day. Round ones come from an import, "
        "square ones hold a typed entry. The rows stand in the table.",
        rows=[lane.lane.label for lane in found.lanes],
        points=points(found),
        axis=axis(found.span(), clock=clock, anchors=anchors(casefile, clock=clock)),
    )


def _written_svg(found: Episodes, page: _Page) -> str:
    """By the day of writing: a dot for each entry, and one for each import of a channel."""
    clock = found.contacts.clock
    held = [
        (row, page.written[ref], ref, ref in page.held)
        for row, lane in enumerate(found.lanes)
        for ref in (*(entry.id for entry in lane.typed()), *lane.lane.exhibits())
        if ref in page.written
    ]
    days = [clock.day(at) for _, at, _, _ in held]
    span = (min(days), max(days)) if days else None
    low, high = (clock.day_start(span[0]), clock.day_end(span[1])) if span else (0, 1)
    dots: list[Dot] = []
    stacked: Counter[tuple[int, date]] = Counter()
    for (row, at, ref, entry), day in zip(held, days, strict=True):
        noon = clock.day_start(day) + 43_200
        note = f"{found.lanes[row].lane.label}, written {clock_text(clock, at)}"
        spot, stack = share(noon, low=low, high=high), stacked[row, day]
        if stack < MOST_STACKED:
            dots.append(Dot(spot, row, note, square=entry, refs=(ref,), stack=stack))
        stacked[row, day] += 1
    return charts.dots(
        "timeline",
        title="Everything in order of writing",
        description="A dot for each entry on the day it was first written, and for each import. "
        f"Beyond {MOST_STACKED} on one day no more are drawn. The rows stand in the table.",
        rows=[lane.lane.label for lane in found.lanes],
        points=(dots, "one entry, or one import"),
        axis=axis(span, clock=clock, anchors=()),
    )


VIEW = ViewSpec(
    title="Everything in order of time",
    caution="Sorted by when things happened, as it was recorded; the table can also be sorted by "
    "when they were written. Both times are shown. An act that is both typed and in an export "
    "stands here twice.",
    build=_build,
)
