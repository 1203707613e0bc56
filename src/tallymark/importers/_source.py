"""The bytes of an import as sources: the file itself, or the chat inside a zip."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cached_property

from tallymark.errors import AmbiguousFormat, DamagedArchive, LimitExceeded, UnknownFormat
from tallymark.importers._protocol import Importer, LooksFurther, Reading, Source
from tallymark.importers._zip import MAGIC, Member, Zip
from tallymark.jail.supply import Bytes

CHUNK = 1 << 20
HEAD = 1 << 16
MAX_CANDIDATES = 64  # members of an archive whose beginnings are looked at for a single chat


_NAMED: tuple[tuple[tuple[bytes, ...], str, str | None], ...] = (
    (
        (b"\xff\xfe", b"\xfe\xff"),
        "The file was saved again as UTF-16; no export is written like that.",
        "Use the file as the phone exported it, not one that was opened and saved.",
    ),
    (
        (b"SQLite format 3\x00",),
        "The file is a database in which no reader finds messages.",
        None,
    ),
    (
        (b"!BDN",),
        "This is an Outlook data file (PST or OST). It is not read here yet.",
        "In Outlook, drag the mails into a folder. Each becomes a .msg file, and that is read.",
    ),
)
"""What a file that no reader knows may be all the same: how it begins, what to say, what to do."""


class FileSource:
    """A plain file. ``sha256`` is of the bytes of the last full pass."""

    member: str | None = None
    files: Mapping[str, str] | None = None
    is_seekable = True

    def __init__(self, file: Bytes, *, chunk: int = CHUNK) -> None:
        self._file = file
        self._chunk = chunk
        self.size = file.size
        self.sha256 = ""

    def head(self, count: int) -> bytes:
        """The first ``count`` bytes."""
        return self._file.pread(count, 0)

    def read(self, start: int, end: int) -> bytes:
        """Bytes [start, end)."""
        return self._file.pread(end - start, start)

    def beside(self, member: str) -> None:  # noqa: ARG002 - a file stands alone
        """Nothing: only the one descriptor is known."""
        return

    def chunks(self) -> Iterator[bytes]:
        """All bytes from the start; sets ``sha256`` when they are through."""
        digest = hashlib.sha256()
        at = 0
        while piece := self._file.pread(self._chunk, at):
            digest.update(piece)
            at += len(piece)
            yield piece
        self.sha256 = digest.hexdigest()


class MemberSource:
    """One member of a zip, read as if it were a file."""

    def __init__(self, archive: Archive, member: Member) -> None:
        self._archive = archive
        self._member = member
        self.size = member.size
        self.member: str | None = member.name

    @property
    def files(self) -> Mapping[str, str]:
        """State by name of the members of the archive, made once for all of them."""
        return self._archive.states

    def head(self, count: int) -> bytes:
        """The first ``count`` bytes; fewer where the member is short or damaged."""
        found = b""
        try:
            for piece in self._archive.zip.chunks(self._member):
                found += piece
                if len(found) >= count:
                    break
        except DamagedArchive:
            pass  # the full pass says so; a beginning is enough to know the format
        return found[:count]

    def chunks(self) -> Iterator[bytes]:
        """All bytes from the start."""
        return self._archive.zip.chunks(self._member)

    def read(self, start: int, end: int) -> bytes:
        """Bytes [start, end); a packed member is unpacked from its beginning for it."""
        if self.is_seekable:
            return self._archive.zip.stored(self._member, start, end)
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
        named = (m for m in self._archive.zip.members if m.name == member and m.readable)
        found = next(named, None)
        return MemberSource(self._archive, found) if found else None


class Archive:
    """A zip and what became of each of its members: every one is in the list, none is dropped."""

    def __init__(self, file: Bytes) -> None:
        self.zip = Zip(file)
        self.read: frozenset[Member] = frozenset()

    @cached_property
    def states(self) -> Mapping[str, str]:
        """Whether the member of that name can be read."""
        return {
            m.name.rsplit("/", 1)[-1]: "present" if m.readable else "locked"
            for m in self.zip.members
            if not m.is_folder
        }

    def candidates(self, importer: Importer) -> list[Member]:
        """Readable members that ``importer`` may read: in order, or those named as a chat first.

        At most 64 for a format of which an archive holds one.
        """
        found = [
            m
            for m in self.zip.members
            if m.readable
            and not m.is_folder
            and m.name.lower().endswith(importer.SUFFIXES)
            and not _is_clutter(m.name)
        ]
        if importer.MANY:
            return found
        found.sort(
            key=lambda m: (
                m.name.rsplit("/", 1)[-1] != "_chat.txt",
                "whatsapp" not in m.name.lower(),
            )
        )
        return found[:MAX_CANDIDATES]

    def listed(self) -> Iterator[dict[str, object]]:
        """Every member with name, size, state and, where its bytes could be read, their digest."""
        for member in self.zip.members:
            row: dict[str, object] = {"name": member.name, "size": member.size}
            if member.name.encode() != member.raw:
                row["raw_name"] = member.raw.hex()
            row["state"] = self._state(member, row)
            yield row

    def _state(self, member: Member, row: dict[str, object]) -> str:
        if member.is_folder:
            return "folder"
        if member.encrypted:
            return "locked"
        if not member.readable:
            return "unsupported"
        digest = hashlib.sha256()
        try:
            for piece in self.zip.chunks(member):
                digest.update(piece)
        except (DamagedArchive, LimitExceeded):
            return "corrupt"
        row["sha256"] = digest.hexdigest()
        if member in self.read:
            return "chat"
        return "clutter" if _is_clutter(member.name) else "present"


def _is_clutter(name: str) -> bool:
    """Files that a computer adds by itself."""
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1] in {".DS_Store", "Thumbs.db"}


class Opened:
    """A file and every way that the importers given can read it."""

    def __init__(
        self, file: Bytes, importers: Mapping[str, Importer], *, chunk: int = CHUNK
    ) -> None:
        self.file = FileSource(file, chunk=chunk)
        self.archive: Archive | None = None
        self._importers = importers
        if self.file.head(4) == MAGIC:
            self.archive = Archive(file)

    def readings(self) -> list[Reading]:
        """One reading for each importer that knows the file; raises when a zip holds two chats."""
        if self.archive is None:
            return self._sniffed(self.file)
        found = (self._in_archive(self.archive, imp) for imp in self._importers.values())
        return [reading for reading in found if reading is not None]

    def _in_archive(self, archive: Archive, importer: Importer) -> Reading | None:
        choices: list[tuple[Member, str]] = []
        for member in archive.candidates(importer):
            variant = _variant(importer, MemberSource(archive, member))
            if variant is not None:
                choices.append((member, variant))
        if not choices:
            return None
        chosen = choices if importer.MANY else [self._one(choices)]
        sources = tuple(MemberSource(archive, member) for member, _ in chosen)
        return Reading(importer, sources, "+".join(sorted({variant for _, variant in chosen})))

    @staticmethod
    def _one(choices: list[tuple[Member, str]]) -> tuple[Member, str]:
        named = [c for c in choices if c[0].name.rsplit("/", 1)[-1] == "_chat.txt"] or [
            c for c in choices if "whatsapp" in c[0].name.lower()
        ]
        if len(choices) > 1 and len(named) != 1:
            raise AmbiguousFormat(
                f"The archive holds {len(choices)} chats.",
                next_step="Unpack it and bring in one chat at a time.",
            )
        return (named or choices)[0]

    def _sniffed(self, source: FileSource) -> list[Reading]:
        tried = ((imp, _variant(imp, source)) for imp in self._importers.values())
        return [Reading(imp, (source,), variant) for imp, variant in tried if variant is not None]

    def refusal(self) -> UnknownFormat:
        """Why no reader knows this file; names a line by its number, never by its words."""
        if self.archive is not None:
            locked = sum(m.encrypted for m in self.archive.zip.members)
            if locked:
                return UnknownFormat(
                    f"The archive holds no chat that can be read; {locked} members are locked."
                )
            return UnknownFormat("The archive holds no chat that any reader knows.")
        head = self.file.head(HEAD)
        if not head:
            return UnknownFormat("The file is empty.")
        for beginnings, words, next_step in _NAMED:
            if head.startswith(beginnings):
                return UnknownFormat(words, next_step=next_step)
        return UnknownFormat(
            f"No reader knows this file. Line {first_line(head)} is the first that cannot be read."
        )


def _variant(importer: Importer, source: Source) -> str | None:
    """The variant by its first bytes and, where these do not settle it, by a look inside."""
    variant = importer.sniff(source.head(HEAD))
    if variant is not None and isinstance(importer, LooksFurther):
        return importer.look(source)
    return variant


def first_line(head: bytes) -> int:
    """Number of the first line that is not blank, from 1."""
    body = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    return head[: len(head) - len(body)].count(b"\n") + 1
