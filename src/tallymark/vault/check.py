"""Reads everything again and says what does not hold what was written.

The cipher notices a changed page but not an old page or file put back; recomputing leaves, roots
and digests from the bytes does, as far as the signed head reaches.
"""

from __future__ import annotations

import hashlib
import io
import os
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tallymark.errors import EnvelopeError, TallymarkError
from tallymark.integrity.digest import sha256_stream
from tallymark.integrity.envelope import SealedReader
from tallymark.model.record import Exhibit, Import
from tallymark.vault import blobs, derived, generations, log_check, place
from tallymark.vault.heads import OutsideCheck
from tallymark.vault.log import ACTS, DIARY, Log, load_records
from tallymark.vault.store import Connection, Database

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not fit: ``what`` in a word or two, ``detail`` in a sentence."""

    what: str
    detail: str


class Originals(Protocol):
    """Where the sealed originals of a database lie: in its vault, or in a copy."""

    def open(self, row: blobs.BlobRow) -> SealedReader:
        """The plaintext of one. Raises VaultDamaged, EnvelopeError."""

    def strays(self, rows: list[blobs.BlobRow]) -> Iterator[str]:
        """Names of those that no row names."""


@dataclass(frozen=True, slots=True)
class InVault:
    """The originals in the folder of a vault."""

    folder: Path

    def open(self, row: blobs.BlobRow) -> SealedReader:
        """The plaintext of one. Raises VaultDamaged, EnvelopeError."""
        return blobs.open_row(self.folder, row)

    def strays(self, rows: list[blobs.BlobRow]) -> Iterator[str]:
        """Names of those that no row names, but for what is on its way."""
        held = {row.name + blobs.SUFFIX for row in rows}
        for entry in os.scandir(self.folder / place.BLOBS):
            if entry.name not in held and not entry.name.endswith(place.PART):
                yield entry.name


def check(
    database: Database,
    *,
    logs: tuple[Log, Log],
    originals: Originals,
    outside: Callable[[], list[OutsideCheck]] = list,
    inbox: Path | None = None,
    progress: Progress | None = None,
) -> list[Finding]:
    """Every finding; an empty list when all fits.

    ``inbox`` is the folder of notes, of which opening has taken in all that can be read. ``outside`` gives the heads held outside and how each stands. ``progress`` gets (bytes done,
    bytes in all) over the exhibits. Entries can be saved meanwhile, except while one exhibit's row
    or one generation is read.
    """
    return _all(
        lambda: _database(database),
        lambda: _named(log_check.check_log(database, logs[DIARY], table="records")),
        lambda: _named(log_check.check_log(database, logs[ACTS], table="acts")),
        lambda: _named(log_check.check_epochs(database, logs[DIARY])),
        lambda: _named(log_check.check_erased(database)),
        lambda: _named(log_check.check_dated(database, logs[DIARY])),
        lambda: _named(log_check.check_outside(database, logs[DIARY], found=outside())),
        lambda: _records(database),
        lambda: _blobs(originals, database, progress),
        lambda: _events(database),
        lambda: _words(database),
        lambda: _notes(inbox),
    )


def check_stored(
    database: Database, *, originals: Originals, progress: Progress | None = None
) -> list[Finding]:
    """The same for a database of any schema: its own check, and its originals."""
    return _all(
        lambda: _database(database),
        lambda: _blobs(originals, database, progress),
    )


def _all(*steps: Callable[[], Iterator[Finding]]) -> list[Finding]:
    found: list[Finding] = []
    for step in steps:
        try:
            found.extend(step())
        except TallymarkError as problem:
            found.append(Finding("database", str(problem)))
    return found


def _named(faults: Iterator[log_check.Fault]) -> Iterator[Finding]:
    return (Finding(what, detail) for what, detail in faults)


def _database(database: Database) -> Iterator[Finding]:
    with database.read() as connection:
        for (line,) in connection.execute("PRAGMA integrity_check"):
            if line != "ok":
                yield Finding("database", "The database's own check found a fault.")
        if connection.execute("PRAGMA foreign_key_check").fetchone():
            yield Finding("database", "A row points to a record that is not there.")


def _records(database: Database) -> Iterator[Finding]:
    with database.read() as connection:
        stored = load_records(connection)
        named = dict(connection.execute("SELECT idx, id || ' ' || type FROM records").fetchall())
    for one in stored:
        if named.get(one.index) != f"{one.record.id} {one.record.type}":
            yield Finding("record", f"Number {one.index} is filed under another name.")


def _blobs(
    originals: Originals, database: Database, progress: Progress | None
) -> Iterator[Finding]:
    with database.read() as connection:
        rows = blobs.rows(connection)
        stated = {
            one.record.id: held
            for one in load_records(connection)
            if isinstance(held := one.record.body, Exhibit)
        }
    total, done = sum(row.size for row in rows), 0
    for row in rows:
        if row.identity is not None:
            body = stated.get(row.exhibit)
            fault = _blob_fault(originals, row)
            if fault is None and (
                body is None or (body.sha256, body.size) != (row.sha256, row.size)
            ):
                fault = "its record states another file"
            if fault is not None:
                name = f"Exhibit {body.number}" if body else f"Exhibit number {row.ordinal}"
                yield Finding("exhibit", f"{name}: {fault}.")
        done += row.size
        if progress is not None:
            progress(done, total)
    for _ in originals.strays(rows):
        yield Finding("exhibit", "There is a sealed file that no exhibit names.")


def _blob_fault(originals: Originals, row: blobs.BlobRow) -> str | None:
    try:
        with originals.open(row) as reader:
            buffered = io.BufferedReader(reader, buffer_size=1 << 20)
            found = sha256_stream(buffered)
    except EnvelopeError:
        return "its sealed file was changed"
    except (TallymarkError, OSError):
        return "its sealed file is missing or cannot be read"
    return None if found == (row.sha256, row.size) else "its bytes are not what was stored"


def _events(database: Database) -> Iterator[Finding]:
    with database.read() as connection:
        sources = generations.visible(connection)
        stated = {
            one.record.id: body.events_digest
            for one in load_records(connection)
            if isinstance(body := one.record.body, Import)
        }
    for number, source in enumerate(sources, 1):
        with database.read() as connection:
            digest, count = _digest(connection, source.gen)
        agreed = {digest, source.events_digest, stated.get(source.import_id)}
        if len(agreed) != 1 or count != source.count:
            yield Finding("events", f"Import {number}: its events are not what was read.")


def _words(database: Database) -> Iterator[Finding]:
    with database.read() as connection:
        fit = derived.words_fit(connection, load_records(connection))
    if not fit:
        yield Finding("search", "The words that search finds are not those of the entries.")


def _notes(inbox: Path | None) -> Iterator[Finding]:
    if inbox is not None and inbox.is_dir() and any(inbox.iterdir()):
        yield Finding("note", "A note left while the vault was locked cannot be read.")


def _digest(connection: Connection, gen: int) -> tuple[str, int]:
    digest, count = hashlib.sha256(), 0
    rows = connection.execute(
        "SELECT data FROM event_blocks WHERE key >= ? AND key < ? ORDER BY key",
        (generations.key(gen, 0), generations.key(gen + 1, 0)),
    )
    for (data,) in rows:
        try:
            lines = zlib.decompress(data)
        except zlib.error:
            return "", count
        digest.update(lines)
        count += lines.count(b"\n")
    return digest.hexdigest(), count
