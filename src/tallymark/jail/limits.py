"""What holds a confined child: limits of the system, and what is reported of them."""

from __future__ import annotations

import sys
from typing import Any

from tallymark.jail import seccomp
from tallymark.jail.hardening import harden

MEMORY = 512 << 20
OPEN_FILES = 32
_LAST_WORDS = 5  # seconds between the signal that names the limit and the end
CPU_BASE = 120  # seconds, and one more for each MiB of the source


def lock_down(*, size: int, memory: int = MEMORY, threads: bool = False) -> dict[str, str]:
    """Give up everything that reading does not need. Returns what holds, for ``jail`` of ``inspect``.

    ``size`` in bytes sets the limit of processor time, ``memory`` in bytes that of the address
    space; ``threads`` may still be started where a decoder needs them. Call it after all imports.
    """
    if sys.platform == "win32":
        return {
            "network": "blocked for Python code",
            "memory": "not limited",
            "writing": "blocked for Python code",
            **_audited(),
        }
    held = _rlimits(CPU_BASE + (size >> 20), memory)
    harden()
    if sys.platform == "linux":
        _end_with_parent()
    if sys.platform == "linux" and seccomp.install(threads=threads):
        return {"network": "blocked", "writing": "blocked", **held}
    return {
        "network": "blocked for Python code",
        "writing": "no bytes to files",
        **held,
        **_audited(),
    }


def _rlimits(cpu_seconds: int, memory: int) -> dict[str, str]:
    import resource

    held = {"cpu": f"{cpu_seconds} s"}
    wanted = [
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ]
    if sys.platform == "linux":
        wanted.append((resource.RLIMIT_AS, memory))
        held["memory"] = f"{memory >> 20} MiB"
    else:
        held["memory"] = (
            f"watched, {memory >> 20} MiB"  # macOS does not enforce an address space limit
        )
    for kind, value in wanted:
        _soft, hard = resource.getrlimit(kind)
        most = sys.maxsize if hard == resource.RLIM_INFINITY else hard
        spare = _LAST_WORDS if kind == resource.RLIMIT_CPU else 0
        resource.setrlimit(kind, (min(value, most), min(value + spare, most)))
    return held


def _end_with_parent() -> None:
    """Have the kernel end this process when the one that started it ends (PR_SET_PDEATHSIG)."""
    import ctypes
    import signal

    ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)


def _audited() -> dict[str, str]:
    """Refuse sockets, writing and new processes to Python code where the system has no filter."""

    def watch(event: str, args: tuple[Any, ...]) -> None:
        if event.startswith(
            ("socket.", "subprocess.", "os.exec", "os.spawn", "os.system", "os.fork")
        ):
            raise PermissionError(event)
        if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
            raise PermissionError(event)

    sys.addaudithook(watch)
    return {}
