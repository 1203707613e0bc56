"""What the parent and the confined child say to each other about one picture."""

from __future__ import annotations

from typing import Literal

import msgspec

MOST_BYTES = 128 << 20
"""A larger file is kept, and not looked into."""

MOST_PIXELS = 60_000_000
"""Larger pictures are not drawn: DESIGN's limit for anything rendered."""

WIDEST = 1600
CLOCKS = ("camera_taken", "camera_digitised", "file_changed", "gps_utc", "picture_written")


class Request(msgspec.Struct, frozen=True):
    """``work`` on the bytes that follow on standard input; ``widest`` in pixels."""

    work: Literal["pixels", "clocks"]
    widest: int = WIDEST


class Answer(msgspec.Struct, frozen=True):
    """Pixels as RGB, three bytes each, by rows; or clocks by name; or neither when it is no picture."""

    width: int = 0
    height: int = 0
    rgb: bytes = b""
    clocks: dict[str, str] = {}
    seen: bool = False
