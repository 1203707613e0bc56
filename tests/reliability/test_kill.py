"""SIGKILL at random moments: what was acknowledged is there, what was not is not half there."""

from __future__ import annotations

import os
import signal
import time

import pytest

from reliability import kills
from tallymark.vault import log
from vault.making import incident

KILLS = int(os.environ.get("TALLYMARK_KILLS", "120"))

pytestmark = pytest.mark.skipif(
    not hasattr(signal, "SIGKILL") or not hasattr(os, "fork"), reason="SIGKILL is a POSIX signal"
)


def test_nothing_acknowledged_is_lost_by_a_kill(tmp_path) -> None:
    """After each kill the vault opens, holds every acknowledged thing, and checks out whole."""
    found = kills.run(tmp_path, kills=KILLS, seed=11)
    assert found.broken == []
    assert found.kills == KILLS
    assert found.acknowledged > KILLS


class Hasty(kills.Worker):
    """Says that an entry is saved before it is."""

    def attach(self, vault, held) -> None:
        """No file: an entry instead."""
        self.append(vault, held)

    bring_in = attach

    def append(self, vault, _held) -> None:
        """An entry that is acknowledged inside its transaction."""
        record, data = log.make_record(incident("not yet"), now=vault._now, zone=vault.zone)
        with vault._database.transaction() as connection:
            stored = vault._write(connection, record, data)
            self.say("append", stored.record.id, stored.leaf.hex())
            time.sleep(0.002)


def test_a_hasty_word_would_be_found(tmp_path) -> None:
    """The proof of the method: where the word comes before the disk, a kill shows it."""
    found = kills.run(tmp_path, kills=40, seed=12, worker=Hasty)
    assert any("is lost" in what for what in found.broken)
