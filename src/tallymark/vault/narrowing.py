"""Narrowing a search: days, a person, a channel, a code, a place; for records and for events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tallymark.model.event import NO_TIME
from tallymark.model.record import Incident, Person, Place, Record, strings
from tallymark.vault.generations import Generation
from tallymark.vault.log import Stored


@dataclass(frozen=True, slots=True)
class Narrow:
    """What a hit has to be, besides holding the words. Empty fields ask for nothing.

    ``since`` and ``until`` are UTC seconds, [since, until). ``person`` is a name, label or number:
    entries that name the person, and events they sent. ``channel`` is a channel code. ``code`` is
    a behaviour, danger sign or other code; one letter such as ``V`` is the whole family. ``place``
    is a word of a place. Events have no codes and no places: then only records are found.
    """

    since: int | None = None
    until: int | None = None
    person: str = ""
    channel: str = ""
    code: str = ""
    place: str = ""

    @property
    def records_only(self) -> bool:
        """Whether no event can be meant."""
        return bool(self.code or self.place)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        return self == Narrow()

    def holds_time(self, second: int) -> bool:
        """Whether a time lies in the days asked for; an unknown time lies in none."""
        if second == NO_TIME:
            return self.since is None and self.until is None
        after = self.since is None or second >= self.since
        return after and (self.until is None or second < self.until)


def record_filter(narrow: Narrow, stored: Sequence[Stored]) -> Callable[[Record], bool]:
    """A test for records, days apart. Names are looked up among the people and places recorded."""
    people = _named(stored, Person, narrow.person)
    places = _named(stored, Place, narrow.place)

    def fits(record: Record) -> bool:
        return (
            (not narrow.person or _tells_of(record, people, narrow.person))
            and (not narrow.channel or _channel(record) == narrow.channel.casefold())
            and (not narrow.code or _has_code(record, narrow.code))
            and (not narrow.place or _at_place(record, places, narrow.place))
        )

    return fits


def parties(narrow: Narrow, source: Generation, stored: Sequence[Stored]) -> frozenset[int] | None:
    """The senders of an export that are the person asked for; None when nobody is asked for."""
    if not narrow.person:
        return None
    people = _named(stored, Person, narrow.person)
    labels = {_plain(narrow.person)}
    for one in stored:
        body = one.record.body
        if one.record.id in people and isinstance(body, Person):
            labels |= {_plain(t) for t in (body.label, *body.names) if t}
            labels |= {_plain(i.value) for i in body.identifiers}
    asked = _plain(narrow.person)
    return frozenset(
        place
        for place, name in enumerate(source.parties)
        if place and (_plain(name) in labels or asked in _plain(name))
    )


def _named(stored: Sequence[Stored], kind: type[Person | Place], asked: str) -> frozenset[str]:
    """Ids of people or places that one could mean by these words, with all their versions."""
    if not asked:
        return frozenset()
    sought = _plain(asked)
    found = {
        one.record.id
        for one in stored
        if isinstance(one.record.body, kind)
        and any(sought in _plain(t) for t in _names(one.record.body))
    }
    for one in stored:
        if one.record.supersedes in found:
            found.add(one.record.id)
    for one in reversed(stored):
        if one.record.id in found and one.record.supersedes:
            found.add(one.record.supersedes)
    return frozenset(found)


def _names(body: Person | Place) -> list[str]:
    if isinstance(body, Person):
        return [body.label, *body.names, *(i.value for i in body.identifiers)]
    return [body.label, body.role, body.address]


def _tells_of(record: Record, people: frozenset[str], asked: str) -> bool:
    if record.id in people or not people.isdisjoint(strings(record.body)):
        return True
    body = record.body
    named = getattr(body, "actor", None), getattr(body, "person", None)
    seen = [w.person for w in body.witnesses] if isinstance(body, Incident) else []
    return any(_plain(asked) in _plain(text) for text in (*named, *seen) if text)


def _channel(record: Record) -> str:
    return str(getattr(record.body, "channel", "")).casefold()


def _has_code(record: Record, asked: str) -> bool:
    body, sought = record.body, asked.casefold()
    codes = [*getattr(body, "behaviours", ()), *getattr(body, "danger_flags", ())]
    codes += [getattr(body, name, "") for name in ("code", "kind", "outcome")]
    family = len(sought) == 1
    return any(c.casefold() == sought or (family and _in_family(c, sought)) for c in codes if c)


def _in_family(code: str, letter: str) -> bool:
    return code[0].casefold() == letter and code[1:].isdecimal()


def _at_place(record: Record, places: frozenset[str], asked: str) -> bool:
    if record.id in places:
        return True
    body = record.body
    if not isinstance(body, Incident):
        return False
    return body.place in places or _plain(asked) in _plain(body.place_text)


def _plain(text: str) -> str:
    """Without case, and a number without spaces and marks, for comparing only."""
    low = text.strip().casefold()
    digits = low.translate(str.maketrans("", "", " -().\u00a0"))
    return digits if digits.lstrip("+").isdigit() else low
