"""Reads one file in a confined child: bytes in, frames back; a record that ends the child is left out."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Any

import msgspec
from msgspec.structs import replace

from tallymark import errors
from tallymark.errors import LimitExceeded, ReaderFailed, TallymarkError, TooManyFailures
from tallymark.importers._frames import Batch, Done, Frame, Progress, Refused, Request, receive
from tallymark.importers._mark import Place, Watched, seconds_used, watched
from tallymark.jail.process import confined, death
from tallymark.jail.supply import Bytes, Supply, supplied
from tallymark.model.event import EventBatch

MOST_RESTARTS = 16
RECORD_SECONDS = 10.0  # of processor time; the largest honest record takes under one
_LOOK_EVERY = 0.25
_CHILD = "tallymark.importers._child"


def run(
    request: Request,
    source: Bytes,
    *,
    on_batch: Callable[[EventBatch], None] | None = None,
    progress: Callable[[int, int, int], None] | None = None,
) -> dict[str, Any]:
    """What a child found in ``source``.

    A record that ends the child, or takes more than ten seconds of processor time, is left out by
    the next child; what was handed on before is not handed on again. Raises the error that the
    child refused with, what reading the source raised, ``ReaderFailed`` when the child died beside
    any record, and ``TooManyFailures`` after sixteen records of that kind.
    """
    once = _Once(on_batch)
    skip: tuple[Place, ...] = ()
    while True:
        with watched() as mark, supplied(source) as supply:
            asked = replace(request, source=supply.given, mark=mark.fd, skip=skip)
            ended = _read(asked, supply, mark, once.take, progress)
        if not isinstance(ended, Place):
            return ended
        if len(skip) == MOST_RESTARTS or ended in skip:
            raise TooManyFailures
        skip += (ended,)
        once.again()


class _Once:
    """Hands each batch on once. Batches are cut by count alone, so they come again the same."""

    def __init__(self, on_batch: Callable[[EventBatch], None] | None) -> None:
        self._on_batch = on_batch
        self._given = self._seen = 0

    def take(self, batch: EventBatch) -> None:
        """The next batch of the child that is running."""
        self._seen += 1
        if self._seen > self._given and self._on_batch is not None:
            self._on_batch(batch)
        self._given = max(self._given, self._seen)

    def again(self) -> None:
        """Another child begins at the start."""
        self._seen = 0


def _read(
    request: Request,
    supply: Supply,
    mark: Watched,
    on_batch: Callable[[EventBatch], None],
    progress: Callable[[int, int, int], None] | None,
) -> dict[str, Any] | Place:
    """One child's answer, or the record at which it ended."""
    descriptors = (*request.source.descriptors, request.mark)
    with confined(_CHILD, descriptors=descriptors) as (process, frames):
        supply.begin()
        _ask(process, request)
        with _no_standstill(process, mark) as stuck:
            while isinstance(frame := receive(frames), Batch | Progress):
                _hand_on(frame, on_batch, progress)
        if supply.problem is not None:
            raise supply.problem  # whatever the child made of bytes that ended early
        if isinstance(frame, Done):
            return frame.result
        if isinstance(frame, Refused):
            raise _error(frame)
        process.wait()
        ended = death(process.returncode)
    place = mark.place()
    if place is None or (isinstance(ended, LimitExceeded) and not stuck.is_set()):
        raise ended
    return place


@contextmanager
def _no_standstill(process: subprocess.Popen[bytes], mark: Watched) -> Iterator[Event]:
    """End a child that stays at one record; the event tells that this was done."""
    over, stuck = Event(), Event()

    def watch() -> None:
        while not over.wait(_LOOK_EVERY):
            if mark.is_stuck(seconds_used(process.pid), limit=RECORD_SECONDS):
                stuck.set()
                process.kill()
                return

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield stuck
    finally:
        over.set()
        watcher.join()


def _hand_on(
    frame: Frame,
    on_batch: Callable[[EventBatch], None],
    progress: Callable[[int, int, int], None] | None,
) -> None:
    if isinstance(frame, Batch):
        if not _consistent(frame.batch):
            raise ReaderFailed("The reader sent columns that do not fit together.")
        on_batch(frame.batch)
    elif isinstance(frame, Progress) and progress is not None:
        progress(frame.done, frame.total, frame.events)


def _consistent(batch: EventBatch) -> bool:
    count = len(batch.texts)
    return (
        len(batch.offsets) == 4 * (count + 1)
        and len(batch.seconds) == 8 * count
        and len(batch.senders) == 2 * count
        and len(batch.kinds) == len(batch.flags) == count
    )


def _ask(process: subprocess.Popen[bytes], request: Request) -> None:
    pipe = process.stdin
    if pipe is not None:
        with suppress(BrokenPipeError), pipe:
            pipe.write(msgspec.msgpack.encode(request))


def _error(frame: Refused) -> TallymarkError:
    kind = getattr(errors, frame.error, None)
    if not (isinstance(kind, type) and issubclass(kind, TallymarkError)):
        return ReaderFailed()
    problem = kind(frame.message[:400], next_step=frame.next_step[:400])
    if frame.questions:
        problem.questions = frame.questions  # type: ignore[attr-defined]
    return problem
