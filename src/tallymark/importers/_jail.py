"""Reads one file in a confined child: one read-only descriptor in, frames back."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec

from tallymark import errors
from tallymark.errors import ReaderFailed, TallymarkError
from tallymark.importers._frames import Batch, Done, Frame, Progress, Refused, Request, receive
from tallymark.jail.process import confined, death
from tallymark.jail.supply import Supply
from tallymark.model.event import EventBatch

_CHILD = "tallymark.importers._child"


def run(
    request: Request,
    supply: Supply,
    *,
    on_batch: Callable[[EventBatch], None] | None = None,
    progress: Callable[[int, int, int], None] | None = None,
) -> dict[str, Any]:
    """What the child found in what ``supply`` gives it.

    Raises the error it refused with, what reading the source raised, or ``ReaderFailed`` when it died.
    """
    with confined(_CHILD, descriptors=request.source.descriptors) as (process, frames):
        supply.begin()
        _ask(process, request)
        while isinstance(frame := receive(frames), Batch | Progress):
            _hand_on(frame, on_batch, progress)
        if supply.problem is not None:
            raise supply.problem  # whatever the child made of bytes that ended early
        if isinstance(frame, Done):
            return frame.result
        if isinstance(frame, Refused):
            raise _error(frame)
        process.wait()
        raise death(process.returncode)


def _hand_on(
    frame: Frame,
    on_batch: Callable[[EventBatch], None] | None,
    progress: Callable[[int, int, int], None] | None,
) -> None:
    if isinstance(frame, Batch):
        if not _consistent(frame.batch):
            raise ReaderFailed("The reader sent columns that do not fit together.")
        if on_batch is not None:
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
