"""SIGKILL at random moments of copying and restoring: what was whole before is whole after."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tallymark.errors import NoCopyHere, VaultNotFound
from tallymark.integrity.keyslot import CHEAP
from tallymark.vault import Vault, check_copy
from vault.making import PASSPHRASE, Ticking, attach, incident

KILLS = int(os.environ.get("TALLYMARK_COPY_KILLS", "12"))
pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="SIGKILL is a POSIX signal")


def _killed(what: str, stick: Path, folder: Path, *, after: float) -> bool:
    """Run ``copying.py`` and kill it ``after`` seconds of work; whether that came before its end."""
    command = [sys.executable, str(Path(__file__).with_name("copying.py")), what]
    with subprocess.Popen([*command, str(stick), str(folder)], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        time.sleep(after)
        child.kill()
        return child.stdout.read() == b""


def test_a_kill_while_copying_leaves_every_earlier_copy_whole(tmp_path: Path) -> None:
    """After each kill the vault is whole and each copy that is there reads back; the next is made."""
    draw, stick, folder = random.Random(5), tmp_path / "stick", tmp_path / "v"
    with Vault.create(folder, passphrase=PASSPHRASE, now=Ticking(), cost=CHEAP) as vault:
        attach(vault, draw.randbytes(3_000_000), "a.bin")
    stopped = 0
    for turn in range(KILLS):
        with Vault.open(folder, passphrase=PASSPHRASE, now=Ticking()) as vault:
            attach(vault, draw.randbytes(400_000), f"{turn}.bin")
            assert vault.check() == []
        stopped += _killed("backup", stick, folder, after=draw.uniform(0, 0.12))
        try:
            index, found = check_copy(stick, passphrase=PASSPHRASE)
        except NoCopyHere:
            continue
        assert found == []
        for number in range(1, index.number):
            assert check_copy(stick, passphrase=PASSPHRASE, number=number)[1] == []
    assert stopped
    with Vault.open(folder, passphrase=PASSPHRASE, now=Ticking()) as vault:
        assert vault.copies.make(stick).findings == ()


def test_a_kill_while_restoring_leaves_nothing_that_looks_like_a_vault(tmp_path: Path) -> None:
    """The next restore goes over what is left and is whole; a finished one is never gone over."""
    draw, stick = random.Random(6), tmp_path / "stick"
    with Vault.create(tmp_path / "v", passphrase=PASSPHRASE, now=Ticking(), cost=CHEAP) as vault:
        attach(vault, draw.randbytes(5_000_000), "a.bin")
        vault.append(incident())
        records = {stored.record.id for stored in vault.records()}
        vault.copies.make(stick)
    stopped, target = 0, tmp_path / "new"
    for turn in range(KILLS):
        if _killed("restore", stick, target, after=draw.uniform(0, 0.12)):
            stopped += 1
            try:
                Vault.open(target, passphrase=PASSPHRASE, now=Ticking()).close()
            except VaultNotFound:
                continue
        with Vault.open(target, passphrase=PASSPHRASE, now=Ticking()) as again:
            assert records <= {stored.record.id for stored in again.records()}
            assert again.check() == []
        target = tmp_path / f"new{turn}"
    assert stopped
    again, what = Vault.restore(stick, tmp_path / "last", passphrase=PASSPHRASE, now=Ticking())
    with again:
        assert what.findings == ()
