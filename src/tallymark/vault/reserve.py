"""Room kept back on the disk, so that the last entry can still be saved when the disk is full."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from tallymark import disk
from tallymark.errors import DiskFull, TallymarkError
from tallymark.vault import place
from tallymark.vault.plain import plain_errors

SIZE = 4 << 20
_ROOM = 4 * SIZE
"""Less room than this and the reserve would be what fills the disk."""
_Kept = TypeVar("_Kept")


def keep(folder: Path) -> bool:
    """Have the reserve lie in ``folder`` if there is room; whether it does. Never raises for the disk."""
    path = folder / place.RESERVE
    with suppress(OSError, TallymarkError):
        if is_kept(folder):
            return True
        if shutil.disk_usage(folder).free < _ROOM:
            return False
        with plain_errors(), disk.create(path) as file:
            disk.allocate(file, SIZE)
            disk.sync(file)
        return True
    with suppress(OSError, TallymarkError):
        disk.unlink(path, missing_ok=True)
    return False


def is_kept(folder: Path) -> bool:
    """Whether the reserve lies there, whole."""
    try:
        return (folder / place.RESERVE).stat().st_size >= SIZE
    except OSError:
        return False


def spend(folder: Path, write: Callable[[], _Kept]) -> _Kept:
    """What ``write`` gives; when the disk is full, once more with the room that was kept back.

    For one small transaction, which undoes itself on an error. Raises DiskFull when even that room
    is not enough, or was used before.
    """
    try:
        return write()
    except DiskFull:
        if not (folder / place.RESERVE).exists():
            raise
        disk.unlink(folder / place.RESERVE, missing_ok=True)
        disk.sync_folder(folder)
        return write()
