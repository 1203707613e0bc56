"""The process that decodes one picture: it locks itself down, looks, answers, and ends."""

from __future__ import annotations

import io
import os
import sys
import warnings
from collections.abc import Mapping
from typing import BinaryIO

import msgspec
import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from tallymark.examiners._frames import MOST_BYTES, MOST_PIXELS, Answer, Request
from tallymark.jail.limits import lock_down

_MEMORY = 1 << 30
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "HEIF")
_EXIF, _GPS = 0x8769, 0x8825
_REFUSALS = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    OSError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    OverflowError,
    ArithmeticError,
    SyntaxError,
    EOFError,
    MemoryError,
    RecursionError,
)


def main(answers: int) -> None:
    """Answer the one request on standard input on descriptor ``answers``."""
    pillow_heif.register_heif_opener()
    Image.init()
    warnings.simplefilter("ignore")
    request = msgspec.json.decode(sys.stdin.buffer.readline(), type=Request)
    lock_down(size=MOST_BYTES, memory=_MEMORY, threads=True)  # HEIC is decoded by threads
    try:
        answer = _look(io.BytesIO(sys.stdin.buffer.read(MOST_BYTES + 1)), request)
    except _REFUSALS:
        answer = Answer()
    view = memoryview(msgspec.msgpack.encode(answer))
    while view:
        view = view[os.write(answers, view) :]


def _look(source: BinaryIO, request: Request) -> Answer:
    with Image.open(source, formats=_FORMATS) as picture:
        if request.work == "clocks":
            return Answer(clocks=_clocks(picture), seen=True)
        if picture.width * picture.height > MOST_PIXELS:
            return Answer()
        return _drawn(picture, request.widest)


def _drawn(picture: Image.Image, widest: int) -> Answer:
    picture.draft("RGB", (widest, widest))
    turned = ImageOps.exif_transpose(picture).convert("RGBA")
    turned.thumbnail((widest, widest))
    page = Image.new("RGB", turned.size, "white")
    page.paste(turned, mask=turned.getchannel("A"))
    return Answer(width=page.width, height=page.height, rgb=page.tobytes(), seen=True)


def _clocks(picture: Image.Image) -> dict[str, str]:
    """Every time that the file itself states, as written, each under the name of its clock."""
    tags = picture.getexif()
    inner, place = tags.get_ifd(_EXIF), tags.get_ifd(_GPS)
    found = {
        "camera_taken": _stamp(inner, 0x9003, 0x9011),
        "camera_digitised": _stamp(inner, 0x9004, 0x9012),
        "file_changed": _stamp({**inner, 0x0132: tags.get(0x0132)}, 0x0132, 0x9010),
        "gps_utc": _gps(place),
        "picture_written": str(getattr(picture, "text", {}).get("Creation Time", "")),
    }
    return {name: value[:40] for name, value in found.items() if value}


def _stamp(tags: Mapping[int, object], when: int, offset: int) -> str:
    """An EXIF time as ``YYYY-MM-DDTHH:MM:SS`` with its offset when there is one (EXIF 2.32)."""
    words = str(tags.get(when) or "").strip("\x00 ")
    day, _, clock = words.partition(" ")
    if not clock or words.startswith("0000"):
        return ""
    return f"{day.replace(':', '-')}T{clock}{str(tags.get(offset) or '').strip(chr(0) + ' ')}"


def _gps(tags: Mapping[int, object]) -> str:
    """The time of the satellites, UTC: GPSDateStamp and GPSTimeStamp."""
    day, clock = str(tags.get(0x1D) or "").strip("\x00 "), tags.get(0x07)
    if not day or not isinstance(clock, tuple) or len(clock) != 3:
        return ""
    hour, minute, second = (int(float(part)) for part in clock)
    return f"{day.replace(':', '-')}T{hour:02}:{minute:02}:{second:02}Z"
