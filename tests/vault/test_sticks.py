"""USB sticks: disks without a journal of their own, on which a vault keeps another kind."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tallymark.integrity.keyslot import CHEAP
from tallymark.vault import Vault, check_copy, filesystem
from vault.disks import fat_stick
from vault.making import PASSPHRASE, Ticking, attach, bring_in, event, incident


@pytest.fixture
def simple(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every disk says that it is FAT."""
    monkeypatch.setattr(filesystem, "kind", lambda _: "vfat")


def asked(vault: Vault) -> tuple[str, int]:
    """The kind of journal, and how it is synced."""
    with vault._database.read() as connection:
        return (
            connection.execute("PRAGMA journal_mode").get,
            connection.execute("PRAGMA synchronous").get,
        )


def test_a_vault_on_a_stick_keeps_a_rollback_journal(simple, vault, reopen, tmp_path) -> None:
    """Never a write-ahead log there; all else is the same, copies and erasing too."""
    del simple
    with Vault.create(tmp_path / "w", passphrase=PASSPHRASE, now=Ticking(), cost=CHEAP) as made:
        assert asked(made) == ("truncate", 3)
        entry, gone = made.append(incident()), made.append(incident("gone"))
        bring_in(made, attach(made, b"chat"), [event(n) for n in range(5000)])
        made.erase(gone.record.id, reason="test")
        assert not (made.folder / "vault.db-wal").exists()
        assert made.copies.make(tmp_path / "copies").findings == ()
        made.ways.rotate(passphrase=PASSPHRASE, cost=CHEAP)
        assert asked(made) == ("truncate", 3)
        assert made.check() == []
    with Vault.open(tmp_path / "w", passphrase=PASSPHRASE, now=Ticking()) as again:
        assert again.record(entry.record.id) == entry
        assert asked(again) == ("truncate", 3)
    vault.close()
    with reopen() as again:
        assert asked(again)[0] == "truncate"


def test_a_vault_that_moves_changes_its_journal(vault, reopen, monkeypatch) -> None:
    """From a disk to a stick and back, with everything in it."""
    entry = vault.append(incident())
    assert asked(vault) == ("wal", 2)
    vault.close()
    for kind, journal in (("vfat", "truncate"), ("exfat", "truncate"), ("ext4", "wal")):
        with monkeypatch.context() as patched:
            patched.setattr(filesystem, "kind", lambda _, kind=kind: kind)
            with reopen() as again:
                assert asked(again)[0] == journal
                assert again.record(entry.record.id) == entry
                again.append(incident(kind))
                assert again.check() == []


def test_entries_wait_only_while_the_database_is_copied(simple, vault, reopen, tmp_path) -> None:
    """With a rollback journal the file changes with each entry, so for that time they wait."""
    del simple
    vault.close()
    with reopen() as again:
        attach(again, os.urandom(100_000))
        copy = again.copies.make(tmp_path / "c", progress=lambda *_: again.act("meanwhile"))
        assert copy.findings == ()
        assert [act.what for act in again.acts()].count("meanwhile") > 1


def test_the_kind_of_a_disk_is_read_from_the_mounts(tmp_path, monkeypatch) -> None:
    """The longest mount point counts, the last one of two, and spaces in it are spelt in octal."""
    table = tmp_path / "mountinfo"
    (tmp_path / "my stick" / "deep").mkdir(parents=True)
    place = str(tmp_path).replace(" ", "\\040")
    table.write_text(
        "22 1 0:1 / / rw - ext4 /dev/a rw\n"
        f"23 22 0:2 / {place}/my\\040stick rw shared:1 - ext4 /dev/b rw\n"
        f"24 22 0:3 / {place}/my\\040stick rw shared:2 - vfat /dev/c rw\n"
        f"25 22 0:4 / {place}/my rw - btrfs /dev/d rw\n"
    )
    monkeypatch.setattr(filesystem, "_MOUNTS", table)
    assert filesystem.kind(tmp_path / "my stick" / "deep" / "not" / "yet") == "vfat"
    assert filesystem.is_simple(tmp_path / "my stick")
    assert filesystem.kind(tmp_path) == "ext4"
    monkeypatch.setattr(filesystem, "_MOUNTS", tmp_path / "nothing")
    assert filesystem.kind(tmp_path) == ""


def test_a_copy_on_a_real_fat_stick(vault, tmp_path) -> None:
    """Made, added to, read back, and restored from it."""
    with fat_stick(tmp_path / "stick") as stick:
        assert filesystem.is_simple(stick)
        held = attach(vault, os.urandom(300_000))
        assert vault.copies.make(stick).findings == ()
        vault.append(incident())
        assert vault.copies.make(stick, keep=1).findings == ()
        assert check_copy(stick, passphrase=PASSPHRASE)[1] == []
        again, what = Vault.restore(stick, tmp_path / "n", passphrase=PASSPHRASE, now=Ticking())
        with again:
            assert what.findings == ()
            assert len(again.open_exhibit(held.record.id).read()) == 300_000


def test_a_vault_on_a_real_fat_stick(tmp_path) -> None:
    """Made there, written to, opened again, and moved there from another disk."""
    with fat_stick(tmp_path / "stick", live=True) as stick:
        with Vault.create(stick / "v", passphrase=PASSPHRASE, now=Ticking(), cost=CHEAP) as vault:
            assert asked(vault)[0] == "truncate"
            vault.append(incident())
            attach(vault, os.urandom(200_000))
        with Vault.open(stick / "v", passphrase=PASSPHRASE, now=Ticking()) as vault:
            assert vault.check() == []
        home: Path = tmp_path / "home"
        shutil.copytree(stick / "v", home)
        with Vault.open(home, passphrase=PASSPHRASE, now=Ticking()) as vault:
            assert asked(vault)[0] == "wal"
            assert vault.check() == []
