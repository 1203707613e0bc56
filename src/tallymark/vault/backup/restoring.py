"""Restoring: a copy becomes a vault in a new place, checked, under an epoch of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from tallymark.errors import CopyDamaged
from tallymark.vault import blobs, epochs, log, migrating, opening, place
from tallymark.vault.backup import index as indexes
from tallymark.vault.backup.home import Home
from tallymark.vault.backup.index import Index
from tallymark.vault.backup.meter import Meter, Progress
from tallymark.vault.backup.pieces import DATABASE_PIECE, ORIGINAL_PIECE, PieceFile
from tallymark.vault.backup.reading import Unlocked
from tallymark.vault.check import Finding, InVault, check
from tallymark.vault.opening import Opened
from tallymark.vault.store import open_database

_READ = 1 << 20


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back: of which copy, when that was made, what of it does not fit."""

    number: int
    made: str
    findings: tuple[Finding, ...]


def restore(
    copy: Unlocked,
    path: Path,
    *,
    now: Callable[[], datetime],
    progress: Progress | None = None,
) -> tuple[Opened, Restored]:
    """Make a copy a vault at ``path`` and open it. See ``Vault.restore``."""
    home, number, master = copy.home, copy.number, copy.master
    slots = home.slots(number)
    index, signer = home.index(number, indexes.identity_of(master, slots.vault))
    place.make_folder(path)
    with opening.owned(path) as owner:
        place.begin(path)
        meter = Meter(progress, total=2 * index.size)
        _bring(home, index, path, meter)
        database = open_database(path / place.DATABASE, key=master)
        # The copy that is being restored is the copy from before.
        migrating.drop_copies(path / place.DATABASE)
        with opening.closed_on_error(database):
            opened = opening.parts(path, database, owner, master, slot=copy.slot)
            if (opened.vault_id, opened.key.public) != (index.vault, signer):
                raise CopyDamaged("The index of the copy is not signed by this vault.")
            meter.reach(index.size)
            findings = check(
                database,
                logs=(opened.diary, opened.acts),
                originals=InVault(path),
                progress=meter.share(index.size),
            )
            opened = _begin(opened, index, now)
            _copy_slots(home, number, path)
        return opened, Restored(number, index.made, tuple(findings))


def _begin(opened: Opened, index: Index, now: Callable[[], datetime]) -> Opened:
    """A new epoch, and the act that tells why."""
    opened = epochs.begin_epoch(opened, now=now)
    detail = f"copy {index.number} of {index.made}"
    with opened.database.transaction() as connection:
        log.act_now(connection, opened.acts, opened.clocks(now), what="restored", detail=detail)
    return opened


def _bring(home: Home, index: Index, path: Path, meter: Meter) -> None:
    """Write ``vault.db`` and the originals; one that is damaged is left out."""
    database = PieceFile(
        home.pieces, index.database.pieces, piece=DATABASE_PIECE, size=index.database.size
    )
    _write(database, path / place.DATABASE, meter)
    for one in index.blobs:
        with suppress(CopyDamaged):
            source = PieceFile(home.pieces, one.pieces, piece=ORIGINAL_PIECE, size=one.size)
            _write(source, blobs.file_of(path, one.name), meter)


def _write(source: PieceFile, target: Path, meter: Meter) -> None:
    def write(file: BinaryIO) -> None:
        while data := source.read(_READ):
            file.write(data)
            meter.add(len(data))

    place.write_file(target, write)


def _copy_slots(home: Home, number: int, path: Path) -> None:
    """With this file the folder is a vault."""
    data = (home.of(number) / place.SLOTS).read_bytes()
    place.write_file(path / place.SLOTS, lambda file: file.write(data))
    place.finished(path)
