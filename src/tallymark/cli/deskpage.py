"""One report at the desk as lines of text, the safe way to reach the person first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tallymark.desk.views import CaseView, EntryLine, PackLine


def lines(case: CaseView) -> Iterator[str]:
    """Every line of the page, in the order an officer needs them."""
    yield from _contact(case)
    yield from _standing(case)
    yield from _checks(case)
    yield from _section("The other side", _people(case))
    yield from _section(
        "Told to stop", (f"{d.ref} {_dates(d.dates)} {d.what}" for d in case.told_to_stop)
    )
    yield from _section(
        "Orders", (f"{d.ref} {d.kind} {d.what} {_dates(d.dates)}" for d in case.orders)
    )
    yield from _section(
        "Imports", (f"{d.ref} {d.kind}: {d.what} {_dates(d.dates)}" for d in case.imports)
    )
    yield from _section("Entries", (line for entry in case.entries for line in _entry(entry)))
    yield from _section("Exhibits", _exhibits(case))
    yield from _section(
        "Possible links",
        (f"{link.id} {link.reports[0]} and {link.reports[1]}: {link.state}" for link in case.links),
    )


def _contact(case: CaseView) -> Iterator[str]:
    yield "HOW TO REACH THE PERSON WITHOUT DANGER"
    if not case.safe_contact:
        yield "  Not stated. Ask before calling, writing or visiting."
    for one in case.safe_contact:
        parts = [one.how or "not stated: ask first"]
        parts += [f"language: {one.language}"] if one.language else []
        parts += [f"needs: {one.access_needs}"] if one.access_needs else []
        yield f"  {one.person}: {'; '.join(parts)}"


def _standing(case: CaseView) -> Iterator[str]:
    yield ""
    yield f"{case.id}  band {case.band}, {case.band_name}: {case.band_words}. Look by {case.due}."
    yield f"  Events {case.first_event or 'no date'} to {case.latest_event or 'no date'}. Came {case.received}."
    yield from (f"  NOTE: {notice}" for notice in case.notices)
    yield ""
    yield f"Why it stands here (rule version {case.rule_version}, counted back from {case.measured})"
    if not case.matches:
        yield "  No line of the rule holds so far."
    for match in case.matches:
        yield f"  band {match.band}: {match.text} {' '.join(match.entries)}".rstrip()
    yield from (f"  {step}" for step in case.raised)
    if case.asks:
        yield "Not stated, so ask:"
        yield from (f"  {ask.question}" for ask in case.asks)


def _checks(case: CaseView) -> Iterator[str]:
    for pack in case.packs:
        yield ""
        yield from _pack(pack)


def _pack(pack: PackLine) -> Iterator[str]:
    known = "known" if pack.signer_trusted else "not known"
    yield f"Pack {pack.sequence} made {pack.made}, came {pack.received}, taken in by {pack.received_by}"
    yield f"  signer {known}: {pack.signer}"
    yield from (
        f"  {check.number} {check.name}: {'holds' if check.ok else 'FAILED'} ({check.detail})"
        for check in pack.checks
    )
    yield "  These checks do not show:"
    yield from (f"    {line}" for line in pack.not_proved)


def _people(case: CaseView) -> Iterator[str]:
    for person in case.other_side:
        named = ", ".join(person.names)
        yield f"{person.ref} {person.label}{': ' + named if named else ''} {person.relationship}".rstrip()
        yield from (f"  {scheme}: {value}" for scheme, value in person.identifiers)
        if person.weapons:
            yield f"  weapons, as told: {person.weapons}"


def _entry(entry: EntryLine) -> Iterator[str]:
    marks = " ".join((*entry.behaviours, *entry.danger_flags))
    yield f"{entry.ref} {entry.when} {entry.channel} {entry.place} {marks}".rstrip()
    named = (
        ("what happened", entry.what_happened),
        ("words said", entry.words_said),
        ("what they did", entry.what_i_did),
        ("effect", entry.effect),
        ("what they think", entry.inference),
    )
    yield from (f"  {label}: {words}" for label, words in named if words)
    if entry.exhibits:
        yield f"  exhibits: {', '.join(entry.exhibits)}"
    yield f"  written {entry.written}, by their own device's clock"


def _exhibits(case: CaseView) -> Iterator[str]:
    for one in case.exhibits:
        care = f" SENSITIVE: {', '.join(one.sensitivity)}" if one.sensitivity else ""
        yield f"{one.number} {one.title or one.name} ({one.kind}, {one.bytes:,} bytes){care}"
        yield f"  sha256 {one.sha256}"


def _section(title: str, found: Iterable[str]) -> Iterator[str]:
    rows = list(found)
    if rows:
        yield ""
        yield title
        yield from (f"  {row}" for row in rows)


def _dates(dates: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in dates.items())
