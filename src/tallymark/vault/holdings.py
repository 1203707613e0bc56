"""What an open vault holds and says of itself: everything that can be asked without changing it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from tallymark.errors import UnknownRecord
from tallymark.integrity.checkpoint import Checkpoint
from tallymark.integrity.envelope import SealedReader
from tallymark.integrity.signature import SigningKey
from tallymark.model.casefile import Casefile
from tallymark.model.record import Exhibit
from tallymark.vault import blobs, drafts, generations, log, lookup, migrating, place, reserve
from tallymark.vault.backup import Copies
from tallymark.vault.blocks import BlockReader
from tallymark.vault.boxes import Boxes
from tallymark.vault.casefile import Snapshots, Wanted
from tallymark.vault.check import Finding, InVault, check
from tallymark.vault.doubles import Doubles
from tallymark.vault.generations import Unfinished
from tallymark.vault.heads import Covered, Heads
from tallymark.vault.log import Act, Stored
from tallymark.vault.narrowing import Narrow
from tallymark.vault.opening import Clock, Opened
from tallymark.vault.search import Hit, Searcher
from tallymark.vault.stamps import Stamps
from tallymark.vault.ways import Ways

_NEARLY_FULL = (
    "The disk is nearly full. What was confirmed is saved. Make room on it before you go on."
)


class Holdings:
    """The readable side of an open vault; ``Vault`` adds what writes, opens and locks.

    Every method may be called from any thread. All raise the errors of ``tallymark.errors``.
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

    def unfinished(self) -> list[Unfinished]:
        """Imports that were stopped or cut off and can go on."""
        with self._database.read() as connection:
            return generations.unfinished(connection)

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

    def acts(self) -> list[Act]:
        """Everything done to the vault, oldest first; wrong tries appear at the next opening."""
        with self._database.read() as connection:
            return log.load_acts(connection)

    def drafts(self) -> dict[str, str]:
        """Every draft by key."""
        with self._database.read() as connection:
            return drafts.load(connection)

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

    def _all(self) -> list[Stored]:
        with self._database.read() as connection:
            if self._stored is None:
                self._stored = log.load_records(connection)
            return self._stored


def _known(found: Stored | None) -> Stored:
    if found is None:
        raise UnknownRecord
    return found
