"""WhatsApp's database of an iPhone: who, when, what, which row; and what the file cannot show."""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallymark import importers
from tallymark.diary import Diary
from tallymark.errors import LimitExceeded, UnknownFormat
from tallymark.importers import _sqlite_pages
from tallymark.importers._batch import Sink
from tallymark.importers._source import Opened
from tallymark.importers.whatsapp_iphone import IMPORTER
from tallymark.integrity.keyslot import CHEAP
from tallymark.jail.supply import Descriptor
from tallymark.model.event import EventBatch
from tallymark.vault.snapshot import IN, OUT

from . import phone_store as made
from .test_sqlite import PAGE, source_of


def events(path: Path, **options: Any) -> list[dict[str, Any]]:
    """The events of a file."""
    return [json.loads(line) for line in importers.event_lines(path, **options)]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example as a file."""
    return made.chat_storage(tmp_path_factory.mktemp("phone") / "ChatStorage.sqlite")


@pytest.fixture(scope="module")
def found(store: Path) -> list[dict[str, Any]]:
    """Its events."""
    return events(store)


def row(found: list[dict[str, Any]], number: int) -> dict[str, Any]:
    """The event of that row."""
    return next(e for e in found if e["locator"]["row"] == number)


def test_it_is_known_by_its_tables_and_not_by_its_name(store: Path, tmp_path) -> None:
    """Under the name that an iPhone backup gives it, it is the same format; another database is none."""
    other = tmp_path / made.backup_id("ChatStorage.sqlite")
    other.write_bytes(store.read_bytes())
    assert other.name == "7c7fba66680ef796b916b067077cc246adacf01d"
    assert importers.detect(other) == ["whatsapp_iphone"]
    empty = tmp_path / "ChatStorage.sqlite"
    made.sqlite3.connect(empty).executescript("CREATE TABLE ZWAMESSAGE (Z_PK INTEGER PRIMARY KEY)")
    assert importers.detect(empty) == []
    with pytest.raises(UnknownFormat):
        importers.inspect(empty)


def test_every_row_is_in_the_ledger(store: Path) -> None:
    """Messages are records, what they are made with is framing, and a table not read is named."""
    summary = importers.inspect(store)
    assert summary["coverage"] == {
        "rows": 31,
        "records": 18,
        "framing": 12,
        "skipped": 1,
        "unparsed": 0,
    }
    assert summary["counts"]["events"] == 18
    assert summary["questions"] == []
    issues = {issue["code"]: issue for issue in summary["issues"]}
    assert "ZWAMESSAGEINFO" in issues["TABLES_NOT_READ"]["detail"]
    assert (summary["first"], summary["last"]) == ("2025-02-27T10:41:00", "2025-02-27T10:58:00")


def test_times_are_utc_and_come_from_the_data(found) -> None:
    """Seconds since 2001, whatever zone the diary is in; what cannot be a time is not chosen."""
    clock = row(found, 1)["at"][0]
    assert (clock["value"], clock["zone"], clock["source"]) == (
        "2025-02-27T10:41:00",
        "UTC",
        "in_data",
    )
    assert float(clock["raw"]) == made.T0 + 60
    assert [c["role"] for c in row(found, 2)["at"]] == ["sent", "sent_date"]
    assert row(found, 15)["issues"] == ["UNKNOWN_DATE"]
    assert row(found, 16)["issues"] == ["IMPLAUSIBLE_TIME"]
    assert row(found, 16)["at"][0]["value"] == "1981-12-27T13:20:00"
    assert not any("chosen" in row(found, n)["at"][0] for n in (15, 16))


def test_direction_and_people_come_from_the_data(found) -> None:
    """Own messages are out; two accounts of one name stay two; an id without a number stays an id."""
    assert (row(found, 2)["direction"], row(found, 2)["sender"]) == ("out", "(this phone)")
    assert row(found, 2)["state"] == ["read"]
    assert (row(found, 1)["direction"], row(found, 1)["sender"]) == ("in", "Alex")
    assert row(found, 11)["sender"] == "Alex (+447700900456)"
    assert row(found, 8)["sender"] == "~Neil"
    assert row(found, 8)["conversation"] == "Running club"
    assert row(found, 13)["sender"] == made.HIDDEN
    assert row(found, 13)["parties"][0]["scheme"] == "platform_id"
    assert row(found, 14)["issues"] == ["UNKNOWN_SENDER"]
    assert row(found, 1)["parties"] == [
        {
            "role": "from",
            "value": "+447700900123",
            "scheme": "tel",
            "label": "Alex",
            "raw": made.ALEX,
        }
    ]


def test_kinds(found) -> None:
    """Each type of message is its own kind; one not known keeps its number and every other column."""
    kinds = {e["locator"]["row"]: e["kind"] for e in found}
    assert {kinds[n] for n in (1, 2, 7, 8, 10, 11)} == {"message"}
    assert [kinds[n] for n in (3, 4, 5, 6, 9, 12, 17, 18)] == [
        "call",
        "media",
        "location",
        "deleted",
        "system",
        "other",
        "media",
        "system",
    ]
    assert row(found, 3)["state"] == ["missed"]
    assert row(found, 9)["detail"]["meaning"] == "left"
    assert row(found, 9)["sender"] is None
    assert row(found, 18)["detail"]["meaning"] == "contact unblocked"
    assert row(found, 12)["detail"]["type"] == "77"
    assert row(found, 12)["unmapped"] == {"ZSORT": "12"}


def test_files_places_contacts_and_answers(found) -> None:
    """Path, size, type and caption of a file; a position; a contact; the message that was answered."""
    photo = row(found, 4)
    assert photo["text"] == "your window"
    assert photo["media"].endswith("photo.jpg")
    assert photo["parts"][0]["size"] == 70_123
    assert photo["parts"][0]["state"] == "missing"
    assert row(found, 5)["detail"]["position"] == "51.5007,-0.1246"
    assert row(found, 10)["detail"]["contact"] == "Sam"
    assert row(found, 7)["relations"] == {
        "reply_to": "3EB0A1B2C3D4E5F60718",
        "parent": row(found, 1)["ids"]["stanza"],
    }
    assert "forwarded" in row(found, 7)["state"]


def test_the_same_bytes_give_the_same_ids(store: Path, found) -> None:
    """An id is the digest of the file's digest and of table and row."""
    assert [e["id"] for e in events(store)] == [e["id"] for e in found]
    assert len({e["id"] for e in found}) == 18
    locator = {"end": 0, "row": 1, "start": 0, "table": "ZWAMESSAGE"}
    assert found[0]["locator"] == locator


def test_calls_have_a_direction_and_a_length(tmp_path) -> None:
    """An answered call, a missed one, one that was made."""
    found = events(made.call_history(tmp_path / "CallHistory.sqlite"))
    assert [(e["direction"], e.get("state", []), e["detail"]["medium"]) for e in found] == [
        ("in", [], "voice"),
        ("in", ["missed"], "video"),
        ("out", [], "voice"),
    ]
    assert found[0]["detail"]["seconds"] == "12.5"
    assert found[0]["sender"] == "+447700900123"


def test_a_name_that_is_ones_own_is_nobody_elses(store: Path) -> None:
    """Told that the person is called Alex, the other two of that name have their numbers beside it."""
    senders = importers.inspect(store, options={"owner": "Alex"})["senders"]
    assert senders["Alex"] == 1
    assert {"Alex (+447700900123)", "Alex (+447700900456)"} <= set(senders)


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    """An archive of these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("plain", [True, False])
def test_an_archive_with_wal_media_and_calls(tmp_path, plain: bool) -> None:
    """Under plain names and under those of a backup: newest rows, files and calls are all found."""

    def name(path: str) -> str:
        coded = made.backup_id(path)
        return f"shared/{path}" if plain else f"00008030-001C/{coded[:2]}/{coded}"

    main, wal = made.in_wal_mode(tmp_path, [made.message(30, ZTEXT="newest")])
    calls = made.call_history(tmp_path / "CallHistory.sqlite").read_bytes()
    photo = f"Message/Media/{made.ALEX}/a/b/photo.jpg"
    path = zipped(
        tmp_path / "backup.zip",
        {
            name("ChatStorage.sqlite"): main,
            name("ChatStorage.sqlite-wal"): wal,
            name("CallHistory.sqlite"): calls,
            name(photo): b"\xff\xd8\xff",
        },
    )
    summary = importers.inspect(path)
    assert summary["variant"] == "call_history+chat_storage"
    assert summary["counts"]["events"] == 18 + 1 + 3
    codes = {issue["code"] for issue in summary["issues"]}
    assert "WAL_APPLIED" in codes
    assert not codes & {"WAL_NOT_APPLIED", "MEDIA_MISSING"}
    assert [part["coverage"]["rows"] for part in summary["parts"]] in ([32, 9], [9, 32])
    found = events(path)
    assert [e["text"] for e in found if e["locator"].get("row") == 30] == ["newest"]
    assert all(e["locator"]["member"] for e in found)


def test_a_wal_that_is_not_there_is_named(tmp_path) -> None:
    """A single file in WAL mode may lack its newest rows: it says so, and how to bring both."""
    main, _ = made.in_wal_mode(tmp_path, [made.message(30, ZTEXT="newest")])
    alone = tmp_path / "alone.sqlite"
    alone.write_bytes(main)
    issues = {i["code"]: i["detail"] for i in importers.inspect(alone)["issues"]}
    assert "-wal" in issues["WAL_NOT_APPLIED"]
    both = zipped(
        tmp_path / "x.zip", {"ChatStorage.sqlite": main, "ChatStorage.sqlite-wal": b"rubbish"}
    )
    issues = {i["code"]: i["detail"] for i in importers.inspect(both)["issues"]}
    assert "does not fit" in issues["WAL_NOT_APPLIED"]


def test_damage_is_named_with_its_place_and_the_rest_is_read(tmp_path) -> None:
    """A destroyed page in the middle of the messages: their row numbers are unparsed, no more."""
    rows = [made.message(n, ZTEXT=f"message {n} " * 8) for n in range(1, 2001)]
    path = made.chat_storage(tmp_path / "ChatStorage.sqlite", rows)
    data = path.read_bytes()
    at = data.index(b"message 1000 ") // PAGE * PAGE
    path.write_bytes(data[:at] + bytes(PAGE) + data[at + PAGE :])
    summary = importers.inspect(path)
    coverage = summary["coverage"]
    assert 0 < coverage["unparsed"] < 60
    assert coverage["records"] + coverage["unparsed"] == 2000
    detail = next(i["detail"] for i in summary["issues"] if i["code"] == "DAMAGED_ROWS")
    assert "ZWAMESSAGE" in detail


def test_a_view_in_place_of_the_table_is_refused(tmp_path) -> None:
    """A view could compute for ever: it is no table, so the file is none of this format."""
    path = tmp_path / "ChatStorage.sqlite"
    connection = made.sqlite3.connect(path)
    connection.executescript(
        "CREATE VIEW ZWAMESSAGE AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
        "SELECT i AS Z_PK, 1.0 AS ZMESSAGEDATE, 'x' AS ZTEXT FROM n"
    )
    connection.close()
    with pytest.raises(UnknownFormat):
        importers.inspect(path)


def test_triggers_and_a_virtual_table_beside_it_change_nothing(tmp_path, found) -> None:
    """The same events with them; tables without row numbers are named."""
    path = made.chat_storage(tmp_path / "ChatStorage.sqlite")
    connection = made.sqlite3.connect(path)
    connection.executescript(
        "CREATE TRIGGER X AFTER INSERT ON ZWAMESSAGE BEGIN DELETE FROM ZWAMESSAGE; END;"
        "CREATE VIRTUAL TABLE Words USING fts5(a); CREATE TABLE W (a PRIMARY KEY) WITHOUT ROWID;"
    )
    connection.close()
    again = events(path)
    assert [(e["locator"], e["text"]) for e in again] == [(e["locator"], e["text"]) for e in found]
    assert "TABLES_NOT_COUNTED" in {i["code"] for i in importers.inspect(path)["issues"]}


def test_one_packed_too_large_says_what_to_do(tmp_path, monkeypatch, store: Path) -> None:
    """An archive whose database is over the limit is not called unknown."""
    monkeypatch.setattr(_sqlite_pages, "MOST_UNPACKED", 1000)
    path = zipped(tmp_path / "x.zip", {"ChatStorage.sqlite": store.read_bytes()})
    with path.open("rb") as file:
        (reading,) = Opened(Descriptor(file.fileno()), {"whatsapp_iphone": IMPORTER}).readings()
        survey = IMPORTER.survey(reading.sources[0], options={})
        with pytest.raises(LimitExceeded) as refused:
            survey.read(Sink(lambda _batch: None, sentences=IMPORTER.SENTENCES))
    assert "Unpack" in refused.value.next_step


def test_in_a_diary_direction_and_row_are_kept(tmp_path, store: Path) -> None:
    """Without any question: own messages are out, others in, and a row of the table can be pointed at."""
    with Diary.create(tmp_path / "d", passphrase="four plain words here", cost=CHEAP) as diary:
        first = diary.import_file(store)
        assert not first.already
        assert diary.import_file(store).already
        casefile = diary.casefile()
        ways = list(casefile.events.direction)
        assert (ways.count(OUT), len(casefile.events)) == (1, 16)
        assert ways.count(IN) >= 10
        texts = {e.text: e for e in casefile.texts(casefile.events.row)}
        assert (texts["please stop"].table, texts["please stop"].table_row) == ("ZWAMESSAGE", 2)
        assert texts["please stop"].zone == "UTC"


def test_in_a_diary_what_came_in_is_known_where_nothing_went_out(tmp_path) -> None:
    """Nobody ever answered: every message is still known to have come in."""
    came = [made.message(n, ZTEXT=f"message {n}") for n in range(1, 6)]
    path = made.chat_storage(tmp_path / "ChatStorage.sqlite", came)
    with Diary.create(tmp_path / "d", passphrase="four plain words here", cost=CHEAP) as diary:
        diary.import_file(path)
        assert list(diary.casefile().events.direction) == [IN] * 5


def test_from_a_stream_that_has_no_file(store: Path, found) -> None:
    """A sealed original is handed over piece by piece; the events are the same."""
    stream = io.BytesIO(store.read_bytes())
    assert [json.loads(line) for line in importers.event_lines(stream)] == found


@given(
    changes=st.lists(
        st.tuples(st.integers(0, 40_959), st.binary(min_size=1, max_size=64)), max_size=12
    ),
    cut=st.integers(0, 40_960),
)
@settings(max_examples=150, deadline=None)
def test_whatever_is_changed_the_ledger_adds_up(store: Path, changes, cut: int) -> None:
    """Damaged anywhere and cut anywhere: refused, or every row in one place and no id twice."""
    data = bytearray(store.read_bytes())
    for at, piece in changes:
        data[at : at + len(piece)] = piece[: len(data) - at]
    if cut > 4096:
        del data[cut:]
    batches: list[EventBatch] = []
    with source_of(bytes(data)) as source, suppress(UnknownFormat, LimitExceeded):
        survey = IMPORTER.survey(source, options={})
        sink = Sink(batches.append, sentences=IMPORTER.SENTENCES)
        survey.read(sink)
        sink.finish()
        coverage = sink.ledger.close(source.size)
        assert coverage["records"] == sum(len(batch.texts) for batch in batches)
        places = [
            json.dumps(json.loads(line)["locator"], sort_keys=True)
            for batch in batches
            for line in batch.lines.splitlines()
        ]
        assert len(set(places)) == len(places)
