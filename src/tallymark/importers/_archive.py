"""A zip and the zips inside it as one list of members, each of which can be read like a file.

An archive inside is opened to a depth of three. One with the bytes of an archive around it (a zip
that holds itself) is named and not opened again. The limits on members and on what all of it
unpacks to hold for all levels together.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from tallymark.errors import DamagedArchive, LimitExceeded
from tallymark.importers._protocol import Importer
from tallymark.importers._zip import MAGIC, MAX_MEMBERS, MAX_TOTAL, Member, Zip
from tallymark.jail.supply import Bytes

MAX_DEPTH = 3
MAX_CANDIDATES = 64  # members of an archive whose beginnings are looked at for a single chat
MAX_HELD = 64 << 20  # an archive inside that is packed is held in memory while it is read
INSIDE = "!/"  # stands between the name of an archive inside and that of its member

ISSUES: Mapping[str, tuple[str, str]] = {
    "locked": ("MEMBER_LOCKED", "members are encrypted and were not read"),
    "corrupt": ("MEMBER_CORRUPT", "members do not fit their checksum or size"),
    "unsupported": ("MEMBER_UNSUPPORTED", "members are packed in a way that is not read here"),
    "link": ("MEMBER_LINK", "links and devices; they are listed and never followed"),
    "repeat": ("ARCHIVE_REPEATS", "archives inside are the one around them; not opened again"),
    "too_deep": ("ARCHIVE_TOO_DEEP", "archives inside archives, deeper than three; not opened"),
    "refused": ("ARCHIVE_REFUSED", "archives inside are damaged or too large; kept, not opened"),
    "unread": ("CHAT_NOT_READ", "more chats are in here; unpack it and bring them in one by one"),
}
"""By state: the code and the sentence of its issue."""

_PLACES = {
    **dict.fromkeys(("chat", "present"), "records"),
    **dict.fromkeys(("folder", "archive"), "framing"),
    **dict.fromkeys(("clutter", "link", "repeat"), "skipped"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One member at any depth. ``name`` leads to it from the outermost archive.

    ``opened`` is what became of it as an archive: empty for anything else.
    """

    zip: Zip
    member: Member
    name: str
    opened: str = ""

    @property
    def is_file(self) -> bool:
        """Whether it has bytes of its own that can be read here."""
        return self.member.readable and not self.member.is_folder and self.opened != "archive"


class MemberSource:
    """One member of a zip, read as if it were a file."""

    def __init__(self, archive: Archive, entry: Entry) -> None:
        self._archive = archive
        self._zip, self._member = entry.zip, entry.member
        self.size = entry.member.size
        self.member: str | None = entry.name

    @property
    def files(self) -> Mapping[str, str] | None:
        """State by name of the members of the archive."""
        return self._archive.files

    def head(self, count: int) -> bytes:
        """The first ``count`` bytes; fewer where the member is short or damaged."""
        found = b""
        try:
            for piece in self.chunks():
                found += piece
                if len(found) >= count:
                    break
        except DamagedArchive:
            pass  # the full pass says so; a beginning is enough to know the format
        return found[:count]

    def chunks(self) -> Iterator[bytes]:
        """All bytes from the start."""
        return self._zip.chunks(self._member)

    def read(self, start: int, end: int) -> bytes:
        """Bytes [start, end); a packed member is unpacked from its beginning for it."""
        if self.is_seekable:
            return self._zip.stored(self._member, start, end)
        found, at = bytearray(), 0
        for piece in self.chunks():
            found += piece[max(0, start - at) : max(0, end - at)]
            at += len(piece)
            if at >= end:
                break
        return bytes(found)

    @property
    def is_seekable(self) -> bool:
        """Whether the member is stored as it is."""
        return self._member.method == 0

    def beside(self, member: str) -> MemberSource | None:
        """The readable member of that whole name."""
        found = self._archive.by_name.get(member)
        return MemberSource(self._archive, found) if found and found.is_file else None


class Archive:
    """A zip and what became of each of its members: every one is in the list, none is dropped.

    Set ``read`` and ``unread`` to the names of the members whose events were found, and of those
    that could have been read as well.
    """

    def __init__(self, file: Bytes) -> None:
        self._many = self._total = self._held = 0
        self.zip = Zip(file)
        self.entries = tuple(self._opened(file, self.zip, under="", around=()))
        self.read: frozenset[str] = frozenset()
        self.unread: frozenset[str] = frozenset()

    @cached_property
    def by_name(self) -> Mapping[str, Entry]:
        """The members by whole name; of two with one name the first."""
        return {entry.name: entry for entry in reversed(self.entries)}

    @cached_property
    def files(self) -> Mapping[str, str]:
        """``present`` or ``locked`` by the last part of the name."""
        return {
            entry.name.rsplit("/", 1)[-1]: "present" if entry.member.readable else "locked"
            for entry in self.entries
            if not entry.member.is_folder
        }

    def candidates(self, importer: Importer) -> list[Entry]:
        """Readable members that ``importer`` may read: in order, or those named as a chat first.

        At most 64 for a format of which an archive holds one.
        """
        found = [
            entry
            for entry in self.entries
            if entry.is_file
            and entry.name.lower().endswith(importer.SUFFIXES)
            and not _is_clutter(entry.name)
        ]
        return found if importer.MANY else sorted(found, key=chat_first)[:MAX_CANDIDATES]

    def listed(self) -> Iterator[dict[str, object]]:
        """Every member with name, size, state and, where its bytes could be read, their digest."""
        for entry in self.entries:
            member = entry.member
            row: dict[str, object] = {"name": entry.name, "size": member.size}
            if member.name.encode() != member.raw:
                row["raw_name"] = member.raw.hex()
            if member.standard_name:
                row["standard_name"] = member.standard_name
            row["state"] = self._state(entry, row)
            yield row

    def coverage(self, states: list[str]) -> dict[str, int]:
        """The ledger of members, from the state of each."""
        counted = Counter(_PLACES.get(state, "unparsed") for state in states)
        places = ("records", "framing", "skipped", "unparsed")
        return {"members": len(states), **{place: counted[place] for place in places}}

    def _state(self, entry: Entry, row: dict[str, object]) -> str:
        member = entry.member
        for state, holds in (
            ("folder", member.is_folder),
            ("locked", member.encrypted),
            ("link", member.is_special),
            ("unsupported", not member.readable),
        ):
            if holds:
                return state
        digest = hashlib.sha256()
        try:
            for piece in entry.zip.chunks(member):
                digest.update(piece)
        except (DamagedArchive, LimitExceeded):
            return "corrupt"
        row["sha256"] = digest.hexdigest()
        if entry.name in self.read:
            return "chat"
        if entry.name in self.unread:
            return "unread"
        return entry.opened or ("clutter" if _is_clutter(entry.name) else "present")

    def _opened(
        self, file: Bytes, opened: Zip, *, under: str, around: tuple[str, ...]
    ) -> Iterator[Entry]:
        """The members of one archive, each followed by those of the archive that it is."""
        self._many += len(opened.members)
        self._total += sum(member.size for member in opened.members)
        if self._many > MAX_MEMBERS:
            raise LimitExceeded(
                f"The archive and those inside hold more than {MAX_MEMBERS:,} members."
            )
        if self._total > MAX_TOTAL:
            raise LimitExceeded("The archive and those inside unpack to more than 50 GB.")
        for member in opened.members:
            name = under + member.name
            if not (member.readable and member.size and member.name.lower().endswith(".zip")):
                yield Entry(opened, member, name)
                continue
            around = around or (_sha256(file),)
            yield from self._inside(Entry(opened, member, name), file, around)

    def _inside(self, entry: Entry, file: Bytes, around: tuple[str, ...]) -> Iterator[Entry]:
        opened, member, name = entry.zip, entry.member, entry.name
        inner: list[Entry] = []
        state = ""
        try:
            digest = hashlib.sha256()
            for piece in opened.chunks(member):
                digest.update(piece)
            if digest.hexdigest() in around:
                state = "repeat"
            elif len(around) >= MAX_DEPTH:
                state = "too_deep"
            else:
                data = self._bytes(opened, member, file)
                if data.pread(4, 0) == MAGIC:
                    path = (*around, digest.hexdigest())
                    inner = list(self._opened(data, Zip(data), under=name + INSIDE, around=path))
                    state = "archive"
        except (DamagedArchive, LimitExceeded):
            state, inner = "refused", []
        yield Entry(opened, member, name, state)
        yield from inner

    def _bytes(self, opened: Zip, member: Member, file: Bytes) -> Bytes:
        """The bytes of an archive inside: where they stand, or unpacked into memory."""
        if member.method == 0:
            return _Part(file, opened.data_start(member), member.size)
        self._held += member.size
        if self._held > MAX_HELD:
            raise DamagedArchive
        return _Held(b"".join(opened.chunks(member)))


class _Part:
    """Bytes that stand inside others."""

    def __init__(self, file: Bytes, start: int, size: int) -> None:
        self._file, self._start, self.size = file, start, size

    def pread(self, count: int, at: int) -> bytes:
        """``count`` bytes from ``at``; fewer only at the end."""
        return self._file.pread(max(0, min(count, self.size - at)), self._start + at)


class _Held:
    """Bytes in memory."""

    def __init__(self, data: bytes) -> None:
        self._data, self.size = data, len(data)

    def pread(self, count: int, at: int) -> bytes:
        """``count`` bytes from ``at``; fewer only at the end."""
        return self._data[at : at + count]


def chat_first(entry: Entry) -> tuple[bool, bool, int]:
    """A key that puts what WhatsApp calls a chat before other texts, and the outer before the inner."""
    own = entry.name.rsplit("/", 1)[-1]
    return own != "_chat.txt", "whatsapp" not in entry.name.lower(), entry.name.count(INSIDE)


def _sha256(file: Bytes) -> str:
    digest, at = hashlib.sha256(), 0
    while piece := file.pread(1 << 20, at):
        digest.update(piece)
        at += len(piece)
    return digest.hexdigest()


def _is_clutter(name: str) -> bool:
    """Files that a computer adds by itself."""
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1] in {".DS_Store", "Thumbs.db"}
