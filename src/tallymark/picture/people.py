"""Who did it, as each entry says: how they were known, and which senders the exports show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import compress

from tallymark.model.casefile import Casefile
from tallymark.picture import charts
from tallymark.picture._clock import LocalClock
from tallymark.picture._entries import known_labels, plain
from tallymark.picture._identity import Figure, basis_counts
from tallymark.picture._series import direction_note
from tallymark.picture._view import Cell, Table, View, ViewSpec, count_cell, day_text, plural
from tallymark.picture._words import BASES
from tallymark.picture.episodes import Episodes, LaneEpisodes, episodes, narrow_parties

MOST = 50


@dataclass(slots=True)
class _Sender:
    """One label in the exports, over all lanes."""

    items: int
    first: int
    last: int
    lanes: list[str]
    refs: list[str]


def _build(casefile: Casefile, *, gap_minutes: int = 60) -> View:
    found = episodes(casefile, gap_minutes=gap_minutes)
    counts = basis_counts(found)
    senders = sorted(_senders(found).items(), key=lambda pair: (-pair[1].items, pair[0]))
    rows = [*_basis_rows(counts), *_sender_rows(found, senders)] if found.lanes else []
    columns = ("Who", "Episodes", "Items", "First", "Last", "Channels")
    return View(
        name="people",
        title=VIEW.title,
        sentence=_sentence(found, counts, senders) + direction_note(found),
        caution=VIEW.caution,
        table=Table(columns, tuple(rows)),
        svg=_svg(found, counts),
        data={
            "gap_minutes": gap_minutes,
            "basis": {key: counts[place].value for place, (key, _, _) in enumerate(BASES)},
            "senders": [
                {"label": label, "items": s.items, "lanes": s.lanes} for label, s in senders[:MOST]
            ],
            "senders_total": len(senders),
        },
    )


def _basis_rows(counts: tuple[Figure, ...]) -> Iterator[tuple[Cell, ...]]:
    for (_, label, _), figure in zip(BASES, counts, strict=True):
        yield Cell(f"how known: {label}"), count_cell(figure.value, figure.refs), *_blank()


def _sender_rows(found: Episodes, senders: list[tuple[str, _Sender]]) -> Iterator[tuple[Cell, ...]]:
    known, clock = known_labels(found.contacts.casefile), found.contacts.clock
    for label, sender in senders[:MOST]:
        yield _row(label, sender, clock=clock, known=known)
    if more := senders[MOST:]:
        behind = sorted({ref for _, sender in more for ref in sender.refs})
        items = count_cell(sum(sender.items for _, sender in more), behind)
        yield Cell(f"{len(more):,} more senders"), Cell(""), items, *_blank()[1:]


def _blank() -> tuple[Cell, ...]:
    return (Cell(""), Cell(""), Cell(""), Cell(""))


def _row(
    label: str, sender: _Sender, *, clock: LocalClock, known: frozenset[str]
) -> tuple[Cell, ...]:
    name = label or "no sender shown"
    mark = " (recorded as theirs)" if plain(label) in known else ""
    return (
        Cell(f"sender: {name}{mark}"),
        Cell(""),
        count_cell(sender.items, sender.refs),
        Cell(day_text(clock.day(sender.first))),
        Cell(day_text(clock.day(sender.last))),
        Cell(", ".join(sender.lanes)),
    )


def _senders(found: Episodes) -> dict[str, _Sender]:
    """Items by label, with the first and last time, over all lanes."""
    parties = found.contacts.casefile.events.parties
    senders: dict[str, _Sender] = {}
    for lane in found.lanes:
        refs = lane.lane.exhibits()
        for number, many, first, last in _by_sender(found, lane):
            label = parties[number] if number < len(parties) else ""
            one = senders.setdefault(label, _Sender(0, first, last, [], []))
            one.items += many
            one.first, one.last = min(one.first, first), max(one.last, last)
            one.lanes.append(lane.lane.label)
            one.refs.extend(ref for ref in refs if ref not in one.refs)
    return senders


def _by_sender(found: Episodes, lane: LaneEpisodes) -> Iterator[tuple[int, int, int, int]]:
    """(place in parties, items, first and last UTC seconds) for each sender of a lane."""
    events, seconds = found.contacts.casefile.events, lane.lane.seconds
    low = narrow_parties(events)
    if low is not None:
        held = bytes(compress(low, lane.lane.mask))
        for number in range(len(events.parties)):
            if many := held.count(number):
                yield number, many, seconds[held.find(number)], seconds[held.rfind(number)]
        return
    party = list(compress(events.party, lane.lane.mask))
    last = dict(zip(party, seconds, strict=True))
    first = dict(zip(reversed(party), reversed(seconds), strict=True))
    for number, many in sorted(Counter(party).items()):
        yield number, many, first[number], last[number]


def _sentence(
    found: Episodes, counts: tuple[Figure, ...], senders: list[tuple[str, _Sender]]
) -> str:
    parts = [
        f"{label} {figure.value:,}"
        for (_, label, _), figure in zip(BASES, counts, strict=True)
        if figure.value
    ]
    named = sum(1 for label, _ in senders if label)
    listed = "; ".join(parts) or "none"
    return (
        f"How they were known in {plural(found.count(), 'episode')}: {listed}. "
        f"The exports show {plural(named, 'sender')}."
    )


def _svg(found: Episodes, counts: tuple[Figure, ...]) -> str:
    return charts.bars(
        "people",
        title="How they were known",
        description="A bar for each way of knowing who it was; its length is the episodes.",
        rows=[
            charts.Bar(label, figure.value, f"{figure.value:,}", figure.refs)
            for (_, label, _), figure in zip(BASES, counts, strict=True)
        ]
        if found.lanes
        else [],
    )


VIEW = ViewSpec(
    title="Who it was, and how that is known",
    caution="This is what each entry says. A name in an export is a label on a phone; it does not "
    "show who held the other one. An episode with several kinds is counted once, under the first "
    "in this order.",
    build=_build,
)
