"""What an export is read from: a path, a descriptor or a stream; its name, its digest, its stamp."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tallymark.errors import SourceMissing
from tallymark.jail.supply import Bytes, Descriptor, Stream

Input = Path | str | int | BinaryIO

# without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever
_READING = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
_PIECE = 1 << 20


@contextmanager
def opened(source: Input) -> Iterator[Bytes]:
    """The bytes of a source; a path is opened, anything else stays open. Raises ``SourceMissing``.

    The child gets the descriptor of a plain file. A stream without one, such as a sealed original,
    is read for it by this process.
    """
    if isinstance(source, int):
        yield Descriptor(source)
    elif not isinstance(source, str | Path):
        yield _of_stream(source)
    else:
        fd = _open(source)
        try:
            yield Descriptor(fd)
        finally:
            os.close(fd)


def _of_stream(source: BinaryIO) -> Bytes:
    # What unpacks or opens as it reads may give the descriptor of the file below it.
    raw = getattr(source, "raw", source)
    return Descriptor(raw.fileno()) if isinstance(raw, io.FileIO) else Stream(source)


def _open(path: Path | str) -> int:
    try:
        fd = os.open(path, _READING)
    except (OSError, ValueError):
        raise SourceMissing("The file is not there or cannot be read.") from None
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise SourceMissing("This is not a file.")
    return fd


def name_of(source: Input) -> str:
    """The file's own name without its folder; empty where it has none."""
    if isinstance(source, str | Path):
        return Path(source).name
    name = getattr(source, "name", "")
    return Path(name).name if isinstance(name, str) else ""


def stamp(source: Bytes) -> tuple[int, int]:
    """Size and time of last change; a stream without a file behind it cannot change."""
    if not isinstance(source, Descriptor):
        return source.size, 0
    status = os.fstat(source.fd)
    return status.st_size, status.st_mtime_ns


def sha256(source: Bytes, stop: threading.Event | None = None) -> str:
    """SHA-256 of all bytes, in hex; of a part of them once ``stop`` is set."""
    digest = hashlib.sha256()
    at = 0
    while not (stop and stop.is_set()) and (piece := source.pread(_PIECE, at)):
        digest.update(piece)
        at += len(piece)
    return digest.hexdigest()


@contextmanager
def digesting(source: Bytes) -> Iterator[Callable[[], str]]:
    """The digest of the source, taken by this process and not by the one that reads it."""
    found: list[str] = []
    stop = threading.Event()  # a refusal does not wait for the end of a large file
    problems: list[BaseException] = []

    def work() -> None:
        try:
            found.append(sha256(source, stop))
        except BaseException as problem:  # noqa: BLE001 - raised where the digest is asked for
            problems.append(problem)

    worker = threading.Thread(target=work, daemon=True)
    worker.start()

    def result() -> str:
        worker.join()
        if problems:
            raise problems[0]
        return found[0]

    try:
        yield result
    finally:
        stop.set()
        worker.join()
