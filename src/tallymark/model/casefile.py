"""A casefile: the chosen records and, in columns, the events. What the picture and pack read.

It is a value: the same selection of the same vault head gives the same ``identity``.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress

from tallymark.model.outside import OutsideHead
from tallymark.model.record import Record


@dataclass(frozen=True, slots=True)
class EventSource:
    """The events of one import: their rows are [first_row, first_row + count) of the columns' ``row``.

    ``senders`` are the labels in the export; column ``party`` points into ``EventColumns.parties``.
    """

    exhibit_id: str
    import_id: str
    channel: str
    events_digest: str
    first_row: int
    count: int


@dataclass(frozen=True, slots=True)
class EventColumns:
    """Columns of equal length in order of time; events without a known time are left out.

    Left out as well are the events that an earlier import of the same channel holds too: they are
    in ``repeats``, so that whoever counts rows counts each event once.

    ``seconds``: ``array('q')``, UTC seconds. ``channel``: ``array('B')`` into ``channels``.
    ``party``: ``array('H')`` into ``parties`` (0 is "no sender"). ``direction``: ``array('B')``,
    0 unknown, 1 in, 2 out. ``kind``: ``array('B')`` into ``model.event.KINDS``. ``flags``:
    ``array('B')``. ``row``: ``array('I')``, the reference that ``Casefile.texts`` takes.
    """

    seconds: array[int] = field(default_factory=lambda: array("q"))
    channel: array[int] = field(default_factory=lambda: array("B"))
    party: array[int] = field(default_factory=lambda: array("H"))
    direction: array[int] = field(default_factory=lambda: array("B"))
    kind: array[int] = field(default_factory=lambda: array("B"))
    flags: array[int] = field(default_factory=lambda: array("B"))
    row: array[int] = field(default_factory=lambda: array("I"))
    channels: tuple[str, ...] = ()
    parties: tuple[str, ...] = ("",)
    undated: int = 0
    repeats: Repeats | None = None

    def __len__(self) -> int:
        """How many dated events there are."""
        return len(self.seconds)

    def chosen(self, keep: bytes) -> EventColumns:
        """The events where ``keep``, one byte for each, is not 0; names and repeats as they are."""
        return self.with_columns(
            [array(column.typecode, compress(column, keep)) for column in self.columns]
        )

    @property
    def columns(self) -> tuple[array[int], ...]:
        """The columns in the order in which they are named above."""
        return (
            self.seconds,
            self.channel,
            self.party,
            self.direction,
            self.kind,
            self.flags,
            self.row,
        )

    def with_columns(self, columns: Sequence[array[int]]) -> EventColumns:
        """Other columns in that order, with the same names, repeats and count without a date."""
        seconds, channel, party, direction, kind, flags, row = columns
        return replace(
            self,
            seconds=seconds,
            channel=channel,
            party=party,
            direction=direction,
            kind=kind,
            flags=flags,
            row=row,
        )

    def without(self, spans: Sequence[tuple[int, int]]) -> EventColumns:
        """The events but for the rows in ``spans``, [first, last) each.

        An event that only an import left out here had shown is shown by the next one that holds it.
        """
        left = self.chosen(_outside(spans, self.row))
        if self.repeats is None:
            return left
        here = _outside(spans, self.repeats.events.row)
        back, first = bytearray(len(here)), dict[int, int]()
        of = array("I", self.repeats.of)
        orphaned = _outside(spans, of)
        for place, row in enumerate(self.repeats.events.row):
            if here[place] and not orphaned[place]:
                back[place] = of[place] not in first
                of[place] = first.setdefault(of[place], row)
        stays = bytes(h and not b for h, b in zip(here, back, strict=True))
        repeats = Repeats(self.repeats.events.chosen(stays), array("I", compress(of, stays)))
        returned = self.repeats.events.chosen(bytes(back))
        return replace(_together(left, returned), repeats=repeats)


@dataclass(frozen=True, slots=True)
class Repeats:
    """Events that an earlier import holds too; ``of`` is, for each, the row of the one that is shown."""

    events: EventColumns
    of: array[int]


def _outside(spans: Sequence[tuple[int, int]], rows: array[int]) -> bytes:
    return bytes(not any(first <= row < last for first, last in spans) for row in rows)


def _together(one: EventColumns, two: EventColumns) -> EventColumns:
    """Two sets of columns with the same names in one order of time."""
    if not len(two):
        return one
    whole = [ours + theirs for ours, theirs in zip(one.columns, two.columns, strict=True)]
    seconds, row = whole[0], whole[-1]
    order = sorted(range(len(seconds)), key=lambda place: (seconds[place], row[place]))
    return one.with_columns([array(c.typecode, map(c.__getitem__, order)) for c in whole])


@dataclass(frozen=True, slots=True)
class EventText:
    """One event as shown: enough for a row of a table and to find it in its exhibit.

    [``start``, ``end``) are bytes; an event of a database has ``table`` and ``table_row`` instead.
    """

    row: int
    id: str
    exhibit_id: str
    at: str
    zone: str
    sender: str | None
    kind: str
    text: str
    start: int
    end: int
    member: str | None = None
    issues: tuple[str, ...] = ()
    table: str = ""
    table_row: int | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """Where a record stands in the log: its index and leaf hash (32 bytes)."""

    index: int
    hash: bytes


def _no_texts(_rows: Iterable[int]) -> list[EventText]:
    return []


@dataclass(frozen=True, slots=True)
class Casefile:
    """One immutable snapshot. ``records`` are in order of writing; superseded ones are included.

    ``texts(rows)`` gives the few events that are shown, in the order asked. ``leaves`` has the
    place in the log of every record by id. ``zone`` is the IANA zone for days and hours. ``selection``
    says in words and dates what was chosen. ``outside`` are the heads of this log that somebody
    outside holds.
    """

    records: tuple[Record, ...]
    events: EventColumns = field(default_factory=EventColumns)
    sources: tuple[EventSource, ...] = ()
    texts: Callable[[Iterable[int]], Sequence[EventText]] = _no_texts
    leaves: Mapping[str, Leaf] = field(default_factory=dict)
    log_size: int = 0
    log_root: bytes = b""
    zone: str = "Europe/London"
    selection: Mapping[str, str] = field(default_factory=dict)
    outside: tuple[OutsideHead, ...] = ()

    @property
    def identity(self) -> str:
        """SHA-256 (hex) of selection, head, the events' digests and the heads held outside."""
        digest = hashlib.sha256()
        for key in sorted(self.selection):
            digest.update(f"{key}={self.selection[key]}\n".encode())
        digest.update(self.log_size.to_bytes(8, "big") + self.log_root)
        for source in self.sources:
            digest.update(bytes.fromhex(source.events_digest))
        for head in self.outside:
            digest.update(f"{head.kind} {head.at} {head.size} {head.holder}\n".encode())
        return digest.hexdigest()

    def current(self) -> tuple[Record, ...]:
        """Records that no later one supersedes or withdraws, in order of writing."""
        gone = {r.supersedes for r in self.records if r.supersedes}
        for record in self.records:
            if record.type == "correction":
                gone.add(record.body.target)  # type: ignore[union-attr]
        return tuple(r for r in self.records if r.id not in gone)
