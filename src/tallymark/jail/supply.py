"""Where the bytes of a confined child come from: a descriptor of its own, or its parent, over two pipes.

A sealed original has no plaintext on disk and so no descriptor to hand over. Then the child asks for
a place and a length, and a thread of the parent answers. Memory stays flat on both sides: an answer
is at most 4 MiB, and one is on its way ahead of a child that reads on in order.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Thread
from typing import BinaryIO, Protocol

import msgspec

from tallymark.jail.process import widen

MOST = 4 << 20
_AHEAD_FROM = 256 << 10  # smaller reads jump about; guessing the next one would only cost
_QUESTION = struct.Struct("<QI")
_LENGTH = struct.Struct("<I")


class Given(msgspec.Struct, frozen=True):
    """What a child is told of its bytes: ``size``, and a descriptor or two ends of pipes."""

    size: int
    file: int = -1
    asks: int = -1
    answers: int = -1

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What has to stay open in the child."""
        return (self.file,) if self.file >= 0 else (self.asks, self.answers)


class Bytes(Protocol):
    """Bytes that can be read at any place."""

    @property
    def size(self) -> int:
        """How many there are."""

    def pread(self, count: int, at: int) -> bytes:
        """``count`` bytes from ``at``; fewer only at the end."""


class Descriptor:
    """The bytes behind an open descriptor of a file."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.size = os.fstat(fd).st_size

    def pread(self, count: int, at: int) -> bytes:
        """``count`` bytes from ``at``; fewer only at the end."""
        return os.pread(self.fd, count, at)


class Stream:
    """The bytes of a seekable stream, for several threads. The stream's own place is lost."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._lock = stream, Lock()
        self.size = stream.seek(0, io.SEEK_END)

    def pread(self, count: int, at: int) -> bytes:
        """``count`` bytes from ``at``; fewer only at the end."""
        with self._lock:
            self._stream.seek(at)
            parts, left = [], count
            while left and (part := self._stream.read(left)):
                parts.append(part)
                left -= len(part)
        return b"".join(parts)


class Supply:
    """The parent's side: gives out ``source`` until the child has ended.

    ``problem`` is what the source raised while it was read, if anything; the child then sees the
    end of the pipe.
    """

    def __init__(self, source: Bytes, given: Given, *, asked: int, answer: int) -> None:
        self.given = given
        self.problem: BaseException | None = None
        self._source, self._asked, self._answer = source, asked, answer
        self._thread: Thread | None = None

    def begin(self) -> None:
        """Once the child has its ends: close ours of them, and answer what it asks."""
        if self._thread is None and self.given.file < 0:
            for end in self.given.descriptors:
                os.close(end)
            self._thread = Thread(target=self._serve, daemon=True)
            self._thread.start()

    def _serve(self) -> None:
        try:
            while len(question := _exactly(self._asked, _QUESTION.size)) == _QUESTION.size:
                at, count = _QUESTION.unpack(question)
                found = self._source.pread(min(count, MOST), min(at, self._source.size))
                _write(self._answer, _LENGTH.pack(len(found)), found)
        except BrokenPipeError:
            pass
        except BaseException as problem:  # noqa: BLE001 - raised by whoever waits for the child
            self.problem = problem
        finally:
            os.close(self._answer)

    def end(self) -> None:
        """After the child has ended."""
        if self._thread is not None:
            self._thread.join()
            os.close(self._asked)
        elif self.given.file < 0:
            for end in (*self.given.descriptors, self._asked, self._answer):
                os.close(end)


@contextmanager
def supplied(source: Bytes) -> Iterator[Supply]:
    """What a child needs to read ``source``. Leave it after the child has ended."""
    if isinstance(source, Descriptor):
        yield Supply(source, Given(source.size, file=source.fd), asked=-1, answer=-1)
        return
    asked, asks = os.pipe()
    answers, answer = os.pipe()
    widen(answer)
    supply = Supply(
        source, Given(source.size, asks=asks, answers=answers), asked=asked, answer=answer
    )
    try:
        yield supply
    finally:
        supply.end()


class Served:
    """The child's side of a ``Supply``."""

    def __init__(self, given: Given) -> None:
        self.size = given.size
        self._asks, self._answers = given.asks, given.answers
        self._ahead: tuple[int, int] | None = None  # what was asked for and not yet taken

    def pread(self, count: int, at: int) -> bytes:
        """``count`` bytes from ``at``; fewer only at the end."""
        count = max(0, min(count, self.size - at))
        parts = []
        while count:
            part = self._one(min(count, MOST), at)
            if not part:
                break
            parts.append(part)
            at, count = at + len(part), count - len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _one(self, count: int, at: int) -> bytes:
        if self._ahead is not None and self._ahead != (at, count):
            self._take()
        if self._ahead is None:
            self._ask(at, count)
        found = self._take()
        following = at + len(found)
        if count >= _AHEAD_FROM and following < self.size:
            self._ask(following, min(count, self.size - following))
        return found

    def _ask(self, at: int, count: int) -> None:
        _write(self._asks, _QUESTION.pack(at, count))
        self._ahead = (at, count)

    def _take(self) -> bytes:
        self._ahead = None
        (length,) = _LENGTH.unpack(_exactly(self._answers, _LENGTH.size) or bytes(_LENGTH.size))
        return _exactly(self._answers, length)


def taken(given: Given) -> Bytes:
    """In the child: the bytes it was given."""
    return Descriptor(given.file) if given.file >= 0 else Served(given)


def _exactly(fd: int, count: int) -> bytes:
    """``count`` bytes, fewer only at the end of the pipe."""
    parts, left = [], count
    while left and (part := os.read(fd, left)):
        parts.append(part)
        left -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _write(fd: int, *pieces: bytes) -> None:
    for piece in pieces:
        view = memoryview(piece)
        while view:
            view = view[os.write(fd, view) :]
