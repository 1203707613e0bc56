"""Bringing files in: the original is stored byte for byte first, then events are looked for."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec
from msgspec import structs

from tallymark import importers
from tallymark.diary.examination import stated_by
from tallymark.diary.progress import Watch, Watcher
from tallymark.errors import (
    AmbiguousFormat,
    DiskFull,
    ReaderFailed,
    SourceChanged,
    SourceMissing,
    TallymarkError,
    UnknownFormat,
    UnknownRecord,
)
from tallymark.examiners import LookBeside, says_something
from tallymark.integrity.foldered import FolderZip
from tallymark.model.event import EventBatch
from tallymark.model.filetype import sniff
from tallymark.model.record import Exhibit, Import, Person
from tallymark.vault import Stored, Vault

SNIFFED = 4096
DEFAULT_INITIALS = "EX"


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The stored original, the import record, the ledger as ``inspect`` gives it.

    ``already`` is true when the same bytes had been imported before with the same answers; then
    nothing was added.
    """

    exhibit: Stored
    record: Stored
    summary: dict[str, Any]
    already: bool = False


class _AlreadyHeldError(Exception):
    """The same bytes are an exhibit already; nothing is stored twice."""

    def __init__(self, held: Stored) -> None:
        super().__init__()
        self.held = held


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file, for reading; refuses to end well if it changed meanwhile (``SourceChanged``).

    A folder is read as one zip of all that is in it. Nothing else than these: a pipe could wait
    for ever, and a device never ends.
    """
    if path.is_dir():
        with FolderZip(path) as folder:
            yield cast("BinaryIO", folder)
            folder.must_be_unchanged()
        return
    if path.exists() and not path.is_file():
        raise SourceMissing("This is not a plain file.")
    try:
        stream = path.open("rb")
    except OSError as problem:
        raise SourceMissing("The file is not there or cannot be read.") from problem
    with stream:
        before = os.fstat(stream.fileno())
        yield stream
        after = os.fstat(stream.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise SourceChanged


def initials(vault: Vault) -> str:
    """Initials of the person who keeps the diary, for exhibit numbers; ``EX`` until recorded."""
    for stored in reversed(vault.records_of("person")):
        body = stored.record.body
        if isinstance(body, Person) and {"victim", "reporting"} & set(body.roles):
            name = (body.names or (body.label,))[0]
            letters = "".join(word[0] for word in name.split() if word[0].isalpha()).upper()
            return letters[:3] or DEFAULT_INITIALS
    return DEFAULT_INITIALS


def attach(
    vault: Vault,
    source: BinaryIO,
    *,
    name: str,
    modified: str | None = None,
    fields: Mapping[str, Any],
    progress: Callable[[int], None] | None = None,
) -> Stored:
    """Store one original; returns its exhibit record, or the one that holds the same bytes."""
    head = source.read(SNIFFED)
    source.seek(0)
    mime, kind = sniff(head)
    mark = initials(vault)
    looking = LookBeside(source) if says_something(mime) else None

    def describe(sha256: str, size: int, ordinal: int) -> Exhibit:
        held = vault.exhibit_of(sha256)
        if held is not None:
            raise _AlreadyHeldError(held)
        stated: dict[str, Any] = {"mime": mime, "kind": kind, "modified": modified}
        stated |= {**stated_by(looking.found if looking else None, name=name), **fields}
        return Exhibit(number=f"{mark}/{ordinal}", sha256=sha256, size=size, name=name, **stated)

    try:
        read = cast("BinaryIO", looking) if looking else source
        return vault.attach(read, describe=describe, progress=progress)
    except _AlreadyHeldError as already:
        return already.held
    finally:
        if looking:
            looking.close()


def file_time(stream: BinaryIO) -> str:
    """The file's own time as found, UTC, ISO 8601."""
    stamp = os.fstat(stream.fileno()).st_mtime
    return datetime.fromtimestamp(stamp, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def chosen_format(source: importers.Input, wanted: str | None) -> str:
    """The one importer for this file. Raises ``UnknownFormat`` or ``AmbiguousFormat``."""
    if wanted:
        return wanted
    found = importers.detect(source)
    if not found:
        raise UnknownFormat
    if len(found) > 1:
        raise AmbiguousFormat(f"More than one reader could read this file: {', '.join(found)}.")
    return found[0]


def import_file(
    vault: Vault,
    path: Path,
    *,
    wanted: str | None,
    answers: Mapping[str, str],
    progress: Watcher | None,
) -> ImportResult:
    """Store the original, read its events in the jail, index them, and append the import record.

    Raises the errors of ``tallymark.importers.inspect``. When a question is left open, the
    original is already kept and the next try goes on from there. Whatever else ``progress`` raises
    stops the import; what is on disk stays unseen, and the next try goes on from there too.
    """
    options = {"zone": vault.zone, **answers}
    watch = Watch(progress)
    with opened(path) as stream:
        name = chosen_format(stream, wanted)
        exhibit = _kept(vault, stream, path, watch)
        before = _earlier_import(vault, exhibit.record.id, name, options)
        if before is not None:
            return ImportResult(exhibit, before, _summary(before), already=True)
        task = _task(vault, exhibit, name, options)
        if not path.is_dir():
            stream.seek(0)
            return _events(vault, stream, exhibit, task, watch)
    # A folder has been copied into one exhibit by now, and that is what is read.
    with vault.open_exhibit(exhibit.record.id) as sealed:
        return _events(vault, cast("BinaryIO", sealed), exhibit, task, watch)


def _kept(vault: Vault, stream: BinaryIO, path: Path, watch: Watch) -> Stored:
    """The exhibit of an export: the file as it is, or a folder as one zip."""
    total = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    is_folder = path.is_dir()
    return attach(
        vault,
        stream,
        name=Path(stream.name).name if is_folder else path.name,
        modified=None if is_folder else file_time(stream),
        fields={"kind": "message_export", "method": "app_export"},
        progress=watch.kept(total),
    )


def go_on(vault: Vault, exhibit_id: str, *, progress: Watcher | None) -> ImportResult:
    """Finish an import that was stopped or cut off, from its sealed original.

    Raises ``UnknownRecord`` when there is none of this exhibit.
    """
    for left in vault.unfinished():
        if left.exhibit == exhibit_id:
            task = msgspec.json.decode(left.task, type=Task)
            with vault.open_exhibit(exhibit_id) as stream:
                opened_now = cast("BinaryIO", stream)
                return _events(vault, opened_now, vault.record(exhibit_id), task, Watch(progress))
    raise UnknownRecord("No import of this exhibit was stopped.")


class Task(msgspec.Struct, frozen=True):
    """What is read and how. An import that was cut off goes on only with the same task."""

    importer: str
    version: str
    options: dict[str, str]


def _task(vault: Vault, exhibit: Stored, name: str, options: dict[str, str]) -> Task:
    """This import, with the day of reading of the try that was cut off, if there was one."""
    asked = Task(name, importers.version(name), {importers.READ_ON: importers.today(), **options})
    for left in vault.unfinished():
        if left.exhibit == exhibit.record.id:
            begun = msgspec.json.decode(left.task, type=Task)
            day = {importers.READ_ON: begun.options[importers.READ_ON]}
            same = structs.replace(asked, options=asked.options | day)
            asked = same if begun == same else asked
    return asked


def _events(
    vault: Vault, stream: BinaryIO, exhibit: Stored, task: Task, watch: Watch
) -> ImportResult:
    """Read events into an unseen generation and make it visible with its record, or leave none."""
    writer = vault.begin_events(
        exhibit_id=exhibit.record.id,
        channel=importers.channel(task.importer),
        zone=task.options["zone"],
        task=msgspec.json.encode(task, order="sorted").decode(),
    )

    def take(batch: EventBatch) -> None:
        writer.add(batch)
        watch.found(batch)

    try:
        summary = importers.inspect(
            stream,
            options=task.options,
            format=task.importer,
            on_batch=take,
            progress=watch.read if watch.is_wanted else None,
        )
        importers.require_answers(summary)
        summary["duplicates"] = writer.doubles()
        stored = writer.finish(lambda digest, count: _import(exhibit, task, summary, digest, count))
    except DiskFull as full:
        raise DiskFull(
            "The disk is full. The file itself is kept; its messages are not all in yet.",
            next_step="Make room on this disk, then give the command tallymark import --resume.",
        ) from full
    except TallymarkError:
        with suppress(TallymarkError):  # a vault that was locked meanwhile
            writer.abandon()
        raise
    return ImportResult(exhibit, stored, summary)


def _import(
    exhibit: Stored, task: Task, summary: dict[str, Any], digest: str, count: int
) -> Import:
    if (summary["events_digest"], summary["counts"]["events"]) != (digest, count):
        raise ReaderFailed("What was read is not what was kept.")
    kept = {key: value for key, value in summary.items() if key not in {"source", "duplicates"}}
    return Import(
        exhibit=exhibit.record.id,
        importer=task.importer,
        importer_version=str(summary["importer_version"]),
        options={str(k): str(v) for k, v in summary["options"].items()},
        events=count,
        events_digest=digest,
        summary=kept,
        duplicates=int(summary["duplicates"]),
    )


def _earlier_import(
    vault: Vault, exhibit_id: str, name: str, options: Mapping[str, str]
) -> Stored | None:
    """The import of the same exhibit by the same reader with no different answer."""
    for stored in vault.records_of("import"):
        body = stored.record.body
        if isinstance(body, Import) and (body.exhibit, body.importer) == (exhibit_id, name):
            same = all(body.options.get(key) == value for key, value in options.items())
            if same and body.importer_version == importers.version(name):
                return stored
    return None


def _summary(stored: Stored) -> dict[str, Any]:
    body = stored.record.body
    return dict(body.summary) if isinstance(body, Import) else {}
