"""How the other person was known in each episode: by typed entries, and by the sender in an export."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import compress

from tallymark.picture._clock import FAR
from tallymark.picture._entries import Entry, known_labels, plain
from tallymark.picture._view import unique
from tallymark.picture._words import BASES, KNOWN_ACCOUNT, NOT_KNOWN
from tallymark.picture.episodes import Episodes, LaneEpisodes, both, from_parties


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, the ids of the records behind it, and a few event rows where they are shown."""

    value: int
    refs: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()


def basis_counts(found: Episodes, *, low: int = -FAR, high: int = FAR) -> tuple[Figure, ...]:
    """Episodes that start in the span by how the other was known; one figure for each of ``BASES``."""
    known = known_parties(found)
    totals = [0] * len(BASES)
    refs: list[list[str]] = [[] for _ in BASES]
    for lane in found.lanes:
        ranks = _ranks(lane, sender=_known_events(found, lane, known))
        first, end = bisect_left(lane.starts, low), bisect_left(lane.starts, high)
        for rank in range(len(BASES)):
            totals[rank] += ranks[first:end].count(rank)
        held = [e for e in lane.clocked() if first <= lane.index(e.at) < end]
        for entry in held:
            refs[ranks[lane.index(entry.at)]].append(entry.id)
        for entry in lane.daylong:
            if low <= entry.at < high:
                totals[entry.rank] += 1
                refs[entry.rank].append(entry.id)
        _imports(lane, ranks, first, end, refs)
    return tuple(Figure(total, unique(ids)) for total, ids in zip(totals, refs, strict=True))


def known_parties(found: Episodes) -> frozenset[int]:
    """Places in ``parties`` that the person recorded as a number or account of the other side."""
    labels = known_labels(found.contacts.casefile)
    parties = found.contacts.casefile.events.parties
    return frozenset(place for place, label in enumerate(parties) if plain(label) in labels)


def _known_events(found: Episodes, lane: LaneEpisodes, known: frozenset[int]) -> bytes | bool:
    """Whether the senders are known: one answer for the whole lane, else one byte an event."""
    if not lane.lane.seconds or not known:
        return False
    marked = from_parties(found.contacts.casefile.events, known)
    many = both(marked, lane.lane.mask).count(1)
    if many in {0, len(lane.lane.seconds)}:
        return many > 0
    return bytes(compress(marked, lane.lane.mask))


def _ranks(lane: LaneEpisodes, *, sender: bytes | bool) -> bytearray:
    """The best way of knowing for each clocked episode."""
    if isinstance(sender, bytes):
        ranks = _mixed(lane, sender)
    else:
        ranks = bytearray([KNOWN_ACCOUNT if sender else NOT_KNOWN]) * len(lane.starts)
        for place in {lane.index(entry.at) for entry in lane.clocked()} if sender else ():
            if not _has_event(lane, place):
                ranks[place] = NOT_KNOWN
    for entry in lane.clocked():
        place = lane.index(entry.at)
        ranks[place] = min(ranks[place], entry.rank)
    return ranks


def _has_event(lane: LaneEpisodes, place: int) -> bool:
    seconds = lane.lane.seconds
    return bisect_left(seconds, lane.starts[place]) < bisect_right(seconds, lane.ends[place])


def _mixed(lane: LaneEpisodes, sender: bytes) -> bytearray:
    seconds, ranks, here = lane.lane.seconds, bytearray(), 0
    for end in lane.ends:
        then = bisect_right(seconds, end, here)
        ranks.append(KNOWN_ACCOUNT if sender.find(1, here, then) >= 0 else NOT_KNOWN)
        here = then
    return ranks


def _imports(
    lane: LaneEpisodes, ranks: bytearray, first: int, end: int, refs: list[list[str]]
) -> None:
    """Name the imports behind each kind, over the stretch from its first episode to its last."""
    for rank, ids in enumerate(refs):
        low, high = ranks.find(rank, first, end), ranks.rfind(rank, first, end)
        if low >= 0:
            ids.extend(lane.lane.exhibits(lane.starts[low], lane.ends[high] + 1))


def episode_of(lane: LaneEpisodes, entry: Entry) -> tuple[str, int, int]:
    """A key for the episode that a typed entry belongs to: lane, start, and a place among daylong."""
    if entry.clocked:
        return lane.lane.key, lane.starts[lane.index(entry.at)], -1
    return lane.lane.key, entry.at, lane.daylong.index(entry)
