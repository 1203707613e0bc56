"""Disks that are full, nearly full, or locked against writing."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tallymark.errors import (
    DiskFull,
    DiskReadOnly,
    KeysLost,
    RecordError,
    UnknownRecord,
    VaultExists,
    VaultTooNew,
)
from tallymark.integrity.keyslot import CHEAP
from tallymark.model.record import Correction
from tallymark.vault import Stored, Vault, blobs, check_copy, reserve
from vault.disks import fill, read_only, small_disk
from vault.making import PASSPHRASE, Ticking, attach, bring_in, event, exhibit, incident


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of 48 MiB."""
    with small_disk(tmp_path / "disk", mib=48) as place:
        yield place


def make(folder: Path) -> Vault:
    """A cheap vault."""
    return Vault.create(folder, passphrase=PASSPHRASE, now=Ticking(), cost=CHEAP)


def opened(folder: Path) -> Vault:
    """The vault again."""
    return Vault.open(folder, passphrase=PASSPHRASE, now=Ticking())


def test_the_last_entry_is_saved_on_a_full_disk(disk: Path) -> None:
    """The reserve is spent on it; the one that does not fit any more is refused and loses nothing."""
    folder = disk / "v"
    with make(folder) as vault:
        assert reserve.is_kept(folder)
        assert vault.trouble == ""
        film = fill(disk)
        words = "x" * 20_000
        saved = vault.append(incident(words))
        assert not (folder / "reserve").exists()
        assert "full" in vault.trouble
        fill(disk)
        kept = [saved]
        with pytest.raises(DiskFull):
            _append_for_ever(vault, words, kept)
        assert vault.records()[1:] == kept
        film.unlink()
        kept.append(vault.append(incident("After making room.")))
    with opened(folder) as vault:
        assert vault.records()[1:] == kept
        assert reserve.is_kept(folder)
        assert vault.trouble == ""
        assert vault.check() == []


def _append_for_ever(vault: Vault, words: str, kept: list[Stored]) -> None:
    while True:
        kept.append(vault.append(incident(words)))


def test_a_vault_opens_on_a_full_disk(disk: Path) -> None:
    """Left behind are a sealed file without a row and half an import; nothing else has room."""
    folder = disk / "v"
    with make(folder) as vault:
        entry = vault.append(incident())
        held = attach(vault)
        writer = vault.begin_events(exhibit_id=held.record.id, channel="chat", zone="UTC")
        bring_in(vault, held, [event(n) for n in range(2000)])
        del writer
        blobs.store(folder, io.BytesIO(os.urandom(3_000_000)))
        (folder / "reserve").unlink()
    fill(disk)
    fill(disk)
    with opened(folder) as vault:
        assert vault.record(entry.record.id) == entry
        assert vault.check() == []
        assert len(list((folder / "blobs").iterdir())) == 1
        assert vault.acts()[0].what == "created"


def test_a_vault_opens_where_not_one_act_fits(disk: Path) -> None:
    """The opening is not noted and that is said; everything can be read."""
    folder = disk / "v"
    with make(folder) as vault:
        entry = vault.append(incident())
    (folder / "reserve").unlink()
    film = fill(disk)
    with opened(folder) as vault:
        assert "could not be written down" in vault.trouble
        assert vault.record(entry.record.id) == entry
        with pytest.raises(DiskFull):
            vault.append(incident("no room"))
    film.unlink()
    with opened(folder) as vault:
        assert vault.trouble == ""
        assert [act.what for act in vault.acts()] == ["created", "checkpoint", "opened"]


def test_an_import_that_fills_the_disk_leaves_a_vault_that_opens(disk: Path) -> None:
    """And after making room the import goes through."""
    folder = disk / "v"
    many = [event(n, os.urandom(300).hex()) for n in range(20_000)]
    with make(folder) as vault:
        held = attach(vault)
        film = fill(disk, leave=2_000_000)
        with pytest.raises(DiskFull):
            bring_in(vault, held, many)
    with opened(folder) as vault:
        assert vault.check() == []
        film.unlink()
        bring_in(vault, held, many)
        assert vault.check() == []


def test_a_full_stick_leaves_the_earlier_copy_whole(disk: Path, tmp_path: Path) -> None:
    """The copy is refused, the one before reads back, and the vault is as it was."""
    with make(tmp_path / "v") as vault:
        attach(vault, os.urandom(3_000_000), "a.bin")
        vault.copies.make(disk)
        attach(vault, os.urandom(9_000_000), "b.bin")
        film = fill(disk, leave=4_000_000)
        with pytest.raises(DiskFull):
            vault.copies.make(disk)
        index, found = check_copy(disk, passphrase=PASSPHRASE)
        assert (index.number, found) == (1, [])
        assert vault.check() == []
        film.unlink()
        assert vault.copies.make(disk).findings == ()


def test_a_vault_on_a_locked_disk_can_be_read(disk: Path) -> None:
    """Everything but writing works, each attempt to write is named, and no file is touched."""
    folder = disk / "v"
    with make(folder) as vault:
        entry, held = vault.append(incident("flowers")), attach(vault, b"bytes")
    read_only(disk)
    with opened(folder) as vault:
        assert "can only be read" in vault.trouble
        assert vault.record(entry.record.id) == entry
        assert vault.open_exhibit(held.record.id).read() == b"bytes"
        assert len(vault.search("flowers")) == 1
        assert vault.check() == []
        for write in (
            lambda: vault.append(incident("no")),
            lambda: attach(vault, b"more"),
            lambda: vault.act("looked"),
            lambda: vault.ways.change_passphrase("something else entirely", cost=CHEAP),
        ):
            with pytest.raises(DiskReadOnly):
                write()
    with pytest.raises(DiskReadOnly):
        make(disk / "another")
    read_only(disk, on=False)
    with opened(folder) as vault:
        assert [act.what for act in vault.acts()] == ["created", "checkpoint", "opened"]


def test_a_locked_disk_that_is_not_enough_says_why(disk: Path) -> None:
    """A journal that was not folded in before the disk was locked."""
    folder = disk / "v"
    with make(folder) as vault:
        vault.append(incident())
        whole = {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}
    for name, data in whole.items():
        (folder / name).write_bytes(data)
    assert (folder / "vault.db-wal").stat().st_size
    read_only(disk)
    with pytest.raises(DiskReadOnly, match="was not closed"):
        opened(folder)
    read_only(disk, on=False)
    with opened(folder) as vault:
        assert len(vault.records()) == 2


def test_a_locked_vault_of_another_schema_says_what_to_do(vault, folder, monkeypatch) -> None:
    """Older: it has to be brought up to date elsewhere. Newer: another version is needed."""
    vault.close()
    monkeypatch.setattr("tallymark.vault.place.is_writable", lambda _: False)
    with monkeypatch.context() as patched:
        patched.setattr("tallymark.vault.opening.newest_schema", lambda: 10_000)
        with pytest.raises(DiskReadOnly, match="earlier version"):
            opened(folder)
        patched.setattr("tallymark.vault.opening.newest_schema", lambda: 0)
        with pytest.raises(VaultTooNew):
            opened(folder)
    opened(folder).close()


def test_lost_keys_are_said_to_be_lost_and_nothing_goes_over_them(vault, folder) -> None:
    """Not 'no vault here': the database may still open with the slots of a copy."""
    vault.append(incident())
    vault.close()
    slots = (folder / "slots").read_bytes()
    (folder / "slots").unlink()
    before = (folder / "vault.db").read_bytes()
    with pytest.raises(KeysLost):
        opened(folder)
    with pytest.raises(VaultExists):
        make(folder)
    assert (folder / "vault.db").read_bytes() == before
    (folder / "slots").write_bytes(slots)
    with opened(folder) as again:
        assert len(again.records()) == 2


def test_what_cannot_be_withdrawn_is_refused(vault) -> None:
    """The first record, a note of an erasing, and what is not there; nothing is written."""
    gone = vault.append(incident())
    entry = vault.append(incident())
    (stone,) = vault.erase(gone.record.id, reason="test")
    size = len(vault.leaf_hashes())
    for target in (vault.records()[0].record.id, stone.record.id):
        with pytest.raises(RecordError):
            vault.append(Correction(target=target, why="mistake"))
    for bad in (
        Correction(target="nothing", why="mistake"),
        Correction(target=gone.record.id, why="mistake"),
        Correction(target=entry.record.id, why="mistake", replacement="nothing"),
    ):
        with pytest.raises(UnknownRecord):
            vault.append(bad)
    assert len(vault.leaf_hashes()) == size
    vault.append(Correction(target=entry.record.id, why="mistake"))


def test_a_damaged_original_is_named_wherever_it_is_read(vault, folder) -> None:
    """By the number that the person knows, at the begin, in the middle, and when it is gone."""
    vault.attach(io.BytesIO(b"first"), describe=exhibit())
    held = vault.attach(io.BytesIO(os.urandom(200_000)), describe=exhibit())
    path = max((folder / "blobs").iterdir(), key=lambda p: p.stat().st_size)
    whole = path.read_bytes()
    for at in (30, 100_000, len(whole) - 1):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(Exception, match=r"exhibit AB/2 was changed") as caught:
            vault.open_exhibit(held.record.id).read()
        assert "tallymark restore" in caught.value.next_step
    path.unlink()
    with pytest.raises(Exception, match=r"exhibit AB/2 is missing"):
        vault.open_exhibit(held.record.id)
