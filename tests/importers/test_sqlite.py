"""Databases that are damaged, forged or made to harm: read as far as they go, named, nothing run."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallymark.errors import LimitExceeded, TallymarkError
from tallymark.importers import _sqlite
from tallymark.importers._source import FileSource
from tallymark.importers._sqlite import Database
from tallymark.importers._sqlite_pages import committed
from tallymark.jail.supply import Descriptor

from . import phone_store

PAGE = 4096
MANY = 20_000


@contextmanager
def source_of(data: bytes) -> Iterator[FileSource]:
    """Bytes as a source."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        yield FileSource(Descriptor(file.fileno()))


def made(folder: Path, sql: str, rows: list[tuple[object, ...]] | None = None) -> bytes:
    """A database made by a script, with rows put into table T."""
    path = folder / "made.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(sql)
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO T VALUES ({marks})", rows)  # noqa: S608 - marks only
    connection.commit()
    connection.close()
    return path.read_bytes()


TEXTS = "CREATE TABLE T (Z_PK INTEGER PRIMARY KEY, ZTEXT VARCHAR)"


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Twenty thousand rows over a few hundred pages."""
    rows = [(n, f"text {n} " * 5) for n in range(1, MANY + 1)]
    return made(tmp_path_factory.mktemp("large"), TEXTS, rows)


def leaves(data: bytes) -> list[int]:
    """The pages of the table that hold rows: leaf pages after the first two."""
    return [n for n in range(2, len(data) // PAGE) if data[n * PAGE] == 0x0D]


def with_page(data: bytes, number: int, page: bytes) -> bytes:
    """The database with one page, counted from 0, put in place of another."""
    return data[: number * PAGE] + page + data[(number + 1) * PAGE :]


def test_every_row_in_order_and_a_column_that_is_not_there(large) -> None:
    """A scan gives rowid and values, by rowid; a missing column is NULL."""
    with source_of(large) as source, Database(source) as database:
        table = database.tables["T"]
        rows = list(database.rows(table, ("ZTEXT", "ZNOPE")))
        assert [number for number, _ in rows] == list(range(1, MANY + 1))
        assert rows[6][1] == (b"text 7 " * 5, None)
        assert database.row(table, ("ZTEXT",), 7) == (b"text 7 " * 5,)
        assert database.row(table, ("ZTEXT",), MANY + 1) is None
        assert database.gaps == []


@pytest.mark.parametrize("page", [bytes(PAGE), b"\xff" * PAGE, b"\x0d" + b"\x7f" * (PAGE - 1)])
def test_damaged_pages_cost_their_own_rows_only(large, page: bytes) -> None:
    """Three pages destroyed: every other row is read, and the numbers of the lost ones are named."""
    data, places = large, leaves(large)
    for place in (places[0], places[40], places[-1]):
        data = with_page(data, place, page)
    with source_of(data) as source, Database(source) as database:
        found = [n for n, _ in database.rows(database.tables["T"], ("ZTEXT",), last=MANY)]
        lost = sum(gap.count for gap in database.gaps)
        assert len(found) + lost == MANY
        assert 0 < lost < 400
        assert len(database.gaps) == 3
        gone = {n for gap in database.gaps for n in range(gap.first, gap.first + gap.count)}
        assert gone | set(found) == set(range(1, MANY + 1))


def test_a_file_that_was_cut_is_read_as_far_as_it_goes(large) -> None:
    """Half a database: SQLite itself would refuse it; here its rows come and the rest is named."""
    with source_of(large[: len(large) // 2 + 100]) as source, Database(source) as database:
        found = [n for n, _ in database.rows(database.tables["T"], ("ZTEXT",), last=MANY)]
        assert database.pages.is_cut
        assert len(found) > MANY // 3
        assert len(found) + sum(gap.count for gap in database.gaps) == MANY


def test_a_tree_that_leads_into_itself_ends(large) -> None:
    """Inner pages whose children are all one page would give rows without end."""
    data = bytearray(large)
    inner = [n for n in range(1, len(data) // PAGE) if data[n * PAGE] == 0x05]
    child = leaves(large)[0] + 1
    for page in inner:
        start = page * PAGE
        cells = int.from_bytes(data[start + 3 : start + 5], "big")
        data[start + 8 : start + 12] = child.to_bytes(4, "big")
        for n in range(cells):
            at = start + int.from_bytes(data[start + 12 + 2 * n : start + 14 + 2 * n], "big")
            data[at : at + 4] = child.to_bytes(4, "big")
    with source_of(bytes(data)) as source, Database(source) as database:
        found = [n for n, _ in database.rows(database.tables["T"], ("ZTEXT",), last=MANY)]
        assert found == sorted(set(found))
        assert len(found) < MANY
        assert database.gaps


def test_only_stored_tables_are_read(tmp_path) -> None:
    """Views, virtual tables, tables without row numbers and generated columns are left alone; no trigger runs."""
    data = made(
        tmp_path,
        """
        CREATE TABLE T (Z_PK INTEGER PRIMARY KEY, ZTEXT VARCHAR, ZBOMB AS (hex(zeroblob(400000000))));
        INSERT INTO T (ZTEXT) VALUES ('a'), ('b');
        CREATE TRIGGER X AFTER INSERT ON T BEGIN DELETE FROM T; END;
        CREATE VIEW ZWAMESSAGE AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
          SELECT i AS Z_PK, randomblob(1000000) AS ZTEXT, 1 AS ZMESSAGEDATE FROM n;
        CREATE VIRTUAL TABLE F USING fts5(words);
        CREATE TABLE W (a PRIMARY KEY, b) WITHOUT ROWID;
        CREATE INDEX I ON T (ZTEXT) WHERE length(ZTEXT) > 0;
        """,
    )
    with source_of(data) as source, Database(source) as database:
        assert {"ZWAMESSAGE", "F", "W"} & set(database.tables) == set()
        assert {"F", "W"} <= set(database.not_counted)
        assert database.tables["T"].columns == ("Z_PK", "ZTEXT")
        rows = list(database.rows(database.tables["T"], ("ZTEXT", "ZBOMB")))
        assert rows == [(1, (b"a", None)), (2, (b"b", None))]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT load_extension('x')",
        "ATTACH 'other' AS o",
        "PRAGMA writable_schema = 1",
        "SELECT randomblob(10)",
        "DELETE FROM T",
        "CREATE TABLE U (a)",
        "CREATE TEMP TABLE U (a)",
    ],
)
def test_nothing_but_plain_reading_is_allowed(large, sql: str) -> None:
    """Even a statement of our own could not do anything else."""
    with source_of(large) as source, Database(source) as database, pytest.raises(apsw.Error):
        database._run(sql).fetchall()


def test_names_that_are_made_to_break_out(tmp_path) -> None:
    """Quotes and statements in the names of tables and columns are names."""
    data = made(tmp_path, 'CREATE TABLE "T""; DROP TABLE x; --" (rowid TEXT, "a"" b" TEXT)')
    with source_of(data) as source, Database(source) as database:
        (table,) = database.tables.values()
        assert table.name == 'T"; DROP TABLE x; --'
        assert table.rowid == "_rowid_"
        assert list(database.rows(table, ('a" b',))) == []


def test_a_table_that_hides_its_row_number_is_not_counted(tmp_path) -> None:
    """All three names of the row number taken by columns: no row can be pointed at."""
    data = made(tmp_path, "CREATE TABLE T (rowid TEXT, oid TEXT, _rowid_ TEXT)")
    with source_of(data) as source, Database(source) as database:
        assert database.tables == {}
        assert database.not_counted == ("T",)


def test_text_that_is_none_and_values_of_any_type(tmp_path) -> None:
    """Bytes that are not UTF-8 stay, with a mark; numbers and blobs come as they are."""
    data = made(tmp_path, TEXTS, [(1, "é"), (2, 1.5), (3, b"\x00\xff"), (4, None)])
    data = data.replace("é".encode(), b"\xc3\xc3")
    with source_of(data) as source, Database(source) as database:
        values = [v for _, (v,) in database.rows(database.tables["T"], ("ZTEXT",))]
        assert values == [b"\xc3\xc3", b"1.5", b"\x00\xff", None]
        assert database.text(values[0]) == ("\ufffd\ufffd", True)
        assert database.text(None) == ("", False)


def test_other_encodings(tmp_path) -> None:
    """A database in UTF-16 gives the same words."""
    data = made(tmp_path, f"PRAGMA encoding = 'UTF-16le'; {TEXTS}", [(1, "café 🤓")])
    with source_of(data) as source, Database(source) as database:
        (_, (value,)) = next(database.rows(database.tables["T"], ("ZTEXT",)))
        assert database.text(value) == ("café 🤓", False)


def test_more_values_than_the_file_can_hold(large, monkeypatch) -> None:
    """Rows that share their long values could give out terabytes: a limit ends it."""
    monkeypatch.setattr(_sqlite, "SPARE", -2 * len(large) + 10_000)
    with source_of(large) as source, Database(source) as database, pytest.raises(LimitExceeded):
        list(database.rows(database.tables["T"], ("ZTEXT",)))


def test_too_many_tables(tmp_path, monkeypatch) -> None:
    """A schema of thousands of tables is no program's."""
    monkeypatch.setattr(_sqlite, "MOST_TABLES", 3)
    data = made(tmp_path, ";".join(f"CREATE TABLE T{n} (a)" for n in range(5)))
    with source_of(data) as source, pytest.raises(LimitExceeded):
        Database(source)


class _Archived:
    """A source that cannot be read at any place without unpacking."""

    is_seekable = False
    member = "x"
    files = None

    def __init__(self, data: bytes, *, size: int | None = None) -> None:
        self._data = data
        self.size = len(data) if size is None else size

    def head(self, count: int) -> bytes:
        return self._data[:count]

    def chunks(self) -> Iterator[bytes]:
        for at in range(0, len(self._data), 1000):
            yield self._data[at : at + 1000]


def test_a_packed_member_is_unpacked_once_and_only_up_to_a_size(large) -> None:
    """The same rows from memory; above the limit the person is told to unpack it."""
    with Database(_Archived(large)) as database:
        assert database.count(database.tables["T"]) == MANY
    with pytest.raises(LimitExceeded) as refused:
        Database(_Archived(large, size=1 << 30))
    assert "Unpack" in refused.value.next_step


def test_newest_rows_come_from_the_wal(tmp_path) -> None:
    """What was only in the WAL is read; without it, or with a damaged one, the older rows are."""
    main, wal = phone_store.in_wal_mode(
        tmp_path, [phone_store.message(30, ZTEXT="only in the WAL")]
    )
    found = {}
    broken = wal[:-1] + bytes([wal[-1] ^ 1])
    for name, log in (("whole", wal), ("none", None), ("broken", broken), ("cut", wal[:-5])):
        with source_of(main) as source, Database(source, wal=_wal(log)) as database:
            assert database.pages.in_wal_mode
            found[name] = [n for n, _ in database.rows(database.tables["ZWAMESSAGE"], ())]
            assert bool(database.pages.overlay.places) == (name == "whole")
    older = list(range(1, len(phone_store.MESSAGES) + 1))
    assert found == {"whole": [*older, 30], "none": older, "broken": older, "cut": older}


def _wal(data: bytes | None) -> _Archived | None:
    return None if data is None else _Archived(data)


def test_sqlite_agrees_about_the_wal(tmp_path) -> None:
    """Our overlay and SQLite's own reading of both files give the same rows, commit by commit."""
    path = tmp_path / "x.sqlite"
    writer = sqlite3.connect(path)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("PRAGMA wal_autocheckpoint=0")
    writer.execute(TEXTS)
    writer.commit()
    for turn in range(6):
        many = [(turn * 500 + n, f"{turn} {n}" * (turn + 1)) for n in range(500)]
        writer.executemany("INSERT INTO T VALUES (?, ?)", many)
        writer.execute("DELETE FROM T WHERE Z_PK % 7 = ?", (turn,))
        writer.commit()
        wanted = writer.execute("SELECT Z_PK, ZTEXT FROM T ORDER BY Z_PK").fetchall()
        wal = Path(f"{path}-wal").read_bytes()
        with (
            source_of(path.read_bytes()) as source,
            Database(source, wal=_Archived(wal)) as database,
        ):
            rows = database.rows(database.tables["T"], ("ZTEXT",))
            assert [(n, database.text(v)[0]) for n, (v,) in rows] == wanted
            assert database.gaps == []
    writer.close()


@given(data=st.binary(max_size=200), size=st.sampled_from([512, 4096]))
def test_any_bytes_as_a_wal(data: bytes, size: int) -> None:
    """Rubbish is no overlay, with and without the beginning of a real one."""
    assert committed(data, size).pages == 0
    start = (0x377F0682).to_bytes(4, "big") + (3_007_000).to_bytes(4, "big")
    assert committed(start + size.to_bytes(4, "big") + data, size).pages == 0


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The example database."""
    return phone_store.chat_storage(tmp_path_factory.mktemp("small") / "x.sqlite").read_bytes()


@given(
    changes=st.lists(
        st.tuples(st.integers(0, 40_959), st.integers(0, 255)), min_size=1, max_size=40
    )
)
@settings(max_examples=200, deadline=None)
def test_any_bytes_changed(small, changes) -> None:
    """A changed database is read or refused; it never crashes, hangs, or gives rows out of order."""
    data = bytearray(small)
    for at, value in changes:
        data[at] = value
    with (
        suppress(apsw.Error, TallymarkError),
        source_of(bytes(data)) as source,
        Database(source) as database,
    ):
        for table in database.tables.values():
            numbers = [n for n, _ in database.rows(table, table.columns, last=100)]
            assert numbers == sorted(set(numbers))
