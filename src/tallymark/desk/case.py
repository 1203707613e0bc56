"""One case as its records tell it: current entries in order of time, people, sides, orders.

A case is all packs of one series from one signer. It is worked out anew from the records each time;
nothing that a pack says about itself is copied. Times are held as the earliest and the latest
instant that a stated time allows, so that a bare date is never taken for midnight.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tallymark.desk.reading import Shown
from tallymark.model.casefile import Casefile
from tallymark.model.moment import Moment
from tallymark.model.record import Import, Incident, Order, Person, Place, Record, ToldToStop

OTHER_SIDE = frozenset({"suspect", "offender", "other", "proxy"})
OWN_SIDE = frozenset({"victim", "reporting", "self", "child", "witness", "contributor"})

_LENGTH = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1)}
_EARLIEST = datetime(1, 1, 2, tzinfo=UTC)


def span(moment: Moment) -> tuple[datetime, datetime]:
    """The earliest and the latest instant (UTC) that a stated time allows."""
    try:
        first = moment.utc()
        last = first
        if moment.end is not None:
            last = Moment(moment.end, zone=moment.zone).utc()
        bare = "T" not in (moment.end or moment.value)
        length = timedelta(days=1) if bare else _LENGTH.get(moment.precision, timedelta(hours=12))
        return first, last + length - timedelta(seconds=1)
    except (OverflowError, ValueError):
        return _EARLIEST, _EARLIEST


@dataclass(frozen=True, slots=True)
class Entry:
    """One current incident. ``ref`` is its number as people see it, such as ``#12``."""

    ref: str
    id: str
    body: Incident
    first: datetime
    last: datetime
    written: datetime

    @property
    def coded(self) -> bool:
        """Whether the person marked what kind of thing it was."""
        return bool(self.body.behaviours or self.body.danger_flags)


class Case:
    """The current records of one report, sorted into what the desk asks of them."""

    def __init__(self, shown: Iterable[Shown]) -> None:
        held = [(s.index, s.record) for s in shown if s.record is not None]
        self.all = tuple(record for _, record in held)
        self._index = {record.id: index for index, record in held}
        self.current = Casefile(records=self.all).current()
        self._newest = _successors(self.all)
        self.entries = sorted(self._entries(), key=lambda e: (e.first, e.ref))
        self.people = {r.id: r.body for r in self.current if isinstance(r.body, Person)}
        self.places = {r.id: r.body for r in self.current if isinstance(r.body, Place)}
        self.orders = {r.id: r.body for r in self.current if isinstance(r.body, Order)}
        self.told_to_stop = {r.id: r.body for r in self.current if isinstance(r.body, ToldToStop)}
        self.imports = {r.id: r.body for r in self.current if isinstance(r.body, Import)}

    def ref(self, record_id: str) -> str:
        """The number that the person's own diary shows for a record: its place in the log."""
        return f"#{self._index[record_id]}" if record_id in self._index else "#?"

    def newest(self, record_id: str | None) -> str | None:
        """The id of the version that stands, of a record that was corrected since."""
        while record_id is not None and record_id in self._newest:
            record_id = self._newest[record_id]
        return record_id

    def place_role(self, entry: Entry) -> str:
        """The role of the place of an entry, such as ``home``; empty when not stated."""
        place = self.places.get(self.newest(entry.body.place) or "")
        return place.role if place else ""

    def other_side(self) -> dict[str, Person]:
        """People said to be on the side that the report is about, by record id.

        By their role; without any role, when an entry names them as the one who acted. Somebody
        who is also named as victim, child or witness is not among them.
        """
        acted = {self.newest(i) for e in self.entries for i in _acting(e.body)}
        return {
            ident: person
            for ident, person in self.people.items()
            if not OWN_SIDE & set(person.roles)
            and (OTHER_SIDE & set(person.roles) or (not person.roles and ident in acted))
        }

    def others(self) -> list[Person]:
        """Everybody else who was ever named, corrected versions included."""
        theirs = self.other_side()
        earlier = {i for i in self._newest if self.newest(i) in theirs}
        return [
            r.body
            for r in self.all
            if isinstance(r.body, Person) and r.id not in theirs and r.id not in earlier
        ]

    def reporting(self) -> list[Person]:
        """The person whose report it is, as far as the records say."""
        wanted = {"victim", "reporting", "self"}
        return [p for p in self.people.values() if wanted & set(p.roles)]

    def _entries(self) -> Iterator[Entry]:
        for record in self.current:
            if isinstance(record.body, Incident):
                first, last = span(record.body.happened)
                yield Entry(
                    self.ref(record.id), record.id, record.body, first, last, written_at(record)
                )


def written_at(record: Record) -> datetime:
    """When the sender's device says a record was written; long ago when it does not say it well."""
    try:
        value = datetime.fromisoformat(record.written)
    except ValueError:
        return _EARLIEST
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def _successors(records: Iterable[Record]) -> dict[str, str]:
    """Old id -> new id. Only to a later record, so that following them always ends."""
    order = {record.id: n for n, record in enumerate(records)}
    found: dict[str, str] = {}
    for record in records:
        if record.supersedes and order.get(record.supersedes, len(order)) < order[record.id]:
            found[record.supersedes] = record.id
    return found


def _acting(body: Incident) -> list[str]:
    named = [body.actor, body.on_behalf_of] if body.direction != "out" else []
    return [ident for ident in named if ident]
