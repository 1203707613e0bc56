"""Keeps this process from leaving traces: no core file, no reading of its memory by others."""

from __future__ import annotations

import ctypes
import sys

_PR_SET_DUMPABLE = 4


def harden() -> list[str]:
    """Ask the system for what it offers and say what holds: ``no core file``, ``memory closed``."""
    holds: list[str] = []
    if sys.platform == "win32":
        return holds
    import resource

    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        holds.append("no core file")
    except (ValueError, OSError):
        pass
    if sys.platform == "linux":
        try:
            if ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0:
                holds.append("memory closed")
        except (OSError, AttributeError):
            pass
    return holds
