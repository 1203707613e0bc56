"""What a power cut at any moment leaves: 2,000 of the states that ``make reliability`` looks at."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reliability import crash, session
from reliability.recorder import Data, Name, Operation, Recorder, Sync, SyncFolder
from reliability.states import states
from tallymark import disk

SAMPLE = 2000
SHORT = (session.make, session.entry, session.attach_photo, session.lock)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the VFS that is watched is that of Unix")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> crash.Recorded:
    """One day, written down."""
    return crash.record(tmp_path_factory.mktemp("crash") / "day")


def test_what_was_acknowledged_is_there_after_a_power_cut(recorded, tmp_path) -> None:
    """Present and equal; what was not acknowledged absent or complete; no vault that does not open."""
    total = crash.count(recorded)
    assert total >= 20_000
    found = crash.examine(recorded, tmp_path / "scratch", every=total // SAMPLE)
    assert found.broken == []
    assert found.states >= SAMPLE
    assert found.opened >= SAMPLE // 4
    assert min(found.kinds.values()) > 0
    assert {"all", "nothing unsynced", "one write torn", "one operation missing"} <= {*found.kinds}


def test_the_recorded_operations_are_what_is_on_the_disk(tmp_path) -> None:
    """With all of them applied, the image holds byte for byte what the session left."""
    root = tmp_path / "day"
    recorded = crash.record(root, steps=SHORT)
    last = None
    for state in states(recorded.operations):
        last = state.image() if state.how == "all" else last
    # Looking what it came to, ``record`` has opened it once more: only the database moved on.
    moved = {"v/vault.db"}
    there = {p.relative_to(root).as_posix(): p for p in root.rglob("*")}
    assert last is not None
    assert set(last.files) == set(there)
    for name, data in last.files.items():
        if name not in moved:
            assert data == (None if there[name].is_dir() else there[name].read_bytes()), name


class Forgetting(Recorder):
    """A disk that says that it has synced and has not."""

    forgets: type[Operation] = Sync

    def _note(self, call, result) -> None:
        super()._note(call, result)
        self.operations[:] = [one for one in self.operations if not isinstance(one, self.forgets)]

    def call(self, call, do):
        """As the recorder, and then forget."""
        result = super().call(call, do)
        self.operations[:] = [one for one in self.operations if not isinstance(one, self.forgets)]
        return result


class ForgettingNames(Forgetting):
    """The same for the names in folders."""

    forgets = SyncFolder


@pytest.mark.parametrize("kind", [Forgetting, ForgettingNames])
def test_a_missing_sync_would_be_found(kind, tmp_path) -> None:
    """The proof of the method: on a disk that does not keep its word, promises are seen to break."""
    recorded = crash.record(tmp_path / "day", steps=SHORT[:2], by=kind)
    every = crash.count(recorded) // 200
    assert crash.examine(recorded, tmp_path / "scratch", every=every).broken != []


def test_order_between_two_files_would_be_missed_by_no_state(tmp_path) -> None:
    """Each unsynced operation is missing alone in some state, and each torn one is torn."""
    recorder = Recorder(tmp_path)
    with disk.in_charge(recorder):
        for name in ("a", "b"):
            with disk.create(Path(tmp_path / name)) as file:
                file.write(bytes(9000))
    found = list(states(recorder.operations))
    writes = [n for n, one in enumerate(recorder.operations) if isinstance(one, Data)]
    names = [n for n, one in enumerate(recorder.operations) if isinstance(one, Name)]
    assert len(writes) == len(names) == 2
    end = [state for state in found if state.prefix == len(recorder.operations)]
    assert {next(iter(s.without)) for s in end if len(s.without) == 1} == {*writes, *names}
    assert {s.torn for s in end if s.torn} == {
        (n, cut) for n in writes for cut in (("head", 512), ("head", 4096), ("tail", 512))
    }
