"""Fuzzes every reader in turn: ``python fuzz/run.py [--seconds N] [TARGET ...]``.

Two minutes each by default. Seeds are in ``fuzz/seeds/TARGET``. An exception that no reader may
raise, an input that takes more than twenty seconds, or more than 2 GiB of memory ends with code 1,
and the input is kept in ``fuzz/found/TARGET``: put it among the seeds together with a test.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
LARGEST = 1 << 16
SLOWEST = 20


def fuzz(name: str, seconds: int) -> tuple[int, str]:
    """Run one target; gives its exit code and a line about it."""
    found = ROOT / "found" / name
    found.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as corpus:
        command = [
            *(sys.executable, str(ROOT / "one.py"), name, corpus, str(ROOT / "seeds" / name)),
            *(f"-max_total_time={seconds}", f"-timeout={SLOWEST}", f"-max_len={LARGEST}"),
            *("-rss_limit_mb=2048", f"-artifact_prefix={found}/", "-print_final_stats=1"),
        ]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, errors="replace"
        )
    runs = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    line = f"{name:22} {int(runs[1]) if runs else 0:>10,} inputs {time.monotonic() - began:6.0f} s"
    if done.returncode:
        tail = "\n".join(done.stderr.splitlines()[-25:])
        return 1, f"{line}  FAILED\n{tail}"
    return 0, f"{line}  nothing found"


def main() -> int:
    """Every target asked for, one after the other; 1 when anything was found."""
    sys.path.insert(0, str(ROOT))
    import targets

    ask = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    ask.add_argument("--seconds", type=int, default=120, help="for each target")
    ask.add_argument("targets", nargs="*", help="all by default")
    given = ask.parse_args()
    failed = 0
    for name in given.targets or targets.targets():
        (ROOT / "seeds" / name).mkdir(parents=True, exist_ok=True)
        code, line = fuzz(name, given.seconds)
        print(line, flush=True)
        failed |= code
    return failed


if __name__ == "__main__":
    sys.exit(main())
