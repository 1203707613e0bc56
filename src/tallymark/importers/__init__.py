"""Importers: what is in an export, read in a jailed child, every byte accounted for.

A format is one public module of this package, found by ``plugins``. ``inspect`` reads one file and
gives the contract of ``inspect --json``; events come in batches, in file order.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, Queue
from typing import Any, BinaryIO, cast

import msgspec

from tallymark import plugins
from tallymark.errors import (
    QuestionNeeded,
    ReaderFailed,
    SourceChanged,
    SourceMissing,
    UnknownFormat,
)
from tallymark.importers._frames import Request
from tallymark.importers._jail import run
from tallymark.importers._ledger import check_sum
from tallymark.importers._protocol import Importer
from tallymark.model.event import EventBatch, Locator, event_id

__all__ = [
    "channel",
    "detect",
    "event_lines",
    "inspect",
    "names",
    "require_answers",
    "shape",
    "version",
]

Input = Path | str | int | BinaryIO

# without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever
_READING = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


def names() -> tuple[str, ...]:
    """The names of all formats."""
    return plugins.names(__name__)


def importer(name: str) -> Importer:
    """The importer of that name. Raises ``UnknownFormat``."""
    if name not in names():
        raise UnknownFormat(f"There is no reader called {name}. There are: {', '.join(names())}.")
    return cast("Importer", plugins.load(__name__, name, "IMPORTER"))


def channel(name: str) -> str:
    """The channel that events of this format belong to."""
    return importer(name).CHANNEL


def version(name: str) -> str:
    """The importer's version: it changes when the same bytes would give other events."""
    return importer(name).VERSION


def detect(source: Input) -> list[str]:
    """Names of the formats that can read the file; empty when none can. Looked at in the jail."""
    with _descriptor(source) as fd:
        return list(run(Request("detect", fd))["formats"])


def shape(source: Input, *, max_lines: int = 40) -> str:
    """The first lines with every letter x and every digit 0, so that a format can be reported."""
    with _descriptor(source) as fd:
        return str(run(Request("shape", fd, lines=max_lines))["shape"])


def inspect(
    source: Input,
    *,
    options: Mapping[str, str] | None = None,
    format: str | None = None,  # noqa: A002 - the word of the command line
    on_batch: Callable[[EventBatch], None] | None = None,
    progress: Callable[[int, int, int], None] | None = None,
    ask: bool | None = None,
) -> dict[str, object]:
    """What is in an export: the contract of ``inspect --json``; its events through ``on_batch``.

    ``source`` is a path or an open descriptor for reading. With ``on_batch`` an open question
    raises ``QuestionNeeded`` before any event is given, unless ``ask`` is false; without it the
    questions are in the result and doubtful dates keep both readings. Also raises ``UnknownFormat``,
    ``AmbiguousFormat``, ``DamagedArchive``, ``LimitExceeded``, ``ReaderFailed``, ``SourceMissing``
    and ``SourceChanged``. ``progress`` gets bytes done, bytes in all and events so far.
    """
    if format is not None:
        importer(format)
    stop = on_batch is not None if ask is None else ask
    with _descriptor(source) as fd:
        before = os.fstat(fd)
        with _digesting(fd) as digest:
            request = Request("inspect", fd, dict(options or {}), format, stop)
            result = run(request, on_batch=on_batch, progress=progress)
            sha256 = digest()
        after = os.fstat(fd)
    if result.pop("sha256", "") != sha256 or _stamp(before) != _stamp(after):
        raise SourceChanged
    return _contract(result, {"sha256": sha256, "bytes": before.st_size, "name": _name(source)})


def require_answers(summary: Mapping[str, Any]) -> None:
    """Raise ``QuestionNeeded`` when ``inspect`` left a question open."""
    questions = summary.get("questions") or []
    if questions:
        problem = QuestionNeeded(str(questions[0]["text"]))
        problem.questions = questions  # type: ignore[attr-defined]
        raise problem


def event_lines(
    source: Input,
    *,
    options: Mapping[str, str] | None = None,
    format: str | None = None,  # noqa: A002 - the word of the command line
) -> Iterator[bytes]:
    """One canonical JSON object a line for every event, without line ends; each with its ``id``.

    The id is the SHA-256 of the source's digest and the canonical locator (``model.event``).
    """
    with _descriptor(source) as fd:
        sha256 = _sha256(fd)
        queue: Queue[bytes | BaseException | None] = Queue(maxsize=4)
        stop = threading.Event()

        def batch(found: EventBatch) -> None:
            if stop.is_set():
                raise GeneratorExit
            queue.put(found.lines)

        def work() -> None:
            try:
                inspect(fd, options=options, format=format, on_batch=batch, ask=False)
                queue.put(None)
            except BaseException as problem:  # noqa: BLE001 - handed to the reader of the lines
                queue.put(problem)

        worker = threading.Thread(target=work, daemon=True)
        worker.start()
        try:
            while isinstance(lines := queue.get(), bytes):
                yield from _with_ids(lines, sha256)
            if lines is not None:
                raise lines
        finally:
            stop.set()
            while worker.is_alive():
                with suppress(Empty):
                    queue.get(timeout=0.05)
            worker.join()


_sorted = msgspec.json.Encoder(order="sorted")


def _with_ids(lines: bytes, sha256: str) -> Iterator[bytes]:
    for line in lines.splitlines():
        event = msgspec.json.decode(line)
        locator = msgspec.convert(event["locator"], Locator)
        event["id"] = event_id(sha256, locator)
        event.setdefault("issues", [])
        yield _sorted.encode(event)


def _contract(result: dict[str, Any], source: dict[str, Any]) -> dict[str, object]:
    """The result in the order that people read it in; ``ReaderFailed`` when a part is missing."""
    first = ("format", "variant")
    then = (
        "counts",
        "declared",
        "coverage",
        "first",
        "last",
        "senders",
        "issues",
        "limits",
        "jail",
    )
    if not {*first, *then} <= result.keys() or not isinstance(result["coverage"], dict):
        raise ReaderFailed("The reader's answer is not whole.")
    check_sum(result["coverage"], size=source["bytes"])
    ordered = {key: result.pop(key) for key in first}
    ordered["source"] = source
    ordered |= {key: result.pop(key) for key in then}
    return ordered | result


@contextmanager
def _descriptor(source: Input) -> Iterator[int]:
    if isinstance(source, int):
        yield source
        return
    if not isinstance(source, str | Path):
        yield source.fileno()
        return
    try:
        fd = os.open(source, _READING)
    except (OSError, ValueError):
        raise SourceMissing("The file is not there or cannot be read.") from None
    try:
        if not _is_file(fd):
            raise SourceMissing("This is not a file.")
        yield fd
    finally:
        os.close(fd)


def _is_file(fd: int) -> bool:
    import stat

    return stat.S_ISREG(os.fstat(fd).st_mode)


def _name(source: Input) -> str:
    if isinstance(source, str | Path):
        return Path(source).name
    name = getattr(source, "name", "")
    return Path(name).name if isinstance(name, str) else ""


def _stamp(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns


def _sha256(fd: int, stop: threading.Event | None = None) -> str:
    digest = hashlib.sha256()
    at = 0
    while not (stop and stop.is_set()) and (piece := os.pread(fd, 1 << 20, at)):
        digest.update(piece)
        at += len(piece)
    return digest.hexdigest()


@contextmanager
def _digesting(fd: int) -> Iterator[Callable[[], str]]:
    """The digest of the source, taken by this process and not by the one that reads it."""
    found: list[str] = []
    stop = threading.Event()  # a refusal does not wait for the end of a large file
    worker = threading.Thread(target=lambda: found.append(_sha256(fd, stop)), daemon=True)
    worker.start()

    def result() -> str:
        worker.join()
        return found[0] if found else ""

    try:
        yield result
    finally:
        stop.set()
        worker.join()
