"""Runs the session once under the recorder and looks at what power cuts would have left."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from math import inf
from pathlib import Path

from reliability import session
from reliability.judge import Judge, Truth, truth_of
from reliability.recorder import Operation, Recorder
from reliability.session import STEPS, Step
from reliability.states import State, states
from tallymark import disk


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was done to the disk, and what it came to."""

    operations: list[Operation]
    truth: Truth


@dataclass(slots=True)
class Tally:
    """States looked at, different ones among them, vaults opened, promises broken."""

    states: int = 0
    distinct: set[bytes] = field(default_factory=set)
    opened: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count another's too."""
        self.states += other.states
        self.distinct |= other.distinct
        self.opened += other.opened
        self.kinds += other.kinds
        self.broken += other.broken


def record(
    root: Path, *, steps: tuple[Step, ...] = STEPS, by: type[Recorder] = Recorder
) -> Recorded:
    """The session below ``root``, undisturbed and written down."""
    root.mkdir(parents=True)
    recorder = by(root)
    with disk.in_charge(recorder):
        day = session.run(root, steps, recorder=recorder)
    truth = truth_of(root, recorder.operations, passphrase=day.said.passphrases[-1])
    return Recorded(recorder.operations, truth)


def count(recorded: Recorded) -> int:
    """How many states there are."""
    return sum(1 for _ in states(recorded.operations))


def examine(
    recorded: Recorded, scratch: Path, *, every: int = 1, start: int = 0, until: float = inf
) -> Tally:
    """Every ``every``-th state from ``start`` on, each laid out in ``scratch`` and opened.

    Stops at ``until`` on the steady clock.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    judge, tally = Judge(scratch, recorded.truth), Tally()
    for state in _some(recorded, every, start):
        if time.monotonic() > until:
            break
        image = state.image()
        tally.states += 1
        tally.distinct.add(image.digest())
        tally.kinds[_kind(state)] += 1
        where = f"after operation {state.prefix}, {state.how}"
        tally.broken += [f"{where}: {what}" for what in judge.faults(image)]
    tally.opened = judge.opened
    shutil.rmtree(scratch)
    return tally


def _some(recorded: Recorded, every: int, start: int) -> Iterator[State]:
    return islice(states(recorded.operations), start, None, every)


def _kind(state: State) -> str:
    if state.torn is not None:
        return "one write torn"
    words = state.how.split()
    return "one operation missing" if words[0] == "without" else state.how
