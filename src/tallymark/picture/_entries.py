"""The typed entries of a casefile in order of time, the anchors, and what each is called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tallymark.model.casefile import Casefile
from tallymark.model.moment import Moment
from tallymark.model.record import Exhibit, Incident, Order, Person, Record, ToldToStop
from tallymark.picture._clock import LocalClock, instant
from tallymark.picture._links import current, same_people
from tallymark.picture._view import day_text
from tallymark.picture._words import NOT_KNOWN, basis_rank, lane_key, order_label

OTHER_SIDE = frozenset({"suspect", "other"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One incident. ``at`` is UTC seconds; the day's first when no time of day was given.

    ``day`` is the local day, ``clocked`` whether a time of day was stated, ``written`` when the
    first version was written (UTC seconds), ``rank`` the place in ``BASES``.
    """

    id: str
    number: int
    at: int
    day: date
    clocked: bool
    lane: str
    rank: int
    written: int
    body: Incident

    @property
    def contact(self) -> bool:
        """Whether it came from the other side, or from someone for them."""
        return self.body.direction != "out"

    @property
    def days_to_writing(self) -> int:
        """Whole days between its happening and its first being written; never below zero."""
        return max(0, (self.written - self.at) // 86_400)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A date that others are counted from. ``cut`` is the first second that counts as after it.

    With a minute given, that whole minute counts as before; with only a day, the whole day does.
    """

    kind: str
    id: str
    label: str
    at: int
    cut: int
    day: date
    clocked: bool

    def text(self) -> str:
        """The anchor in words, with its date."""
        return f"{self.label} on {day_text(self.day)}"


def place(moment: Moment, *, clock: LocalClock) -> tuple[int, date, bool]:
    """(UTC seconds, local day, whether a time of day is stated) of a stated time."""
    if not moment.has_clock_time:
        day = moment.wall().date()
        return clock.day_start(day), day, False
    seconds = int(moment.utc().timestamp())
    return seconds, clock.day(seconds), True


def stated(moment: Moment, *, clock: LocalClock) -> str:
    """A stated time on the local clock, with as much as was stated and no more."""
    if not moment.has_clock_time:
        last = "" if moment.end is None else f" to {day_text(date.fromisoformat(moment.end[:10]))}"
        return day_text(moment.wall().date()) + last
    seconds = place(moment, clock=clock)[0]
    here = clock.local(seconds)
    text = f"{day_text(here.date())}, {'about ' if moment.precision == 'about' else ''}{here:%H:%M}"
    if moment.end is None:
        return text
    end = Moment(moment.end, zone=moment.zone)
    over = clock.local(place(end, clock=clock)[0])
    later = f"{over:%H:%M}" if end.has_clock_time else ""
    if over.date() != here.date() or not later:
        later = f"{day_text(over.date())}{', ' if later else ''}{later}"
    return f"{text} to {later}"


def numbers(casefile: Casefile) -> dict[str, int]:
    """The number that people see for each record: its place in the log, else in order of writing."""
    in_order = sorted(casefile.records, key=lambda r: (r.written, r.id))
    found = {record.id: index for index, record in enumerate(in_order)}
    found.update({id_: leaf.index for id_, leaf in casefile.leaves.items()})
    return found


def first_written(records: Iterable[Record]) -> dict[str, int]:
    """When the first version of each record was written, in UTC seconds."""
    by_id = {record.id: record for record in records}
    found: dict[str, int] = {}
    for record in by_id.values():
        oldest, seen = record, {record.id}
        while oldest.supersedes in by_id and oldest.supersedes not in seen:
            oldest = by_id[oldest.supersedes]
            seen.add(oldest.id)
        found[record.id] = instant(oldest.written)
    return found


def entries(casefile: Casefile, *, clock: LocalClock) -> tuple[Entry, ...]:
    """Every current incident, in order of happening, then id."""
    number, written = numbers(casefile), first_written(casefile.records)
    found = []
    for record in current(casefile):
        if isinstance(record.body, Incident):
            at, day, clocked = place(record.body.happened, clock=clock)
            bases = record.body.attribution.basis if record.body.attribution else ()
            found.append(
                Entry(
                    id=record.id,
                    number=number[record.id],
                    at=at,
                    day=day,
                    clocked=clocked,
                    lane=lane_key(record.body.channel),
                    rank=basis_rank(bases) if bases else NOT_KNOWN,
                    written=written[record.id],
                    body=record.body,
                )
            )
    return tuple(sorted(found, key=lambda e: (e.at, e.id)))


def anchors(casefile: Casefile, *, clock: LocalClock) -> tuple[Anchor, ...]:
    """Told to stop and orders served, in order of time."""
    found = []
    for record in current(casefile):
        body = record.body
        if isinstance(body, ToldToStop):
            found.append(anchor(record, body.at, label="they were told to stop", clock=clock))
        elif isinstance(body, Order) and body.served is not None:
            name = order_label(body.kind)
            label = f"the {_lower(name)} {'were' if name.endswith('conditions') else 'was'} served"
            found.append(anchor(record, body.served, label=label, clock=clock))
    return tuple(sorted(found, key=lambda a: (a.at, a.id)))


def _lower(words: str) -> str:
    """The words as they stand inside a sentence; an abbreviation keeps its capitals."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def anchor(
    record: Record, moment: Moment, *, label: str, clock: LocalClock, kind: str = ""
) -> Anchor:
    """A record's date as one to count from; ``kind`` is the record's type unless another is given."""
    at, day, clocked = place(moment, clock=clock)
    whole = 60 if len(moment.value) == len("2026-05-03T21:10") else 1
    cut = at + whole if clocked else clock.day_end(day)
    return Anchor(kind or record.type, record.id, label, at, cut, day, clocked)


def people(casefile: Casefile, *roles: str) -> tuple[tuple[Record, Person], ...]:
    """The people with one of these roles, in order of writing."""
    found = [(r, r.body) for r in current(casefile) if isinstance(r.body, Person)]
    chosen = [pair for pair in found if set(roles).intersection(pair[1].roles)]
    return tuple(sorted(chosen, key=lambda pair: (pair[0].written, pair[0].id)))


def exhibits(casefile: Casefile) -> dict[str, Exhibit]:
    """The current exhibits by record id."""
    return {r.id: r.body for r in current(casefile) if isinstance(r.body, Exhibit)}


def known_labels(casefile: Casefile) -> frozenset[str]:
    """Names, numbers and accounts that the person recorded for the other side, in lower case.

    Those of a person who was later linked to the other side, such as "unknown-1", are among them.
    """
    held = {r.id: r.body for r in current(casefile) if isinstance(r.body, Person)}
    same = same_people(casefile)
    others = {same[ref] for ref, body in held.items() if OTHER_SIDE.intersection(body.roles)}
    found: set[str] = set()
    for ref, person in held.items():
        if same[ref] in others:
            found.update((person.label, *person.names))
            found.update(identifier.value for identifier in person.identifiers)
    return frozenset(plain(label) for label in found if label.strip())


def plain(label: str) -> str:
    """A label without case and, for a number, without spaces and marks, for comparing only."""
    text = label.strip().casefold()
    digits = text.translate(str.maketrans("", "", " -().\u00a0"))
    return digits if digits.lstrip("+").isdigit() else text


def hash_numbers(refs: Iterable[str], *, number: dict[str, int]) -> str:
    """Ids as people see them: ``#12 #87 #91``."""
    return " ".join(f"#{number[ref]}" for ref in refs if ref in number)


def day_after(day: date) -> date:
    """The following day; the last date there is stays itself."""
    return day if day == date.max else day + timedelta(days=1)
