"""The bytes of an import as sources: the file itself, or the chat inside a zip."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from tallymark.errors import AmbiguousFormat, DamagedArchive, UnknownFormat
from tallymark.importers._archive import Archive, Entry, MemberSource, chat_first
from tallymark.importers._protocol import Importer, LooksFurther, Reading, Source
from tallymark.importers._zip import MAGIC, SPANNED
from tallymark.jail.supply import Bytes

CHUNK = 1 << 20
HEAD = 1 << 16

_NAMED: tuple[tuple[tuple[bytes, ...], str, str | None], ...] = (
    (
        (b"\xff\xfe", b"\xfe\xff"),
        "The file was saved again as UTF-16; no export is written like that.",
        "Use the file as the phone exported it, not one that was opened and saved.",
    ),
    (
        (b"\x1f\x8b\x08",),
        "This is a packed file (gzip or .tgz). It is not opened here.",
        "Unpack it into a folder and bring in the folder; keep the packed file too, with: tallymark attach",
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
        choices: list[tuple[Entry, str]] = []
        for entry in archive.candidates(importer):
            variant = _variant(importer, MemberSource(archive, entry))
            if variant is not None:
                choices.append((entry, variant))
        if not choices:
            return None
        chosen = choices if importer.MANY else [self._one(choices)]
        sources = tuple(MemberSource(archive, entry) for entry, _ in chosen)
        unread = () if importer.MANY else tuple(c[0].name for c in choices if c not in chosen)
        variants = "+".join(sorted({variant for _, variant in chosen}))
        return Reading(importer, sources, variants, unread)

    @staticmethod
    def _one(choices: list[tuple[Entry, str]]) -> tuple[Entry, str]:
        best = min(chat_first(entry) for entry, _ in choices)
        named = [c for c in choices if chat_first(c[0]) == best and best[:2] != (True, True)]
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
            return UnknownFormat(_no_chat(self.archive))
        head = self.file.head(HEAD)
        if head.startswith(SPANNED):
            raise DamagedArchive("This is the first part of an archive in several parts.")
        if not head:
            return UnknownFormat("The file is empty.")
        for beginnings, words, next_step in _NAMED:
            if head.startswith(beginnings):
                return UnknownFormat(words, next_step=next_step)
        return UnknownFormat(
            f"No reader knows this file. Line {first_line(head)} is the first that cannot be read."
        )


def _no_chat(archive: Archive) -> str:
    """What an archive without a chat holds, in numbers."""
    files = sum(entry.is_file and not entry.opened for entry in archive.entries)
    locked = sum(entry.member.encrypted for entry in archive.entries)
    repeats = sum(entry.opened == "repeat" for entry in archive.entries)
    deep = sum(entry.opened == "too_deep" for entry in archive.entries)
    words = f"The archive holds no chat that any reader knows: {files} other files"
    words += f", {locked} locked members" if locked else ""
    words += f", {repeats} times itself (not opened again)" if repeats else ""
    words += f", {deep} archives too deep inside" if deep else ""
    return words + "."


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
