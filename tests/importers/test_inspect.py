"""Through the jail: the contract of ``inspect``, and every kind of bad file ends in a named error."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallymark import importers
from tallymark.errors import (
    LimitExceeded,
    QuestionNeeded,
    ReaderFailed,
    SourceChanged,
    SourceMissing,
    UnknownFormat,
    UsageProblem,
)
from tallymark.importers import _contract
from tallymark.importers._frames import MAX_FRAME, receive
from tallymark.model.event import EventBatch

CHAT = b"13/01/2026, 09:00 - Ann: hi\n13/01/2026, 09:01 - Ben: yes\n"
OPEN = b"01/02/2026, 09:00 - Ann: hi\n03/04/2026, 09:00 - Ben: yes\n"
BIG = 40 << 20


@pytest.fixture
def export(tmp_path):
    """A function that writes bytes to a file and gives its path."""

    def write(data: bytes) -> Path:
        path = tmp_path / "WhatsApp Chat with Ann.txt"
        path.write_bytes(data)
        return path

    return write


def test_the_contract_in_its_order(export) -> None:
    """All members that are promised, in the order of the page, with the file's own digest and name."""
    summary = importers.inspect(export(CHAT))
    assert list(summary)[:12] == [
        *("format", "variant", "source", "counts", "declared", "coverage", "first", "last"),
        *("senders", "issues", "limits", "jail"),
    ]
    assert summary["source"]["bytes"] == len(CHAT)
    assert summary["source"]["name"] == "WhatsApp Chat with Ann.txt"
    assert summary["senders"] == {"Ann": 1, "Ben": 1}
    assert summary["jail"]["network"].startswith("blocked")
    assert len(summary["limits"]) >= 8
    assert json.dumps(summary)


def test_progress_ends_with_the_last_byte(export) -> None:
    """Bytes done, bytes in all, events so far."""
    told: list[tuple[int, int, int]] = []
    importers.inspect(export(CHAT), progress=lambda *step: told.append(step))
    assert told[-1][:2] == (len(CHAT), len(CHAT))


def test_an_open_question_gives_no_event(export) -> None:
    """Before any event the question is raised, with its choices; an answer lets it through."""
    given: list[EventBatch] = []
    path = export(OPEN)
    with pytest.raises(QuestionNeeded) as asked:
        importers.inspect(path, on_batch=given.append)
    assert given == []
    assert [c["value"] for c in asked.value.questions[0]["choices"]] == ["dmy", "mdy"]
    importers.inspect(path, on_batch=given.append, options={"day_order": "mdy"})
    assert sum(len(batch.texts) for batch in given) == 2
    with pytest.raises(QuestionNeeded):
        importers.require_answers(importers.inspect(path))


@pytest.mark.parametrize(
    "options", [{"day_order": "yyy"}, {"zone": "Europe/Nowhere"}, {"zone": "../etc"}]
)
def test_answers_that_cannot_be(export, options) -> None:
    """An order or a zone that does not exist is refused, not ignored."""
    with pytest.raises(UsageProblem):
        importers.inspect(export(CHAT), options=options)


def test_a_format_that_is_not_there(export) -> None:
    """The formats that exist are named."""
    with pytest.raises(UnknownFormat, match="whatsapp"):
        importers.inspect(export(CHAT), format="carrier_pigeon")


def test_what_is_no_file(tmp_path) -> None:
    """Nothing, a folder, a pipe and a name that cannot be: one plain error each, and no waiting."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "none", tmp_path, tmp_path / "pipe", "a\0b"):
        with pytest.raises(SourceMissing):
            importers.inspect(path)
        with pytest.raises(SourceMissing):
            importers.detect(path)


BAD = {
    "empty": b"",
    "words": b"dear diary\n",
    "nul bytes": bytes(100_000),
    "line ends": b"\n" * 100_000,
    "utf-16": b"\xff\xfe" + CHAT.decode().encode("utf-16-le"),
    "utf-16 big endian": b"\xfe\xff" + CHAT.decode().encode("utf-16-be"),
    "utf-32": CHAT.decode().encode("utf-32"),
    "noise": bytes(range(256)) * 500,
    "html": b"<!doctype html><html><body>13/01/2026</body></html>",
    "csv": b"date,name,text\n13/01/2026,Ann,hi\n",
    "one long line": b"x" * BIG,
}


@pytest.mark.parametrize("name", BAD)
def test_files_that_no_reader_knows(export, name: str) -> None:
    """A loud refusal that names a line and nothing that stands in it."""
    path = export(BAD[name])
    assert importers.detect(path) == []
    with pytest.raises(UnknownFormat) as refused:
        importers.inspect(path)
    assert refused.value.next_step
    assert "diary" not in str(refused.value)
    assert isinstance(importers.shape(path), str)


LONG = {
    "a line of its own": (CHAT + b"x" * BIG, 2),
    "a message": (CHAT + b"13/01/2026, 09:02 - Ann: " + b"x" * BIG + b"\n" + CHAT, 4),
    "many lines": (CHAT + (b"y" * 999 + b"\n") * (BIG // 1000) + CHAT, 4),
    "nul bytes": (CHAT + bytes(BIG), 2),
    "colons": (CHAT + b": " * (BIG // 2) + b"\n" + CHAT, 4),
    "digits": (CHAT + b"1/" * (BIG // 2) + b"\n" + CHAT, 4),
}


@pytest.mark.parametrize("name", LONG)
def test_pieces_too_long_to_be_a_message(export, name: str) -> None:
    """Forty megabytes in one piece: given up by name and counted; what stands around it is read."""
    data, least = LONG[name]
    summary = importers.inspect(export(data))
    assert summary["counts"]["events"] >= least - 1
    assert summary["coverage"]["unparsed"] > BIG - (20 << 20)
    assert "TOO_LONG" in {issue["code"] for issue in summary["issues"]}
    assert summary["counts"]["rejected"] >= 1


def test_a_hundred_thousand_senders(export) -> None:
    """More names than a column can hold is a limit that is named."""
    lines = (b"13/01/2026, 09:00 - N%d: x" % n for n in range(70_000))
    with pytest.raises(LimitExceeded):
        importers.inspect(export(b"\n".join(lines)))


@pytest.mark.parametrize("change", [b"", b"x"])
def test_a_file_that_changes_while_it_is_read(export, change: bytes) -> None:
    """Longer, or of the same length with another time: refused, whoever is reading."""
    path = export(CHAT)

    def meddle(_batch: EventBatch) -> None:
        path.write_bytes(CHAT[: -1 - len(change)] + b"!" + change + b"\n" + change)

    with pytest.raises(SourceChanged):
        importers.inspect(path, on_batch=meddle)


def test_events_have_ids_and_can_be_left_early(export) -> None:
    """Each line has its id; whoever stops after one line leaves no process behind."""
    path = export(CHAT * 20_000)
    lines = importers.event_lines(path)
    first = json.loads(next(lines))
    lines.close()
    assert len(first["id"]) == 64
    assert set(first) >= {"id", "kind", "at", "sender", "text", "locator", "issues"}


@given(data=st.binary(max_size=60))
@settings(max_examples=200, deadline=None)
def test_answers_that_are_none(data: bytes) -> None:
    """Whatever a reader that was taken over sends, it is an answer, an end, or ``ReaderFailed``."""
    reading, writing = os.pipe()
    try:
        os.write(writing, data)
        os.close(writing)
        try:
            while receive(reading) is not None:
                pass
        except ReaderFailed:
            pass
    finally:
        os.close(reading)


def test_an_answer_that_is_too_long() -> None:
    """A length beyond the limit is refused before memory is taken for it."""
    reading, writing = os.pipe()
    os.write(writing, (MAX_FRAME + 1).to_bytes(4, "big"))
    os.close(writing)
    with pytest.raises(ReaderFailed):
        receive(reading)
    os.close(reading)


def test_a_summary_that_is_not_whole(export) -> None:
    """A part left out, or a ledger that does not fit the file's size, is refused by the parent."""
    source = {"sha256": "", "bytes": len(CHAT), "name": ""}
    good = {k: v for k, v in importers.inspect(export(CHAT)).items() if k != "source"}
    assert _contract(dict(good), source)["source"] == source
    with pytest.raises(ReaderFailed):
        _contract({k: v for k, v in good.items() if k != "counts"}, source)
    with pytest.raises(ReaderFailed):
        _contract(dict(good), {**source, "bytes": 1})
    for coverage in ({}, {"bytes": "1"}, {**good["coverage"], "skipped": -1}, []):
        with pytest.raises(ReaderFailed):
            _contract({**good, "coverage": coverage}, source)


def test_a_chat_is_named_by_its_file_or_its_member(tmp_path) -> None:
    """What the phone called the export says which chat it is; a member's own name comes first."""
    data = b"13/01/2026, 09:00 - Ann: hi\n"
    plain = tmp_path / "Chat de WhatsApp con Neil G.txt"
    plain.write_bytes(data)
    assert importers.inspect(plain)["conversation"] == "Neil G"
    for outer, member, name in (
        ("WhatsApp Chat - Neil G.zip", "_chat.txt", "Neil G"),
        ("export.zip", "x/WhatsApp Chat mit Zoë.txt", "Zoë"),
    ):
        with zipfile.ZipFile(tmp_path / outer, "w") as archive:
            archive.writestr(member, data)
        assert importers.inspect(tmp_path / outer)["conversation"] == name
    other = tmp_path / "chat.txt"
    other.write_bytes(data)
    assert "conversation" not in importers.inspect(other)
