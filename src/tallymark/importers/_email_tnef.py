"""What is packed in a ``winmail.dat`` (MS-OXTNEF): the attachments and the plain text, nothing run."""

from __future__ import annotations

import hashlib
import struct

import msgspec

from tallymark.importers._email_words import as_text, escaped
from tallymark.model.event import Part
from tallymark.model.filetype import sniff

SIGNATURE = b"\x78\x9f\x3e\x22"
MAX_ATTRIBUTES = 20_000
_BODY, _DATA, _TITLE, _BEGINS = 0x800C, 0x800F, 0x8010, 0x9002
_ATTRIBUTE = struct.Struct("<BHHI")


def listed(data: bytes, *, span: tuple[int, int]) -> tuple[list[Part], str]:
    """The attachments, each standing at ``span`` of the mail, and the text; empty when it is no TNEF."""
    found: list[Part] = []
    text = ""
    issues: set[str] = set()
    if not data.startswith(SIGNATURE):
        return found, text
    at = 6
    for _ in range(MAX_ATTRIBUTES):
        if at + _ATTRIBUTE.size > len(data):
            break
        _, name, _, length = _ATTRIBUTE.unpack_from(data, at)
        at += _ATTRIBUTE.size
        value = data[at : at + length]
        at += length + 2
        if name == _BEGINS:
            found.append(Part("attachment", start=span[0], end=span[1], detail={"packed": "tnef"}))
        elif name == _BODY:
            text = as_text(value.rstrip(b"\0"), "", issues)
        elif name == _TITLE and found:
            name_shown = escaped(as_text(value.rstrip(b"\0"), "", issues))
            found[-1] = msgspec.structs.replace(found[-1], name=name_shown)
        elif name == _DATA and found:
            found[-1] = _filled(found[-1], value, whole=len(value) == length)
    return found, text


def _filled(part: Part, value: bytes, *, whole: bool) -> Part:
    return msgspec.structs.replace(
        part,
        sniffed=sniff(value[:4096])[0],
        size=len(value),
        sha256=hashlib.sha256(value).hexdigest(),
        state="present" if whole else "corrupt",
    )
