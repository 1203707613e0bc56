"""A disk on which one call fails, or all calls from one on, in each way in which disks fail."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from reliability.watch import Call, Watched

T = TypeVar("T")
WRITING = frozenset(
    {
        "open",
        "write",
        "truncate",
        "allocate",
        "sync",
        "rename",
        "unlink",
        "make_folder",
        "sync_folder",
    }
)
_ROOM = WRITING - {"unlink"}
_ANY = WRITING | {"read", "remove_folder"}


@dataclass(frozen=True, slots=True)
class Fault:
    """What the system answers (``code``), on which calls, and whether it goes on so.

    ``short`` takes the first half of the bytes before that; with code 0 it only does that.
    """

    name: str
    code: int
    calls: frozenset[str] = _ANY
    lasting: bool = False
    short: bool = False


FAULTS = (
    Fault("the disk is full", errno.ENOSPC, _ROOM, lasting=True),
    Fault("the disk was full for a moment", errno.ENOSPC, _ROOM),
    Fault("the disk fails once", errno.EIO),
    Fault("the disk fails from then on", errno.EIO, lasting=True),
    Fault("a short write, then a full disk", errno.ENOSPC, frozenset({"write"}), True, True),
    Fault("a short write", 0, frozenset({"write"}), short=True),
    Fault("interrupted", errno.EINTR),
    Fault("permission is lost", errno.EACCES, WRITING, lasting=True),
    Fault("the disk became read-only", errno.EROFS, WRITING, lasting=True),
)


class Faulty(Watched):
    """Counts the calls below ``root``; the one numbered ``at`` (from 0) meets the fault."""

    def __init__(self, root: Path, fault: Fault | None = None, at: int = -1) -> None:
        super().__init__()
        self.root, self.fault, self.at = root, fault, at
        self.count = 0
        self.hit = False

    def call(self, call: Call, do: Callable[[], T]) -> T:
        """Do it, or fail as the disk does."""
        if not str(call.path).startswith(str(self.root)) or call.what == "close":
            return do()
        number, self.count = self.count, self.count + 1
        fault = self.fault
        if fault is None or not self._meets(call, number, fault):
            return do()
        self.hit = True
        if fault.code:
            raise OSError(fault.code, fault.name)
        return do()

    def write(self, handle: int, data) -> int:
        """Half of it, when the fault takes half."""
        taken = bytes(data)
        if self._halves(Call("write", self._paths[handle], data=taken)):
            taken = taken[: max(1, len(taken) // 2)]
            if self.fault is not None and self.fault.code:
                # The first half reaches the disk, the caller hears of it, and the rest fails.
                self.at = self.count + 1
        return super().write(handle, taken)

    def cut(self, call: Call) -> bytes | None:
        """For the database, which writes whole pages: the half that reaches the disk before."""
        if self._halves(call) and self.fault is not None and self.fault.code:
            return call.data[: len(call.data) // 2]
        return None

    def _halves(self, call: Call) -> bool:
        return self.fault is not None and self.fault.short and self._meets(call, self.count, None)

    def _meets(self, call: Call, number: int, fault: Fault | None) -> bool:
        asked = fault or self.fault
        if asked is None or self.at < 0:
            return False
        now = number >= self.at if asked.lasting else number == self.at
        return now and call.what in asked.calls
