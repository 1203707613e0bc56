"""Bringing a database up to the tables of today: forward only, whole or not at all, after a copy.

The copy is ``<name>.before-<schema>`` beside the database, under the same key. It is compared byte
for byte before anything is changed, and is kept until a check finds everything whole.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from importlib import metadata, resources
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import apsw

from tallymark import disk
from tallymark.errors import DiskFailing, DiskFull, VaultTooNew
from tallymark.integrity.digest import sha256_stream
from tallymark.vault import place

TABLES = "tallymark.vault.migrations"
BEFORE = ".before-"
_BLOCK = 1 << 20
_SPARE = 8 << 20


class _Asked(Protocol):
    """What of a connection is needed to ask it one thing."""

    def execute(self, statements: str, /) -> Any:
        """A cursor over the rows."""


def newest_schema(tables: str = TABLES) -> int:
    """The number of the last step that this version knows."""
    return _steps(tables)[-1][0]


def bring_up(connection: apsw.Connection, path: Path, tables: str) -> None:
    """Apply each step above the one that the database has, all in one transaction.

    A database that held something is copied first. Raises VaultTooNew, and DiskFull when there is
    no room for the copy; then, as on any error, the database is as it was.
    """
    steps = _steps(tables)
    have = connection.pragma("user_version")
    if have > steps[-1][0]:
        raise too_new(connection)
    missing = [(number, script) for number, script in steps if number > have]
    if not missing:
        return
    if have:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        _copy(path, have)
    with connection:
        for number, script in missing:
            connection.execute(script)
            connection.pragma("user_version", number)
        with suppress(metadata.PackageNotFoundError):
            needs = (metadata.version("tallymark"),)
            connection.execute("INSERT OR REPLACE INTO meta VALUES ('needs', ?)", needs)


def too_new(connection: _Asked) -> VaultTooNew:
    """The error that names the version which is needed, as far as the database says it."""
    with suppress(apsw.Error):
        needs = connection.execute("SELECT value FROM meta WHERE key = 'needs'").get
        if needs and all(part.isalnum() for part in str(needs).split(".")):
            return VaultTooNew(f"This vault needs tallymark {needs} or newer.")
    return VaultTooNew()


def drop_copies(database: Path) -> None:
    """Delete what was kept of ``database`` from before its tables were changed."""
    for path in copies(database):
        disk.unlink(path, missing_ok=True)


def copies(database: Path) -> list[Path]:
    """What is kept of ``database`` from before its tables were changed."""
    return sorted(database.parent.glob(f"{database.name}{BEFORE}*"))


def _copy(path: Path, have: int) -> None:
    if shutil.disk_usage(path.parent).free < path.stat().st_size + _SPARE:
        raise DiskFull("There is no room for the copy that is kept before this vault is changed.")
    target = path.with_name(f"{path.name}{BEFORE}{have}")

    def write(file: BinaryIO) -> None:
        with disk.reading(path) as source:
            shutil.copyfileobj(source, file, _BLOCK)

    place.write_file(target, write)
    with disk.reading(path) as source, disk.reading(target) as copied:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(copied.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        if sha256_stream(source) != sha256_stream(copied):
            raise DiskFailing("The disk did not keep the copy of the vault that was made on it.")
    for older in copies(path):
        if older != target:
            disk.unlink(older)


def _steps(tables: str) -> list[tuple[int, str]]:
    folder = resources.files(tables)
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".sql")]
    return sorted((int(entry.name[:4]), entry.read_text("utf-8")) for entry in found)
