"""Reading a copy back from its place: every piece, then everything that the vault's check reads."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tallymark.errors import CopyDamaged, EnvelopeDamaged, TallymarkError, VaultDamaged
from tallymark.integrity.envelope import Identity, SealedReader
from tallymark.vault import blobs, keys, opening, place
from tallymark.vault.backup import index as indexes
from tallymark.vault.backup.home import Home, find
from tallymark.vault.backup.index import Index
from tallymark.vault.backup.meter import Meter, Progress
from tallymark.vault.backup.pieces import (
    DATABASE_PIECE,
    ORIGINAL_PIECE,
    PieceFile,
    Pieces,
    as_database,
)
from tallymark.vault.check import Finding, check, check_stored
from tallymark.vault.migrating import newest_schema
from tallymark.vault.opening import Described
from tallymark.vault.store import Database, open_reading


@dataclass(frozen=True, slots=True)
class CopiedOriginals:
    """The originals of a copy, opened from their pieces."""

    pieces: Pieces
    index: Index

    def open(self, row: blobs.BlobRow) -> SealedReader:
        """The plaintext of an original. Raises VaultDamaged when the copy does not hold it."""
        found = {one.name: one for one in self.index.blobs}.get(row.name)
        if found is None or row.identity is None:
            raise VaultDamaged("The sealed file of this exhibit is not in the copy.")
        file = PieceFile(self.pieces, found.pieces, piece=ORIGINAL_PIECE, size=found.size)
        try:
            sealed = io.BufferedReader(file, 1 << 20)
            return SealedReader(sealed, identity=Identity.parse(row.identity), size=row.size)
        except CopyDamaged as problem:
            raise EnvelopeDamaged from problem

    def strays(self, rows: list[blobs.BlobRow]) -> Iterator[str]:
        """Names of originals that no exhibit names."""
        held = {row.name for row in rows}
        return (one.name for one in self.index.blobs if one.name not in held)


@dataclass(frozen=True, slots=True)
class Unlocked:
    """A folder of copies, the number of the copy in question, its master key and what gave it."""

    home: Home
    number: int
    master: bytearray = field(repr=False)
    slot: keys.Slot = field(repr=False)


def unlock(copies: Path, *, secret: keys.Secret, number: int | None = None) -> Unlocked:
    """The folder of copies at ``copies``, the number asked for or the newest, and its master key.

    Raises NoCopyHere, WrongPassphrase, WrongWords, WrongKey, CopyDamaged, VaultTooNew.
    """
    home = find(copies)
    chosen = home.newest(number)
    slots = home.slots(chosen)
    master, opened_by = keys.open_master(slots, secret)
    return Unlocked(home, chosen, master, slots.slots[opened_by - 1])


def check_copy(
    copies: Path,
    *,
    passphrase: str | None = None,
    words: str | None = None,
    number: int | None = None,
    progress: Progress | None = None,
) -> tuple[Index, list[Finding]]:
    """Read a copy back from its place without restoring it; what it is and what does not fit.

    Raises what ``unlock`` and ``read_back`` raise.
    """
    secret = keys.one_secret(passphrase, words, None)
    found = unlock(copies, secret=secret, number=number)
    home, chosen, master = found.home, found.number, found.master
    try:
        identity = indexes.identity_of(master, home.slots(chosen).vault)
        index, signer = home.index(chosen, identity)
        meter = Meter(progress, total=index.size)
        findings = read_back(home, index, signer=signer, master=master, meter=meter)
    finally:
        keys.wipe(master)
    return index, findings


@contextmanager
def opened(home: Home, index: Index, master: bytes | bytearray) -> Iterator[Database]:
    """The database of a copy, read where it lies. Raises CopyDamaged."""
    whole = index.database
    file = PieceFile(home.pieces, whole.pieces, piece=DATABASE_PIECE, size=whole.size)
    with as_database(file) as (name, vfs):
        try:
            database = open_reading(name, key=master, vfs=vfs)
        except VaultDamaged as problem:
            raise CopyDamaged("The database in the copy cannot be opened.") from problem
        try:
            yield database
        finally:
            database.close()


def read_back(
    home: Home,
    index: Index,
    *,
    signer: bytes,
    master: bytes | bytearray,
    meter: Meter,
) -> list[Finding]:
    """What does not hold what was written, in the copy as it lies there; empty when all fits.

    Each piece is read from its place and compared with its name; the names of those that differ
    are in ``home.pieces.bad`` afterwards. Raises CopyDamaged when its database cannot be read or
    the copy is not this vault's.
    """
    pieces = home.pieces
    pieces.forget()
    for name in index.database.pieces:
        pieces.look(name)
        meter.add(pieces.size(name))
    if pieces.bad:
        raise CopyDamaged("The database in the copy is damaged.")
    with opened(home, index, master) as database:
        described = opening.describe(database)
        _must_fit(home, index, described, signer)
        originals = CopiedOriginals(pieces, index)
        progress = meter.share(sum(one.size for one in index.blobs))
        if database.schema() == newest_schema():
            found = check(database, logs=described.logs, originals=originals, progress=progress)
            found += _heads(database, index, described)
        else:
            found = check_stored(database, originals=originals, progress=progress)
    # Padding is not decrypted, and what no row of the database asks for is not either.
    for name in sorted(index.pieces - pieces.seen):
        pieces.look(name)
    if pieces.bad and not found:
        found.append(Finding("copy", "A part of it is not what was written."))
    return found


def _must_fit(home: Home, index: Index, described: Described, signer: bytes) -> None:
    if described.vault_id != index.vault or described.key.public != signer:
        raise CopyDamaged("The index of the copy is not signed by this vault.")
    digest, listed = home.manifest(index.number)
    if digest != index.manifest or not index.pieces <= set(listed.values()):
        raise CopyDamaged("The list of digests in the copy was changed.")
    slots = (home.of(index.number) / place.SLOTS).read_bytes()
    if listed.get(f"{index.number}/{place.SLOTS}") != hashlib.sha256(slots).hexdigest():
        raise CopyDamaged("The locked keys in the copy were changed.")


def _heads(database: Database, index: Index, described: Described) -> Iterator[Finding]:
    try:
        with database.read() as connection:
            notes = [log.note(connection) for log in described.logs]
    except TallymarkError as problem:
        yield Finding("database", str(problem))
        return
    if notes != [index.head, index.acts]:
        yield Finding("copy", "The heads of its logs are not those that its index states.")
