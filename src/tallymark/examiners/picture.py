"""One picture: redrawn as plain pixels, or asked for the clocks inside it."""

from __future__ import annotations

import io
import re
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass
from os import read
from typing import BinaryIO

import msgspec

from tallymark.examiners._frames import CLOCKS, MOST_BYTES, WIDEST, Answer, Request
from tallymark.jail.process import confined

_SECONDS = 30
_CHUNK = 1 << 20
_MOST_ANSWER = WIDEST * WIDEST * 3 + 4096
_CLOCK = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:[.]\d{1,6})?(?:Z|[+-]\d{2}:\d{2})?", re.ASCII
)


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
    found = _ask(Request("pixels", min(widest, WIDEST)), source)
    fits = 0 < found.width <= WIDEST and 0 < found.height <= WIDEST
    if not fits or len(found.rgb) != found.width * found.height * 3:
        return None
    return Pixels(found.width, found.height, found.rgb)


def clocks(source: BinaryIO) -> dict[str, str]:
    """The times that a picture states of itself, by clock; empty when it states none.

    ``camera_taken``, ``camera_digitised`` and ``file_changed`` are the device's local time, with an
    offset where it wrote one; ``gps_utc`` is UTC. Nothing is corrected and none is preferred.
    """
    found = _ask(Request("clocks"), source).clocks
    return {name: found[name] for name in CLOCKS if _CLOCK.fullmatch(found.get(name, ""))}


def jpeg(found: Pixels, *, quality: int = 85) -> bytes:
    """The pixels as a new JPEG file without metadata; the same pixels give the same bytes."""
    from PIL import Image

    target = io.BytesIO()
    Image.frombytes("RGB", (found.width, found.height), found.rgb).save(
        target, "JPEG", quality=quality
    )
    return target.getvalue()


def _ask(request: Request, source: BinaryIO) -> Answer:
    """The child's answer; an empty one when it died, took too long or said something else."""
    with confined("tallymark.examiners._child") as (process, answers):
        limit = threading.Timer(_SECONDS, process.kill)
        feeding = threading.Thread(target=_feed, args=(process, request, source))
        limit.start()
        feeding.start()
        try:
            said = _all(answers)
        finally:
            limit.cancel()
            process.kill()
            feeding.join()
    try:
        return msgspec.msgpack.decode(said, type=Answer)
    except msgspec.MsgspecError:
        return Answer()


def _feed(process: subprocess.Popen[bytes], request: Request, source: BinaryIO) -> None:
    pipe = process.stdin
    if pipe is None:
        return
    with suppress(BrokenPipeError), pipe:
        pipe.write(msgspec.json.encode(request) + b"\n")
        left = MOST_BYTES
        while left > 0 and (chunk := source.read(min(_CHUNK, left))):
            pipe.write(chunk)
            left -= len(chunk)


def _all(answers: int) -> bytes:
    """Everything the child says, up to the size that the largest answer has."""
    found = bytearray()
    while len(found) <= _MOST_ANSWER and (piece := read(answers, _CHUNK)):
        found += piece
    return bytes(found)
