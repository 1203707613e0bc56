"""What could still be added to each typed entry: help for the person, never a score."""

from __future__ import annotations

from tallymark.model.casefile import Casefile
from tallymark.picture import charts
from tallymark.picture._clock import LocalClock
from tallymark.picture._entries import Entry, entries
from tallymark.picture._view import Cell, Table, View, ViewSpec, count_cell, day_text, plural
from tallymark.picture._words import lane_label

LATE_DAYS = 7
WANTED = (
    ("identity", "who it was, or how that is known"),
    ("effect", "how it made you feel"),
    ("evidence", "a file or a witness"),
    ("late", f"written more than {LATE_DAYS} days later"),
)


def missing(entry: Entry) -> tuple[str, ...]:
    """Which of ``WANTED`` apply to an entry."""
    body, found = entry.body, []
    if entry.contact and not (body.attribution and body.attribution.basis):
        found.append("identity")
    if not body.effect and body.fear_of_violence is None:
        found.append("effect")
    if not body.exhibits and not body.witnesses:
        found.append("evidence")
    if entry.days_to_writing > LATE_DAYS:
        found.append("late")
    return tuple(found)


def _build(casefile: Casefile, *, limit: int = 200, offset: int = 0) -> View:
    typed = entries(casefile, clock=LocalClock(casefile.zone))
    listed = [(entry, missing(entry)) for entry in typed]
    behind = {key: tuple(e.id for e, lacks in listed if key in lacks) for key, _ in WANTED}
    open_ones = [(entry, lacks) for entry, lacks in listed if lacks]
    rows: list[tuple[Cell, ...]] = [
        (Cell(f"all: {words}"), Cell(""), Cell(""), count_cell(len(behind[key]), behind[key]))
        for key, words in WANTED
    ]
    rows += [_row(entry, lacks) for entry, lacks in open_ones[offset : offset + limit]]
    sentence = (
        f"{plural(len(typed), 'typed entry', 'typed entries')}; to {len(open_ones):,} of them "
        "something could still be added."
    )
    return View(
        name="completeness",
        title=VIEW.title,
        sentence=sentence,
        caution=VIEW.caution,
        table=Table(("Entry", "When", "Channel", "Could be added"), tuple(rows) if typed else ()),
        svg=_svg(behind, shown=bool(typed)),
        data={
            "entries": len(typed),
            "missing": {key: list(ids) for key, ids in behind.items()},
            "total": len(open_ones),
            "limit": limit,
            "offset": offset,
        },
    )


def _row(entry: Entry, lacks: tuple[str, ...]) -> tuple[Cell, ...]:
    words = dict(WANTED)
    return (
        Cell(f"#{entry.number}", (entry.id,)),
        Cell(day_text(entry.day)),
        Cell(lane_label(entry.lane)),
        Cell("; ".join(words[key] for key in lacks), (entry.id,)),
    )


def _svg(behind: dict[str, tuple[str, ...]], *, shown: bool) -> str:
    return charts.bars(
        "completeness",
        title="What could still be added",
        description="A bar for each thing; its length is the entries that do not have it yet.",
        rows=[
            charts.Bar(
                words, len(behind[key]), plural(len(behind[key]), "entry", "entries"), behind[key]
            )
            for key, words in WANTED
        ]
        if shown
        else [],
    )


VIEW = ViewSpec(
    title="What could still be added",
    caution="This is help, not a mark out of ten. An entry with nothing added still counts, and "
    "nothing here says what it is worth.",
    build=_build,
)
