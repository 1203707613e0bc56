"""The same act seen twice: offered as one event with several sources, for a person to decide.

An entry is set beside messages of its own channel, photos by their own clock, and entries that
another person wrote, when their times are close. Nothing is merged, and no count changes.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from tallymark.model.casefile import Casefile, EventText
from tallymark.model.moment import Moment
from tallymark.model.record import Record, SameEvent
from tallymark.picture import charts
from tallymark.picture._clock import LocalClock
from tallymark.picture._entries import Entry, entries, exhibits, known_labels, place, plain, stated
from tallymark.picture._links import current
from tallymark.picture._second import same_note
from tallymark.picture._view import Cell, Table, View, ViewSpec, plural, unique
from tallymark.picture._words import lane_key, lane_label

NEAR_MINUTES, ABOUT_MINUTES = 10, 60
MOST_NAMED = 3  # messages named beside one entry; the rest are counted
NOT_DECIDED = "not decided"
SELF = "self"
ENTRY = "the entry"
_LINE = 90
MESSAGES, PHOTO, ANOTHER = "messages in an export", "photo or file", "entry by another person"
_DECISIONS = {"same": "decided: the same", "different": "decided: different"}
_CAMERA = ("camera_taken", "gps_utc", "camera_digitised")


@dataclass(frozen=True, slots=True)
class Seen:
    """One other source: of which kind, what and whose it is, why it is offered, and its ids.

    ``sources`` are record or event ids, as a decision names them; ``refs`` the records behind it.
    """

    kind: str
    words: str
    who: str
    why: str
    sources: tuple[str, ...]
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """One event: an entry, and everything else that may show the same act."""

    entry: Entry
    seen: tuple[Seen, ...]


def _build(casefile: Casefile, *, limit: int = 100, offset: int = 0) -> View:
    clock = LocalClock(casefile.zone)
    found = _Offers(casefile, clock)
    in_order = sorted(current(casefile), key=lambda r: (r.written, r.id))
    decisions = [r for r in in_order if isinstance(r.body, SameEvent)]
    shown = found.page(offset, limit)
    return View(
        name="overlap",
        title=VIEW.title,
        sentence=_sentence(found, decisions, same_note(casefile)),
        caution=VIEW.caution,
        table=_table(found, shown, decisions),
        svg=_svg(found),
        data={
            "offers": [
                {
                    "entry": offer.entry.id,
                    "sources": [
                        {
                            "kind": one.kind,
                            "sources": list(one.sources),
                            "why": one.why,
                            "decision": decided(offer, one, decisions),
                        }
                        for one in offer.seen
                    ],
                }
                for offer in shown
            ],
            "decisions": [r.id for r in decisions],
            "total": len(found.events),
            "limit": limit,
            "offset": offset,
        },
    )


def decided(offer: Offer, one: Seen, decisions: list[Record]) -> str:
    """What a person decided on these sources, the newest decision first; else that none has."""
    for record in reversed(decisions):
        body = record.body
        if not isinstance(body, SameEvent) or offer.entry.id not in body.sources:
            continue
        if set(one.sources).intersection(body.sources):
            return _DECISIONS[body.decision]
    return NOT_DECIDED


@dataclass(frozen=True, slots=True)
class _Near:
    """An entry and what stands close to it in time: rows of events, or a record."""

    entry: Entry
    kind: str
    rows: tuple[int, ...] = ()
    other: str = ""
    words: str = ""
    who: str = ""
    minutes: int = 0
    stated: str = ""


class _Offers:
    """All that may overlap, found by time alone; texts are read only for the page that is shown."""

    def __init__(self, casefile: Casefile, clock: LocalClock) -> None:
        self._casefile, self.clock = casefile, clock
        self.typed = entries(casefile, clock=clock)
        self._files = exhibits(casefile)
        self._known = known_labels(casefile)
        self._author = {r.id: r.author for r in casefile.records}
        clocked = [e for e in self.typed if e.clocked]
        held = [*self._messages(clocked), *self._photos(clocked), *self._others(clocked)]
        self.held = sorted(held, key=lambda n: (n.entry.at, n.entry.id, n.kind, n.other))
        grouped = groupby(_without_repeats(self.held), key=lambda n: n.entry.id)
        self.events = [list(near) for _, near in grouped]

    def page(self, offset: int, limit: int) -> list[Offer]:
        """The offers of one page, with the words of their messages."""
        chosen = self.events[offset : offset + limit]
        wanted = [row for event in chosen for near in event for row in near.rows[:MOST_NAMED]]
        texts = dict(zip(wanted, self._casefile.texts(wanted), strict=False)) if wanted else {}
        return [
            Offer(
                event[0].entry,
                (*self._named(event[0].entry), *(self._seen(n, texts) for n in event)),
            )
            for event in chosen
        ]

    def who(self, entry: Entry) -> str:
        """Who wrote an entry."""
        author = self._author.get(entry.id, SELF)
        return "the person" if author == SELF else author

    def _named(self, entry: Entry) -> Iterator[Seen]:
        """Files that the entry itself names: they are sources of it already."""
        for ref in dict.fromkeys(entry.body.exhibits):
            if ref in self._files:
                words = f"Exhibit {self._files[ref].number}"
                kind = self._files[ref].kind.replace("_", " ")
                yield Seen(kind, words, "", "named in the entry", (ref,), (ref,))

    def _seen(self, near: _Near, texts: dict[int, EventText]) -> Seen:
        named = [texts[row] for row in near.rows[:MOST_NAMED] if row in texts]
        refs = unique(ref for ref in (near.other, *(t.exhibit_id for t in named)) if ref)
        sources = unique(ref for ref in (near.other, *(t.id for t in named)) if ref)
        why = [f"{lane_label(near.entry.lane)}"] if near.rows else []
        why += [
            f"within {plural(near.minutes, 'minute')}" if near.minutes else "in the same minute"
        ]
        why += [near.stated] if near.stated else []
        senders = unique(text.sender for text in named if text.sender)
        if any(plain(sender) in self._known for sender in senders):
            why.append("from a number or name recorded as theirs")
        said = near.entry.body.words_said.casefold().strip(" \u201c\u201d\"'.")
        if said and any(said in text.text.casefold() for text in named):
            why.append("the exact words stand in a message")
        words = near.words or plural(len(near.rows), "message")
        who = near.who or ", ".join(senders)
        return Seen(near.kind, words, who, "; ".join(why), sources, refs)

    def _messages(self, clocked: list[Entry]) -> Iterator[_Near]:
        events = self._casefile.events
        lanes = [lane_key(channel) for channel in events.channels]
        for entry in clocked:
            near = _near(entry)
            low = bisect_left(events.seconds, entry.at - near)
            high = bisect_right(events.seconds, entry.at + near)
            spots = [s for s in range(low, high) if lanes[events.channel[s]] == entry.lane]
            spots.sort(key=lambda s: (abs(events.seconds[s] - entry.at), s))
            if spots:
                rows = tuple(events.row[s] for s in spots)
                minutes = _minutes(events.seconds, spots[:MOST_NAMED], entry.at)
                yield _Near(entry, MESSAGES, rows=rows, minutes=minutes)

    def _photos(self, clocked: list[Entry]) -> Iterator[_Near]:
        timed = sorted(
            (at, ref, body.number)
            for ref, body in self._files.items()
            for at in [_taken(body.clocks, clock=self.clock)]
            if at is not None
        )
        times = [at for at, _, _ in timed]
        for entry in clocked:
            near, linked = _near(entry), set(entry.body.exhibits)
            for at, ref, number in timed[
                bisect_left(times, entry.at - near) : bisect_right(times, entry.at + near)
            ]:
                if ref not in linked:
                    minutes = abs(at - entry.at) // 60
                    yield _Near(entry, PHOTO, other=ref, words=f"Exhibit {number}", minutes=minutes)

    def _others(self, clocked: list[Entry]) -> Iterator[_Near]:
        """Entries by two hands; the person's own one is the event, else the earlier one."""
        times = [entry.at for entry in clocked]
        for spot, entry in enumerate(clocked):
            for other in clocked[spot + 1 : bisect_right(times, entry.at + _near(entry))]:
                hands = self._author.get(entry.id, SELF), self._author.get(other.id, SELF)
                if hands[0] != hands[1]:
                    own, beside = (other, entry) if hands[1] == SELF else (entry, other)
                    minutes = (other.at - entry.at) // 60
                    words, who = f"Entry #{beside.number}", self.who(beside)
                    stated = _alike(own, beside)
                    yield _Near(
                        own,
                        ANOTHER,
                        other=beside.id,
                        words=words,
                        who=who,
                        minutes=minutes,
                        stated=stated,
                    )


def _without_repeats(held: list[_Near]) -> list[_Near]:
    """Leave out what stands near an entry of another hand when it stands in that entry's event too."""
    near: dict[str, list[_Near]] = {}
    for one in held:
        near.setdefault(one.entry.id, []).append(one)
    centre: dict[str, list[_Near]] = {}
    for one in held:
        if one.kind == ANOTHER:
            centre.setdefault(one.other, []).extend(near[one.entry.id])
    return [one for one in held if not any(_within(one, o) for o in centre.get(one.entry.id, ()))]


def _within(one: _Near, other: _Near) -> bool:
    same = one.kind == other.kind and one.other == other.other
    return same and set(one.rows) <= set(other.rows)


def _alike(one: Entry, other: Entry) -> str:
    """What two entries say alike, besides the time."""
    said = one.body.words_said.casefold().strip(), other.body.words_said.casefold().strip()
    alike = (
        ("the same channel", bool(one.lane) and one.lane == other.lane),
        ("the same person", bool(one.body.actor) and one.body.actor == other.body.actor),
        ("the same place", bool(one.body.place) and one.body.place == other.body.place),
        ("the same words", all(said) and (said[0] in said[1] or said[1] in said[0])),
    )
    return "; ".join(words for words, same in alike if same)


def _near(entry: Entry) -> int:
    """How many seconds count as close: more when the time was stated as about."""
    about = entry.body.happened.precision == "about"
    return 60 * (ABOUT_MINUTES if about else NEAR_MINUTES)


def _minutes(seconds: array[int], spots: list[int], at: int) -> int:
    return max(abs(seconds[spot] - at) for spot in spots) // 60


def _taken(clocks: dict[str, str], *, clock: LocalClock) -> int | None:
    """When a photo says that it was taken, UTC seconds; a camera's time is on the person's clock."""
    name = next((name for name in _CAMERA if name in clocks), None)
    if name is None:
        return None
    zone = "UTC" if name == "gps_utc" else clock.zone
    try:
        return place(Moment(clocks[name][:19], zone=zone), clock=clock)[0]
    except ValueError:
        return None


def _sentence(found: _Offers, decisions: list[Record], note: str) -> str:
    if not found.typed:
        return "Nothing typed with a date is recorded yet."
    return (
        f"{len(found.events):,} of {plural(len(found.typed), 'typed entry', 'typed entries')} may "
        f"show what something else shows too; {plural(len(decisions), 'decision')} so far.{note}"
    )


def _table(found: _Offers, shown: list[Offer], decisions: list[Record]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for offer in shown:
        entry = offer.entry
        head = Cell(f"#{entry.number}", (entry.id,))
        own = entry.body.what_happened or entry.body.words_said or "an entry"
        when = stated(entry.body.happened, clock=found.clock)
        rows.append(
            (head, Cell(when), Cell(ENTRY), Cell(_cut(own), (entry.id,)), Cell(found.who(entry)),
             Cell(""), Cell(""))
        )  # fmt: skip
        for one in offer.seen:
            decision = "" if one.why == "named in the entry" else decided(offer, one, decisions)
            rows.append(
                (head, Cell(""), Cell(one.kind), Cell(one.words, one.refs or (entry.id,)),
                 Cell(one.who), Cell(one.why), Cell(decision))
            )  # fmt: skip
    columns = ("Event", "When", "Seen in", "What", "Who", "Why it is offered", "Decided")
    return Table(columns, tuple(rows))


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LINE else line[: _LINE - 1].rstrip() + "…"


def _svg(found: _Offers) -> str:
    rows = []
    for kind in (MESSAGES, PHOTO, ANOTHER):
        refs = unique(near.entry.id for near in found.held if near.kind == kind)
        label = plural(len(refs), "entry", "entries")
        rows.append(charts.Bar(kind, len(refs), label, refs))
    return charts.bars(
        "overlap",
        title="Entries that may be seen elsewhere too",
        description="A bar for each kind of other source; its length is the entries close to one.",
        rows=rows if found.held else [],
    )


VIEW = ViewSpec(
    title="The same act in several sources",
    caution="Offered because they are close in time, so many are no match. A person decides; nothing is "
    "merged, and no count changes. A photo's clock may be wrong.",
    build=_build,
)
