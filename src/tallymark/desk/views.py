"""What the desk hands out: frozen values that turn into JSON as they are.

Addresses are in none of them: an address is shown to nobody by default, and this version has no
way to show one. Words from records are given as they are; whoever prints them cleans them first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from tallymark.desk.case import Case, Entry, span
from tallymark.desk.triage import Ask, Match
from tallymark.model.moment import Moment
from tallymark.model.record import Exhibit, Person


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What came of taking a pack in. ``duplicate`` when this very pack was here before."""

    id: str
    pack: int
    duplicate: bool
    band: int
    band_name: str
    due: str
    entries: int
    exhibits: int
    first_event: str | None
    latest_event: str | None
    signer: str
    signer_trusted: bool
    notices: tuple[str, ...]
    links: tuple[str, ...]


class ReportRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list: no names, no places, no words from records.

    ``why`` is the line of the rule that gave the band; ``lines`` counts all that hold. Times are
    UTC, events in the sender's own wall time.
    """

    id: str
    band: int
    band_name: str
    why: str
    lines: int
    asks: int
    due: str
    looked_at: str | None
    received: str
    first_event: str | None
    latest_event: str | None
    packs: int
    entries: int
    exhibits: int
    links: int
    notices: tuple[str, ...]


class SafeContact(msgspec.Struct, frozen=True):
    """How the person may be reached without danger, in their own words."""

    person: str
    how: str
    language: str
    access_needs: str


class CheckLine(msgspec.Struct, frozen=True):
    """One numbered check and what it found."""

    number: int
    name: str
    ok: bool
    detail: str


class PackLine(msgspec.Struct, frozen=True, kw_only=True):
    """One pack of a case with its verification, what that does not prove, and where it stands."""

    sequence: int
    made: str
    received: str
    received_by: str
    sha256: str
    bytes: int
    sealed: bool
    signer: str
    signer_trusted: bool
    outside_time: str | None
    checks: tuple[CheckLine, ...]
    not_proved: tuple[str, ...]
    unread_records: int


class EntryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One incident in the person's own words. ``when`` is wall time as stated."""

    ref: str
    when: str
    precision: str
    written: str
    channel: str
    direction: str
    behaviours: tuple[str, ...]
    danger_flags: tuple[str, ...]
    place: str
    what_happened: str
    words_said: str
    what_i_did: str
    effect: str
    inference: str
    exhibits: tuple[str, ...]


class ExhibitLine(msgspec.Struct, frozen=True, kw_only=True):
    """One original that the pack holds. ``sensitivity`` says what not to open lightly."""

    ref: str
    number: str
    title: str
    name: str
    kind: str
    bytes: int
    sha256: str
    method: str
    sensitivity: tuple[str, ...]


class PersonLine(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of the other side; identifiers as spelt in the record, addresses left out."""

    ref: str
    label: str
    roles: tuple[str, ...]
    names: tuple[str, ...]
    relationship: str
    identifiers: tuple[tuple[str, str], ...]
    weapons: str
    employer: str


class DatedLine(msgspec.Struct, frozen=True):
    """An order, a told-to-stop or an import: what it is, its dates, and its number."""

    ref: str
    kind: str
    what: str
    dates: dict[str, str]


class LinkSide(msgspec.Struct, frozen=True):
    """How one report spells a shared identifier, and where it stands there."""

    report: str
    spelling: str
    entry: str
    place: str


class SharedLine(msgspec.Struct, frozen=True):
    """One shared identifier with every spelling of it."""

    kind: str
    value: str
    rule: str
    spellings: tuple[LinkSide, ...]


class DecisionLine(msgspec.Struct, frozen=True):
    """What a named person decided about a link, and why."""

    at: str
    by: str
    decision: str
    why: str


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """Two reports that share identifiers. Nothing is joined, whatever the ``state``.

    ``state``: proposed, confirmed by one, confirmed (two people), rejected.
    """

    id: str
    reports: tuple[str, str]
    state: str
    shared: tuple[SharedLine, ...]
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]
    decisions: tuple[DecisionLine, ...]

    def __str__(self) -> str:
        """One sentence: which reports, and what they share in which spelling."""
        shared = "; ".join(
            f"{item.kind} ({', '.join(f'{s.report}: {s.spelling}' for s in item.spellings)})"
            for item in self.shared
        )
        return f"{self.id}, {self.state}: {self.reports[0]} and {self.reports[1]} share {shared}"


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """One case as it is read. The safe way to reach the person comes first."""

    safe_contact: tuple[SafeContact, ...]
    id: str
    band: int
    band_name: str
    band_words: str
    due: str
    raised: tuple[str, ...]
    rule_version: str
    measured: str
    matches: tuple[Match, ...]
    asks: tuple[Ask, ...]
    received: str
    first_event: str | None
    latest_event: str | None
    notices: tuple[str, ...]
    packs: tuple[PackLine, ...]
    entries: tuple[EntryLine, ...]
    exhibits: tuple[ExhibitLine, ...]
    other_side: tuple[PersonLine, ...]
    orders: tuple[DatedLine, ...]
    told_to_stop: tuple[DatedLine, ...]
    imports: tuple[DatedLine, ...]
    links: tuple[Link, ...]


def safe_contacts(case: Case) -> tuple[SafeContact, ...]:
    """What each reporting person said on how to be reached; empty when nobody said."""
    return tuple(
        SafeContact(p.label, p.safe_contact, p.language, p.access_needs)
        for p in case.reporting()
        if p.safe_contact or p.language or p.access_needs
    )


def entry_line(case: Case, entry: Entry) -> EntryLine:
    """One incident, its place by label or role only."""
    body = entry.body
    place = case.places.get(case.newest(body.place) or "")
    return EntryLine(
        ref=entry.ref,
        when=when(body.happened),
        precision=body.happened.precision,
        written=entry.written.strftime("%Y-%m-%dT%H:%M:%SZ"),
        channel=body.channel,
        direction=body.direction,
        behaviours=body.behaviours,
        danger_flags=body.danger_flags,
        place=place.label or place.role if place else "",
        what_happened=body.what_happened,
        words_said=body.words_said,
        what_i_did=body.what_i_did,
        effect=body.effect,
        inference=body.inference,
        exhibits=tuple(exhibit_numbers(case, body.exhibits)),
    )


def exhibit_numbers(case: Case, idents: Iterable[str]) -> Iterable[str]:
    """The numbers of exhibits by record id; ``#?`` for one that is not in the pack."""
    known = {r.id: r.body.number for r in case.all if isinstance(r.body, Exhibit)}
    return (known.get(case.newest(i) or "", "#?") for i in idents)


def exhibit_lines(case: Case) -> tuple[ExhibitLine, ...]:
    """Every current exhibit of a case."""
    return tuple(
        ExhibitLine(
            ref=case.ref(record.id),
            number=record.body.number,
            title=record.body.title,
            name=record.body.name,
            kind=record.body.kind,
            bytes=record.body.size,
            sha256=record.body.sha256,
            method=record.body.method,
            sensitivity=record.body.sensitivity,
        )
        for record in case.current
        if isinstance(record.body, Exhibit)
    )


def person_line(ref: str, person: Person) -> PersonLine:
    """Somebody of the other side, without any address."""
    return PersonLine(
        ref=ref,
        label=person.label,
        roles=person.roles,
        names=person.names,
        relationship=person.relationship,
        identifiers=tuple((i.scheme, i.value) for i in person.identifiers if i.scheme != "address"),
        weapons=person.weapons,
        employer=person.employer,
    )


def order_lines(case: Case) -> tuple[DatedLine, ...]:
    """Orders with the dates that are stated."""
    return tuple(
        DatedLine(
            case.ref(i),
            o.kind,
            o.court,
            _dates({"made": o.made, "served": o.served, "expires": o.expires}),
        )
        for i, o in case.orders.items()
    )


def stop_lines(case: Case) -> tuple[DatedLine, ...]:
    """When they were told to stop, in which words."""
    return tuple(
        DatedLine(case.ref(i), t.channel, t.exact_words, _dates({"at": t.at}))
        for i, t in case.told_to_stop.items()
    )


def import_lines(case: Case) -> tuple[DatedLine, ...]:
    """What the sender's importer says it found; not counted again here."""
    return tuple(
        DatedLine(
            case.ref(i),
            body.importer,
            f"{body.events} messages or calls, as counted by the sender's program",
            {k: str(body.summary[k])[:40] for k in ("first", "last") if body.summary.get(k)},
        )
        for i, body in case.imports.items()
    )


def when(moment: Moment) -> str:
    """A stated time as text: value, and end for a range."""
    value = moment.value.replace("T", " ")
    return f"{value} to {moment.end.replace('T', ' ')}" if moment.end else value


def event_dates(case: Case) -> tuple[str | None, str | None]:
    """The first and the latest event, as wall time: of entries, told-to-stop, and what imports say."""
    stated = [e.body.happened for e in case.entries] + [t.at for t in case.told_to_stop.values()]
    for body in case.imports.values():
        stated += [
            m for m in map(_moment, (body.summary.get("first"), body.summary.get("last"))) if m
        ]
    if not stated:
        return None, None
    first = min(stated, key=lambda m: span(m)[0])
    latest = max(stated, key=lambda m: span(m)[0])
    return first.value, latest.end or latest.value


def _moment(value: object) -> Moment | None:
    try:
        return Moment(value[:16]) if isinstance(value, str) else None
    except ValueError:
        return None


def band_sentences(steps: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """How the band came to differ from what the rule says today, one sentence a step."""
    return tuple(f"{step['at']}: {step['what']}" for step in steps)


def _dates(named: Mapping[str, Moment | None]) -> dict[str, str]:
    return {name: when(moment) for name, moment in named.items() if moment is not None}
