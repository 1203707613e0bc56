"""Vault: one encrypted folder, opened. The only place that holds its keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from tallymark import disk
from tallymark.errors import RecordError, UnknownRecord, VaultError
from tallymark.integrity.keyslot import Cost
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
    migrating,
    opening,
    place,
    reserve,
)
from tallymark.vault.backup import Copy, Restored, restore, unlock
from tallymark.vault.clock import THIS_DEVICE, Device
from tallymark.vault.events import EventWriter
from tallymark.vault.generations import Found
from tallymark.vault.holdings import Holdings
from tallymark.vault.log import Act, Stored
from tallymark.vault.opening import Clock
from tallymark.vault.search import index_all, index_record
from tallymark.vault.store import Connection


class Vault(Holdings):
    """An open vault. ``create`` or ``open`` it; use as a context manager or call ``close``.

    Every method may be called from any thread. What a method that writes has returned is on disk.
    All raise the errors of ``tallymark.errors`` and then have changed nothing.
    """

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

    def begin_again(self, import_id: str, *, channel: str, zone: str) -> EventWriter:
        """Take in the events of an import once more; ``finish`` has them seen in place of the old.

        No record is written. ``finish`` raises ReaderFailed when they are not those that the
        import's record states; then the old ones stay.
        """
        body = self.record(import_id).record.body
        if not isinstance(body, Import):
            raise UnknownRecord("That is not an import.")
        exhibit = self.record(body.exhibit).record.body
        if not isinstance(exhibit, Exhibit):
            raise UnknownRecord("Events are found in an exhibit.")
        return EventWriter(
            self._database,
            exhibit_id=body.exhibit,
            sha256=exhibit.sha256,
            channel=channel,
            zone=zone,
            task="",
            commit=lambda gen, said, found: self._show_again(gen, import_id, said, found),
        )

    def rebuild_words(self) -> None:
        """Make the words of the entries, which search finds, anew from the records."""
        with self._database.transaction() as connection:
            index_all(connection, log.load_records(connection))

    def drop_unfinished(self, exhibit_id: str) -> None:
        """Let an import that was cut off be; its exhibit stays."""
        dropped = [one.gen for one in self.unfinished() if one.exhibit == exhibit_id]
        generations.sweep(self._database, dropped)

    def act(self, what: str, detail: str = "") -> Act:
        """Note in the acts log that something was done to the vault. It never leaves the vault."""

        def write() -> Act:
            with self._database.transaction() as connection:
                return self._insert_act(connection, what, detail)

        return reserve.spend(self.folder, write)

    def save_draft(self, key: str, text: str) -> None:
        """Keep words that are not an entry yet, encrypted, in place of earlier ones under ``key``."""
        with self._database.transaction() as connection:
            drafts.save(connection, key, text, saved=log.stamp(self._now()))

    def drop_draft(self, key: str) -> None:
        """Forget a draft; harmless when there is none."""
        with self._database.transaction() as connection:
            drafts.drop(connection, key)

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

    def _show_again(self, gen: int, import_id: str, body: Import, found: Found) -> Stored:
        """The last transaction of a second reading: the new events are seen, the old ones gone."""
        with self._database.transaction() as connection:
            generations.show_again(
                connection,
                gen,
                import_id=import_id,
                owner=body.options.get("owner", ""),
                found=found,
            )
        generations.sweep(self._database)
        return self.record(import_id)

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
