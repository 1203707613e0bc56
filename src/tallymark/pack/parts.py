"""The folder and the zip while they are made: under ``.part`` names, renamed when both are whole."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Self

from tallymark import disk
from tallymark.errors import (
    DiskFull,
    DiskReadOnly,
    IntegrityError,
    OutputExists,
    PackError,
    TallymarkError,
)

READ_SIZE = 1 << 20


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn an error of the disk into one a person can act on; the content is never in it."""
    try:
        yield
    except OSError as problem:
        if isinstance(disk.named(problem), DiskFull):
            raise DiskFull from problem
        raise _unwritable() from problem
    except DiskReadOnly as problem:
        raise _unwritable() from problem


def _unwritable() -> PackError:
    return PackError(
        "The pack could not be written to this place.",
        next_step="Choose a folder that you may write to. Nothing was handed over.",
    )


class Parts:
    """A folder and a zip in the making beside ``target``.

    A context manager: without ``finish`` both are removed on leaving, and only what this object
    made. Raises ``OutputExists`` before anything is written when a name is taken.
    """

    def __init__(self, target: Path) -> None:
        self.folder = target
        self.zip = target.with_name(target.name + ".zip")
        self.folder_part = target.with_name(target.name + ".part")
        self.zip_part = target.with_name(target.name + ".zip.part")
        self._mine: list[Path] = []

    def __enter__(self) -> Self:
        """Take the names."""
        for path in (self.folder, self.zip):
            if os.path.lexists(path):
                raise OutputExists
        disk.make_folder(self.folder.parent)
        try:
            disk.make_new_folder(self.folder_part)
            self._mine.append(self.folder_part)
            disk.create(self.zip_part, new=True).close()
            self._mine.append(self.zip_part)
        except FileExistsError as taken:
            self._clean()
            raise OutputExists(
                "A pack of this name was begun before and not finished.",
                next_step="Remove what ends in .part there, or choose a new name.",
            ) from taken
        return self

    def __exit__(self, kind: object, problem: object, trace: object) -> None:
        """Remove what is left of our own unfinished work."""
        self._clean()

    def _clean(self) -> None:
        for path in self._mine:
            if path.is_dir() and not path.is_symlink():
                with suppress(OSError, TallymarkError):
                    disk.remove_tree(path)
            else:
                with suppress(OSError, TallymarkError):
                    disk.unlink(path, missing_ok=True)
        self._mine.clear()

    @contextmanager
    def create(self, name: str) -> Iterator[BinaryIO]:
        """A new file in the folder, for writing; it is on the disk when the block ends.

        The folders above it are made; their names last once ``finish`` has returned.
        """
        path = self.folder_part.joinpath(*name.split("/"))
        disk.make_folder(path.parent)
        with disk.create(path, new=True) as file:
            yield file
            disk.sync(file)

    def open(self, name: str) -> BinaryIO:
        """A file that was made before, for reading."""
        return disk.reading(self.folder_part.joinpath(*name.split("/")))

    def finish(self, *, keep_folder: bool) -> Path | None:
        """Give both their names, zip first; the folder too unless it is not wanted."""
        for path in (self.folder, self.zip):
            if os.path.lexists(path):
                raise OutputExists
        disk.rename(self.zip_part, self.zip)
        self._mine.remove(self.zip_part)
        if not keep_folder:
            disk.sync_folder(self.zip.parent)
            return None
        self._mine.append(self.zip)
        for folder, _, _ in os.walk(self.folder_part):
            disk.sync_folder(Path(folder))
        disk.rename(self.folder_part, self.folder)
        self._mine.clear()
        disk.sync_folder(self.folder.parent)
        return self.folder


class Copying(io.RawIOBase):
    """Reads a source once and writes each block beside it; its length is known before.

    ``finish`` raises ``IntegrityError`` unless exactly ``size`` bytes with ``sha256`` went through.
    """

    def __init__(
        self,
        source: BinaryIO,
        beside: BinaryIO,
        *,
        size: int,
        sha256: str,
        progress: Callable[[int], None],
    ) -> None:
        super().__init__()
        self._source, self._beside = source, beside
        self._size, self._sha256 = size, sha256
        self._digest, self._seen = hashlib.sha256(), 0
        self._progress = progress

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """To its end, which tells the length, and back before the first read."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Answer with the length, or with the start; nothing else is asked of a single pass."""
        if offset == 0 and whence == io.SEEK_END:
            return self._size
        if offset == 0 and whence == io.SEEK_SET and not self._seen:
            return 0
        message = "a single pass does not go back"
        raise io.UnsupportedOperation(message)

    def read(self, size: int = READ_SIZE) -> bytes:
        """The next block, already written beside."""
        block = self._source.read(size)
        self._digest.update(block)
        self._beside.write(block)
        self._seen += len(block)
        self._progress(len(block))
        return block

    def finish(self) -> None:
        """Check that it was the original that went through."""
        if self._seen != self._size or self._digest.hexdigest() != self._sha256:
            raise IntegrityError("An original is not what its record says.")
