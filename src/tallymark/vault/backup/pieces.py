"""Pieces: sealed bytes in a folder of copies, each under the SHA-256 of its bytes."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import apsw

from tallymark import disk
from tallymark.errors import CopyDamaged, VaultError
from tallymark.integrity.seekable import Seekable
from tallymark.vault import place

FOLDER = "pieces"
DATABASE_PIECE = 1 << 20
ORIGINAL_PIECE = 16 << 20
NAME = re.compile(r"[0-9a-f]{64}\Z")


class Pieces:
    """The pieces in one folder of copies.

    ``seen`` are those that were read and are what their names say, ``bad`` those that are not.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.seen: set[str] = set()
        self.bad: set[str] = set()

    def forget(self) -> None:
        """Take nothing as read."""
        self.seen.clear()
        self.bad.clear()

    def put(self, data: bytes) -> tuple[str, bool]:
        """Keep ``data`` (at most one piece); its name, and whether it was not there yet.

        A piece of that name and size that is there is taken as it is: reading back finds out.
        Raises DiskFull.
        """
        name = hashlib.sha256(data).hexdigest()
        path = self.path(name)
        if path.is_file() and path.stat().st_size == len(data):
            return name, False
        if not path.parent.is_dir():
            disk.make_folder(path.parent)
        place.write_file(path, lambda file: file.write(data))
        return name, True

    def cut(self, source: BinaryIO, size: int) -> Iterator[tuple[str, int, bool]]:
        """Keep the rest of ``source`` in pieces of ``size`` bytes; of each name, size, and if new."""
        while data := source.read(size):
            name, new = self.put(data)
            yield name, len(data), new

    def load(self, name: str) -> bytes:
        """The bytes of a piece, read from the disk itself where the system lets us.

        Raises CopyDamaged when it is missing or is not what its name says.
        """
        try:
            with disk.reading(self.path(name)) as file:
                _not_from_memory(file)
                data = file.read(ORIGINAL_PIECE + 1)
        except (OSError, VaultError) as problem:
            self.bad.add(name)
            raise CopyDamaged("A part of the copy is missing or cannot be read.") from problem
        if hashlib.sha256(data).hexdigest() != name:
            self.bad.add(name)
            raise CopyDamaged
        self.seen.add(name)
        return data

    def look(self, name: str) -> None:
        """Read a piece; ``seen`` or ``bad`` says afterwards how it is."""
        with suppress(CopyDamaged):
            self.load(name)

    def size(self, name: str) -> int:
        """Bytes of a piece as it lies there; 0 when it is missing."""
        try:
            return self.path(name).stat().st_size
        except OSError:
            return 0

    def path(self, name: str) -> Path:
        """Where the piece lies."""
        return self.home / FOLDER / name[:2] / name

    def sweep(self, kept: set[str]) -> None:
        """Delete every piece that is not in ``kept``, and what was never finished."""
        for path in (self.home / FOLDER).glob("*/*"):
            if path.name not in kept:
                disk.unlink(path, missing_ok=True)


def _not_from_memory(file: BinaryIO) -> None:
    """Ask that what is read comes from the disk and not from what the system remembers of it."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


class PieceFile(Seekable):
    """A file put together from pieces, read-only and seekable; one piece is held in memory.

    The first read of a piece compares it with its name. Raises CopyDamaged.
    """

    def __init__(self, pieces: Pieces, names: Sequence[str], *, piece: int, size: int) -> None:
        super().__init__()
        self._pieces, self._names = pieces, names
        self._piece, self.size = piece, size
        self._held = (-1, b"")
        self._seen: set[int] = set()
        if len(names) != -(-size // piece):
            raise CopyDamaged("The index of the copy does not add up.")

    def piece(self, at: int, wanted: int) -> bytes:
        """At most ``wanted`` bytes from ``at``, out of one piece."""
        number, skip = divmod(at, self._piece)
        if number in self._seen and number != self._held[0] and wanted < self._piece:
            return self._again(number, skip, wanted)
        return self._whole(number)[skip : skip + wanted]

    def _whole(self, number: int) -> bytes:
        if self._held[0] != number:
            data = self._pieces.load(self._names[number])
            wanted = min(self._piece, self.size - number * self._piece)
            if len(data) != wanted:
                raise CopyDamaged("The index of the copy does not add up.")
            self._held = (number, data)
            self._seen.add(number)
        return self._held[1]

    def _again(self, number: int, skip: int, size: int) -> bytes:
        with self._pieces.path(self._names[number]).open("rb", buffering=0) as file:
            file.seek(skip)
            return file.read(size)


_OPEN: dict[str, PieceFile] = {}


class _Vfs(apsw.VFS):
    """Lets SQLite, and the cipher above it, read a database that lies in pieces."""

    NAME = "tallymark-pieces"

    def __init__(self) -> None:
        super().__init__(self.NAME, base="")

    def xOpen(self, name: Any, _flags: list[int]) -> Any:  # noqa: N802 - SQLite's word
        return _VfsFile(_OPEN[str(name.filename() if hasattr(name, "filename") else name)])

    def xAccess(self, _name: str, _flags: int) -> bool:  # noqa: N802
        return False

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        return name


class _VfsFile:
    """One such database, which nobody can write to."""

    def __init__(self, file: PieceFile) -> None:
        self._file = file

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        self._file.seek(offset)
        return self._file.read(amount)

    def xFileSize(self) -> int:  # noqa: N802
        return self._file.size

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return int(apsw.SQLITE_IOCAP_IMMUTABLE)

    def xSectorSize(self) -> int:  # noqa: N802
        return 4096

    def xFileControl(self, _op: int, _pointer: int) -> bool:  # noqa: N802
        return False

    def xLock(self, _level: int) -> None:  # noqa: N802
        return

    def xUnlock(self, _level: int) -> None:  # noqa: N802
        return

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xClose(self) -> None:  # noqa: N802
        return


_registered: list[_Vfs] = []


@contextmanager
def as_database(file: PieceFile) -> Iterator[tuple[str, str]]:
    """A name and a VFS by which SQLite opens ``file`` while the block lasts."""
    if not _registered:
        _registered.append(_Vfs())
    token = secrets.token_hex(16)
    _OPEN[token] = file
    try:
        yield token, f"multipleciphers-{_Vfs.NAME}"
    finally:
        del _OPEN[token]
