"""Episodes: contact in one channel that belongs together in time.

Items are single messages, calls, mails and typed entries. Only contact from the other side counts
where the direction is known; contact of unknown direction counts and is told apart. System
notices are not contact; calls are. All of it works on columns: no object is made per event.

In an export a gap longer than N minutes starts a new episode. A typed entry within N minutes of an
exported item belongs to that episode; typed entries away from any are one episode for as long as they
lie within N minutes of its first. So a typed entry never joins two episodes, and adding one never lowers
how many there are: the number for typed entries is the least number of spans of N minutes that hold them,
and more entries never need fewer. (Gaps alone would not keep that: a call noted between two others
would make them one.) Only an export can close a gap between two episodes. An entry with no time
of day is an episode of its own, since nobody can say what it was near to; a rough time is taken as
it was stated.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import compress, islice
from operator import sub

from tallymark.model.casefile import Casefile, EventColumns, EventSource
from tallymark.model.event import CHANNEL_OF_KIND, FLAG_UNSENT, KINDS, MESSAGE_KINDS
from tallymark.picture._clock import FAR, LocalClock
from tallymark.picture._entries import Entry, entries
from tallymark.picture._words import lane_key, lane_label, lane_order

GAPS = (30, 60, 120)
DIRECTION_UNKNOWN, DIRECTION_IN, DIRECTION_OUT = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Lane:
    """One channel: its contact events as a mask over the columns, and its typed entries.

    ``seconds`` holds the events' times in order; ``origin``, where there are several imports, the
    place in ``sources`` that each event comes from. ``entries`` are in order of time.
    """

    key: str
    label: str
    mask: bytes
    seconds: list[int]
    origin: bytes | array[int] | None
    sources: tuple[EventSource, ...]
    entries: tuple[Entry, ...]

    @property
    def items(self) -> int:
        """How many items there are: events and typed entries."""
        return len(self.seconds) + len(self.entries)

    def exhibits(self, low: int = -FAR, high: int = FAR) -> tuple[str, ...]:
        """Exhibits of the imports behind the events with ``low`` <= time < ``high``."""
        first, end = bisect_left(self.seconds, low), bisect_left(self.seconds, high)
        if first >= end:
            return ()
        if self.origin is None:
            return tuple(source.exhibit_id for source in self.sources)
        held, many = self.origin, len(self.sources)
        if isinstance(held, bytes) and end - first > 64 * many:
            # Looking for each import is faster than looking at each event.
            places = {place for place in range(many) if held.find(place, first, end) >= 0}
        else:
            places = set(held[first:end])
        return tuple(sorted({self.sources[place].exhibit_id for place in places}))


@dataclass(frozen=True, slots=True)
class Contacts:
    """All contact from the other side, by channel, and how much of it has no known direction."""

    casefile: Casefile
    clock: LocalClock
    lanes: tuple[Lane, ...]
    entries: tuple[Entry, ...]
    unknown_direction: int
    undated: int


@dataclass(frozen=True, slots=True)
class LaneEpisodes:
    """The episodes of one lane. ``starts`` and ``ends`` (UTC seconds, both inclusive) are in order.

    ``daylong`` are the typed entries without a time of day, each an episode of its own.
    """

    lane: Lane
    starts: array[int]
    ends: array[int]
    daylong: tuple[Entry, ...]
    _clocked_at: array[int]
    _clocked: tuple[Entry, ...]
    _daylong_at: array[int]

    def __len__(self) -> int:
        """How many episodes there are."""
        return len(self.starts) + len(self.daylong)

    def count(self, low: int = -FAR, high: int = FAR) -> int:
        """Episodes that start in ``low`` <= time < ``high``."""
        clocked = bisect_left(self.starts, high) - bisect_left(self.starts, low)
        return clocked + bisect_left(self._daylong_at, high) - bisect_left(self._daylong_at, low)

    def items(self, low: int = -FAR, high: int = FAR) -> int:
        """Items that happened in ``low`` <= time < ``high``."""
        columns = (self.lane.seconds, self._clocked_at, self._daylong_at)
        return sum(bisect_left(at, high) - bisect_left(at, low) for at in columns)

    def typed(self, low: int = -FAR, high: int = FAR) -> tuple[Entry, ...]:
        """Typed entries of ``low`` <= time < ``high``, in order of time."""
        clocked = self._clocked[slice(*_within(self._clocked_at, low, high))]
        daylong = self.daylong[slice(*_within(self._daylong_at, low, high))]
        return tuple(sorted((*clocked, *daylong), key=lambda e: (e.at, e.id)))

    def refs(self, low: int = -FAR, high: int = FAR) -> tuple[str, ...]:
        """Ids behind the episodes that start in ``low`` <= time < ``high``."""
        first, end = _within(self.starts, low, high)
        begin, over = (self.starts[first], self.ends[end - 1] + 1) if first < end else (0, 0)
        clocked = self._clocked[slice(*_within(self._clocked_at, begin, over))]
        daylong = self.daylong[slice(*_within(self._daylong_at, low, high))]
        typed = sorted((*clocked, *daylong), key=lambda e: (e.at, e.id))
        return (*(entry.id for entry in typed), *self.lane.exhibits(begin, over))

    def item_refs(self, low: int = -FAR, high: int = FAR) -> tuple[str, ...]:
        """Ids behind the items that happened in ``low`` <= time < ``high``."""
        return (*(e.id for e in self.typed(low, high)), *self.lane.exhibits(low, high))

    def days(self, clock: LocalClock, low: int = -FAR, high: int = FAR) -> set[date]:
        """Local days with an item in ``low`` <= time < ``high``."""
        events = self.lane.seconds[slice(*_within(self.lane.seconds, low, high))]
        return clock.days(events) | {entry.day for entry in self.typed(low, high)}

    def index(self, at: int) -> int:
        """Which clocked episode holds an instant; -1 when it is before the first."""
        return bisect_right(self.starts, at) - 1

    def under_way(self, at: int) -> int:
        """1 when an episode began before ``at`` and went on at or after it, else 0."""
        here = bisect_left(self.starts, at) - 1
        return int(here >= 0 and self.ends[here] >= at)

    def day_starts(self) -> tuple[int, ...]:
        """The times of the entries without a time of day: each day's first second."""
        return tuple(self._daylong_at)

    def clocked(self) -> tuple[Entry, ...]:
        """The typed entries that state a time of day, in order."""
        return self._clocked


@dataclass(frozen=True, slots=True)
class Episodes:
    """Episodes of every lane for one gap. Lanes stand in their fixed order."""

    contacts: Contacts
    gap_minutes: int
    lanes: tuple[LaneEpisodes, ...]

    def count(self, low: int = -FAR, high: int = FAR) -> int:
        """Episodes that start in ``low`` <= time < ``high``, all lanes."""
        return sum(lane.count(low, high) for lane in self.lanes)

    def items(self, low: int = -FAR, high: int = FAR) -> int:
        """Items that happened in ``low`` <= time < ``high``, all lanes."""
        return sum(lane.items(low, high) for lane in self.lanes)

    def refs(self, low: int = -FAR, high: int = FAR) -> tuple[str, ...]:
        """Ids behind the episodes that start in that span, all lanes."""
        return tuple(dict.fromkeys(ref for lane in self.lanes for ref in lane.refs(low, high)))

    def item_refs(self, low: int = -FAR, high: int = FAR) -> tuple[str, ...]:
        """Ids behind the items of that span, all lanes."""
        return tuple(dict.fromkeys(r for lane in self.lanes for r in lane.item_refs(low, high)))

    def days(self, low: int = -FAR, high: int = FAR) -> set[date]:
        """Local days with an item in ``low`` <= time < ``high``, all lanes."""
        clock = self.contacts.clock
        return set().union(*(lane.days(clock, low, high) for lane in self.lanes))

    def span(self) -> tuple[date, date] | None:
        """The first and the last local day with an item; None when there is none."""
        days = [
            self.contacts.clock.day(edge)
            for lane in self.lanes
            if lane.starts
            for edge in (lane.starts[0], lane.ends[-1])
        ]
        days.extend(entry.day for lane in self.lanes for entry in lane.daylong)
        return (min(days), max(days)) if days else None


def contacts(casefile: Casefile) -> Contacts:
    """All contact from the other side in a casefile, by lane, in the fixed order of lanes."""
    clock = LocalClock(casefile.zone)
    events, typed = casefile.events, entries(casefile, clock=clock)
    mask = _contact_mask(events)
    times = events.seconds.tolist()
    unknown = both(mask, where(events.direction, {DIRECTION_UNKNOWN})).count(1)
    keys = [lane_key(channel) for channel in events.channels]
    wanted = {e.lane for e in typed if e.contact}
    found = []
    for key in sorted({*keys, *wanted}, key=lane_order):
        own = tuple(e for e in typed if e.contact and e.lane == key)
        places = {place for place, other in enumerate(keys) if other == key}
        here = both(mask, where(events.channel, places)) if places else b""
        lane = _lane(key, here, casefile, seconds=list(compress(times, here)), own=own)
        if lane.items:
            found.append(lane)
    return Contacts(casefile, clock, tuple(found), typed, unknown, events.undated)


def own_messages(casefile: Casefile) -> tuple[array[int], array[int]]:
    """(UTC seconds, rows) of what the person sent, where an export says that it was theirs."""
    events = casefile.events
    kinds = where(events.kind, {KINDS.index(kind) for kind in MESSAGE_KINDS})
    mask = both(both(kinds, where(events.direction, {DIRECTION_OUT})), _sent(events))
    return array("q", compress(events.seconds, mask)), array("I", compress(events.row, mask))


def episodes(casefile: Casefile, *, gap_minutes: int = 60) -> Episodes:
    """Episodes of a casefile: in each lane, a gap longer than ``gap_minutes`` starts a new one."""
    return regroup(contacts(casefile), gap_minutes=gap_minutes)


def regroup(found: Contacts, *, gap_minutes: int = 60) -> Episodes:
    """The same contact with another gap. Raises ``ValueError`` for a gap below one minute."""
    if gap_minutes < 1:
        message = "the gap between two episodes is at least one minute"
        raise ValueError(message)
    lanes = tuple(_group(lane, gap=gap_minutes * 60) for lane in found.lanes)
    return Episodes(found, gap_minutes, lanes)


def compared(base: Episodes, *, gaps: Iterable[int] = GAPS) -> dict[int, int]:
    """How many episodes there are for each gap in minutes."""
    wanted = sorted(gaps)
    totals = dict.fromkeys(wanted, 0)
    for lane in base.lanes:
        pauses = _pauses(lane.lane.seconds, longer=min(wanted, default=0) * 60)
        for gap in wanted:
            spans = _spans(_apart(lane.lane, lane.clocked(), gap=gap * 60), gap=gap * 60)
            exported = sum(map((gap * 60).__lt__, pauses)) + bool(lane.lane.seconds)
            totals[gap] += exported + len(spans) + len(lane.daylong)
    return totals


def _pauses(times: Sequence[int], *, longer: int) -> list[int]:
    """The gaps between neighbours that are longer than so many seconds."""
    return [step for step in map(sub, islice(times, 1, None), times) if step > longer]


def _contact_mask(events: EventColumns) -> bytes:
    kinds = {KINDS.index(kind) for kind in (*MESSAGE_KINDS, "call")}
    directions = {DIRECTION_UNKNOWN, DIRECTION_IN}
    mask = both(where(events.kind, kinds), where(events.direction, directions))
    return both(mask, _sent(events))


def _sent(events: EventColumns) -> bytes:
    """One byte an event: 0 where it is a draft or never left the phone, so that nobody had it."""
    return where(events.flags, {flags for flags in range(256) if not flags & FLAG_UNSENT})


def where(column: array[int], wanted: set[int]) -> bytes:
    """One byte an event: 1 where the column holds one of ``wanted``."""
    return column.tobytes().translate(bytes(value in wanted for value in range(256)))


def from_parties(events: EventColumns, wanted: frozenset[int]) -> bytes:
    """One byte an event: 1 where the sender is one of ``wanted``, places in ``parties``."""
    low = narrow_parties(events)
    if low is None:
        return bytes(map(wanted.__contains__, events.party))
    return low.translate(bytes(value in wanted for value in range(256)))


def narrow_parties(events: EventColumns) -> bytes | None:
    """The sender of each event as one byte; None when there are more than fit."""
    if len(events.parties) > 256:
        return None
    return events.party.tobytes()[0 if sys.byteorder == "little" else 1 :: 2]


def both(one: bytes, other: bytes) -> bytes:
    """One byte an event: 1 where both columns have 1."""
    whole = int.from_bytes(one, "little") & int.from_bytes(other, "little")
    return whole.to_bytes(len(one), "little")


def _lane(
    key: str, mask: bytes, casefile: Casefile, *, seconds: list[int], own: tuple[Entry, ...]
) -> Lane:
    sources = tuple(
        sorted(
            (s for s in casefile.sources if key in _lanes_of(s) and s.count),
            key=lambda s: s.first_row,
        )
    )
    several = len({source.exhibit_id for source in sources}) > 1
    return Lane(
        key=key,
        label=lane_label(key),
        mask=mask,
        seconds=seconds,
        origin=_origin(sources, compress(casefile.events.row, mask)) if several else None,
        sources=sources if several else sources[:1],
        entries=own,
    )


def _lanes_of(source: EventSource) -> set[str]:
    """Every lane that events of an import may be counted in."""
    others = CHANNEL_OF_KIND.get(source.channel, {}).values()
    return {lane_key(channel) for channel in (source.channel, *others)}


def _origin(sources: tuple[EventSource, ...], rows: Iterable[int]) -> bytes | array[int]:
    """For each row the place of its import, looked up rather than searched for."""
    last = max(s.first_row + s.count for s in sources)
    if len(sources) <= 256:
        narrow = bytearray(last)
        for place, source in enumerate(sources):
            narrow[source.first_row : source.first_row + source.count] = (
                bytes([place]) * source.count
            )
        return bytes(map(narrow.__getitem__, rows))
    lookup = array("H", bytes(2 * last))
    for place, source in enumerate(sources):
        held = array("H", [place]) * source.count
        lookup[source.first_row : source.first_row + source.count] = held
    return array("H", list(map(lookup.__getitem__, rows)))


def _group(lane: Lane, *, gap: int) -> LaneEpisodes:
    clocked = tuple(entry for entry in lane.entries if entry.clocked)
    daylong = tuple(entry for entry in lane.entries if not entry.clocked)
    times = lane.seconds
    steps = enumerate(map(sub, islice(times, 1, None), times), 1)
    cuts = [place for place, step in steps if step > gap]
    starts = [times[cut] for cut in ([0, *cuts] if times else [])]
    ends = [times[cut - 1] for cut in ([*cuts, len(times)] if times else [])]
    apart = _apart(lane, clocked, gap=gap)
    _widen(starts, ends, [entry.at for entry in clocked], gap=gap)
    spans = _spans(apart, gap=gap)
    return LaneEpisodes(
        lane=lane,
        # All spans lie apart, so that both columns can be sorted by themselves.
        starts=array("q", sorted([*starts, *(span[0] for span in spans)])),
        ends=array("q", sorted([*ends, *(span[1] for span in spans)])),
        daylong=daylong,
        _clocked_at=array("q", (entry.at for entry in clocked)),
        _clocked=clocked,
        _daylong_at=array("q", (entry.at for entry in daylong)),
    )


def _apart(lane: Lane, clocked: Iterable[Entry], *, gap: int) -> list[int]:
    """Times of the typed entries that have no exported item within ``gap`` seconds."""
    times, found = lane.seconds, []
    for entry in clocked:
        after = bisect_left(times, entry.at)
        near = times[max(after - 1, 0) : after + 1]
        if all(abs(entry.at - at) > gap for at in near):
            found.append(entry.at)
    return found


def _widen(starts: list[int], ends: list[int], typed: list[int], *, gap: int) -> None:
    """Let each exported episode reach to its typed entries: the earlier of two episodes has them."""
    bare_starts, bare_ends = tuple(starts), tuple(ends)
    for at in typed:
        here = bisect_right(bare_starts, at) - 1
        if here >= 0 and at - bare_ends[here] <= gap:
            ends[here] = max(ends[here], at)
        elif here + 1 < len(starts) and bare_starts[here + 1] - at <= gap:
            starts[here + 1] = min(starts[here + 1], at)


def _spans(times: list[int], *, gap: int) -> list[tuple[int, int]]:
    """The fewest spans of ``gap`` seconds that hold all times: each begins at the first one left."""
    found: list[tuple[int, int]] = []
    for at in times:
        if found and at - found[-1][0] <= gap:
            found[-1] = (found[-1][0], at)
        else:
            found.append((at, at))
    return found


def _within(column: Sequence[int], low: int, high: int) -> tuple[int, int]:
    return bisect_left(column, low), bisect_left(column, high)
