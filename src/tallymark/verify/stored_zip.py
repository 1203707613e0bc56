"""Reads the one zip framing that is allowed, in one pass (docs/spec/bundle.md section 2).

From name, size and CRC-32 alone it rebuilds each header and the whole tail, and compares bytes.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from io import BufferedReader

from tallymark.errors import VerificationError
from tallymark.verify import names
from tallymark.verify.container import Contents, Intake

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR = struct.Struct("<4sIQI")
_END = struct.Struct("<4s4H2IH")
_UTF8, _DATE, _UNIX, _MODE = 0x0800, 0x0021, 3, 0o100644
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF
_LONGEST_NAME = 1000


@dataclass(frozen=True)
class Member:
    """What the framing of one file follows from. ``offset`` is where its local header begins."""

    name: bytes
    size: int
    crc: int
    offset: int


def local_header(member: Member) -> bytes:
    """The only local header that ``member`` may have, name and extra field included."""
    extra = _extra([member.size, member.size]) if member.size >= _FULL32 else b""
    size = min(member.size, _FULL32)
    version = 45 if extra else 20
    fixed = (b"PK\3\4", version, _UTF8, 0, 0, _DATE, member.crc, size, size)
    return _LOCAL.pack(*fixed, len(member.name), len(extra)) + member.name + extra


def tail(members: list[Member], *, start: int) -> bytes:
    """The only central directory and end record that may follow ``members`` at ``start``."""
    directory = b"".join(map(_central, members))
    count, size = len(members), len(directory)
    end64 = b""
    if count >= _FULL16 or size >= _FULL32 or start >= _FULL32:
        made = _UNIX << 8 | 45
        end64 = _END64.pack(b"PK\6\6", 44, made, 45, 0, 0, count, count, size, start)
        end64 += _LOCATOR.pack(b"PK\6\7", 0, start + size, 1)
    counts = (min(count, _FULL16), min(count, _FULL16))
    sizes = (min(size, _FULL32), min(start, _FULL32))
    return directory + end64 + _END.pack(b"PK\5\6", 0, 0, *counts, *sizes, 0)


def read(file: BufferedReader, *, contents: Contents, intake: Intake) -> None:
    """Take all members of the zip in ``file`` into ``contents``.

    What can be read past is added to ``contents.problems``; ``VerificationError`` where it cannot.
    """
    members: list[Member] = []
    top: str | None = None
    offset = 0
    while True:
        fixed = file.read(_LOCAL.size)
        if fixed[:4] != b"PK\3\4" or len(fixed) < _LOCAL.size:
            break
        member, header = _member(file, fixed, offset)
        folder, path = _placed(member.name)
        if top not in (None, folder):
            raise VerificationError("The zip has more than one top folder.")
        top = folder
        crc = intake.take(path, size=member.size, readinto=file.readinto)
        if crc != member.crc:
            contents.problems.append(f"The CRC-32 of {names.shown(path)} is another.")
        if header != local_header(member):
            contents.problems.append(f"The header of {names.shown(path)} is not the fixed one.")
        members.append(member)
        offset += len(header) + member.size
    _check_tail(file, fixed, expected=tail(members, start=offset), contents=contents)


def _member(file: BufferedReader, fixed: bytes, offset: int) -> tuple[Member, bytes]:
    """The member that a local header announces, and that header's bytes."""
    _, _, flags, method, _, _, crc, packed, size, name_size, extra_size = _LOCAL.unpack(fixed)
    if flags & 0x0008:
        raise VerificationError("The zip has a data descriptor.")
    if method or flags & 0x2041:
        raise VerificationError("The zip holds a compressed or encrypted file.")
    if name_size > _LONGEST_NAME or extra_size not in (0, 20):
        raise VerificationError("The zip has a name or extra field of a length not allowed.")
    name, extra = file.read(name_size), file.read(extra_size)
    if extra and len(extra) == 20:
        kind, length, size64, packed64 = struct.unpack("<2H2Q", extra)
        if (kind, length, size, packed) != (1, 16, _FULL32, _FULL32):
            raise VerificationError("The zip has extra bytes in a header.")
        size, packed = size64, packed64
    if size != packed or len(name) + len(extra) != name_size + extra_size:
        raise VerificationError("The zip gives two sizes for one file, or is cut short.")
    return Member(name, size, crc, offset), fixed + name + extra


def _placed(name: bytes) -> tuple[str, str]:
    """Top folder and path below it."""
    try:
        text = name.decode("utf-8")
    except UnicodeDecodeError:
        raise VerificationError("The zip holds a name that is not UTF-8.") from None
    found = names.problem(text)
    if found:
        raise VerificationError(f"The zip holds a name with {found}.")
    top, slash, path = text.partition("/")
    if not slash:
        raise VerificationError("The zip holds a file outside its top folder.")
    return top, path


def _central(member: Member) -> bytes:
    large = [member.size, member.size] if member.size >= _FULL32 else []
    large += [member.offset] if member.offset >= _FULL32 else []
    extra = _extra(large) if large else b""
    version = 45 if extra else 20
    size = min(member.size, _FULL32)
    fixed = (b"PK\1\2", _UNIX << 8 | version, version, _UTF8, 0, 0, _DATE, member.crc, size, size)
    rest = (len(member.name), len(extra), 0, 0, 0, _MODE << 16, min(member.offset, _FULL32))
    return _CENTRAL.pack(*fixed, *rest) + member.name + extra


def _extra(values: list[int]) -> bytes:
    return struct.pack(f"<2H{len(values)}Q", 1, 8 * len(values), *values)


def _check_tail(file: BufferedReader, begun: bytes, *, expected: bytes, contents: Contents) -> None:
    found = begun + file.read(max(0, len(expected) - len(begun)))
    after = found[len(expected) :] or file.read(1)
    if not begun:
        raise VerificationError("The zip is cut short: it has no directory.")
    if not expected.startswith(begun[:4]):
        raise VerificationError("A header of the zip does not begin where it should.")
    if found[: len(expected)] != expected:
        contents.problems.append("The directory at the end differs from the files before it.")
    elif after:
        contents.problems.append("There are bytes after the end of the zip.")
