"""What changed in the person's life, on one line of time beside the contact."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from tallymark.model.casefile import Casefile
from tallymark.model.record import Impact
from tallymark.picture import charts
from tallymark.picture._clock import FAR
from tallymark.picture._entries import Entry, anchors, hash_numbers, numbers, place
from tallymark.picture._links import current
from tallymark.picture._series import axis, direction_note, flat, points, share
from tallymark.picture._view import Cell, Table, View, ViewSpec, count_cell, day_text, plural
from tallymark.picture.charts import Dot
from tallymark.picture.episodes import Episodes, episodes

BEFORE_DAYS = 14


@dataclass(frozen=True, slots=True)
class _Row:
    """One thing recorded about the effect: a change, fear of violence, or words in an entry."""

    kind: str
    at: int
    day: date
    words: str
    id: str
    named: tuple[str, ...] = ()


def _build(casefile: Casefile, *, gap_minutes: int = 60, limit: int = 200, offset: int = 0) -> View:
    found = episodes(casefile, gap_minutes=gap_minutes)
    rows = sorted([*_changes(found), *_felt(found)], key=lambda r: (r.at, r.id, r.kind))
    return View(
        name="impact",
        title=VIEW.title,
        sentence=_sentence(rows) + (direction_note(found) if rows else ""),
        caution=VIEW.caution,
        table=_table(found, rows[offset : offset + limit]),
        svg=_svg(found, rows),
        data={
            "gap_minutes": gap_minutes,
            "kinds": dict(sorted(Counter(row.kind for row in rows).items())),
            "refs": [row.id for row in rows],
            "total": len(rows),
            "limit": limit,
            "offset": offset,
        },
    )


def _changes(found: Episodes) -> list[_Row]:
    made = []
    for record in current(found.contacts.casefile):
        body = record.body
        if isinstance(body, Impact):
            at, day, _ = place(body.at, clock=found.contacts.clock)
            kind = body.code.replace("_", " ").capitalize()
            made.append(_Row(kind, at, day, body.words, record.id, body.incidents))
    return made


def _felt(found: Episodes) -> list[_Row]:
    made = []
    for entry in found.contacts.entries:
        if entry.body.fear_of_violence == "yes":
            made.append(_felt_row("Feared violence", entry))
        elif entry.body.effect:
            made.append(_felt_row("How it felt", entry))
    return made


def _felt_row(kind: str, entry: Entry) -> _Row:
    return _Row(kind, entry.at, entry.day, entry.body.effect, entry.id, (entry.id,))


def _sentence(rows: list[_Row]) -> str:
    if not rows:
        return "No change in the person's life and no fear is recorded yet."
    felt = sum(1 for row in rows if row.id in row.named)
    return (
        f"{plural(len(rows) - felt, 'change')} in the person's life and "
        f"{plural(felt, 'entry', 'entries')} with fear or their own words on it, "
        f"{day_text(rows[0].day)} to {day_text(max(row.day for row in rows))}."
    )


def _table(found: Episodes, rows: list[_Row]) -> Table:
    number = numbers(found.contacts.casefile)
    columns = (
        "When", "What", "In their own words", "Entries named",
        f"Episodes in the {BEFORE_DAYS} days to that day", "Items",
    )  # fmt: skip
    return Table(columns, tuple(_table_row(found, row, number) for row in rows))


def _table_row(found: Episodes, row: _Row, number: dict[str, int]) -> tuple[Cell, ...]:
    clock = found.contacts.clock
    first = max(row.day.toordinal() - BEFORE_DAYS + 1, 1)
    low, high = clock.day_start(date.fromordinal(first)), clock.day_end(row.day)
    refs = found.item_refs(low, high)
    return (
        Cell(day_text(row.day), (row.id,)),
        Cell(row.kind, (row.id,)),
        Cell(row.words, (row.id,)),
        Cell(hash_numbers(row.named, number=number), row.named),
        count_cell(found.count(low, high), refs),
        count_cell(found.items(low, high), refs),
    )


def _svg(found: Episodes, rows: list[_Row]) -> str:
    clock, span = found.contacts.clock, found.span()
    days = [row.day for row in rows]
    whole = (min([*days, *(span or ())]), max([*days, *(span or ())])) if rows else None
    kinds = list(dict.fromkeys(sorted(row.kind for row in rows)))
    labels, dots, stands = ["Contact"] if span else [], [], ""
    if whole is not None and span is not None:
        drawn, stands = points(found, since=whole[0], until=whole[1])
        dots += flat(drawn)
    if whole is not None:
        low, high = clock.day_start(whole[0]), clock.day_end(whole[1])
        stacked: Counter[tuple[str, date]] = Counter()
        for row in rows:
            at = share(min(clock.day_start(row.day) + 43_200, FAR), low=low, high=high)
            line = len(labels) + kinds.index(row.kind)
            note = f"{row.kind}, {day_text(row.day)}: {row.words}"
            stack = stacked[row.kind, row.day]
            dots.append(Dot(at, line, note, square=True, refs=(row.id,), stack=stack))
            stacked[row.kind, row.day] += 1
    return charts.dots(
        "impact",
        title="What changed, beside the contact",
        description="The first row has the contact; each row under it one kind of change, as it was "
        "recorded. The words stand in the table.",
        rows=[*labels, *kinds],
        points=(dots, f"{stands}, or one record" if stands else "one record"),
        axis=axis(whole, clock=clock, anchors=anchors(found.contacts.casefile, clock=clock)),
    )


VIEW = ViewSpec(
    title="What changed, beside the contact",
    caution="The person's own words and answers. That one thing stands after another in time does "
    "not show that it came from it.",
    build=_build,
)
