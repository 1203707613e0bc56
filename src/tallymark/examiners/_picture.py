"""One picture inside the confined child: drawn anew, or asked what it says of itself.

CIPA DC-008 (EXIF 2.32), W3C PNG, Adobe XMP, Apple's maker note (tag 17 pairs a photo with its clip) and
Android's Motion Photo format 1.0 (a clip after the picture, whose length the XMP states).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from PIL import Image, ImageOps

from tallymark.examiners import _credentials
from tallymark.examiners._frames import MOST_PIXELS, Answer

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "HEIF")
_EXIF, _GPS, _MAKER_NOTE = 0x8769, 0x8825, 0x927C
_MOST_XMP = 1 << 20
_XMP_TIME = re.compile(
    rb"(?:xmp:|xap:)(CreateDate|ModifyDate)(?:=\"|>)(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)(?:\.\d+)?"
    rb"(Z|[+-]\d\d:\d\d)?"
)
_MOTION = re.compile(
    rb"(?:MicroVideoOffset|Item:Semantic=\"MotionPhoto\"[^>]{0,300}Item:Length|MotionPhotoVideoLength)"
    rb"(?:=\"|>)(\d{1,12})"
)
_MOST_FILL = 4096  # bytes of filling between the end of one picture and the start of the next
_HEADER_PART = 8  # one eighth of a screenshot's height: where a chat shows whose it is


def drawn(source: BytesIO, widest: int) -> Answer:
    """The picture turned upright as plain pixels; nothing when it is too large."""
    with Image.open(source, formats=FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            return Answer()
        picture.draft("RGB", (widest, widest))
        turned = ImageOps.exif_transpose(picture).convert("RGBA")
    turned.thumbnail((widest, widest))
    page = Image.new("RGB", turned.size, "white")
    page.paste(turned, mask=turned.getchannel("A"))
    return Answer(width=page.width, height=page.height, rgb=page.tobytes(), seen=True)


def look(data: bytes) -> tuple[dict[str, str], dict[str, str]]:
    """Every time that the file itself states, each under the name of its clock; and facts."""
    with Image.open(BytesIO(data), formats=FORMATS) as picture:
        tags = picture.getexif()
        inner, place = tags.get_ifd(_EXIF), tags.get_ifd(_GPS)
        texts = getattr(picture, "text", {})
        xmp = _xmp(picture.info)
        clocks = {
            "camera_taken": _stamp(inner, 0x9003, 0x9011),
            "camera_digitised": _stamp(inner, 0x9004, 0x9012),
            "file_changed": _stamp({**inner, 0x0132: tags.get(0x0132)}, 0x0132, 0x9010),
            "gps_utc": _gps_time(place),
            "picture_written": str(texts.get("Creation Time", "")),
            "png_time_utc": _png_time(data),
            **_xmp_times(xmp),
        }
        facts = {
            "device": _device(tags),
            "software": str(tags.get(0x0131) or "").strip("\x00 "),
            "width": str(picture.width),
            "height": str(picture.height),
            "position": _position(place),
            "pair_id": _pair(inner.get(_MAKER_NOTE)),
            "moving_part": _motion(xmp, data),
            "second_picture": _second(data),
            "header_hash": _header(picture),
            "credentials": _credentials.stated(data, mime=Image.MIME.get(picture.format or "", "")),
        }
    return clocks, facts


def _device(tags: Mapping[int, object]) -> str:
    """Make and model; the make once where the model begins with it."""
    make, model = (str(tags.get(tag) or "").strip("\x00 ") for tag in (0x010F, 0x0110))
    return model if model.startswith(make) else f"{make} {model}"


def _stamp(tags: Mapping[int, object], when: int, offset: int) -> str:
    """An EXIF time as ``YYYY-MM-DDTHH:MM:SS`` with its offset when there is one (EXIF 2.32)."""
    words = str(tags.get(when) or "").strip("\x00 ")
    day, _, clock = words.partition(" ")
    if not clock or words.startswith("0000"):
        return ""
    return f"{day.replace(':', '-')}T{clock}{str(tags.get(offset) or '').strip(chr(0) + ' ')}"


def _gps_time(tags: Mapping[int, object]) -> str:
    """The time of the satellites, UTC: GPSDateStamp and GPSTimeStamp."""
    day, clock = str(tags.get(0x1D) or "").strip("\x00 "), tags.get(0x07)
    if not day or not isinstance(clock, tuple) or len(clock) != 3:
        return ""
    hour, minute, second = (int(float(part)) for part in clock)
    return f"{day.replace(':', '-')}T{hour:02}:{minute:02}:{second:02}Z"


def _position(tags: Mapping[int, object]) -> str:
    """Latitude and longitude in degrees (WGS-84), north and east positive."""
    found = []
    for value, half, negative in ((0x02, 0x01, "S"), (0x04, 0x03, "W")):
        parts = tags.get(value)
        if not isinstance(parts, tuple) or len(parts) != 3:
            return ""
        degrees = sum(float(part) / 60**power for power, part in enumerate(parts))
        found.append(-degrees if str(tags.get(half)) == negative else degrees)
    return f"{found[0]:.5f},{found[1]:.5f}"


def _xmp(info: Mapping[Any, Any]) -> bytes:
    found = info.get("xmp") or info.get("XML:com.adobe.xmp") or b""
    data = found.encode() if isinstance(found, str) else bytes(found)
    return data[:_MOST_XMP]


def _xmp_times(xmp: bytes) -> dict[str, str]:
    names = {b"CreateDate": "xmp_created", b"ModifyDate": "xmp_changed"}
    found: dict[str, str] = {}
    for kind, when, offset in _XMP_TIME.findall(xmp):
        at = when.decode("ascii")
        found.setdefault(names[kind], (at if len(at) > 16 else f"{at}:00") + offset.decode("ascii"))
    return found


def _png_time(data: bytes) -> str:
    """The ``tIME`` chunk of a PNG: when the picture was last changed, UTC."""
    if not data.startswith(b"\x89PNG"):
        return ""
    at = 8
    while at + 12 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"tIME" and size == 7:
            year, *rest = struct.unpack_from(">H5B", data, at + 8)
            return "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(year, *rest)
        at += 12 + size
    return ""


def _pair(note: object) -> str:
    """Apple's content identifier: the same in a Live Photo's picture and its clip."""
    if not isinstance(note, bytes) or not note.startswith(b"Apple iOS\x00"):
        return ""
    order = ">" if note[12:14] == b"MM" else "<"
    (count,) = struct.unpack_from(f"{order}H", note, 14)
    for number in range(min(count, 200)):
        tag, kind, size, at = struct.unpack_from(f"{order}HHII", note, 16 + 12 * number)
        if (tag, kind) == (17, 2):
            return note[at : at + min(size, 100)].strip(b"\x00").decode("ascii", "replace")
    return ""


def _motion(xmp: bytes, data: bytes) -> str:
    """Whether the clip that a Motion Photo says it carries is there."""
    found = _MOTION.search(xmp)
    if not found:
        return ""
    length = int(found[1])
    held = (
        0 < length < len(data) and data[len(data) - length + 4 : len(data) - length + 8] == b"ftyp"
    )
    return f"{length} bytes at the end" if held else f"{length} bytes are stated and not there"


def _second(data: bytes) -> str:
    """Where another whole JPEG begins after the first one's end, as some cameras and editors leave it."""
    if not data.startswith(b"\xff\xd8\xff"):
        return ""
    at = data.find(b"\xff\xd8\xff", len(data) // 4)
    ended = at > 0 and data.rfind(b"\xff\xd9", at - _MOST_FILL, at) >= 0
    return f"from byte {at:,}" if ended else ""


def _header(picture: Image.Image) -> str:
    """A fingerprint of the top of an upright picture: screenshots of one chat share it.

    64 bits, each saying whether one field of a 9 by 8 grid is darker than its neighbour.
    """
    if picture.height < picture.width or picture.width * picture.height > MOST_PIXELS:
        return ""
    if "exif" in picture.info:
        return ""
    top = picture.convert("L").crop((0, 0, picture.width, picture.height // _HEADER_PART))
    small = top.resize((9, 8)).tobytes()
    bits = [small[9 * row + n] < small[9 * row + n + 1] for row in range(8) for n in range(8)]
    return f"{sum(bit << place for place, bit in enumerate(bits)):016x}"
