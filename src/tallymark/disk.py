"""The one way onto the disk: each call that changes what lies there, in one place.

Rooms above use the functions. These ask the ``Disk`` in charge, which is the operating system, and
say ``DiskFull``, ``DiskReadOnly`` or ``DiskFailing`` where it says no; what else it says, such as
FileNotFoundError, stays. The
tests of reliability put another in its place: one writes down every call with its data, so that
each moment at which power may fail can be made again, and one lets each call fail in turn. For the
database the same is done below its cipher, by the VFS that ``Disk.vfs`` names.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from tallymark.errors import DiskFailing, DiskFull, DiskReadOnly, TallymarkError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

_BINARY = getattr(os, "O_BINARY", 0)
_NEW = os.O_CREAT | os.O_WRONLY


class Disk:
    """The operating system's own calls, one method each. Every method raises OSError."""

    vfs: str | None = None
    """Name of the SQLite VFS on which the cipher of a database lies; None is the system's."""

    def open(self, path: Path, flags: int) -> int:
        """A handle on a file, which is made with mode 0600 where ``flags`` say so."""
        return os.open(path, flags | _BINARY, 0o600)

    def read(self, handle: int, size: int) -> bytes:
        """At most ``size`` bytes from where the handle stands; none at the end."""
        return os.read(handle, size)

    def write(self, handle: int, data: ReadableBuffer) -> int:
        """Write where the handle stands; how many bytes were taken, perhaps not all."""
        return os.write(handle, data)

    def truncate(self, handle: int, size: int) -> None:
        """Cut or stretch the file."""
        os.ftruncate(handle, size)

    def allocate(self, handle: int, size: int) -> None:
        """Have the disk set room aside for a file of ``size`` bytes, and make it that long."""
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(handle, 0, size)
        else:  # pragma: no cover
            os.write(handle, os.urandom(size))

    def sync(self, handle: int) -> None:
        """What was written to the file lasts when this returns."""
        os.fsync(handle)

    def close(self, handle: int) -> None:
        """Let go of the file."""
        os.close(handle)

    def rename(self, old: Path, new: Path) -> None:
        """Give the file its name, in place of what has it now."""
        old.replace(new)

    def unlink(self, path: Path) -> None:
        """Take away the file's name."""
        path.unlink()

    def make_folder(self, path: Path, mode: int) -> None:
        """Make one folder; the one above it is there."""
        path.mkdir(mode)

    def remove_folder(self, path: Path) -> None:
        """Take away an empty folder."""
        path.rmdir()

    def sync_folder(self, path: Path) -> None:
        """Names given and taken in the folder last when this returns."""
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


_charge: list[Disk] = [Disk()]


@contextmanager
def in_charge(disk: Disk) -> Iterator[None]:
    """Every call of every thread goes to ``disk`` while the block lasts."""
    _charge.append(disk)
    try:
        yield
    finally:
        _charge.pop()


def current() -> Disk:
    """The one that is asked now."""
    return _charge[-1]


def named(problem: OSError) -> TallymarkError | OSError:
    """The error for the person when the disk is full, locked or failing; else ``problem`` itself."""
    if problem.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return DiskFull()
    if problem.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return DiskReadOnly()
    return DiskFailing() if problem.errno in {errno.EIO, errno.EINTR} else problem


@contextmanager
def plainly() -> Iterator[None]:
    """Raise what ``named`` gives for an OSError of the block."""
    try:
        yield
    except OSError as problem:
        found = named(problem)
        if found is problem:
            raise
        raise found from problem


class _File(io.RawIOBase):
    """A file whose calls go to the disk that was in charge when it was opened."""

    def __init__(self, path: Path, flags: int) -> None:
        super().__init__()
        self._disk = current()
        self._reads, self._writes = not flags & os.O_WRONLY, bool(flags & (os.O_WRONLY | os.O_RDWR))
        with plainly():
            self._handle = self._disk.open(path, flags)

    def readable(self) -> bool:
        return self._reads

    def writable(self) -> bool:
        return self._writes

    def seekable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._handle

    def readinto(self, buffer: WriteableBuffer) -> int:
        into = memoryview(buffer).cast("B")
        with plainly():
            data = self._disk.read(self._handle, len(into))
        into[: len(data)] = data
        return len(data)

    def write(self, data: ReadableBuffer) -> int:
        with plainly():
            return self._disk.write(self._handle, data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return os.lseek(self._handle, offset, whence)

    def truncate(self, size: int | None = None) -> int:
        wanted = self.tell() if size is None else size
        with plainly():
            self._disk.truncate(self._handle, wanted)
        return wanted

    def allocate(self, size: int) -> None:
        with plainly():
            self._disk.allocate(self._handle, size)

    def sync(self) -> None:
        with plainly():
            self._disk.sync(self._handle)

    def close(self) -> None:
        if not self.closed:
            try:
                super().close()
            finally:
                self._disk.close(self._handle)


def create(path: Path, *, new: bool = False) -> BinaryIO:
    """An empty file, mode 0600, to write to. Raises FileExistsError when it has to be ``new``."""
    flags = _NEW | (os.O_EXCL if new else os.O_TRUNC)
    return cast("BinaryIO", io.BufferedWriter(_File(path, flags)))


def change(path: Path) -> BinaryIO:
    """A file that is there, to read from and write to. Raises FileNotFoundError."""
    return cast("BinaryIO", io.BufferedRandom(_File(path, os.O_RDWR)))


def reading(path: Path) -> BinaryIO:
    """A file that is there, to read from. Raises FileNotFoundError."""
    return cast("BinaryIO", io.BufferedReader(_File(path, os.O_RDONLY)))


def lock_file(path: Path, *, writable: bool = True) -> int:
    """A handle on a file that is only ever locked; made when it is not there and ``writable``."""
    with plainly():
        return current().open(path, os.O_CREAT | os.O_RDWR if writable else os.O_RDONLY)


def sync(file: BinaryIO) -> None:
    """All that was written to a file of ``create`` or ``change`` lasts when this returns."""
    file.flush()
    raw = cast("io.BufferedWriter", file).raw
    cast("_File", raw).sync()


def allocate(file: BinaryIO, size: int) -> None:
    """Set room aside on the disk for an empty file of ``create``, which is then ``size`` bytes long."""
    cast("_File", cast("io.BufferedWriter", file).raw).allocate(size)


def rename(old: Path, new: Path) -> None:
    """Give a file its name, in place of what has it now; lasts after ``sync_folder``."""
    with plainly():
        current().rename(old, new)


def unlink(path: Path, *, missing_ok: bool = False) -> None:
    """Take away a file; lasts after ``sync_folder``."""
    with plainly(), suppress(*([FileNotFoundError] if missing_ok else [])):
        current().unlink(path)


def make_folder(path: Path, *, mode: int = 0o700) -> None:
    """Make a folder and those above it that are missing, each lasting; harmless when it is there.

    Raises FileExistsError when something else has the name.
    """
    if path.is_dir():
        return
    if path.parent != path and not path.parent.is_dir():
        make_folder(path.parent, mode=0o777)
    with suppress(FileExistsError):
        make_new_folder(path, mode=mode)
    if not path.is_dir():
        raise FileExistsError(errno.EEXIST, "There is something else of this name.")


def make_new_folder(path: Path, *, mode: int = 0o700) -> None:
    """Make one folder, which lasts when this returns. Raises FileExistsError."""
    with plainly():
        current().make_folder(path, mode)
    sync_folder(path.parent)


def remove_tree(folder: Path) -> None:
    """Take away a folder with all that is in it; links in it are not followed."""
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            remove_tree(Path(entry.path))
        else:
            unlink(Path(entry.path))
    with plainly():
        current().remove_folder(folder)


def sync_folder(folder: Path) -> None:
    """Names given and taken in ``folder`` last when this returns.

    Windows has no such call, and some network and memory disks refuse it: there is nothing more
    that a program can ask of these.
    """
    if sys.platform == "win32":  # pragma: no cover
        return
    try:
        with plainly():
            current().sync_folder(folder)
    except OSError as problem:
        if problem.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
