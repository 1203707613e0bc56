"""Outlook's .msg: its people, times and files, a mail in a mail (case 20), and damage."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallymark import importers
from tallymark.errors import UnknownFormat
from tallymark.importers.email import IMPORTER

from .compound import Storage, attached_file, attached_message, compound, message
from .mail import read

SENT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
FILE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
WORDS = {
    0x0037: "Hello",
    0x1000: "I know where\r\nyou are.\r\n",
    0x0C1A: "Boris",
    0x5D01: "boris@Example.org",
}


def example(**more: object) -> bytes:
    """A mail with a file and another mail, which has a file of its own."""
    inner = message(
        {0x0037: "Inner", 0x1000: "words inside", 0x0C1A: "Eve", 0x5D01: "eve@example.net"},
        sent=SENT,
        attached=[attached_file("deep.png", FILE, "image/png")],
        inner=True,
    )
    files = [attached_file("photo.jpg", FILE, "image/jpeg"), attached_message("Inner.msg", inner)]
    to = [("Anna", "anna@example.com", 1), ("Third", "third@example.com", 2)]
    return compound(message(WORDS, sent=SENT, to=to, attached=files, **more))  # type: ignore[arg-type]


def test_case_20_a_msg_inside_a_msg_is_a_child_with_its_file() -> None:
    """Fields, people, text, the file by its digest; the inner mail and its file below it."""
    found = read(example())
    event = found.one
    assert event.text == "Hello\nI know where\nyou are.\n"
    assert event.sender == "boris@example.org"
    assert [(p.role, p.value, p.label) for p in event.parties] == [
        ("from", "boris@example.org", "Boris"),
        ("to", "anna@example.com", "Anna"),
        ("cc", "third@example.com", "Third"),
    ]
    assert event.at[0].value == "2026-03-02T10:00:00"
    assert found.placed == [True]
    photo, child, deep = event.parts
    assert (photo.name, photo.mime, photo.sniffed) == ("photo.jpg", "image/jpeg", "image/png")
    assert photo.sha256 == deep.sha256 == hashlib.sha256(FILE).hexdigest()
    assert child.detail["subject"] == "Inner"
    assert child.detail["from"] == '"Eve" <eve@example.net>'
    assert deep.detail == {"inside": "2"}
    assert "words inside" in found.found_by[0]
    assert found.figures["counts"]["attachment"] == 3
    assert "not kept" in event.detail["header"]


def test_the_header_that_the_mail_came_with_is_the_header() -> None:
    """Where Outlook kept it, Received lines and all, it stands in place of Outlook's own notes."""
    header = "Received: from a by mx.example.com; Mon, 2 Mar 2026 10:00:05 +0000\r\nFrom: eve@example.net\r\nDate: Mon, 2 Mar 2026 11:00:00 +0100\r\n\r\n"
    event = read(compound(message(WORDS | {0x007D: header}))).one
    assert event.sender == "eve@example.net"
    assert [c.value for c in event.at] == ["2026-03-02T10:00:00", "2026-03-02T10:00:05"]
    assert "header" not in event.detail


def test_a_page_or_old_text_in_place_of_wide_text() -> None:
    """HTML as bytes gives its words; narrow text is read in its code page; packed rich text is listed."""
    page = {
        "__substg1.0_10130102": "<p>caf\xe9</p>".encode("cp1252"),
        "__substg1.0_10090102": b"LZFu",
    }
    event = read(compound(message({0x0037: "S"}, streams=page))).one
    assert event.text == "S\ncaf\xe9"
    assert [p.type for p in event.parts] == ["rtf"]
    narrow = {"__substg1.0_1000001E": "Frösche".encode("cp1252")}
    assert read(compound(message({0x0037: "S"}, streams=narrow))).one.text == "S\nFrösche"


def test_mails_in_mails_end_at_a_depth() -> None:
    """A chain of forty is read to its limit, and the limit is named."""
    inner = message({0x1000: "last"}, inner=True)
    for _ in range(40):
        inner = message({0x0037: "x"}, attached=[attached_message("m", inner)], inner=True)
    event = read(compound(message(WORDS, attached=[attached_message("m", inner)]))).one
    assert "DEPTH_LIMIT" in event.issues
    assert event.parts[-1].state == "refused_limit"


def test_other_files_of_that_container_are_not_mail() -> None:
    """A document of old Office has the same container and is refused as unknown."""
    assert IMPORTER.sniff(compound(Storage({"WordDocument": b"x" * 5000}))) is None


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_msg_is_kept_and_never_stops_anything(data: st.DataObject) -> None:
    """Wherever bytes are changed or cut, there is one event or a refusal, and the ledger adds up."""
    whole = bytearray(example())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(512, len(whole) - 1))
        whole[at : at + data.draw(st.integers(1, 64))] = data.draw(st.binary(max_size=8))
    found = read(bytes(whole[: data.draw(st.integers(600, len(whole)))]))
    assert len(found.events) == 1
    assert found.coverage["unparsed"] == 0


@pytest.mark.parametrize("head", [b"!BDN", b"!BDN\x00\x00\x00\x00SM\x17\x00"])
def test_case_20_an_outlook_data_file_is_refused_by_its_name(tmp_path, head: bytes) -> None:
    """A PST is not read; what it is and what to do is said, with or without a password."""
    path = tmp_path / "old.pst"
    path.write_bytes(head + bytes(600))
    with pytest.raises(UnknownFormat) as refused:
        importers.inspect(path)
    assert "PST" in str(refused.value)
    assert "Outlook" in refused.value.next_step
