"""Words in pictures and documents, read by a program in a confined child. It can be wrong, and says so."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import BinaryIO

import msgspec

from tallymark.errors import ReaderFailed, ReadingMissing
from tallymark.examiners._frames import LENGTH, MOST_BYTES, Words
from tallymark.examiners.confined import framed
from tallymark.jail.process import confined

_SECONDS = 180
_CHUNK = 1 << 20
_TOOLS = {"ocr": "rapidocr", "document_text": "pypdf"}


@dataclass(frozen=True, slots=True)
class Reading:
    """Lines as they were read, from top to bottom. ``doubtful`` are numbers of lines, from 0.

    ``method`` is ``ocr`` for the words in a picture, ``document_text`` for those a PDF holds;
    ``tool`` names the program and its version.
    """

    method: str
    tool: str
    lines: tuple[str, ...]
    doubtful: tuple[int, ...]


def method_for(mime: str) -> str | None:
    """How the words of a file of this media type are read; None when they cannot be."""
    if mime.startswith("image/"):
        return "ocr"
    return "document_text" if mime == "application/pdf" else None


def tool_of(method: str) -> str:
    """The program that reads by this method, with its version; empty when it is not installed."""
    name = _TOOLS[method]
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return ""


def read_words(source: BinaryIO, *, mime: str) -> Reading:
    """The words in the rest of a stream.

    Raises ReadingMissing when the part that reads pictures is not installed, ReaderFailed for a file
    that cannot be read here, is larger than 128 MiB, or takes longer than three minutes.
    """
    method = method_for(mime)
    if method is None:
        raise ReaderFailed("Words can be read in pictures and PDFs only.")
    tool = tool_of(method)
    if not tool:
        raise ReadingMissing
    found = _ask(source, method)
    if found.missing:
        raise ReadingMissing
    if not found.read:
        raise ReaderFailed("The words in this file could not be read.")
    lines = tuple(line for text in found.lines if (line := _plain(text)))
    doubtful = tuple(n for n in found.doubtful if 0 <= n < len(lines))
    return Reading(method, tool, lines, doubtful)


def _plain(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text).strip()


def _ask(source: BinaryIO, method: str) -> Words:
    with confined("tallymark.examiners._reading") as (process, answers):
        limit = threading.Timer(_SECONDS, process.kill)
        limit.daemon = True
        limit.start()
        feeding = threading.Thread(target=_feed, args=(process.stdin, method, source))
        feeding.start()
        try:
            said = framed(answers, most=4 << 20)
        finally:
            limit.cancel()
            process.kill()
            feeding.join()
    try:
        return msgspec.msgpack.decode(said or b"", type=Words)
    except msgspec.MsgspecError:
        return Words()


def _feed(pipe: BinaryIO | None, method: str, source: BinaryIO) -> None:
    if pipe is None:
        return
    with suppress(OSError, ValueError):
        pipe.write(method.encode() + b"\n")
        left = MOST_BYTES + 1
        while left > 0 and (piece := source.read(min(_CHUNK, left))):
            pipe.write(LENGTH.pack(len(piece)) + piece)
            left -= len(piece)
        pipe.write(LENGTH.pack(0))
        pipe.flush()
