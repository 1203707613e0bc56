"""Importers: what is in an export, read in a jailed child, every byte accounted for.

A format is one public module of this package, found by ``plugins``. ``inspect`` reads one file and
gives the contract of ``inspect --json``; events come in batches, in file order.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from queue import Empty, Queue
from typing import Any, BinaryIO, cast

import msgspec

from tallymark import plugins
from tallymark.errors import (
    QuestionNeeded,
    ReaderFailed,
    SourceChanged,
    UnknownFormat,
)
from tallymark.importers._frames import Request
from tallymark.importers._jail import run
from tallymark.importers._ledger import check_sum
from tallymark.importers._origin import Input, digesting, name_of, opened, sha256, stamp
from tallymark.importers._plausible import READ_ON, today
from tallymark.importers._protocol import Importer, NamesChats
from tallymark.jail.supply import Descriptor
from tallymark.model.event import EventBatch, Locator, event_id

__all__ = [
    "READ_ON",
    "Input",
    "channel",
    "detect",
    "event_lines",
    "inspect",
    "listing",
    "names",
    "require_answers",
    "shape",
    "today",
    "version",
]


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
    with opened(source) as file:
        return list(run(Request("detect"), file)["formats"])


def listing(source: Input) -> dict[str, object]:
    """What is in an archive that holds no export: the contract of ``inspect --json`` with ``members``.

    Nothing in it is unpacked to disk. Raises ``UnknownFormat`` for another file or an archive without
    files, ``DamagedArchive``, ``LimitExceeded``, ``SourceMissing`` and ``SourceChanged``.
    """
    return _answer(source, Request("list"))


def shape(source: Input, *, max_lines: int = 40) -> str:
    """The first lines with every letter x and every digit 0, so that a format can be reported."""
    with opened(source) as file:
        return str(run(Request("shape", lines=max_lines), file)["shape"])


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

    ``source`` is a path, an open descriptor, or any stream that can seek, such as a sealed original
    that is opened as it is read; the place in a stream is lost. With ``on_batch`` an open question
    raises ``QuestionNeeded`` before any event is given, unless ``ask`` is false; without it the
    questions are in the result and doubtful dates keep both readings. Also raises ``UnknownFormat``,
    ``AmbiguousFormat``, ``DamagedArchive``, ``LimitExceeded``, ``ReaderFailed``, ``SourceMissing``
    and ``SourceChanged``. ``progress`` gets bytes done, bytes in all and events so far.
    """
    if format is not None:
        importer(format)
    stop = on_batch is not None if ask is None else ask
    answers = {READ_ON: today(), **(options or {})}
    request = Request("inspect", options=answers, format=format, ask=stop)
    found = _answer(source, request, on_batch=on_batch, progress=progress)
    return found | _chat_name(found, name_of(source))


def _answer(
    source: Input,
    request: Request,
    *,
    on_batch: Callable[[EventBatch], None] | None = None,
    progress: Callable[[int, int, int], None] | None = None,
) -> dict[str, object]:
    """The child's answer about a whole source, whose digest is taken here meanwhile."""
    with opened(source) as file:
        before = stamp(file)
        with digesting(file) as digest:
            result = run(request, file, on_batch=on_batch, progress=progress)
            digest_here = digest()
        after = stamp(file)
    if result.pop("sha256", "") != digest_here or before != after:
        raise SourceChanged
    about = {"sha256": digest_here, "bytes": before[0], "name": name_of(source)}
    return _contract(result, about)


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
    with opened(source) as file:
        digest = sha256(file)
        again = file.fd if isinstance(file, Descriptor) else cast("BinaryIO", source)
        queue: Queue[bytes | BaseException | None] = Queue(maxsize=4)
        stop = threading.Event()

        def batch(found: EventBatch) -> None:
            if stop.is_set():
                raise GeneratorExit
            queue.put(found.lines)

        def work() -> None:
            try:
                inspect(again, options=options, format=format, on_batch=batch, ask=False)
                queue.put(None)
            except BaseException as problem:  # noqa: BLE001 - handed to the reader of the lines
                queue.put(problem)

        worker = threading.Thread(target=work, daemon=True)
        worker.start()
        try:
            while isinstance(lines := queue.get(), bytes):
                yield from _with_ids(lines, digest)
            if lines is not None:
                raise lines
        finally:
            stop.set()
            while worker.is_alive():
                with suppress(Empty):
                    queue.get(timeout=0.05)
            worker.join()


_sorted = msgspec.json.Encoder(order="sorted")


def _with_ids(lines: bytes, digest: str) -> Iterator[bytes]:
    for line in lines.splitlines():
        event = msgspec.json.decode(line)
        locator = msgspec.convert(event["locator"], Locator)
        event["id"] = event_id(digest, locator)
        event.setdefault("issues", [])
        yield _sorted.encode(event)


def _chat_name(found: Mapping[str, Any], file_name: str) -> dict[str, str]:
    """The chat's name where the export, or the member of it that was read, is named after it."""
    reader: object = importer(found["format"]) if found["format"] in names() else None
    if not isinstance(reader, NamesChats):
        return {}
    part = found.get("chat")
    member = str(part.get("member")).rpartition("/")[2] if isinstance(part, dict) else ""
    name = reader.chat_name(member) or reader.chat_name(file_name)
    return {"conversation": name} if name else {}


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
