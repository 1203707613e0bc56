"""Columns of events on their way in: chunks of 65,536, and how far a file is out of time order."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator
from itertools import accumulate
from operator import sub

from tallymark.model.event import NO_TIME
from tallymark.vault.generations import key
from tallymark.vault.store import Connection

CHUNK = 65_536
FIELDS = (("seconds", "q"), ("party", "H"), ("kind", "B"), ("flags", "B"))


def from_bytes(code: str, data: bytes) -> array[int]:
    """The array of a stored column; columns are stored little endian everywhere."""
    column = array(code)
    column.frombytes(data)
    if sys.byteorder == "big":  # pragma: no cover
        column.byteswap()
    return column


def to_bytes(column: array[int]) -> bytes:
    """What ``from_bytes`` reads."""
    if sys.byteorder == "big":  # pragma: no cover
        column = array(column.typecode, column)
        column.byteswap()
    return column.tobytes()


class ColumnWriter:
    """Gathers columns and writes a chunk whenever one is full.

    ``kept`` events were gathered before: the chunks that they filled are on disk.
    """

    def __init__(self, gen: int, *, kept: int = 0) -> None:
        self._gen = gen
        self._chunks = 0
        self._held_from = kept // CHUNK
        self._held = tuple(array(code) for _, code in FIELDS)

    def add(self, connection: Connection, parts: tuple[array[int], ...]) -> None:
        """Append arrays of equal length in the order of ``FIELDS``."""
        self._gather(parts)
        while len(self._held[0]) >= CHUNK:
            self._write(connection)

    def pass_over(self, parts: tuple[array[int], ...]) -> None:
        """Append what was gathered before; only what its chunks did not hold is still to be written."""
        self._gather(parts)
        while self._chunks < self._held_from and len(self._held[0]) >= CHUNK:
            self._drop()

    def _gather(self, parts: tuple[array[int], ...]) -> None:
        for column, part in zip(self._held, parts, strict=True):
            column.extend(part)

    def finish(self, connection: Connection) -> None:
        """Write what is left. Doing it twice is harmless."""
        if self._held[0]:
            self._write(connection)

    def _write(self, connection: Connection) -> None:
        stored = [to_bytes(column[:CHUNK]) for column in self._held]
        connection.execute(
            "INSERT OR REPLACE INTO event_columns VALUES (?, ?, ?, ?, ?)",
            (key(self._gen, self._chunks), *stored),
        )
        self._drop()

    def _drop(self) -> None:
        for column in self._held:
            del column[:CHUNK]
        self._chunks += 1


class Disorder:
    """By how many seconds the events of a file at most step back (``rises``) or forward.

    With it a search can stop early and still be exact, and a casefile knows when not to sort.
    """

    def __init__(self) -> None:
        self.rises = 0
        self.falls = 0
        self._high = NO_TIME
        self._low = -NO_TIME

    def add(self, seconds: array[int]) -> None:
        """Take the next times in file order; events without one do not count."""
        if NO_TIME in seconds:
            seconds = array("q", (second for second in seconds if second != NO_TIME))
        if not seconds:
            return
        highs = list(accumulate(seconds, max, initial=max(self._high, seconds[0])))
        lows = list(accumulate(seconds, min, initial=min(self._low, seconds[0])))
        self.rises = max(self.rises, *map(sub, highs, seconds))
        self.falls = max(self.falls, *map(sub, seconds, lows))
        self._high, self._low = highs[-1], lows[-1]


def load(connection: Connection, gen: int) -> tuple[array[int], ...]:
    """The columns of a generation in file order, in the order of ``FIELDS``."""
    columns = tuple(array(code) for _, code in FIELDS)
    for row in _chunks(connection, gen):
        for column, data in zip(columns, row, strict=True):
            column.frombytes(data)
    if sys.byteorder == "big":  # pragma: no cover
        for column in columns:
            column.byteswap()
    return columns


def _chunks(connection: Connection, gen: int) -> Iterator[tuple[bytes, ...]]:
    rows: Iterator[tuple[bytes, ...]] = connection.execute(
        "SELECT seconds, party, kind, flags FROM event_columns WHERE key >= ? AND key < ?"
        " ORDER BY key",
        (key(gen, 0), key(gen + 1, 0)),
    )
    return rows


def load_times(connection: Connection, gen: int, chunk: int) -> tuple[array[int], array[int]]:
    """Times and senders of one chunk."""
    row = connection.execute(
        "SELECT seconds, party FROM event_columns WHERE key = ?", (key(gen, chunk),)
    ).fetchone()
    seconds, party = row or (b"", b"")
    return from_bytes("q", seconds), from_bytes("H", party)
