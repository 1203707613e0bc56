"""Vault: one encrypted folder, opened. The only place that holds its keys."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from tallymark import disk
from tallymark.errors import RecordError, UnknownRecord, VaultError
from tallymark.integrity.checkpoint import Checkpoint
from tallymark.integrity.envelope import SealedReader
from tallymark.integrity.keyslot import Cost
from tallymark.integrity.signature import SigningKey
from tallymark.model.casefile import Casefile
from tallymark.model.record import (
    Body,
    Correction,
    Epoch,
    Exhibit,
    Import,
    Question,
    Record,
    Tombstone,
)
from tallymark.vault import (
    blobs,
    drafts,
    erasing,
    generations,
    keys,
    log,
    lookup,
    migrating,
    opening,
    place,
    reserve,
)
from tallymark.vault.backup import Copies, Copy, Restored, restore, unlock
from tallymark.vault.blocks import BlockReader
from tallymark.vault.boxes import Boxes
from tallymark.vault.casefile import Snapshots, Wanted
from tallymark.vault.check import Finding, InVault, check
from tallymark.vault.clock import THIS_DEVICE, Device
from tallymark.vault.doubles import Doubles
from tallymark.vault.events import EventWriter
from tallymark.vault.generations import Found, Unfinished
from tallymark.vault.heads import Covered, Heads
from tallymark.vault.log import Act, Stored
from tallymark.vault.narrowing import Narrow
from tallymark.vault.opening import Clock, Opened
from tallymark.vault.search import Hit, Searcher, index_record
from tallymark.vault.stamps import Stamps
from tallymark.vault.store import Connection
from tallymark.vault.ways import Ways

_NEARLY_FULL = (
    "The disk is nearly full. What was confirmed is saved. Make room on it before you go on."
)


class Vault:
    """An open vault. ``create`` or ``open`` it; use as a context manager or call ``close``.

    Every method may be called from any thread. What a method that writes has returned is on disk.
    All raise the errors of ``tallymark.errors`` and then have changed nothing.
    """

    def __init__(self, opened: Opened, *, now: Clock) -> None:
        """Take over what ``tallymark.vault.opening`` has opened."""
        self._opened = opened
        self._database = opened.database
        self._diary, self._acts = opened.diary, opened.acts
        self._now = opened.clocks(now)
        self.ways = Ways(opened, now=self._now)
        self._stored: list[Stored] | None = None
        self._blocks = BlockReader(opened.database)
        doubles = Doubles()
        self._snapshots = Snapshots(self._blocks, doubles)
        self._searcher = Searcher(self._blocks, doubles)
        self._covered = Covered()

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        passphrase: str,
        now: Clock,
        zone: str = "Europe/London",
        cost: Cost | None = None,
        device: Device = THIS_DEVICE,
    ) -> Self:
        """Make a vault in a new or empty folder and open it.

        ``zone`` is the IANA zone for days and hours; ``cost`` of the passphrase is measured here
        when None (about three seconds). Raises VaultExists, VaultInUse, WeakPassphrase, DiskFull.
        """
        opened = opening.create(
            path, passphrase=passphrase, now=now, zone=zone, cost=cost, device=device
        )
        return cls(opened, now=now)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        passphrase: str | None = None,
        words: str | None = None,
        identity: str | None = None,
        now: Clock,
        device: Device = THIS_DEVICE,
    ) -> Self:
        """Open a vault; sweep what was never acknowledged; note the opening in the acts log.

        By its passphrase, by 24 words, or by the text of a helper's age identity. Raises
        VaultNotFound, VaultInUse, WrongPassphrase, WrongWords, WrongKey (each leaves a sealed note
        for the next opening), VaultDamaged, VaultTooNew.
        """
        secret = keys.one_secret(passphrase, words, identity)
        return cls(opening.open_vault(path, secret=secret, now=now, device=device), now=now)

    @classmethod
    def restore(
        cls,
        copies: Path,
        path: Path,
        *,
        passphrase: str | None = None,
        words: str | None = None,
        now: Clock,
        number: int | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> tuple[Self, Restored]:
        """Make a copy (the newest, or ``number``) a vault in a new or empty folder, and open it.

        Everything is checked where it now lies, and a new epoch begins. A damaged original is left
        out and named in what is returned. On any error no vault is left at ``path``. Raises
        NoCopyHere, WrongPassphrase, WrongWords, CopyDamaged, VaultExists, VaultTooNew,
        DiskFull.
        """
        secret = keys.one_secret(passphrase, words, None)
        copy = unlock(copies, secret=secret, number=number)
        opened, restored = restore(copy, path, now=now, progress=progress)
        return cls(opened, now=now), restored

    def __enter__(self) -> Self:
        """The vault itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Lock it."""
        self.close()

    def close(self) -> None:
        """Lock: date the head, close the database, overwrite the key, let others open it.

        Twice is harmless. A disk that is full or failing does not keep the vault open.
        """
        with self._database.turn:
            try:
                with suppress(VaultError):
                    self.heads.date()
                self._database.close()
            finally:
                keys.wipe(self._opened.master)
                self._stored = None
                self._snapshots.forget()
                self._opened.owner.release()

    @property
    def folder(self) -> Path:
        """Where the vault lies."""
        return self._opened.folder

    @property
    def trouble(self) -> str:
        """What the person should know of the disk now, in a sentence or two; mostly nothing."""
        if self._opened.trouble or not self._opened.writable:
            return self._opened.trouble
        low = self._database.is_open and not reserve.is_kept(self.folder)
        return _NEARLY_FULL if low else ""

    @property
    def vault_id(self) -> str:
        """32 random hex digits."""
        return self._opened.vault_id

    @property
    def zone(self) -> str:
        """The IANA zone in which days begin and end."""
        return self._opened.zone

    @property
    def epoch(self) -> int:
        """The number of this writer's time: a new key, and a name of its own for the log."""
        return self._opened.epoch

    @property
    def origin(self) -> str:
        """The name of the diary log in checkpoints: ``<vault>/<epoch>``."""
        return self._diary.origin

    @property
    def signing_key(self) -> SigningKey:
        """The key that signs the heads of this epoch."""
        return self._opened.key

    @property
    def public_key(self) -> bytes:
        """The 32 bytes that check its signatures."""
        return self._opened.key.public

    def append(
        self,
        body: Body,
        *,
        asked: Sequence[Question] = (),
        supersedes: str | None = None,
        reason: str | None = None,
        author: str = "self",
        beside: Callable[[Connection], None] | None = None,
    ) -> Stored:
        """Write one record; the time this takes does not grow with the vault.

        ``beside`` writes further rows in the same transaction.

        Raises UnknownRecord when ``supersedes`` names nothing, RecordError for a body that cannot
        be written or that only ``attach``, ``begin_events`` or ``create`` may write.
        """
        with self._database.turn:
            if supersedes is not None:
                self._must_exist(supersedes)
            if isinstance(body, Correction):
                self._must_be_correctable(body)
            log.must_be_plain(body, None if supersedes is None else self.record(supersedes).record)
            record, data = log.make_record(
                body,
                now=self._now,
                zone=self.zone,
                asked=asked,
                supersedes=supersedes,
                reason=reason,
                author=author,
            )

            def write() -> Stored:
                with self._database.transaction() as connection:
                    stored = self._write(connection, record, data)
                    if beside is not None:
                        beside(connection)
                return stored

            return self._remember(reserve.spend(self.folder, write))

    @property
    def heads(self) -> Heads:
        """Heads of the diary log, and who outside holds one."""
        return Heads(
            self._database,
            diary=self._diary,
            acts=self._acts,
            now=self._now,
            covered=self._covered,
        )

    @property
    def stamps(self) -> Stamps:
        """Time stamps over heads of the diary log."""
        return Stamps(self._database, diary=self._diary, acts=self._acts, now=self._now)

    @property
    def boxes(self) -> Boxes:
        """The post-boxes that write to this vault."""
        return Boxes(self._database)

    def attach(
        self,
        source: BinaryIO,
        *,
        describe: Callable[[str, int, int], Exhibit],
        progress: Callable[[int], None] | None = None,
    ) -> Stored:
        """Keep the rest of ``source`` byte for byte and write its exhibit record.

        ``describe(sha256, size, ordinal)`` is asked once the file is sealed on disk; ``ordinal``
        counts exhibits from 1. ``progress`` gets bytes done. Raises DiskFull, RecordError.
        """
        blob = blobs.store(self.folder, source, progress=progress)
        try:
            with self._database.turn:
                with self._database.transaction() as connection:
                    ordinal = blobs.next_ordinal(connection)
                    body = blob.described(describe, ordinal)
                    record, data = log.make_record(body, now=self._now, zone=self.zone)
                    stored = self._write(connection, record, data)
                    blobs.insert(connection, blob, ordinal=ordinal, exhibit=record.id)
                return self._remember(stored)
        except BaseException:
            if not self._names(blob.name):
                disk.unlink(blobs.file_of(self.folder, blob.name), missing_ok=True)
            raise

    def erase(self, record_id: str, *, reason: str, asked_by: str = "self") -> list[Stored]:
        """Erase a record for good; gives the tombstones that were written for it.

        Gone are its bytes and salt, those of its other versions and withdrawals, for an exhibit
        the file, its key and what was read from it, and all words of these in the search. Leaves
        stay, so every proof holds. Raises UnknownRecord, RecordError for what cannot be erased.
        """
        with self._database.turn:
            doomed = erasing.together(self._all(), self.record(record_id).index)
            left = [one for one in self._all() if one not in doomed]
            bodies = [Tombstone(index=o.index, reason=reason, asked_by=asked_by) for o in doomed]
            made = [log.make_record(body, now=self._now, zone=self.zone) for body in bodies]
            self._stored = None
            self._snapshots.forget()
            migrating.drop_copies(self.folder / place.DATABASE)
            stones = erasing.erase(
                self.folder, self._database, self._diary, doomed, left=left, tombstones=made
            )
            self.act("erased", ", ".join(f"#{one.index}" for one in doomed))
        return stones

    def open_exhibit(self, record_id: str) -> SealedReader:
        """The original's bytes, seekable, decrypted as they are read and never to disk.

        Takes the id of any version of an exhibit record. Close it. Raises UnknownRecord,
        VaultDamaged when the file is gone, EnvelopeDamaged when it was changed.
        """
        with self._database.read() as connection:
            ident: str | None = record_id
            while ident is not None:
                row, body = blobs.row_of(connection, ident), self.record(ident).record.body
                if row is not None:
                    number = body.number if isinstance(body, Exhibit) else str(row.ordinal)
                    return blobs.open_row(self.folder, row, number=number)
                ident = self.record(ident).record.supersedes
        raise UnknownRecord("This entry holds no file.")

    def begin_events(
        self, *, exhibit_id: str, channel: str, zone: str, task: str = ""
    ) -> EventWriter:
        """Begin to take in the events of an exhibit; nobody sees them until ``finish``.

        ``finish`` replaces the events of the import that its record ``replaces``, and of an
        earlier import of the same bytes and channel. With a ``task``, which says what is read and
        how, an import that was cut off goes on when the same task is begun again.
        """
        body = self.record(exhibit_id).record.body
        if not isinstance(body, Exhibit):
            raise UnknownRecord("Events are found in an exhibit.")
        return EventWriter(
            self._database,
            exhibit_id=exhibit_id,
            sha256=body.sha256,
            channel=channel,
            zone=zone,
            task=task,
            commit=self._show,
        )

    def unfinished(self) -> list[Unfinished]:
        """Imports that were stopped or cut off and can go on."""
        with self._database.read() as connection:
            return generations.unfinished(connection)

    def drop_unfinished(self, exhibit_id: str) -> None:
        """Let an import that was cut off be; its exhibit stays."""
        dropped = [one.gen for one in self.unfinished() if one.exhibit == exhibit_id]
        generations.sweep(self._database, dropped)

    def records(self) -> list[Stored]:
        """Every record that is not erased, in order of writing."""
        return list(self._all())

    def record(self, record_id: str) -> Stored:
        """The record with this id. Raises UnknownRecord."""
        with self._database.read() as connection:
            return _known(lookup.by_id(connection, record_id))

    def numbered(self, index: int) -> Stored:
        """The record with this number in the log. Raises UnknownRecord."""
        with self._database.read() as connection:
            return _known(lookup.by_index(connection, index))

    def records_of(self, *types: str) -> list[Stored]:
        """Records of these types, in order of writing; the others are not looked at."""
        with self._database.read() as connection:
            return lookup.of_types(connection, types)

    def after(self, record_id: str) -> Stored | None:
        """The newest record that replaced or withdrew this one; None while it is current."""
        with self._database.read() as connection:
            return lookup.after(connection, record_id)

    def exhibit_of(self, sha256: str) -> Stored | None:
        """The exhibit that holds the bytes with this digest (64 hex), if there is one."""
        with self._database.read() as connection:
            return lookup.holding(connection, sha256)

    def leaf_hashes(self) -> list[bytes]:
        """The leaf hash of every index, erased ones too."""
        with self._database.read() as connection:
            return self._diary.leaves(connection)

    def erased(self) -> list[int]:
        """The indices whose bytes were erased."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT idx FROM records WHERE data IS NULL ORDER BY idx")
            return [index for (index,) in rows]

    def checkpoint(self) -> str:
        """The signed note of the diary log's head."""
        with self._database.read() as connection:
            return self._diary.note(connection)

    def casefile(
        self,
        *,
        since: str | None = None,
        until: str | None = None,
        only: Collection[str] | None = None,
    ) -> Casefile:
        """A snapshot of all, or of some days or records and what they refer to.

        ``since`` and ``until`` are inclusive days (``YYYY-MM-DD``) in the vault's zone, ``only``
        record ids. Raises UsageProblem for a bad date, UnknownRecord for a bad id.
        """
        with self._database.read() as connection:
            return self._snapshots.take(
                connection,
                self._all(),
                head=self._diary.frontier(connection),
                wanted=Wanted(since=since, until=until, only=only, zone=self.zone),
                outside=self._covered.take(connection, self._diary),
            )

    def search(self, words: str, *, limit: int = 50, narrow: Narrow | None = None) -> list[Hit]:
        """Entries and events that hold every word (``"a phrase"``, ``begin*``), newest first.

        ``narrow`` asks for more; with it and no words, records alone are found.
        """
        with self._database.read() as connection:
            return self._searcher.search(
                connection,
                words,
                limit=limit,
                records=self._all(),
                sources=generations.visible(connection),
                narrow=narrow or Narrow(),
            )

    def act(self, what: str, detail: str = "") -> Act:
        """Note in the acts log that something was done to the vault. It never leaves the vault."""

        def write() -> Act:
            with self._database.transaction() as connection:
                return self._insert_act(connection, what, detail)

        return reserve.spend(self.folder, write)

    def acts(self) -> list[Act]:
        """Everything done to the vault, oldest first; wrong tries appear at the next opening."""
        with self._database.read() as connection:
            return log.load_acts(connection)

    def save_draft(self, key: str, text: str) -> None:
        """Keep words that are not an entry yet, encrypted, in place of earlier ones under ``key``."""
        with self._database.transaction() as connection:
            drafts.save(connection, key, text, saved=log.stamp(self._now()))

    def drafts(self) -> dict[str, str]:
        """Every draft by key."""
        with self._database.read() as connection:
            return drafts.load(connection)

    def drop_draft(self, key: str) -> None:
        """Forget a draft; harmless when there is none."""
        with self._database.transaction() as connection:
            drafts.drop(connection, key)

    def check(
        self,
        progress: Callable[[int, int], None] | None = None,
        *,
        outside: Sequence[Checkpoint] = (),
    ) -> list[Finding]:
        """Read everything again; what does not hold what was written. Empty when all fits.

        ``outside`` are heads that somebody shows now, beside those that are noted.
        """
        found = check(
            self._database,
            logs=(self._diary, self._acts),
            originals=InVault(self.folder),
            outside=lambda: self.heads.check(outside),
            inbox=self.folder / place.INBOX if self._opened.writable else None,
            progress=progress,
        )
        if not found and self._opened.writable:
            migrating.drop_copies(self.folder / place.DATABASE)
        return found

    @property
    def copies(self) -> Copies:
        """Makes copies in other places, and says how old the last one is."""
        return Copies(self._opened, self._now)

    def remove(
        self,
        to: Path,
        *,
        same_disk: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> Copy:
        """Make a last copy, read it back, and only then delete the vault here, its keys first.

        Raises what ``Copies.make_last`` raises; then the vault stays as it is. Afterwards it is
        closed. What was deleted may be found again on a flash disk, but without its keys.
        """
        copy = self.copies.make_last(to, same_disk=same_disk, progress=progress)
        self.close()
        place.destroy(self.folder, self.folder / place.DATABASE)
        return copy

    def _insert_act(self, connection: Connection, what: str, detail: str) -> Act:
        return log.act_now(connection, self._acts, self._now, what=what, detail=detail)

    def _all(self) -> list[Stored]:
        with self._database.read() as connection:
            if self._stored is None:
                self._stored = log.load_records(connection)
            return self._stored

    def _remember(self, stored: Stored) -> Stored:
        if self._stored is not None:
            self._stored.append(stored)
        return stored

    def _names(self, blob: str) -> bool:
        """Whether a row names this sealed file; when that cannot be told, yes.

        The next opening knows, and deletes it if none does.
        """
        try:
            with self._database.read() as connection:
                rows = connection.execute("SELECT 1 FROM blobs WHERE name = ?", (blob,))
                return self._database.doubtful or rows.fetchone() is not None
        except VaultError:
            return True

    def _write(self, connection: Connection, record: Record, data: bytes) -> Stored:
        stored = log.insert_record(connection, self._diary, record, data)
        index_record(connection, stored)
        return stored

    def _show(self, gen: int, body: Import, found: Found) -> Stored:
        """The last transaction of an import: its record, its events visible, the old ones gone."""
        with self._database.turn:
            with self._database.transaction() as connection:
                record, data = log.make_record(body, now=self._now, zone=self.zone)
                stored = self._write(connection, record, data)
                doomed = generations.show(
                    connection,
                    gen,
                    import_id=record.id,
                    replaces=body.replaces,
                    owner=body.options.get("owner", ""),
                    found=found,
                )
            self._remember(stored)
        generations.sweep(self._database, doomed)
        return stored

    def _must_be_correctable(self, body: Correction) -> None:
        target = self.record(body.target)
        if body.replacement is not None:
            self._must_exist(body.replacement)
        if isinstance(target.record.body, Epoch | Tombstone):
            raise RecordError(
                "The beginning of the log and the note of an erasing cannot be withdrawn."
            )

    def _must_exist(self, record_id: str) -> None:
        with self._database.read() as connection:
            found = connection.execute(
                "SELECT 1 FROM records WHERE id = ? AND data IS NOT NULL", (record_id,)
            )
            if found.fetchone() is None:
                raise UnknownRecord


def _known(found: Stored | None) -> Stored:
    if found is None:
        raise UnknownRecord
    return found
