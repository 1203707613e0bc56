"""What may lie on the disk when power fails: made from the recorded operations.

A write to a file that was not synced afterwards may be there, be gone, or be there in part. A name
given or taken whose folder was not synced afterwards may be there or not. (POSIX promises no more,
and an fsync of a file does not promise its name.) For each prefix of the operations these are made:

* all that was done;
* no write that was not synced, with and without the names that were not synced; and all writes
  without those names;
* all but one write, for each write not synced; all but one name, for each name not synced;
* each write not synced cut at its first 512 bytes, at its first 4 KiB, and with its first 512 bytes
  missing; the newest one also with no other unsynced write.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from reliability.recorder import Data, Mark, Name, Operation, Sync, SyncFolder

SECTOR, PAGE = 512, 4096
HEAD, TAIL = "head", "tail"
Cut = tuple[str, int]
Torn = tuple[int, Cut] | None
"""Which write is cut, and how: its first bytes are all that is there, or all that is missing."""


@dataclass(frozen=True, slots=True)
class Image:
    """Files by path (None is a folder), and how they came about."""

    files: Mapping[str, bytes | None]
    prefix: int
    how: str
    acknowledged: int

    def digest(self) -> bytes:
        """The same for images that hold the same and owe the same."""
        whole = hashlib.blake2b(self.acknowledged.to_bytes(4), digest_size=16)
        for path, data in sorted(self.files.items()):
            whole.update(path.encode() + (b"\0/" if data is None else b"\0" + _digest(data)))
        return whole.digest()


def _digest(data: bytes, held: dict[int, tuple[bytes, bytes]] = {}) -> bytes:  # noqa: B006 - kept on purpose
    """The digest of a file's bytes; the same object is hashed once."""
    found = held.get(id(data))
    if found is None or found[0] is not data:
        if len(held) > 64:
            held.clear()
        found = held[id(data)] = (data, hashlib.blake2b(data, digest_size=16).digest())
    return found[1]


@dataclass(slots=True)
class Disk:
    """What lasts for sure, and what is on its way; fed with the operations in order."""

    files: dict[int, bytes] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    data: list[tuple[int, Data]] = field(default_factory=list)
    waiting: list[tuple[int, Name]] = field(default_factory=list)
    marks: int = 0

    def feed(self, number: int, operation: Operation) -> bool:
        """Take in the next one; whether it may have changed what the disk holds."""
        if isinstance(operation, Data):
            self.data.append((number, operation))
        elif isinstance(operation, Name):
            self.waiting.append((number, operation))
        elif isinstance(operation, Sync):
            self._settle(operation)
        elif isinstance(operation, SyncFolder):
            self._settle_names(operation)
        elif isinstance(operation, Mark):
            self.marks += 1
        return not isinstance(operation, Mark)

    def _settle(self, sync: Sync) -> None:
        kept = []
        for number, one in self.data:
            if one.inode == sync.inode and number < sync.upto:
                self.files[one.inode] = applied(self.files.get(one.inode, b""), one, None)
            else:
                kept.append((number, one))
        self.data = kept

    def _settle_names(self, sync: SyncFolder) -> None:
        kept = []
        for number, one in self.waiting:
            if one.folder == sync.folder and number < sync.upto:
                renamed(self.names, one)
            else:
                kept.append((number, one))
        self.waiting = kept

    def image(self, without: frozenset[int], torn: Torn) -> dict[str, bytes | None]:
        """What the disk holds when the operations ``without`` never reached it."""
        files, names = dict(self.files), dict(self.names)
        changed: dict[int, bytearray] = {}
        for number, one in self.data:
            if number not in without:
                bytes_of = changed.setdefault(one.inode, bytearray(files.get(one.inode, b"")))
                apply(bytes_of, one, torn[1] if torn and torn[0] == number else None)
        files.update({inode: bytes(data) for inode, data in changed.items()})
        for number, one in self.waiting:
            if number not in without:
                renamed(names, one)
        held: dict[str, bytes | None] = {}
        for path, inode in sorted(names.items()):
            above = path.rpartition("/")[0]
            if not above or held.get(above, b"") is None:
                held[path] = None if inode == 0 else files.get(inode, b"")
        return held


@dataclass(frozen=True, slots=True)
class State:
    """One way in which power may have failed. ``image`` is asked before the next one is."""

    disk: Disk
    prefix: int
    how: str
    without: frozenset[int] = frozenset()
    torn: Torn = None

    def image(self) -> Image:
        """What lies on the disk then."""
        held = self.disk.image(self.without, self.torn)
        return Image(held, self.prefix, self.how, self.disk.marks)


def apply(file: bytearray, one: Data, cut: Cut | None) -> None:
    """Change a file's bytes as the operation says; a hole before it reads as zeros."""
    if one.data is None:
        file[:] = file[: one.offset] + bytes(max(0, one.offset - len(file)))
        return
    start, data = one.offset, one.data
    if cut is not None:
        kind, size = cut
        start, data = (start, data[:size]) if kind == HEAD else (start + size, data[size:])
    if len(file) < start:
        file.extend(bytes(start - len(file)))
    file[start : start + len(data)] = data


def applied(file: bytes, one: Data, cut: Cut | None) -> bytes:
    """The same for bytes that do not change."""
    found = bytearray(file)
    apply(found, one, cut)
    return bytes(found)


def renamed(names: dict[str, int], one: Name) -> None:
    """Change names as the operation says. What a lost operation would have named is not there."""
    if one.old is not None and one.new is not None:
        inside = [path for path in names if path == one.old or path.startswith(one.old + "/")]
        for path in inside:
            names[one.new + path.removeprefix(one.old)] = names.pop(path)
    elif one.old is not None:
        names.pop(one.old, None)
    elif one.new is not None:
        names[one.new] = one.inode


def states(operations: list[Operation]) -> Iterator[State]:
    """Every state of every prefix, the empty one too."""
    disk = Disk()
    yield State(disk, 0, "nothing")
    for number, operation in enumerate(operations):
        if disk.feed(number, operation):
            yield from _around(disk, number)
        else:
            yield State(disk, number + 1, "all")


def _around(disk: Disk, newest: int) -> Iterator[State]:
    at, none = newest + 1, frozenset[int]()
    data, names = (frozenset(n for n, _ in group) for group in (disk.data, disk.waiting))
    yield State(disk, at, "all")
    groups = {"no unsynced write": data, "no unsynced name": names}
    if data and names:
        groups["nothing unsynced"] = data | names
    yield from (State(disk, at, how, group) for how, group in groups.items() if group)
    for number in sorted(data | names):
        if data | names != {number}:
            yield State(disk, at, f"without {number}", frozenset({number}))
    for number, one in disk.data:
        for cut in _cuts(one):
            yield State(disk, at, f"{number} torn {cut}", none, (number, cut))
            if number == newest and len(data) > 1:
                rest = data - {number}
                yield State(disk, at, f"only {number}, torn {cut}", rest, (number, cut))


def _cuts(one: Data) -> list[Cut]:
    size = 0 if one.data is None else len(one.data)
    cuts = [(HEAD, SECTOR), (HEAD, PAGE), (TAIL, SECTOR)]
    return [cut for cut in cuts if cut[1] < size]
