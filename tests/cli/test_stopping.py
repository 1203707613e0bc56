"""``tallymark import``: stopped by a signal, finished by --resume, dropped by --drop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tallymark.diary import Diary
from tallymark.diary.keys import CONSENT
from tallymark.integrity.keyslot import CHEAP

SECRET = "another quiet lantern on the quay"
MANY = 600_000


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A vault, its passphrase in a file, and a large chat."""
    with Diary.create(tmp_path / "vault", passphrase=SECRET, cost=CHEAP) as diary:
        diary.keys.refuse(CONSENT)
    (tmp_path / "secret").write_text(SECRET + "\n")
    chat = (
        b"%02d/%02d/2026, 10:00 - Ann: message %d with some words\n" % (n % 28 + 1, n % 12 + 1, n)
        for n in range(MANY)
    )
    (tmp_path / "chat.txt").write_bytes(b"".join(chat))
    return tmp_path


def _command(home: Path, *words: str) -> list[str]:
    front = [sys.executable, "-m", "tallymark", "--vault", str(home / "vault"), "import"]
    return [*front, "--passphrase-file", str(home / "secret"), *words]


def _run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(_command(home, *words), capture_output=True, text=True, check=False)


def _is_reading(home: Path, pid: int) -> bool:
    """The original is sealed, and a reader is at work on it."""
    kept = list((home / "vault" / "blobs").glob("*.age"))
    return bool(kept and Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


@pytest.mark.skipif(sys.platform != "linux", reason="the children of a process are read from /proc")
def test_stopped_by_a_signal_and_finished(home: Path) -> None:
    """The reader ends too, the words say what is kept, and --resume needs no file."""
    with subprocess.Popen(
        _command(home, str(home / "chat.txt"), "--day-order", "dmy"),
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        while running.poll() is None and not _is_reading(home, running.pid):
            time.sleep(0.002)
        os.kill(running.pid, signal.SIGINT)
        _, words = running.communicate(timeout=30)
    assert running.returncode == 53, words
    assert "import" in words
    (home / "chat.txt").unlink()
    done = _run(home, "--resume", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["counts"]["events"] == MANY
    assert "nothing to finish" in _run(home, "--resume").stdout


def test_what_does_not_go_together(home: Path) -> None:
    """Files, --resume and --drop are three different acts."""
    assert _run(home).returncode == 64
    assert _run(home, "--resume", "--drop").returncode == 64
    assert _run(home, "--resume", str(home / "chat.txt")).returncode == 64
    assert _run(home, "--drop").returncode == 0
