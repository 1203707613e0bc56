"""The safety notebook: plans, new addresses, who helps. It has no way out.

A database, a key, a passphrase and a log of its own, in a folder beside the vault. Nothing that
makes a casefile, a picture or a pack may import this module (import-linter holds it), and the slot
has another label than a vault's, so that no command for vaults opens it.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from tallymark import disk
from tallymark.diary import passphrase as passphrases
from tallymark.diary import place as places
from tallymark.errors import (
    IntegrityError,
    RecordError,
    UnknownRecord,
    VaultDamaged,
    VaultNotFound,
)
from tallymark.integrity import canonical, keyslot
from tallymark.integrity.signature import SigningKey
from tallymark.vault import place
from tallymark.vault.log import DIARY, Log, stamp
from tallymark.vault.store import Connection, Database, open_database

_TABLES = "tallymark.diary.notebook"
_DATABASE = "notes.db"
_ROOM = 1 << 20
_LEAST_FREE = 64
_MASTER_SIZE = 32
_LARGEST_SLOTS = 64 * 1024


@dataclass(frozen=True, slots=True)
class Note:
    """One note: its number from 1, when it was written (UTC) and its words."""

    number: int
    written: str
    words: str


class _Slots(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    v: str
    notebook: str
    slot: dict[str, object]


def beside(vault: Path) -> Path:
    """Where the notebook of a vault lies: next to it, under a name that says nothing."""
    return vault.with_name(vault.name + "-2")


def exists(folder: Path) -> bool:
    """Whether there is a notebook in this folder."""
    return (folder / place.SLOTS).is_file()


def remove(folder: Path) -> None:
    """Delete a notebook that nobody has open, its keys first. It is in no copy. VaultInUse."""
    place.destroy(folder, folder / _DATABASE)


class Notebook:
    """An open notebook. Use as a context manager, or call ``close``."""

    def __init__(
        self,
        database: Database,
        owner: place.Ownership,
        *,
        log: Log,
        now: Callable[[], datetime],
    ) -> None:
        """Take over what ``create`` and ``open`` have opened."""
        self._database, self._owner, self._log, self._now = database, owner, log, now

    @classmethod
    def create(
        cls,
        folder: Path,
        *,
        passphrase: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        cost: keyslot.Cost | None = None,
        allow_synced: bool = False,
    ) -> Self:
        """Make a notebook. Raises WeakPassphrase, UnsafePlace, VaultExists, DiskFull."""
        chosen = passphrases.check(passphrase)
        if not allow_synced:
            places.must_be_private(folder)
        place.make_folder(folder)
        owner = place.Ownership(folder)
        ident, master, key = secrets.token_hex(16), os.urandom(_MASTER_SIZE), SigningKey.generate()
        for name in place.of_database(_DATABASE):
            disk.unlink(folder / name, missing_ok=True)
        database = open_database(folder / _DATABASE, key=master, create=True, tables=_TABLES)
        with database.transaction() as connection:
            connection.execute("INSERT INTO meta VALUES ('notebook', ?)", (ident,))
            connection.execute("INSERT INTO secrets VALUES ('signing', ?)", (key.seed,))
        slot = keyslot.make_slot(
            chosen, master, cost=cost or keyslot.calibrate(), label=_label(ident)
        )
        value = {"v": "1", "notebook": ident, "slot": slot}
        place.write_file(
            folder / place.SLOTS, lambda file: file.write(canonical.encode(value) + b"\n")
        )
        made = cls(database, owner, log=_log(ident, key), now=now)
        made._make_room()
        return made

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        passphrase: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> Self:
        """Open it. Raises VaultNotFound, WrongPassphrase, VaultInUse, VaultDamaged."""
        slots = _read_slots(folder)
        owner = place.Ownership(folder)
        try:
            master = keyslot.open_slot(slots.slot, passphrase, label=_label(slots.notebook))
            database = open_database(folder / _DATABASE, key=master, tables=_TABLES)
        except IntegrityError as problem:
            owner.release()
            raise VaultDamaged("The notebook's key is damaged.") from problem
        except BaseException:
            owner.release()
            raise
        with database.read() as connection:
            seed = connection.execute("SELECT secret FROM secrets WHERE name = 'signing'").get
        return cls(database, owner, log=_log(slots.notebook, SigningKey.from_seed(seed)), now=now)

    def __enter__(self) -> Self:
        """The notebook itself."""
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
        """Lock it. Twice is harmless."""
        self._database.close()
        self._owner.release()

    def add(self, words: str) -> Note:
        """Write a note; it is on disk when this returns. Raises RecordError for no words."""
        if not words.strip():
            raise RecordError("A note has some words.")
        written = stamp(self._now())
        note = {"v": "1", "salt": os.urandom(16).hex(), "words": words, "written": written}
        data = canonical.encode(note)
        with self._database.transaction() as connection:
            index, _ = self._log.append(connection, data)
            connection.execute("INSERT INTO notes VALUES (?, ?)", (index, data))
        self._make_room()
        return Note(index + 1, written, words)

    def notes(self) -> list[Note]:
        """Every note, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT idx, data FROM notes ORDER BY idx").fetchall()
        found = [(index, msgspec.json.decode(data, type=dict[str, str])) for index, data in rows]
        return [Note(index + 1, note["written"], note["words"]) for index, note in found]

    def note(self, number: int) -> Note:
        """One note by its number. Raises UnknownRecord."""
        found = next((n for n in self.notes() if n.number == number), None)
        if found is None:
            raise UnknownRecord
        return found

    def _make_room(self) -> None:
        """Keep free pages in the file, so that it grows in steps and not with each note."""
        with self._database.transaction() as connection:
            if _free_pages(connection) >= _LEAST_FREE:
                return
            connection.execute("INSERT INTO room VALUES (zeroblob(?))", (_ROOM,))
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM room")


def _free_pages(connection: Connection) -> int:
    return int(connection.execute("PRAGMA freelist_count").get)


def _label(ident: str) -> str:
    return f"tallymark/notebook/{ident}/passphrase"


def _log(ident: str, key: SigningKey) -> Log:
    return Log(DIARY, f"{ident}/notebook", key)


def _read_slots(folder: Path) -> _Slots:
    if not exists(folder):
        raise VaultNotFound("There is no notebook here yet.")
    with disk.reading(folder / place.SLOTS) as file:
        data = file.read(_LARGEST_SLOTS)
    try:
        return msgspec.json.decode(data, type=_Slots)
    except msgspec.MsgspecError as problem:
        raise VaultDamaged("The file that holds the notebook's key is damaged.") from problem
