"""Clips, sounds and documents that tests make, a few bytes each, with the clocks that real ones hold."""

from __future__ import annotations

import io
import struct
import zipfile
from datetime import UTC, datetime

_1904 = datetime(1904, 1, 1, tzinfo=UTC)
AT = datetime(2026, 5, 3, 20, 10, 9, tzinfo=UTC)


def box(kind: bytes, data: bytes) -> bytes:
    """One box of an ISO base media file."""
    return struct.pack(">I4s", 8 + len(data), kind) + data


def mvhd(
    made: int, changed: int, *, scale: int = 600, length: int = 7380, version: int = 0
) -> bytes:
    """The movie header: times in seconds since 1904, the length in units of 1/scale."""
    form = ">IIII" if version == 0 else ">QQIQ"
    return box(b"mvhd", bytes([version, 0, 0, 0]) + struct.pack(form, made, changed, scale, length))


def since_1904(at: datetime = AT) -> int:
    """Seconds."""
    return int((at - _1904).total_seconds())


def apple(pairs: dict[str, str]) -> bytes:
    """QuickTime metadata by key."""
    names = b"".join(box(b"mdta", f"com.apple.quicktime.{k}".encode()) for k in pairs)
    keys = box(b"keys", struct.pack(">II", 0, len(pairs)) + names)
    values = b"".join(
        box(struct.pack(">I", n), box(b"data", struct.pack(">II", 1, 0) + v.encode()))
        for n, v in enumerate(pairs.values(), 1)
    )
    head = box(b"hdlr", bytes(8) + b"mdta" + bytes(12))
    return box(b"meta", head + keys + box(b"ilst", values))


def movie(
    *,
    made: int | None = None,
    extra: bytes = b"",
    brand: bytes = b"isom",
    kinds: tuple[bytes, ...] = (b"vide",),
    media: int = 5000,
    long_media: bool = False,
    version: int = 0,
) -> bytes:
    """A clip whose index comes last, as phones write it."""
    at = since_1904() if made is None else made
    tracks = b"".join(
        box(b"trak", box(b"mdia", box(b"hdlr", bytes(8) + k + bytes(12)))) for k in kinds
    )
    body = bytes(media)
    held = struct.pack(">I4sQ", 1, b"mdat", 16 + media) + body if long_media else box(b"mdat", body)
    index = box(b"moov", mvhd(at, at, version=version) + tracks + extra)
    return box(b"ftyp", brand + bytes(4) + b"mp42") + held + index


def wav(*, day: str = "2026-05-03", at: str = "21:10:09") -> bytes:
    """A second of 8 kHz sound with a broadcast chunk."""
    bext = bytes(320) + day.encode() + at.encode() + bytes(264)
    rate = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
    chunks = b"".join(
        kind + struct.pack("<I", len(data)) + data
        for kind, data in ((b"bext", bext), (b"fmt ", rate), (b"data", bytes(16000)))
    )
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def avi() -> bytes:
    """The header list of an AVI from a recorder."""
    words = b"Sun May 03 21:10:09 2026\n\x00"
    idit = b"IDIT" + struct.pack("<I", len(words)) + words
    hdrl = b"hdrl" + idit
    lists = b"LIST" + struct.pack("<I", len(hdrl)) + hdrl
    return b"RIFF" + struct.pack("<I", 4 + len(lists)) + b"AVI " + lists


def ogg(*, seconds: int = 3, comment: bytes = b"DATE=2026-05-03T21:10:09") -> bytes:
    """Two pages of Opus: what it is, and what it says of itself."""

    def page(granule: int, body: bytes) -> bytes:
        head = b"OggS" + bytes([0, 0]) + struct.pack("<qIII", granule, 1, 0, 0)
        return head + bytes([1, len(body)]) + body

    tags = b"OpusTags" + bytes(4) + comment
    return page(0, b"OpusHead" + bytes(11)) + page(48_000 * seconds, tags)


def amr(frames: int = 50) -> bytes:
    """Frames of the lowest rate: a type byte and 12 more."""
    return b"#!AMR\n" + (b"\x04" + bytes(12)) * frames


def webm() -> bytes:
    """A segment with its information: a date in nanoseconds since 2001, a length in milliseconds."""

    def element(ident: bytes, data: bytes) -> bytes:
        return ident + bytes([0x80 | len(data)]) + data

    nanos = int((AT - datetime(2001, 1, 1, tzinfo=UTC)).total_seconds()) * 10**9
    info = element(b"\x44\x61", struct.pack(">q", nanos)) + element(
        b"\x44\x89", struct.pack(">d", 2500.0)
    )
    inner = b"\x15\x49\xa9\x66" + bytes([0x80 | len(info)]) + info
    head = element(b"\x1a\x45\xdf\xa3", b"\x42\x82\x84webm")
    return head + b"\x18\x53\x80\x67\x01" + struct.pack(">Q", len(inner))[1:] + inner


def pdf(*, made: str = "D:20260503211009+01'00'", password: str = "") -> bytes:
    """One empty page that says when it was made, with a file inside it."""
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.add_metadata({"/CreationDate": made, "/Producer": "scanner"})
    writer.add_attachment("inside.txt", b"x")
    if password:
        writer.encrypt(password)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def docx() -> bytes:
    """The parts of a document that hold its dates."""
    core = (
        '<cp:coreProperties xmlns:cp="c" xmlns:dcterms="d"><dcterms:created x="W3CDTF">'
        "2026-05-03T20:10:09Z</dcterms:created><dcterms:modified>2026-05-04T09:00:00Z</dcterms:modified>"
        "</cp:coreProperties>"
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("docProps/core.xml", core)
        package.writestr("word/embeddings/a.bin", b"x")
    return target.getvalue()


def maker_note(ident: str) -> bytes:
    """Apple's maker note with a content identifier."""
    text = ident.encode() + b"\0"
    entry = struct.pack(">HHII", 17, 2, len(text), 14 + 2 + 12 + 4)
    return b"Apple iOS\x00\x00\x01MM" + struct.pack(">H", 1) + entry + bytes(4) + text
