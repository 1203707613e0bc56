"""One picture: redrawn as plain pixels, or asked for the clocks inside it."""

from __future__ import annotations

import io
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
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
    return _times(_ask(Request("clocks"), source))


class ClocksBeside(io.RawIOBase):
    """A stream that is asked for its clocks while somebody else reads it, once, from front to end.

    Reading goes on whatever becomes of the child. ``found`` is filled when the end has been read:
    as ``clocks`` gives it, and empty before, or when the bytes are no picture.
    """

    def __init__(self, source: BinaryIO) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._source, self._left = source, MOST_BYTES
        self._child = ExitStack()
        self._process: subprocess.Popen[bytes] | None = None
        with suppress(OSError):
            self._process, self._answers = self._child.enter_context(_limited())
            self._tell(msgspec.json.encode(Request("clocks")) + b"\n")

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """What the source gives; the child is told the same."""
        data = self._source.read(size)
        if data:
            self._tell(data[: self._left])
            self._left -= min(len(data), self._left)
        elif size:
            self._end()
        return data

    def close(self) -> None:
        """End the child. The source stays open."""
        self._child.close()
        super().close()

    def _tell(self, data: bytes) -> None:
        process = self._process
        if data and process is not None and process.stdin is not None:
            with suppress(OSError, ValueError):
                process.stdin.write(data)

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            with suppress(OSError, ValueError):
                process.stdin.close()
            self.found = _times(_decoded(_all(self._answers)))


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
    with _limited() as (process, answers):
        feeding = threading.Thread(target=_feed, args=(process, request, source))
        feeding.start()
        try:
            said = _all(answers)
        finally:
            process.kill()
            feeding.join()
    return _decoded(said)


@contextmanager
def _limited() -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A child that ends by itself when it takes too long."""
    with confined("tallymark.examiners._child") as (process, answers):
        limit = threading.Timer(_SECONDS, process.kill)
        limit.daemon = True
        limit.start()
        try:
            yield process, answers
        finally:
            limit.cancel()


def _decoded(said: bytes) -> Answer:
    try:
        return msgspec.msgpack.decode(said, type=Answer)
    except msgspec.MsgspecError:
        return Answer()


def _times(answer: Answer) -> dict[str, str]:
    """The clocks among what a child said: known names, and times alone."""
    found = answer.clocks
    return {name: found[name] for name in CLOCKS if _CLOCK.fullmatch(found.get(name, ""))}


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
