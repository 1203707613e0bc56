"""The labels that exports show as senders, each with its items, its days and its channels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import compress

from tallymark.picture._entries import known_labels, plain
from tallymark.picture.episodes import Episodes, LaneEpisodes, narrow_parties


@dataclass(slots=True)
class Sender:
    """One label in the exports, over all lanes. ``first`` and ``last`` are UTC seconds."""

    items: int
    first: int
    last: int
    lanes: list[str]
    refs: list[str]


def senders(found: Episodes) -> dict[str, Sender]:
    """Items by label, with the first and last time, over all lanes."""
    parties = found.contacts.casefile.events.parties
    held: dict[str, Sender] = {}
    for lane in found.lanes:
        refs = lane.lane.exhibits()
        for number, many, first, last in _by_sender(found, lane):
            label = parties[number] if number < len(parties) else ""
            one = held.setdefault(label, Sender(0, first, last, [], []))
            one.items += many
            one.first, one.last = min(one.first, first), max(one.last, last)
            one.lanes.append(lane.lane.label)
            one.refs.extend(ref for ref in refs if ref not in one.refs)
    return held


def _by_sender(found: Episodes, lane: LaneEpisodes) -> Iterator[tuple[int, int, int, int]]:
    """(place in parties, items, first and last UTC seconds) for each sender of a lane."""
    events, seconds = found.contacts.casefile.events, lane.lane.seconds
    low = narrow_parties(events)
    if low is not None:
        held = bytes(compress(low, lane.lane.mask))
        for number in range(len(events.parties)):
            if many := held.count(number):
                yield number, many, seconds[held.find(number)], seconds[held.rfind(number)]
        return
    party = list(compress(events.party, lane.lane.mask))
    last = dict(zip(party, seconds, strict=True))
    first = dict(zip(reversed(party), reversed(seconds), strict=True))
    for number, many in sorted(Counter(party).items()):
        yield number, many, first[number], last[number]


@dataclass(slots=True)
class Account:
    """A number or account as seen in exports and in typed entries; ``known`` as the other side's."""

    label: str
    first: int
    last: int
    items: int
    known: bool
    refs: list[str]


def accounts(found: Episodes) -> list[Account]:
    """Every account or number that contact came from, in order of first being seen.

    The same one in two spellings, or in an export and in an entry, is one.
    """
    known = known_labels(found.contacts.casefile)
    held: dict[str, Account] = {}
    for label, one in senders(found).items():
        if label:
            _see(held, Account(label, one.first, one.last, one.items, False, list(one.refs)), known)
    for entry in found.contacts.entries:
        for seen in entry.body.identifiers_seen if entry.contact else ():
            _see(held, Account(seen.value, entry.at, entry.at, 1, False, [entry.id]), known)
    return sorted(held.values(), key=lambda one: (one.first, one.label))


def _see(held: dict[str, Account], seen: Account, known: frozenset[str]) -> None:
    key = plain(seen.label)
    one = held.setdefault(key, seen)
    if one is not seen:
        one.first, one.last = min(one.first, seen.first), max(one.last, seen.last)
        one.items += seen.items
        one.label = min(one.label, seen.label)
        one.refs.extend(ref for ref in seen.refs if ref not in one.refs)
    one.known = key in known
