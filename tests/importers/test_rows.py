"""A ledger of rows, an event's place in a table, and other members of the same archive."""

from __future__ import annotations

import io
import tempfile
import zipfile

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallymark.errors import ReaderFailed
from tallymark.importers._archive import Archive, MemberSource
from tallymark.importers._ledger import Ledger, check_sum
from tallymark.importers._source import FileSource
from tallymark.jail.supply import Descriptor
from tallymark.model.event import Locator, event_id

counts = st.integers(0, 2**40)


def test_a_place_in_a_table_leaves_other_ids_as_they_are() -> None:
    """What an event of a text file is called did not change when tables came."""
    line = msgspec.json.encode(Locator(0, 26), order="sorted")
    assert line == b'{"end":26,"start":0}'
    row = msgspec.json.encode(Locator(0, 0, table="ZWAMESSAGE", row=0), order="sorted")
    assert row == b'{"end":0,"row":0,"start":0,"table":"ZWAMESSAGE"}'
    assert event_id("00", Locator(0, 0, table="A", row=1)) != event_id("00", Locator(0, 0))


@given(counts, counts, counts, counts)
def test_rows_add_up_or_the_reader_failed(records, framing, skipped, unparsed) -> None:
    """Closed with its own sum it holds whatever the size of the file; one row off is refused."""
    whole = records + framing + skipped + unparsed
    ledger = Ledger(records, framing, skipped, unparsed, rows=whole)
    coverage = ledger.close(4096)
    assert coverage["rows"] == whole
    assert "bytes" not in coverage
    check_sum(coverage, size=4096)
    ledger.rows = whole + 1
    with pytest.raises(ReaderFailed, match="1 rows too few"):
        ledger.close(4096)
    with pytest.raises(ReaderFailed):
        check_sum({**coverage, "rows": whole + 1}, size=4096)


def test_a_ledger_is_about_one_thing() -> None:
    """Rows beside bytes could hide a sum that does not hold."""
    parts = {"records": 1, "framing": 0, "skipped": 0, "unparsed": 0}
    with pytest.raises(ReaderFailed):
        check_sum({"bytes": 1, "rows": 1, **parts}, size=1)
    with pytest.raises(ReaderFailed):
        check_sum(parts, size=1)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_member_is_read_anywhere_and_knows_its_neighbours(method: int) -> None:
    """The same bytes whether packed or stored; a neighbour is found by its whole name."""
    data = bytes(range(256)) * 40
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.writestr("a/one.sqlite", data)
        archive.writestr("a/one.sqlite-wal", b"wal")
    with tempfile.TemporaryFile() as file:
        file.write(packed.getvalue())
        file.flush()
        archive = Archive(Descriptor(file.fileno()))
        source = MemberSource(archive, archive.entries[0])
        assert source.is_seekable == (method == zipfile.ZIP_STORED)
        for start, end in ((0, 10), (250, 300), (10_000, 10_300), (20_000, 20_001), (9, 9)):
            assert source.read(start, end) == data[start:end]
        wal = source.beside("a/one.sqlite-wal")
        assert wal is not None
        assert wal.read(0, 9) == b"wal"
        assert source.beside("one.sqlite-wal") is None
        assert FileSource(Descriptor(file.fileno())).beside("a/one.sqlite-wal") is None
