"""Lanes: channel by week, episodes and items side by side, each on its own scale."""

from __future__ import annotations

from itertools import pairwise

from tallymark.model.casefile import Casefile
from tallymark.picture import charts
from tallymark.picture._clock import FAR, Bins
from tallymark.picture._entries import anchors
from tallymark.picture._series import bin_axis, direction_note
from tallymark.picture._view import Cell, Table, View, ViewSpec, pair_cell, plural, span_text
from tallymark.picture.episodes import Episodes, LaneEpisodes, episodes

MOST = 110  # spans that can still be told apart on a page


def _build(casefile: Casefile, *, gap_minutes: int = 60) -> View:
    found = episodes(casefile, gap_minutes=gap_minutes)
    span = found.span()
    bins = None if span is None else found.contacts.clock.bins(span[0], span[1], most=MOST)
    sentence = (
        f"{plural(found.count(), 'episode')} made of {plural(found.items(), 'item')}, "
        f"{span_text(*(span or (None, None)))}. A gap longer than {gap_minutes} minutes starts "
        f"a new episode.{direction_note(found)}"
    )
    return View(
        name="lanes",
        title=VIEW.title,
        sentence=sentence,
        caution=VIEW.caution,
        table=_table(found, bins),
        svg=_svg(casefile, found, bins),
        data=_data(found, bins),
    )


def _edges(bins: Bins | None) -> list[tuple[int, int]]:
    if bins is None:
        return []
    edges = [-FAR, *bins.edges[1:-1], FAR]
    return list(pairwise(edges))


def _table(found: Episodes, bins: Bins | None) -> Table:
    """A row for each span that holds something; each cell is ``episodes / items``."""
    labels = [bins.label(place) for place in range(len(bins.starts))] if bins else []
    spans = [*zip(labels, _edges(bins), strict=True), ("all", (-FAR, FAR))]
    rows = []
    for label, (low, high) in spans if found.lanes else ():
        cells = [
            pair_cell(lane.count(low, high), lane.items(low, high), _refs(lane, low, high))
            for lane in found.lanes
        ]
        every = pair_cell(
            found.count(low, high), found.items(low, high), (r for c in cells for r in c.refs)
        )
        if every.refs or found.items(low, high):
            rows.append((Cell(label), *cells, every))
    return Table(
        ("Episodes / items", *(lane.lane.label for lane in found.lanes), "All"), tuple(rows)
    )


def _refs(lane: LaneEpisodes, low: int, high: int) -> tuple[str, ...]:
    return (*lane.refs(low, high), *lane.item_refs(low, high))


def _svg(casefile: Casefile, found: Episodes, bins: Bins | None) -> str:
    clock, edges = found.contacts.clock, _edges(bins)
    strips = [
        charts.Strip(
            label=lane.lane.label,
            episodes=tuple(lane.count(low, high) for low, high in edges),
            items=tuple(lane.items(low, high) for low, high in edges),
            refs=tuple(lane.item_refs(low, high) for low, high in edges),
        )
        for lane in found.lanes
    ]
    unit = bins.unit if bins else "week"
    return charts.lanes(
        "lanes",
        title=f"Contact by channel and {unit}",
        description=f"For each channel a strip of episodes and a strip of items for each {unit}. "
        "All numbers stand in the table.",
        strips=strips,
        axis=bin_axis(bins, anchors=anchors(casefile, clock=clock)),
        unit=unit,
    )


def _data(found: Episodes, bins: Bins | None) -> dict[str, object]:
    edges = _edges(bins)
    return {
        "gap_minutes": found.gap_minutes,
        "unit": bins.unit if bins else "week",
        "starts": [day.isoformat() for day in bins.starts] if bins else [],
        "unknown_direction": found.contacts.unknown_direction,
        "undated": found.contacts.undated,
        "lanes": [
            {
                "lane": lane.lane.key,
                "label": lane.lane.label,
                "episodes": [lane.count(low, high) for low, high in edges],
                "items": [lane.items(low, high) for low, high in edges],
            }
            for lane in found.lanes
        ],
    }


VIEW = ViewSpec(
    title="Channel by week: episodes and items",
    caution="Episodes and items never share a scale: one export can hold thousands of messages, "
    "and a visit to the door is one. An act that is both typed and in an export is two items.",
    build=_build,
)
