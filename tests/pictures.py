"""Small pictures that tests make: real ones, and heads that claim to be huge."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image


def png_of(width: int, height: int) -> bytes:
    """A PNG that says it is this large and holds almost nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def saved(kind: str, **more: object) -> bytes:
    """A picture of 64 by 40 in one red, in this format."""
    target = io.BytesIO()
    Image.new("RGB", (64, 40), "#a33").save(target, kind, **more)
    return target.getvalue()
