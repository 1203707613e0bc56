"""A disk that is watched: each call of the vault and of its database goes through one method.

The database's calls are seen below its cipher, so they carry the bytes that reach the disk.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import apsw

from tallymark import disk

T = TypeVar("T")
_JOURNALS = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_SUPER_JOURNAL
_FAILED = {
    "open": (apsw.CantOpenError, apsw.SQLITE_CANTOPEN),
    "read": (apsw.IOError, apsw.SQLITE_IOERR_READ),
    "write": (apsw.IOError, apsw.SQLITE_IOERR_WRITE),
    "truncate": (apsw.IOError, apsw.SQLITE_IOERR_TRUNCATE),
    "sync": (apsw.IOError, apsw.SQLITE_IOERR_FSYNC),
    "sync_folder": (apsw.IOError, apsw.SQLITE_IOERR_DIR_FSYNC),
    "unlink": (apsw.IOError, apsw.SQLITE_IOERR_DELETE),
}
"""What SQLite's own VFS for Unix answers when the call fails (os_unix.c)."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call: what it is, on which file, and what goes with it."""

    what: str
    path: Path
    other: Path | None = None
    offset: int = 0
    data: bytes = b""
    new: bool = False


class Watched(disk.Disk):
    """The system, with ``call`` around each of its calls. Subclasses say what ``call`` does."""

    vfs = "multipleciphers-watched"

    def __init__(self) -> None:
        self._paths: dict[int, Path] = {}

    def call(self, call: Call, do: Callable[[], T]) -> T:
        """Do it."""
        del call
        return do()

    def open(self, path: Path, flags: int) -> int:
        """A handle, remembered with its path."""
        new = not path.exists()
        call = Call("open", path, new=new, data=b"empty" if flags & os.O_TRUNC else b"")
        handle = self.call(call, lambda: super(Watched, self).open(path, flags))
        self._paths[handle] = path
        return handle

    def read(self, handle: int, size: int) -> bytes:
        """Bytes from where the handle stands."""
        call = Call("read", self._paths[handle])
        return self.call(call, lambda: super(Watched, self).read(handle, size))

    def write(self, handle: int, data) -> int:
        """Bytes to where the handle stands."""
        taken = bytes(data)
        at = os.lseek(handle, 0, os.SEEK_CUR)
        call = Call("write", self._paths[handle], offset=at, data=taken)
        return self.call(call, lambda: super(Watched, self).write(handle, taken))

    def truncate(self, handle: int, size: int) -> None:
        """A cut."""
        call = Call("truncate", self._paths[handle], offset=size)
        self.call(call, lambda: super(Watched, self).truncate(handle, size))

    def allocate(self, handle: int, size: int) -> None:
        """Room set aside."""
        call = Call("allocate", self._paths[handle], offset=size)
        self.call(call, lambda: super(Watched, self).allocate(handle, size))

    def sync(self, handle: int) -> None:
        """A file."""
        call = Call("sync", self._paths[handle])
        self.call(call, lambda: super(Watched, self).sync(handle))

    def close(self, handle: int) -> None:
        """The end of a handle."""
        # What is closed is closed whatever the system says, so that no handle is left behind.
        path = self._paths.pop(handle)
        super().close(handle)
        self.call(Call("close", path), lambda: None)

    def rename(self, old: Path, new: Path) -> None:
        """A name given."""
        call = Call("rename", old, other=new)
        self.call(call, lambda: super(Watched, self).rename(old, new))

    def unlink(self, path: Path) -> None:
        """A name taken."""
        self.call(Call("unlink", path), lambda: super(Watched, self).unlink(path))

    def make_folder(self, path: Path, mode: int) -> None:
        """A folder made."""
        call = Call("make_folder", path)
        self.call(call, lambda: super(Watched, self).make_folder(path, mode))

    def remove_folder(self, path: Path) -> None:
        """A folder taken."""
        call = Call("remove_folder", path)
        self.call(call, lambda: super(Watched, self).remove_folder(path))

    def sync_folder(self, path: Path) -> None:
        """A folder's names."""
        call = Call("sync_folder", path)
        self.call(call, lambda: super(Watched, self).sync_folder(path))


def _watcher() -> Watched | None:
    now = disk.current()
    return now if isinstance(now, Watched) else None


def _ask(call: Call, do: Callable[[], T]) -> T:
    """Send a call of the database the same way; an error comes out as SQLite's own."""
    watcher = _watcher()
    if watcher is None:
        return do()
    try:
        return watcher.call(call, do)
    except OSError as problem:
        raise _as_sqlite(call.what, problem) from problem


def _as_sqlite(what: str, problem: OSError) -> apsw.Error:
    if problem.errno == 28 and what in {"write", "truncate"}:
        return apsw.FullError("full")
    kind, code = _FAILED[what]
    found = kind("failed")
    found.extendedresult = code
    return found


class _File(apsw.VFSFile):
    """A file of the database, over SQLite's own."""

    def __init__(self, name, flags: list[int]) -> None:
        self.path = Path(name.filename() if isinstance(name, apsw.URIFilename) else name)
        new = not self.path.exists()
        # SQLite syncs the folder with the first sync of a journal that it has made (os_unix.c).
        self.folder_waits = new and bool(flags[0] & _JOURNALS)
        _ask(
            Call("open", self.path, new=new),
            lambda: super(_File, self).__init__("unix", name, flags),
        )

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 - SQLite's name
        return _ask(Call("read", self.path), lambda: super(_File, self).xRead(amount, offset))

    def xWrite(self, data, offset: int) -> None:  # noqa: N802
        taken = bytes(data)
        call = Call("write", self.path, offset=offset, data=taken)
        watcher = _watcher()
        half = getattr(watcher, "cut", None)
        do = lambda: super(_File, self).xWrite(taken, offset)  # noqa: E731
        if half is not None and (part := half(call)) is not None:
            super().xWrite(part, offset)
        _ask(call, do)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        call = Call("truncate", self.path, offset=newsize)
        _ask(call, lambda: super(_File, self).xTruncate(newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802
        _ask(Call("sync", self.path), lambda: super(_File, self).xSync(flags))
        if self.folder_waits:
            self.folder_waits = False
            _ask(Call("sync_folder", self.path.parent), lambda: None)


class _System(apsw.VFS):
    """SQLite's own VFS for Unix, with each call on the way to the disk shown first."""

    def __init__(self) -> None:
        super().__init__("watched", "unix")

    def xOpen(self, name, flags: list[int]) -> _File:  # noqa: N802
        return _File(name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        path = Path(filename)
        _ask(Call("unlink", path), lambda: super(_System, self).xDelete(filename, syncdir))
        if syncdir:
            _ask(Call("sync_folder", path.parent), lambda: None)


_VFS = _System()
