"""Second sources: of which kind, who or what it is, and who linked it to which entries."""

from __future__ import annotations

from dataclasses import dataclass, field

from tallymark.model.casefile import Casefile
from tallymark.picture import charts
from tallymark.picture._clock import LocalClock
from tallymark.picture._entries import Entry, entries
from tallymark.picture._second import Source, second_sources
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


@dataclass(slots=True)
class _Row:
    """One source as linked by one hand: its entries, and the records that say so."""

    kind: str
    name: str
    linked_by: str
    entries: list[Entry] = field(default_factory=list)
    refs: list[str] = field(default_factory=list)


def _build(casefile: Casefile, *, limit: int = 200, offset: int = 0) -> View:
    typed = entries(casefile, clock=LocalClock(casefile.zone))
    held = second_sources(casefile, typed)
    rows = _rows(typed, held)
    return View(
        name="sources",
        title=VIEW.title,
        sentence=_sentence(typed, rows),
        caution=VIEW.caution,
        table=_table(rows[offset : offset + limit]),
        svg=_svg(rows),
        data={
            "entries": len(typed),
            "with_second_source": list(held),
            "sources": [
                {"kind": r.kind, "name": r.name, "linked_by": r.linked_by, "refs": _refs(r)}
                for r in rows[offset : offset + limit]
            ],
            "total": len(rows),
            "limit": limit,
            "offset": offset,
        },
    )


def _rows(typed: tuple[Entry, ...], held: dict[str, list[Source]]) -> list[_Row]:
    found: dict[tuple[str, str, str], _Row] = {}
    for entry in typed:
        for source in dict.fromkeys(held.get(entry.id, ())):
            key = source.key, source.kind, source.linked_by
            row = found.setdefault(key, _Row(source.kind, source.name, source.linked_by))
            if entry not in row.entries[-1:]:
                row.entries.append(entry)
            row.refs += [entry.id, source.ref]
    return [found[key] for key in sorted(found)]


def _refs(row: _Row) -> list[str]:
    return list(unique(row.refs))


def _sentence(typed: tuple[Entry, ...], rows: list[_Row]) -> str:
    if not typed:
        return "Nothing typed with a date is recorded yet."
    backed = {entry.id for row in rows for entry in row.entries}
    return (
        f"{len(backed):,} of {plural(len(typed), 'typed entry', 'typed entries')} name a second "
        f"source: {plural(len(rows), 'source')} in all."
    )


def _table(rows: list[_Row]) -> Table:
    made = tuple(
        (
            Cell(row.kind),
            Cell(row.name or "a thing, not a person"),
            Cell(row.linked_by),
            count_cell(len(row.entries), _refs(row)),
            Cell(day_text(row.entries[0].day)),
            Cell(day_text(row.entries[-1].day)),
        )
        for row in rows
    )
    return Table(("Kind", "Who", "Linked by", "Entries", "First", "Last"), made)


def _svg(rows: list[_Row]) -> str:
    return charts.bars(
        "sources",
        title="Second sources",
        description="A bar for each source; its length is the entries that name it.",
        rows=[
            charts.Bar(
                row.name or row.kind.capitalize(),
                len(row.entries),
                f"{plural(len(row.entries), 'entry', 'entries')}, linked "
                + (row.linked_by if row.linked_by.startswith("in ") else f"by {row.linked_by}"),
                unique(row.refs),
            )
            for row in rows
        ],
    )


VIEW = ViewSpec(
    title="Second sources",
    caution="As the person recorded it. A second source is not a statement: what a witness or a "
    "file says is for others to read. An entry without one counts the same.",
    build=_build,
)
