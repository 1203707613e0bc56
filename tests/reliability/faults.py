"""Lets each call of each step of the session fail in turn, and looks at what is left.

A step here is: open the vault, do it, lock. SQLite's way: the first call fails, then the second,
until a run meets no fault any more.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from reliability import judge
from reliability.faulty import FAULTS, Fault, Faulty
from reliability.session import STEPS, Said, Session, Step, lock
from tallymark import disk
from tallymark.errors import (
    CopyDamaged,
    DiskFailing,
    DiskFull,
    DiskReadOnly,
    PackError,
    TallymarkError,
)
from tallymark.vault import place

CLEAR = (DiskFull, DiskReadOnly, DiskFailing, CopyDamaged)


@dataclass(frozen=True, slots=True)
class Unit:
    """One step, the folder as it is before, and what is there before and after."""

    number: int
    step: Step
    base: Path
    before: Session
    after: Said
    calls: int


@dataclass(slots=True)
class Tally:
    """How many runs met their fault, how they ended, and what broke."""

    runs: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count another's runs too."""
        self.runs += other.runs
        self.ends += other.ends
        self.broken += other.broken


def units(root: Path, steps: tuple[Step, ...] = STEPS) -> list[Unit]:
    """The session cut into its steps, each with a copy of the folder as it was before."""
    found: list[Unit] = []
    work = root / "work"
    work.mkdir(parents=True)
    day = Session(work)
    for number, step in enumerate(one for one in steps if one is not lock):
        base = root / f"{number}"
        shutil.copytree(work, base)
        before = replace(day)
        counting = Faulty(work)
        with disk.in_charge(counting):
            step(day)
            day.close()
        found.append(Unit(number, step, base, before, day.said, counting.count))
    return found


def cases(unit: Unit, *, faults: tuple[Fault, ...] = FAULTS) -> Iterator[tuple[Fault, int]]:
    """Every fault at every call."""
    for at in range(unit.calls):
        for fault in faults:
            yield fault, at


def run(unit: Unit, fault: Fault, at: int, scratch: Path) -> Tally:
    """The step with its fault; then the vault is opened on a disk that works again."""
    shutil.rmtree(scratch, ignore_errors=True)
    shutil.copytree(unit.base, scratch, copy_function=_copied)
    day = replace(unit.before, root=scratch, diary=None, now=replace_clock(unit.before))
    faulty = Faulty(scratch, fault, at)
    with disk.in_charge(faulty):
        end = _end(day, unit.step)
    if not faulty.hit:
        return Tally()
    where = f"{unit.step.__name__} (step {unit.number}), call {at}, {fault.name}"
    broken = _unclear(end)
    truth = judge.Truth(day.leaves, day.acts, {}, ())
    most = replace(unit.after, acts=unit.after.acts + 1)
    broken += judge.look(scratch / "v", day.said, most, truth, go_on=at % 5 == 0)
    return Tally(1, Counter({_name(end): 1}), [f"{where}: {what}" for what in broken])


def _copied(source: str, target: str) -> None:
    """A copy; of room that is only kept back, the size."""
    if Path(source).name == place.RESERVE:
        Path(target).touch(0o600)
        os.truncate(target, Path(source).stat().st_size)
    else:
        shutil.copyfile(source, target)


def replace_clock(day: Session):
    """A clock of its own that goes on from where the step begins."""
    clock = type(day.now)()
    clock.at = day.now.at
    return clock


def _end(day: Session, step: Step) -> BaseException | None:
    """What the person is told: nothing when it was done."""
    problem: BaseException | None = None
    for act in (lambda: step(day), day.close):
        try:
            act()
        except Exception as found:  # noqa: BLE001 - an error without a name is what is looked for
            problem = problem or found
    return problem


def _name(end: BaseException | None) -> str:
    return "done" if end is None else type(end).__name__


def _unclear(end: BaseException | None) -> list[str]:
    if end is None or isinstance(end, CLEAR):
        return []
    if isinstance(end, PackError) and end.next_step:
        return []
    known = isinstance(end, TallymarkError)
    return [f"ended in {_name(end)}{f': {end}' if known else f' without a name: {end!r}'}"]
