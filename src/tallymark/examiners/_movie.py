"""Clips in ISO base media files (MP4, MOV, M4A, 3GP): every clock in the ``moov`` box.

ISO/IEC 14496-12 sections 4.2 and 8.2.2; Apple's QuickTime metadata keys. ``mvhd`` counts seconds from
1904-01-01 UTC, and 0 is "not set"; many devices write local time there all the same, so it is told
apart from the clock that Apple writes with its offset.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from tallymark.examiners._forward import Forward

MOST_INDEX = 32 << 20
_EPOCH = datetime(1904, 1, 1, tzinfo=UTC)
_MOST_BOXES = 20_000
_NESTED = {b"trak", b"mdia", b"udta", b"minf"}
_HEAD = struct.Struct(">I4s")
_ISO_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_POSITION = re.compile(r"[+-]\d{1,3}(?:\.\d+)?[+-]\d{1,3}(?:\.\d+)?", re.ASCII)
_APPLE = "com.apple.quicktime."


def look(source: Forward) -> tuple[dict[str, str], dict[str, str]]:
    """Clocks and facts of a clip; what is not there is left out. Reads to the end of the index."""
    while (head := source.read(8)) and len(head) == 8:
        size, kind = _HEAD.unpack(head)
        taken = 8
        if size == 1:
            long = source.read(8)
            if len(long) < 8:
                break
            size, taken = struct.unpack(">Q", long)[0], 16
        if kind == b"moov" and taken <= size <= MOST_INDEX:
            return _index(source.read(size - taken))
        if size == 0 or size < taken:
            break
        source.skip(size - taken)
    return {}, {}


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    for _ in range(_MOST_BOXES):
        if at + 8 > len(data):
            return
        size, kind = _HEAD.unpack_from(data, at)
        if size < 8:
            return
        yield kind, data[at + 8 : at + size]
        at += size


def _index(data: bytes) -> tuple[dict[str, str], dict[str, str]]:
    clocks: dict[str, str] = {}
    facts: dict[str, str] = {}
    streams: list[str] = []
    waiting = [(kind, body, 0) for kind, body in _boxes(data)]
    for kind, body, depth in waiting:
        if kind == b"mvhd":
            _times(body, clocks, facts)
        elif kind == b"hdlr" and body[8:12] in {b"vide", b"soun"}:
            streams.append("picture" if body[8:12] == b"vide" else "sound")
        elif kind == b"meta":
            _keyed(body, clocks, facts)
        elif kind == b"\xa9day":
            _stated(body[4:].decode("utf-8", "replace"), clocks)
        elif kind == b"\xa9xyz":
            _placed(body[4:].decode("latin-1"), facts)
        elif kind in _NESTED and depth < 4 and len(waiting) < _MOST_BOXES:
            waiting.extend((k, b, depth + 1) for k, b in _boxes(body))
    if streams:
        facts["streams"] = ", ".join(sorted(set(streams)))
    return clocks, facts


def _times(body: bytes, clocks: dict[str, str], facts: dict[str, str]) -> None:
    form = ">QQIQ" if body[:1] == b"\x01" else ">IIII"
    if len(body) < 4 + struct.calcsize(form):
        return
    made, changed, scale, length = struct.unpack_from(form, body, 4)
    for name, value in (("movie_made_utc", made), ("movie_changed_utc", changed)):
        if 0 < value < 1 << 33:
            at = _EPOCH + timedelta(seconds=value)
            clocks[name] = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    if scale and 0 < length < 1 << 40:
        facts["seconds"] = f"{length / scale:.1f}"


def _keyed(body: bytes, clocks: dict[str, str], facts: dict[str, str]) -> None:
    """Apple's metadata: a list of names, and values by the number of the name."""
    inner = body if body[4:8] == b"hdlr" else body[4:]
    parts = dict(_boxes(inner))
    names = [name.decode("latin-1") for _, name in _boxes(parts.get(b"keys", b"")[8:])]
    for kind, item in _boxes(parts.get(b"ilst", b"")):
        number = int.from_bytes(kind, "big")
        if not 1 <= number <= len(names) or item[4:8] != b"data":
            continue
        text = item[16 : int.from_bytes(item[:4], "big")].decode("utf-8", "replace")
        _apple(names[number - 1].removeprefix(_APPLE), text, clocks, facts)


def _apple(name: str, text: str, clocks: dict[str, str], facts: dict[str, str]) -> None:
    if name == "creationdate":
        _stated(text, clocks)
    elif name == "content.identifier":
        facts["pair_id"] = text
    elif name.startswith("location.ISO6709"):
        _placed(text, facts)
    elif name in {"make", "model"}:
        facts["device"] = f"{facts.get('device', '')} {text}".strip()
    elif name == "software":
        facts["software"] = text


def _stated(text: str, clocks: dict[str, str]) -> None:
    found = _ISO_TIME.search(text)
    if found:
        offset = found[2] or ""
        if len(offset) == 5:
            offset = f"{offset[:3]}:{offset[3:]}"
        clocks["movie_made"] = found[1] + offset


def _placed(text: str, facts: dict[str, str]) -> None:
    found = _POSITION.search(text)
    if found:
        facts["position"] = found[0]
