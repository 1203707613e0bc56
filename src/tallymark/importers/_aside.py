"""A second confined process that works out records beside the one that reads.

It is forked from the reader before that gives up the right to, gives up the same rights, and has no
file at all: bytes that the reader sends come in, answers go out. It only saves time. What it does not
answer, because it ended, broke or took too long, the reader works out itself; so events, ledger and
quarantine are the same with it and without.
"""

from __future__ import annotations

import os
import select
import struct
import sys
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress

from tallymark.importers._protocol import Importer, WorksAside
from tallymark.jail.limits import lock_down
from tallymark.jail.process import widen

WORTH = 32 << 20  # bytes of a source for which a second process is started
PATIENCE = 10.0  # seconds without a byte; the reader then does the work itself
MAX_FRAME = 256 << 20
_HEAD = struct.Struct(">BI")  # length of the importer's name, length of the body
_LENGTH = struct.Struct(">I")


class Aside:
    """The reader's side: ``send`` one piece of work, do something else, then take its ``answer``."""

    def __init__(self, to: int, back: int, *, process: int = 0) -> None:
        self._to, self._back = to, back
        self._process = process
        self.is_there = True
        os.set_blocking(to, False)

    def send(self, importer: str, body: bytes) -> None:
        """Have ``body`` worked on by the importer of that name."""
        name = importer.encode()
        for piece in (_HEAD.pack(len(name), len(body)) + name, body):
            view = memoryview(piece)
            while view and self.is_there:
                view = view[self._write(view) :]

    def answer(self) -> bytes:
        """The answer to what was sent last; empty where there is none, and none after that."""
        head = self._exactly(_LENGTH.size)
        length = _LENGTH.unpack(head)[0] if head else 0
        return self._exactly(length) if length <= MAX_FRAME else self._lost()

    def close(self) -> None:
        """Let the other process end, and wait for that where it answered to the last."""
        is_well = self.is_there
        self._lost()
        if is_well and self._process:
            os.waitpid(self._process, 0)

    def _lost(self) -> bytes:
        if self.is_there:
            self.is_there = False
            os.close(self._to)
            os.close(self._back)
        return b""

    def _write(self, view: memoryview) -> int:
        if select.select([], [self._to], [], PATIENCE)[1]:
            with suppress(BlockingIOError, InterruptedError):
                try:
                    return os.write(self._to, view)
                except BrokenPipeError:
                    self._lost()
            return 0
        self._lost()
        return 0

    def _exactly(self, count: int) -> bytes:
        found = bytearray()
        while len(found) < count and self.is_there:
            ready = select.select([self._back], [], [], PATIENCE)[0]
            piece = os.read(self._back, min(1 << 20, count - len(found))) if ready else b""
            if not piece:
                return self._lost()
            found += piece
        return bytes(found)


def started(
    importers: Mapping[str, Importer], *, size: int, close: Collection[int]
) -> Aside | None:
    """A second process for a source of ``size`` bytes, where it is worth one and the system has two.

    ``close`` are descriptors of the reader that the other process must not keep. Only on Linux,
    where all that confines the reader confines the other one too, and ends it with the reader.
    """
    if sys.platform != "linux":
        return None
    if size < WORTH or len(os.sched_getaffinity(0)) < 2:
        return None
    work_in, to = os.pipe()
    back, work_out = os.pipe()
    for end in (to, work_out):
        widen(end)
    try:
        number = os.fork()
    except OSError:  # no more processes for this person: the reader does it all
        for end in (work_in, to, back, work_out):
            os.close(end)
        return None
    if not number:
        try:
            for fd in (to, back, *close):
                os.close(fd)
            lock_down(size=size)
            serve(work_in, work_out, importers)
        finally:
            os._exit(0)
    os.close(work_in)
    os.close(work_out)
    return Aside(to, back, process=number)


def serve(work_in: int, work_out: int, importers: Mapping[str, Importer]) -> None:
    """The other process: answer until the reader has ended. What cannot be done has an empty answer."""
    with open(work_in, "rb") as asked, open(work_out, "wb") as answers:
        while len(head := asked.read(_HEAD.size)) == _HEAD.size:
            name, length = _HEAD.unpack(head)
            importer: object = importers.get(asked.read(name).decode("ascii", "replace"))
            body = asked.read(length)
            answer = _worked(importer.work_aside, body) if isinstance(importer, WorksAside) else b""
            answers.write(_LENGTH.pack(len(answer)) + answer)
            answers.flush()


def _worked(work: Callable[[bytes], bytes], body: bytes) -> bytes:
    try:
        return work(body)
    except Exception:  # noqa: BLE001 - the reader does it itself and says what is wrong
        return b""
