"""BagIt manifests (RFC 8493) and the zip whose bytes depend on nothing but names and content.

The framing of the zip, exactly. Integers are little endian. *Wide* entry: its size or its local
header's offset is 0xFFFFFFFF or more.

====================  ==========================================================================
part                  bytes
====================  ==========================================================================
local header          ``50 4b 03 04``; version needed 20 (45 where the size is 0xFFFFFFFF or
                      more); flags 0x0800 (UTF-8) and no other; method 0; time 0x0000; date
                      0x0021 (1980-01-01); CRC-32; size; size; name length; extra length; name;
                      extra. Extra is empty, or where the size is 0xFFFFFFFF or more: both sizes
                      are 0xFFFFFFFF and extra is ``01 00 10 00``, size (8), size (8)
content               stored, no data descriptor, the next entry follows at once
central header        ``50 4b 01 02``; made by: 20 or 45 in the low byte, 3 (Unix) in the high;
                      version needed 20, or 45 for a wide entry; flags, method, time, date, CRC-32
                      as above; size; size; name length; extra length; comment length 0; disk 0;
                      internal attributes 0; external attributes 0x81A40000 (regular, 0644);
                      offset; name; extra. A value of 0xFFFFFFFF or more is written as 0xFFFFFFFF
                      and goes into extra ``01 00 <length>`` as 8 bytes each, in the order size,
                      size, offset, only those that need it (both sizes or neither)
zip64 end, locator    only where the count is 0xFFFF or more, or the offset or length of the
                      central directory is 0xFFFFFFFF or more: ``50 4b 06 06``, 44 (8 bytes), made
                      by 0x032D, needed 45, disk 0, disk 0, count, count, length, offset (8 bytes
                      each); ``50 4b 06 07``, disk 0, offset of the zip64 end, disks 1
end                   ``50 4b 05 06``; disk 0; disk 0; count; count; length; offset; comment 0,
                      each at its maximum where it does not fit
====================  ==========================================================================

There are no entries for folders, no comments, nothing before, between or after.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable
from typing import BinaryIO, Self

from tallymark.errors import IntegrityError, SourceChanged
from tallymark.integrity.digest import READ_SIZE, BesideSha256

BAGIT_TXT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

_WIDE32 = 0xFFFFFFFF
_WIDE16 = 0xFFFF
UTF8 = 0x0800
_DATE_1980 = 0x0021
FILE_0644 = 0o100644
_UNIX = 3 << 8


def manifest(entries: Iterable[tuple[str, str]]) -> bytes:
    """A BagIt manifest of ``(path, 64 hex digits)``: ``<hex>  <path>`` lines, sorted by path bytes.

    CR, LF and % in a path are percent-encoded (RFC 8493 section 2.1.3). Raises IntegrityError for
    a path twice or a digest that is not lower-case SHA-256.
    """
    lines: dict[bytes, str] = {}
    for path, digest in entries:
        encoded = path.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A").encode()
        if encoded in lines:
            raise IntegrityError("A manifest names a file twice.")
        if len(digest) != 64 or digest.strip("0123456789abcdef"):
            raise IntegrityError("A manifest holds only SHA-256 digests.")
        lines[encoded] = digest
    return b"".join(lines[path].encode() + b"  " + path + b"\n" for path in sorted(lines))


class StoredZip:
    """Writes a stored zip whose bytes depend only on names, contents and their order.

    ``file`` must be seekable and at its start, because the CRC goes before the content. A context
    manager: leaving it without an error writes the end. ``file`` itself stays open.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._at = 0
        self._names: set[str] = set()
        self._central: list[bytes] = []
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            self.close()

    def add(self, name: str, source: BinaryIO | bytes) -> tuple[str, int]:
        """Append one file and return its SHA-256 (hex) and its size in bytes.

        A stream is read from its start to its end and must be seekable. Raises IntegrityError for
        a name that is absolute, climbs, holds a backslash or control character, or was used; and
        SourceChanged when the stream does not have the length it had at the beginning.
        """
        encoded = self._accept(name)
        stream = io.BytesIO(source) if isinstance(source, bytes) else source
        size = stream.seek(0, io.SEEK_END)
        stream.seek(0)
        offset = self._at
        self._file.write(local_header(encoded, crc=0, size=size))
        crc, digest = self._copy(stream, size)
        header = local_header(encoded, crc=crc, size=size)
        self._file.seek(offset)
        self._file.write(header)
        self._at = offset + len(header) + size
        self._file.seek(self._at)
        self._central.append(central_header(encoded, crc=crc, size=size, offset=offset))
        return digest, size

    def close(self) -> None:
        """Write the central directory and the end. Further calls do nothing."""
        if self._closed:
            return
        self._closed = True
        directory = b"".join(self._central)
        self._file.write(directory)
        self._file.write(
            end_of_zip(count=len(self._central), length=len(directory), offset=self._at)
        )
        self._file.flush()

    def _accept(self, name: str) -> bytes:
        if self._closed:
            raise IntegrityError("This container is already closed.")
        parts = name.split("/")
        bad = any(part in {"", ".", ".."} for part in parts) or "\\" in name
        if bad or not name.isprintable() or len(name.encode()) > _WIDE16:
            raise IntegrityError("A file in the container has a name that is not allowed.")
        if name.casefold() in self._names:
            raise IntegrityError("Two files in the container have one name.")
        self._names.add(name.casefold())
        return name.encode()

    def _copy(self, stream: BinaryIO, size: int) -> tuple[int, str]:
        crc = 0
        with BesideSha256() as digest:
            while block := stream.read(READ_SIZE):
                digest.add(block)
                crc = zlib.crc32(block, crc)
                self._file.write(block)
            if digest.size != size:
                raise SourceChanged
            return crc, digest.hexdigest()


def local_header(
    name: bytes, *, crc: int, size: int, flags: int = UTF8, extra: bytes = b""
) -> bytes:
    """What stands before a member's content; ``extra`` fields follow the one of zip64."""
    wide = struct.pack("<HHQQ", 1, 16, size, size) if size >= _WIDE32 else b""
    return (
        struct.pack(
            "<4s5H3I2H",
            b"PK\x03\x04",
            45 if wide else 20,
            flags,
            0,
            0,
            _DATE_1980,
            crc,
            min(size, _WIDE32),
            min(size, _WIDE32),
            len(name),
            len(wide + extra),
        )
        + name
        + wide
        + extra
    )


def central_header(
    name: bytes,
    *,
    crc: int,
    size: int,
    offset: int,
    flags: int = UTF8,
    mode: int = FILE_0644,
    extra: bytes = b"",
) -> bytes:
    """The line of a member in the list at the end; ``mode`` as in ``st_mode``."""
    sizes = [size, size] if size >= _WIDE32 else []
    sizes += [offset] if offset >= _WIDE32 else []
    wide = struct.pack(f"<HH{len(sizes)}Q", 1, 8 * len(sizes), *sizes) if sizes else b""
    version = 45 if sizes else 20
    return (
        struct.pack(
            "<4s6H3I5H2I",
            b"PK\x01\x02",
            _UNIX | version,
            version,
            flags,
            0,
            0,
            _DATE_1980,
            crc,
            min(size, _WIDE32),
            min(size, _WIDE32),
            len(name),
            len(wide + extra),
            0,
            0,
            0,
            mode << 16,
            min(offset, _WIDE32),
        )
        + name
        + wide
        + extra
    )


def end_of_zip(*, count: int, length: int, offset: int) -> bytes:
    """What stands after the list of ``count`` members, ``length`` bytes long from ``offset``."""
    end = struct.pack(
        "<4s4H2IH",
        b"PK\x05\x06",
        0,
        0,
        min(count, _WIDE16),
        min(count, _WIDE16),
        min(length, _WIDE32),
        min(offset, _WIDE32),
        0,
    )
    if count < _WIDE16 and length < _WIDE32 and offset < _WIDE32:
        return end
    wide = struct.pack(
        "<4sQ2H2I4Q", b"PK\x06\x06", 44, _UNIX | 45, 45, 0, 0, count, count, length, offset
    )
    return wide + struct.pack("<4sIQI", b"PK\x06\x07", 0, offset + length, 1) + end
