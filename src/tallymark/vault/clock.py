"""What this device's clocks say: the wall clock, seconds since it was started, and which start.

A wall clock can be set; the seconds since start cannot. Within one start of the device the two go
on together, so a clock that was moved between two records shows (``jumps``).
"""

from __future__ import annotations

import ctypes
import hashlib
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from tallymark.model.record import DeviceClock

LEAST_JUMP: Final = 60
"""Seconds by which two clocks of one start must part before it counts as moved."""
_LINUX_BOOT = Path("/proc/sys/kernel/random/boot_id")
_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Device:
    """Clocks that nobody sets: whole seconds since start, sleep included, and an id of this start.

    The id is empty where the system tells none; then no two records are compared by it.
    """

    since_boot: Callable[[], int]
    boot: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Clocks:
    """All clocks of one vault on this device. Called, it gives the wall clock, an aware time."""

    now: Callable[[], datetime]
    device: Device
    vault_id: str

    def __call__(self) -> datetime:
        """The wall clock."""
        return self.now()

    def reading(self) -> tuple[datetime, DeviceClock]:
        """The wall clock and the rest, read one after the other."""
        at = self.now()
        offset = at.utcoffset()
        minutes = 0 if offset is None else int(offset.total_seconds() // 60)
        boot = self.device.boot()
        named = _named(boot, vault_id=self.vault_id) if boot else ""
        return at, DeviceClock(minutes, self.device.since_boot(), named)


@dataclass(frozen=True, slots=True)
class Written:
    """When something was written, by its device: place in its log, UTC stamp, the other clocks."""

    index: int
    at: str
    clock: DeviceClock | None


@dataclass(frozen=True, slots=True)
class Jump:
    """Between the entry at ``index`` and the one before it, the clock was moved.

    ``seconds`` is how far: forward above 0, back below 0. ``what`` is ``moved`` where the seconds
    since start tell it, ``set back`` where an entry is dated before the one it follows.
    """

    index: int
    what: Literal["moved", "set back"]
    seconds: int


def jumps(written: Iterable[Written]) -> Iterator[Jump]:
    """Each place where the wall clock was moved, in the order of the log.

    A clock that was moved while the device was off, and forward, leaves no trace here.
    """
    before: tuple[Written, int] | None = None
    for one in written:
        seconds = int(datetime.fromisoformat(one.at).timestamp())
        if before is not None:
            found = _jump(one, seconds, *before)
            if found is not None:
                yield found
        before = (one, seconds)


def _jump(one: Written, seconds: int, last: Written, last_seconds: int) -> Jump | None:
    gone = seconds - last_seconds
    now, then = one.clock, last.clock
    if now is not None and then is not None and now.boot and now.boot == then.boot:
        moved = gone - (now.since_boot - then.since_boot)
        if abs(moved) > LEAST_JUMP:
            return Jump(one.index, "moved", moved)
    return Jump(one.index, "set back", gone) if gone < 0 else None


def _named(boot: str, *, vault_id: str) -> str:
    """An id of this start that means nothing outside this vault: two vaults share none."""
    text = f"tallymark/boot/1\n{vault_id}\n{boot}"
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def _since_boot() -> int:
    """Whole seconds since start. On Linux ``monotonic`` stands still in sleep, so not that one."""
    clock = getattr(time, "CLOCK_BOOTTIME", None) or getattr(time, "CLOCK_MONOTONIC", None)
    return int(time.monotonic() if clock is None else time.clock_gettime(clock))


if sys.platform == "win32":  # pragma: no cover
    import winreg

    def _boot() -> str:
        """The count of starts that Windows keeps for its prefetcher, where it can be read."""
        place = (
            r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management"
            r"\PrefetchParameters"
        )
        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, place) as key:
                return str(winreg.QueryValueEx(key, "BootId")[0])
        except OSError:
            return ""

elif sys.platform == "darwin":  # pragma: no cover

    def _boot() -> str:
        """``kern.bootsessionuuid``."""
        size = ctypes.c_size_t(64)
        text = ctypes.create_string_buffer(size.value)
        name = b"kern.bootsessionuuid"
        failed = ctypes.CDLL(None).sysctlbyname(name, text, ctypes.byref(size), None, 0)
        return "" if failed else text.value.decode()

else:

    def _boot() -> str:
        """The kernel's random id of this start."""
        try:
            return _LINUX_BOOT.read_text("ascii").strip()
        except OSError:
            return ""


THIS_DEVICE: Final = Device(since_boot=_since_boot, boot=_boot)
