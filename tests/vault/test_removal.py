"""Removing a vault from a computer: after a whole copy on another disk, keys first."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tallymark import disk
from tallymark.errors import CopyDamaged, DiskFull, SameDisk, VaultNotFound
from tallymark.integrity.keyslot import CHEAP
from tallymark.vault import Vault, filesystem
from vault.disks import fill, small_disk
from vault.making import PASSPHRASE, Ticking, attach, incident


def test_a_vault_goes_after_its_copy_is_whole_on_another_disk(vault, folder, tmp_path) -> None:
    """What others keep in the folder stays; the copy restores and tells of the removal."""
    entry, held = vault.append(incident()), attach(vault, b"bytes")
    with small_disk(tmp_path / "disk", mib=32) as other:
        copy = vault.remove(other / "stick")
        assert copy.findings == ()
        assert not folder.exists()
        with pytest.raises(VaultNotFound):
            Vault.open(folder, passphrase=PASSPHRASE, now=Ticking())
        again, what = Vault.restore(other / "stick", folder, passphrase=PASSPHRASE, now=Ticking())
        with again:
            assert what.findings == ()
            assert again.record(entry.record.id) == entry
            assert again.open_exhibit(held.record.id).read() == b"bytes"
            assert "removed from this computer" in [act.what for act in again.acts()]


def test_a_vault_stays_when_the_copy_is_not_enough(vault, folder, tmp_path, monkeypatch) -> None:
    """The same disk, a full one, a fault in the vault: each is said, and the acts tell it."""
    vault.append(incident())
    attach(vault, os.urandom(100_000))
    with pytest.raises(SameDisk):
        vault.remove(tmp_path / "stick")
    assert not (tmp_path / "stick").exists()
    assert vault.acts()[-1].what == "created"
    with small_disk(tmp_path / "disk", mib=8) as other:
        fill(other)
        with pytest.raises(DiskFull):
            vault.remove(other)
    assert vault.acts()[-1].what == "not removed"
    monkeypatch.setattr(filesystem, "device", lambda path: len(str(path)))
    next(iter((folder / "blobs").iterdir())).unlink()
    with pytest.raises(CopyDamaged, match="nothing was removed"):
        vault.remove(tmp_path / "stick")
    assert vault.acts()[-1].what == "not removed"
    vault.append(incident("still here"))


def test_other_files_in_the_folder_stay(vault, folder, tmp_path) -> None:
    """What somebody else put there is not ours to delete."""
    (folder / "letter.txt").write_text("mine")
    vault.remove(tmp_path / "stick", same_disk=True)
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]


class Stopping(disk.Disk):
    """Kills the process at one numbered call that renames or deletes."""

    def __init__(self, at: int) -> None:
        self.left = at

    def unlink(self, path: Path) -> None:
        """Delete, or end here."""
        self._count()
        super().unlink(path)

    def rename(self, old: Path, new: Path) -> None:
        """Rename, or end here."""
        self._count()
        super().rename(old, new)

    def _count(self) -> None:
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="SIGKILL is a POSIX signal")
def test_a_kill_while_removing_leaves_no_half(tmp_path) -> None:
    """At each deletion: the vault opens whole, or nothing opens it and a new one may be made."""
    script = (
        "import sys; from pathlib import Path; from tallymark import disk\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from vault.test_removal import Stopping; from tallymark.vault import place\n"
        "with disk.in_charge(Stopping(int(sys.argv[3]))):\n"
        "    place.destroy(Path(sys.argv[2]), Path(sys.argv[2], place.DATABASE))\n"
    )
    tests, states, at = str(Path(__file__).parents[1]), set(), 0
    while True:
        at += 1
        folder = tmp_path / f"v{at}"
        with Vault.create(folder, passphrase=PASSPHRASE, now=Ticking(), cost=CHEAP) as vault:
            attach(vault, b"bytes")
        command = [sys.executable, "-c", script, tests, str(folder), str(at)]
        if subprocess.run(command, check=False).returncode == 0:
            break
        try:
            with Vault.open(folder, passphrase=PASSPHRASE, now=Ticking()) as vault:
                assert vault.check() == []
            states.add("opens")
        except VaultNotFound:
            with Vault.create(folder, passphrase=PASSPHRASE, now=Ticking(), cost=CHEAP) as vault:
                assert vault.check() == []
            states.add("gone")
    assert states == {"opens", "gone"}
    assert not folder.exists()
