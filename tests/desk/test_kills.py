"""Killed at any moment of taking a pack in: the desk opens, and every report is whole or absent."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from desk.conftest import PASSPHRASE
from desk.packmaker import make_pack, record
from desk.people import happened, other
from tallymark.desk import Desk

KILLS = 60 if os.environ.get("TALLYMARK_FULL") == "1" else 6
CODE = """
import sys, datetime, pathlib
from tallymark.desk import Desk
now = lambda: datetime.datetime(2026, 6, 2, 9, tzinfo=datetime.timezone.utc)
with Desk.open(pathlib.Path(sys.argv[1]), passphrase=sys.argv[2], now=now, who="Asha") as desk:
    print("open", flush=True)
    for pack in sys.argv[3:]:
        print("done", desk.add(pathlib.Path(pack)).id, flush=True)
"""


def test_a_kill_leaves_whole_reports_or_none(
    desk: Desk, reopen: Callable[..., Desk], tmp_path: Path
) -> None:
    """After each kill: what was acknowledged is there, no blob is without its row, all can be read."""
    desk.close()
    packs = [
        make_pack(
            tmp_path / f"p{n}", [record(0, other(phone="07700 900222")), record(1, happened())],
            series=f"s{n}", vault=f"v{n}",
        )
        for n in range(KILLS)
    ]  # fmt: skip
    chance = random.Random(20260602)
    acknowledged = 0
    for _ in range(KILLS):
        acknowledged = max(acknowledged, _kill(tmp_path / "desk", packs, chance.uniform(0, 0.25)))
        with reopen() as again:
            rows = again.list()
            assert len(rows) >= acknowledged
            assert {again.read(r.id).entries[0].what_happened for r in rows} <= {
                happened().what_happened
            }
            kept = list((tmp_path / "desk" / "packs").iterdir())
            assert len(kept) == len(rows)
            again.log()


def _kill(folder: Path, packs: list[Path], delay: float) -> int:
    """Run an intake, kill it ``delay`` seconds after it opened; how many packs it acknowledged."""
    arguments = [sys.executable, "-c", CODE, str(folder), PASSPHRASE, *map(str, packs)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "open\n"
        time.sleep(delay)
        running.kill()
        return len({line for line in running.stdout.read().splitlines() if line[:4] == "done"})
