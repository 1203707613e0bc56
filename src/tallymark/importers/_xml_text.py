"""Values of XML attributes as text: entities, and emoji that were written as two halves.

Old backups write one emoji as two entities, ``&#55357;&#56832;``, one for each half of its UTF-16
form. XML forbids that and XML parsers refuse the file; here both halves become the one character.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_ENTITY = re.compile(r"&(?:#(?:([0-9]{1,10})|[xX]([0-9A-Fa-f]{1,8}))|(amp|lt|gt|quot|apos));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_HALF = re.compile("[\ud800-\udfff]")
_LOOSE = re.compile(r"&(?!(?:#[0-9]{1,10}|#[xX][0-9A-Fa-f]{1,8}|amp|lt|gt|quot|apos);)")
LAST = 0x10FFFF
UNKNOWN = "\ufffd"


class Decoded(NamedTuple):
    """The text of a value; ``raw`` as it stands in the file where a repair was made."""

    text: str
    raw: str | None = None
    repairs: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()


def decoded(value: bytes) -> Decoded:
    """The text of an attribute's bytes. Never raises: what is no character becomes U+FFFD."""
    text, is_sound = _characters(value)
    issues = [] if is_sound else ["BAD_ENCODING"]
    made = _ENTITY.sub(_character, text) if "&" in text else text
    if "&" in text and (_LOOSE.search(text) or made.count(UNKNOWN) > text.count(UNKNOWN)):
        issues.append("BAD_ENTITY")
    if not _HALF.search(made):
        return Decoded(made, issues=tuple(issues))
    repairs: list[str] = []
    joined = _PAIR.sub(_join, made)
    whole = _HALF.sub(UNKNOWN, joined)
    if joined != made:
        repairs.append("surrogate_pair")
        issues.append("SURROGATES_JOINED")
    if whole != joined:
        repairs.append("lone_surrogate")
        issues.append("LONE_SURROGATE")
    return Decoded(whole, _HALF.sub(UNKNOWN, text), tuple(repairs), tuple(issues))


def plain(value: bytes) -> str:
    """The text alone, for names and numbers."""
    return decoded(value).text


def _characters(value: bytes) -> tuple[str, bool]:
    """The bytes as characters, halves of emoji among them; and whether all could be read."""
    for errors in ("strict", "surrogatepass"):
        try:
            return value.decode(errors=errors), True
        except UnicodeDecodeError:
            continue
    return value.decode(errors="replace"), False


def _character(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return _NAMED[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(code) if 0 < code <= LAST else UNKNOWN


def _join(match: re.Match[str]) -> str:
    high, low = map(ord, match[0])
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
