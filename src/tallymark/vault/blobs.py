"""Exhibits on disk: one sealed file each under a random name, written whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self, cast

from tallymark import disk
from tallymark.errors import (
    EnvelopeDamaged,
    EnvelopeError,
    RecordError,
    UnknownRecord,
    VaultDamaged,
)
from tallymark.integrity.envelope import Identity, Sealed, SealedReader, seal
from tallymark.model.record import Exhibit
from tallymark.vault import place
from tallymark.vault.store import Connection

SUFFIX = ".age"
_ROW = "SELECT ordinal, name, exhibit, identity, sha256, size, sealed_size FROM blobs"
_LOST = (
    "Everything else can still be read. If you have a copy, it may be whole there: restore it to a"
    " new folder with: tallymark restore COPY --vault NEW-FOLDER."
)
_STRETCH = 64 << 20  # bytes between two syncs beside the sealing; smaller files have only the last


@dataclass(frozen=True, slots=True)
class Blob:
    """A sealed file that is on disk, and the key that opens it; the row comes afterwards."""

    name: str
    identity: Identity
    sealed: Sealed

    def described(self, describe: Callable[[str, int, int], Exhibit], ordinal: int) -> Exhibit:
        """What ``describe`` says of the file. Raises RecordError when it is of another file."""
        body = describe(self.sealed.sha256, self.sealed.size, ordinal)
        if (body.sha256, body.size) != (self.sealed.sha256, self.sealed.size):
            raise RecordError("The description does not fit the file.")
        return body


@dataclass(frozen=True, slots=True)
class BlobRow:
    """What the database knows of one exhibit's file."""

    ordinal: int
    name: str
    exhibit: str
    identity: str | None
    sha256: str
    size: int
    sealed_size: int


def file_of(folder: Path, name: str) -> Path:
    """Where the sealed file called ``name`` lies."""
    return folder / place.BLOBS / (name + SUFFIX)


def store(folder: Path, source: BinaryIO, *, progress: Callable[[int], None] | None = None) -> Blob:
    """Stream ``source``, hash and seal it, fsync, rename, fsync of the folder.

    Each blob has its own key; the plaintext is padded inside, so the size of the file says little.
    Raises DiskFull; then nothing is left behind.
    """
    identity = Identity.generate()
    name = secrets.token_hex(16)
    done: list[Sealed] = []

    def write(file: BinaryIO) -> None:
        with _Ahead(file) as ahead:
            target = cast("BinaryIO", ahead)
            recipients = [identity.recipient]
            done.append(seal(source, target, recipients=recipients, pad=True, progress=progress))

    place.write_file(file_of(folder, name), write)
    return Blob(name, identity, done[0])


class _Ahead:
    """Sends what was written to the disk while more is sealed, so that the last sync has little left.

    An error of the disk is raised at the next write or on leaving: a sync that failed in between
    is not reported again by a later one.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._since = file, 0
        self._hand = ThreadPoolExecutor(1)
        self._last: Future[None] | None = None

    def __enter__(self) -> Self:
        """Itself, to write to."""
        return self

    def write(self, data: bytes) -> int:
        """All of ``data``; now and then what is written so far is sent on beside."""
        count = self._file.write(data)
        self._since += count
        if self._since >= _STRETCH and (self._last is None or self._last.done()):
            self._check()
            self._file.flush()
            self._last = self._hand.submit(disk.sync, self._file)
            self._since = 0
        return count

    def _check(self) -> None:
        if self._last is not None:
            self._last.result()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Wait for what is under way; raise its error unless another is on its way already."""
        self._hand.shutdown(wait=True)
        if kind is None:
            self._check()


def next_ordinal(connection: Connection) -> int:
    """The number of the next exhibit, from 1; a number is never given twice."""
    return int(connection.execute("SELECT coalesce(max(ordinal), 0) + 1 FROM blobs").get)


def insert(connection: Connection, blob: Blob, *, ordinal: int, exhibit: str) -> None:
    """The row that makes ``blob`` part of the vault."""
    sealed = blob.sealed
    connection.execute(
        "INSERT INTO blobs VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            ordinal,
            blob.name,
            exhibit,
            blob.identity.secret,
            sealed.sha256,
            sealed.size,
            sealed.sealed_size,
        ),
    )


def rows(connection: Connection) -> list[BlobRow]:
    """Every blob row by number."""
    found = connection.execute(f"{_ROW} ORDER BY ordinal")
    return [BlobRow(*row) for row in found]


def next_held(connection: Connection, *, after: int, last: int) -> BlobRow | None:
    """The first row with a key whose number is above ``after`` and at most ``last``."""
    found = connection.execute(
        f"{_ROW} WHERE ordinal > ? AND ordinal <= ? AND identity IS NOT NULL"
        " ORDER BY ordinal LIMIT 1",
        (after, last),
    ).fetchone()
    return None if found is None else BlobRow(*found)


def row_of(connection: Connection, exhibit: str) -> BlobRow | None:
    """The row of one exhibit record, or None."""
    found = connection.execute(
        f"{_ROW} WHERE exhibit = ?",
        (exhibit,),
    ).fetchone()
    return None if found is None else BlobRow(*found)


def erase(connection: Connection, exhibit: str) -> str | None:
    """Forget the key, digest and sizes of an exhibit's file; gives its name, None without a file.

    The row stays, so that its number is never given again. The caller unlinks the file afterwards;
    what a kill leaves is deleted at the next opening.
    """
    row = row_of(connection, exhibit)
    if row is None:
        return None
    connection.execute(
        "UPDATE blobs SET identity = NULL, sha256 = '', size = 0, sealed_size = 0"
        " WHERE ordinal = ?",
        (row.ordinal,),
    )
    return row.name


def reseal(connection: Connection, row: BlobRow, blob: Blob) -> bool:
    """Let ``row`` name ``blob``, the same bytes under another key; False if it was erased meanwhile."""
    connection.execute(
        "UPDATE blobs SET name = ?, identity = ?, sealed_size = ?"
        " WHERE ordinal = ? AND name = ? AND identity IS NOT NULL",
        (blob.name, blob.identity.secret, blob.sealed.sealed_size, row.ordinal, row.name),
    )
    return connection.changes() == 1


class _Original(SealedReader):
    """Says which exhibit it is when its bytes do not hold."""

    def __init__(self, file: BinaryIO, *, row: BlobRow, number: str) -> None:
        self._number = number
        identity = Identity.parse(str(row.identity))
        try:
            super().__init__(file, identity=identity, size=row.size)
        except EnvelopeError as problem:
            raise _changed(number) from problem

    def _chunk(self, index: int) -> bytes:
        try:
            return super()._chunk(index)
        except EnvelopeError as problem:
            raise _changed(self._number) from problem


def _changed(number: str) -> EnvelopeDamaged:
    return EnvelopeDamaged(
        f"The sealed file of exhibit {number} was changed or is damaged.", next_step=_LOST
    )


def open_row(folder: Path, row: BlobRow, *, number: str = "") -> SealedReader:
    """The original's bytes, seekable; ``number`` is what the person calls it.

    Raises VaultDamaged when its file is gone, EnvelopeDamaged when it was changed.
    """
    if row.identity is None:
        raise UnknownRecord("This exhibit was erased.")
    named = number or str(row.ordinal)
    try:
        file = disk.reading(file_of(folder, row.name))
    except FileNotFoundError:
        raise VaultDamaged(
            f"The sealed file of exhibit {named} is missing.", next_step=_LOST
        ) from None
    try:
        return _Original(file, row=row, number=named)
    except BaseException:
        file.close()
        raise


def sweep(folder: Path, connection: Connection) -> int:
    """Delete sealed files that no row names, or only the row of an erased exhibit; how many."""
    held = connection.execute("SELECT name FROM blobs WHERE identity IS NOT NULL")
    named = {name for (name,) in held}
    gone = 0
    for entry in os.scandir(folder / place.BLOBS):
        stem = entry.name.removesuffix(SUFFIX)
        if entry.is_file(follow_symlinks=False) and (stem == entry.name or stem not in named):
            disk.unlink(Path(entry.path))
            gone += 1
    if gone:
        disk.sync_folder(folder / place.BLOBS)
    return gone
