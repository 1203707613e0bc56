"""The process that reads an export: it locks itself down, reads, sends frames, and ends."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Mapping
from typing import Any

import msgspec

from tallymark import errors, plugins
from tallymark.errors import AmbiguousFormat, QuestionNeeded, TallymarkError
from tallymark.importers import _shape
from tallymark.importers._batch import Sink
from tallymark.importers._frames import Batch, Done, Progress, Refused, Request, send
from tallymark.importers._protocol import Importer, Reading
from tallymark.importers._source import Opened
from tallymark.jail.limits import lock_down
from tallymark.model.event import EventBatch

PACKAGE = "tallymark.importers"


def main(frames: int) -> None:
    """Answer the one request on standard input with frames on descriptor ``frames``."""
    gc.disable()  # reading makes no cycles; a sweep over thousands of rows costs a third of the time
    request = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Request)
    names = plugins.names(PACKAGE)
    importers = {name: plugins.load(PACKAGE, name, "IMPORTER") for name in names}
    jail = lock_down(size=os.fstat(request.source).st_size)
    try:
        send(frames, Done(_work(request, importers, frames, jail)))
    except TallymarkError as problem:
        send(frames, _refused(problem))
    except MemoryError:
        send(
            frames,
            _refused(errors.LimitExceeded("The file needs more memory than a reader may have.")),
        )
    except RecursionError:
        send(frames, _refused(errors.LimitExceeded("The file is nested too deeply.")))


def _refused(problem: TallymarkError) -> Refused:
    questions = list(getattr(problem, "questions", []))
    return Refused(type(problem).__name__, str(problem), problem.next_step, questions)


def _work(
    request: Request, importers: Mapping[str, Importer], frames: int, jail: dict[str, str]
) -> dict[str, Any]:
    if request.work == "shape":
        return {"shape": _shape.shape(request.source, lines=request.lines)}
    opened = Opened(request.source, importers, chunk=request.chunk)
    readings = opened.readings()
    if request.work == "detect":
        return {"formats": [r.importer.NAME for r in readings]}
    reading = _chosen(opened, readings, request.format)
    return {**_inspect(request, opened, reading, frames), "jail": jail}


def _chosen(opened: Opened, readings: list[Reading], wanted: str | None) -> Reading:
    fitting = [r for r in readings if wanted in {None, r.importer.NAME}]
    if not fitting:
        raise opened.refusal()
    if len(fitting) > 1:
        names = ", ".join(r.importer.NAME for r in fitting)
        raise AmbiguousFormat(f"More than one reader could read this file: {names}.")
    return fitting[0]


def _inspect(request: Request, opened: Opened, reading: Reading, frames: int) -> dict[str, Any]:
    source, importer = reading.source, reading.importer
    survey = importer.survey(source, options=request.options)
    questions = [msgspec.to_builtins(q) for q in survey.questions]
    if request.ask and questions:
        refusal = QuestionNeeded(str(questions[0]["text"]))
        refusal.questions = questions  # type: ignore[attr-defined]
        raise refusal
    sink = _sink(importer, frames, source.size)
    if opened.archive is not None:
        opened.archive.chat = next(
            m for m in opened.archive.zip.members if m.name == source.member and m.readable
        )
    survey.read(sink)
    sink.finish()
    result = {
        "format": importer.NAME,
        "variant": survey.variant,
        "importer_version": importer.VERSION,
        "channel": importer.CHANNEL,
        "options": dict(survey.options),
        "questions": questions,
        "limits": list(survey.limits),
        **sink.figures(),
        **_coverage(opened, sink, source.size),
    }
    result["issues"] = sink.issues.listed()
    return result


def _sink(importer: Importer, frames: int, size: int) -> Sink:
    """Where events go: each batch and each step is a frame to the parent."""

    def batch(found: EventBatch) -> None:
        send(frames, Batch(found))

    def progress(done: int) -> None:
        send(frames, Progress(done, size, sink.events))

    sink = Sink(batch, sentences=_sentences(importer), progress=progress)
    return sink


def _sentences(importer: Importer) -> Mapping[str, str]:
    return dict(getattr(importer, "SENTENCES", {}))


def _coverage(opened: Opened, sink: Sink, size: int) -> dict[str, Any]:
    """The ledger: of bytes for a plain file, of members for an archive (and of bytes for its chat)."""
    coverage = sink.ledger.close(size)
    if opened.archive is None:
        return {"coverage": coverage, "sha256": opened.file.sha256, "declared": {}}
    members = list(opened.archive.listed())
    states = [str(m["state"]) for m in members]
    for state, code in (
        ("locked", "MEMBER_LOCKED"),
        ("corrupt", "MEMBER_CORRUPT"),
        ("unsupported", "MEMBER_UNSUPPORTED"),
    ):
        if count := states.count(state):
            sink.issues.add(code, count=count, detail=_MEMBER_SENTENCES[state])
    for _ in opened.file.chunks():
        pass
    return {
        "coverage": {
            "members": len(members),
            "records": states.count("chat") + states.count("present"),
            "framing": states.count("folder"),
            "skipped": states.count("clutter"),
            "unparsed": sum(states.count(s) for s in ("locked", "corrupt", "unsupported")),
        },
        "chat": {
            "member": opened.archive.chat.name if opened.archive.chat else None,
            "coverage": coverage,
        },
        "members": members,
        "sha256": opened.file.sha256,
        "declared": {},
    }


_MEMBER_SENTENCES = {
    "locked": "members are encrypted and were not read",
    "corrupt": "members do not fit their checksum or size",
    "unsupported": "members are packed in a way that is not read here",
}


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main(int(sys.argv[1]))
