"""Making a copy: pieces that are not there yet, read back, and then the index that makes it one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from tallymark import disk
from tallymark.errors import CopyDamaged, UsageProblem
from tallymark.integrity.envelope import Identity
from tallymark.vault import blobs, filesystem, place
from tallymark.vault.backup import index as indexes
from tallymark.vault.backup.home import Home, home_for
from tallymark.vault.backup.index import Index, Original, Whole
from tallymark.vault.backup.meter import Meter, Progress
from tallymark.vault.backup.pieces import DATABASE_PIECE, ORIGINAL_PIECE
from tallymark.vault.backup.reading import read_back
from tallymark.vault.check import Finding
from tallymark.vault.log import stamp
from tallymark.vault.opening import Opened
from tallymark.vault.store import Connection


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that was read back. ``findings`` is what in it does not fit; empty when it is good.

    ``folder`` is the folder of copies, ``made`` the device's clock in UTC, ``new_bytes`` what was
    written for it, ``size`` all that it stands on. ``dropped`` are older copies taken away.
    ``same_disk`` says that it lies on the disk of the vault, as far as the system tells.
    """

    number: int
    folder: Path
    made: str
    builds_on: int
    size: int
    new_bytes: int
    originals: int
    head: str
    findings: tuple[Finding, ...] = ()
    dropped: tuple[int, ...] = ()
    same_disk: bool = False


def back_up(
    opened: Opened,
    chosen: Path,
    *,
    now: Callable[[], datetime],
    keep: int | None = None,
    progress: Progress | None = None,
) -> Copy:
    """Make a copy of the open vault at ``chosen`` and read it back. See ``Copies.make``."""
    if keep is not None and keep < 1:
        raise UsageProblem("At least one copy has to be kept.")
    home = _prepared(opened, chosen)
    maker = _Maker(opened, home, made=stamp(now()), progress=progress)
    index, findings = maker.make()
    dropped = home.prune(keep) if keep is not None and not findings else []
    return Copy(
        number=index.number,
        folder=home.path,
        made=index.made,
        builds_on=index.builds_on,
        size=index.size,
        new_bytes=maker.new_bytes,
        originals=len(index.blobs),
        head=index.head,
        findings=tuple(findings),
        dropped=tuple(dropped),
        same_disk=filesystem.device(home.path) == filesystem.device(opened.folder),
    )


def _prepared(opened: Opened, chosen: Path) -> Home:
    """The folder of copies, made if need be. Raises UsageProblem, CopyMismatch, ReadOnlyDisk."""
    home = home_for(chosen)
    inside, around = home.path.resolve(), opened.folder.resolve()
    if inside.is_relative_to(around) or around.is_relative_to(inside):
        raise UsageProblem("A copy has to lie outside the vault's own folder.")
    home.must_be_of(opened.vault_id)
    disk.make_folder(home.path)
    return home


@dataclass(frozen=True, slots=True)
class _Moment:
    """What the vault holds at one moment: heads of both logs, and its originals."""

    head: str
    acts: str
    rows: list[blobs.BlobRow]


class _Maker:
    """One copy on its way."""

    def __init__(self, opened: Opened, home: Home, *, made: str, progress: Progress | None) -> None:
        self.new_bytes = 0
        self._opened, self._home, self._made = opened, home, made
        self._identity = indexes.identity_of(opened.master, opened.vault_id)
        self._before = home.earlier(self._identity)
        self._known = {
            (one.name, one.recipient): one
            for one in (() if self._before is None else self._before.blobs)
        }
        self._number = max(home.numbers(), default=0) + 1
        self._progress = progress

    def make(self) -> tuple[Index, list[Finding]]:
        """Steps 1 to 5 of ``docs/spec/backup.md`` section 4."""
        index, findings = self._written_and_read()
        if self._home.pieces.bad:
            for name in self._home.pieces.bad:
                disk.unlink(self._home.pieces.path(name), missing_ok=True)
            index, findings = self._written_and_read()
        if self._home.pieces.bad:
            raise CopyDamaged("The disk for the copy does not keep what is written to it.")
        self._commit(index)
        return index, findings

    def _written_and_read(self) -> tuple[Index, list[Finding]]:
        with self._opened.database.read() as connection:
            sealed = sum(row.sealed_size for row in blobs.rows(connection))
        size = (self._opened.folder / place.DATABASE).stat().st_size + sealed
        meter = Meter(self._progress, total=2 * size)
        index = self._written(meter)
        meter.reach(size)
        found = read_back(
            self._home,
            index,
            signer=self._opened.key.public,
            master=self._opened.master,
            meter=meter,
        )
        meter.reach(2 * size)
        return index, found

    def _written(self, meter: Meter) -> Index:
        """Steps 1 to 3: everything but the index lies in its place."""
        home, number = self._home, self._number
        home.clear(number)
        disk.make_folder(home.of(number))
        source = (self._opened.folder / place.SLOTS).read_bytes()
        place.write_file(home.of(number) / place.SLOTS, lambda file: file.write(source))
        with self._opened.database.still(self._look) as (moment, path), disk.reading(path) as file:
            database = self._cut(file, DATABASE_PIECE, meter)
        originals = [self._original(row, meter) for row in moment.rows]
        held = tuple(sorted((o for o in originals if o is not None), key=lambda one: one.name))
        names = set(database.pieces).union(*(one.pieces for one in held))
        return Index(
            vault=self._opened.vault_id,
            number=number,
            builds_on=0 if self._before is None else self._before.number,
            made=self._made,
            head=moment.head,
            acts=moment.acts,
            manifest=home.write_manifest(number, names),
            database=database,
            blobs=held,
        )

    def _look(self, connection: Connection) -> _Moment:
        rows = [row for row in blobs.rows(connection) if row.identity is not None]
        head = self._opened.diary.note(connection)
        return _Moment(head, self._opened.acts.note(connection), rows)

    def _cut(self, source: BinaryIO, piece: int, meter: Meter) -> Whole:
        names, size = list[str](), 0
        for name, length, new in self._home.pieces.cut(source, piece):
            names.append(name)
            size += length
            self.new_bytes += length if new else 0
            meter.add(length)
        return Whole(size, tuple(names))

    def _original(self, row: blobs.BlobRow, meter: Meter) -> Original | None:
        """The pieces of a sealed original; None when it cannot be read, which the check will say."""
        recipient = Identity.parse(str(row.identity)).recipient
        known = self._known.get((row.name, recipient))
        if known is not None and all(map(self._home.pieces.size, known.pieces)):
            meter.add(known.size)
            return known
        try:
            file = blobs.file_of(self._opened.folder, row.name).open("rb")
        except OSError:
            return None
        with file:
            whole = self._cut(file, ORIGINAL_PIECE, meter)
        return Original(row.name, recipient, whole.size, whole.pieces)

    def _commit(self, index: Index) -> None:
        """Step 5: with this file the copy exists. Raises CopyDamaged if it does not read back."""
        data = indexes.write(index, identity=self._identity, key=self._opened.key)
        path = self._home.of(index.number) / indexes.FILE
        place.write_file(path, lambda file: file.write(data))
        if self._home.index(index.number, self._identity)[0] != index:
            raise CopyDamaged("The index of the copy does not read back.")
