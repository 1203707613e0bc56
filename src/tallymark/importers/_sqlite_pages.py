"""The pages of a SQLite database that is only read: the file, and over it the newest pages of its WAL.

A database in WAL mode keeps its newest pages in a second file, whose name ends in ``-wal``, until
they are copied over. They are laid over the file in memory here, frame by frame as long as salts
and checksums hold and up to the last commit; nothing is written.
(https://www.sqlite.org/fileformat2.html, sections 1 and 4.)
"""

from __future__ import annotations

import struct
import sys
from array import array
from typing import NamedTuple

from tallymark.errors import LimitExceeded
from tallymark.importers._protocol import Source

MAGIC = b"SQLite format 3\x00"
HEADER = 100
MOST_UNPACKED = 160 << 20
MOST_WAL = 64 << 20
BLOCK, MOST_BLOCKS = 64 << 10, 64  # a page never crosses a block
_WAL_HEADER, _FRAME_HEADER = struct.Struct(">8L"), struct.Struct(">6L")
_WAL_MAGIC = 0x377F0682
_WAL_VERSION = 3_007_000
_LEGACY = b"\x01\x01"  # bytes 18 and 19: neither reading nor writing through a WAL


class Overlay(NamedTuple):
    """Where in a WAL the newest committed copy of each page is, and the database's size in pages."""

    places: dict[int, int]
    pages: int


class Pages:
    """Bytes of a database as SQLite is to see them. Raises ``LimitExceeded`` for one packed too large.

    ``size`` is what its header declares where that is more than the file holds: the bytes that are
    missing read as zeros, so that the pages that are there can still be read (``is_cut``).
    """

    def __init__(self, source: Source, wal: Source | None = None) -> None:
        self._source = source
        self._blocks: dict[int, bytes] = {}
        self._whole = None if source.is_seekable else _unpacked(source)
        header = self._file(0, HEADER)
        self.page_size = page_size(header)
        self.in_wal_mode = header[18:20] == b"\x02\x02"
        declared = _declared(header) * self.page_size
        self.is_cut = declared > source.size
        self.size = max(source.size, declared)
        self.overlay = Overlay({}, 0)
        self._wal = b""
        if wal is not None and wal.size <= MOST_WAL:
            self._wal = b"".join(wal.chunks())
            self.overlay = committed(self._wal, self.page_size)
            self.size = self.overlay.pages * self.page_size or self.size

    def read(self, amount: int, offset: int) -> bytes:
        """``amount`` bytes from ``offset`` on, from one page or from the header; zeros past the end."""
        page, inside = divmod(offset, self.page_size)
        place = self.overlay.places.get(page + 1)
        if place is None:
            found = self._file(offset, offset + amount)
        else:
            found = self._wal[place + inside : place + min(inside + amount, self.page_size)]
        found = found.ljust(amount, b"\0")
        if offset < 20 <= offset + amount:
            found = found[: 18 - offset] + _LEGACY + found[20 - offset :]
        return found

    def _file(self, start: int, end: int) -> bytes:
        if self._whole is not None:
            return bytes(self._whole[start:end])
        first = start - start % BLOCK
        block = self._blocks.pop(first, None)
        if block is None:
            block = self._source.read(first, first + BLOCK) if first < self._source.size else b""
            if len(self._blocks) >= MOST_BLOCKS:
                del self._blocks[next(iter(self._blocks))]
        self._blocks[first] = block  # the last used stands last
        return block[start - first : end - first]


def _unpacked(source: Source) -> bytearray:
    if source.size > MOST_UNPACKED:
        raise LimitExceeded(
            "The database inside the archive is too large to be read packed.",
            next_step="Unpack the archive and bring in the database itself.",
        )
    whole = bytearray()
    for piece in source.chunks():
        whole += piece
    return whole


def page_size(header: bytes) -> int:
    """The size of a page in bytes, from 512 to 65,536; 0 where the header states none of these."""
    stated = int.from_bytes(header[16:18], "big")
    size = 65_536 if stated == 1 else stated
    return size if 512 <= size <= 65_536 and not size & (size - 1) else 0


def _declared(header: bytes) -> int:
    """Pages that the header declares, where the count is up to date; else 0."""
    return int.from_bytes(header[28:32], "big") if header[24:28] == header[92:96] else 0


def committed(wal: bytes, size: int) -> Overlay:
    """The committed pages of a WAL for a database with pages of ``size`` bytes; empty if it does not fit."""
    places: dict[int, int] = {}
    done: dict[int, int] = {}
    pages = 0
    if len(wal) < _WAL_HEADER.size:
        return Overlay({}, 0)
    magic, version, stated, _, *salts, one, two = _WAL_HEADER.unpack_from(wal)
    if magic | 1 != _WAL_MAGIC | 1 or version != _WAL_VERSION or stated != size:
        return Overlay({}, 0)
    big = bool(magic & 1)
    sums = _checksum(wal[:24], (0, 0), big=big)
    if sums != (one, two):
        return Overlay({}, 0)
    for at in range(_WAL_HEADER.size, len(wal) - _FRAME_HEADER.size - size + 1, 24 + size):
        number, commit, *frame_salts, one, two = _FRAME_HEADER.unpack_from(wal, at)
        sums = _checksum(wal[at : at + 8], sums, big=big)
        sums = _checksum(wal[at + 24 : at + 24 + size], sums, big=big)
        if frame_salts != salts or sums != (one, two) or not number:
            break
        places[number] = at + 24
        if commit:
            done.update(places)
            places.clear()
            pages = commit
    return Overlay({n: at for n, at in done.items() if n <= pages}, pages)


def _checksum(data: bytes, before: tuple[int, int], *, big: bool) -> tuple[int, int]:
    """The running checksum of a WAL, over pairs of 32-bit words."""
    words = array("I", data)
    if big != (sys.byteorder == "big"):
        words.byteswap()
    one, two = before
    pairs = iter(words)
    for first, second in zip(pairs, pairs, strict=True):
        one = (one + first + two) & 0xFFFFFFFF
        two = (two + second + one) & 0xFFFFFFFF
    return one, two
