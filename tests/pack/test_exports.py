"""Tables and data: complete, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallymark import plugins
from tallymark.pack.exports._export import cell, write_csv


def _table(path):
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", " =", "\u00a0+"])
def test_no_cell_acts_as_a_formula(start):
    """Anything that a spreadsheet could run gets an apostrophe before it."""
    assert cell(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


@pytest.mark.parametrize("text", ["", "plain", "a=b", "3", "'quoted"])
def test_other_cells_are_left_alone(text):
    """Ordinary text is written as it is."""
    assert cell(text) == text


@given(st.lists(st.lists(st.text(), min_size=3, max_size=3), max_size=8))
def test_rows_survive_writing(rows):
    """Any text comes back from the table, but for the apostrophe and lone surrogates."""
    file = io.BytesIO()
    write_csv(file, ("a", "b", "c"), rows)
    data = file.getvalue().decode("utf-8-sig")
    found = list(csv.reader(io.StringIO(data, newline="")))
    assert found[0] == ["a", "b", "c"]
    assert found[1:] == [[cell(text) for text in row] for row in rows]
    assert all(not text.startswith(("=", "+", "-", "@")) for row in found for text in row)


def test_every_export_is_in_the_pack(built):
    """Each file in ``exports`` writes one file below data, found by scan."""
    package = "tallymark.pack.exports"
    paths = [plugins.load(package, name, "EXPORT").path for name in plugins.names(package)]
    assert set(paths) == {
        "data/entries.csv",
        "data/events.csv",
        "data/exhibits.csv",
        "data/casefile.json",
    }
    assert all((built.folder / path).is_file() for path in paths)


def test_entries_hold_every_version_in_order_of_happening(built):
    """Earlier versions stand beside current ones, with what became of them."""
    rows = _table(built.folder / "data/entries.csv")
    assert [row["number"] for row in rows] == [
        "#13",
        "#11",
        "#12",
        "#18",
        "#14",
        "#15",
        "#16",
        "#17",
    ]
    by_number = {row["number"]: row for row in rows}
    assert by_number["#14"]["state"] == "replaced by #15"
    latest = by_number["#16"]
    assert latest["happened"] == "2026-11-20T21:40"
    assert latest["written_after"] == "30 minutes after"
    assert latest["what_happened"].endswith('#panic("x") *bold* $x$ <e1>')
    assert latest["words_said"].endswith("😀 \ue000")
    assert latest["exhibits"] == "AB/2"
    assert latest["questions_asked"] == "what v1: What happened?"


def test_events_are_all_there_with_their_bytes(built):
    """One row for each message, with exhibit, import and byte range; formulas are defused."""
    rows = _table(built.folder / "data/events.csv")
    assert len(rows) == 60
    assert rows[0]["exhibit"] == "AB/1"
    assert rows[0]["import"] == "#7"
    assert rows[2]["text"] == "'=1+1"
    assert {row["direction"] for row in rows} == {"in", "out"}
    assert rows[1]["byte_start"] == "10"


def test_events_are_read_in_chunks(log, tmp_path):
    """A large export is asked for in pieces, never all at once."""
    chat = log.exhibit(b"large", name="large.txt")
    texts = [("A", "x")] * 9_000
    log.chat(chat, texts, start=datetime(2024, 1, 1, tzinfo=UTC))
    asked = []
    casefile = log.casefile()

    def texts_of(rows):
        rows = list(rows)
        asked.append(len(rows))
        return [log.lines[row] for row in rows]

    from dataclasses import replace

    order = sorted(range(len(log.lines)), key=lambda row: log.seconds[row])
    columns = replace(
        casefile.events,
        seconds=type(casefile.events.seconds)("q", sorted(log.seconds)),
        row=type(casefile.events.row)("I", order),
    )
    built = log.pack(tmp_path / "pack", casefile=replace(casefile, texts=texts_of, events=columns))
    assert len(_table(built.folder / "data/events.csv")) == 9_060
    assert max(asked) <= 8_192


def test_undated_events_are_not_lost(log, tmp_path):
    """An event without a time is in the table too, unless dates were chosen."""
    from dataclasses import replace

    casefile = log.casefile()
    columns = casefile.events
    kept = replace(
        columns,
        **{
            name: getattr(columns, name)[:-1]
            for name in ("seconds", "channel", "party", "direction", "kind", "flags", "row")
        },
        undated=1,
    )
    whole = log.pack(tmp_path / "whole", casefile=replace(casefile, events=kept))
    assert len(_table(whole.folder / "data/events.csv")) == 60
    dated = replace(casefile, events=kept, selection={"since": "2026-03-01"})
    part = log.pack(tmp_path / "part", casefile=dated)
    assert len(_table(part.folder / "data/events.csv")) == 59


def test_exhibits_table_names_what_is_not_here(built):
    """Each exhibit has a row; a kept-back one has its reason and neither digest nor name."""
    rows = {row["exhibit"]: row for row in _table(built.folder / "data/exhibits.csv")}
    assert rows["AB/1"]["mentioned_in"] == "#11"
    assert rows["AB/4"]["file_in_pack"] == "data/originals/AB-4_letter.pdf.exe.evidence"
    assert rows["AB/3"]["not_included_because"] == "marked intimate"
    assert rows["AB/3"]["sha256"] == rows["AB/3"]["original_name"] == ""


def test_casefile_holds_the_records_as_they_are(built, log):
    """Records in the data file equal those that the proofs cover."""
    document = json.loads((built.folder / "data/casefile.json").read_bytes())
    shown = {row["number"]: row["record"] for row in document["records"]}
    for number, record in shown.items():
        assert record == json.loads(log.data[log.records[number].id])
    assert [row["why"] for row in document["kept_back"]] == ["marked intimate"]
    assert document["withheld"] == [5, 9]
    states = {row["number"]: row["state"] for row in document["records"]}
    assert states[14] == "replaced or withdrawn"
    assert states[16] == "current"
