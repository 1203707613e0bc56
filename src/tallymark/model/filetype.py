"""What a file is, by its first bytes: for the label of an exhibit, never to decide how to run it."""

from __future__ import annotations

OFFICE = "application/vnd.openxmlformats-officedocument"
"""DOCX, XLSX and PPTX alike: their first bytes do not tell them apart."""

_SIGNATURES: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg", "photo"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png", "photo"),
    (0, b"GIF8", "image/gif", "photo"),
    (8, b"WEBP", "image/webp", "photo"),
    (4, b"ftypheic", "image/heic", "photo"),
    (4, b"ftypheix", "image/heic", "photo"),
    (4, b"ftypmif1", "image/heif", "photo"),
    (4, b"ftypM4A", "audio/mp4", "audio"),
    (4, b"ftypqt", "video/quicktime", "video"),
    (4, b"ftyp3gp", "video/3gpp", "video"),
    (4, b"ftyp", "video/mp4", "video"),
    (0, b"%PDF-", "application/pdf", "document"),
    (0, b"OggS", "audio/ogg", "audio"),
    (0, b"ID3", "audio/mpeg", "audio"),
    (0, b"#!AMR", "audio/amr", "audio"),
    (8, b"WAVE", "audio/wav", "audio"),
    (8, b"AVI ", "video/x-msvideo", "video"),
    (0, b"\x1a\x45\xdf\xa3", "video/x-matroska", "video"),
    (0, b"\xff\xfb", "audio/mpeg", "audio"),
    (0, b"\xff\xf3", "audio/mpeg", "audio"),
    (30, b"[Content_Types].xml", OFFICE, "document"),
    (0, b"PK\x03\x04", "application/zip", "other"),
    (0, b"SQLite format 3\x00", "application/vnd.sqlite3", "other"),
    (0, b"{\\rtf", "text/rtf", "document"),
    (0, b"II*\x00", "image/tiff", "photo"),
    (0, b"MM\x00*", "image/tiff", "photo"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage", "other"),
    (0, b"x\x9f>\x22", "application/ms-tnef", "other"),
    (0, b"!BDN", "application/vnd.ms-outlook-pst", "other"),
    (0, b"\x1f\x8b\x08", "application/gzip", "other"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed", "other"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar", "other"),
    (0, b"\x7fELF", "application/x-executable", "other"),
)


def sniff(head: bytes) -> tuple[str, str]:
    """The media type and the exhibit kind (domain 7.5) that the first 16 or more bytes show."""
    for at, mark, mime, kind in _SIGNATURES:
        if head[at : at + len(mark)] == mark:
            return mime, kind
    if _is_text(head):
        return "text/plain", "document"
    if head.startswith(b"MZ"):  # two letters that a text may begin with too
        return "application/x-msdownload", "other"
    return "application/octet-stream", "other"


def _is_text(head: bytes) -> bool:
    """UTF-8 without a zero byte; a sign may be cut at the end."""
    if not head or b"\0" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as problem:
        return problem.start >= len(head) - 3
    return True
