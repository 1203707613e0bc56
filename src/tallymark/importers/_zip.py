"""A bounded zip reader for archives that an opponent may have made.

Reads the central directory and stored or deflated members through ``pread``; writes nothing and
uses no name as a path. Refuses before it allocates: more than 200,000 members, a member that grows
more than 200-fold, more than 50 GB in all, entries that overlap. A cut or spanned archive is
``DamagedArchive``; an encrypted member is listed as locked.
"""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from tallymark.errors import DamagedArchive, LimitExceeded
from tallymark.importers._names import shown
from tallymark.jail.supply import Bytes

MAGIC = b"PK\x03\x04"
SPANNED = (b"PK\x07\x08", b"PK00PK\x03\x04")
MAX_MEMBERS = 200_000
MAX_RATIO = 200
RATIO_SLACK = 1 << 20  # small members may be anything
MAX_TOTAL = 50_000_000_000
MAX_DIRECTORY = 128 << 20
PIECE = 1 << 20
_UNIX = 3

_END = struct.Struct("<4s4H2LH")
_END64_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of the central directory. ``raw`` is its name as stored, ``name`` as shown.

    ``standard_name`` is the name in code page 437, where that is not what is shown. ``mode`` is as
    in ``st_mode`` where the archive was made on Unix, else 0.
    """

    raw: bytes
    name: str
    method: int
    encrypted: bool
    crc: int
    packed: int
    size: int
    offset: int
    standard_name: str = ""
    mode: int = 0

    @property
    def is_special(self) -> bool:
        """Whether it is a link, a device or a pipe, and no file."""
        return stat.S_IFMT(self.mode) not in {0, stat.S_IFREG, stat.S_IFDIR}

    @property
    def is_folder(self) -> bool:
        """Whether the entry is a folder and holds no bytes."""
        return self.name.endswith("/") and self.size == 0

    @property
    def readable(self) -> bool:
        """Whether its bytes can be read here: a file, stored or deflated, and not encrypted."""
        return not self.encrypted and self.method in {0, 8} and not self.is_special


class Zip:
    """The members of a zip, and their bytes."""

    def __init__(self, file: Bytes) -> None:
        self._file = file
        self._size = file.size
        entries, start, length = self._end()
        if entries > MAX_MEMBERS:
            raise LimitExceeded(f"The archive holds more than {MAX_MEMBERS:,} members.")
        if length > MAX_DIRECTORY:
            raise LimitExceeded("The archive's list of members is too large.")
        self.directory = start
        self.members = tuple(self._entries(file.pread(length, start), entries))
        self._check()

    def _end(self) -> tuple[int, int, int]:
        """Count of entries, start and length of the central directory."""
        tail_at = max(0, self._size - 65_557)
        tail = self._file.pread(65_557, tail_at)
        at = tail.rfind(b"PK\x05\x06")
        if at < 0 or len(tail) - at < _END.size:
            raise DamagedArchive("The archive is cut short: its list of members is missing.")
        _sig, disk, first_disk, _here, entries, length, start, _note = _END.unpack_from(tail, at)
        if at >= _END64_LOCATOR.size and tail[at - 20 : at - 16] == b"PK\x06\x07":
            return self._end64(tail[at - 20 : at])
        if disk or first_disk:
            raise DamagedArchive(f"This is part {disk + 1} of an archive in several parts.")
        return self._inside(entries, start, length, tail_at + at)

    def _end64(self, locator: bytes) -> tuple[int, int, int]:
        _sig, _disk, at, disks = _END64_LOCATOR.unpack(locator)
        if disks > 1:
            raise DamagedArchive(f"This is one of {disks} parts of an archive.")
        record = self._file.pread(_END64.size, at) if at < self._size else b""
        if len(record) < _END64.size or not record.startswith(b"PK\x06\x06"):
            raise DamagedArchive("The archive's list of members is damaged.")
        entries, length, start = _END64.unpack(record)[7:10]
        return self._inside(entries, start, length, at)

    @staticmethod
    def _inside(entries: int, start: int, length: int, end: int) -> tuple[int, int, int]:
        if start + length > end:
            raise DamagedArchive("The archive is cut short: bytes before its list are missing.")
        return entries, start, length

    def _entries(self, data: bytes, count: int) -> Iterator[Member]:
        at = 0
        for _ in range(count):
            if len(data) - at < _ENTRY.size or data[at : at + 4] != b"PK\x01\x02":
                raise DamagedArchive("The archive's list of members is damaged.")
            fields = _ENTRY.unpack_from(data, at)
            name_len, extra_len, note_len = fields[10:13]
            at += _ENTRY.size
            raw = data[at : at + name_len]
            extra = data[at + name_len : at + name_len + extra_len]
            at += name_len + extra_len + note_len
            if at > len(data):
                raise DamagedArchive("The archive's list of members is damaged.")
            yield _member(fields, raw, extra)
        if at != len(data):  # members that are not counted would be in no ledger
            raise DamagedArchive("The archive's list of members is longer than it says.")

    def _check(self) -> None:
        """Refuse bombs and overlaps by what the directory declares, before any byte is unpacked."""
        end = 0
        if sum(m.size for m in self.members) > MAX_TOTAL:
            raise LimitExceeded("The archive unpacks to more than 50 GB.")
        for member in sorted(self.members, key=lambda m: m.offset):
            if member.size > member.packed * MAX_RATIO + RATIO_SLACK:
                raise LimitExceeded(f"A member of the archive grows more than {MAX_RATIO}-fold.")
            if member.offset < end:
                raise LimitExceeded("Members of the archive overlap.")
            end = member.offset + _LOCAL.size + len(member.raw) + member.packed
            if end > self.directory:
                raise DamagedArchive("A member of the archive is cut short.")

    def chunks(self, member: Member) -> Iterator[bytes]:
        """The bytes of a readable member, at most 1 MiB at a time.

        Raises ``DamagedArchive`` when they do not fit the declared size and CRC-32, and
        ``LimitExceeded`` when there are more than declared.
        """
        at = self.data_start(member)
        crc = made = 0
        source = self._stored(at, member.packed)
        pieces = _inflate(source) if member.method == 8 else source
        for piece in pieces:
            made += len(piece)
            if made > member.size:
                raise LimitExceeded("A member of the archive is larger than it says.")
            crc = zlib.crc32(piece, crc)
            yield piece
        if made != member.size or crc != member.crc:
            raise DamagedArchive("A member of the archive does not fit its checksum.")

    def stored(self, member: Member, start: int, end: int) -> bytes:
        """Bytes [start, end) of a member that is stored unpacked; not held against its checksum."""
        first = self.data_start(member)
        end = min(end, member.packed)
        return self._file.pread(end - start, first + start) if start < end else b""

    def data_start(self, member: Member) -> int:
        """Where the packed bytes of a member begin. Raises ``DamagedArchive``."""
        local = self._file.pread(_LOCAL.size, member.offset)
        if len(local) < _LOCAL.size or not local.startswith(MAGIC):
            raise DamagedArchive("A member of the archive is not where the list says.")
        name_len, extra_len = _LOCAL.unpack(local)[9:11]
        return member.offset + _LOCAL.size + int(name_len) + int(extra_len)

    def _stored(self, at: int, left: int) -> Iterator[bytes]:
        while left:
            piece = self._file.pread(min(left, PIECE), at)
            if not piece:
                raise DamagedArchive("A member of the archive is cut short.")
            at += len(piece)
            left -= len(piece)
            yield piece


def _inflate(source: Iterator[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(-15)
    try:
        for packed in source:
            left = packed
            while left and not unpacker.eof:
                piece = unpacker.decompress(left, PIECE)
                left = unpacker.unconsumed_tail
                if piece:
                    yield piece
        while not unpacker.eof:
            piece = unpacker.decompress(unpacker.unconsumed_tail, PIECE)
            if not piece:
                break
            yield piece
    except zlib.error:
        raise DamagedArchive("A member of the archive cannot be unpacked.") from None


def _member(fields: tuple[int, ...], raw: bytes, extra: bytes) -> Member:
    flags, method, crc, packed, size, offset = (fields[i] for i in (3, 4, 7, 8, 9, 16))
    size, packed, offset = _wide(extra, size=size, packed=packed, offset=offset)
    name, standard = shown(raw, utf8=bool(flags & 0x0800))
    mode = fields[15] >> 16 if fields[1] >> 8 == _UNIX else 0
    return Member(raw, name, method, bool(flags & 1), crc, packed, size, offset, standard, mode)


def _wide(extra: bytes, *, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Sizes and offset, taken from the zip64 field where the short ones are full."""
    values = [size, packed, offset]
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        body = extra[at + 4 : at + 4 + length]
        at += 4 + length
        if kind != 1:
            continue
        for place, value in enumerate(values):
            if value == 0xFFFFFFFF and len(body) >= 8:
                values[place] = struct.unpack_from("<Q", body)[0]
                body = body[8:]
    return values[0], values[1], values[2]
