"""Blocks of the first page about the record itself: originals, the other side, beginning, dates."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from tallymark.model.casefile import EventSource
from tallymark.model.event import KINDS
from tallymark.model.outside import OutsideHead, OutsideKind
from tallymark.model.record import HandOver, Import, Incident, PoliceContact, Record, ToldToStop
from tallymark.picture._clock import FAR, instant
from tallymark.picture._entries import Anchor, exhibits, first_written, numbers
from tallymark.picture._identity import Figure
from tallymark.picture._links import current
from tallymark.picture._view import day_text, unique
from tallymark.picture._words import NOT_KNOWN
from tallymark.picture.episodes import (
    Episodes,
    LaneEpisodes,
    both,
    from_parties,
    own_messages,
    where,
)

MOST_ROWS = 50
_DIARY = (Incident, ToldToStop, PoliceContact)


@dataclass(frozen=True, slots=True)
class Held:
    """Originals by the person's answer on whether they still have them, and where they are.

    ``no_number`` are calls that came without a number, ``since_order`` those after the first order.
    """

    kept: Figure
    gone: Figure
    not_recorded: Figure
    places: tuple[str, ...]
    no_number: Figure
    since_order: Figure | None


@dataclass(frozen=True, slots=True)
class OtherSide:
    """What the person sent, before and after told to stop; ``at`` is in the minute itself.

    ``before`` is all of it when no such date is recorded, and ``after`` None.
    """

    before: Figure
    at: Figure | None
    after: Figure | None
    direction_unknown: int


@dataclass(frozen=True, slots=True)
class Beginning:
    """When the diary began, and the episodes from before: from records, or from memory."""

    day: str
    earlier: Figure
    from_exports: Figure
    from_memory: Figure


@dataclass(frozen=True, slots=True)
class Outside:
    """Episodes whose entries were all in the log when somebody outside was given a head of it.

    ``first`` is the day of the first such head and ``by`` its kind (``model.outside``). But for a
    ``stamp`` the day is what this device's clock said.
    """

    covered: Figure
    none: Figure
    first: str
    by: OutsideKind


def held(found: Episodes, order: Anchor | None) -> Held:
    """What is still held, and calls without a number."""
    casefile = found.contacts.casefile
    files = sorted(exhibits(casefile).items())
    by_answer: dict[str | None, list[str]] = {}
    for ref, body in files:
        by_answer.setdefault(body.original_still_held, []).append(ref)
    places = unique(
        body.original_location
        for _, body in files
        if body.original_still_held == "yes" and body.original_location
    )
    kept, gone = by_answer.pop("yes", []), by_answer.pop("no", [])
    calls = _bare_calls(found)
    rest = [ref for refs in by_answer.values() for ref in refs]
    return Held(
        kept=Figure(len(kept), tuple(kept)),
        gone=Figure(len(gone), tuple(gone)),
        not_recorded=Figure(len(rest), tuple(sorted(rest))),
        places=places,
        no_number=_no_number(found, calls, -FAR),
        since_order=_no_number(found, calls, order.cut) if order else None,
    )


def _no_number(
    found: Episodes, calls: Sequence[tuple[LaneEpisodes, list[int]]], low: int
) -> Figure:
    """Calls without a sender from ``low`` on: events, and typed entries that name no caller."""
    events = found.contacts.casefile.events
    total, ids, rows = 0, list[str](), list[int]()
    for lane, places in calls:
        if lane.lane.key == "calls":
            entries = [e for e in lane.typed(low) if e.rank == NOT_KNOWN and not e.body.actor]
            total += len(entries)
            ids += [e.id for e in entries]
        later = [place for place in places if events.seconds[place] >= low]
        total += len(later)
        rows += [events.row[place] for place in later[:MOST_ROWS]]
        times = [events.seconds[place] for place in later]
        if len(times) <= MOST_ROWS:
            ids += [ref for at in times for ref in lane.lane.exhibits(at, at + 1)]
        else:
            ids += lane.lane.exhibits(times[0], times[-1] + 1)
    return Figure(total, unique(ids), tuple(rows[:MOST_ROWS]))


def _bare_calls(found: Episodes) -> list[tuple[LaneEpisodes, list[int]]]:
    """For each lane the places in the columns of its calls that came without a sender."""
    events = found.contacts.casefile.events
    bare = both(where(events.kind, {KINDS.index("call")}), from_parties(events, frozenset({0})))
    return [
        (lane, [hit.start() for hit in re.finditer(b"\x01", both(bare, lane.lane.mask))])
        if lane.lane.seconds
        else (lane, [])
        for lane in found.lanes
    ]


def other_side(found: Episodes, told: Anchor | None) -> OtherSide:
    """What the person sent, from exports that say so and from typed entries."""
    casefile = found.contacts.casefile
    seconds, rows = own_messages(casefile)
    typed = [(e.at, e.id) for e in found.contacts.entries if not e.contact]
    by_row = sorted(casefile.sources, key=lambda s: s.first_row)

    def count(low: int, high: int) -> Figure:
        first, end = bisect_left(seconds, low), bisect_left(seconds, high)
        ids = [ref for at, ref in typed if low <= at < high]
        behind = _behind(by_row, rows[first:end])
        total = end - first + len(ids)
        shown = rows[first:end] if end - first <= MOST_ROWS else ()
        return Figure(total, unique((*ids, *behind)), tuple(shown))

    unknown = found.contacts.unknown_direction
    if told is None:
        return OtherSide(count(-FAR, FAR), None, None, unknown)
    return OtherSide(count(-FAR, told.at), count(told.at, told.cut), count(told.cut, FAR), unknown)


def _behind(sources: Sequence[EventSource], rows: array[int]) -> list[str]:
    held_rows, found = sorted(rows), set()
    for source in sources:
        first = bisect_left(held_rows, source.first_row)
        last = source.first_row + source.count
        if first < len(held_rows) and held_rows[first] < last:
            found.add(source.exhibit_id)
    return sorted(found)


def beginning(found: Episodes) -> Beginning | None:
    """When the first entry was written, and what the picture holds from before then."""
    casefile = found.contacts.casefile
    written = first_written(casefile.records)
    starts = [written[r.id] for r in current(casefile) if isinstance(r.body, _DIARY)]
    if not starts:
        return None
    cut, clock = min(starts), found.contacts.clock
    memory: list[str] = []
    from_memory = 0
    for lane in found.lanes:
        many, ids = _from_memory(lane, cut)
        from_memory += many
        memory += ids
    earlier = found.count(-FAR, cut)
    exports = unique(ref for lane in found.lanes for ref in lane.lane.exhibits(-FAR, cut))
    return Beginning(
        day=day_text(clock.day(cut)),
        earlier=Figure(earlier, found.refs(-FAR, cut)),
        from_exports=Figure(earlier - from_memory, exports),
        from_memory=Figure(from_memory, unique(memory)),
    )


def _from_memory(lane: LaneEpisodes, cut: int) -> tuple[int, list[str]]:
    """Episodes before ``cut`` that hold typed entries and no event."""
    places: dict[int, list[str]] = {}
    for entry in lane.clocked():
        place = lane.index(entry.at)
        if lane.starts[place] < cut:
            places.setdefault(place, []).append(entry.id)
    bare = {
        place: ids
        for place, ids in places.items()
        if not lane.lane.exhibits(lane.starts[place], lane.ends[place] + 1)
        and not _events(lane, place)
    }
    days = [entry.id for entry in lane.daylong if entry.at < cut]
    return len(bare) + len(days), [*days, *(ref for ids in bare.values() for ref in ids)]


def _events(lane: LaneEpisodes, place: int) -> int:
    seconds = lane.lane.seconds
    return bisect_left(seconds, lane.ends[place] + 1) - bisect_left(seconds, lane.starts[place])


def outside(found: Episodes) -> Outside | None:
    """What the heads that others hold cover; None when nobody holds one."""
    casefile = found.contacts.casefile
    number = numbers(casefile)
    heads = [head for head in casefile.outside if head.kind != "backup"]
    heads += [
        OutsideHead("pack", r.written, number[r.id])
        for r in casefile.records
        if isinstance(r.body, HandOver)
    ]
    if not heads:
        return None
    last, begun = max(head.size for head in heads), min(heads, key=lambda head: head.at)
    late = {r.id for r in casefile.records if number[r.id] >= last}
    open_exhibits = _open_exhibits(casefile.records, late)
    totals, refs = [0, 0], ([], [])  # type: tuple[list[int], tuple[list[str], list[str]]]
    for lane in found.lanes:
        for covered, ids in _covered(lane, late, open_exhibits):
            totals[covered] += 1
            refs[covered].extend(ids)
    first = found.contacts.clock.day(instant(begun.at))
    return Outside(
        covered=Figure(totals[1], unique(refs[1])),
        none=Figure(totals[0], unique(refs[0])),
        first=day_text(first),
        by=begun.kind,
    )


def _open_exhibits(records: tuple[Record, ...], late: set[str]) -> set[str]:
    """Exhibits whose import was first written after the last head that others hold."""
    early = {r.body.exhibit for r in records if isinstance(r.body, Import) and r.id not in late}
    all_of_them = {r.body.exhibit for r in records if isinstance(r.body, Import)}
    return all_of_them - early


def _covered(
    lane: LaneEpisodes, late: set[str], open_exhibits: set[str]
) -> list[tuple[bool, tuple[str, ...]]]:
    found = []
    typed: dict[int, list[str]] = {}
    for entry in lane.clocked():
        typed.setdefault(lane.index(entry.at), []).append(entry.id)
    whole = lane.lane.exhibits() if lane.lane.origin is None else None
    for place, start in enumerate(lane.starts):
        imports = lane.lane.exhibits(start, lane.ends[place] + 1) if whole is None else whole
        imports = imports if whole is None or _events(lane, place) else ()
        ids = (*typed.get(place, ()), *imports)
        found.append((not (late.intersection(ids) or open_exhibits.intersection(ids)), ids))
    found += [(entry.id not in late, (entry.id,)) for entry in lane.daylong]
    return found
