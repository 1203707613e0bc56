"""The one function that opens the database of a vault, and whose turn it is to use it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, TypeVar

import apsw

from tallymark import disk
from tallymark.errors import VaultDamaged, VaultError
from tallymark.vault import filesystem, migrating
from tallymark.vault.plain import plain_errors

CIPHER = "chacha20"
KEY_SIZE = 32
CACHE_KIB = 64 * 1024
PLAIN_HEADER = b"SQLite format 3"
WAL, ROLLBACK = "wal", "truncate"
_FOLD_PAGES = 4000
_PAGES_AT_ONCE = 2048
_Seen = TypeVar("_Seen")


class Turn:
    """A lock that one thread may take again, and that serves threads in the order they came.

    A long import takes it once per slice; an entry that is waiting goes before the next slice.
    """

    def __init__(self) -> None:
        self._door = threading.Lock()
        self._room = threading.Lock()
        self._owner = 0
        self._depth = 0

    def __enter__(self) -> None:
        me = threading.get_ident()
        if self._owner != me:
            with self._door:
                self._room.acquire()
            self._owner = me
        self._depth += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._depth -= 1
        if not self._depth:
            self._owner = 0
            self._room.release()


class Connection(Protocol):
    """What the rooms of a vault may ask of the database while it is their turn."""

    def execute(self, statements: str, bindings: Sequence[Any] | None = None, /) -> Any:
        """A cursor over the rows; ``.get`` is the one value of the one row, or None."""

    def executemany(self, statements: str, bindings: Iterable[Sequence[Any]], /) -> Any:
        """Run a statement once for each set of bindings."""

    def changes(self) -> int:
        """Rows changed by the last statement."""

    def last_insert_rowid(self) -> int:
        """The key of the row inserted last."""


class Database:
    """One encrypted database with one connection, used by one thread at a time."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._open = True
        self._still = False
        self.doubtful = False
        """Whether a COMMIT failed and none has succeeded since. Its bytes may have reached the
        journal before the disk said no; then the next opening finds what it wrote."""
        self.turn = Turn()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """The connection, for as long as the block lasts; nobody writes meanwhile."""
        with self.turn, plain_errors():
            if not self._open:
                raise VaultError("The vault is locked.", next_step="Open it again.")
            yield self._connection

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All or nothing: what is written in the block is on disk when the block ends.

        Raises DiskFull or VaultDamaged; then, as on any error, nothing of it is kept.
        """
        with self.read() as connection:
            connection.execute("BEGIN IMMEDIATE")
            before = self._connection.total_changes()
            try:
                yield connection
                self._commit(written=self._connection.total_changes() != before)
            except BaseException:
                # SQLite may have rolled back by itself, for example when the disk is full.
                if self._connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _commit(self, *, written: bool) -> None:
        doubtful_before, self.doubtful = self.doubtful, True
        self._connection.execute("COMMIT")
        # The next COMMIT that writes goes over the bytes of one that failed.
        self.doubtful = doubtful_before and not written

    @contextmanager
    def overwriting(self) -> Iterator[None]:
        """What is deleted in the block is overwritten in the file, and the journal is emptied.

        While a copy is made of the file, that is done at the end of the copying.
        """
        with self.read():
            self._connection.pragma("secure_delete", 1)
            try:
                yield
            finally:
                self._connection.pragma("secure_delete", 0)
                self._fold()

    @contextmanager
    def still(self, look: Callable[[Connection], _Seen]) -> Iterator[tuple[_Seen, Path]]:
        """What ``look`` sees, and the file that holds it all and does not change in the block.

        Others can save meanwhile: that goes to the log, which is folded in afterwards. Where there
        is a rollback journal instead, they wait.
        """
        with ExitStack() as stack:
            with self.read() as connection:
                self._fold()
                seen = look(connection)
                if self._journal() == WAL:
                    self._still = True
                    self._connection.wal_autocheckpoint(0)
                    stack.callback(self._stir)
                else:
                    stack.enter_context(self.turn)
            yield seen, Path(self._connection.filename)

    def _stir(self) -> None:
        with self.turn:
            self._still = False
            if self._open:
                self._connection.wal_autocheckpoint(_FOLD_PAGES)
                # On a full or failing disk the log stays as it is, which loses nothing.
                with suppress(apsw.Error):
                    self._fold()

    def _fold(self) -> None:
        """Write the log into the file and empty it, unless somebody reads the file."""
        if not self._still:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _journal(self) -> str:
        return str(self._connection.pragma("journal_mode"))

    @property
    def is_open(self) -> bool:
        """Whether it was not closed yet."""
        return self._open

    def schema(self) -> int:
        """The number of the last step that made its tables."""
        with self.read():
            return int(self._connection.pragma("user_version"))

    def go_on_with(self, other: Database) -> None:
        """Use the file of ``other`` from now on; its own is closed."""
        with self.turn:
            self.close()
            self._connection, self._open = other._connection, True

    def copy_to(
        self, path: Path, *, key: bytes, progress: Callable[[int, int], None] | None = None
    ) -> None:
        """Every page as it stands now into a new file under another key; nobody writes meanwhile.

        ``progress`` gets pages done and in all. Raises DiskFull; then part of a file may be left.
        """
        if self._still:
            raise VaultError(
                "A copy of the vault is being made.", next_step="Wait for its end, then try again."
            )
        disk.create(path, new=True).close()
        with self.read():
            target = _connect(path)
            try:
                # The journal of a file that nobody needs yet would only double the disk it takes.
                _unlock(target, key, "off")
                with target.backup("main", self._connection, "main") as copying:
                    while not copying.done:
                        copying.step(_PAGES_AT_ONCE)
                        if progress is not None:
                            total = copying.page_count
                            progress(total - copying.remaining, total)
            finally:
                target.close(True)

    def close(self) -> None:
        """Write the log back into the database file and close. Doing it twice is harmless.

        A disk that fails meanwhile takes nothing: what was acknowledged lies in the log.
        """
        with self.turn:
            if self._open:
                self._open = False
                with suppress(apsw.Error):
                    self._fold()
                    if self._journal() != WAL:
                        # Else an empty journal would stay beside the file.
                        self._connection.pragma("journal_mode", "delete")
                _let_go(self._connection)


def open_database(
    path: Path,
    *,
    key: bytes | bytearray,
    create: bool = False,
    tables: str = migrating.TABLES,
) -> Database:
    """Open (or make) the database at ``path`` with its raw 32-byte key. The only place that does.

    ``tables`` is the package whose numbered ``.sql`` files make its tables.
    Raises VaultDamaged when the key does not fit or the file is not whole, VaultTooNew for a
    schema that this version does not know, VaultError if the file would not be encrypted.
    """
    if create:
        disk.create(path, new=True).close()
    elif not path.is_file():
        raise VaultDamaged("The vault's database is missing.")
    with plain_errors():
        connection = _connect(path)
        try:
            _unlock(connection, key, _journal_for(path))
            migrating.bring_up(connection, path, tables)
            _must_be_encrypted(path)
        except BaseException:
            _let_go(connection)
            raise
    return Database(connection)


def _let_go(connection: apsw.Connection) -> None:
    """Close it and its files, also on a disk that answers with an error."""
    with suppress(apsw.Error):
        connection.close(True)


def open_reading(name: str | Path, *, key: bytes | bytearray, vfs: str | None = None) -> Database:
    """Open a database that nobody writes to, in a file or behind a VFS; nothing is written.

    Its schema stays as it is. Raises VaultDamaged when the key does not fit or it is not whole.
    """
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    with plain_errors():
        where = str(name) if vfs else f"{Path(name).resolve().as_uri()}?immutable=1"
        connection = apsw.Connection(where, flags=flags, vfs=vfs)
        try:
            _set_key(connection, key)
            connection.pragma("user_version")
        except BaseException:
            _let_go(connection)
            raise
    return Database(connection)


def _connect(path: Path) -> apsw.Connection:
    return apsw.Connection(
        os.fspath(path), flags=apsw.SQLITE_OPEN_READWRITE, vfs=disk.current().vfs
    )


def _set_key(connection: apsw.Connection, key: bytes | bytearray) -> None:
    if len(key) != KEY_SIZE:
        raise VaultError("The key of the vault has the wrong length.")
    if connection.pragma("cipher", CIPHER) != CIPHER:
        raise VaultError("This installation cannot encrypt; nothing was stored.")
    # Not into the cache of statements, which lives as long as the connection.
    connection.execute(f"PRAGMA key='raw:{key.hex()}'", can_cache=False)
    connection.pragma("temp_store", 2)


def _unlock(connection: apsw.Connection, key: bytes | bytearray, journal: str) -> None:
    _set_key(connection, key)
    connection.pragma("page_size", 4096)
    connection.pragma("foreign_keys", 1)
    # One process owns a vault, so the shared index of the WAL lives in memory, not in a file.
    connection.pragma("locking_mode", "exclusive")
    if connection.pragma("journal_mode", journal) != journal:
        raise VaultError("This disk does not support the vault's journal.")
    connection.pragma("synchronous", 2 if journal == WAL else 3)
    connection.pragma("cache_size", -CACHE_KIB)
    connection.pragma("wal_autocheckpoint", _FOLD_PAGES)
    connection.pragma("journal_size_limit", 16 << 20)


def _journal_for(path: Path) -> str:
    """A write-ahead log, or, where a disk keeps no journal of its own, the old pages aside."""
    return ROLLBACK if filesystem.is_simple(path) else WAL


def _must_be_encrypted(path: Path) -> None:
    with disk.reading(path) as file:
        if file.read(len(PLAIN_HEADER)).startswith(PLAIN_HEADER):
            raise VaultError("The database would not be encrypted here; nothing was stored.")
