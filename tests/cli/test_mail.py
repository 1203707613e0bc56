"""Mail by the command line: a folder of a mail program, archives of single mails, and a zip with a chat too."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from chain import PASSPHRASE, Home, whatsapp


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home with a vault."""
    one = Home(tmp_path)
    one.make()
    return one


def letter(number: int) -> bytes:
    """One mail to Anna."""
    head = f"From: boris@example.org\nTo: anna@example.com\nSubject: letter {number}\nMessage-ID: <{number}@x>\n"
    return f"{head}Date: Mon, 2 Mar 2026 10:{number:02}:00 +0000\n\nhello {number}\n".encode()


def packed(path: Path, members: dict[str, bytes]) -> Path:
    """A zip of these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_a_maildir_is_brought_in_as_the_folder_it_is(home: Home, tmp_path: Path) -> None:
    """With the folders inside it, the flags in the names of its files, and no mail lost or twice."""
    root = tmp_path / "Mail"
    files = {
        "cur/1700.M1P1.host:2,RS": letter(1),
        "new/1701.M1P1.host": letter(2),
        ".Sent/cur/1702.M1P1.host:2,S": letter(3),
        "dovecot-uidlist": b"3 V1 N4\n",
    }
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    found = home.run("inspect", str(root), "--json", secret=None).json
    assert (found["format"], found["counts"]["message"]) == ("email", 3)
    assert found["coverage"] == {
        "members": 4, "records": 4, "framing": 0, "skipped": 0, "unparsed": 0,
    }  # fmt: skip
    kept = home.run("import", str(root), "--owner", "anna@example.com", "--json")
    assert (kept.code, kept.json["counts"]["message"]) == (0, 3)
    hits = home.run("find", "hello", "--json").json
    assert [hit["kind"] for hit in hits] == ["event"] * 3
    assert home.run("check").code == 0


def test_an_archive_of_mails_inside_an_archive(home: Home, tmp_path: Path) -> None:
    """Every mail at either depth is read, and each names the whole way to its bytes."""
    inner = packed(tmp_path / "inner.zip", {"a.eml": letter(1), "b/c.eml": letter(2)})
    assert home.run("inspect", str(inner), "--json", secret=None).json["counts"]["message"] == 2
    outer = packed(tmp_path / "o.zip", {"in/i.zip": inner.read_bytes(), "d.eml": letter(3)})
    found = home.run("inspect", str(outer), "--json", secret=None).json
    assert found["counts"]["message"] == 3
    states = {row["name"]: row["state"] for row in found["members"]}
    assert states == {
        "in/i.zip": "archive",
        "in/i.zip!/a.eml": "chat",
        "in/i.zip!/b/c.eml": "chat",
        "d.eml": "chat",
    }


def test_a_zip_with_a_chat_and_a_mail_asks_which_to_read(home: Home, tmp_path: Path) -> None:
    """A named refusal that keeps nothing; ``--format`` settles it, for either, in one archive."""
    both = packed(tmp_path / "both.zip", {"_chat.txt": whatsapp(5).encode(), "x.eml": letter(1)})
    for command in ("inspect", "import"):
        said = home.run(command, str(both), secret=None if command == "inspect" else PASSPHRASE)
        assert said.code == 44
        assert "email, whatsapp" in said.err
        assert "--format" in said.err
    as_mail = home.run("inspect", str(both), "--format", "email", "--json", secret=None).json
    assert (as_mail["format"], as_mail["counts"]["message"]) == ("email", 1)
    as_chat = home.run("inspect", str(both), "--format", "whatsapp", "--json", secret=None).json
    assert (as_chat["format"], as_chat["counts"]["message"]) == ("whatsapp", 5)
    kept = home.run("import", str(both), "--format", "email", "--json")
    assert (kept.code, kept.json["counts"]["message"]) == (0, 1)
