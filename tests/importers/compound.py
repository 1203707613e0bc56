"""Writes Outlook's .msg for tests: a compound file (MS-CFB, 512-byte sectors) with its streams."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime

FREE, END, FAT_SECTOR, NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
SMALL = 4096
TIMES = {0x0039, 0x0E06}


@dataclass
class Storage:
    """A folder of the compound file: streams and storages by name."""

    streams: dict[str, bytes] = field(default_factory=dict)
    storages: dict[str, Storage] = field(default_factory=dict)


@dataclass
class Entry:
    """One row of the directory."""

    name: str
    kind: int
    data: bytes = b""
    child: int = NONE
    right: int = NONE
    start: int = END
    size: int = 0


def compound(root: Storage) -> bytes:
    """The bytes of the file."""
    entries = [Entry("Root Entry", 5)]
    _fill(entries, 0, root)
    mini, minifat = bytearray(), []
    sectors: list[bytes] = []
    fat: list[int] = []
    for entry in entries[1:]:
        entry.size = len(entry.data)
        if entry.kind != 2 or not entry.data:
            continue
        if entry.size < SMALL:
            entry.start = _chain(minifat, -(-entry.size // 64))
            mini += entry.data.ljust(-(-entry.size // 64) * 64, b"\0")
        else:
            entry.start = _put(sectors, fat, entry.data)
    entries[0].size = len(mini)
    if mini:
        entries[0].start = _put(sectors, fat, bytes(mini))
    minifat_start = (
        _put(sectors, fat, struct.pack(f"<{len(minifat)}I", *minifat), b"\xff") if minifat else END
    )
    names = b"".join(map(_entry, entries))
    directory = _put(sectors, fat, names)
    many = 1
    while (len(sectors) + many) > many * 128:
        many += 1
    at = len(sectors)
    fat += [FAT_SECTOR] * many
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(many * 512, b"\xff")
    sectors += [table[n * 512 : n * 512 + 512] for n in range(many)]
    difat = [*range(at, at + many), *[FREE] * (109 - many)]
    minis = -(-len(minifat) * 4 // 512)
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6)
    )
    header += bytes(6) + struct.pack(
        "<9I", 0, many, directory, 0, SMALL, minifat_start, minis, END, 0
    )
    return header + struct.pack("<109I", *difat) + b"".join(sectors)


def _fill(entries: list[Entry], parent: int, storage: Storage) -> None:
    before = NONE
    for name in sorted([*storage.streams, *storage.storages], key=lambda n: (len(n), n.upper())):
        place = len(entries)
        if before == NONE:
            entries[parent].child = place
        else:
            entries[before].right = place
        before = place
        if name in storage.streams:
            entries.append(Entry(name, 2, storage.streams[name]))
        else:
            entries.append(Entry(name, 1))
            _fill(entries, place, storage.storages[name])


def _chain(table: list[int], count: int) -> int:
    start = len(table)
    table += [*range(start + 1, start + count), END]
    return start


def _put(sectors: list[bytes], fat: list[int], data: bytes, pad: bytes = b"\0") -> int:
    count = -(-len(data) // 512)
    data = data.ljust(count * 512, pad)
    sectors += [data[n * 512 : n * 512 + 512] for n in range(count)]
    return _chain(fat, count)


def _entry(entry: Entry) -> bytes:
    name = (entry.name + "\0").encode("utf-16-le")
    head = name.ljust(64, b"\0") + struct.pack("<HBB", len(name), entry.kind, 1)
    links = struct.pack("<3I", NONE, entry.right, entry.child)
    return head + links + bytes(36) + struct.pack("<IQ", entry.start, entry.size)


def properties(skip: int, values: dict[int, int]) -> bytes:
    """A property stream: numbers and times by their tag."""
    rows = (
        struct.pack("<HHIq", 0x40 if tag in TIMES else 3, tag, 6, value)
        for tag, value in values.items()
    )
    return bytes(skip) + b"".join(rows)


def ticks(moment: datetime) -> int:
    """A moment as Outlook writes it: 100 ns since 1601."""
    return int((moment - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000


def texts(values: dict[int, str]) -> dict[str, bytes]:
    """Wide text properties as streams."""
    return {
        f"__substg1.0_{tag:04X}001F": value.encode("utf-16-le") for tag, value in values.items()
    }


def message(
    words: dict[int, str],
    *,
    sent: datetime | None = None,
    to: list[tuple[str, str, int]] | None = None,
    attached: list[Storage] | None = None,
    inner: bool = False,
    streams: dict[str, bytes] | None = None,
) -> Storage:
    """One mail as a storage; ``inner`` for one that is attached to another."""
    fixed = {0x0039: ticks(sent)} if sent else {}
    found = Storage(
        {"__properties_version1.0": properties(24 if inner else 32, fixed), **texts(words)}
    )
    found.streams |= streams or {}
    for number, (name, address, kind) in enumerate(to or []):
        found.storages[f"__recip_version1.0_#{number:08X}"] = Storage(
            {
                "__properties_version1.0": properties(8, {0x0C15: kind}),
                **texts({0x3001: name, 0x39FE: address}),
            }
        )
    for number, item in enumerate(attached or []):
        found.storages[f"__attach_version1.0_#{number:08X}"] = item
    return found


def attached_file(name: str, data: bytes, mime: str = "") -> Storage:
    """An attachment that is a file."""
    streams = {"__properties_version1.0": properties(8, {}), "__substg1.0_37010102": data}
    return Storage(streams | texts({0x3707: name, 0x370E: mime}))


def attached_message(name: str, inner: Storage) -> Storage:
    """An attachment that is a mail."""
    streams = {"__properties_version1.0": properties(8, {})} | texts({0x3707: name})
    return Storage(streams, {"__substg1.0_3701000D": inner})
