"""Small acts in a large vault: opening it, one entry, a new version, one small file.

Usage: ``python bench/entry.py [events] [records]`` (1,000,000 and 10,000 by default). Makes the vault
first, which takes a minute; then each act is done 300 times and the times of all are told. The
passphrase is one that costs nothing to try, so opening is all but the work of trying it.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from importers import write_export
from tallymark.diary import Diary
from tallymark.integrity.keyslot import CHEAP
from tallymark.model.moment import Moment
from tallymark.model.record import Incident, Person

PASSPHRASE = "bench bench words here"  # noqa: S105 - guards made-up words for a minute
TIMES = 300
FILES = 200
TARGET = "target: one entry under 50 ms"


def main(events: int, records: int) -> None:
    """Make it, measure, print."""
    folder = Path.cwd() / ".tools" / "bench-entry"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        fill(folder, events, records)
        load = f", load before {os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else ""
        print(f"{events:,} events, {records:,} records{load}; {TARGET}")
        measure(folder / "v")
    finally:
        shutil.rmtree(folder)


def fill(folder: Path, events: int, records: int) -> None:
    """One import, and entries over some years; every fiftieth record is a file."""
    write_export(folder / "chat.txt", events)
    at = datetime(2020, 1, 1, tzinfo=UTC)
    with Diary.create(folder / "v", passphrase=PASSPHRASE, cost=CHEAP) as diary:
        diary.record(Person(label="me", names=("Anna Bell",), roles=("victim",)))
        diary.import_file(folder / "chat.txt", answers={"owner": "Anna"})
        for number in range(records - len(diary.vault.records())):
            at += timedelta(hours=3)
            if number % (records // FILES or 1) == 0:
                diary.attach(io.BytesIO(os.urandom(2000)), name="photo.jpg")
            else:
                diary.record(_entry(number, at))


def _entry(number: int, at: datetime) -> Incident:
    words = f"He rang {number} times and stood at the corner by the shop until it was dark. " * 3
    return Incident(happened=Moment(f"{at:%Y-%m-%dT%H:%M}"), what_happened=words)


def measure(vault: Path) -> None:
    """A line for each act."""
    opening = []
    for _ in range(5):
        start = time.perf_counter()
        diary = Diary.open(vault, passphrase=PASSPHRASE)
        opening.append(time.perf_counter() - start)
        diary.close()
    say("open", opening)
    start = time.perf_counter()
    with Diary.open(vault, passphrase=PASSPHRASE) as diary:
        ready = time.perf_counter() - start
        for name, act in acts(diary):
            say(name, [_timed(act, number) for number in range(TIMES)])
        print(f"(opened in {ready * 1000:.0f} ms)")


def acts(diary: Diary) -> Iterator[tuple[str, Callable[[int], object]]]:
    """Each act by name; the first of each is the first since unlocking."""
    now = datetime(2026, 5, 1, tzinfo=UTC)
    yield "one entry", lambda number: diary.record(_entry(number, now))
    kept = diary.attach(io.BytesIO(b"x" * 3000), name="one.jpg").record.id

    def with_file(number: int) -> object:
        body = Incident(
            happened=Moment("2026-05-01"), what_happened=f"n {number}", exhibits=(kept,)
        )
        return diary.record(body)

    yield "one entry with a file", with_file
    first = diary.record(_entry(0, now)).record.id
    yield "a new version", lambda number: diary.amend(first, {"what_happened": f"said {number}"})
    yield "one small file", lambda _: diary.attach(io.BytesIO(os.urandom(3000)), name="a.jpg")
    same = os.urandom(3000)
    yield "the same file again", lambda _: diary.attach(io.BytesIO(same), name="a.jpg")
    yield "typed words", lambda number: diary.vault.save_draft("k", "half a sentence " * number)


def _timed(act: Callable[[int], object], number: int) -> float:
    start = time.perf_counter()
    act(number)
    return time.perf_counter() - start


def say(name: str, seconds: list[float]) -> None:
    """First, median, 95th of a hundred and longest, in milliseconds."""
    ordered = sorted(seconds)
    at = [seconds[0], ordered[len(ordered) // 2], ordered[len(ordered) * 95 // 100], ordered[-1]]
    first, middle, most, longest = (f"{1000 * value:7.1f}" for value in at)
    print(f"{name:22} first {first}  p50 {middle}  p95 {most}  longest {longest} ms")


if __name__ == "__main__":
    main(*(int(one) for one in [*sys.argv[1:3], *["1000000", "10000"][len(sys.argv) - 1 :]]))
