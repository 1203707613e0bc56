"""What kind of disk a folder lies on, as far as the system tells."""

from __future__ import annotations

import sys
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
_SIMPLE = frozenset({"vfat", "msdos", "fat", "exfat", "fuseblk", "fuse.exfat", "fuse.fusefat"})
"""Disks without a journal of their own, and one name that may stand for such: most USB sticks."""
_OCTAL = ("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")


def kind(path: Path) -> str:
    """The name of the file system as the system spells it (``ext4``, ``vfat``); "" if not told.

    Linux tells. Elsewhere only this is known: ``removable`` for a disk that can be taken out.
    """
    there = _existing(path)
    if sys.platform == "darwin":  # pragma: no cover
        return "removable" if there.is_relative_to("/Volumes") else ""
    if sys.platform == "win32":  # pragma: no cover
        import ctypes

        return "removable" if ctypes.windll.kernel32.GetDriveTypeW(there.anchor) == 2 else ""
    return _mounted(there)


def is_simple(path: Path) -> bool:
    """Whether the disk keeps no journal of its own, or may be a stick of which nobody tells."""
    return kind(path) in _SIMPLE | {"removable"}


def device(path: Path) -> int:
    """The number of the disk that ``path`` lies on, or will lie on."""
    return _existing(path).stat().st_dev


def _existing(path: Path) -> Path:
    found = path.expanduser().absolute()
    while not found.exists() and found != found.parent:
        found = found.parent
    return found.resolve()


def _mounted(path: Path) -> str:
    """The type at the longest mount point above ``path``; the last one mounted there counts."""
    try:
        lines = _MOUNTS.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return ""
    best, found = -1, ""
    for line in lines:
        fields, _, rest = line.partition(" - ")
        point = fields.split(" ")[4]
        for spelt, character in _OCTAL:
            point = point.replace(spelt, character)
        if len(point) >= best and path.is_relative_to(point):
            best, found = len(point), rest.split(" ")[0]
    return found
