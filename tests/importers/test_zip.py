"""Archives that are cut, forged or made to harm: a named error, bounded memory, every member listed."""

from __future__ import annotations

import io
import os
import struct
import tempfile
import zipfile
import zlib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallymark import importers
from tallymark.errors import AmbiguousFormat, DamagedArchive, LimitExceeded, TallymarkError
from tallymark.importers._source import Opened
from tallymark.importers._zip import MAX_DIRECTORY, MAX_MEMBERS, Zip
from tallymark.importers.whatsapp import IMPORTER
from tallymark.jail.supply import Descriptor

CHAT = b"13/01/2026, 09:00 - Ann: hi\n13/01/2026, 09:01 - Ben: IMG-20260113-WA0001.jpg (file attached)\n"
PHOTO = b"\xff\xd8\xff" + bytes(500)


def packed(members: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these members."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


WHOLE = packed({"_chat.txt": CHAT, "IMG-20260113-WA0001.jpg": PHOTO})


def looked_at(data: bytes) -> list[dict[str, object]]:
    """The members of an archive as listed, after its chat was read; in this process."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        opened = Opened(Descriptor(file.fileno()), {"whatsapp": IMPORTER})
        for reading in opened.readings():
            for source in reading.sources:
                reading.importer.survey(source, options={})
        return list(opened.archive.listed()) if opened.archive else []


def written(tmp_path, data: bytes):
    """A file with these bytes."""
    path = tmp_path / "export.zip"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("size", range(4, len(WHOLE), 7))
def test_every_way_to_cut_it(size: int) -> None:
    """A download that stopped is called damaged, wherever it stopped."""
    with pytest.raises(DamagedArchive) as cut:
        looked_at(WHOLE[:size])
    assert cut.value.next_step


@given(at=st.integers(0, len(WHOLE) - 1), value=st.integers(0, 255), more=st.binary(max_size=8))
@settings(max_examples=400, deadline=None)
def test_any_byte_changed(at: int, value: int, more: bytes) -> None:
    """A changed byte is an error of ours or a member that is not called present, never a crash."""
    data = bytearray(WHOLE)
    data[at : at + 1 + len(more)] = bytes([value]) + more
    with suppress(TallymarkError):
        looked_at(bytes(data))


@given(data=st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_rubbish_after_the_first_four_bytes(data: bytes) -> None:
    """Arbitrary bytes that begin like a zip are refused."""
    with pytest.raises(TallymarkError):
        looked_at(b"PK\x03\x04" + data)


NAMES = (
    "../../etc/passwd",
    "/etc/passwd",
    "C:\\a",
    "..\\a",
    "a/../../b",
    "a\nb",
    "\u202egpj.exe",
)


def test_names_lead_nowhere(tmp_path) -> None:
    """Names that climb, begin at the root or hide are listed as they are, and nothing is written."""
    before = sorted(tmp_path.rglob("*"))
    path = written(tmp_path, packed({"_chat.txt": CHAT, **dict.fromkeys(NAMES, b"x")}))
    summary = importers.inspect(path)
    assert {m["name"] for m in summary["members"]} == {"_chat.txt", *NAMES}
    assert summary["counts"]["message"] == 2
    assert sorted(tmp_path.rglob("*")) == [*before, path]


def test_a_media_file_and_one_that_is_missing(tmp_path) -> None:
    """The file that came along is present with its digest; a named one that did not is an issue."""
    summary = importers.inspect(written(tmp_path, WHOLE))
    states = {m["name"]: m["state"] for m in summary["members"]}
    assert states == {"_chat.txt": "chat", "IMG-20260113-WA0001.jpg": "present"}
    assert all(len(m["sha256"]) == 64 for m in summary["members"])
    assert summary["issues"] == []
    without = importers.inspect(written(tmp_path, packed({"_chat.txt": CHAT})))
    assert [i["code"] for i in without["issues"]] == ["MEDIA_MISSING"]


def test_a_chat_that_is_damaged_is_refused_whole(tmp_path) -> None:
    """When the chat does not fit its checksum no event of it is believed."""
    data = bytearray(packed({"_chat.txt": CHAT * 3}, method=zipfile.ZIP_STORED))
    data[60] ^= 1
    with pytest.raises(DamagedArchive):
        importers.inspect(written(tmp_path, bytes(data)))


def test_a_bomb_by_its_own_words(tmp_path) -> None:
    """A member that grows a thousandfold is refused before it is unpacked."""
    data = packed({"_chat.txt": CHAT, "zeros.bin": bytes(8 << 20)})
    with pytest.raises(LimitExceeded):
        importers.inspect(written(tmp_path, data))


def test_a_bomb_that_lies(tmp_path) -> None:
    """A member that holds more than it says is stopped at what it says."""
    bomb = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = bomb.compress(CHAT + bytes(64 << 20)) + bomb.flush()
    forged = _forged("_chat.txt", body, size=len(CHAT), crc=zlib.crc32(CHAT))
    with pytest.raises(LimitExceeded):
        importers.inspect(written(tmp_path, forged))


def _forged(name: str, body: bytes, *, size: int, crc: int) -> bytes:
    raw = name.encode()
    numbers = (8, 0, 0x21, crc, len(body), size, len(raw))
    local = struct.pack("<4s2H3H3L2H", b"PK\x03\x04", 20, 0, *numbers, 0) + raw + body
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, *numbers, 0, 0, 0, 0, 0, 0)
    entry += raw
    return local + entry + _end(1, len(entry), len(local))


def _end(entries: int, length: int, start: int) -> bytes:
    return struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, entries, entries, length, start, 0)


def test_members_that_share_bytes(tmp_path) -> None:
    """Many entries over one body, the way to a bomb without compression, are refused."""
    one = packed({"_chat.txt": CHAT})
    start = one.index(b"PK\x01\x02")
    entry = one[start : one.index(b"PK\x05\x06")]
    twice = one[:start] + entry * 2 + _end(2, 2 * len(entry), start)
    with pytest.raises(LimitExceeded, match="overlap"):
        importers.inspect(written(tmp_path, twice))


def test_ten_million_members(tmp_path) -> None:
    """A list of ten million members is refused by its count, before it is read; sparse on disk."""
    path = tmp_path / "many.zip"
    count, length = 10_000_000, 500_000_000
    end = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, length, 4)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 4 + length, 1)
    with path.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.seek(4 + length)
        file.write(end + locator + _end(0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF))
    with pytest.raises(LimitExceeded, match="200,000"):
        importers.inspect(path)
    with path.open("r+b") as file:
        file.seek(4 + length + 24)
        file.write(struct.pack("<2Q", 7, 7))
    with pytest.raises(LimitExceeded, match="list"):
        importers.inspect(path)
    assert MAX_MEMBERS == 200_000
    assert length > MAX_DIRECTORY


def test_members_that_are_not_counted() -> None:
    """A list that is longer than its count would keep members out of the ledger."""
    start = WHOLE.index(b"PK\x01\x02")
    end = WHOLE.index(b"PK\x05\x06")
    with pytest.raises(DamagedArchive, match="longer"):
        looked_at(WHOLE[:end] + _end(1, end - start, start))


def test_a_chat_in_every_archive_of_an_archive(tmp_path) -> None:
    """The outer chat is read; one in an archive inside is named as not read, and nothing is hidden."""
    summary = importers.inspect(written(tmp_path, packed({"_chat.txt": CHAT, "more.zip": WHOLE})))
    states = {m["name"]: m["state"] for m in summary["members"]}
    assert states["more.zip"] == "archive"
    assert states["more.zip!/_chat.txt"] == "unread"
    assert summary["chat"]["member"] == "_chat.txt"
    assert "CHAT_NOT_READ" in {issue["code"] for issue in summary["issues"]}


def test_two_chats_are_asked_about(tmp_path) -> None:
    """An archive with two chats names no winner."""
    data = packed({"a/WhatsApp Chat with A.txt": CHAT, "b/WhatsApp Chat with B.txt": CHAT})
    with pytest.raises(AmbiguousFormat):
        importers.inspect(written(tmp_path, data))


def test_data_descriptors_and_a_name_in_another_language(tmp_path) -> None:
    """What phones write: sizes after the data, and a chat's name in any script."""
    reading, writing = os.pipe()
    with (
        os.fdopen(writing, "wb") as pipe,
        zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        archive.writestr("Chat de WhatsApp con Zoë 陈.txt", CHAT)
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    summary = importers.inspect(written(tmp_path, data))
    assert summary["counts"]["message"] == 2
    assert summary["chat"]["member"] == "Chat de WhatsApp con Zoë 陈.txt"


def test_a_zip_of_twenty_thousand_files(tmp_path) -> None:
    """Every one is listed with its state and digest."""
    data = packed({"_chat.txt": CHAT, **{f"{n}.bin": b"x" for n in range(20_000)}}, method=0)
    summary = importers.inspect(written(tmp_path, data))
    assert summary["coverage"]["members"] == 20_001
    assert summary["coverage"]["unparsed"] == 0


def test_the_reader_of_archives_writes_nothing() -> None:
    """It knows a descriptor and no path."""
    with tempfile.TemporaryFile() as file:
        file.write(WHOLE)
        file.flush()
        members = Zip(Descriptor(file.fileno())).members
    assert [m.name for m in members] == ["_chat.txt", "IMG-20260113-WA0001.jpg"]
