"""The safety notebook has no way out: not by a pack, not by a command, not by a count."""

from __future__ import annotations

from pathlib import Path

import pytest

from tallymark.diary import Diary
from tallymark.diary.notebook import Notebook, beside, exists
from tallymark.errors import (
    RecordError,
    TallymarkError,
    UnknownRecord,
    VaultInUse,
    VaultNotFound,
    WeakPassphrase,
    WrongPassphrase,
)
from tallymark.integrity.keyslot import CHEAP
from tallymark.model.moment import Moment
from tallymark.model.record import Incident
from tallymark.vault import Vault

PASSPHRASE = "river lantern copper seventeen walnut"
OTHER = "saddle orbit thimble ninety cobalt"
MARKER = "zebrafinch lane"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the notebook of the vault ``v`` lies."""
    return beside(tmp_path / "v")


@pytest.fixture
def book(folder: Path):
    """An open notebook."""
    with Notebook.create(folder, passphrase=OTHER, cost=CHEAP) as made:
        yield made


def test_notes_come_back(book: Notebook, folder: Path) -> None:
    """What was written is there after closing, in order, with any signs."""
    book.add(MARKER)
    book.add("Zoë 😡\n家")
    book.close()
    with Notebook.open(folder, passphrase=OTHER) as again:
        assert [(n.number, n.words) for n in again.notes()] == [(1, MARKER), (2, "Zoë 😡\n家")]
        assert again.note(2).words.startswith("Zoë")
        with pytest.raises(UnknownRecord):
            again.note(3)


def test_only_its_own_passphrase_opens_it(book: Notebook, folder: Path) -> None:
    """Another passphrase does not; an empty note and a weak passphrase are refused."""
    with pytest.raises(RecordError):
        book.add("  ")
    with pytest.raises(VaultInUse):
        Notebook.open(folder, passphrase=OTHER)
    book.close()
    with pytest.raises(WrongPassphrase):
        Notebook.open(folder, passphrase=PASSPHRASE)
    with pytest.raises(WeakPassphrase):
        Notebook.create(folder.with_name("w"), passphrase="abc", cost=CHEAP)
    assert exists(folder)
    with pytest.raises(VaultNotFound):
        Notebook.open(folder.with_name("none"), passphrase=OTHER)


def test_nothing_readable_lies_on_the_disk(book: Notebook, folder: Path) -> None:
    """Neither words nor a telling name, open or closed."""
    book.add(MARKER)
    book.close()
    assert {p.name for p in folder.iterdir()} == {"slots", "notes.db", "lock"}
    assert all(MARKER.encode() not in p.read_bytes() for p in folder.iterdir())


def test_no_command_for_vaults_opens_it(book: Notebook, folder: Path) -> None:
    """Pointing a vault at the notebook's folder fails, so that no export can be made of it."""
    book.add(MARKER)
    book.close()
    with pytest.raises(TallymarkError):
        Diary.open(folder, passphrase=OTHER)
    for name in ("notes.db", "slots"):
        assert (folder / name).is_file()
    (folder / "notes.db").rename(folder / "vault.db")
    with pytest.raises(TallymarkError):
        Vault.open(folder, passphrase=OTHER, now=None)


def test_the_size_does_not_tell_how_much_is_written(book: Notebook, folder: Path) -> None:
    """With a dozen notes it is as large as with none."""
    book.close()
    before = (folder / "notes.db").stat().st_size
    with Notebook.open(folder, passphrase=OTHER) as again:
        for n in range(12):
            again.add(f"{MARKER} {n}" * 5)
    assert (folder / "notes.db").stat().st_size == before


def test_it_is_in_no_pack_and_no_search(tmp_path: Path) -> None:
    """Two diaries that differ only in their notebook give packs with the same lists and counts."""
    with Diary.create(tmp_path / "v", passphrase=PASSPHRASE, cost=CHEAP) as diary:
        diary.record(Incident(happened=Moment("2026-05-03"), what_happened="outside"))
        size = len(diary.vault.leaf_hashes())
        with Notebook.create(beside(tmp_path / "v"), passphrase=OTHER, cost=CHEAP) as book:
            for _ in range(37):
                book.add(MARKER)
        assert len(diary.vault.leaf_hashes()) == size
        assert diary.find("zebrafinch") == []
        assert "zebrafinch" not in str(diary.vault.casefile())
        made = diary.pack(tmp_path / "pack")
        acts = str(diary.acts())
    data = b"".join(p.read_bytes() for p in made.folder.rglob("*") if p.is_file())
    assert b"zebrafinch" not in data
    assert b"notes.db" not in data
    assert "note" not in acts.replace("notes", "")
