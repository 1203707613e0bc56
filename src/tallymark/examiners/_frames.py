"""What the parent and the confined child say to each other about one file after another."""

from __future__ import annotations

import struct
from typing import Literal

import msgspec

MOST_BYTES = 128 << 20
"""A picture or document larger than this is kept, and not looked into."""

MOST_PIXELS = 60_000_000
"""Larger pictures are not drawn: DESIGN's limit for anything rendered."""

WIDEST = 1600
LENGTH = struct.Struct(">I")
MOST_FACT = 200
"""Characters of one fact; what a file says of itself is shown in a line."""

CLOCKS = (
    "camera_taken",
    "camera_digitised",
    "gps_utc",
    "file_changed",
    "picture_written",
    "png_time_utc",
    "xmp_created",
    "xmp_changed",
    "movie_made_utc",
    "movie_changed_utc",
    "movie_made",
    "sound_made",
    "document_made",
    "document_changed",
)
"""Every clock that a file can hold inside. ``_utc`` is UTC; the others are as the device wrote them."""

FACTS = (
    "device",
    "software",
    "width",
    "height",
    "position",
    "seconds",
    "streams",
    "pair_id",
    "moving_part",
    "second_picture",
    "pages",
    "attached",
    "protected",
    "header_hash",
    "credentials",
)
"""What else is read from a file, each a short text."""


class Request(msgspec.Struct, frozen=True):
    """``work`` on the file that follows on standard input, in pieces with their length before them.

    A piece of no bytes ends it. ``widest`` is in pixels.
    """

    work: Literal["pixels", "look"]
    widest: int = WIDEST


class Answer(msgspec.Struct, frozen=True):
    """Pixels as RGB, three bytes each, by rows; or clocks and facts by name; or nothing."""

    width: int = 0
    height: int = 0
    rgb: bytes = b""
    clocks: dict[str, str] = {}
    facts: dict[str, str] = {}
    seen: bool = False


class Words(msgspec.Struct, frozen=True):
    """What was read from one file: its lines, and the numbers (from 0) of those that are doubtful.

    ``read`` is false when the file could not be read; ``missing`` when the part for pictures is not
    installed.
    """

    read: bool = False
    missing: bool = False
    lines: list[str] = []
    doubtful: list[int] = []
