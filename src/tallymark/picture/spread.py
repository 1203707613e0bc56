"""Spread: which channels, accounts, places and people, and when each was first and last seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from tallymark.model.casefile import Casefile
from tallymark.model.record import Person, Place
from tallymark.picture import _spans
from tallymark.picture._entries import anchors
from tallymark.picture._links import current, same_people
from tallymark.picture._senders import accounts
from tallymark.picture._series import axis, direction_note, share
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
from tallymark.picture.episodes import Episodes, episodes

KINDS = (
    ("channel", "Channels", "channel"),
    ("account", "Accounts and numbers", "account or number"),
    ("place", "Places", "place"),
    ("person", "People it was aimed at", "person"),
)
MOST_DRAWN = 12  # of one kind; the table has all
_PLURAL = {"account or number": "accounts or numbers", "person": "people"}
THEIRS = ", theirs"
KEPT_BACK = "a place that is kept back"


@dataclass(slots=True)
class Seen:
    """One channel, account, place or person: its days, how many items, and the entries."""

    kind: str
    label: str
    first: date
    last: date
    items: int = 0
    refs: list[str] = field(default_factory=list)


def _build(casefile: Casefile, *, gap_minutes: int = 60, limit: int = 400, offset: int = 0) -> View:
    found = episodes(casefile, gap_minutes=gap_minutes)
    seen = spread(found)
    return View(
        name="spread",
        title=VIEW.title,
        sentence=_sentence(seen) + direction_note(found),
        caution=VIEW.caution,
        table=_table(seen[offset : offset + limit]),
        svg=_svg(found, seen),
        data={
            "gap_minutes": gap_minutes,
            "seen": [
                {
                    "kind": one.kind,
                    "label": one.label,
                    "first": one.first.isoformat(),
                    "last": one.last.isoformat(),
                    "items": one.items,
                    "refs": list(unique(one.refs)),
                }
                for one in seen[offset : offset + limit]
            ],
            "counts": {kind: sum(1 for one in seen if one.kind == kind) for kind, _, _ in KINDS},
            "total": len(seen),
            "limit": limit,
            "offset": offset,
        },
    )


def spread(found: Episodes) -> list[Seen]:
    """Everything that was seen, by kind, then by the day it was first seen."""
    held = [*_channels(found), *_accounts(found), *_places(found), *_targets(found)]
    order = {kind: spot for spot, (kind, _, _) in enumerate(KINDS)}
    return sorted(held, key=lambda one: (order[one.kind], one.first, one.label))


def _channels(found: Episodes) -> Iterator[Seen]:
    clock = found.contacts.clock
    for lane in found.lanes:
        days = [entry.day for entry in lane.typed()]
        days += [clock.day(lane.lane.seconds[spot]) for spot in (0, -1) if lane.lane.seconds]
        refs = list(lane.item_refs())
        yield Seen("channel", lane.lane.label, min(days), max(days), lane.lane.items, refs)


def _accounts(found: Episodes) -> Iterator[Seen]:
    clock = found.contacts.clock
    for one in accounts(found):
        yield Seen(
            "account",
            one.label + (THEIRS if one.known else ""),
            clock.day(one.first),
            clock.day(one.last),
            one.items,
            one.refs,
        )


def _places(found: Episodes) -> Iterable[Seen]:
    labels = {
        r.id: KEPT_BACK if r.body.safe_location else r.body.label
        for r in current(found.contacts.casefile)
        if isinstance(r.body, Place)
    }
    named = (
        (label, entry.day, entry.id)
        for entry in found.contacts.entries
        if entry.contact
        for label in [labels.get(entry.body.place or "") or entry.body.place_text.strip()]
        if label
    )
    return _gathered("place", named)


def _targets(found: Episodes) -> Iterable[Seen]:
    casefile = found.contacts.casefile
    same = same_people(casefile)
    labels = {r.id: r.body.label for r in current(casefile) if isinstance(r.body, Person)}
    named = (
        (labels.get(same.get(ref, ref), ref), entry.day, entry.id)
        for entry in found.contacts.entries
        if entry.contact
        for ref in dict.fromkeys(same.get(ref, ref) for ref in entry.body.targets)
    )
    return _gathered("person", named)


def _gathered(kind: str, named: Iterable[tuple[str, date, str]]) -> Iterable[Seen]:
    held: dict[str, Seen] = {}
    for label, day, ref in named:
        one = held.setdefault(label, Seen(kind, label, day, day))
        one.first, one.last = min(one.first, day), max(one.last, day)
        one.items += 1
        one.refs.append(ref)
    return held.values()


def _sentence(seen: list[Seen]) -> str:
    if not seen:
        return "No contact with a date is recorded yet."
    parts = []
    for kind, _, word in KINDS:
        many = sum(1 for one in seen if one.kind == kind)
        if many:
            parts.append(plural(many, word, _PLURAL.get(word)))
    newest = max(seen, key=lambda one: (one.first, one.label))
    return f"{', '.join(parts)}. Last seen for the first time: {newest.label}, {day_text(newest.first)}."


def _table(seen: list[Seen]) -> Table:
    words = {kind: heading for kind, heading, _ in KINDS}
    rows = tuple(
        (
            Cell(words[one.kind]),
            Cell(one.label, unique(one.refs)),
            Cell(day_text(one.first)),
            Cell(day_text(one.last)),
            count_cell(one.items, one.refs),
        )
        for one in seen
    )
    return Table(("Kind", "What", "First seen", "Last seen", "Items"), rows)


def _svg(found: Episodes, seen: list[Seen]) -> str:
    clock, span = found.contacts.clock, found.span()
    low, high = (clock.day_start(span[0]), clock.day_end(span[1])) if span else (0, 1)
    rows, left_out = [], 0
    for kind, heading, _ in KINDS:
        held = [one for one in seen if one.kind == kind]
        left_out += len(held[MOST_DRAWN:])
        rows += [
            _spans.SpanRow(
                group=heading,
                label=one.label,
                first=share(clock.day_start(one.first) + 43_200, low=low, high=high),
                last=share(clock.day_start(one.last) + 43_200, low=low, high=high),
                text=plural(one.items, "item"),
                note=f"{one.label}: {day_text(one.first)} to {day_text(one.last)}",
                refs=unique(one.refs),
            )
            for one in held[:MOST_DRAWN]
        ]
    marks = anchors(found.contacts.casefile, clock=clock)
    return _spans.spans(
        "spread",
        title="First and last seen",
        description="A line for each channel, account, place and person, from the first day it was "
        "seen to the last. The dates stand in the table.",
        rows=rows,
        axis=axis(span, clock=clock, anchors=marks),
        notes=f"{left_out:,} more stand in the table." if left_out else "",
    )


VIEW = ViewSpec(
    title="Channels, accounts, places and people",
    caution="First seen is the first that was recorded, not the first that there was. A name in an "
    "export is a label on a phone; \u201ctheirs\u201d means that it was recorded as theirs. An entry with several people stands under each of them.",
    build=_build,
)
