"""The process that looks into files: it locks itself down, answers for one after another, and ends."""

from __future__ import annotations

import io
import os
import re
import struct
import sys
import warnings
import zipfile
import zlib
from collections.abc import Callable, Mapping

import msgspec
import pillow_heif
import pypdf
from PIL import Image

from tallymark.examiners import _movie, _paper, _picture, _sound
from tallymark.examiners._forward import Forward, Pieces
from tallymark.examiners._frames import (
    CLOCKS,
    FACTS,
    LENGTH,
    MOST_BYTES,
    MOST_FACT,
    Answer,
    Request,
)
from tallymark.jail.limits import lock_down
from tallymark.model.filetype import OFFICE, sniff

_MEMORY = 1 << 30
_HEAD = 4096
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_REFUSALS = (
    Image.DecompressionBombError,
    OSError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    SyntaxError,
    EOFError,
    MemoryError,
    RecursionError,
    RuntimeError,
    AttributeError,
    AssertionError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
    pypdf.errors.PyPdfError,
)
"""What libraries raise on files that somebody made or damaged. The child has nothing to lose by it."""

Look = Callable[[Forward], tuple[Mapping[str, str], Mapping[str, str]]]


def main(answers: int) -> None:
    """Answer each request on standard input, in turn, on descriptor ``answers``."""
    pillow_heif.register_heif_opener()
    Image.init()
    warnings.simplefilter("ignore")
    stream = sys.stdin.buffer
    lock_down(size=MOST_BYTES, memory=_MEMORY, threads=True)  # HEIC is decoded by threads
    while line := stream.readline(1024):
        request = msgspec.json.decode(line, type=Request)
        source = Forward(Pieces(stream))
        try:
            answer = _answered(source, request)
        except _REFUSALS:
            answer = Answer()
        source.rest()
        body = msgspec.msgpack.encode(answer)
        view = memoryview(LENGTH.pack(len(body)) + body)
        while view:
            view = view[os.write(answers, view) :]


def _answered(source: Forward, request: Request) -> Answer:
    if request.work == "pixels":
        data = source.read(MOST_BYTES + 1)
        fits = len(data) <= MOST_BYTES
        return _picture.drawn(io.BytesIO(data), request.widest) if fits else Answer()
    head = source.read(_HEAD)
    source.unread(head)
    mime, _ = sniff(head)
    clocks, facts = _looker(mime)(source)
    return Answer(clocks=_plain(clocks, CLOCKS), facts=_plain(facts, FACTS), seen=True)


def _looker(mime: str) -> Look:
    """How a file of this kind is looked into. Raises LookupError for a kind that says nothing."""
    known: dict[str, Look] = {
        "application/pdf": _whole(_paper.pdf),
        OFFICE: _whole(_paper.office),
        "audio/mp4": _movie.look,
        "video/mp4": _movie.look,
        "video/3gpp": _movie.look,
        "video/quicktime": _movie.look,
        "audio/wav": _sound.riff,
        "video/x-msvideo": _sound.riff,
        "audio/ogg": _sound.ogg,
        "audio/amr": _sound.amr,
        "audio/mpeg": _sound.mp3,
        "video/x-matroska": _sound.matroska,
    }
    return _whole(_picture.look) if mime.startswith("image/") else known[mime]


def _whole(look: Callable[[bytes], tuple[Mapping[str, str], Mapping[str, str]]]) -> Look:
    def read(source: Forward) -> tuple[Mapping[str, str], Mapping[str, str]]:
        data = source.read(MOST_BYTES + 1)
        return look(data) if len(data) <= MOST_BYTES else ({}, {})

    return read


def _plain(found: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """Short lines in the order of their names; what is empty is left out."""
    lines = {name: _CONTROL.sub(" ", found.get(name, "")).strip()[:MOST_FACT] for name in names}
    return {name: line for name, line in lines.items() if line}
