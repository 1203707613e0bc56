"""Fuzzes every reader, two side by side: ``python fuzz/run.py [--seconds N] [TARGET ...]``.

Two minutes each by default; ``--report FILE`` puts the figures at the end of a page. Seeds are in ``fuzz/seeds/TARGET``. An exception that no reader may
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
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent
LARGEST = 1 << 16
SLOWEST = 20
SIDE_BY_SIDE = 2
_TITLE = "## Fuzzing"


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
    ask.add_argument("--report", type=Path, help="a page to put the figures into")
    ask.add_argument("targets", nargs="*", help="all by default")
    given = ask.parse_args()
    names = given.targets or list(targets.targets())
    for name in names:
        (ROOT / "seeds" / name).mkdir(parents=True, exist_ok=True)
    lines, failed = [], 0
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for code, line in pool.map(lambda name: fuzz(name, given.seconds), names):
            print(line, flush=True)
            lines.append(line)
            failed |= code
    if given.report:
        _report(given.report, lines, given.seconds)
    return failed


def _report(page: Path, lines: list[str], seconds: int) -> None:
    """Put the figures at the end of ``page``, in place of earlier ones."""
    text = page.read_text("utf-8").split(_TITLE)[0].rstrip() if page.exists() else ""
    told = (
        f"Coverage-guided (atheris), {seconds} seconds for each reader of files that others made."
    )
    table = "\n".join(("```", *lines, "```"))
    page.write_text(f"{text}\n\n{_TITLE}\n\n{told}\n\n{table}\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
