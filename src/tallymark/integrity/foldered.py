"""A folder as one stored zip, made while it is read: no copy on disk, and the same bytes each time.

Framing as in ``bag``, with these differences. Members stand in the order of their names as bytes.
Each has an extra field ``55 54 05 00 01`` with its time of change as 32 bits of seconds (0 where
they do not fit). A name that is not UTF-8 has flags 0. A link holds the text that it points to and
has the mode of a link; a device, a pipe and a socket hold nothing and have their own mode. Neither
is followed or opened. Folders have no entries.
"""

from __future__ import annotations

import os
import stat
import struct
import zlib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tallymark.errors import LimitExceeded, SourceChanged, SourceMissing
from tallymark.integrity import bag
from tallymark.integrity.seekable import Seekable

MAX_FILES = 200_000
_PIECE = 1 << 20
_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class _Found:
    """One file: its path, its name as bytes, and what stood in the folder when it was listed."""

    path: bytes
    name: bytes
    mode: int
    size: int
    changed: int
    link: bytes

    @property
    def flags(self) -> int:
        try:
            self.name.decode()
        except UnicodeDecodeError:
            return 0
        return bag.UTF8

    @property
    def extra(self) -> bytes:
        seconds = self.changed // 1_000_000_000
        return struct.pack("<HHBi", 0x5455, 5, 1, seconds if 0 <= seconds < 1 << 31 else 0)


class FolderZip(Seekable):
    """A seekable stream of the zip. Each file is read twice: for its checksum and for its bytes.

    Raises SourceMissing when the folder cannot be read, LimitExceeded above 200,000 files, and
    SourceChanged as soon as a file is not what it was when the folder was listed.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.name = f"{folder.resolve().name}.zip"
        root = os.fsencode(folder)
        try:
            self._files = sorted(_walk(root, b""), key=lambda file: file.name)
        except OSError as problem:
            raise SourceMissing("The folder is not there or cannot be read.") from problem
        self._crcs: dict[int, int] = {}
        self._starts, at = list[int](), 0
        for file in self._files:
            self._starts.append(at)
            at += self._head_size(file) + file.size
        self._list_at = at
        self._list: bytes | None = None
        self.size = at + len(self._end(crcs=False))

    def must_be_unchanged(self) -> None:
        """Raise SourceChanged when any file is not what it was when the folder was listed."""
        for file in self._files:
            _must_be(file, os.lstat(file.path))

    def piece(self, at: int, wanted: int) -> bytes:
        """Some bytes from ``at``: of a header, a file or the list at the end; never none."""
        if at >= self._list_at:
            if self._list is None:
                self._list = self._end(crcs=True)
            return self._list[at - self._list_at :][:wanted]
        number = bisect_right(self._starts, at) - 1
        file, skip = self._files[number], at - self._starts[number]
        head = self._head_size(file)
        if skip < head:
            return self._head(number)[skip : skip + wanted]
        return _bytes_of(file, skip - head, min(wanted, file.size - (skip - head)))

    def _head_size(self, file: _Found) -> int:
        return len(
            bag.local_header(file.name, crc=0, size=file.size, flags=file.flags, extra=file.extra)
        )

    def _head(self, number: int) -> bytes:
        file = self._files[number]
        return bag.local_header(
            file.name, crc=self._crc(number), size=file.size, flags=file.flags, extra=file.extra
        )

    def _crc(self, number: int) -> int:
        if number not in self._crcs:
            file, crc = self._files[number], 0
            for at in range(0, file.size, _PIECE):
                crc = zlib.crc32(_bytes_of(file, at, min(_PIECE, file.size - at)), crc)
            self._crcs[number] = crc
        return self._crcs[number]

    def _end(self, *, crcs: bool) -> bytes:
        lines = b"".join(
            bag.central_header(
                file.name,
                crc=self._crc(number) if crcs else 0,
                size=file.size,
                offset=self._starts[number],
                flags=file.flags,
                mode=file.mode,
                extra=file.extra,
            )
            for number, file in enumerate(self._files)
        )
        return lines + bag.end_of_zip(
            count=len(self._files), length=len(lines), offset=self._list_at
        )


def _walk(folder: bytes, under: bytes) -> Iterator[_Found]:
    """Every file below, links and devices too; no link is followed."""
    waiting, many = [(folder, under)], 0
    while waiting:
        place, name = waiting.pop()
        with os.scandir(place) as entries:
            for entry in entries:
                inside = name + entry.name
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, inside + b"/"))
                    continue
                many += 1
                if many > MAX_FILES:
                    raise LimitExceeded(f"The folder holds more than {MAX_FILES:,} files.")
                yield _found(entry.path, inside)


def _found(path: bytes, name: bytes) -> _Found:
    status = os.lstat(path)
    is_link = stat.S_ISLNK(status.st_mode)
    link = os.fsencode(Path(os.fsdecode(path)).readlink()) if is_link else b""
    size = status.st_size if stat.S_ISREG(status.st_mode) else len(link)
    return _Found(path, name, status.st_mode, size, status.st_mtime_ns, link)


def _must_be(file: _Found, status: os.stat_result) -> None:
    same = (status.st_mode, status.st_mtime_ns) == (file.mode, file.changed)
    if not same or (stat.S_ISREG(file.mode) and status.st_size != file.size):
        raise SourceChanged


def _bytes_of(file: _Found, at: int, count: int) -> bytes:
    if not stat.S_ISREG(file.mode):
        return file.link[at : at + count]
    try:
        fd = os.open(file.path, _OPEN)
    except OSError as problem:
        raise SourceChanged("A file of the folder is gone or cannot be read.") from problem
    try:
        parts, left = [], count
        while left and (part := os.pread(fd, min(left, _PIECE), at)):
            parts.append(part)
            at, left = at + len(part), left - len(part)
        _must_be(file, os.fstat(fd))
    finally:
        os.close(fd)
    if left:
        raise SourceChanged
    return b"".join(parts)
