"""A child whose second process does not do what it should, in the way that ``--provider`` names."""

from __future__ import annotations

import ctypes
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress

import msgspec

from tallymark.importers import _aside, _child
from tallymark.importers._email_read import Job, Told
from tallymark.importers.email import Mail


def _spin() -> bytes:
    while True:
        time.sleep(0.01)


def _wrong() -> bytes:
    raise ValueError


def _count(work: Callable[[], object]) -> int:
    with suppress(OSError):
        work()
        return 1
    return 0


def _may() -> str:
    """How many of network, new process, writing and open files it has: 0, 0, 0, and its two pipes."""
    allowed = [
        _count(lambda: socket.socket(socket.AF_INET)),
        _count(os.fork),
        _count(lambda: os.open("/tmp/aside", os.O_CREAT | os.O_WRONLY)),  # noqa: S108 - refused
        sum(_count(lambda fd=fd: os.fstat(fd)) for fd in range(3, 64)),  # type: ignore[misc]
    ]
    return f"{allowed}"


WAYS: dict[str, Callable[[], bytes]] = {
    "ends": lambda: os._exit(3),
    "crashes": lambda: ctypes.string_at(8),
    "says nothing": _spin,
    "is wrong": _wrong,
    "rubbish": lambda: b"\xc1 rubbish",
    "too few": lambda: msgspec.msgpack.encode([]),
}


class Bad(Mail):
    """Mail, but for the second process."""

    def work_aside(self, body: bytes) -> bytes:
        """What the way says; ``tells`` answers who it is allowed to be, as the sender of every mail."""
        job = msgspec.msgpack.decode(body, type=Job)
        way = job.options.get("provider", "")
        if way in WAYS:
            return WAYS[way]()
        told = msgspec.msgpack.decode(super().work_aside(body), type=list[Told])
        may = _may()
        return msgspec.msgpack.encode([msgspec.structs.replace(one, sender=may) for one in told])


def main(frames: int) -> None:
    """Answer as the real child does, with a second process for any size and little patience."""
    _aside.WORTH, _aside.PATIENCE = 0, 0.5
    _child.answer(frames, {"email": Bad()})
