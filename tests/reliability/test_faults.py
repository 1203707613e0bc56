"""Each call that reaches the disk fails in each way; a sample of what ``make reliability`` runs."""

from __future__ import annotations

import os
import signal

import pytest

from reliability import faults, session
from reliability.faulty import FAULTS

SAMPLE = 500

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the VFS that is watched is that of Unix")


def test_every_way_of_failing_ends_in_a_name_and_loses_nothing(tmp_path) -> None:
    """A full, failing, locked or interrupting disk: said so, and the vault holds all it held."""
    steps = tuple(dict.fromkeys(step for step in session.STEPS if step is not session.pack))
    found = faults.units(tmp_path / "units", steps)
    cases = [(unit, *case) for unit in found for case in faults.cases(unit)]
    tally = faults.Tally()
    for unit, fault, at in cases[:: len(cases) // SAMPLE]:
        tally.add(faults.run(unit, fault, at, tmp_path / "scratch"))
    assert tally.broken == []
    assert tally.runs > SAMPLE // 3
    assert {"done", "DiskFull", "DiskReadOnly", "DiskFailing"} <= set(tally.ends)


def test_a_run_without_a_fault_meets_none(tmp_path) -> None:
    """The count of calls is right: one call later nothing fails any more."""
    unit = faults.units(tmp_path / "units", (session.make, session.entry))[-1]
    assert unit.calls > 20
    assert faults.run(unit, FAULTS[2], unit.calls + 2, tmp_path / "scratch").runs == 0
    assert faults.run(unit, FAULTS[2], unit.calls - 4, tmp_path / "scratch").runs == 1


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer signals here")
def test_real_signals_disturb_nothing(tmp_path) -> None:
    """A signal every millisecond interrupts real calls; the whole session goes through."""
    seen = []
    before = signal.signal(signal.SIGALRM, lambda *_: seen.append(1))
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    try:
        steps = (session.make, session.keep_export, *[session.entry] * 10, session.attach_photo)
        day = session.run(tmp_path, steps)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert len(seen) > 5
    assert day.said.records == 13
