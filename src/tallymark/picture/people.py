"""Who did it, as each entry says: how they were known, and which senders the exports show."""

from __future__ import annotations

from collections.abc import Iterator

from tallymark.model.casefile import Casefile
from tallymark.picture import charts
from tallymark.picture._clock import LocalClock
from tallymark.picture._entries import known_labels, plain
from tallymark.picture._identity import Figure, basis_counts
from tallymark.picture._senders import Sender, senders
from tallymark.picture._series import direction_note
from tallymark.picture._view import Cell, Table, View, ViewSpec, count_cell, day_text, plural
from tallymark.picture._words import BASES
from tallymark.picture.episodes import Episodes, episodes

MOST = 50


def _build(casefile: Casefile, *, gap_minutes: int = 60) -> View:
    found = episodes(casefile, gap_minutes=gap_minutes)
    counts = basis_counts(found)
    listed = sorted(senders(found).items(), key=lambda pair: (-pair[1].items, pair[0]))
    rows = [*_basis_rows(counts), *_sender_rows(found, listed)] if found.lanes else []
    columns = ("Who", "Episodes", "Items", "First", "Last", "Channels")
    return View(
        name="people",
        title=VIEW.title,
        sentence=_sentence(found, counts, listed) + direction_note(found),
        caution=VIEW.caution,
        table=Table(columns, tuple(rows)),
        svg=_svg(found, counts),
        data={
            "gap_minutes": gap_minutes,
            "basis": {key: counts[place].value for place, (key, _, _) in enumerate(BASES)},
            "senders": [
                {"label": label, "items": s.items, "lanes": s.lanes} for label, s in listed[:MOST]
            ],
            "senders_total": len(listed),
        },
    )


def _basis_rows(counts: tuple[Figure, ...]) -> Iterator[tuple[Cell, ...]]:
    for (_, label, _), figure in zip(BASES, counts, strict=True):
        yield Cell(f"how known: {label}"), count_cell(figure.value, figure.refs), *_blank()


def _sender_rows(found: Episodes, listed: list[tuple[str, Sender]]) -> Iterator[tuple[Cell, ...]]:
    known, clock = known_labels(found.contacts.casefile), found.contacts.clock
    for label, sender in listed[:MOST]:
        yield _row(label, sender, clock=clock, known=known)
    if more := listed[MOST:]:
        behind = sorted({ref for _, sender in more for ref in sender.refs})
        items = count_cell(sum(sender.items for _, sender in more), behind)
        yield Cell(f"{len(more):,} more senders"), Cell(""), items, *_blank()[1:]


def _blank() -> tuple[Cell, ...]:
    return (Cell(""), Cell(""), Cell(""), Cell(""))


def _row(
    label: str, sender: Sender, *, clock: LocalClock, known: frozenset[str]
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


def _sentence(found: Episodes, counts: tuple[Figure, ...], listed: list[tuple[str, Sender]]) -> str:
    parts = [
        f"{label} {figure.value:,}"
        for (_, label, _), figure in zip(BASES, counts, strict=True)
        if figure.value
    ]
    named = sum(1 for label, _ in listed if label)
    ways = "; ".join(parts) or "none"
    return (
        f"How they were known in {plural(found.count(), 'episode')}: {ways}. "
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
