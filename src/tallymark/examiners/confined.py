"""A confined child that looks into files, asked for one after another; the parent decodes nothing."""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from os import read
from types import TracebackType
from typing import BinaryIO, Self

import msgspec

from tallymark.examiners._frames import CLOCKS, FACTS, LENGTH, MOST_FACT, WIDEST, Answer, Request
from tallymark.jail.process import confined

_SECONDS = 30  # from the last byte that the child has taken
_CHUNK = 1 << 20
_MOST_ANSWER = WIDEST * WIDEST * 3 + 65_536
_CLOCK = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:[.]\d{1,6})?(?:Z|[+-]\d{2}:\d{2})?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Look:
    """What a file says of itself. ``clocks`` by name of the clock, ``facts`` by name; see ``_frames``.

    Nothing is corrected and no clock is preferred. ``seen`` is false when the file could not be
    read, or is of a kind that says nothing.
    """

    clocks: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    seen: bool = False


class Examiner:
    """One child for many files. Use as a context manager; a child that dies is replaced."""

    def __init__(self) -> None:
        self._child = ExitStack()
        self._process: subprocess.Popen[bytes] | None = None
        self._answers = -1

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the child."""
        self.close()

    def close(self) -> None:
        """End the child. Twice is harmless."""
        self._process = None
        self._child.close()

    def ask(self, request: Request, source: BinaryIO) -> Answer:
        """The answer about the rest of ``source``; an empty one when there is none."""
        self.begin(request)
        feeding = threading.Thread(target=self._feed, args=(source,))
        feeding.start()
        try:
            return self._answer()
        finally:
            feeding.join()

    def begin(self, request: Request) -> None:
        """Say what is asked; the bytes follow by ``tell``."""
        if self._process is None:
            self._process, self._answers = self._child.enter_context(
                confined("tallymark.examiners._child")
            )
        self._write(msgspec.json.encode(request) + b"\n")

    def tell(self, data: bytes) -> None:
        """Hand on the next bytes of the file. A child that is gone takes none, and says nothing later."""
        if data:
            self._write(LENGTH.pack(len(data)) + data)

    def end(self) -> Answer:
        """Say that the file has ended; the answer about it."""
        self._write(LENGTH.pack(0))
        return self._answer()

    def _answer(self) -> Answer:
        """What the child says; an empty answer when it died, took too long or said something else."""
        process = self._process
        if process is None:
            return Answer()
        limit = threading.Timer(_SECONDS, process.kill)
        limit.daemon = True
        limit.start()
        try:
            said = framed(self._answers, most=_MOST_ANSWER)
        finally:
            limit.cancel()
        if said is None:
            self.close()
            return Answer()
        return _decoded(said)

    def _feed(self, source: BinaryIO) -> None:
        while self._process is not None and (piece := source.read(_CHUNK)):
            self.tell(piece)
        self._write(LENGTH.pack(0))

    def _write(self, data: bytes) -> None:
        process = self._process
        if process is not None and process.stdin is not None:
            with suppress(OSError, ValueError):
                process.stdin.write(data)
                process.stdin.flush()


def look_of(answer: Answer) -> Look:
    """What a child said, checked again: known names, clocks that are times, facts that are lines."""
    return Look(
        clocks={n: v for n in CLOCKS if _CLOCK.fullmatch(v := answer.clocks.get(n, ""))},
        facts={
            n: v[:MOST_FACT] for n in FACTS if (v := answer.facts.get(n, "")) and v.isprintable()
        },
        seen=answer.seen,
    )


def framed(answers: int, *, most: int) -> bytes | None:
    """One answer of a child with its length before it; None when it ended or would say too much."""
    head = _exactly(answers, LENGTH.size)
    if head is None:
        return None
    length = LENGTH.unpack(head)[0]
    return _exactly(answers, length) if length <= most else None


def _exactly(answers: int, count: int) -> bytes | None:
    found = bytearray()
    while len(found) < count:
        piece = read(answers, min(_CHUNK, count - len(found)))
        if not piece:
            return None
        found += piece
    return bytes(found)


def _decoded(said: bytes) -> Answer:
    try:
        return msgspec.msgpack.decode(said, type=Answer)
    except msgspec.MsgspecError:
        return Answer()
