"""Through others: who carried what, for whom, and to whom, as each entry says."""

from __future__ import annotations

from dataclasses import dataclass

from tallymark.model.casefile import Casefile
from tallymark.model.record import Person
from tallymark.picture import _spans
from tallymark.picture._clock import LocalClock
from tallymark.picture._entries import OTHER_SIDE, Entry, entries
from tallymark.picture._links import current, same_people
from tallymark.picture._view import Cell, Table, View, ViewSpec, count_cell, day_text, plural
from tallymark.picture._words import lane_label

NOBODY, NOT_SAID = "someone not named", "not recorded"
LANE, CODE = "via_person", "C12"
MOST_DRAWN = 30


@dataclass(frozen=True, slots=True)
class _People:
    """Who is who: one id for people recorded to be the same, their labels, and two groups."""

    same: dict[str, str]
    labels: dict[str, str]
    others: frozenset[str]
    reporting: str

    def name(self, ref: str | None, *, empty: str) -> str:
        if not ref:
            return empty
        return self.labels.get(self.same.get(ref, ref), ref)

    def is_other(self, ref: str | None) -> bool:
        return self.same.get(ref or "", ref) in self.others


def _build(casefile: Casefile, *, limit: int = 200, offset: int = 0) -> View:
    typed = [e for e in entries(casefile, clock=LocalClock(casefile.zone)) if carried(e)]
    people = _people(casefile)
    paths: dict[tuple[str, str, str], list[Entry]] = {}
    for entry in typed:
        for path in _paths(entry, people):
            paths.setdefault(path, []).append(entry)
    listed = sorted(paths.items())
    return View(
        name="proxies",
        title=VIEW.title,
        sentence=_sentence(typed, listed),
        caution=VIEW.caution,
        table=_table(listed[offset : offset + limit]),
        svg=_svg(listed),
        data={
            "entries": [entry.id for entry in typed],
            "paths": [
                {"for": a, "by": b, "to": c, "entries": [e.id for e in held]}
                for (a, b, c), held in listed
            ],
            "total": len(listed),
            "limit": limit,
            "offset": offset,
        },
    )


def carried(entry: Entry) -> bool:
    """Whether an entry says that somebody else brought it or did it."""
    body = entry.body
    through = entry.lane == LANE or CODE in body.behaviours
    return bool(entry.contact and (body.on_behalf_of or body.direction == "third_party" or through))


def _people(casefile: Casefile) -> _People:
    held = {r.id: r.body for r in current(casefile) if isinstance(r.body, Person)}
    same = same_people(casefile)
    own = sorted(b.label for b in held.values() if {"victim", "self", "reporting"} & set(b.roles))
    return _People(
        same=same,
        labels={ref: body.label for ref, body in held.items()},
        others=frozenset(same[r] for r, b in held.items() if OTHER_SIDE.intersection(b.roles)),
        reporting=own[0] if own else "the person who writes",
    )


def _paths(entry: Entry, people: _People) -> list[tuple[str, str, str]]:
    """(for whom, by whom, to whom) of an entry; one for each person that it was aimed at."""
    body = entry.body
    sender, carrier = body.on_behalf_of, body.actor
    if not sender and people.is_other(carrier):
        sender, carrier = carrier, None
    names = [people.name(ref, empty="") for ref in body.targets]
    first = people.name(sender, empty=NOT_SAID), people.name(carrier, empty=NOBODY)
    return [(*first, name) for name in dict.fromkeys(names or [people.reporting])]


def _sentence(typed: list[Entry], listed: list[tuple[tuple[str, str, str], list[Entry]]]) -> str:
    if not typed:
        return "No entry says that somebody else carried anything."
    named = {path[1] for path, _ in listed} - {NOBODY}
    return (
        f"{plural(len(typed), 'entry', 'entries')} through others, "
        f"{day_text(typed[0].day)} to {day_text(max(e.day for e in typed))}; "
        f"{plural(len(named), 'person', 'people')} named as carrying it."
    )


def _table(listed: list[tuple[tuple[str, str, str], list[Entry]]]) -> Table:
    rows = []
    for names, held in listed:
        refs = tuple(entry.id for entry in held)
        channels = dict.fromkeys(lane_label(entry.lane) for entry in held)
        rows.append(
            (
                *(Cell(name) for name in names),
                count_cell(len(held), refs),
                Cell(day_text(held[0].day)),
                Cell(day_text(max(entry.day for entry in held))),
                Cell(", ".join(channels)),
            )
        )
    columns = ("For", "Carried by", "To", "Entries", "First", "Last", "Channels")
    return Table(columns, tuple(rows))


def _svg(listed: list[tuple[tuple[str, str, str], list[Entry]]]) -> str:
    more = len(listed) - MOST_DRAWN
    paths = [
        _spans.Path(names, len(held), tuple(entry.id for entry in held))
        for names, held in listed[:MOST_DRAWN]
    ]
    return _spans.graph(
        "proxies",
        title="Who carried it, for whom, to whom",
        description="Names in three columns joined by arrows; the number on an arrow is the entries. "
        + (f"{more:,} more ways stand in the table." if more > 0 else "As recorded in each entry."),
        heads=("For", "Carried by", "To"),
        paths=paths,
    )


VIEW = ViewSpec(
    title="Through others",
    caution="As recorded in each entry. It does not show what the one who carried it knew or "
    "wanted. An entry aimed at several people stands under each of them.",
    build=_build,
)
