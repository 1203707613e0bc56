"""Which record a reader is at: a few bytes of memory that the child writes and its parent reads.

When a child dies or stays at one record too long, the parent knows which one it was and starts
another child that leaves it out. Only numbers stand here, never content.
"""

from __future__ import annotations

import mmap
import os
import struct
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

SIZE = 64
_FIELDS = struct.Struct("<QQQQ")  # how many records so far, number of the source, start, end
_AT = 8


class Place(NamedTuple):
    """One record: which of the sources of a reading, from 0, and [start, end) in it."""

    source: int
    start: int
    end: int


class Mark:
    """The child's side. Without a descriptor (tests that read in their own process) it notes nothing."""

    def __init__(self, fd: int = -1) -> None:
        self._memory = mmap.mmap(fd, SIZE) if fd >= 0 else bytearray(SIZE)
        self._count = 0
        self._write = _FIELDS.pack_into

    def begin(self, source: int, start: int, end: int) -> None:
        """From now on, what goes wrong is the fault of this record."""
        self._count += 1
        self._write(self._memory, _AT, self._count, source, start, end)
        self._memory[0] = 1

    def end(self) -> None:
        """The record is done."""
        self._memory[0] = 0


class Watched:
    """The parent's side."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self._memory = mmap.mmap(fd, SIZE)
        self._first: tuple[int, float] = (0, 0.0)

    def place(self) -> Place | None:
        """The record that the child is at, or ended at; ``None`` between two records."""
        if not self._memory[0]:
            return None
        return Place(*_FIELDS.unpack_from(self._memory, _AT)[1:])

    def is_stuck(self, used: float, *, limit: float) -> bool:
        """Whether the child, which has used ``used`` seconds by now, spent ``limit`` on one record."""
        count = _FIELDS.unpack_from(self._memory, _AT)[0] if self._memory[0] else 0
        if count != self._first[0]:
            self._first = (count, used)
        return bool(count) and used - self._first[1] > limit

    def close(self) -> None:
        """Give the memory back."""
        self._memory.close()


@contextmanager
def watched() -> Iterator[Watched]:
    """Shared memory for one child; it holds numbers only and has no name."""
    if sys.platform == "linux":
        fd = os.memfd_create("mark")
    else:
        with tempfile.TemporaryFile() as file:
            fd = os.dup(file.fileno())
    try:
        os.truncate(fd, SIZE)
        memory = Watched(fd)
        try:
            yield memory
        finally:
            memory.close()
    finally:
        os.close(fd)


def seconds_used(pid: int) -> float:
    """Processor time of a child in seconds where the system tells it, else a clock that runs on."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return time.monotonic()
