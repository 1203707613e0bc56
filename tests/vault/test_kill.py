"""SIGKILL at random moments: what was acknowledged is there, what was not is not half there."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tallymark.integrity.keyslot import CHEAP
from tallymark.integrity.merkle import Tree
from tallymark.model.record import Exhibit, Import
from tallymark.vault import Vault
from vault.making import PASSPHRASE, Ticking

KILLS = int(os.environ.get("TALLYMARK_KILLS", "60"))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="SIGKILL is a POSIX signal")
def test_nothing_acknowledged_is_lost_by_a_kill(tmp_path) -> None:
    """After each kill the vault opens, holds every acknowledged thing, and checks out whole."""
    draw = random.Random(11)
    folder, said = tmp_path, tmp_path
    command = [sys.executable, str(Path(__file__).with_name("child.py"))]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as parent:
        for turn in range(KILLS):
            if turn % 8 == 0:
                # A fresh vault now and then, so that looking through it stays quick.
                folder, said = tmp_path / f"v{turn}", tmp_path / f"said{turn}"
                with Vault.create(folder, passphrase=PASSPHRASE, now=Ticking(), cost=CHEAP):
                    said.touch()
            # One in four is killed while it opens and sweeps, before it has said anything.
            early = turn % 4 == 3
            after = draw.uniform(0.0, 0.03 if early else 0.2)
            _kill(parent, folder, said, seed=turn, after=after, early=early)
            with Vault.open(folder, passphrase=PASSPHRASE, now=Ticking()) as vault:
                _holds(vault, _acknowledged(said))
                assert vault.check() == []
        parent.stdin.close()


def _kill(parent, folder: Path, said: Path, *, seed: int, after: float, early: bool) -> None:
    """Let a worker work for ``after`` seconds, from its open vault or its start, and kill it."""
    before = said.stat().st_size
    parent.stdin.write(f"{folder}\t{seed}\t{said}\n")
    parent.stdin.flush()
    worker = int(parent.stdout.readline())
    while not early and said.stat().st_size == before:
        time.sleep(0.001)
    time.sleep(after)
    os.kill(worker, signal.SIGKILL)
    assert int(parent.stdout.readline()) == -signal.SIGKILL


def _acknowledged(said: Path) -> list[list[str]]:
    lines = [line.split() for line in said.read_text().splitlines()]
    return [line for line in lines if line[0] != "open"]


def _holds(vault: Vault, acknowledged: list[list[str]]) -> None:
    leaves = {one.record.id: one for one in vault.records()}
    imports = [one for one in leaves.values() if isinstance(one.record.body, Import)]
    for what, ident, digest in acknowledged:
        found = leaves[ident]
        if what == "append":
            assert found.leaf.hex() == digest
        elif what == "attach":
            assert isinstance(found.record.body, Exhibit)
            assert found.record.body.sha256 == digest
        else:
            assert found.record.body.events == int(digest)
    casefile = vault.casefile()
    # Each run of the child imports one exhibit again and again: its last import is what is seen.
    newest = {one.record.body.exhibit: one.record for one in imports}
    assert {source.import_id for source in casefile.sources} == {r.id for r in newest.values()}
    assert len(casefile.events) == sum(r.body.events for r in newest.values())
    assert len(vault.search("damson", limit=10**6)) == len(casefile.events)
    assert casefile.log_root == Tree(vault.leaf_hashes()).root()
    assert not list(vault.folder.glob("**/*.part"))
