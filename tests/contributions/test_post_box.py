"""A device that may be searched and the vault that reads: all of it real, on real disks."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tallymark.contributions.post_box import PostBox
from tallymark.diary import Diary, post_box
from tallymark.errors import (
    NoPostBox,
    OutputExists,
    PostBoxError,
    RecordError,
    SourceMissing,
    UnknownBox,
    VaultInUse,
)
from tallymark.integrity.keyslot import CHEAP
from tallymark.model.record import Exhibit, Incident

PASSPHRASE = "river lantern copper seventeen walnut"
NOW = datetime(2026, 5, 3, 20, 12, tzinfo=UTC)
PHOTO = b"\xff\xd8\xff\xe0" + b"damson-in-the-photo" * 50


def entry(number: int) -> dict[str, object]:
    """An entry with a word that can be looked for."""
    return {
        "type": "incident",
        "happened": {"value": "2026-05-03T21:10"},
        "what_happened": f"damson number {number} stood at the gate",
    }


@pytest.fixture
def diary(tmp_path: Path):
    """A vault on the device that can read."""
    with Diary.create(tmp_path / "v", passphrase=PASSPHRASE, cost=CHEAP) as opened:
        yield opened


@pytest.fixture
def device(diary: Diary, tmp_path: Path) -> Path:
    """The folder of a post-box that was set up from a file of that vault."""
    file = tmp_path / "set-up"
    post_box.make(diary.vault, file, label="old phone", now=NOW)
    with PostBox.set_up(tmp_path / "device", file):
        pass
    assert not file.exists()
    return tmp_path / "device"


def write(device: Path, count: int, *, files: tuple[Path, ...] = ()) -> None:
    """Entries a minute apart."""
    with PostBox(device) as box:
        for _ in range(count):
            number = box.next_number
            box.write(entry(number), now=NOW + timedelta(minutes=number), files=files)


def states(outcomes) -> list[str]:
    """What became of each file."""
    return [one.state for one in outcomes]


def test_fifty_entries_are_read_on_one_device_and_none_on_the_other(
    diary, device, tmp_path
) -> None:
    """Of 50 entries with a photo none can be found on the device; all 50 come back bit for bit."""
    photo = tmp_path / "IMG_1.jpg"
    photo.write_bytes(PHOTO)
    write(device, 50, files=(photo,))
    for path in (p for p in device.rglob("*") if p.is_file()):
        data = path.read_bytes()
        assert b"damson" not in data
        assert b"IMG_1" not in data
    outcomes = post_box.accept(diary.vault, [device / "out"])
    assert states(outcomes) == ["brought in"] * 50
    bodies = [one.stored.record.body for one in outcomes]
    assert [b.what_happened for b in bodies] == [entry(n)["what_happened"] for n in range(1, 51)]
    assert [b.post_box.number for b in bodies] == list(range(1, 51))
    with diary.open_exhibit(bodies[0].exhibits[0]) as original:
        assert original.read() == PHOTO
    assert diary.vault.check() == []


def test_the_key_on_the_device_opens_and_alters_no_earlier_entry(diary, device) -> None:
    """Whoever has the whole device now cannot make an entry with an earlier number."""
    write(device, 3)
    with PostBox(device) as box:
        state = box._state
        forged = {**entry(2), "what_happened": "nothing happened"}
        box._state = type(state)(
            **{**{f: getattr(state, f) for f in state.__struct_fields__}, "next": 2}
        )
        (device / "out" / "000002.age").unlink()
        box.write(forged, now=NOW)
    outcomes = post_box.accept(diary.vault, [device / "out"])
    assert states(outcomes) == ["brought in", "changed", "brought in"]
    assert post_box.standings(diary.vault)[0].missing == (2,)


def test_gaps_show_and_close_when_the_missing_entry_comes(diary, device, tmp_path) -> None:
    """Numbers 2 and 4 were lost on the way; later 2 is found."""
    write(device, 5)
    way = tmp_path / "stick"
    with PostBox(device) as box:
        assert box.take_out(way) == 5
    (way / "000004.age").unlink()
    (way / "000002.age").rename(tmp_path / "000002.age")
    post_box.accept(diary.vault, [way])
    assert post_box.standings(diary.vault)[0].missing == (2, 4)
    assert states(post_box.accept(diary.vault, [tmp_path / "000002.age"])) == ["brought in"]
    standing = post_box.standings(diary.vault)[0]
    assert (standing.missing, standing.last) == ((4,), 5)


def test_the_newest_removed_does_not_show(diary, device) -> None:
    """What cannot be seen is not claimed: the standing says 3 and names no gap."""
    write(device, 5)
    for number in (4, 5):
        (device / "out" / f"00000{number}.age").unlink()
    post_box.accept(diary.vault, [device / "out"])
    standing = post_box.standings(diary.vault)[0]
    assert (standing.last, standing.missing) == (3, ())


def test_a_second_time_brings_nothing(diary, device) -> None:
    """The same files again, and the vault has no record more."""
    write(device, 4)
    post_box.accept(diary.vault, [device / "out"])
    before = len(diary.vault.records())
    assert states(post_box.accept(diary.vault, [device / "out"])) == ["here already"] * 4
    assert len(diary.vault.records()) == before


def test_an_erased_entry_is_not_shown_as_a_gap_nor_brought_in_again(diary, device) -> None:
    """The number stays known when the words are gone."""
    write(device, 2)
    outcomes = post_box.accept(diary.vault, [device / "out"])
    diary.erase(outcomes[0].stored.record.id, reason="wrong")
    assert states(post_box.accept(diary.vault, [device / "out"])) == ["here already"] * 2
    assert post_box.standings(diary.vault)[0].missing == ()


def test_a_device_put_back_to_an_earlier_day_is_named(diary, device, tmp_path) -> None:
    """An old copy of the folder goes on: the same number with other words."""
    write(device, 1)
    shutil.copytree(device, tmp_path / "old")
    write(device, 1)
    post_box.accept(diary.vault, [device / "out"])
    with PostBox(tmp_path / "old") as box:
        box.write(entry(99), now=NOW)
    again = post_box.accept(diary.vault, [tmp_path / "old" / "out"])
    assert states(again) == ["here already", "number used twice"]


def test_a_clock_that_went_back_is_named(diary, device) -> None:
    """Number 2 says an earlier time than number 1."""
    with PostBox(device) as box:
        box.write(entry(1), now=NOW)
        box.write(entry(2), now=NOW - timedelta(hours=1))
        box.write(entry(3), now=NOW)
    post_box.accept(diary.vault, [device / "out"])
    assert post_box.standings(diary.vault)[0].clock_back == (2,)


def test_two_devices_cannot_be_linked_and_are_counted_apart(diary, device, tmp_path) -> None:
    """Nothing but the zone is the same in two set-up files; each has its own numbers."""
    file = tmp_path / "second"
    post_box.make(diary.vault, file, label="tablet", now=NOW)
    with PostBox.set_up(tmp_path / "tablet", file) as box:
        box.write(entry(1), now=NOW)
    write(device, 2)
    first, second = ((folder / "box").read_text() for folder in (device, tmp_path / "tablet"))
    shared = {w for w in first.split('"') if len(w) > 20} & {
        w for w in second.split('"') if len(w) > 20
    }
    assert shared == set()
    post_box.accept(diary.vault, [device / "out", tmp_path / "tablet" / "out"])
    assert sorted(s.last for s in post_box.standings(diary.vault)) == [1, 2]


def test_a_revoked_box_opens_no_more(diary, device) -> None:
    """Its keys are gone; what was brought in stays."""
    write(device, 1)
    post_box.accept(diary.vault, [device / "out"])
    write(device, 1)
    post_box.revoke(diary.vault, "old phone", now=NOW)
    assert states(post_box.accept(diary.vault, [device / "out"])) == ["not for this vault"] * 2
    with pytest.raises(UnknownBox):
        post_box.revoke(diary.vault, "old phone", now=NOW)
    with pytest.raises(UnknownBox):
        post_box.revoke(diary.vault, "", now=NOW)


def test_bad_days_have_names(diary, device, tmp_path) -> None:
    """No box, a second owner, a second set-up, other files, a set-up file that is there."""
    with pytest.raises(NoPostBox):
        PostBox(tmp_path / "nowhere")
    with PostBox(device), pytest.raises(VaultInUse):
        PostBox(device)
    other = tmp_path / "other"
    other.write_bytes(b"{}")
    with pytest.raises(PostBoxError):
        PostBox.set_up(tmp_path / "fresh", other)
    assert other.exists()
    with pytest.raises(PostBoxError):
        PostBox.set_up(device, other)
    with pytest.raises(OutputExists):
        post_box.make(diary.vault, other, label="", now=NOW)
    with pytest.raises(SourceMissing):
        post_box.accept(diary.vault, [tmp_path / "v"])
    with PostBox(device) as box, pytest.raises(SourceMissing):
        box.write(entry(1), now=NOW, files=(tmp_path / "gone.jpg",))
    assert not list((device / "out").iterdir())


def test_bytes_that_somebody_put_there_are_named(diary, device) -> None:
    """Not an age file, a cut one, one with a bit turned: each is said, none stops the rest."""
    write(device, 3)
    out = device / "out"
    whole = (out / "000002.age").read_bytes()
    (out / "000001.age").write_bytes(b"hello")
    (out / "000002.age").write_bytes(whole[:-20])
    turned = bytearray((out / "000003.age").read_bytes())
    turned[-1] ^= 1
    (out / "000004.age").write_bytes(bytes(turned))
    outcomes = post_box.accept(diary.vault, [out])
    assert states(outcomes) == ["damaged", "damaged", "brought in", "damaged"]


def test_an_entry_that_points_into_the_vault_is_not_taken(diary, device) -> None:
    """A sealed entry cannot claim exhibits, or to have come from another box."""
    with PostBox(device) as box:
        box.write({**entry(1), "exhibits": ["0" * 26]}, now=NOW)
        box.write({**entry(2), "type": "epoch"}, now=NOW)
        box.write({**entry(3), "more": 1}, now=NOW)
    assert "damaged" in states(post_box.accept(diary.vault, [device / "out"]))
    assert not [
        s
        for s in diary.vault.records()
        if isinstance(s.record.body, Incident | Exhibit) and s.index > 1
    ]


def test_taking_out_twice_and_forgetting(device, tmp_path) -> None:
    """The same copy is left, other bytes are refused, and forgetting keeps the newer ones."""
    write(device, 3)
    way = tmp_path / "stick"
    with PostBox(device) as box:
        assert box.take_out(way) == 3
        assert box.take_out(way) == 3
        (way / "000001.age").write_bytes(b"other")
        with pytest.raises(OutputExists):
            box.take_out(way)
        assert box.forget(2) == 2
        assert [one.number for one in box.waiting()] == [3]
        box.write(entry(4), now=NOW)
        assert [one.number for one in box.waiting()] == [3, 4]


def test_a_number_without_its_key_step_is_stepped_over(device) -> None:
    """Stopped between the entry and the key: the next opening forgets the key first."""
    write(device, 1)
    state = (device / "box").read_bytes()
    write(device, 1)
    (device / "box").write_bytes(state)
    with PostBox(device) as box:
        assert box.next_number == 3


_CHILD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from tallymark.contributions.post_box import PostBox
with PostBox(Path(sys.argv[1])) as box:
    while True:
        number = box.write({"type": "incident", "happened": {"value": "2026-05-03"}, "what_happened": "w"}, now=datetime.now(UTC))
        print(number, flush=True)
"""


def test_a_kill_loses_no_acknowledged_entry_and_uses_no_number_twice(diary, device) -> None:
    """SIGKILL at random moments while writing; then everything said is brought in, without a gap."""
    draw, said = random.Random(5), 0
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    for _ in range(12):
        command = [sys.executable, "-c", _CHILD, str(device)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as child:
            said = int(child.stdout.readline())
            time.sleep(draw.uniform(0, 0.05))
            child.send_signal(signal.SIGKILL)
            numbers = [int(line) for line in child.stdout.read().split()]
            said = max([said, *numbers])
    with PostBox(device):
        pass
    outcomes = post_box.accept(diary.vault, [device / "out"])
    assert set(states(outcomes)) == {"brought in"}
    standing = post_box.standings(diary.vault)[0]
    assert standing.missing == ()
    assert standing.last >= said


def test_a_full_number_ends_plainly(device) -> None:
    """A box gives a million numbers and then asks for a new one."""
    with PostBox(device) as box:
        state = box._state
        box._state = type(state)(
            **{**{f: getattr(state, f) for f in state.__struct_fields__}, "next": 1_000_001}
        )
        with pytest.raises(PostBoxError):
            box.write(entry(1), now=NOW)


def test_the_body_is_read_like_any_typed_entry() -> None:
    """A field that no entry has is refused where the entry is typed."""
    from tallymark.cli.post_box import _from_json

    with pytest.raises(RecordError):
        _from_json(b'{"what_happened": "x", "happened": {"value": "2026-05-03"}, "more": 1}')
    with pytest.raises(RecordError):
        _from_json(b"[]")
