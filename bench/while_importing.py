"""How long an entry takes to be saved while a large import runs in the same process.

Usage: ``python bench/while_importing.py [--messages N]``; 1,000,000 WhatsApp messages by default. One
thread imports, the other saves an entry every tenth of a second, as a person's page would.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import threading
import time
from pathlib import Path

from importers import FOLDER, write_export
from tallymark.diary import Diary
from tallymark.integrity.keyslot import CHEAP
from tallymark.model.moment import Moment
from tallymark.model.record import Incident

TARGET = "target: an entry within 50 ms"
ENTRY = Incident(happened=Moment("2026-05-03T21:10"), what_happened="He stood outside the house.")


def measure(chat: Path, vault: Path) -> tuple[list[float], float]:
    """Seconds that each entry took, and how long the import took."""
    took: list[float] = []
    with Diary.create(vault, passphrase="bench bench words here", cost=CHEAP) as diary:  # noqa: S106 - a vault of made-up words
        importing = threading.Thread(target=diary.import_file, args=(chat,))
        began = time.perf_counter()
        importing.start()
        while importing.is_alive():
            start = time.perf_counter()
            diary.record(ENTRY)
            took.append(time.perf_counter() - start)
            time.sleep(0.1)
        return took, time.perf_counter() - began


def main() -> None:
    """Write the file, measure, print."""
    ask = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    ask.add_argument("--messages", type=int, default=1_000_000)
    given = ask.parse_args()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    try:
        chat = FOLDER / "chat.txt"
        write_export(chat, given.messages)
        took, whole = measure(chat, FOLDER / "vault")
    finally:
        shutil.rmtree(FOLDER)
    took = sorted(1000 * one for one in took)
    print(
        f"{len(took)} entries beside an import of {given.messages:,} messages in {whole:.1f} s; {TARGET}"
    )
    print(
        f"median {statistics.median(took):.1f} ms, p95 {took[int(len(took) * 0.95)]:.1f} ms,"
        f" max {took[-1]:.1f} ms"
    )


if __name__ == "__main__":
    main()
