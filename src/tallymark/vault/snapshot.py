"""Columns of events on their way out: all visible generations in one order of time."""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import compress
from operator import itemgetter
from typing import TypeAlias

from tallymark.errors import LimitExceeded
from tallymark.model.casefile import EventColumns, Repeats
from tallymark.model.event import CHANNEL_OF_KIND, KINDS, NO_TIME, owner_labels
from tallymark.vault import columns
from tallymark.vault.doubles import Doubles
from tallymark.vault.generations import Generation
from tallymark.vault.store import Connection

UNKNOWN, IN, OUT = 0, 1, 2
_CODES = "qBHBBBI"
Parts: TypeAlias = "tuple[array[int], ...]"
"""seconds, channel, party, direction, kind, flags, row: as in ``EventColumns``."""


class _Names:
    """The running lists that columns point into."""

    def __init__(self, first: Sequence[str], *, most: int) -> None:
        self.places = {name: place for place, name in enumerate(first)}
        self._most = most

    def place(self, name: str) -> int:
        place = self.places.setdefault(name, len(self.places))
        if place > self._most:
            raise LimitExceeded("There are more names in these exports than can be shown at once.")
        return place


def merged(connection: Connection, sources: Sequence[Generation], doubles: Doubles) -> EventColumns:
    """Every dated event of ``sources`` in order of time; equal times in order of import and file.

    Sorts only what is not in order: one export in time order is copied as it is stored. What an
    earlier source of the channel holds too is apart, in ``repeats``.
    """
    channels, parties = _Names((), most=0xFF), _Names(("",), most=0xFFFF)
    loaded, again, of = list[Parts](), list[Parts](), dict[int, int]()
    twice = doubles.of(connection, sources)
    undated = 0
    for source in sources:
        parts, dated = _load(connection, source, channels, parties)
        repeated = twice.get(source.gen, {})
        of |= {source.first + number: row for number, row in repeated.items()}
        undated += source.count - dated - _undated(parts[6], repeated, source.first)
        for part, into in zip(_apart(parts, repeated, source.first), (loaded, again), strict=True):
            if part[0]:
                into.append(part)
    none = EventColumns(channels=tuple(channels.places), parties=tuple(parties.places))
    repeats = none.with_columns(_joined(again))
    return replace(
        none.with_columns(_joined(loaded)),
        undated=undated,
        repeats=Repeats(repeats, array("I", map(of.__getitem__, repeats.row))) if of else None,
    )


def _apart(parts: Parts, repeated: dict[int, int], first: int) -> tuple[Parts, Parts]:
    """The events that are shown, and those that repeat an earlier one."""
    if not repeated:
        return parts, tuple(array(part.typecode) for part in parts)
    again = bytes(row - first in repeated for row in parts[6])
    once = again.translate(bytes([1, 0]).ljust(256))
    shown, twice = (
        tuple(array(part.typecode, compress(part, keep)) for part in parts)
        for keep in (once, again)
    )
    return shown, twice


def _undated(rows: array[int], repeated: dict[int, int], first: int) -> int:
    """How many of the events that repeat an earlier one have no time."""
    return len(repeated) - sum(row - first in repeated for row in rows) if repeated else 0


def between(whole: EventColumns, start: int | None, end: int | None) -> EventColumns:
    """The events in [start, end) UTC seconds; None is open."""
    cut = _span(whole, start, end)
    kept = whole.with_columns([column[cut] for column in whole.columns])
    if whole.repeats is None:
        return kept
    again = _span(whole.repeats.events, start, end)
    repeats = Repeats(between(whole.repeats.events, start, end), whole.repeats.of[again])
    return replace(kept, repeats=repeats)


def _span(events: EventColumns, start: int | None, end: int | None) -> slice:
    first = 0 if start is None else bisect_left(events.seconds, start)
    last = len(events) if end is None else bisect_left(events.seconds, end)
    return slice(first, max(first, last))


def present(events: EventColumns, sources: Sequence[Generation]) -> list[Generation]:
    """Those of ``sources`` that have at least one event in ``events``."""
    firsts = sorted(source.first for source in sources if source.count)
    seen = {firsts[bisect_right(firsts, row) - 1] for row in events.row} if firsts else set()
    return [source for source in sources if source.count and source.first in seen]


def _load(
    connection: Connection, source: Generation, channels: _Names, parties: _Names
) -> tuple[Parts, int]:
    """The dated events in order of time, and how many there are."""
    seconds, party, kind, flags = columns.load(connection, source.gen)
    direction = directions(party, source)
    places = [parties.place(name) for name in source.parties]
    if places != list(range(len(places))):
        party = array("H", map(places.__getitem__, party))
    size = len(seconds)
    channel = _channels(kind, source, channels)
    row = array("I", range(source.first, source.first + size))
    parts: Parts = (seconds, channel, party, direction, kind, flags, row)
    if NO_TIME in seconds:
        dated = [second != NO_TIME for second in seconds]
        parts = tuple(array(part.typecode, compress(part, dated)) for part in parts)
    return parts if source.rises == 0 else _sorted(parts), len(parts[0])


def _channels(kind: array[int], source: Generation, channels: _Names) -> array[int]:
    """The channel of each event: that of its import, but for kinds that have one of their own."""
    table = bytearray([channels.place(source.channel)] * len(KINDS))
    present = set(kind)
    for name, other in CHANNEL_OF_KIND.get(source.channel, {}).items():
        if (code := KINDS.index(name)) in present:
            table[code] = channels.place(other)
    return array("B", kind.tobytes().translate(bytes(table.ljust(0x100))))


def directions(party: array[int], source: Generation) -> array[int]:
    """2 for the owner of the export, 1 for anybody else, 0 for no sender or no known owner."""
    labels = source.parties
    own = owner_labels(source.owner, labels[1:])
    if not own:
        return array("B", bytes(len(party)))
    table = bytearray([IN] * len(labels))
    table[0] = UNKNOWN
    for label in own:
        table[labels.index(label, 1)] = OUT
    if len(labels) > 0x100:
        return array("B", map(table.__getitem__, party))
    low = party.tobytes()[0 if sys.byteorder == "little" else 1 :: 2]
    return array("B", low.translate(bytes(table.ljust(0x100))))


def _joined(loaded: list[Parts]) -> Parts:
    if len(loaded) == 1:
        return loaded[0]
    loaded.sort(key=lambda parts: (parts[0][0], parts[6][0]))
    whole: Parts = tuple(array(code) for code in _CODES)
    apart = True
    for parts in loaded:
        apart = apart and (not whole[0] or whole[0][-1] < parts[0][0])
        for column, part in zip(whole, parts, strict=True):
            column.extend(part)
    if apart:
        return whole
    # Ties follow the order of import, and the row says that.
    keys = [second << 32 | row for second, row in zip(whole[0], whole[6], strict=True)]
    return _ordered(whole, sorted(range(len(keys)), key=keys.__getitem__))


def _sorted(parts: Parts) -> Parts:
    return _ordered(parts, sorted(range(len(parts[0])), key=parts[0].__getitem__))


def _ordered(parts: Parts, order: list[int]) -> Parts:
    if len(order) < 2:
        return parts
    pick = itemgetter(*order)
    return tuple(array(part.typecode, pick(part)) for part in parts)
