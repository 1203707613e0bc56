"""Events on their way in: batches become blocks, words and columns of an invisible generation.

A slice of at most 4,096 events is one transaction, so an entry is saved between two slices. An
import with a task that is cut off goes on from its last slice: the events before it are read again
and held against a digest, and not written again.
"""

from __future__ import annotations

import hashlib
import zlib
from array import array
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Self

from tallymark.errors import LimitExceeded, ReaderFailed, VaultError
from tallymark.model.event import KINDS, EventBatch
from tallymark.model.record import Import
from tallymark.vault import doubles, generations
from tallymark.vault.columns import ColumnWriter, Disorder
from tallymark.vault.generations import Found, Unfinished
from tallymark.vault.log import Stored
from tallymark.vault.store import Database
from tallymark.vault.words import indexable

SLICE_EVENTS = 4096
SLICE_BYTES = 8 << 20
BLOCK_EVENTS = 128
BLOCK_BYTES = 64 * 1024
MOST_PARTIES = 65_535
_LEVEL = 1


class EventWriter:
    """Takes the events of one import in file order; readers see nothing until ``finish``.

    One thread at a time. As a context manager it abandons what was not finished. ``kept`` is how
    many events are on disk already, from an earlier try at the same ``task``.
    """

    def __init__(
        self,
        database: Database,
        *,
        exhibit_id: str,
        sha256: str,
        channel: str,
        zone: str,
        task: str,
        commit: Callable[[int, Import, Found], Stored],
    ) -> None:
        self._database = database
        self._exhibit, self._sha256, self._channel = exhibit_id, sha256, channel
        self._commit = commit
        earlier = self._earlier(task)
        self.kept, self._kept_digest = (earlier.kept, earlier.digest) if earlier else (0, "")
        if earlier is not None:
            self.gen = earlier.gen
        else:
            with database.transaction() as connection:
                self.gen = generations.begin(
                    connection, exhibit=exhibit_id, sha256=sha256, channel=channel, zone=zone
                )
                if task:
                    generations.can_go_on(connection, self.gen, exhibit=exhibit_id, task=task)
        self.count = 0
        self._digest = hashlib.sha256()
        self._parties = [""]
        self._columns = ColumnWriter(self.gen, kept=self.kept)
        self._disorder = Disorder()
        self._open = True
        self._whole = True

    def _earlier(self, task: str) -> Unfinished | None:
        """What to go on with; an unfinished import of the exhibit for another task is dropped."""
        with self._database.read() as connection:
            begun = [u for u in generations.unfinished(connection) if u.exhibit == self._exhibit]
        same = [one for one in begun if task and one.task == task]
        generations.sweep(self._database, [one.gen for one in begun if one not in same])
        return same[0] if same else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.abandon()

    def add(self, batch: EventBatch) -> None:
        """Take the next events. Raises ReaderFailed for a batch that does not add up, DiskFull.

        After an error call ``abandon``; nothing of the import is or will be visible. To stop and
        go on another time, leave the writer as it is.
        """
        self._must_be_open()
        self._whole = False
        parts = _Parts(batch, known=len(self._parties))
        self._parties.extend(batch.new_senders)
        for start, end in parts.slices():
            self._digest.update(parts.lines[parts.offsets[start] : parts.offsets[end]])
            if self.count < self.kept:
                self._pass_over(parts, start, end)
            else:
                self._write(parts, start, end)
            self._disorder.add(parts.columns[0][start:end])
            self.count += end - start
        self._whole = True

    def _pass_over(self, parts: _Parts, start: int, end: int) -> None:
        """Events that are on disk already must be the same ones again."""
        self._columns.pass_over(tuple(column[start:end] for column in parts.columns))
        done = self.count + end - start
        if done > self.kept or (
            done == self.kept and self._digest.hexdigest() != self._kept_digest
        ):
            raise ReaderFailed("The second reading of this file differs from the first.")

    def doubles(self) -> int:
        """How many of the events an earlier import of the channel holds; call it after the last."""
        with self._database.transaction() as connection:
            self._columns.finish(connection)
        with self._database.read() as connection:
            others = [
                one
                for one in generations.visible(connection)
                if one.channel == self._channel and one.sha256 != self._sha256
            ]
        if not others:
            return 0
        for gen in (*(one.gen for one in others), self.gen):
            doubles.make_keys(self._database, gen)
        mine = replace(others[0], gen=self.gen, first=others[-1].first + others[-1].count)
        with self._database.read() as connection:
            return len(doubles.repeats(connection, [*others, mine])[self.gen])

    def finish(self, describe: Callable[[str, int], Import]) -> Stored:
        """Append the import record and make the events visible, in one last transaction.

        ``describe`` gets the events' digest (64 hex) and their count and must state both. When
        this returns it is on disk; when it raises, nothing of the import is visible.
        """
        self._must_be_open()
        if not self._whole:
            raise VaultError("A part of this import failed; begin it again.")
        if self.count < self.kept:
            raise ReaderFailed("The second reading of this file is shorter than the first.")
        digest = self._digest.hexdigest()
        with self._database.transaction() as connection:
            self._columns.finish(connection)
        body = describe(digest, self.count)
        if (body.exhibit, body.events_digest, body.events) != (self._exhibit, digest, self.count):
            raise ReaderFailed("The import's record does not fit the events that were read.")
        found = Found(
            self.count,
            digest,
            tuple(self._parties),
            self._disorder.rises,
            self._disorder.falls,
        )
        stored = self._commit(self.gen, body, found)
        self._open = False
        return stored

    def abandon(self) -> None:
        """Drop what was added. Harmless after ``finish`` and when done twice."""
        if self._open:
            self._open = False
            generations.sweep(self._database, [self.gen])

    def _must_be_open(self) -> None:
        if not self._open:
            raise VaultError("This import has ended; begin it again.")

    def _write(self, parts: _Parts, start: int, end: int) -> None:
        # Packed before it is this import's turn, so that an entry that waits waits for less.
        blocks = [
            (generations.key(self.gen, self.count + first - start), data)
            for first, data in parts.blocks(start, end)
        ]
        words = list(enumerate(map(indexable, islice(parts.texts, start, end)), self.count))
        columns = tuple(column[start:end] for column in parts.columns)
        done, digest = self.count + end - start, self._digest.hexdigest()
        with self._database.transaction() as connection:
            connection.executemany("INSERT INTO event_blocks VALUES (?, ?)", blocks)
            connection.executemany(
                f"INSERT INTO event_words_{self.gen} (rowid, words) VALUES (?, ?)",  # noqa: S608 - a number of ours
                words,
            )
            self._columns.add(connection, columns)
            generations.note_kept(connection, self.gen, done, digest)


class _Parts:
    """A batch whose parts agree with each other: it comes out of a jail and is not trusted."""

    def __init__(self, batch: EventBatch, *, known: int) -> None:
        self.lines = batch.lines
        self.texts = batch.texts
        try:
            offsets, seconds = array("I", batch.offsets), array("q", batch.seconds)
            party, kinds = array("H", batch.senders), array("B", batch.kinds)
            self.columns = (seconds, party, kinds, array("B", batch.flags))
        except (ValueError, TypeError) as problem:
            raise ReaderFailed("The reader's answer is damaged.") from problem
        self.offsets = offsets
        if known + len(batch.new_senders) > MOST_PARTIES:
            raise LimitExceeded("The export names more than 65,535 senders.")
        size = len(self.texts)
        fits = (
            len(offsets) == size + 1
            and all(len(column) == size for column in self.columns)
            and (offsets[0], offsets[-1]) == (0, len(self.lines))
            and max(party, default=0) < known + len(batch.new_senders)
            and max(kinds, default=0) < len(KINDS)
        )
        if not fits:
            raise ReaderFailed("The reader's answer does not add up.")

    def slices(self) -> Iterator[tuple[int, int]]:
        """[start, end) of each transaction."""
        return self._cut(0, len(self.texts), events=SLICE_EVENTS, size=SLICE_BYTES)

    def blocks(self, start: int, end: int) -> Iterator[tuple[int, bytes]]:
        """First event and compressed lines of each block in [start, end)."""
        for first, last in self._cut(start, end, events=BLOCK_EVENTS, size=BLOCK_BYTES):
            lines = self.lines[self.offsets[first] : self.offsets[last]]
            if lines.count(b"\n") != last - first or not lines.endswith(b"\n"):
                raise ReaderFailed("The reader's answer does not add up.")
            yield first, zlib.compress(lines, _LEVEL)

    def _cut(self, start: int, end: int, *, events: int, size: int) -> Iterator[tuple[int, int]]:
        """Pieces of at most ``events`` events and ``size`` bytes, but at least one event."""
        offsets = self.offsets
        while start < end:
            stop = min(end, start + events)
            while stop > start + 1 and offsets[stop] - offsets[start] > size:
                stop = start + (stop - start) // 2
            yield start, stop
            start = stop
