"""Heads and time stamps from the command line, in a process of its own, with a real authority."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chain import Home
from integrity.authority import Authority, root, signer
from online.listening import listening
from tallymark.errors import AnswerRefused, ForeignHead, NotAHead, NotAsked, NotReached

ROOT = root()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A vault with one entry."""
    made = Home(tmp_path / "home")
    made.root.mkdir()
    made.make()
    made.add("He stood by the gate.")
    return made


def test_six_words_go_out_and_are_found_again(home: Home) -> None:
    """Read to somebody; the same, then older, then misheard, then of nobody."""
    said = home.run("heads", "words", "--to", "Anna", "--json").json
    assert (len(said["words"]), said["size"]) == (6, 2)
    assert home.run("heads", "compare", *said["words"]).out.startswith("Same")
    home.add("Again.")
    found = home.run("heads", "compare", " ".join(said["words"]).upper(), "--json")
    assert (found.code, found.json["standing"], found.json["size"]) == (0, "older", 2)
    other = "zoo" if said["words"][3] != "zoo" else "abandon"
    near = home.run("heads", "compare", *said["words"][:3], other, *said["words"][4:])
    assert near.code == ForeignHead.exit_code
    assert f"Word 4 is not: was it misheard? It would be {said['words'][3]}." in near.out
    none = home.run("heads", "compare", *["abandon"] * 6)
    assert (none.code, none.out[:9]) == (ForeignHead.exit_code, "No match.")


def test_the_list_says_who_holds_what_and_what_cannot_be_told(home: Home) -> None:
    """Without a head outside it says so; with one it counts what nobody covers."""
    empty = home.run("heads", "--json").json
    assert empty["heads"] == []
    assert empty["without"] == empty["size"] == 2
    assert empty["cannot_tell"].startswith("Cannot tell without an outside head")
    assert "Cannot tell without an outside head" in home.run("check").out
    home.run("heads", "words", "--to", "Anna")
    home.add("After.")
    listed = home.run("heads", "--json").json
    assert [(one["holder"], one["standing"]) for one in listed["heads"]] == [("Anna", "older")]
    assert (listed["size"], listed["without"]) == (3, 1)
    assert "covers the first 2 of 3" in listed["cannot_tell"]
    assert "Anna" in home.run("heads").out


def test_an_entry_says_who_can_say_when(home: Home) -> None:
    """Not later than a day, by whom; and none for what came after."""
    home.run("heads", "words", "--to", "Anna")
    home.add("After.")
    first, later = (home.run("show", number, "--json").json for number in ("1", "2"))
    assert first["not_later_than"]["by"] == "six words read to Anna"
    assert later["not_later_than"] is None
    assert "by six words read to Anna" in home.run("show", "1").out
    assert "No outside time." in home.run("show", "2").out


def test_packs_and_receipts_are_heads(home: Home, tmp_path: Path) -> None:
    """A pack that was given, its checkpoint as a file, and a receipt that only quotes it."""
    home.run("pack", str(tmp_path / "p"))
    for shown in (tmp_path / "p", tmp_path / "p.zip", tmp_path / "p/proofs/checkpoint.txt"):
        found = home.run("heads", "compare", str(shown), "--json")
        assert (found.code, found.json["standing"]) == (0, "older"), shown
    lines = (tmp_path / "p/proofs/checkpoint.txt").read_text().splitlines()[:3]
    receipt = tmp_path / "a receipt.txt"
    receipt.write_text("Received with thanks:\n\n  " + "\n  ".join(lines) + "\n\nPC 1234\n")
    assert home.run("heads", "note", str(receipt), "--from", "PC 1234").code == 0
    kinds = [one["kind"] for one in home.run("heads", "--json").json["heads"]]
    assert kinds == ["pack", "receipt"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda text: text.replace("— ", "—"), 0),
        (lambda _: "no head in here", NotAHead.exit_code),
        (lambda text: text[:-8] + "AAAAAAA\n", NotAHead.exit_code),
        (lambda text: "0" * 32 + text[32:], ForeignHead.exit_code),
    ],
    ids=["quoted badly", "nothing", "another signature", "another log"],
)
def test_what_is_shown_is_read_with_care(home: Home, tmp_path: Path, change, code: int) -> None:
    """A head whose signature does not hold is none; a broken quote still has its three lines."""
    home.run("pack", str(tmp_path / "p"))
    text = (tmp_path / "p/proofs/checkpoint.txt").read_text()
    (tmp_path / "shown.txt").write_text(change(text))
    assert home.run("heads", "compare", str(tmp_path / "shown.txt")).code == code


def test_a_changed_pack_says_nothing(home: Home, tmp_path: Path) -> None:
    """Its checkpoint is another one; so is a file that is not there, and one with no words of ours."""
    home.run("pack", str(tmp_path / "p"))
    note = tmp_path / "p/proofs/checkpoint.txt"
    note.write_text(note.read_text().replace("\n2\n", "\n1\n"))
    assert home.run("heads", "compare", str(tmp_path / "p")).code == NotAHead.exit_code
    assert home.run("heads", "compare", str(tmp_path / "absent")).code == 41
    assert home.run("heads", "compare", "only", "three", "words").code == NotAHead.exit_code


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The root certificate, as a person is given it."""
    path = tmp_path / "root.pem"
    path.write_bytes(ROOT.pem)
    return path


def test_a_stamp_is_asked_for_by_name_and_checked_offline(
    home: Home, files: Path, tmp_path: Path
) -> None:
    """Refused without a yes; sent with one; counted with a root; checked again with nobody there."""
    authority = Authority(tmp_path / "tsa", signer=signer(ROOT), sent=())
    with listening(lambda heard: (200, "application/timestamp-reply",
                                  authority.answer(heard.body))) as (url, asked):  # fmt: skip
        no = home.run("stamp", "--authority", url, stdin=b"n\n")
        assert (no.code, asked()) == (NotAsked.exit_code, 0)
        assert "This sends 32 bytes, a fingerprint of your log" in no.err
        assert "127.0.0.1" in no.err
        sent = home.run("stamp", "--yes", "--json")
        assert (sent.code, asked()) == (0, 1)
    (row,) = sent.json
    assert (row["state"], row["by"], row["root"]) == ("stamped", "Test stamps", "")
    assert home.run("heads", "--json").json["heads"] == []
    checked = home.run("stamp", "--check", "--root", str(files), "--json").json
    assert (checked[0]["state"], len(checked[0]["root"])) == ("holds", 64)
    listed = home.run("heads", "--json").json
    assert [(one["kind"], one["holder"]) for one in listed["heads"]] == [("stamp", "Test stamps")]
    assert listed["without"] == 0
    assert "by time stamp by Test stamps" in home.run("show", "1").out
    assert home.run("check").code == 0


def test_what_cannot_be_sent_waits(home: Home, files: Path, tmp_path: Path) -> None:
    """Made ready; nobody there; a wrong answer; then it goes through, to both authorities."""
    good = Authority(tmp_path / "tsa", signer=signer(ROOT), sent=())
    ready = home.run("stamp", "--authority", "http://127.0.0.1:9/", "--later", "--json")
    assert [row["state"] for row in ready.json] == ["waits"]
    gone = home.run("stamp", "--yes", "--json")
    assert (gone.code, gone.json[0]["state"]) == (NotReached.exit_code, "waits")
    with listening(lambda _: (200, "text/html", b"<p>")) as (url, _):
        bad = home.run("stamp", "--authority", url, "--yes", "--json")
        assert bad.code == NotReached.exit_code
        assert [row["code"] for row in bad.json] == [NotReached.exit_code, AnswerRefused.exit_code]
    with listening(lambda heard: (200, "application/timestamp-reply",
                                  good.answer(heard.body))) as (url, _):  # fmt: skip
        done = home.run("stamp", "--authority", url, "--root", str(files), "--yes", "--json")
    assert [row["state"] for row in done.json] == ["waits", "waits", "stamped"]
    assert json.loads(home.run("stamp", "--check", "--json").out)[2]["state"] == "holds"


def test_an_address_or_a_root_that_is_none_is_refused_before_anything(
    home: Home, tmp_path: Path
) -> None:
    """No question is made ready for it."""
    assert home.run("stamp", "--authority", "ftp://a.example/", "--later").code == 64
    assert home.run("stamp", "--root", str(tmp_path / "absent"), "--later").code == 41
    assert "Nothing waits" in home.run("stamp", "--yes").out
