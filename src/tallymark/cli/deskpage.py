"""What the desk shows as lines of text: a row of the list, a link, a whole report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tallymark.desk.views import CaseView, EntryLine, Link, PackLine, ReportRow


def row_lines(row: ReportRow) -> Iterator[str]:
    """One report in the list: where it stands, why, its dates, what to note. No names."""
    look = f"looked at {clock(row.looked_at)}" if row.looked_at else f"look by {clock(row.due)} UTC"
    yield f"{row.id}  band {row.band}, {row.band_name}.  {look}"
    yield f"    why: {row.why}"
    yield f"    {many(row.lines, 'line')} of the rule, {many(row.asks, 'question')} to ask"
    yield f"    events {_events(row.first_event, row.latest_event)}; came {clock(row.received)} UTC"
    counted = ((row.entries, "entry"), (row.exhibits, "exhibit"), (row.packs, "pack"))
    yield f"    {', '.join(many(n, word) for n, word in counted)}, {many(row.links, 'possible link')}"
    yield from (f"    NOTE: {notice}" for notice in row.notices)


def link_lines(link: Link) -> Iterator[str]:
    """One link: every spelling, what speaks for it and against, who decided what."""
    yield f"{link.id}  {link.reports[0]} and {link.reports[1]}: {link.state}"
    for item in link.shared:
        yield f"    the same {item.kind}: {item.value}"
        yield from (f"      {s.report} {s.entry}: {s.spelling} ({s.place})" for s in item.spellings)
    yield from (f"    for: {words}" for words in link.speaks_for)
    yield from (f"    against: {words}" for words in link.speaks_against)
    yield from (f"    {clock(d.at)} {d.by}: {d.decision}. {d.why}" for d in link.decisions)


def many(count: int, word: str) -> str:
    """``1 entry``, ``2 entries``."""
    if count == 1:
        return f"1 {word}"
    return f"{count} {word[:-1]}ies" if word.endswith("y") else f"{count} {word}s"


def clock(stamp: str) -> str:
    """A stored time as people read it, in UTC."""
    return stamp.replace("T", " ").replace("Z", "")


def _events(first: str | None, latest: str | None) -> str:
    if first is None or latest is None:
        return "without a date"
    return f"{first.replace('T', ' ')} to {latest.replace('T', ' ')}"


def case_lines(case: CaseView) -> Iterator[str]:
    """Every line of a report's page; how to reach the person without danger comes first."""
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
    yield f"{case.id}  band {case.band}, {case.band_name}: {case.band_words}. Look by {clock(case.due)} UTC."
    yield f"  Events {_events(case.first_event, case.latest_event)}. Came {clock(case.received)} UTC."
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
    from tallymark.pack.say import behaviour

    yield f"{entry.ref} {entry.when} {entry.channel} {entry.place}".rstrip()
    marks = [*map(behaviour, entry.behaviours), *(f.replace("_", " ") for f in entry.danger_flags)]
    if marks:
        yield f"  marked as: {'; '.join(marks)}"
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
