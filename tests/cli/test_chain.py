"""The whole chain by the real command line: a person's files become a pack that a stranger checks."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from chain import Home, whatsapp


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A vault with an entry, a file, an export and a pack."""
    home = Home(tmp_path_factory.mktemp("home"))
    home.make()
    assert home.add("He stood by the gate.").out.startswith("Saved as #")
    (home.root / "letter.txt").write_text("a letter")
    (home.root / "WhatsApp Chat with Boris.txt").write_text(whatsapp())
    kept = home.run("attach", str(home.root / "letter.txt"), "--json")
    assert kept.code == 0, kept.err
    done = home.run(
        "import", str(home.root / "WhatsApp Chat with Boris.txt"), "--owner", "Anna", "--json"
    )
    assert done.code == 0, done.err
    packed = home.run("pack", str(home.root / "pack"), "--json")
    assert packed.code == 0, packed.err
    return home


def test_the_import_accounts_for_every_byte(home: Home) -> None:
    """The ledger of ``inspect`` adds up to the size of the file."""
    path = home.root / "WhatsApp Chat with Boris.txt"
    said = home.run("inspect", str(path), "--json", secret=None).json
    assert (
        sum(said["coverage"][k] for k in ("records", "framing", "skipped", "unparsed"))
        == path.stat().st_size
    )
    assert said["counts"]["message"] == 40
    assert said["senders"] == {"Anna": 14, "Boris": 26}


def test_a_second_import_adds_nothing(home: Home) -> None:
    """The same file twice is one import."""
    before = len(home.run("show", "0", "--json").out)
    done = home.run(
        "import", str(home.root / "WhatsApp Chat with Boris.txt"), "--owner", "Anna", "--json"
    )
    assert done.json["already"] is True
    assert len(home.run("show", "0", "--json").out) == before


def test_events_are_one_json_object_a_line(home: Home) -> None:
    """Each line has what the contract names, and one chosen clock."""
    said = home.run(
        "inspect", str(home.root / "WhatsApp Chat with Boris.txt"), "--events", secret=None
    )
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert len(lines) == 41
    for line in lines:
        assert {"id", "kind", "at", "sender", "text", "locator", "issues"} <= set(line)
        assert sum(1 for clock in line["at"] if clock.get("chosen")) == 1


def test_the_shape_has_no_content(home: Home) -> None:
    """A broken export can be reported without its words."""
    said = home.run(
        "inspect", str(home.root / "WhatsApp Chat with Boris.txt"), "--shape", secret=None
    )
    assert said.code == 0
    assert "Boris" not in said.out
    assert "00/00/0000" in said.out


def test_the_pack_verifies_and_its_first_page_is_on_top(home: Home) -> None:
    """Exit 0, and the first file an officer sees is the page to start with."""
    zipped = home.root / "pack.zip"
    said = home.run("verify", str(zipped), "--json", secret=None)
    assert said.code == 0, said.out
    assert said.json["ok"] is True
    assert said.json["signer_trusted"] is False
    names = [name.split("/", 1)[1] for name in zipfile.ZipFile(zipped).namelist()]
    assert names[0] == "1-START-HERE.pdf"
    assert (home.root / "pack" / "1-START-HERE.pdf").read_bytes().startswith(b"%PDF")


def test_the_key_that_was_read_out_is_checked(home: Home) -> None:
    """With the right fingerprint the signer is known; with another the check fails by number."""
    zipped = str(home.root / "pack.zip")
    signer = home.run("verify", zipped, "--json", secret=None).json["signer"]
    known = home.run("verify", zipped, "--json", "--key", signer, secret=None)
    assert known.json["signer_trusted"] is True
    other = home.run("verify", zipped, "--json", "--key", "SHA256:" + "A" * 43, secret=None)
    assert other.code == 1
    assert [c["number"] for c in other.json["checks"] if not c["ok"]] == [9]


def test_the_verifier_runs_from_the_module(home: Home) -> None:
    """``python -m tallymark.verify`` gives the same verdict."""
    done = subprocess.run(
        [sys.executable, "-m", "tallymark.verify", str(home.root / "pack.zip")],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0


@pytest.mark.parametrize("view", ["timeline", "lanes", "rhythm", "anchors", "gaps"])
def test_every_view_can_be_looked_at(home: Home, view: str) -> None:
    """Numbers as a table and as JSON."""
    assert home.run("look", view).code == 0
    assert home.run("look", view, "--json").json["name"] == view


def test_a_view_can_be_asked_for_its_own_way(home: Home) -> None:
    """By written time, with another gap; what a view cannot do is said, not ignored."""
    assert home.run("look", "timeline", "--order", "written").code == 0
    assert home.run("look", "lanes", "--gap", "30", "--json").json["data"]["gap_minutes"] == 30
    assert home.run("look", "gaps", "--order", "written").code == 64


def test_look_alone_lists_every_view_with_its_sentence(tmp_path: Path) -> None:
    """Nobody has to know the names by heart."""
    home = Home(tmp_path)
    home.make()
    listed = home.run("look", "--json").json
    assert {"timeline", "overlap", "sources"} <= {one["name"] for one in listed}
    assert all(one["sentence"].endswith(".") for one in listed)
    assert "tallymark look VIEW" in home.run("look").out


def test_search_finds_entries_and_messages(home: Home) -> None:
    """One search over what was typed and what was imported."""
    kinds = {hit["kind"] for hit in home.run("find", "gate", "--json").json}
    kinds |= {hit["kind"] for hit in home.run("find", "message", "--json").json}
    assert kinds == {"incident", "event"}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["list", "--nonsense"], 64),
        (["nonsense"], 64),
        (["show", "99999"], 31),
        (["attach", "not-there.txt"], 41),
        (["import", "not-there.txt"], 41),
        (["pack", "{home}/pack"], 61),
        (["verify", "{home}/letter.txt"], 2),
        (["inspect", "{home}/letter.txt"], 43),
        (["new"], 12),
    ],
)
def test_bad_input_ends_in_a_named_code_and_a_next_step(
    home: Home, arguments: list[str], code: int
) -> None:
    """No traceback, the code of the error tree, and what to do now."""
    given = [a.format(home=home.root) for a in arguments]
    secret = (
        None
        if given[0] in {"verify", "inspect", "nonsense"}
        else "river lantern copper seventeen walnut"
    )
    said = home.run(*given, secret=secret)
    assert said.code == code, said.err
    assert "Traceback" not in said.err
    assert "Next:" in said.err or code == 2


def test_a_wrong_passphrase_is_said_and_noted(home: Home) -> None:
    """The vault does not open, and the wrong try shows at the next opening."""
    assert home.run("list", secret="wrong words that are long enough").code == 13
    acts = home.run("who-opened", "--json").json
    assert any("wrong" in act["what"] for act in acts)


def test_a_pack_sealed_to_a_key_leaves_no_readable_copy(home: Home, tmp_path: Path) -> None:
    """With a key only the sealed file stays, and ``age`` opens it."""
    from tallymark.integrity.envelope import Identity, SealedReader

    identity = Identity.generate()
    out = tmp_path / "sealed"
    said = home.run("pack", str(out), "--to-key", identity.recipient, "--json")
    assert said.code == 0, said.err
    assert [p.name for p in tmp_path.iterdir()] == ["sealed.zip.age"]
    with (tmp_path / "sealed.zip.age").open("rb") as file:
        inside = SealedReader(file, identity=identity).read()
    assert inside.startswith(b"PK\x03\x04")


def test_a_new_vault_asks_nothing_that_a_file_can_answer(tmp_path: Path) -> None:
    """``new`` with a secret from a file makes a vault, and a second one in its place is refused."""
    home = Home(tmp_path)
    assert home.run("new").code == 0
    assert home.add("One thing.").code == 0
    assert home.run("new", secret="short").code in {12, 19}
