"""Closes this process to others: no core file, and its memory not read by the same user's programs."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

_PR_SET_DUMPABLE = 4


def harden() -> list[str]:
    """Ask the system for what it offers and say what holds: ``no core file``, ``memory closed``.

    Closed memory (Linux) cannot be opened or traced by a process of the same user; the system's
    own administrator still can. A program that this one starts begins open again.
    """
    holds: list[str] = []
    if sys.platform == "win32":
        return holds
    import resource

    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        holds.append("no core file")
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            if ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0:
                holds.append("memory closed")
    return holds
