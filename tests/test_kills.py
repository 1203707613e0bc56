"""SIGKILL at any moment of add, attach, import and pack: nothing acknowledged is lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time

import pytest

from chain import PASSPHRASE, Home, whatsapp
from tallymark.diary import Diary

KILLS = int(os.environ.get("TALLYMARK_KILLS", "40"))


def _session(home: Home) -> list[list[str]]:
    secret = ["--passphrase-file", str(home.root / "secret")]
    chat = str(home.root / "chat.txt")
    return [
        ["add", "--json", str(home.root / "entry.json"), *secret],
        ["attach", str(home.root / "big.bin"), *secret],
        ["import", chat, "--owner", "Anna", *secret],
        ["pack", str(home.root / "pack"), *secret],
    ]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="SIGKILL is a POSIX signal")
def test_a_kill_at_any_moment_loses_nothing_acknowledged(tmp_path) -> None:
    """After each kill the vault opens, holds all that was said to be saved, and no half import."""
    draw = random.Random(7)
    home = Home(tmp_path)
    home.make()
    assert home.add("first").code == 0
    (tmp_path / "entry.json").write_text(
        '{"type":"incident","happened":{"value":"2026-05-03"},"what_happened":"again"}'
    )
    (tmp_path / "big.bin").write_bytes(os.urandom(3_000_000))
    acknowledged = 0
    for turn in range(KILLS):
        (tmp_path / "chat.txt").write_text(whatsapp(3000 + turn))
        (tmp_path / "big.bin").write_bytes(os.urandom(2_000_000))
        command = _session(home)[turn % 4]
        said, killed = _killed(home, command, after=draw.uniform(0.15, 1.4))
        if b"Saved as #" in said:
            acknowledged += 1
        _holds(home, command[0], said, killed=killed)
        for rest in tmp_path.glob("pack*") if command[0] == "pack" else ():
            _remove(rest)
    with Diary.open(home.vault, passphrase=PASSPHRASE) as diary:
        again = [
            e for e in diary.entries() if getattr(e.record.body, "what_happened", "") == "again"
        ]
        assert len(again) >= acknowledged
        assert diary.check() == []


def _killed(home: Home, command: list[str], *, after: float) -> tuple[bytes, bool]:
    child = subprocess.Popen(
        home.command(*command),
        env=home.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(after)
    killed = child.poll() is None
    if killed:
        child.send_signal(signal.SIGKILL)
    said, _ = child.communicate(timeout=60)
    return said, killed


def _holds(home: Home, command: str, said: bytes, *, killed: bool) -> None:
    with Diary.open(home.vault, passphrase=PASSPHRASE) as diary:
        imports = [s for s in diary.vault.records() if s.record.type == "import"]
        visible = sum(source.count for source in diary.casefile().sources)
        assert visible == sum(s.record.body.events for s in imports)
        if command == "attach" and b"Kept as" in said:
            digest = said.split()[-1].decode()
            assert any(
                getattr(s.record.body, "sha256", "") == digest for s in diary.vault.records()
            )
        if command == "import" and not killed:
            assert imports
    leftovers = list((home.vault / "blobs").rglob("*.part"))
    assert leftovers == []


def _remove(path) -> None:
    import shutil

    shutil.rmtree(path) if path.is_dir() else path.unlink()
