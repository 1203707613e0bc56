"""Another key for the database, and other keys for the files: never over what is there.

The order is fixed by docs/spec/vault.md section 4. At each moment either the old slots open
``vault.db`` or the new ones open ``vault.db.next``; the rename of ``slots`` is the moment between.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

from tallymark import disk
from tallymark.errors import DiskFailing, EnvelopeError, VaultDamaged
from tallymark.vault import blobs, migrating, place
from tallymark.vault.plain import plain_errors
from tallymark.vault.store import Connection, Database, open_database

Progress = Callable[[int, int], None]


def open_current(
    folder: Path,
    key: bytes | bytearray,
    *,
    opener: Callable[..., Database] = open_database,
    writable: bool = True,
) -> Database:
    """The database that this key opens; finishes a switch that was cut off, or drops a begun copy.

    On a disk that cannot be written it only finds out which file it is. Raises VaultDamaged when
    the key opens neither file; then nothing is deleted.
    """
    current, following = folder / place.DATABASE, folder / place.NEXT
    if not following.exists():
        return opener(current, key=key)
    try:
        database = opener(current, key=key)
    except VaultDamaged:
        database = opener(following, key=key)
        if not writable:
            return database
        database.close()
        switch(folder)
        return opener(current, key=key)
    if writable:
        drop_copy(folder)
    return database


def drop_copy(folder: Path) -> None:
    """Delete ``vault.db.next`` and what lies beside it."""
    with plain_errors():
        for name in sorted(place.of_database(place.NEXT)):
            disk.unlink(folder / name, missing_ok=True)
        disk.sync_folder(folder)


def switch(folder: Path) -> None:
    """Put ``vault.db.next`` in the place of ``vault.db``, once the slots open it.

    The old journal goes first and for good: beside the new file it would be taken for its own.
    """
    current = folder / place.DATABASE
    with plain_errors():
        # What was kept from before an earlier change of tables opens by the old key alone.
        migrating.drop_copies(current)
        for name in sorted(place.of_database(place.DATABASE) - {place.DATABASE}):
            disk.unlink(folder / name, missing_ok=True)
        disk.sync_folder(folder)
        disk.rename(folder / place.NEXT, current)
        # What was kept from before its tables were changed is under the old key.
        migrating.drop_copies(folder / place.DATABASE)
        disk.sync_folder(folder)


def copy(
    folder: Path,
    database: Database,
    *,
    key: bytes,
    fill: Callable[[Connection], object],
    progress: Progress | None,
) -> None:
    """``vault.db.next``: every page under ``key``, read back, then changed by ``fill``; all on disk.

    Raises VaultDamaged when a page of ``database`` or of the copy cannot be read, DiskFull, and
    DiskFailing when the copy is not whole without a journal beside it.
    """
    following = folder / place.NEXT
    drop_copy(folder)
    database.copy_to(following, key=key, progress=progress)
    made = open_database(following, key=key)
    try:
        _must_be_equal(database, made)
        with made.transaction() as connection:
            fill(connection)
    finally:
        made.close()
    if any((folder / name).exists() for name in place.of_database(place.NEXT) - {place.NEXT}):
        raise DiskFailing
    with plain_errors():
        disk.sync_folder(folder)


def _must_be_equal(database: Database, made: Database) -> None:
    with database.read() as old, made.read() as new:
        fits = new.execute("PRAGMA quick_check").get == "ok" and _digest(old) == _digest(new)
    if not fits:
        raise VaultDamaged("The copy under the new key is not what was copied. The old one stays.")


def _digest(connection: Connection) -> str:
    """SHA-256 over every row of every table that holds rows itself."""
    digest = hashlib.sha256()
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        " AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
    ).fetchall()
    for (name,) in tables:
        quoted = name.replace('"', '""')
        digest.update(f"table {name}\n".encode())
        for row in connection.execute(f'SELECT * FROM "{quoted}"'):  # noqa: S608 - names of ours
            for value in row:
                raw = value if isinstance(value, bytes) else repr(value).encode()
                digest.update(b"%d:" % len(raw) + raw)
    return digest.hexdigest()


def plan_sealing(connection: Connection) -> None:
    """From now on every exhibit that there is waits to be sealed under a fresh key."""
    last = int(connection.execute("SELECT coalesce(max(ordinal), 0) FROM blobs").get)
    _note(connection, 0, last)


def waiting(connection: Connection) -> tuple[int, int]:
    """How many exhibits still wait to be sealed again, and their bytes."""
    done, last = _noted(connection)
    count, size = connection.execute(
        "SELECT count(*), coalesce(sum(size), 0) FROM blobs"
        " WHERE ordinal > ? AND ordinal <= ? AND identity IS NOT NULL",
        (done, last),
    ).fetchone()
    return int(count), int(size)


def seal_again(
    folder: Path, database: Database, progress: Progress | None = None
) -> tuple[int, ...]:
    """Seal what waits under fresh keys, one exhibit a transaction; goes on where it was cut off.

    Gives the numbers of exhibits that could not be read; they keep their old key. ``progress``
    gets bytes done and in all. Raises DiskFull; then what is done is done.
    """
    damaged: list[int] = []
    with database.read() as connection:
        total, done = waiting(connection)[1], 0
    while (row := _next(database)) is not None:
        blob = _sealed_again(folder, row, _beyond(done, total, progress))
        if blob is None:
            damaged.append(row.ordinal)
        _take(folder, database, row, blob)
        done += row.size
    with database.transaction() as connection:
        connection.execute("DELETE FROM meta WHERE key = 'sealing'")
    return tuple(damaged)


def _beyond(done: int, total: int, progress: Progress | None) -> Callable[[int], None] | None:
    return None if progress is None else lambda more: progress(done + more, total)


def _next(database: Database) -> blobs.BlobRow | None:
    with database.read() as connection:
        done, last = _noted(connection)
        return blobs.next_held(connection, after=done, last=last)


def _take(folder: Path, database: Database, row: blobs.BlobRow, blob: blobs.Blob | None) -> None:
    """One exhibit is done; the file that no row names any more goes."""
    with database.transaction() as connection:
        _note(connection, row.ordinal, _noted(connection)[1])
        taken = blob is not None and blobs.reseal(connection, row, blob)
    if blob is not None:
        gone = blobs.file_of(folder, row.name if taken else blob.name)
        disk.unlink(gone, missing_ok=True)


def _sealed_again(
    folder: Path, row: blobs.BlobRow, progress: Callable[[int], None] | None
) -> blobs.Blob | None:
    """The same bytes in another file, or None when they are not what the row says."""
    try:
        with blobs.open_row(folder, row) as reader:
            buffered = io.BufferedReader(reader, buffer_size=1 << 20)
            blob = blobs.store(folder, buffered, progress=progress)
    except (EnvelopeError, VaultDamaged):
        return None
    if (blob.sealed.sha256, blob.sealed.size) == (row.sha256, row.size):
        return blob
    disk.unlink(blobs.file_of(folder, blob.name), missing_ok=True)
    return None


def _noted(connection: Connection) -> tuple[int, int]:
    found = connection.execute("SELECT value FROM meta WHERE key = 'sealing'").get
    try:
        done, last = (int(part) for part in str(found or "0/0").split("/"))
    except ValueError as problem:
        raise VaultDamaged("The vault's own description is damaged.") from problem
    return done, last


def _note(connection: Connection, done: int, last: int) -> None:
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('sealing', ?)", (f"{done}/{last}",))
