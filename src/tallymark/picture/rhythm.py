"""Rhythm: at which hour of which weekday, on the local clock."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter

from tallymark.model.casefile import Casefile
from tallymark.model.event import FLAG_FOLD_UNKNOWN
from tallymark.picture import charts
from tallymark.picture._entries import Entry
from tallymark.picture._series import direction_note
from tallymark.picture._view import (
    WEEKDAYS,
    Cell,
    Table,
    View,
    ViewSpec,
    pair_cell,
    plural,
    unique,
)
from tallymark.picture.episodes import Episodes, LaneEpisodes, episodes

_Grid = Counter[tuple[int, int]]
_Behind = dict[tuple[int, int], tuple[str, ...]]
_NIGHT = (23, 0, 1, 2, 3, 4, 5, 6)


def _build(casefile: Casefile, *, gap_minutes: int = 60) -> View:
    found = episodes(casefile, gap_minutes=gap_minutes)
    clock = found.contacts.clock
    cells = {lane.lane.key: clock.hours(lane.lane.seconds) for lane in found.lanes}
    began, items = _began(found), _items(found, cells)
    rough = [e for e in found.contacts.entries if e.contact and not _hour_known(e)]
    behind = _behind(found, cells)
    return View(
        name="rhythm",
        title=VIEW.title,
        sentence=_sentence(found, began, items, rough) + direction_note(found),
        caution=VIEW.caution,
        table=_table(behind, began, items),
        svg=_svg(casefile.zone, behind, began, items),
        data=_data(found, began, items, rough),
    )


def _sentence(found: Episodes, began: _Grid, items: _Grid, rough: list[Entry]) -> str:
    night = sum(items[day, hour] for day in range(7) for hour in _NIGHT)
    text = (
        f"{plural(items.total(), 'item')} in {plural(began.total(), 'episode')} by hour and "
        f"weekday, {found.contacts.casefile.zone} time. "
        f"{plural(night, 'item')} between 23:00 and 07:00."
    )
    if rough:
        text += f" {plural(len(rough), 'entry', 'entries')} with no hour: not in the grid."
    return text


def _svg(zone: str, behind: _Behind, began: _Grid, items: _Grid) -> str:
    blocks = [
        (f"Episodes, by the hour they began ({zone} time)", _drawn(began, behind)),
        ("Items, each by its own hour", _drawn(items, behind)),
    ]
    return charts.grid(
        "rhythm",
        title="Hour and weekday",
        description="Two grids with a row for each weekday and a column for each hour: episodes and "
        "items. The number stands in each cell; darker is more.",
        columns=[f"{hour:02}" for hour in range(24)],
        blocks=blocks if items else [],
    )


def _hour_known(entry: Entry) -> bool:
    return entry.clocked and entry.body.happened.precision in {"minute", "hour", "about"}


def _began(found: Episodes) -> _Grid:
    """Episodes by the hour they began; one begun by an entry with a rough time is left out."""
    clock, counted = found.contacts.clock, _Grid()
    for lane in found.lanes:
        rough = {e.at for e in lane.clocked() if not _hour_known(e)}
        rough -= {e.at for e in lane.clocked() if _hour_known(e)}
        left_out = sorted(at for at in rough if _begins(lane, at))
        counted += clock.hours(lane.starts)
        counted -= clock.hours(left_out)
    return counted


def _begins(lane: LaneEpisodes, at: int) -> bool:
    """Whether an episode begins at an instant, with no event of an export in that second."""
    here = bisect_left(lane.lane.seconds, at)
    event = here < len(lane.lane.seconds) and lane.lane.seconds[here] == at
    return lane.starts[lane.index(at)] == at and not event


def _items(found: Episodes, cells: dict[str, _Grid]) -> _Grid:
    clock, counted = found.contacts.clock, _Grid()
    for lane in found.lanes:
        counted += cells[lane.lane.key]
        counted += clock.hours([e.at for e in lane.clocked() if _hour_known(e)])
    return counted


def _rows(counted: _Grid) -> list[tuple[str, list[int]]]:
    return [
        (day, [counted[place, hour] for hour in range(24)]) for place, day in enumerate(WEEKDAYS)
    ]


def _drawn(counted: _Grid, behind: _Behind) -> list[charts.GridRow]:
    return [
        charts.GridRow(
            label=day,
            values=values,
            refs=[behind.get((place, hour), ()) if values[hour] else () for hour in range(24)],
        )
        for place, (day, values) in enumerate(_rows(counted))
    ]


def _behind(found: Episodes, cells: dict[str, _Grid]) -> _Behind:
    """Ids for each cell: its typed entries, and the imports of each lane with an event there."""
    clock = found.contacts.clock
    behind: dict[tuple[int, int], list[str]] = {}
    for lane in found.lanes:
        for entry in lane.clocked():
            if _hour_known(entry):
                here = clock.local(entry.at)
                behind.setdefault((here.weekday(), here.hour), []).append(entry.id)
        imports = lane.lane.exhibits()
        for cell in cells[lane.lane.key] if imports else ():
            behind.setdefault(cell, []).extend(imports)
    return {cell: unique(sorted(ids)) for cell, ids in behind.items()}


def _table(behind: _Behind, began: _Grid, items: _Grid) -> Table:
    rows = [
        (
            Cell(f"{hour:02}:00"),
            *(
                pair_cell(began[day, hour], items[day, hour], behind.get((day, hour), ()))
                for day in range(7)
            ),
        )
        for hour in range(24)
    ]
    return Table(("Episodes / items", *WEEKDAYS), tuple(rows) if items else ())


def _data(found: Episodes, began: _Grid, items: _Grid, rough: list[Entry]) -> dict[str, object]:
    events = found.contacts.casefile.events
    twice = bytes(bool(value & FLAG_FOLD_UNKNOWN) for value in range(256))
    fold = events.flags.tobytes().translate(twice).count(1)
    return {
        "zone": found.contacts.casefile.zone,
        "gap_minutes": found.gap_minutes,
        "episodes": [values for _, values in _rows(began)],
        "items": [values for _, values in _rows(items)],
        "no_hour": [entry.id for entry in rough],
        "hour_told_twice": fold,
    }


VIEW = ViewSpec(
    title="Hour by weekday",
    caution="Hours are local, with summer time as it was on each date. An import that gives no zone "
    "was read in the zone noted beside it. Few numbers make no rhythm: look at the entries.",
    build=_build,
)
