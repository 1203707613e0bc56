"""The process that reads an export: it locks itself down, reads, sends frames, and ends."""

from __future__ import annotations

import contextlib
import gc
import sys
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import msgspec

from tallymark import errors, plugins
from tallymark.errors import AmbiguousFormat, QuestionNeeded, ReaderFailed, TallymarkError
from tallymark.importers import _shape
from tallymark.importers._archive import ISSUES, Archive
from tallymark.importers._aside import Aside, started
from tallymark.importers._batch import Issues, Sink
from tallymark.importers._frames import Batch, Done, Progress, Refused, Request, send
from tallymark.importers._ledger import Ledger
from tallymark.importers._mark import Mark
from tallymark.importers._plausible import READ_ON
from tallymark.importers._protocol import Importer, Reading, Source, Survey
from tallymark.importers._source import Opened
from tallymark.jail.limits import lock_down
from tallymark.jail.supply import taken
from tallymark.model.event import EventBatch

PACKAGE = "tallymark.importers"


def main(frames: int) -> None:
    """Answer the one request on standard input with frames on descriptor ``frames``.

    Where the request names its format, only that one is loaded.
    """
    request = _asked()
    wanted = [n for n in plugins.names(PACKAGE) if request.format in {None, n}]
    _answer(frames, request, {name: plugins.load(PACKAGE, name, "IMPORTER") for name in wanted})


def answer(frames: int, importers: Mapping[str, Importer]) -> None:
    """The same with the formats given."""
    _answer(frames, _asked(), importers)


def _asked() -> Request:
    gc.disable()  # reading makes no cycles; a sweep over thousands of rows costs a third of the time
    return msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Request)


class _Out(NamedTuple):
    """Where frames go, and the second process where there is one."""

    frames: int
    aside: Aside | None


def _answer(frames: int, request: Request, importers: Mapping[str, Importer]) -> None:
    out = _Out(frames, _aside(request, importers, frames))
    jail = lock_down(size=request.source.size)
    try:
        send(frames, Done(_work(request, importers, out, jail)))
    except TallymarkError as problem:
        send(frames, _refused(problem))
    except MemoryError:
        send(
            frames,
            _refused(errors.LimitExceeded("The file needs more memory than a reader may have.")),
        )
    except RecursionError:
        send(frames, _refused(errors.LimitExceeded("The file is nested too deeply.")))


def _aside(request: Request, importers: Mapping[str, Importer], frames: int) -> Aside | None:
    """The second process, before this one gives up the right to start it."""
    if request.work != "inspect":
        return None
    own = {frames, sys.stdin.fileno(), *request.source.descriptors, request.mark} - {-1}
    return started(importers, size=request.source.size, close=own)


def _refused(problem: TallymarkError) -> Refused:
    questions = list(getattr(problem, "questions", []))
    return Refused(type(problem).__name__, str(problem), problem.next_step, questions)


def _work(
    request: Request, importers: Mapping[str, Importer], out: _Out, jail: dict[str, str]
) -> dict[str, Any]:
    if request.work == "shape":
        return {"shape": _shape.shape(taken(request.source), lines=request.lines)}
    opened = Opened(taken(request.source), importers, chunk=request.chunk)
    if request.work == "list":
        return {**_listed(opened), "jail": jail}
    readings = opened.readings()
    if request.work == "detect":
        return {"formats": [r.importer.NAME for r in _surest(readings)]}
    reading = _chosen(opened, readings, request.format)
    return {**_inspect(request, opened, reading, out), "jail": jail}


def _chosen(opened: Opened, readings: list[Reading], wanted: str | None) -> Reading:
    fitting = [r for r in readings if wanted == r.importer.NAME] if wanted else _surest(readings)
    if not fitting:
        raise opened.refusal()
    if len(fitting) > 1:
        names = ", ".join(r.importer.NAME for r in fitting)
        raise AmbiguousFormat(f"More than one reader could read this file: {names}.")
    return fitting[0]


def _surest(readings: list[Reading]) -> list[Reading]:
    """Without those readers that leave the file to another one, where there is another one."""
    return [r for r in readings if r.is_sure] or readings


def _inspect(request: Request, opened: Opened, reading: Reading, out: _Out) -> dict[str, Any]:
    importer = reading.importer
    surveys = [importer.survey(source, options=request.options) for source in reading.sources]
    asked = {q.id: q for survey in reversed(surveys) for q in survey.questions}
    questions = [msgspec.to_builtins(q) for q in asked.values()]
    if request.ask and questions:
        refusal = QuestionNeeded(str(questions[0]["text"]))
        refusal.questions = questions  # type: ignore[attr-defined]
        raise refusal
    sink = _sink(request, importer, out, sum(source.size for source in reading.sources))
    parts = []
    for number, (survey, source) in enumerate(zip(surveys, reading.sources, strict=True)):
        sink.source, sink.member = number, source.member
        parts.append(_read(survey, source, sink))
        sink.before += source.size
    if out.aside is not None:
        out.aside.close()
    if sink.quarantined and not sink.events:
        raise ReaderFailed("The reader stopped at every part of the file.")
    result = {
        "format": importer.NAME,
        "variant": "+".join(sorted({survey.variant for survey in surveys})),
        "importer_version": importer.VERSION,
        "channel": importer.CHANNEL,
        "options": {
            READ_ON: request.options.get(READ_ON, ""),
            **{k: v for survey in reversed(surveys) for k, v in survey.options.items()},
        },
        "questions": questions,
        "limits": list(dict.fromkeys(limit for survey in surveys for limit in survey.limits)),
        **sink.figures(),
        "declared": dict(sum((Counter(survey.declared) for survey in surveys), Counter())),
        **_coverage(opened, sink, parts, reading.unread),
    }
    if sink.quarantined:
        result["quarantined"] = sink.quarantined
    result["issues"] = sink.issues.listed()
    return result


def _read(survey: Survey, source: Source, sink: Sink) -> dict[str, Any]:
    """Read one source to its end; gives its member name and the ledger of its bytes."""
    sink.ledger = Ledger()
    survey.read(sink)
    sink.finish()
    sink.progress(source.size)
    return {"member": source.member, "coverage": sink.ledger.close(source.size)}


def _sink(request: Request, importer: Importer, out: _Out, size: int) -> Sink:
    """Where events go: each batch and each step is a frame to the parent."""

    def batch(found: EventBatch) -> None:
        send(out.frames, Batch(found))

    def progress(done: int) -> None:
        send(out.frames, Progress(sink.before + done, size, sink.events))

    sink = Sink(
        batch,
        sentences=importer.SENTENCES,
        progress=progress,
        mark=Mark(request.mark),
        skip=request.skip,
        aside=out.aside,
    )
    return sink


def _listed(opened: Opened) -> dict[str, Any]:
    """What an archive without any export holds: every member with its state. Refuses an empty one."""
    archive = opened.archive
    if archive is None or not any(entry.is_file for entry in archive.entries):
        raise opened.refusal()
    issues = Issues({})
    found = _members(opened, archive, issues)
    files = sum(member["state"] == "present" for member in found["members"])
    return {
        "format": "archive",
        "variant": "zip",
        "questions": [],
        "limits": ["what the files in it hold: unpack it to keep one of them by itself"],
        "counts": {
            "events": files, "message": 0, "call": 0, "system": 0, "other": files,
            "attachment": files, "rejected": 0,
        },
        "declared": {},
        "first": None,
        "last": None,
        "senders": {},
        **found,
        "issues": issues.listed(),
    }  # fmt: skip


def _coverage(
    opened: Opened, sink: Sink, parts: list[dict[str, Any]], unread: Collection[str]
) -> dict[str, Any]:
    """The ledger: of bytes for a plain file, of members for an archive (and of bytes for what was read)."""
    if opened.archive is None:
        return {"coverage": parts[0]["coverage"], "sha256": opened.file.sha256}
    archive = opened.archive
    archive.read = frozenset(str(part["member"]) for part in parts)
    archive.unread = frozenset(unread)
    read = {"chat": parts[0]} if len(parts) == 1 else {"parts": parts}
    return {**_members(opened, archive, sink.issues), **read}


def _members(opened: Opened, archive: Archive, issues: Issues) -> dict[str, Any]:
    """Every member with its state, the ledger of members, and the digest of the whole file."""
    members = list(archive.listed())
    states = [str(m["state"]) for m in members]
    for state, (code, sentence) in ISSUES.items():
        if count := states.count(state):
            issues.add(code, count=count, detail=sentence)
    for _ in opened.file.chunks():
        pass
    return {
        "coverage": archive.coverage(states),
        "members": members,
        "sha256": opened.file.sha256,
    }


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main(int(sys.argv[1]))
