"""Making, opening, locking and being refused."""

from __future__ import annotations

import json
import stat
import subprocess
import sys

import apsw
import pytest

from tallymark.errors import (
    UsageProblem,
    VaultDamaged,
    VaultError,
    VaultExists,
    VaultInUse,
    VaultNotFound,
    VaultTooNew,
    WrongPassphrase,
)
from tallymark.integrity.keyslot import CHEAP
from tallymark.vault import Vault
from tallymark.vault import keys as keys_module
from tallymark.vault.store import open_database
from vault.making import PASSPHRASE, attach, incident


def _create(folder, clock, **fields) -> Vault:
    return Vault.create(folder, passphrase=PASSPHRASE, now=clock, cost=CHEAP, **fields)


def test_what_was_written_is_there_after_opening_again(vault, reopen) -> None:
    """Records, exhibits, key and name of the log survive closing; every record has its first."""
    entry, held = vault.append(incident()), attach(vault, b"bytes")
    before = (vault.vault_id, vault.epoch, vault.origin, vault.public_key, vault.checkpoint())
    vault.close()
    with reopen() as again:
        assert [one.record.type for one in again.records()] == ["epoch", "incident", "exhibit"]
        assert again.record(entry.record.id) == entry
        assert again.open_exhibit(held.record.id).read() == b"bytes"
        now = (again.vault_id, again.epoch, again.origin, again.public_key, again.checkpoint())
        assert now == before
        assert again.signing_key.public == again.public_key


def test_a_second_opening_is_refused_in_and_outside_this_process(vault, folder, clock) -> None:
    """One owner a vault; locking it makes way."""
    with pytest.raises(VaultInUse):
        Vault.open(folder, passphrase=PASSPHRASE, now=clock)
    script = (
        "import sys; from pathlib import Path; from datetime import datetime, UTC\n"
        "from tallymark.vault import Vault; from tallymark.errors import VaultInUse\n"
        "try: Vault.open(Path(sys.argv[1]), passphrase=sys.argv[2], now=lambda: datetime.now(UTC))\n"
        "except VaultInUse: print('in use')\n"
    )
    command = [sys.executable, "-c", script, str(folder), PASSPHRASE]
    assert subprocess.run(command, capture_output=True, check=True).stdout == b"in use\n"
    vault.close()
    assert subprocess.run(command, capture_output=True, check=True).stdout == b""


def test_a_wrong_passphrase_changes_nothing_and_shows_at_the_next_opening(
    vault, folder, reopen, clock
) -> None:
    """Each wrong try waits sealed in inbox/ and is told once."""
    vault.append(incident())
    head = vault.checkpoint()
    vault.close()
    for _ in range(3):
        with pytest.raises(WrongPassphrase):
            Vault.open(folder, passphrase="another one", now=clock)
    waiting = list((folder / "inbox").iterdir())
    assert len(waiting) == 3
    assert all(b"passphrase" not in file.read_bytes() for file in waiting)
    with reopen() as again:
        assert [act.what for act in again.acts()].count("wrong passphrase") == 3
        assert again.checkpoint() == head
        assert not list((folder / "inbox").iterdir())
    with reopen() as again:
        assert [act.what for act in again.acts()].count("wrong passphrase") == 3


def test_strange_files_in_the_inbox_hurt_nobody(vault, folder, reopen) -> None:
    """Junk, a part and a note in our seal with words of somebody else's are not shown."""
    recipient = json.loads((folder / "slots").read_text())["inbox"]
    vault.close()
    from io import BytesIO

    from tallymark.integrity.envelope import seal

    (folder / "inbox" / "junk").write_bytes(b"x" * 5000)
    (folder / "inbox" / "left.part").write_bytes(b"x")
    with (folder / "inbox" / "forged").open("wb") as file:
        note = b'{"at":"2026-01-01T00:00:00Z","v":"1","what":"you are watched"}'
        seal(BytesIO(note), file, recipients=[recipient])
    with reopen() as again:
        assert {act.what for act in again.acts()} == {"created", "opened", "checkpoint"}
        assert not (folder / "inbox" / "left.part").exists()


def test_wrong_tries_cannot_fill_the_disk(vault, folder, clock, monkeypatch) -> None:
    """When many notes wait already, no more are left."""
    monkeypatch.setattr("tallymark.vault.inbox._MOST", 2)
    vault.close()
    for _ in range(4):
        with pytest.raises(WrongPassphrase):
            Vault.open(folder, passphrase="no", now=clock)
    assert len(list((folder / "inbox").iterdir())) == 2


def test_a_place_in_use_is_refused_and_left_alone(vault, folder, tmp_path, clock) -> None:
    """Neither a vault, nor a folder with a file, nor a file is written over."""
    with pytest.raises(VaultExists):
        _create(folder, clock)
    other = tmp_path / "papers"
    other.mkdir()
    (other / "letter.txt").write_text("mine")
    with pytest.raises(VaultExists):
        _create(other, clock)
    with pytest.raises(VaultExists):
        _create(other / "letter.txt", clock)
    assert (other / "letter.txt").read_text() == "mine"
    assert vault.records()


def test_no_vault_no_opening(tmp_path, clock) -> None:
    """A missing folder and an empty one are not vaults, and looking makes no file."""
    for place in (tmp_path / "nothing", tmp_path):
        with pytest.raises(VaultNotFound):
            Vault.open(place, passphrase=PASSPHRASE, now=clock)
    assert not list(tmp_path.iterdir())


def test_an_interrupted_making_can_be_done_again(folder, clock, monkeypatch) -> None:
    """Without its slots a folder holds nothing, so making goes over it."""

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(keys_module, "write", stopped)
        with pytest.raises(KeyboardInterrupt):
            _create(folder, clock)
    assert (folder / "vault.db").exists()
    with _create(folder, clock) as made:
        assert made.check() == []


def test_names_and_modes_say_nothing(vault, folder) -> None:
    """Only the owner may read, and no name in the folder has a meaning."""
    attach(vault, b"x", name="secret-photo.jpg")
    vault.close()
    assert {entry.name for entry in folder.iterdir()} == {
        "vault.db",
        "slots",
        "lock",
        "blobs",
        "inbox",
        "reserve",
    }
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
    (blob,) = (folder / "blobs").iterdir()
    assert blob.suffix == ".age"
    assert len(bytes.fromhex(blob.stem)) == 16


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{}",
        b"not json",
        b'{"v":"1"}',
        b'{"v":"1","vault":"x","inbox":"age1","slots":[]}',
        b"\xff" * 100,
        b" " * 70_000,
    ],
)
def test_damaged_slots_are_told_apart_from_a_wrong_passphrase(
    vault, folder, reopen, damage
) -> None:
    """A file of slots that is none says damaged, whatever is in it."""
    vault.close()
    (folder / "slots").write_bytes(damage)
    with pytest.raises(VaultDamaged):
        reopen()


def test_slots_of_another_vault_do_not_open_this_one(vault, folder, tmp_path, clock) -> None:
    """Slots are bound to their vault, even under the same passphrase."""
    with _create(tmp_path / "w", clock):
        pass
    vault.close()
    (folder / "slots").write_bytes((tmp_path / "w" / "slots").read_bytes())
    with pytest.raises(VaultDamaged):
        Vault.open(folder, passphrase=PASSPHRASE, now=clock)


def test_a_changed_address_for_wrong_tries_is_told(vault, folder, reopen) -> None:
    """Somebody who turns wrong tries to a key of their own is seen at the next opening."""
    from tallymark.integrity.envelope import Identity

    vault.close()
    slots = json.loads((folder / "slots").read_text())
    slots["inbox"] = Identity.generate().recipient
    (folder / "slots").write_text(json.dumps(slots))
    with reopen() as again:
        assert "changed" in again.acts()[-1].detail


@pytest.mark.parametrize("damage", ["missing", "empty", "noise", "cut"])
def test_a_damaged_database_is_said_to_be_damaged(vault, folder, reopen, damage) -> None:
    """No traceback of the library, and nothing is made in its place."""
    for number in range(30):
        vault.append(incident(f"number {number} " + "x" * 4000))
    vault.close()
    path = folder / "vault.db"
    whole = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes({"empty": b"", "noise": b"\7" * 8192, "cut": whole[:5000]}[damage])
    with pytest.raises(VaultDamaged):
        reopen()


def test_a_newer_vault_says_so(vault, folder, reopen) -> None:
    """Neither a newer schema nor newer slots are touched."""
    key = bytes(vault._opened.master)
    vault.close()
    database = open_database(folder / "vault.db", key=key)
    with database.read() as connection:
        connection.execute("PRAGMA user_version = 9000")
    database.close()
    with pytest.raises(VaultTooNew):
        reopen()
    slots = json.loads((folder / "slots").read_text())
    (folder / "slots").write_text(json.dumps({**slots, "v": "2", "more": True}))
    with pytest.raises(VaultTooNew):
        reopen()


def test_a_plain_database_is_never_accepted(tmp_path, monkeypatch) -> None:
    """If the cipher did nothing, opening is refused before anything is stored."""
    monkeypatch.setattr(
        "tallymark.vault.store._unlock", lambda connection, *_: connection.pragma("page_size", 4096)
    )
    with pytest.raises(VaultError, match="not be encrypted"):
        open_database(tmp_path / "plain.db", key=bytes(32), create=True)


def test_another_key_does_not_open_the_database(vault, folder) -> None:
    """A raw key that is not the master key finds damage, a short one is refused."""
    vault.close()
    with pytest.raises(VaultDamaged):
        open_database(folder / "vault.db", key=bytes(32))
    with pytest.raises(VaultError):
        open_database(folder / "vault.db", key=b"short")


def test_the_database_is_opened_as_the_spec_says(vault) -> None:
    """Cipher, journal, syncing and temporary store are what docs/spec/vault.md fixes."""
    with vault._database.read() as connection:
        asked = {
            name: connection.execute(f"PRAGMA {name}").get
            for name in ("cipher", "journal_mode", "synchronous", "temp_store", "foreign_keys")
        }
    assert asked == {
        "cipher": "chacha20",
        "journal_mode": "wal",
        "synchronous": 2,
        "temp_store": 2,
        "foreign_keys": 1,
    }
    assert apsw.sqlite_lib_version() >= "3.51"


def test_a_locked_vault_does_nothing_more(vault) -> None:
    """After closing, every use says that it is locked, and closing again is harmless."""
    vault.records()
    vault.close()
    vault.close()
    for use in (vault.records, vault.checkpoint, lambda: vault.append(incident()), vault.casefile):
        with pytest.raises(VaultError, match="locked"):
            use()
    assert vault._opened.master == bytes(32)


def test_a_new_passphrase_replaces_the_old_one(vault, folder, clock) -> None:
    """One slot is wrapped again; the database stays as it is."""
    vault.append(incident())
    vault.ways.change_passphrase("something else entirely", cost=CHEAP)
    vault.close()
    with pytest.raises(WrongPassphrase):
        Vault.open(folder, passphrase=PASSPHRASE, now=clock)
    with Vault.open(folder, passphrase="something else entirely", now=clock) as again:
        assert len(again.records()) == 2
        assert "passphrase changed" in [act.what for act in again.acts()]


def test_an_unknown_zone_is_refused_before_anything_is_made(folder, clock) -> None:
    """No folder is left by a misspelt zone."""
    with pytest.raises(UsageProblem):
        _create(folder, clock, zone="Europe/Nowhere")
    assert not folder.exists()
