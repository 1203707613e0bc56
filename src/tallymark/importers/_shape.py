"""The skeleton of a text export: every letter x, every digit 0, so that it can be reported."""

from __future__ import annotations

import unicodedata

from tallymark.jail.supply import Bytes

_KEPT = frozenset(" \t\r\n.,;:-–—_/\\()[]{}<>|=+*&%#@!?'\"~^`،")
MAX_LINE = 400


def shape(source: Bytes, *, lines: int) -> str:
    """The first ``lines`` lines without their content. Marks that cannot be seen are named <U+XXXX>."""
    head = source.pread(1 << 16, 0)
    if head.startswith(b"PK\x03\x04"):
        return "a zip archive; unpack it to see the shape of its text"
    text = head.decode("utf-8", errors="replace")
    return "\n".join(_skeleton(line[:MAX_LINE]) for line in text.split("\n")[:lines])


def _skeleton(line: str) -> str:
    return "".join(_sign(char) for char in line)


def _sign(char: str) -> str:
    if char in _KEPT and char != "\r":
        return char
    if char.isdecimal():
        return "0"
    category = unicodedata.category(char)
    if category[0] in "LMN":
        return "x"
    if category[0] in "CZ":
        return f"<U+{ord(char):04X}>"
    return "*"
