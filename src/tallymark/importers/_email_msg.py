"""Outlook's ``.msg`` (MS-OXMSG): one mail as a file of streams, with mails inside mails.

Only properties that are needed are read, over ``olefile``. Where the transport header was kept, it is
the header; else fields are made from what Outlook noted, and the event says so.
"""

from __future__ import annotations

import hashlib
import io
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from tallymark.importers._email_content import Content
from tallymark.importers._email_fields import Fields
from tallymark.importers._email_html import words
from tallymark.importers._email_words import as_text, escaped
from tallymark.model.event import Part
from tallymark.model.filetype import sniff

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_DEPTH = 10
MAX_STREAM = 48 << 20
MAX_ITEMS = 2000
_MARK = "__properties_version1.0".encode("utf-16-le")
_STREAM = "__substg1.0_{:04X}{:04X}"
_TEXT, _TEXT8, _BINARY, _OBJECT = 0x001F, 0x001E, 0x0102, 0x000D
_ROLES = {1: b"To", 2: b"Cc", 3: b"Bcc"}
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def looks_like(head: bytes) -> bool:
    """Whether a file that begins so is a mail and not another file of that container."""
    return head.startswith(MAGIC) and _MARK in head


@dataclass(slots=True)
class Letter:
    """One mail out of a .msg: its fields, what it says and carries, and whether its header was kept."""

    fields: Fields
    content: Content
    has_header: bool
    issues: set[str] = field(default_factory=set)


def read(data: bytes) -> Letter:
    """The mail in these bytes. Raises ``OSError`` or ``ValueError`` where they are damaged."""
    import olefile  # type: ignore[import-untyped]

    with olefile.OleFileIO(io.BytesIO(data)) as ole:
        return _Storage(ole, [], 0, {tuple(path) for path in ole.listdir()}).letter(len(data))


class _Storage:
    """One storage of properties: the mail, a recipient, an attachment, or a mail inside."""

    def __init__(self, ole: Any, path: list[str], depth: int, known: set[tuple[str, ...]]) -> None:
        self._ole = ole
        self._path = path
        self._depth = depth
        self._known = known
        self._fixed = self._properties()
        self.issues: set[str] = set()

    def _bytes(self, name: str) -> bytes | None:
        path = [*self._path, name]
        if tuple(path) not in self._known:
            return None
        if self._ole.get_size(path) > MAX_STREAM:
            self.issues.add("TOO_LARGE")
            return None
        with self._ole.openstream(path) as stream:
            return bytes(stream.read())

    def _properties(self) -> dict[int, bytes]:
        name = "__properties_version1.0"
        path = [*self._path, name]
        if tuple(path) not in self._known or self._ole.get_size(path) > 1 << 20:
            return {}
        with self._ole.openstream(path) as stream:
            data = bytes(stream.read())
        last = self._path[-1] if self._path else ""
        skip = 32 if not self._path else 24 if last.startswith("__substg") else 8
        return {
            struct.unpack_from("<H", data, at + 2)[0]: data[at + 8 : at + 16]
            for at in range(skip, len(data) - 15, 16)
        }

    def text(self, tag: int) -> str:
        """A text property, wide or in the mail's code page."""
        wide = self._bytes(_STREAM.format(tag, _TEXT))
        if wide is not None:
            return wide.decode("utf-16-le", "replace").rstrip("\0")
        narrow = self._bytes(_STREAM.format(tag, _TEXT8))
        page = f"cp{self.number(0x3FFD)}" if 0x3FFD in self._fixed else ""
        return as_text(narrow.rstrip(b"\0"), page, self.issues) if narrow else ""

    def number(self, tag: int) -> int:
        """A number property; 0 where there is none."""
        return int(struct.unpack_from("<i", self._fixed[tag])[0]) if tag in self._fixed else 0

    def when(self, tag: int) -> str:
        """A time property as a mail's Date; empty where there is none."""
        if tag not in self._fixed:
            return ""
        ticks = struct.unpack("<Q", self._fixed[tag])[0]
        try:
            return format_datetime(_EPOCH + timedelta(microseconds=ticks // 10))
        except OverflowError:
            return f"{ticks} (FILETIME)"

    def _within(self, prefix: str) -> list[_Storage]:
        deep = len(self._path)
        names = sorted(
            {
                path[deep]
                for path in self._known
                if len(path) > deep + 1 and list(path[:deep]) == self._path
                if path[deep].startswith(prefix)
            }
        )
        if len(names) > MAX_ITEMS:
            self.issues.add("PARTS_LIMIT")
        return [
            _Storage(self._ole, [*self._path, name], self._depth, self._known)
            for name in names[:MAX_ITEMS]
        ]

    def letter(self, end: int) -> Letter:
        """The mail of this storage; its parts stand somewhere in [0, ``end``) of the file."""
        header = self.text(0x007D).replace("\r\n", "\n").encode()
        has_header = b":" in header
        data = header if has_header else self._made()
        content = Content(text=self._words())
        for item in self._within("__attach_version1.0_#"):
            item._attachment(content, end)  # noqa: SLF001 - the same class
        rich = self._bytes(_STREAM.format(0x1009, _BINARY))
        if rich:
            content.parts.append(_part(rich, "rtf", "body.rtf (packed)", "application/rtf", end))
        content.issues |= self.issues
        return Letter(Fields(data, 0, len(data)), content, has_header)

    def _words(self) -> str:
        text = self.text(0x1000)
        if text.strip():
            return text.replace("\r\n", "\n")
        page = self._bytes(_STREAM.format(0x1013, _BINARY))
        if page:
            label = f"cp{self.number(0x3FDE)}" if self.number(0x3FDE) != 65001 else "utf-8"
            return words(as_text(page, label, self.issues))
        return words(self.text(0x1013))

    def _made(self) -> bytes:
        """Header fields out of what Outlook noted."""
        address = self.text(0x5D01) or self.text(0x0C1F)
        rows = [(b"From", _mailbox(self.text(0x0C1A), address))]
        for person in self._within("__recip_version1.0_#"):
            role = _ROLES.get(person.number(0x0C15), b"To")
            reached = person.text(0x39FE) or person.text(0x3003)
            rows.append((role, _mailbox(person.text(0x3001), reached)))
        for name, value in (
            (b"Subject", self.text(0x0037)),
            (b"Date", self.when(0x0039) or self.when(0x0E06)),
            (b"Message-ID", self.text(0x1035)),
            (b"In-Reply-To", self.text(0x1042)),
            (b"References", self.text(0x1039)),
        ):
            rows.append((name, value.encode()))
        return _block(rows)

    def _attachment(self, content: Content, end: int) -> None:
        name = escaped(self.text(0x3707) or self.text(0x3704) or self.text(0x3001))
        mime = escaped(self.text(0x370E))
        content.attached += 1
        inner = _STREAM.format(0x3701, _OBJECT)
        if any(list(path[: len(self._path) + 1]) == [*self._path, inner] for path in self._known):
            self._inside(content, inner, name, end)
        else:
            data = self._bytes(_STREAM.format(0x3701, _BINARY))
            state = "refused_limit" if "TOO_LARGE" in self.issues else "missing"
            part = (
                Part("attachment", name, mime, state=state, start=0, end=end)
                if data is None
                else _part(data, "attachment", name, mime, end)
            )
            content.parts.append(part)
        content.issues |= self.issues

    def _inside(self, content: Content, inner: str, name: str, end: int) -> None:
        if self._depth >= MAX_DEPTH:
            self.issues.add("DEPTH_LIMIT")
            content.parts.append(Part("message", name, state="refused_limit", start=0, end=end))
            return
        within = _Storage(self._ole, [*self._path, inner], self._depth + 1, self._known).letter(end)
        mime = "application/vnd.ms-outlook"
        content.parts.append(Part("message", name, mime, start=0, end=end))
        content.take_in(within.fields, within.content)


def _part(data: bytes, kind: str, name: str, mime: str, end: int) -> Part:
    digest = hashlib.sha256(data).hexdigest()
    return Part(kind, name, mime, sniff(data[:4096])[0], len(data), digest, start=0, end=end)


def _mailbox(name: str, address: str) -> bytes:
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return (f'"{quoted}" <{address}>' if address else f'"{quoted}"').encode()


def _block(rows: list[tuple[bytes, bytes]]) -> bytes:
    lines = (name + b": " + b" ".join(value.split()) for name, value in rows if value)
    return b"\n".join(lines) + b"\n\n"
