"""Archives in archives, archives that hold themselves, names in old alphabets, links, parts."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.importers.test_zip import CHAT, WHOLE, packed
from tests.shared_samples import samples

from tallymark import importers
from tallymark.errors import DamagedArchive, UnknownFormat
from tallymark.importers._names import shown


def _inspect(tmp_path: Path, data: bytes) -> dict[str, Any]:
    path = tmp_path / "export.zip"
    path.write_bytes(data)
    return importers.inspect(path)  # type: ignore[return-value]


def _states(summary: dict[str, Any]) -> dict[str, str]:
    return {member["name"]: member["state"] for member in summary["members"]}


def _codes(summary: dict[str, Any]) -> set[str]:
    return {issue["code"] for issue in summary["issues"]}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_chat_two_archives_deep(tmp_path: Path, method: int) -> None:
    """Read, with the way to it in its name; the ledger of members counts every level."""
    data = packed({"part-1.zip": packed({"chat.zip": WHOLE}, method=method)}, method=method)
    summary = _inspect(tmp_path, data)
    assert summary["chat"]["member"] == "part-1.zip!/chat.zip!/_chat.txt"
    assert summary["counts"]["message"] == 2
    assert _states(summary) == {
        "part-1.zip": "archive",
        "part-1.zip!/chat.zip": "archive",
        "part-1.zip!/chat.zip!/_chat.txt": "chat",
        "part-1.zip!/chat.zip!/IMG-20260113-WA0001.jpg": "present",
    }
    assert summary["coverage"]["members"] == 4
    assert summary["coverage"]["framing"] == 2


def test_deeper_than_three_is_named_and_not_opened(tmp_path: Path) -> None:
    """The fourth level stays closed."""
    data = WHOLE
    for level in range(3):
        data = packed({f"{level}.zip": data, "_chat.txt": CHAT})
    summary = _inspect(tmp_path, data)
    assert "too_deep" in _states(summary).values()
    assert "ARCHIVE_TOO_DEEP" in _codes(summary)
    assert summary["chat"]["member"] == "_chat.txt"


def test_a_bomb_inside_does_not_stop_the_rest(tmp_path: Path) -> None:
    """It is refused by name; the chat beside it is read."""
    bomb = packed({"zeros": bytes(300 << 20)})
    summary = _inspect(tmp_path, packed({"_chat.txt": CHAT, "bomb.zip": bomb}))
    assert _states(summary)["bomb.zip"] == "refused"
    assert "ARCHIVE_REFUSED" in _codes(summary)
    assert summary["counts"]["message"] == 2


def test_the_archive_that_holds_itself() -> None:
    """The public sample: stopped at the repeat, and said."""
    with pytest.raises(UnknownFormat, match="itself") as refused:
        importers.inspect(samples("hostile/tika/droste.zip"))
    assert "1 other file" in str(refused.value)


def test_an_archive_with_a_locked_member() -> None:
    """The public sample: one file, one locked."""
    with pytest.raises(UnknownFormat, match="1 locked"):
        importers.inspect(samples("hostile/tika/testZipEncrypted.zip"))


def test_a_locked_member_beside_a_chat(tmp_path: Path) -> None:
    """The chat is read and the other listed as locked, with an issue and in the ledger."""
    data = bytearray(
        packed({"_chat.txt": CHAT, "secret.jpg": b"x" * 40}, method=zipfile.ZIP_STORED)
    )
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    summary = _inspect(tmp_path, bytes(data))
    assert _states(summary) == {"_chat.txt": "chat", "secret.jpg": "locked"}
    assert summary["coverage"]["unparsed"] == 1
    assert "MEMBER_LOCKED" in _codes(summary)


@pytest.mark.parametrize(
    ("name", "charset"),
    [
        ("写真アルバム.txt", "shift_jis"),
        ("聊天记录.txt", "gbk"),
        ("대화내용.txt", "euc_kr"),
        ("Переписка.txt", "cp866"),
    ],
)
def test_names_in_old_alphabets(name: str, charset: str) -> None:
    """The most likely reading is shown, the standard one beside it; UTF-8 needs no guess."""
    raw = name.encode(charset)
    assert shown(raw, utf8=False) == (name, raw.decode("cp437"))
    assert shown(name.encode(), utf8=False) == (name, "")


def test_the_bytes_of_a_name_are_kept(tmp_path: Path) -> None:
    """Raw bytes, the guess and the standard reading stand in the list."""
    raw = "写真アルバム.jpg".encode("shift_jis")
    placeholder = "n" * len(raw)
    data = packed({"_chat.txt": CHAT, placeholder: b"x"}).replace(placeholder.encode(), raw)
    row = _inspect(tmp_path, data)["members"][1]
    assert row["name"] == "写真アルバム.jpg"
    assert bytes.fromhex(row["raw_name"]) == raw
    assert row["standard_name"] == raw.decode("cp437")


def test_a_link_is_listed_and_not_followed(tmp_path: Path) -> None:
    """What a link names is never looked at, here or inside the archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("_chat.txt", CHAT)
        link = zipfile.ZipInfo("IMG-20260113-WA0001.jpg")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    summary = _inspect(tmp_path, made.getvalue())
    assert _states(summary)["IMG-20260113-WA0001.jpg"] == "link"
    assert {"MEMBER_LINK"} <= _codes(summary)


@pytest.mark.parametrize("first", [b"PK\x07\x08", b"PK00PK\x03\x04"])
def test_the_first_part_of_an_archive_in_parts(tmp_path: Path, first: bytes) -> None:
    """Named as such, not as an unknown file."""
    path = tmp_path / "export.z01"
    path.write_bytes(first + WHOLE)
    with pytest.raises(DamagedArchive, match="part"):
        importers.inspect(path)


def test_the_last_part_of_an_archive_in_parts(tmp_path: Path) -> None:
    """Its end says which part it is."""
    data = bytearray(WHOLE)
    at = data.rindex(b"PK\x05\x06")
    struct.pack_into("<HH", data, at + 4, 2, 0)
    path = tmp_path / "export.zip"
    path.write_bytes(data)
    with pytest.raises(DamagedArchive, match="part 3"):
        importers.inspect(path)


def test_a_second_chat_of_another_kind_of_name_is_named(tmp_path: Path) -> None:
    """One chat is read; that there is another is said, and which member it is."""
    data = packed({"_chat.txt": CHAT, "WhatsApp Chat with B.txt": CHAT})
    summary = _inspect(tmp_path, data)
    assert _states(summary) == {"_chat.txt": "chat", "WhatsApp Chat with B.txt": "unread"}
    assert "CHAT_NOT_READ" in _codes(summary)
    assert summary["coverage"]["unparsed"] == 1


def test_a_folder_of_very_many_small_files_costs_its_size_once(tmp_path: Path) -> None:
    """A mailbox of thousands of files is read without looking through all names for each."""
    mail = b"From: a@b.example\nTo: c@d.example\nDate: Sat, 02 May 2026 10:00:00 +0100\n\nhello\n"
    mails = {f"cur/{n}.eml": mail for n in range(3000)}
    summary = _inspect(tmp_path, packed(mails, method=zipfile.ZIP_STORED))
    assert summary["counts"]["events"] == 3000
