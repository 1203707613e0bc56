"""Words that look harmless, with the person's own reason why they are not."""

from __future__ import annotations

from tallymark.model.casefile import Casefile
from tallymark.model.record import Phrase
from tallymark.picture import charts
from tallymark.picture._clock import LocalClock
from tallymark.picture._entries import Entry, entries
from tallymark.picture._links import current
from tallymark.picture._view import (
    Cell,
    Table,
    View,
    ViewSpec,
    count_cell,
    day_text,
    plural,
    unique,
)


def _build(casefile: Casefile, *, limit: int = 200, offset: int = 0) -> View:
    typed = {entry.id: entry for entry in entries(casefile, clock=LocalClock(casefile.zone))}
    in_order = sorted(current(casefile), key=lambda r: (r.written, r.id))
    held = [(r.id, r.body) for r in in_order if isinstance(r.body, Phrase)]
    rows = [(ref, body, _dated(body, typed)) for ref, body in held]
    return View(
        name="phrases",
        title=VIEW.title,
        sentence=_sentence(rows),
        caution=VIEW.caution,
        table=_table(rows[offset : offset + limit]),
        svg=_svg(rows),
        data={
            "phrases": [
                {"ref": ref, "words": body.words, "why": body.why, "events": list(body.events)}
                for ref, body, _ in rows[offset : offset + limit]
            ],
            "total": len(rows),
            "limit": limit,
            "offset": offset,
        },
    )


_Row = tuple[str, Phrase, list[Entry]]


def _dated(body: Phrase, typed: dict[str, Entry]) -> list[Entry]:
    return [typed[ref] for ref in dict.fromkeys(body.incidents) if ref in typed]


def _stands(body: Phrase) -> int:
    """In how many places the person marked it: entries, messages and files."""
    return sum(len(set(named)) for named in (body.incidents, body.events, body.exhibits))


def _refs(row: _Row) -> tuple[str, ...]:
    return unique((row[0], *row[1].incidents, *row[1].exhibits))


def _sentence(rows: list[_Row]) -> str:
    if not rows:
        return "No words are marked yet."
    places = sum(_stands(body) for _, body, _ in rows)
    many = plural(len(rows), "phrase")
    return f"{many} marked with a reason, in {plural(places, 'place')}."


def _table(rows: list[_Row]) -> Table:
    made = []
    for row in rows:
        ref, body, dated = row
        made.append(
            (
                Cell(f"\u201c{body.words}\u201d", (ref,)),
                Cell(body.why, (ref,)),
                count_cell(len(set(body.incidents)), unique(body.incidents)),
                count_cell(len(set(body.events)), (ref,)),
                count_cell(len(set(body.exhibits)), unique(body.exhibits)),
                Cell(day_text(min(e.day for e in dated)) if dated else "not in a typed entry"),
            )
        )
    columns = ("Words", "Why they matter", "Entries", "Messages", "Files", "First entry")
    return Table(columns, tuple(made))


def _svg(rows: list[_Row]) -> str:
    return charts.bars(
        "phrases",
        title="Words with a meaning of their own",
        description="A bar for each phrase; its length is the places that the person marked.",
        rows=[
            charts.Bar(row[1].words, _stands(row[1]), plural(_stands(row[1]), "place"), _refs(row))
            for row in rows
        ],
    )


VIEW = ViewSpec(
    title="Words with a meaning of their own",
    caution="The reasons are the person's own. Only the places that they marked are counted: the "
    "same words may stand elsewhere too.",
    build=_build,
)
