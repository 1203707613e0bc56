"""Seals and hashes one large file, beside ``age`` on the same file in the same run.

Usage: ``python bench/attach.py [MiB]`` (1,024 by default). Prints wall and CPU seconds.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tallymark.diary import Diary
from tallymark.integrity.envelope import Identity
from tallymark.integrity.keyslot import CHEAP

ROUNDS = 5
PASSPHRASE = "bench bench words here"  # noqa: S105 - guards random bytes for a minute


def timed(act: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def main(mib: int) -> None:
    """Print one line for each of the two, and the ratio of the medians."""
    folder = Path.cwd() / ".tools" / "bench-attach"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        compare(folder, mib)
    finally:
        shutil.rmtree(folder)


def compare(folder: Path, mib: int) -> None:
    """Take turns on the same file, which is in the page cache for both, after one turn each to warm up."""
    source = folder / "source.bin"
    with source.open("wb") as out:
        for _ in range(mib):
            out.write(os.urandom(1 << 20))
    recipient = Identity.generate().recipient
    ours: list[float] = []
    theirs: list[float] = []
    for turn in range(-1, ROUNDS):
        acts = [
            (ours, lambda t=turn: _attach(folder / f"v{t}", source)),
            (theirs, lambda: _age(recipient, source, folder)),
        ]
        for times, act in acts if turn % 2 else reversed(acts):
            times.append(act())
    del ours[0], theirs[0]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    a, b = sorted(ours)[ROUNDS // 2], sorted(theirs)[ROUNDS // 2]
    print(
        f"attach (hash + seal + fsync) {mib} MiB: {a:.2f} s   {mib / a:.0f} MiB/s   peak {peak} MiB"
    )
    print(f"age -r, then fsync            {mib} MiB: {b:.2f} s   {mib / b:.0f} MiB/s")
    print(f"speed of attach against age: {b / a:.2f} (target 0.8)")


def _attach(vault: Path, source: Path) -> float:
    """Seconds for one file into a new vault, until it is acknowledged."""
    with Diary.create(vault, passphrase=PASSPHRASE, cost=CHEAP) as diary:
        seconds = timed(lambda: diary.attach(source))
    shutil.rmtree(vault)
    return seconds


def _age(recipient: str, source: Path, folder: Path) -> float:
    """Seconds for ``age`` on the same file, until it is on the disk as well."""
    target = folder / "peer.age"

    def act() -> None:
        subprocess.run(["age", "-r", recipient, "-o", str(target), str(source)], check=True)
        with target.open("rb") as file:
            os.fsync(file.fileno())

    seconds = timed(act)
    target.unlink()
    return seconds


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1024)
