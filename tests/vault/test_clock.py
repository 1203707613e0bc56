"""The clocks of the device stand in every record and act, and a moved clock shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallymark.integrity.keyslot import CHEAP
from tallymark.model.record import DeviceClock
from tallymark.vault import Vault, log
from tallymark.vault.clock import LEAST_JUMP, THIS_DEVICE, Clocks, Device, Jump, Written, jumps
from vault.making import PASSPHRASE, Machine, incident

NOON = datetime(2026, 5, 6, 12, tzinfo=UTC)


def _vault(folder: Path, machine: Machine) -> Vault:
    return Vault.create(
        folder, passphrase=PASSPHRASE, now=machine.now, cost=CHEAP, device=machine.device
    )


def _at(index: int, at: str, since_boot: int, boot: str = "a") -> Written:
    return Written(index, f"2026-05-06T{at}Z", DeviceClock(0, since_boot, boot))


def test_every_record_and_act_holds_all_clocks(folder) -> None:
    """Offset, seconds since start and the start: in typed entries, the first record, and acts."""
    machine = Machine(zone=timezone(timedelta(hours=1)))
    with _vault(folder, machine) as vault:
        machine.waits(90)
        vault.append(incident())
        clocks = [one.record.clock for one in vault.records()]
        clocks += [act.clock for act in vault.acts()]
    assert {clock.offset_minutes for clock in clocks} == {60}
    assert [clock.since_boot for clock in clocks[:2]] == [1000, 1090]
    assert len({clock.boot for clock in clocks}) == 1
    assert machine.boot not in {clock.boot for clock in clocks}


def test_two_vaults_on_one_machine_share_no_name_for_a_start() -> None:
    """The id of a start is hashed with the vault's, so it links nothing to anything."""
    machine = Machine()
    one, other = (
        Clocks(machine.now, machine.device, vault_id).reading()[1].boot for vault_id in ("a", "b")
    )
    assert one != other
    assert machine.boot not in one


def test_this_device_has_clocks() -> None:
    """The real ones: seconds that go on, and on Linux one id for this start."""
    first, second = THIS_DEVICE.since_boot(), THIS_DEVICE.since_boot()
    assert 0 < first <= second
    boot = THIS_DEVICE.boot()
    assert boot == THIS_DEVICE.boot()
    kernel = Path("/proc/sys/kernel/random/boot_id")
    assert boot == (kernel.read_text().strip() if kernel.exists() else boot)


def test_a_system_without_an_id_of_its_start_names_none() -> None:
    """Then the seconds stand there and no two records are compared by them."""
    clocks = Clocks(lambda: NOON, Device(since_boot=lambda: 5, boot=lambda: ""), "v")
    assert clocks.reading() == (NOON, DeviceClock(0, 5, ""))
    assert not list(jumps([_at(0, "12:00:00", 5, ""), _at(1, "13:00:00", 6, "")]))


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (_at(1, "12:10:00", 1600), []),
        (_at(1, "12:11:00", 1600), []),
        (_at(1, "12:11:01", 1600), [Jump(1, "moved", 61)]),
        (_at(1, "12:08:00", 1600), [Jump(1, "moved", -120)]),
        (_at(1, "11:00:00", 1600), [Jump(1, "moved", -4200)]),
        (_at(1, "11:00:00", 20, "b"), [Jump(1, "set back", -3600)]),
        (_at(1, "15:00:00", 20, "b"), []),
    ],
    ids=["steady", "a minute", "forward", "back", "before its predecessor", "restarted, back",
         "restarted, forward"],
)  # fmt: skip
def test_a_moved_clock_is_named(second: Written, expected: list[Jump]) -> None:
    """Within one start by the seconds; over a restart only when it goes back."""
    assert list(jumps([_at(0, "12:00:00", 1000), second])) == expected


def test_records_without_clocks_are_compared_by_their_order_alone() -> None:
    """Records of an earlier version have none."""
    old = [Written(n, f"2026-05-06T{hour}:00:00Z", None) for n, hour in enumerate((12, 14, 13))]
    assert list(jumps(old)) == [Jump(2, "set back", -3600)]


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(-LEAST_JUMP, LEAST_JUMP))))
def test_clocks_that_go_on_together_never_jump(steps: list[tuple[int, int]]) -> None:
    """However long the pauses, and with a small drift that is set right each time."""
    since, made = 1000, []
    for number, (pause, drift) in enumerate(steps):
        since += pause + 2 * LEAST_JUMP
        at = NOON + timedelta(seconds=since + drift // 2)
        made.append(Written(number, at.strftime("%Y-%m-%dT%H:%M:%SZ"), DeviceClock(0, since, "a")))
    assert not list(jumps(made))


def test_a_vault_tells_where_its_clock_was_moved(folder) -> None:
    """Forward and back within one start, and back over a restart: each at its entry."""
    machine = Machine()
    with _vault(folder, machine) as vault:
        machine.waits(10)
        machine.sets(hours=5)
        vault.append(incident("Forward."))
        machine.sets(hours=-30)
        vault.append(incident("Back."))
        machine.waits(10)
        vault.append(incident("Steady."))
        machine.restarts("second start")
        machine.sets(hours=-2)
        vault.append(incident("Back after a restart."))
        found = [(jump.index, jump.what) for jump in jumps(log.written(vault.records()))]
    assert found == [(1, "moved"), (2, "moved"), (4, "set back")]
