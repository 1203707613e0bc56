"""One picture redrawn as plain pixels, so that nothing of the file itself reaches a page."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import BinaryIO

from tallymark.examiners._frames import WIDEST, Request
from tallymark.examiners.confined import Examiner


@dataclass(frozen=True, slots=True)
class Pixels:
    """A redrawn picture: three bytes a pixel, red, green, blue, row by row from the top left."""

    width: int
    height: int
    rgb: bytes


def pixels(source: BinaryIO, *, widest: int = WIDEST) -> Pixels | None:
    """The picture turned upright, at most ``widest`` pixels a side, without anything hidden in it.

    None when it is no picture that can be read here, or one of more than 60 million pixels.
    """
    with Examiner() as examiner:
        found = examiner.ask(Request("pixels", min(widest, WIDEST)), source)
    fits = 0 < found.width <= WIDEST and 0 < found.height <= WIDEST
    if not fits or len(found.rgb) != found.width * found.height * 3:
        return None
    return Pixels(found.width, found.height, found.rgb)


def jpeg(found: Pixels, *, quality: int = 85) -> bytes:
    """The pixels as a new JPEG file without metadata; the same pixels give the same bytes."""
    from PIL import Image

    target = io.BytesIO()
    Image.frombytes("RGB", (found.width, found.height), found.rgb).save(
        target, "JPEG", quality=quality
    )
    return target.getvalue()
