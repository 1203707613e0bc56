"""The same act seen twice: offered as one event with several sources, for a person to decide.

An entry is set beside messages of its own channel, photos by their own clock, and entries that
another person wrote, when their times are close. Nothing is merged, and no count changes.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from tallymark.model.casefile import Casefile, EventText
from tallymark.model.moment import Moment
from tallymark.model.record import Record, SameEvent
from tallymark.picture import charts
from tallymark.picture._clock import LocalClock
from tallymark.picture._entries import Entry, entries, exhibits, place
from tallymark.picture._links import current
from tallymark.picture._view import Cell, Table, View, ViewSpec, day_text, plural, unique
from tallymark.picture._words import lane_key, lane_label

NEAR_MINUTES, ABOUT_MINUTES = 10, 60
MOST_NAMED = 3  # messages named beside one entry; the rest are counted
NOT_DECIDED = "not decided"
MESSAGES, PHOTO, ANOTHER = "messages in an export", "photo or file", "entry by another person"
_DECISIONS = {"same": "decided: the same", "different": "decided: different"}
_CAMERA = ("camera_taken", "gps_utc", "camera_digitised")


@dataclass(frozen=True, slots=True)
class Offer:
    """One entry and what may show the same act. ``sources`` are record or event ids."""

    entry: Entry
    kind: str
    words: str
    why: str
    sources: tuple[str, ...]
    refs: tuple[str, ...]


def _build(casefile: Casefile, *, limit: int = 100, offset: int = 0) -> View:
    clock = LocalClock(casefile.zone)
    found = _Offers(casefile, clock)
    decisions = [r for r in current(casefile) if isinstance(r.body, SameEvent)]
    shown = [(offer, decided(offer, decisions)) for offer in found.page(offset, limit)]
    return View(
        name="overlap",
        title=VIEW.title,
        sentence=_sentence(found, decisions),
        caution=VIEW.caution,
        table=_table(shown),
        svg=_svg(found),
        data={
            "offers": [
                {"entry": o.entry.id, "kind": o.kind, "sources": list(o.sources), "decision": words}
                for o, words in shown
            ],
            "decisions": [r.id for r in decisions],
            "total": len(found.held),
            "limit": limit,
            "offset": offset,
        },
    )


def decided(offer: Offer, decisions: list[Record]) -> str:
    """What a person decided on these sources, the newest decision first; else that none has."""
    for record in reversed(decisions):
        body = record.body
        if not isinstance(body, SameEvent) or offer.entry.id not in body.sources:
            continue
        if set(offer.sources).intersection(body.sources):
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
    minutes: int = 0


class _Offers:
    """All that may overlap, found by time alone; texts are read only for the page that is shown."""

    def __init__(self, casefile: Casefile, clock: LocalClock) -> None:
        self._casefile, self.clock = casefile, clock
        self.typed = entries(casefile, clock=clock)
        self._linked = {e.id: set(e.body.exhibits) for e in self.typed}
        clocked = [e for e in self.typed if e.clocked]
        held = [*self._messages(clocked), *self._files(clocked), *self._others(clocked)]
        self.held = sorted(held, key=lambda n: (n.entry.at, n.entry.id, n.kind, n.other))

    def page(self, offset: int, limit: int) -> list[Offer]:
        """The offers of one page, with the words of their messages."""
        chosen = self.held[offset : offset + limit]
        wanted = [row for near in chosen for row in near.rows[:MOST_NAMED]]
        texts = dict(zip(wanted, self._casefile.texts(wanted), strict=False)) if wanted else {}
        return [self._offer(near, texts) for near in chosen]

    def _offer(self, near: _Near, texts: dict[int, EventText]) -> Offer:
        named = [texts[row] for row in near.rows[:MOST_NAMED] if row in texts]
        refs = unique(ref for ref in (near.other, *(t.exhibit_id for t in named)) if ref)
        sources = unique(ref for ref in (near.other, *(t.id for t in named)) if ref)
        why = f"{lane_label(near.entry.lane)}, " if near.rows else ""
        why += f"within {near.minutes} minutes" if near.minutes else "in the same minute"
        said = near.entry.body.words_said.casefold().strip(" \u201c\u201d\"'.")
        if said and any(said in text.text.casefold() for text in named):
            why += "; the exact words stand in a message"
        words = near.words or plural(len(near.rows), "message")
        return Offer(near.entry, near.kind, words, why, sources, refs)

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

    def _files(self, clocked: list[Entry]) -> Iterator[_Near]:
        timed = sorted(
            (at, ref, body.number)
            for ref, body in exhibits(self._casefile).items()
            for at in [_taken(body.clocks, clock=self.clock)]
            if at is not None
        )
        times = [at for at, _, _ in timed]
        for entry in clocked:
            near = _near(entry)
            for at, ref, number in timed[
                bisect_left(times, entry.at - near) : bisect_right(times, entry.at + near)
            ]:
                if ref not in self._linked[entry.id]:
                    minutes = abs(at - entry.at) // 60
                    yield _Near(entry, PHOTO, other=ref, words=f"Exhibit {number}", minutes=minutes)

    def _others(self, clocked: list[Entry]) -> Iterator[_Near]:
        author = {r.id: r.author for r in self._casefile.records}
        times = [entry.at for entry in clocked]
        for spot, entry in enumerate(clocked):
            for other in clocked[spot + 1 : bisect_right(times, entry.at + _near(entry))]:
                if author.get(other.id) != author.get(entry.id):
                    minutes = (other.at - entry.at) // 60
                    words = f"Entry #{other.number}"
                    yield _Near(entry, ANOTHER, other=other.id, words=words, minutes=minutes)


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


def _sentence(found: _Offers, decisions: list[Record]) -> str:
    if not found.typed:
        return "Nothing typed with a date is recorded yet."
    many = len({near.entry.id for near in found.held})
    same = sum(1 for r in decisions if isinstance(r.body, SameEvent) and r.body.decision == "same")
    return (
        f"{many:,} of {plural(len(found.typed), 'typed entry', 'typed entries')} may show what "
        f"something else shows too; {plural(len(decisions), 'decision')} so far, {same:,} that it "
        "is the same."
    )


def _table(shown: list[tuple[Offer, str]]) -> Table:
    rows = tuple(
        (
            Cell(f"#{offer.entry.number}", (offer.entry.id,)),
            Cell(day_text(offer.entry.day)),
            Cell(offer.kind),
            Cell(offer.words, offer.refs or (offer.entry.id,)),
            Cell(offer.why),
            Cell(words),
        )
        for offer, words in shown
    )
    return Table(("Entry", "When", "Also in", "What", "Why it is offered", "Decided"), rows)


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
    caution="Offered by time and channel alone, so many are no match. A person decides; nothing is "
    "merged, and no count changes. A photo's clock may be wrong.",
    build=_build,
)
