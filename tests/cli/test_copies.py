"""The drill: a copy is made on one machine and restored on another, and every hash is the same."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tallymark.diary.notebook import Notebook
from tallymark.integrity.keyslot import CHEAP
from tallymark.vault import Vault
from vault.make_earlier_vault import described, populate
from vault.making import PASSPHRASE, Ticking


class Machine:
    """A computer of its own: a home folder, a process for each command, a passphrase file."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.mkdir()
        self.secret = home / "secret"
        self.secret.write_text(PASSPHRASE + "\n")

    def run(
        self, *words: object, code: int = 0, secret: Path | None = None, typed: str = ""
    ) -> str:
        """Standard output of ``tallymark`` with these words; the exit code has to be ``code``."""
        keep = {n: v for n, v in os.environ.items() if n in {"PATH", "PYTHONPATH", "TMPDIR"}}
        command = [sys.executable, "-m", "tallymark", *map(str, words)]
        done = subprocess.run(
            [*command, "--passphrase-file", str(secret or self.secret)],
            env={**keep, "HOME": str(self.home)},
            capture_output=True,
            input=typed,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return done.stdout if code == 0 else done.stdout + done.stderr


@pytest.fixture
def here(tmp_path: Path) -> Machine:
    """A computer with a vault in the usual place: entries, two files, 300 messages."""
    machine = Machine(tmp_path / "here")
    place = machine.home / ".local/share/notes-data"
    with Vault.create(
        place, passphrase=PASSPHRASE, now=Ticking(), zone="Europe/London", cost=CHEAP
    ) as vault:
        populate(vault)
        vault.ways.refuse()
    return machine


def _facts(place: Path) -> dict[str, object]:
    """What is in the vault at ``place``, by a copy of it, so that looking leaves no act."""
    seen = place.with_name("seen")
    shutil.copytree(place, seen)
    with Vault.open(seen, passphrase=PASSPHRASE, now=Ticking()) as vault:
        facts = described(vault)
        casefile = vault.casefile()
        rows = list(range(0, len(casefile.events), 50))
        facts["texts"] = [repr(event) for event in casefile.texts(rows)]
        facts["columns"] = hashlib.sha256(casefile.events.seconds.tobytes()).hexdigest()
    shutil.rmtree(seen)
    return facts


def test_the_drill(here: Machine, tmp_path: Path) -> None:
    """First copy, more entries and a file, second copy; the stick goes to another computer."""
    stick = tmp_path / "stick"
    stick.mkdir()
    place = here.home / ".local/share/notes-data"
    first = json.loads(here.run("backup", stick, "--json"))
    assert (first["number"], first["findings"]) == (1, [])
    photo = here.home / "photo.bin"
    photo.write_bytes(os.urandom(70_000))
    here.run("attach", photo)
    second = json.loads(here.run("backup", stick, "--json"))
    assert (second["number"], second["builds_on"], second["findings"]) == (2, 1, [])
    assert second["new_bytes"] < second["size"]
    before = _facts(place)

    there = Machine(tmp_path / "there")
    moved = tmp_path / "moved"
    stick.rename(moved)
    shutil.rmtree(here.home)
    checked = json.loads(there.run("check", "--backup", moved, "--json"))
    assert (checked["number"], checked["findings"]) == (2, [])
    restored = json.loads(there.run("restore", moved, "--json"))
    assert (restored["number"], restored["findings"]) == (2, [])
    after = _facts(there.home / ".local/share/notes-data")

    for name in ("vault", "erased", "originals", "digests", "drafts", "texts", "columns"):
        assert after[name] == before[name], name
    assert after["leaves"][:-1] == before["leaves"]
    assert before["records"].items() <= after["records"].items()
    assert "Everything reads back" in there.run("check")
    opened = [act["what"] for act in json.loads(there.run("who-opened", "--json"))]
    assert opened.count("restored") == 1
    assert there.run("list").count("shop, again") == 1


def test_what_is_said_when_it_does_not_work(here: Machine, tmp_path: Path) -> None:
    """Each has its code and its next step, and nothing is changed."""
    stick = tmp_path / "stick"
    said = here.run("check", "--backup", stick, code=25)
    assert "Next:" in said
    here.run("backup", stick)
    assert "already something" in here.run("restore", stick, code=12)
    wrong = here.home / "wrong"
    wrong.write_text("not the passphrase at all\n")
    here.run("restore", stick, "--vault", tmp_path / "new", code=13, secret=wrong)
    assert not (tmp_path / "new").exists()
    synced = tmp_path / "Dropbox" / "copies"
    here.run("backup", synced, code=18)
    here.run("backup", synced, "--allow-synced-folder")
    piece = max((stick / "pieces").rglob("*"), key=lambda p: p.is_file() and p.stat().st_size)
    piece.write_bytes(b"rotten")
    assert "Next:" in here.run("check", "--backup", stick, code=26)
    here.run("restore", stick, "--vault", tmp_path / "new", code=26)
    here.run("restore", stick, "--vault", tmp_path / "new", code=26)


def test_words_for_a_damaged_file_name_its_exhibit(here: Machine, tmp_path: Path) -> None:
    """The check counts what it read and names the exhibit; the last copy is where to look."""
    here.run("backup", tmp_path / "stick")
    blob = next((here.home / ".local/share/notes-data/blobs").iterdir())
    data = bytearray(blob.read_bytes())
    data[-20] ^= 1
    blob.write_bytes(bytes(data))
    said = here.run("check", code=15)
    assert "2 files, 300 messages" in said
    assert "exhibit: Exhibit AB/" in said
    assert "Your last good copy is of" in said
    assert "tallymark restore" in said


def test_removal_only_after_a_copy_and_a_typed_word(here: Machine, tmp_path: Path) -> None:
    """Not on one disk, not without the word; then it is gone, and the copy tells of it."""
    stick, place = tmp_path / "stick", here.home / ".local/share/notes-data"
    before = _facts(place)
    words = ("remove", "--copy-to", stick)
    here.run(*words, "--same-disk", code=130, typed="yes\n")
    assert "same disk" in here.run(*words, code=24, typed="remove it here\n")
    assert not stick.exists()
    assert _facts(place)["leaves"] == before["leaves"]
    said = here.run(*words, "--same-disk", typed="remove it here\n")
    assert "is gone from this computer" in said
    assert not place.exists()
    here.run("list", code=11)
    there = Machine(tmp_path / "there")
    there.run("restore", stick)
    acts = [act["what"] for act in json.loads(there.run("who-opened", "--json"))]
    assert "removed from this computer" in acts
    after = _facts(there.home / ".local/share/notes-data")
    assert after["leaves"][: len(before["leaves"])] == before["leaves"]
    assert after["originals"] == before["originals"]


def test_the_notebook_goes_only_when_asked(here: Machine, tmp_path: Path) -> None:
    """It is in no copy, and that is said."""
    place = here.home / ".local/share/notes-data"
    beside = place.with_name("notes-data-2")
    with Notebook.create(beside, passphrase=PASSPHRASE, cost=CHEAP) as book:
        book.add("only mine")
    words = ("remove", "--copy-to", tmp_path / "stick", "--same-disk")
    assert "is in no copy" in here.run(*words, typed="remove it here\n")
    assert beside.exists()
    here.run("restore", tmp_path / "stick")
    here.run(*words, "--with-notebook", typed="remove it here\n")
    assert not beside.exists()
    assert not place.exists()
