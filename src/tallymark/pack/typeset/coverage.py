"""Which characters the vendored fonts can draw, and what is shown for those they cannot.

The tables are read straight from each font's ``cmap`` (OpenType 1.9, formats 4 and 12): a PDF/A
file must map every glyph to a character, so nothing may reach the typesetter that no font has.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Collection
from functools import cache
from importlib.resources import files

_KEPT_INVISIBLE = frozenset("\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f")
# Embeddings and isolates leave no ink; phone exports put them round every number.
_DROPPED = frozenset("\u202a\u202b\u202c\u2066\u2067\u2068\u2069\ufeff")
_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f")
_LONG_RUN = re.compile(r"[^\s\u200b]{60}(?=[^\s\u200b])")
_LATIN = re.compile(r"[\n\x20-\x7e\xa1-\xac\xae-\xff]*\Z")
_MAPPED = {
    **dict.fromkeys(_DROPPED, ""),
    **{mark: mark for mark in _KEPT_INVISIBLE | {"\n"}},
    **dict.fromkeys("\x85\u2028\u2029", "\n"),
    "\t": "    ",
}


def _tables(data: bytes) -> dict[bytes, int]:
    count = struct.unpack_from(">H", data, 4)[0]
    rows = (struct.unpack_from(">4sIII", data, 12 + 16 * i) for i in range(count))
    return {tag: offset for tag, _sum, offset, _length in rows}


def _format_4(data: bytes, at: int) -> set[int]:
    pairs = struct.unpack_from(">H", data, at + 6)[0] // 2
    ends = struct.unpack_from(f">{pairs}H", data, at + 14)
    starts = struct.unpack_from(f">{pairs}H", data, at + 16 + 2 * pairs)
    deltas = struct.unpack_from(f">{pairs}H", data, at + 16 + 4 * pairs)
    where = at + 16 + 6 * pairs
    ranges = struct.unpack_from(f">{pairs}H", data, where)
    found: set[int] = set()
    for i in range(pairs):
        for code in range(starts[i], min(ends[i], 0xFFFE) + 1):
            glyph = code
            if ranges[i]:
                slot = where + 2 * i + ranges[i] + 2 * (code - starts[i])
                glyph = struct.unpack_from(">H", data, slot)[0]
                if not glyph:
                    continue
            if (glyph + deltas[i]) & 0xFFFF:
                found.add(code)
    return found


def _format_12(data: bytes, at: int) -> set[int]:
    count = struct.unpack_from(">I", data, at + 12)[0]
    found: set[int] = set()
    for i in range(count):
        first, last, glyph = struct.unpack_from(">III", data, at + 16 + 12 * i)
        found.update(code for code in range(first, last + 1) if glyph + code - first)
    return found


def characters(font: bytes) -> set[int]:
    """Code points that a TrueType font maps to a glyph other than the empty box."""
    start = _tables(font)[b"cmap"]
    count = struct.unpack_from(">H", font, start + 2)[0]
    readers = {4: _format_4, 12: _format_12}
    found: set[int] = set()
    for i in range(count):
        platform, _encoding, offset = struct.unpack_from(">HHI", font, start + 4 + 8 * i)
        kind = struct.unpack_from(">H", font, start + offset)[0]
        if platform in {0, 3} and kind in readers:
            found |= readers[kind](font, start + offset)
    return found


@cache
def covered() -> frozenset[int]:
    """Every code point that at least one vendored font can draw."""
    found: set[int] = set()
    for entry in files(__package__).joinpath("fonts").iterdir():
        if entry.name.endswith(".ttf"):
            found |= characters(entry.read_bytes())
    return frozenset(found)


def _show(character: str) -> str:
    if character in _MAPPED:
        return _MAPPED[character]
    # Private use, surrogates, controls, unassigned, and the overrides that turn a line round.
    if unicodedata.category(character) in {"Co", "Cs", "Cc", "Cn", "Cf"}:
        return f"[U+{ord(character):04X}]"
    return character if ord(character) in covered() else f"[U+{ord(character):04X}]"


def _translate(text: str) -> str:
    return "".join(map(_show, text))


def printable(text: str, *, breaks: bool = True, hidden: Collection[str] = ()) -> str:
    """``text`` as it can be printed: what no font has is shown as ``[U+XXXX]``, nothing is lost.

    Directional embeddings leave no ink and are left out; directional overrides are shown, because
    they can turn a sentence round. With ``breaks``, an unbroken run gets a place to break every 60
    characters. Characters in ``hidden`` are shown as codes too.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not _LATIN.match(text):
        parts: list[str] = []
        at = 0
        for flag in _FLAG.finditer(text):
            parts += [_translate(text[at : flag.start()]), flag.group()]
            at = flag.end()
        text = "".join([*parts, _translate(text[at:])])
        text = text.translate({ord(c): f"[U+{ord(c):04X}]" for c in hidden})
    return _LONG_RUN.sub("\\g<0>\u200b", text) if breaks else text
