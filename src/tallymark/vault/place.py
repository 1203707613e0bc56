"""The folder of a vault: its names, its lock, and writing that survives a power cut.

``vault.db``, ``slots``, ``lock``, ``blobs/<random>.age``, ``inbox/<random>``: no name in it says
anything about what is kept.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from tallymark import disk
from tallymark.disk import sync_folder as sync_folder  # noqa: PLC0414 - for the rooms beside
from tallymark.errors import (
    KeysLost,
    TallymarkError,
    VaultExists,
    VaultInUse,
    VaultNotFound,
)
from tallymark.vault.plain import plain_errors

DATABASE = "vault.db"
NEXT = "vault.db.next"
SLOTS = "slots"
LOCK = "lock"
BLOBS = "blobs"
INBOX = "inbox"
PART = ".part"
RESERVE = "reserve"
LOCK_NOW = "lock-now"
UNFINISHED = "unfinished" + PART
"""Lies in a folder while a vault is made or restored in it; only then may the next go over it."""


def of_database(name: str) -> frozenset[str]:
    """The names of a database file and of all that SQLite may leave beside it."""
    return frozenset(name + end for end in ("", "-wal", "-shm", "-journal"))


_OURS = of_database(DATABASE) | {
    *(LOCK, BLOBS, INBOX, RESERVE, RESERVE + PART, SLOTS + PART, UNFINISHED, UNFINISHED + PART)
}


def make_folder(path: Path) -> None:
    """Make the vault's folder, mode 0700. Raises VaultExists unless it is new or empty.

    What an interrupted making or restoring left behind counts as empty: it says so by a file.
    """
    if path.exists() and not path.is_dir():
        raise VaultExists
    with plain_errors():
        disk.make_folder(path)
    inside = {entry.name for entry in path.iterdir()}
    if not inside <= _OURS or (_holds_something(path) and UNFINISHED not in inside):
        raise VaultExists
    # A disk that knows no modes, such as a USB stick's, may refuse to set one.
    with suppress(OSError):
        path.chmod(0o700)


def _holds_something(path: Path) -> bool:
    return (path / DATABASE).exists() or any(_has_files(path / name) for name in (BLOBS, INBOX))


def begin(path: Path) -> None:
    """Remove what an interrupted making left, once the folder is ours, and begin anew.

    Until ``finished`` the folder is known to hold nothing that anybody was told is saved.
    """
    write_file(path / UNFINISHED, lambda _: None)
    for name in _OURS - {BLOBS, INBOX, LOCK, UNFINISHED}:
        disk.unlink(path / name, missing_ok=True)
    for name in (BLOBS, INBOX):
        disk.make_folder(path / name)
        for file in (path / name).iterdir():
            disk.unlink(file)


def finished(path: Path) -> None:
    """The folder holds a vault. Harmless when that was said before."""
    disk.unlink(path / UNFINISHED, missing_ok=True)


def destroy(path: Path, database: Path) -> None:
    """Delete a vault that nobody has open: its keys, overwritten, then the rest, then the folder.

    ``database`` is the name of its database. A kill leaves either a vault that opens, or a folder
    that nothing opens and that the next making may go over. Other files in the folder stay, and so
    does it then. Raises VaultInUse.
    """
    owner = Ownership(path)
    try:
        write_file(path / UNFINISHED, lambda _: None)
        with plain_errors():
            going = path / (SLOTS + PART)
            disk.rename(path / SLOTS, going)
            disk.sync_folder(path)
            with disk.change(going) as file:
                file.write(os.urandom(going.stat().st_size))
                disk.sync(file)
            disk.unlink(going)
            disk.sync_folder(path)
            for file_of_it in sorted(path.glob(f"{database.name}*")):
                disk.unlink(file_of_it)
            for folder in (path / BLOBS, path / INBOX):
                if folder.is_dir():
                    disk.remove_tree(folder)
            for name in sorted(_OURS - {LOCK, BLOBS, INBOX, UNFINISHED}):
                disk.unlink(path / name, missing_ok=True)
    finally:
        owner.release()
    with plain_errors():
        for name in (LOCK, UNFINISHED):
            disk.unlink(path / name, missing_ok=True)
        if not any(path.iterdir()):
            disk.remove_tree(path)
            disk.sync_folder(path.parent)


def _has_files(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def must_be_vault(path: Path) -> None:
    """Raises VaultNotFound unless ``path`` holds a finished vault, KeysLost for one without keys."""
    if (path / SLOTS).is_file():
        return
    if (path / UNFINISHED).is_file():
        raise VaultNotFound(
            "A vault was being made, restored or removed in this place, and that did not come to its"
            " end.",
            next_step="Do it once more: tallymark new, or tallymark restore. Nothing is lost by it.",
        )
    if path.is_dir() and _holds_something(path):
        raise KeysLost
    raise VaultNotFound


def is_writable(path: Path) -> bool:
    """Whether the disk and the folder let a vault that lies there be changed."""
    return all(os.access(one, os.W_OK) for one in (path, path / DATABASE) if one.exists())


class Ownership:
    """The operating system's lock on a vault; it ends with the process, however that ends."""

    def __init__(self, path: Path, *, writable: bool = True) -> None:
        """Take it. Raises VaultInUse when another window or process holds it.

        On a disk that can only be read there may be no file to lock; then nobody can write either.
        """
        self._file = -1
        with suppress(*([] if writable else [FileNotFoundError])), plain_errors():
            self._file = disk.lock_file(path / LOCK, writable=writable)
        try:
            if self._file >= 0:
                _lock(self._file)
        except OSError:
            os.close(self._file)
            raise VaultInUse from None

    def release(self) -> None:
        """Give it back. Doing it twice is harmless."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


if sys.platform == "win32":  # pragma: no cover
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: int) -> None:
        # flock, not lockf: it also refuses a second opening inside one process.
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def ask_to_lock(path: Path) -> None:
    """Tell whoever has the vault open to lock it; ``was_asked_to_lock`` is how they look."""
    disk.create(path / LOCK_NOW).close()


def was_asked_to_lock(path: Path) -> bool:
    """Whether somebody asked for it since the last look. Anybody may ask: locking harms nothing."""
    asked = (path / LOCK_NOW).exists()
    if asked:
        disk.unlink(path / LOCK_NOW, missing_ok=True)
    return asked


def write_file(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write ``path`` whole or not at all: ``.part``, fsync, rename, fsync of the folder.

    Raises DiskFull. On any error the ``.part`` is removed and what was there before stays.
    """
    part = path.with_name(path.name + PART)
    with plain_errors():
        try:
            with disk.create(part) as file:
                write(file)
                disk.sync(file)
            disk.rename(part, path)
        except BaseException:
            # What the disk said first is what the person needs to know.
            with suppress(OSError, TallymarkError):
                disk.unlink(part, missing_ok=True)
            raise
        sync_folder(path.parent)
