"""Bringing a vault up to date: after a verified copy, whole or not at all."""

from __future__ import annotations

import shutil
from importlib import metadata
from pathlib import Path

import apsw
import pytest

from tallymark.errors import DiskFull, VaultTooNew
from tallymark.vault import Vault, migrating
from tallymark.vault.store import open_database, open_reading
from vault.making import PASSPHRASE, Ticking, incident


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A populated vault of the first schema."""
    home = tmp_path / "old"
    shutil.copytree(Path(__file__).parent / "earlier" / "1" / "vault", home)
    (home / "inbox").mkdir(exist_ok=True)
    return home


def opened(home: Path) -> Vault:
    """That vault."""
    return Vault.open(home, passphrase=PASSPHRASE, now=Ticking())


def test_a_copy_of_the_old_database_is_kept_until_a_clean_check(old: Path) -> None:
    """Byte for byte as it was, under the same key; it stays over openings and goes with the check."""
    before = (old / "vault.db").read_bytes()
    kept = old / "vault.db.before-1"
    with opened(old) as vault:
        assert kept.read_bytes() == before
        key = bytes(vault._opened.master)
        database = open_reading(kept, key=key)
        assert database.schema() == 1
        database.close()
    with opened(old) as vault:
        assert kept.exists()
        assert vault.check() == []
        assert not kept.exists()


def test_the_copy_goes_with_what_is_erased(old: Path) -> None:
    """What was erased would still be in it."""
    with opened(old) as vault:
        vault.erase(vault.append(incident()).record.id, reason="test")
        assert not list(old.glob("*.before-*"))


def test_a_broken_step_leaves_the_old_vault_as_it_was(old: Path, monkeypatch) -> None:
    """Also the steps before it are undone, and the vault opens once the step is mended."""
    steps = migrating._steps(migrating.TABLES)
    broken = (9001, "CREATE TABLE half (a); INSERT INTO nothing VALUES (1);")
    with monkeypatch.context() as patched:
        patched.setattr(migrating, "_steps", lambda _: [*steps, broken])
        with pytest.raises(apsw.SQLError):
            opened(old)
        key = bytes(32)
        with pytest.raises(Exception, match="vault"):
            open_database(old / "vault.db", key=key)
    with opened(old) as vault:
        assert vault.check() == []
        with vault._database.read() as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
        assert "half" not in tables
        assert len(vault.records()) > 3


def test_without_room_for_the_copy_nothing_is_changed(old: Path, monkeypatch) -> None:
    """The answer names the reason; the vault is still of the first schema."""
    before = (old / "vault.db").read_bytes()
    with monkeypatch.context() as patched:
        small = type("Usage", (), {"free": 1000})
        patched.setattr(migrating.shutil, "disk_usage", lambda _: small)
        with pytest.raises(DiskFull, match="no room for the copy"):
            opened(old)
    assert (old / "vault.db").read_bytes() == before
    assert not list(old.glob("*.before-*"))
    opened(old).close()


def test_a_newer_vault_names_the_version_it_needs(vault, folder) -> None:
    """Read-only or not; and words that are none are not repeated."""
    with vault._database.transaction() as connection:
        needs = connection.execute("SELECT value FROM meta WHERE key = 'needs'").get
        assert needs == metadata.version("tallymark")
        connection.execute("UPDATE meta SET value = '7.1.2' WHERE key = 'needs'")
        connection.execute("PRAGMA user_version = 9000")
    key = bytes(vault._opened.master)
    vault.close()
    with pytest.raises(VaultTooNew, match=r"needs tallymark 7\.1\.2 or newer"):
        opened(folder)
    connection = apsw.Connection(str(folder / "vault.db"))
    connection.pragma("cipher", "chacha20")
    connection.execute(f"PRAGMA key='raw:{key.hex()}'")
    connection.execute("UPDATE meta SET value = 'call 0800 for help' WHERE key = 'needs'")
    connection.close()
    with pytest.raises(VaultTooNew) as caught:
        opened(folder)
    assert "0800" not in str(caught.value)


def test_words_that_another_version_made_are_made_anew(vault, reopen, old: Path) -> None:
    """Once, at the next opening; a vault of the first schema, which has no stamp, too."""
    entry = vault.append(incident("damson"))
    with vault._database.transaction() as connection:
        connection.execute("INSERT INTO record_words (record_words) VALUES ('delete-all')")
        connection.execute("UPDATE meta SET value = 'older' WHERE key = 'words'")
    assert vault.search("damson") == []
    vault.close()
    for home in (reopen, lambda: opened(old)):
        with home() as again:
            with again._database.read() as connection:
                found = connection.execute("SELECT value FROM meta WHERE key = 'words'").get
            assert found == "1"
            assert again.check() == []
    with reopen() as again:
        assert [hit.id for hit in again.search("damson")] == [entry.record.id]
