"""Runs everything in full, tells the figures, and writes them to ``docs/reliability.md``.

Usage: ``python tests/reliability/report.py [minutes] [file]``: at most 40 minutes and
``docs/reliability.md`` by default. Each part has a share of the time; it is spread evenly over what
there is to look at, so that a part which is cut short has seen some of everything, and the file says
how much. Ends with 1 when a promise was broken.
"""

from __future__ import annotations

import multiprocessing
import os
import platform
import shutil
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))

from reliability import crash, faults, flips, kills, session  # noqa: E402
from reliability.faulty import FAULTS  # noqa: E402
from verify.bundle_maker import small as small_pack  # noqa: E402

ROOT = TESTS.parent
PROCESSES = 2
KILLS = 10_000
SLICES = 32
SHARES = {"crash": 0.36, "kills": 0.22, "faults": 0.35, "vault": 0.05, "pack": 0.02}
"""Parts of the whole time that each may take at most."""


@dataclass(slots=True)
class Part:
    """What one part came to: lines of a table, and each promise that was broken."""

    title: str
    says: str
    rows: list[tuple[str, str]]
    broken: list[str] = field(default_factory=list)
    seconds: float = 0.0


def apart(work: Callable[[], Any]) -> Any:
    """``work()`` in a process of its own.

    What sets the pages of a pack starts threads, and a process that has them cannot be forked. So
    nothing that makes a pack runs in this one.
    """
    held = _Held(work)
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(held)


def spread(work: Callable[[int, float], Any], seconds: float, tally: Any) -> Any:
    """``tally`` of ``work(process, until)`` in two processes, forked from this warmed one."""
    held, until = _Held(work), time.monotonic() + seconds
    with multiprocessing.get_context("fork").Pool(PROCESSES) as pool:
        waiting = [pool.apply_async(held, (number, until)) for number in range(PROCESSES)]
        for one in waiting:
            tally.add(one.get())
    return tally


def slices(process: int, until: float) -> Iterable[int]:
    """This process's share of the numbers below ``SLICES``, until the time is up."""
    for number in range(process, SLICES, PROCESSES):
        if time.monotonic() > until:
            return
        yield number


class Crash:
    """Power cuts."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.recorded: crash.Recorded = apart(lambda: crash.record(place / "day"))
        self.total = crash.count(self.recorded)

    def work(self, process: int, until: float) -> crash.Tally:
        """Each 32nd state from one on, then from another."""
        tally = crash.Tally()
        for start in slices(process, until):
            scratch = self.place / f"scratch{process}"
            tally.add(crash.examine(self.recorded, scratch, every=SLICES, start=start, until=until))
        return tally

    def part(self, seconds: float) -> Part:
        """The figures."""
        tally = spread(self.work, seconds, crash.Tally())
        rows = [
            ("operations of the session on the disk", f"{len(self.recorded.operations):,}"),
            ("states made of their prefixes", f"{self.total:,}"),
            ("states looked at", f"{tally.states:,}"),
            ("different ones among them", f"{len(tally.distinct):,}"),
            ("different vaults among them, opened and checked", f"{tally.opened:,}"),
            *((f"of these: {how}", f"{many:,}") for how, many in sorted(tally.kinds.items())),
            ("acknowledged and lost, or half there, or not to be opened", f"{len(tally.broken)}"),
        ]
        return Part("Power cuts", CRASH, rows, tally.broken)


def killed(place: Path, seconds: float) -> Part:
    """SIGKILL, on the disk itself."""

    def each(process: int, until: float) -> kills.Tally:
        root = place / f"kills{process}"
        root.mkdir(parents=True)
        seed = process * 1_000_000
        found = kills.run(root, kills=KILLS // PROCESSES, seed=seed, until=until)
        shutil.rmtree(root)
        return found

    tally = spread(each, seconds, kills.Tally())
    rows = [
        ("kills", f"{tally.kills:,}"),
        ("saves acknowledged before them", f"{tally.acknowledged:,}"),
        ("acknowledged and lost, or half there", f"{len(tally.broken)}"),
    ]
    return Part("Kills", KILLED, rows, tally.broken)


class _Held:
    """A function that a forked process finds where it was, instead of by its name."""

    held: list[Callable[..., Any]] = []  # noqa: RUF012 - one for all on purpose

    def __init__(self, work: Callable[..., Any]) -> None:
        self.number = len(self.held)
        self.held.append(work)

    def __call__(self, *given: Any) -> Any:
        """What the function gives."""
        return self.held[self.number](*given)


def faulted(place: Path, seconds: float) -> Part:
    """Each call of each step, failing in each way."""
    found: list[faults.Unit] = apart(lambda: faults.units(place / "units"))
    cases = [(unit, *case) for unit in found for case in _cases(unit)]

    def each(process: int, until: float) -> faults.Tally:
        tally = faults.Tally()
        for start in slices(process, until):
            for unit, fault, at in cases[start::SLICES]:
                if time.monotonic() > until:
                    break
                tally.add(faults.run(unit, fault, at, place / f"faulty{process}"))
        return tally

    tally = spread(each, seconds, faults.Tally())
    rows = [
        ("calls of the session that reach the disk", f"{sum(unit.calls for unit in found):,}"),
        ("ways of failing", f"{len(FAULTS)}"),
        ("calls that failed", f"{tally.runs:,}"),
        *((f"ended as: {_plain(end)}", f"{many:,}") for end, many in sorted(tally.ends.items())),
        ("ended otherwise, or acknowledged and lost", f"{len(tally.broken)}"),
    ]
    return Part("Failing disks", FAULTED, rows, tally.broken)


def _cases(unit: faults.Unit) -> Iterable[tuple[faults.Fault, int]]:
    if unit.step is not session.pack:
        return faults.cases(unit)
    # Making a pack sets pages for a second each time, so each of its calls fails in one way.
    return ((FAULTS[at % len(FAULTS)], at) for at in range(unit.calls))


def _plain(end: str) -> str:
    return "done all the same" if end == "done" else f"`{end}`"


def turned_vault(place: Path, seconds: float) -> Part:
    """Each byte of a small vault."""
    vault = flips.small(place / "small")
    where = flips.places(vault)

    def each(process: int, until: float) -> flips.Tally:
        tally = flips.Tally()
        for start in slices(process, until):
            scratch = place / f"turned{process}"
            tally.add(flips.turn_vault(vault, scratch, where[start::SLICES]))
        return tally

    old = flips.put_back(place / "old")
    tally = spread(each, seconds, flips.Tally())
    rows = [
        ("bytes of the vault", f"{len(where):,}"),
        ("bytes turned, one at a time", f"{tally.turned.total():,}"),
        *((f"noticed, {where}", f"{many:,}") for where, many in sorted(tally.noticed.items())),
        ("not noticed", f"{len(tally.unnoticed)}"),
        *((f"left out: `{name}`", why) for name, why in sorted(flips.IGNORABLE.items())),
        ("old pages put back in their place", f"{len(old.noticed) + len(old.unnoticed)}"),
        ("of these noticed", f"{len(old.noticed)}"),
        *((f"not noticed: `{name}`", flips.OLD_WITHOUT_HARM[name]) for name in old.unnoticed),
    ]
    return Part("Turned bits of a vault", VAULT, rows, tally.unnoticed)


def turned_pack(place: Path, seconds: float) -> Part:
    """Each byte of a small pack, by both verifiers."""

    def each(process: int, until: float) -> flips.Verdicts:
        found, folder = flips.Verdicts(), place / f"pack{process}"
        for path, data in small_pack().files().items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        for start in slices(process, until):
            found.add(flips.turn_pack(folder, every=SLICES, start=start))
        return found

    found = spread(each, seconds, flips.Verdicts())
    total = sum(map(len, small_pack().files().values()))
    rows = [
        ("bytes of the pack", f"{total:,}"),
        ("bytes turned, one at a time", f"{found.turned:,}"),
        ("refused by `tallymark verify`", f"{found.ours:,}"),
        ("refused by sha256sum and ssh-keygen as well", f"{found.tools:,}"),
        ("refused by neither", f"{len(found.unnoticed)}"),
    ]
    return Part("Turned bits of a pack", PACK, rows, found.unnoticed)


def main(minutes: float, out: Path) -> int:
    """Everything, and the file; 1 when a promise was broken."""
    began = time.monotonic()
    disk, memory = _places()
    parts: list[Part] = []
    seconds = {name: share * minutes * 60 * 0.95 for name, share in SHARES.items()}
    runs: dict[str, Callable[[], Part]] = {
        "crash": lambda: Crash(memory).part(seconds["crash"]),
        "kills": lambda: killed(disk, seconds["kills"]),
        "faults": lambda: faulted(memory, seconds["faults"]),
        "vault": lambda: turned_vault(memory, seconds["vault"]),
        "pack": lambda: turned_pack(memory, seconds["pack"]),
    }
    try:
        for run in runs.values():
            start = time.monotonic()
            part = run()
            part.seconds = time.monotonic() - start
            parts.append(part)
            print(_table(part), flush=True)  # noqa: T201 - a script that prints its figures
    finally:
        shutil.rmtree(disk, ignore_errors=True)
        shutil.rmtree(memory, ignore_errors=True)
    out.write_text(page(parts, minutes, time.monotonic() - began), encoding="utf-8")
    return 1 if any(part.broken for part in parts) else 0


def _places() -> tuple[Path, Path]:
    """A folder on the disk, and one in memory where there is such a thing."""
    disk = ROOT / ".tools" / "reliability"
    shared = Path("/dev/shm")  # noqa: S108 - a folder of this process's own in it
    base = shared if os.access(shared, os.W_OK) else ROOT / ".tools"
    memory = base / f"tallymark-reliability-{os.getpid()}"
    shutil.rmtree(disk, ignore_errors=True)
    for place in (disk, memory):
        place.mkdir(parents=True)
    return disk, memory


def _table(part: Part) -> str:
    lines = [f"| {what} | {many} |" for what, many in part.rows]
    broken = [f"* broken: {what}" for what in part.broken[:20]]
    took = f"Took {part.seconds:.0f} s."
    table = "\n".join(["| | |", "|---|---|", *lines])
    return "\n\n".join([f"## {part.title}", part.says, table, *broken, took]) + "\n"


def page(parts: list[Part], minutes: float, seconds: float) -> str:
    """The whole file."""
    facts = (
        f"Run on {datetime.now(UTC):%Y-%m-%d}, on {_machine()}, in {seconds / 60:.0f} of at most"
        f" {minutes:g} minutes."
    )
    busy = f" The machine did other work too: load {os.getloadavg()[0]:.1f} at the end."
    facts += busy if os.getloadavg()[0] > PROCESSES + 0.5 else ""
    return "\n".join([HEAD, facts, "", *map(_table, parts), LIMITS])


def _machine() -> str:
    release = platform.release().partition("-")[0]
    return (
        f"{os.cpu_count()} cores {platform.machine()}, {platform.system()} {release},"
        f" Python {platform.python_version()}"
    )


HEAD = """# Reliability

Figures made by `make reliability`, which writes this page. What was acknowledged is on the disk: this
page is how that is tried, again and again, on the program as it is.
"""
CRASH = """A scripted day is done once while each write, sync, name given and name taken is written down: a
vault made, an export kept and 200 messages of it read, 50 entries, a file, a new version, typed words,
a wrong try, a new passphrase, two copies, a pack, the change of every key, and erasing. Then each
moment of it is made again as a power cut may leave it: all that was done; writes that were not synced
gone, alone or together; names that were not synced gone; one write cut at 512 bytes or at 4 KiB. Each
different vault is opened, checked, compared with what had been acknowledged by then, and every fifth
is written to. The same day on a disk that does not sync is found out (`tests/reliability`)."""
KILLED = """A process saves entries, files, imports and typed words without pause and is ended by SIGKILL after
a random time; one in four while it opens. After each kill the vault is opened and compared with each
line that the process had written about what was acknowledged. This is on the disk, not in memory."""
FAULTED = """Each call of each step fails in turn: the disk is full, for a moment or for good, or fails once or
for good; a write is cut short; a call is interrupted; permission is lost; the disk turns read-only. Each
run has to end in an error with a name and a next step, or be done, and the vault then opens on a
working disk and holds all that was acknowledged. The calls of a pack fail in one way each, all others
in every way that the call can fail in."""
VAULT = """One bit of each byte of a small locked vault is turned: `vault.db`, `slots`, a sealed file, a waiting
note. Opening refuses it, or `tallymark check` names it. And a page of an earlier moment, which the cipher
takes for its own, is put back in its place."""
PACK = """One bit of each byte of a small pack is turned and shown to two verifiers that share no code: the one
of this program, and the tools of the system. The tools look past some bytes around a signature and
do not know the log in a pack, so they refuse fewer."""
LIMITS = """## What these figures do not show

* They are about one program on one kind of machine. A disk that says it has written and has not, or
  that changes what it holds, can take what it was given; copies elsewhere are for that.
* A vault that was not locked has a journal beside it. A byte turned in the journal's newest part looks
  like a power cut, so what it held may be gone without a word, and the check cannot tell. A head of
  the log that is kept elsewhere shows it.
* An old copy of the whole vault put back is whole. Only a head kept elsewhere shows that it is old.
* Memory that runs out is not tried here, and neither are Windows and macOS.
"""


if __name__ == "__main__":
    sys.exit(
        main(
            float(sys.argv[1]) if len(sys.argv) > 1 else 40,
            Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "docs" / "reliability.md",
        )
    )
