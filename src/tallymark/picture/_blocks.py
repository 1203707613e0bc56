"""Blocks of the first page that come from records alone: people, orders, effect, police, sources."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tallymark.model.casefile import Casefile
from tallymark.model.moment import Moment
from tallymark.model.record import (
    EvidenceRequest,
    Identifier,
    Impact,
    Order,
    Person,
    PoliceContact,
    Record,
)
from tallymark.picture import _second as second
from tallymark.picture._entries import Entry, exhibits, people, place
from tallymark.picture._identity import Figure, episode_of
from tallymark.picture._links import current
from tallymark.picture._view import day_text, unique
from tallymark.picture._words import DANGER, danger_label, order_label
from tallymark.picture.breaches import condition_text, reported
from tallymark.picture.episodes import Episodes

NOT_RECORDED = "not recorded"


@dataclass(frozen=True, slots=True)
class Who:
    """One person as recorded. An empty field was not recorded."""

    id: str
    label: str
    names: tuple[str, ...]
    born: str
    relationship: str
    separated: str
    identifiers: tuple[Identifier, ...]
    vehicle: str
    employer: str
    keys_or_passwords: str
    weapons: str
    safe_contact: str
    language: str
    access_needs: str


@dataclass(frozen=True, slots=True)
class DangerLine:
    """One danger sign that the person ticked, with its entries and their exhibits."""

    flag: str
    label: str
    entries: Figure
    exhibits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OrderBlock:
    """One order: what it is, service, end, and the entries that the person linked to it.

    ``reasons`` are the person's reasons for what was not reported, as recorded.
    """

    id: str
    label: str
    court: str
    served: str
    proof: str
    expires: str
    touching: tuple[tuple[str, Figure], ...]
    reported: Figure
    not_reported: Figure
    reasons: tuple[tuple[str, Figure], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """Something that another holds: what, who, the day it covers, whether it was asked for.

    ``state`` is the code of the record: not_asked, asked, kept, gone or refused.
    """

    id: str
    what: str
    holder: str
    day: date | None
    until: str
    state: str
    entries: tuple[str, ...]

    def days_since(self, today: date) -> int | None:
        """Whole days from the day it covers to ``today``; None when that day is not known."""
        return None if self.day is None else max(0, (today - self.day).days)


@dataclass(frozen=True, slots=True)
class Line:
    """A dated line with its words and the record behind it."""

    day: str
    words: str
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """The person's own words on the effect, their entry, and whole hours until they were written."""

    words: str
    ref: str
    hours_later: int


@dataclass(frozen=True, slots=True)
class Second:
    """Episodes with another source, each counted once, by kind; and the witnesses' willingness."""

    total: Figure
    lines: tuple[tuple[str, Figure], ...]
    willing: tuple[tuple[str, str], ...]


def who(casefile: Casefile, *roles: str) -> tuple[Who, ...]:
    """The people with one of these roles, as recorded."""
    return tuple(_who(record, person) for record, person in people(casefile, *roles))


def _who(record: Record, person: Person) -> Who:
    return Who(
        id=record.id,
        label=person.label,
        names=person.names,
        born=person.born,
        relationship=person.relationship,
        separated=person.separated or "",
        identifiers=person.identifiers,
        vehicle=person.vehicle,
        employer=person.employer,
        keys_or_passwords=person.keys_or_passwords,
        weapons=person.weapons,
        safe_contact=person.safe_contact,
        language=person.language,
        access_needs=person.access_needs,
    )


def figure(entries: Iterable[Entry]) -> Figure:
    """How many entries, and their ids in order of happening."""
    ids = tuple(entry.id for entry in entries)
    return Figure(len(ids), ids)


def danger(found: Episodes) -> tuple[DangerLine, ...]:
    """Danger signs in a fixed order, then by name."""
    numbers = {ref: body.number for ref, body in exhibits(found.contacts.casefile).items()}
    by_flag: dict[str, list[Entry]] = {}
    for entry in found.contacts.entries:
        for flag in dict.fromkeys(entry.body.danger_flags):
            by_flag.setdefault(flag, []).append(entry)
    order = {flag: spot for spot, flag in enumerate(DANGER)}
    lines = []
    for flag in sorted(by_flag, key=lambda f: (order.get(f, len(order)), f)):
        cited = unique(
            numbers[ref] for e in by_flag[flag] for ref in e.body.exhibits if ref in numbers
        )
        lines.append(DangerLine(flag, danger_label(flag), figure(by_flag[flag]), cited))
    return tuple(lines)


def orders(found: Episodes) -> tuple[OrderBlock, ...]:
    """Each order with what the person linked to it, in order of service."""
    casefile = found.contacts.casefile
    told = reported(casefile)
    held = [(r, r.body) for r in current(casefile) if isinstance(r.body, Order)]
    held.sort(key=lambda pair: (_sort_day(pair[1]), pair[0].id))
    return tuple(_order(found, record, body, told=told) for record, body in held)


def _sort_day(order: Order) -> str:
    moment = order.served or order.made
    return moment.value if moment else "9999"


def _order(found: Episodes, record: Record, body: Order, *, told: frozenset[str]) -> OrderBlock:
    numbers = {ref: ex.number for ref, ex in exhibits(found.contacts.casefile).items()}
    linked = [e for e in found.contacts.entries if e.body.order == record.id]
    conditions = sorted({-1 if e.body.condition is None else e.body.condition for e in linked})
    touching = []
    for number in conditions:
        chosen = [
            e for e in linked if (-1 if e.body.condition is None else e.body.condition) == number
        ]
        words = condition_text(body, None if number < 0 else number)
        touching.append((words, figure(chosen)))
    quiet = [e for e in linked if e.id not in told]
    said = sorted({e.body.unreported_reason for e in quiet} - {""})
    return OrderBlock(
        id=record.id,
        label=order_label(body.kind),
        court=body.court,
        served=moment_day(body.served),
        proof=numbers.get(body.proof_of_service or "", ""),
        expires=moment_day(body.expires),
        touching=tuple(touching),
        reported=figure(e for e in linked if e.id in told),
        not_reported=figure(quiet),
        reasons=tuple(
            (words, figure(e for e in quiet if e.body.unreported_reason == words)) for words in said
        ),
    )


def moment_day(moment: Moment | None) -> str:
    """The day of a stated time as people write it; nothing when there is none."""
    return day_text(moment.wall().date()) if moment else ""


def fear(found: Episodes) -> Figure:
    """Entries in which the person answered that they feared violence."""
    return figure(e for e in found.contacts.entries if e.body.fear_of_violence == "yes")


def quotes(found: Episodes) -> tuple[Quote, ...]:
    """The person's own words on the effect, newest first."""
    held = [e for e in found.contacts.entries if e.body.effect]
    return tuple(
        Quote(e.body.effect, e.id, max(0, (e.written - e.at) // 3600)) for e in reversed(held)
    )


def dated_lines(casefile: Casefile, kind: type[Impact | PoliceContact]) -> tuple[Line, ...]:
    """Changes in the person's life, or contacts with police, in order of time."""
    held = []
    for record in current(casefile):
        body = record.body
        if isinstance(body, kind):
            parts = _parts(body)
            words = ", ".join(part.replace("_", " ") for part in parts if part)
            at = body.at.value
            held.append(
                (at, record.id, Line(moment_day(body.at), words, (record.id, *body.incidents)))
            )
    return tuple(line for _, _, line in sorted(held, key=lambda item: item[:2]))


def _parts(body: Impact | PoliceContact) -> tuple[str, ...]:
    if isinstance(body, Impact):
        return (body.words or body.code,)
    return body.how, body.agency, body.outcome, body.promised, body.reference


def requests(found: Episodes) -> tuple[Request, ...]:
    """What others may still hold, the oldest first; what has no day comes last."""
    casefile, clock = found.contacts.casefile, found.contacts.clock
    held = []
    for record in current(casefile):
        body = record.body
        if isinstance(body, EvidenceRequest):
            day = place(body.at, clock=clock)[1] if body.at else None
            said = body.what, body.holder, day, body.until, body.state, body.incidents
            held.append(Request(record.id, *said))
    return tuple(sorted(held, key=lambda one: (one.day or date.max, one.id)))


def children(found: Episodes) -> Figure:
    """Entries for which the person said that children were present."""
    return figure(e for e in found.contacts.entries if e.body.children_present == "yes")


def second_sources(found: Episodes) -> Second:
    """Episodes with a witness, else with a source of another kind than the person's own copy."""
    casefile = found.contacts.casefile
    held = second.second_sources(casefile, found.contacts.entries)
    seen: dict[tuple[str, int, int], tuple[str, list[str]]] = {}
    for lane in found.lanes:
        for entry in lane.typed():
            if entry.id in held:
                first = min(source.key for source in held[entry.id])
                key = episode_of(lane, entry)
                kept = seen.setdefault(key, (first, []))
                kept[1].append(entry.id)
                seen[key] = (min(kept[0], first), kept[1])
    by_kind: dict[str, list[list[str]]] = {}
    for label, ids in seen.values():
        by_kind.setdefault(label, []).append(ids)
    lines = tuple(
        (label[1:], Figure(len(held_ids), unique(ref for ids in held_ids for ref in ids)))
        for label, held_ids in sorted(by_kind.items())
    )
    everyone = unique(ref for _, one in lines for ref in one.refs)
    return Second(Figure(len(seen), everyone), lines, _willing(found, _labels(casefile)))


def _labels(casefile: Casefile) -> dict[str, str]:
    return {r.id: r.body.label for r in current(casefile) if isinstance(r.body, Person)}


def _willing(found: Episodes, labels: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Each witness and their latest recorded answer on whether they would speak."""
    answers: dict[str, str] = {}
    for entry in found.contacts.entries:
        for witness in entry.body.witnesses:
            label = labels.get(witness.person, witness.person)
            if witness.will_speak != "unsure" or label not in answers:
                answers[label] = witness.will_speak
    return tuple(sorted(answers.items()))


def first_at(found: Episodes, moment: Moment) -> int:
    """A stated time in UTC seconds."""
    return place(moment, clock=found.contacts.clock)[0]
