"""Sound files and older clips: WAV, AVI, Ogg (Opus, Vorbis), AMR, MP3, Matroska and WebM.

EBU Tech 3285 (bext), RFC 3533 and 7845 (Ogg, Opus), RFC 4867 section 5 (AMR), id3.org (ID3v2.4), RFC 9559
(Matroska). Voicemail and voice notes come as these. None of them says a time zone.
"""

from __future__ import annotations

import re
import struct
from datetime import UTC, datetime, timedelta

from tallymark.examiners._forward import Forward

Found = tuple[dict[str, str], dict[str, str]]
_MOST_CHUNK = 1 << 20
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d[:.-]\d\d[:.-]\d\d)?", re.ASCII)
_AMR_SIZES = (12, 13, 15, 17, 19, 20, 26, 31, 5, 0, 0, 0, 0, 0, 0, 0)
_AMR_WB_SIZES = (17, 23, 32, 36, 40, 46, 50, 58, 60, 5, 0, 0, 0, 0, 0, 0)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_APART_2001 = datetime(2001, 1, 1, tzinfo=UTC)


def riff(source: Forward) -> Found:
    """WAV and AVI: the broadcast chunk, the INFO list, ``IDIT``, and the length."""
    clocks: dict[str, str] = {}
    facts: dict[str, str] = {}
    source.skip(12)
    rate = 0
    while len(head := source.read(8)) == 8:
        kind, size = struct.unpack("<4sI", head)
        if kind == b"LIST" and (name := source.read(4)) != b"movi":
            if name in {b"INFO", b"hdrl"}:
                continue
            source.skip(size - 4 + size % 2)
            continue
        if kind == b"data" and rate:
            facts["seconds"] = f"{size / rate:.1f}"
        if kind in {b"bext", b"ICRD", b"IDIT", b"fmt "} and size <= _MOST_CHUNK:
            body = source.read(size + size % 2)
            rate = struct.unpack_from("<I", body, 8)[0] if kind == b"fmt " and size >= 16 else rate
            _riff_clock(kind, body, clocks)
        else:
            source.skip(size + size % 2)
    return clocks, facts


def _riff_clock(kind: bytes, body: bytes, clocks: dict[str, str]) -> None:
    if kind == b"bext" and len(body) >= 338:
        day, at = body[320:330].decode("latin-1"), body[330:338].decode("latin-1")
        _dated(f"{re.sub('[^0-9]', '-', day)}T{re.sub('[^0-9]', ':', at)}", clocks)
    elif kind == b"ICRD":
        _dated(body.decode("latin-1"), clocks)
    elif kind == b"IDIT":
        words = body.decode("latin-1").strip("\x00\n ").split()
        if len(words) == 5 and words[1] in _MONTHS:
            month = _MONTHS.index(words[1]) + 1
            _dated(f"{words[4]}-{month:02}-{words[2].zfill(2)}T{words[3]}", clocks)


def _dated(text: str, clocks: dict[str, str]) -> None:
    found = _DATE.search(text)
    if found:
        day, _, at = found[0].replace(" ", "T").partition("T")
        clocks["sound_made"] = f"{day}T{re.sub('[^0-9]', ':', at)}" if at else f"{day}T00:00:00"


def ogg(source: Forward) -> Found:
    """Ogg with Opus or Vorbis: the ``DATE`` comment, and the length from the last page."""
    clocks: dict[str, str] = {}
    facts: dict[str, str] = {}
    rate, last, pages = 0, 0, 0
    while len(head := source.read(27)) == 27 and head[:4] == b"OggS":
        granule = struct.unpack_from("<q", head, 6)[0]
        body = source.read(sum(source.read(head[26])))
        last, pages = max(last, granule), pages + 1
        if body.startswith(b"OpusHead"):
            rate = 48_000
        elif body.startswith(b"\x01vorbis") and len(body) >= 16:
            rate = struct.unpack_from("<I", body, 12)[0]
        elif pages <= 4 and (
            found := re.search(rb"DATE=([^\x00-\x1f]{4,40})", body, re.IGNORECASE)
        ):
            _dated(found[1].decode("latin-1"), clocks)
    if rate and last:
        facts["seconds"] = f"{last / rate:.1f}"
    return clocks, facts


def amr(source: Forward) -> Found:
    """AMR and AMR-WB: 20 ms a frame, and no clock at all."""
    head = source.read(9)
    wide = head.startswith(b"#!AMR-WB\n")
    source.unread(head[9 if wide else 6 :])
    sizes, frames = _AMR_WB_SIZES if wide else _AMR_SIZES, 0
    while frame := source.read(1):
        source.skip(sizes[frame[0] >> 3 & 15])
        frames += 1
    return {}, {"seconds": f"{frames * 0.02:.1f}"}


def mp3(source: Forward) -> Found:
    """The recording time of an ID3v2 tag (``TDRC``, ``TYER``); most voicemails have none."""
    clocks: dict[str, str] = {}
    head = source.read(10)
    if len(head) < 10 or head[:3] != b"ID3":
        return {}, {}
    size = min(_synchsafe(head[6:10]), _MOST_CHUNK)
    tag = source.read(size)
    found = re.search(rb"TDRC.{7}([0-9T:. -]{10,19})", tag, re.DOTALL)
    if found:
        _dated(found[1].decode("latin-1"), clocks)
    return clocks, {}


def _synchsafe(four: bytes) -> int:
    value = 0
    for byte in four:
        value = value << 7 | byte & 127
    return value


def matroska(source: Forward) -> Found:
    """WebM and Matroska: ``DateUTC`` and the length, in the Info element of the segment."""
    clocks: dict[str, str] = {}
    facts: dict[str, str] = {}
    scale, length = 1_000_000, 0.0
    while (element := _element(source)) is not None:
        ident, size = element
        if ident in {0x18538067, 0x1549A966}:  # Segment, Info: go in
            continue
        if ident == 0x1F43B675:  # Cluster: what follows is sound and picture
            break
        if ident in {0x4461, 0x2AD7B1, 0x4489} and size <= 8:
            raw = source.read(size)
            if ident == 0x4461:
                at = _APART_2001 + timedelta(
                    microseconds=int.from_bytes(raw, "big", signed=True) // 1000
                )
                clocks["movie_made_utc"] = at.strftime("%Y-%m-%dT%H:%M:%SZ")
            elif ident == 0x2AD7B1:
                scale = int.from_bytes(raw, "big")
            else:
                length = struct.unpack(">f" if size == 4 else ">d", raw)[0]
        else:
            source.skip(size)
    if length:
        facts["seconds"] = f"{length * scale / 1e9:.1f}"
    return clocks, facts


def _element(source: Forward) -> tuple[int, int] | None:
    first = source.read(1)
    if not first or not first[0]:
        return None
    width = 9 - first[0].bit_length()
    ident = int.from_bytes(first + source.read(width - 1), "big")
    start = source.read(1)
    if not start or not start[0]:
        return None
    width = 9 - start[0].bit_length()
    size = int.from_bytes(bytes([start[0] & (0xFF >> width)]) + source.read(width - 1), "big")
    return ident, size
