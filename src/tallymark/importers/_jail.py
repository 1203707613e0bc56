"""The parent's side of the jail: one child for one file, one read-only descriptor, frames back.

The child is a fresh process, so that no key of an open vault is in its memory. Nothing about the
file is in its arguments or its environment.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import msgspec

from tallymark import errors
from tallymark.errors import ReaderFailed, TallymarkError
from tallymark.importers._frames import Batch, Done, Frame, Progress, Refused, Request, receive
from tallymark.model.event import EventBatch

_START = (
    "import sys; sys.path[:] = sys.argv[2].split(chr(10)); "
    "from tallymark.importers import _child; _child.main(int(sys.argv[1]))"
)


def run(
    request: Request,
    *,
    on_batch: Callable[[EventBatch], None] | None = None,
    progress: Callable[[int, int, int], None] | None = None,
) -> dict[str, Any]:
    """What the child found. Raises the error it refused with, or ``ReaderFailed`` when it died."""
    with _child(request) as (process, frames):
        while (frame := receive(frames)) is not None:
            if isinstance(frame, Done):
                return frame.result
            if isinstance(frame, Refused):
                raise _error(frame)
            _hand_on(frame, on_batch, progress)
        process.wait()
        raise _death(process.returncode)


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


@contextmanager
def _child(request: Request) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Start the child and see to it that it ends, whatever happens here."""
    reading, writing = os.pipe()
    try:
        if sys.platform == "linux":
            _widen(writing)
        process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-c", _START, str(writing), "\n".join(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(request.source, writing),
            env={"PYTHONHASHSEED": "0"},
            start_new_session=True,
        )
    except BaseException:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    try:
        with suppress(BrokenPipeError):
            _ask(process, request)
        yield process, reading
    finally:
        os.close(reading)
        process.kill()
        process.wait()


def _ask(process: subprocess.Popen[bytes], request: Request) -> None:
    pipe = process.stdin
    if pipe is not None:
        pipe.write(msgspec.msgpack.encode(request))
        pipe.close()


def _widen(fd: int) -> None:
    """A pipe of 1 MiB, so that the child can run ahead while the parent writes."""
    import fcntl

    with suppress(OSError):
        fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, 1 << 20)


def _error(frame: Refused) -> TallymarkError:
    kind = getattr(errors, frame.error, None)
    if not (isinstance(kind, type) and issubclass(kind, TallymarkError)):
        return ReaderFailed()
    problem = kind(frame.message[:400], next_step=frame.next_step[:400])
    if frame.questions:
        problem.questions = frame.questions  # type: ignore[attr-defined]
    return problem


def _death(code: int) -> TallymarkError:
    if sys.platform != "win32":
        import signal

        if code == -signal.SIGXCPU:
            return errors.LimitExceeded("The file took too much processor time to read.")
    return ReaderFailed(f"The reader stopped before the end of the file (code {code}).")
