"""The desk's folder: one encrypted database, one slot file, sealed packs, one lock.

``open_store`` is the only function that opens a desk, and this file the only one that holds its
key. Layout: ``slot.json`` (passphrase slot), ``desk.db`` (SQLCipher), ``packs/<random>.age``,
``quarantine/<random>.age``, ``lock``. No other file is written, and none in the clear.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.pool import StaticPool
from sqlcipher3 import dbapi2

from tallymark.desk import schema
from tallymark.errors import (
    DiskFull,
    VaultDamaged,
    VaultExists,
    VaultInUse,
    VaultNotFound,
    VaultTooNew,
    WeakPassphrase,
)
from tallymark.integrity import keyslot

LABEL = "desk"
SLOT = "slot.json"
DATABASE = "desk.db"
PACKS = "packs"
QUARANTINE = "quarantine"
MAX_SLOT_BYTES = 64 * 1024

_DAMAGED_STEP = "Do not write to it. Copy the whole folder to another disk and use the copy."


class Store:
    """One open desk folder. Made by ``create_store`` and ``open_store`` only."""

    def __init__(self, folder: Path, *, engine: sa.Engine, lock: IO[bytes]) -> None:
        self.folder = folder
        self._engine = engine
        self._lock = lock

    @contextlib.contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        """One transaction, on disk when the block ends. Raises ``DiskFull`` and ``VaultDamaged``."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except sa.exc.DBAPIError as error:
            raise _said_plainly(error) from None

    def close(self) -> None:
        """Close the database and give the lock back."""
        self._engine.dispose()
        self._lock.close()

    def new_blob(self) -> Path:
        """A place in quarantine with a random name; nothing is there yet."""
        return self.folder / QUARANTINE / f"{secrets.token_hex(16)}.age"

    def keep(self, blob: Path) -> str:
        """Move a whole blob from quarantine to the packs, durably; returns its name."""
        target = self.folder / PACKS / blob.name
        blob.replace(target)
        _sync_folder(target.parent)
        return target.name

    def blob(self, name: str) -> Path:
        """Where the sealed pack ``name`` lies."""
        return self.folder / PACKS / name

    def sweep(self) -> None:
        """Remove what an interrupted intake left: all of quarantine, and packs without a row."""
        with self.begin() as connection:
            known = set(connection.execute(sa.select(schema.pack.c.blob)).scalars())
        for name, stay in ((QUARANTINE, set[str]()), (PACKS, known)):
            place = self.folder / name
            place.mkdir(mode=0o700, exist_ok=True)  # a copied desk may have lost an empty folder
            for stray in place.glob("*.age"):
                if stray.name not in stay:
                    stray.unlink()


def create_store(
    folder: Path, *, passphrase: str, cost: keyslot.Cost | None, meta: dict[str, str]
) -> Store:
    """Make a new desk in an empty or new folder, with ``meta`` as its first rows.

    ``cost`` is measured on this machine when it is ``None``. Raises ``VaultExists`` and
    ``WeakPassphrase`` before anything is written.
    """
    _check_passphrase(passphrase)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise VaultExists
    master = secrets.token_bytes(32)
    chosen = keyslot.calibrate() if cost is None else cost
    slot = keyslot.make_slot(passphrase, master, cost=chosen, label=LABEL)
    with _disk_errors():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        for name in (PACKS, QUARANTINE):
            (folder / name).mkdir(mode=0o700)
        lock = _take_lock(folder)
        store = Store(folder, engine=_engine(folder / DATABASE, master), lock=lock)
        with store.begin() as connection:
            schema.metadata.create_all(connection)
            rows = {"schema": str(schema.SCHEMA_VERSION)} | meta
            connection.execute(
                schema.meta.insert(), [{"key": k, "value": v} for k, v in rows.items()]
            )
        (folder / DATABASE).chmod(0o600)
        _write_slot(folder / SLOT, slot)
    return store


def open_store(folder: Path, *, passphrase: str) -> Store:
    """Open a desk. The one function that does.

    Raises ``VaultNotFound``, ``VaultInUse``, ``WrongPassphrase``, ``VaultTooNew`` or
    ``VaultDamaged``; nothing is changed then.
    """
    slot = _read_slot(folder)
    lock = _take_lock(folder)
    try:
        master = keyslot.open_slot(slot, passphrase, label=LABEL)
        engine = _engine(_present(folder / DATABASE), bytes(master))
        master[:] = bytes(len(master))
        store = Store(folder, engine=engine, lock=lock)
        _check_version(store)
        store.sweep()
    except BaseException:
        lock.close()
        raise
    return store


def _check_version(store: Store) -> None:
    try:
        with store.begin() as connection:
            where = schema.meta.c.key == "schema"
            version = connection.execute(sa.select(schema.meta.c.value).where(where)).scalar_one()
            newer = int(version) > schema.SCHEMA_VERSION
    except (sa.exc.SQLAlchemyError, ValueError):
        store.close()
        raise _damaged("The desk's database does not say which version it has.") from None
    except BaseException:
        store.close()
        raise
    if newer:
        store.close()
        raise VaultTooNew("The desk was written by a newer version of tallymark.")


def _engine(path: Path, master: bytes) -> sa.Engine:
    """One connection for the process; the key goes in before anything else is said."""

    def connect() -> Any:
        connection = dbapi2.connect(str(path), isolation_level=None)
        # Its log goes to stderr by default and would name pages on a damaged file.
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{master.hex()}'\"")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        return connection

    engine = sa.create_engine(
        "sqlite://", module=dbapi2, creator=connect, poolclass=StaticPool, hide_parameters=True
    )

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _take_lock(folder: Path) -> IO[bytes]:
    """Hold the folder for this process until the file is closed, or raise ``VaultInUse``."""
    lock = (folder / "lock").open("ab")
    try:
        _lock_file(lock)
    except OSError:
        lock.close()
        raise VaultInUse("The desk is open in another window.") from None
    return lock


if os.name == "nt":  # pragma: no cover - runs on Windows only

    def _lock_file(file: IO[bytes]) -> None:
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]

else:

    def _lock_file(file: IO[bytes]) -> None:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _write_slot(path: Path, slot: dict[str, object]) -> None:
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(json.dumps(slot, sort_keys=True, indent=1).encode())
        file.flush()
        os.fsync(file.fileno())
    part.chmod(0o600)
    part.replace(path)
    _sync_folder(path.parent)


def _read_slot(folder: Path) -> dict[str, object]:
    try:
        with (folder / SLOT).open("rb") as file:
            data = file.read(MAX_SLOT_BYTES + 1)
    except OSError:
        raise VaultNotFound(
            "There is no desk in this place.",
            next_step="Check the place, or make a desk with: tallymark desk new",
        ) from None
    try:
        slot = json.loads(data[:MAX_SLOT_BYTES])
    except (ValueError, RecursionError):
        slot = None
    if not isinstance(slot, dict):
        raise _damaged("The desk's key slot is damaged.")
    return slot


def _present(database: Path) -> Path:
    """The database, when it is there: opening it would otherwise make an empty one."""
    if not database.is_file():
        raise _damaged("The desk's database is missing.")
    return database


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # pragma: no cover - folders cannot be synced there
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _check_passphrase(passphrase: str) -> None:
    """The same floor as a vault: fifteen characters or five words."""
    text = unicodedata.normalize("NFC", passphrase)
    if len(text) < 15 and len(text.split()) < 5:
        raise WeakPassphrase


@contextlib.contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFull from None
        raise


def _said_plainly(error: sa.exc.DBAPIError) -> Exception:
    words = str(error.orig)
    if "full" in words:
        return DiskFull()
    if "not a database" in words or "malformed" in words or "disk I/O" in words:
        return _damaged("Part of the desk's database does not hold what was written.")
    return error


def _damaged(message: str) -> VaultDamaged:
    return VaultDamaged(message, next_step=_DAMAGED_STEP)
