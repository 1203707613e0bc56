"""One turned bit anywhere in a small vault or pack is noticed; a sample of ``make reliability``."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from reliability import flips
from tallymark.errors import VaultError
from tallymark.integrity.keyslot import CHEAP
from tallymark.vault import Vault, place
from vault.making import PASSPHRASE, Ticking, incident
from verify.bundle_maker import small as small_pack

EVERY = 211
EVERY_OF_PACK = 29


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> flips.Small:
    """A small locked vault."""
    return flips.small(tmp_path_factory.mktemp("flips") / "v")


def test_a_turned_bit_of_the_database_is_noticed(small, tmp_path) -> None:
    """Some bytes of every page, and of the header that is not encrypted."""
    found = flips.turn_vault(small, tmp_path / "turned", flips.places(small)[::EVERY])
    assert found.unnoticed == []
    assert found.turned[place.DATABASE] > 400


def test_a_turned_bit_of_any_other_file_is_noticed(small, tmp_path) -> None:
    """Every tenth byte of the slots, of a sealed file and of a waiting note."""
    others = [at for at in flips.places(small) if at[0].name != place.DATABASE]
    tally = flips.turn_vault(small, tmp_path / "turned", others[::10])
    assert tally.unnoticed == []
    assert set(tally.turned) == {"blobs", "inbox", place.SLOTS}


def test_every_file_of_a_vault_is_turned_or_said_to_be_ignorable(small) -> None:
    """No file is left out without a reason."""
    turned = {name.parts[0] for name, _ in flips.places(small)}
    there = {path.name for path in small.folder.iterdir()}
    assert there - turned <= set(flips.IGNORABLE)


def test_a_turned_bit_of_a_pack_is_refused(tmp_path) -> None:
    """By this program always; by the tools of the system wherever they look."""
    for tool in ("sha256sum", "ssh-keygen"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    for path, data in small_pack().files().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    found = flips.turn_pack(tmp_path, every=EVERY_OF_PACK)
    assert found.unnoticed == []
    assert found.turned > 100
    assert found.tools > found.turned * 9 // 10


def test_an_old_page_put_back_is_named(tmp_path) -> None:
    """Of every table that holds a fact; the others are listed with what they hold."""
    found = flips.put_back(tmp_path)
    facts = {"records", "leaves", "log_heads", "acts", "record_words_data"}
    assert facts <= set(found.noticed)
    assert set(found.unnoticed) <= set(flips.OLD_WITHOUT_HARM)


def test_an_old_sealed_file_put_back_is_named_by_the_check(tmp_path) -> None:
    """Another exhibit's file, or the one from before its keys were changed, in the place of this."""
    folder = tmp_path / "v"
    with Vault.create(folder, passphrase=PASSPHRASE, now=Ticking(), cost=CHEAP) as vault:
        flips.attach_all(vault, b"one", b"two")
    files = sorted((folder / place.BLOBS).iterdir())
    kept = {path: path.read_bytes() for path in files}
    files[0].write_bytes(kept[files[1]])
    assert flips.looks_wrong(folder)
    files[0].write_bytes(kept[files[0]])
    with Vault.open(folder, passphrase=PASSPHRASE, now=Ticking()) as vault:
        vault.ways.rotate(passphrase=PASSPHRASE, files=True, cost=CHEAP)
        vault.ways.seal_files()
    for path in (folder / place.BLOBS).iterdir():
        os.truncate(path, 0)
        path.write_bytes(next(iter(kept.values())))
    assert flips.looks_wrong(folder)


def test_a_turned_bit_of_the_journal_is_refused_or_like_a_power_cut(tmp_path) -> None:
    """An unlocked vault's newest part can go without a word, but never change: the page says so."""
    folder, copy = tmp_path / "v", tmp_path / "copy"
    with Vault.create(folder, passphrase=PASSPHRASE, now=Ticking(), cost=CHEAP) as vault:
        first = vault.append(incident("He said seven."))
        vault.append(incident("He said eight."), supersedes=first.record.id)
        leaves = vault.leaf_hashes()
        shutil.copytree(folder, copy)
    journal = copy / (place.DATABASE + "-wal")
    size = journal.stat().st_size
    kept = set()
    for at in range(0, size, size // 80):
        with flips._turned(journal, at):
            kept.add(_records_left(copy, tmp_path / "open", leaves))
    assert _records_left(copy, tmp_path / "open", leaves) == len(leaves)
    assert min(kept) < len(leaves)


def _records_left(copy: Path, scratch: Path, leaves: list[bytes]) -> int:
    """How many of the records are there, each as it was written; -1 where opening refuses."""
    shutil.rmtree(scratch, ignore_errors=True)
    shutil.copytree(copy, scratch)
    try:
        with Vault.open(scratch, passphrase=PASSPHRASE, now=Ticking()) as vault:
            found = vault.leaf_hashes()
            assert found == leaves[: len(found)]
            assert vault.check() == []
            return len(found)
    except VaultError:
        return -1
