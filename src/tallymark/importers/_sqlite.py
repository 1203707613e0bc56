"""Reads a SQLite database that an opponent may have made: nothing in it is run, trusted or written.

Only tables that are stored in the file are read, by plain scans in the order of their rowids. Views,
triggers, virtual tables, generated columns and indexes are never used. SQLite sees the bytes
through a file system of its own that can only read (``_sqlite_pages``). Damaged stretches of a
table are stepped over and named, and a tree that leads round in a circle ends as damage.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

import apsw

from tallymark.errors import LimitExceeded
from tallymark.importers._protocol import Source
from tallymark.importers._sqlite_pages import HEADER, MAGIC, Pages, page_size

Value = bytes | int | float | None
Row = tuple[int, tuple[Value, ...]]

MOST_TABLES = 2_000
MOST_STRETCHES = 1_000  # damaged ones in one table
MOST_COUNTED = 1_000_000  # row numbers of one damaged stretch
LONGEST_VALUE = 16 << 20
SPARE = 64 << 20  # bytes of values beyond twice the file
_STEPS, _IDLE_STEPS = 100_000, 100_000_000
_LOWEST, _HIGHEST = -(2**63), 2**63 - 1
_DAMAGE = (apsw.CorruptError, apsw.NotADBError, apsw.IOError, apsw.TooBigError, apsw.FormatError)
_LIMITS = {
    apsw.SQLITE_LIMIT_LENGTH: LONGEST_VALUE,
    apsw.SQLITE_LIMIT_SQL_LENGTH: 1 << 20,
    apsw.SQLITE_LIMIT_COMPOUND_SELECT: 2,
    apsw.SQLITE_LIMIT_ATTACHED: 0,
    apsw.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    apsw.SQLITE_LIMIT_WORKER_THREADS: 0,
}
_SWITCHES = {
    apsw.SQLITE_DBCONFIG_DEFENSIVE: 1,
    apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA: 0,
    apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER: 0,
    apsw.SQLITE_DBCONFIG_ENABLE_VIEW: 0,
    apsw.SQLITE_DBCONFIG_ENABLE_FKEY: 0,
    apsw.SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION: 0,
    apsw.SQLITE_DBCONFIG_WRITABLE_SCHEMA: 0,
    apsw.SQLITE_DBCONFIG_DQS_DML: 0,
}


@dataclass(frozen=True, slots=True)
class Table:
    """A stored table: its ordinary columns in order, and the name its rowid goes by."""

    name: str
    columns: tuple[str, ...]
    rowid: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A damaged stretch: nothing could be read of ``table`` from row ``first`` on, for ``count`` numbers."""

    table: str
    first: int
    count: int


class _CircleError(Exception):
    """Rows that do not rise: the tree of a table leads back into itself."""


class Database:
    """The stored tables of a database. Raises ``LimitExceeded``; damage in the schema is ``apsw.Error``.

    ``gaps`` grows while rows are read. Close it, or use it as a context.
    """

    def __init__(self, source: Source, *, wal: Source | None = None) -> None:
        self.pages = Pages(source, wal)
        if not self.pages.page_size:
            raise apsw.NotADBError
        self.gaps: list[Gap] = []
        self._room = 2 * self.pages.size + SPARE
        self._idle = 0
        self._vfs = _ReadOnly(f"tallymark-{id(self)}", self.pages)
        self._connection = apsw.Connection(
            "database", flags=apsw.SQLITE_OPEN_READONLY, vfs=self._vfs.name
        )
        self._lock_down()
        self.tables, self.not_counted = self._tables()

    def __enter__(self) -> Self:
        """This database."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._connection.close()
        self._vfs.unregister()

    def _lock_down(self) -> None:
        connection = self._connection
        for switch, value in _SWITCHES.items():
            connection.config(switch, value)
        for limit, most in _LIMITS.items():
            connection.limit(limit, most)
        for pragma in ("query_only=1", "cell_size_check=1", "temp_store=memory", "mmap_size=0"):
            connection.execute(f"PRAGMA {pragma}")
        encoding = connection.execute("PRAGMA encoding").get
        self._encoding = {"UTF-16le": "utf-16-le", "UTF-16be": "utf-16-be"}.get(encoding, "utf-8")
        connection.set_progress_handler(self._tick, _STEPS)
        connection.authorizer = _only_plain_reading

    def _tick(self) -> bool:
        """Stop a statement that has long given no row."""
        self._idle += _STEPS
        return self._idle > _IDLE_STEPS

    def _tables(self) -> tuple[dict[str, Table], tuple[str, ...]]:
        found: dict[str, Table] = {}
        others: list[str] = []
        schema = (
            "SELECT CAST(type AS BLOB), CAST(name AS BLOB), CAST(sql AS BLOB) FROM sqlite_schema"
        )
        for row in self._run(schema).fetchall():
            kind, name, sql = (self.text(value)[0] for value in row)
            if kind != "table" or not name:
                continue
            table = self._table(name) if sql[:12].upper() == "CREATE TABLE" else None
            if table is None:
                others.append(name)
            else:
                found[name] = table
            if len(found) + len(others) > MOST_TABLES:
                raise LimitExceeded("The database has more tables than any program makes.")
        return found, tuple(others)

    def _table(self, name: str) -> Table | None:
        """A table with rowids; ``None`` where it has none."""
        with suppress(apsw.SQLError, UnicodeDecodeError):
            columns = tuple(str(row[1]) for row in self._run(f"PRAGMA table_info({_quoted(name)})"))
            taken = {column.lower() for column in columns}
            rowid = next(r for r in ("rowid", "_rowid_", "oid", "") if r not in taken)
            if columns and rowid:
                self._run(f"SELECT {rowid} FROM {_quoted(name)} LIMIT 0")  # noqa: S608 - quoted
                return Table(name, columns, rowid)
        return None

    def _run(self, sql: str, bindings: Sequence[int] = ()) -> apsw.Cursor:
        self._idle = 0
        return self._connection.execute(sql, bindings)

    def text(self, value: object) -> tuple[str, bool]:
        """A value as text, and whether bytes in it are none; empty for NULL."""
        if not isinstance(value, bytes):
            return "" if value is None else str(value), False
        try:
            return value.decode(self._encoding), False
        except UnicodeDecodeError:
            return value.decode(self._encoding, errors="replace"), True

    def _select(self, table: Table, columns: Sequence[str]) -> str:
        """A scan of one table; text comes as its bytes, a column that is not there as NULL."""
        known = set(table.columns)
        parts = [
            f"CASE typeof({_quoted(c)}) WHEN 'text' THEN CAST({_quoted(c)} AS BLOB) ELSE {_quoted(c)} END"
            if c in known
            else "NULL"
            for c in columns
        ]
        what = ", ".join((table.rowid, *parts))
        return f"SELECT {what} FROM {_quoted(table.name)} NOT INDEXED"  # noqa: S608 - quoted

    def rows(
        self, table: Table, columns: Sequence[str], *, last: int | None = None
    ) -> Iterator[Row]:
        """Rowid and values of every row that can be read, by rowid; what cannot is added to ``gaps``.

        ``last`` is the highest rowid that was ever given out, where something in the file states it.
        """
        scan = self._select(table, columns) + f" WHERE {table.rowid} >= ? ORDER BY {table.rowid}"
        start = _LOWEST
        for _ in range(MOST_STRETCHES):
            stopped = yield from self._stretch(scan, start)
            if stopped is None:
                return
            start = 1 if stopped == _LOWEST else stopped  # rowids begin at 1
            following = self._following(scan, start)
            if following is None:
                break
            self._note(table, start, following - start)
            start = following
        self._note(table, start, 1 if last is None else last - start + 1)

    def _stretch(self, scan: str, start: int) -> Generator[Row, None, int | None]:
        """Rows up to the next damage; returns the row number after them, or ``None`` at the end."""
        try:
            for found in self._rising(scan, start):
                yield found
                start = found[0] + 1
        except (*_DAMAGE, _CircleError):
            return start
        return None

    def _note(self, table: Table, first: int, count: int) -> None:
        self.gaps.append(Gap(table.name, first, min(max(1, count), MOST_COUNTED)))

    def _rising(self, scan: str, start: int) -> Iterator[Row]:
        expected = start
        for rowid, *values in self._run(scan, (start,)):
            self._idle = 0
            if not isinstance(rowid, int) or rowid < expected:
                raise _CircleError
            expected = rowid + 1
            self._room -= sum(len(v) for v in values if isinstance(v, bytes))
            if self._room < 0:
                raise LimitExceeded("The database gives out more than its file can hold.")
            yield rowid, tuple(values)

    def _following(self, scan: str, start: int) -> int | None:
        """The next rowid from ``start`` on that can be read, or ``None``; found by ever larger steps."""
        low, step = start - 1, 1
        found: tuple[bool, int | None] = (False, None)
        while not found[0]:
            if low + step > _HIGHEST:
                return None
            found = self._probe(scan, low + step)
            low, step = (low, step) if found[0] else (low + step, step * 2)
        high = low + step
        while high - low > 1:
            middle = (low + high) // 2
            tried = self._probe(scan, middle)
            low, high = (low, middle) if tried[0] else (middle, high)
            found = tried if tried[0] else found
        return found[1]

    def _probe(self, scan: str, start: int) -> tuple[bool, int | None]:
        """Whether a row from ``start`` on can be read, and which; no row at all is none to be damaged."""
        try:
            return True, next((row for row, _ in self._rising(scan + " LIMIT 1", start)), None)
        except (*_DAMAGE, _CircleError):
            return False, None

    def row(self, table: Table, columns: Sequence[str], rowid: int) -> tuple[Value, ...] | None:
        """The values of one row; ``None`` where there is none or it cannot be read."""
        find = self._select(table, columns) + f" WHERE {table.rowid} = ?"
        try:
            return next(
                (values for found, values in self._rising(find, rowid) if found == rowid), None
            )
        except (*_DAMAGE, _CircleError):
            return None

    def count(self, table: Table, *, last: int | None = None) -> int:
        """How many rows can be read; what cannot is added to ``gaps``."""
        return sum(1 for _ in self.rows(table, (), last=last))


def opens(source: Source) -> bool:
    """Whether the source begins like a database with pages of a possible size."""
    header = source.head(HEADER)
    return header.startswith(MAGIC) and bool(page_size(header))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _only_plain_reading(
    operation: int, first: str | None, second: str | None, _database: str | None, by: str | None
) -> int:
    """What a statement may do: read columns, and the two functions that this module uses."""
    if by is not None:
        return apsw.SQLITE_DENY
    if operation in {apsw.SQLITE_SELECT, apsw.SQLITE_READ}:
        return apsw.SQLITE_OK
    if operation == apsw.SQLITE_PRAGMA and first == "table_info":
        return apsw.SQLITE_OK
    if operation == apsw.SQLITE_FUNCTION and second == "typeof":
        return apsw.SQLITE_OK
    return apsw.SQLITE_DENY


class _ReadOnly(apsw.VFS):
    """A file system of one file that can only be read."""

    def __init__(self, name: str, pages: Pages) -> None:
        self.name = name
        self._pages = pages
        super().__init__(name, "")

    def xOpen(self, _name: object, flags: list[int]) -> _File:  # type: ignore[override]  # noqa: N802 - SQLite's names; any object with these methods will do
        if not flags[0] & apsw.SQLITE_OPEN_MAIN_DB:
            raise apsw.CantOpenError
        flags[1] = apsw.SQLITE_OPEN_READONLY
        return _File(self._pages)

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        return name

    def xAccess(self, _name: str, _flags: int) -> bool:  # noqa: N802
        return False

    def xDelete(self, _name: str, _sync: bool) -> None:  # noqa: N802, FBT001
        raise apsw.ReadOnlyError


class _File:
    """The database file as SQLite asks for it."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        return self._pages.read(amount, offset)

    def xFileSize(self) -> int:  # noqa: N802
        return self._pages.size

    def xLock(self, _level: int) -> None:  # noqa: N802
        """Nobody else has the file open here."""

    xUnlock = xLock  # noqa: N815

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xFileControl(self, _operation: int, _pointer: int) -> bool:  # noqa: N802
        return False

    def xSectorSize(self) -> int:  # noqa: N802
        return 0

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return 0

    def xClose(self) -> None:  # noqa: N802
        """Nothing is held."""

    def xWrite(self, _data: bytes, _offset: int) -> None:  # noqa: N802
        raise apsw.ReadOnlyError

    def xTruncate(self, _size: int) -> None:  # noqa: N802
        raise apsw.ReadOnlyError

    def xSync(self, _flags: int) -> None:  # noqa: N802
        raise apsw.ReadOnlyError
