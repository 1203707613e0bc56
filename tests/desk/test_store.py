"""The desk's folder: one key, one owner, nothing in the clear, and clear refusals."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from desk.conftest import PASSPHRASE, Clock
from desk.packmaker import make_pack, record
from desk.people import MARKER, happened, other
from tallymark.desk import Desk, schema
from tallymark.errors import (
    IntegrityError,
    VaultDamaged,
    VaultExists,
    VaultInUse,
    VaultNotFound,
    VaultTooNew,
    WeakPassphrase,
    WrongPassphrase,
)
from tallymark.integrity.keyslot import CHEAP

Reopen = Callable[..., Desk]


def files(folder: Path) -> dict[str, str]:
    """Every file below a folder with its digest."""
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_a_wrong_passphrase_opens_nothing_and_changes_nothing(
    desk: Desk, reopen: Reopen, tmp_path: Path
) -> None:
    """The refusal leaves every file as it was, and the lock free."""
    desk.close()
    before = files(tmp_path / "desk")
    with pytest.raises(WrongPassphrase):
        reopen(passphrase="seven quiet lanterns on the key")
    assert files(tmp_path / "desk") == before
    reopen().close()


def test_a_desk_is_open_once(desk: Desk, reopen: Reopen) -> None:
    """A second window is told so and may open it after the first closes."""
    with pytest.raises(VaultInUse):
        reopen()
    desk.close()
    reopen().close()


def test_the_key_of_the_desk_stays_the_same(desk: Desk, reopen: Reopen) -> None:
    """What people seal to does not change between openings."""
    recipient = desk.recipient
    assert recipient.startswith("age1")
    desk.close()
    with reopen() as again:
        assert again.recipient == recipient


def test_a_folder_that_is_taken_is_left_alone(tmp_path: Path, clock: Clock) -> None:
    """Nothing is written where something is, nor with a passphrase that is too easy."""
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(VaultExists):
        Desk.create(tmp_path, passphrase=PASSPHRASE, now=clock, cost=CHEAP)
    with pytest.raises(WeakPassphrase):
        Desk.create(tmp_path / "new", passphrase="short", now=clock, cost=CHEAP)
    assert files(tmp_path) == {"note.txt": hashlib.sha256(b"mine").hexdigest()}
    assert not (tmp_path / "new").exists()


def test_where_there_is_no_desk_it_says_so(tmp_path: Path, clock: Clock) -> None:
    """An empty place is not made into a desk by opening it."""
    with pytest.raises(VaultNotFound) as refusal:
        Desk.open(tmp_path / "nowhere", passphrase=PASSPHRASE, now=clock)
    assert "desk new" in refusal.value.next_step
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\xfe", b"{}", b'{"v": "1"}'])
def test_a_damaged_slot_is_said_to_be_damaged(
    desk: Desk, reopen: Reopen, tmp_path: Path, content: bytes
) -> None:
    """No slot that is not one is tried, and none brings a traceback."""
    desk.close()
    (tmp_path / "desk" / "slot.json").write_bytes(content)
    with pytest.raises((VaultDamaged, IntegrityError)):
        reopen()


def test_a_missing_or_damaged_database_is_not_made_anew(
    desk: Desk, reopen: Reopen, tmp_path: Path
) -> None:
    """An empty database in place of a lost one would look like a desk without reports."""
    desk.close()
    database = tmp_path / "desk" / "desk.db"
    data = database.read_bytes()
    database.unlink()
    with pytest.raises(VaultDamaged):
        reopen()
    assert not database.exists()
    for damaged in (b"", data[:100], bytes([data[0] ^ 1]) + data[1:], data[:4096] + bytes(4096)):
        database.write_bytes(damaged)
        with pytest.raises(VaultDamaged):
            reopen()


def test_every_flipped_page_is_noticed(desk: Desk, reopen: Reopen, tmp_path: Path) -> None:
    """One byte changed in any page of the database, and the desk does not open as if all were well."""
    desk.close()
    database = tmp_path / "desk" / "desk.db"
    data = database.read_bytes()
    for page in range(len(data) // 4096):
        changed = bytearray(data)
        changed[page * 4096 + 2000] ^= 4
        database.write_bytes(bytes(changed))
        with pytest.raises(VaultDamaged):
            _use(reopen)


def _use(reopen: Reopen) -> None:
    """Open, read, and ask every page, also those that nothing reads today."""
    with reopen() as room:
        room.log()
        room.list()
        with room._store.begin() as connection:
            if connection.exec_driver_sql("PRAGMA cipher_integrity_check").all():
                raise VaultDamaged


def test_a_desk_of_a_newer_version_is_not_touched(
    desk: Desk, reopen: Reopen, tmp_path: Path
) -> None:
    """A higher version row is refused before anything else is read."""
    with desk._store.begin() as connection:
        higher = {"value": str(schema.SCHEMA_VERSION + 1)}
        connection.execute(
            schema.meta.update().where(schema.meta.c.key == "schema").values(**higher)
        )
    desk.close()
    before = files(tmp_path / "desk")
    with pytest.raises(VaultTooNew):
        reopen()
    assert files(tmp_path / "desk").keys() == before.keys()


def test_nothing_of_a_report_is_on_disk_in_the_clear(desk: Desk, tmp_path: Path) -> None:
    """Words, numbers and file names of a pack are in no file of the desk, open or closed."""
    pack = make_pack(
        tmp_path / "pack",
        [record(0, other("Neil Marker", phone="07700 900222")), record(1, happened())],
    )
    desk.add(pack)
    pack.unlink()
    desk.list()
    desk.read("R1")
    needles = [MARKER.encode(), b"Neil Marker", b"900222", b"statement.json", b"SQLite format 3"]
    _none_in(tmp_path / "desk", needles)
    desk.close()
    _none_in(tmp_path / "desk", needles)


def _none_in(folder: Path, needles: list[bytes]) -> None:
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert not [n for n in needles if n in content], path.name


def test_half_an_intake_is_swept_at_the_next_opening(
    desk: Desk, reopen: Reopen, tmp_path: Path
) -> None:
    """What a crash left in quarantine, or kept without its row, is gone; kept packs stay."""
    desk.add(make_pack(tmp_path / "pack", [record(0, happened())]))
    desk.close()
    room = tmp_path / "desk"
    kept = {p.name for p in (room / "packs").iterdir()}
    (room / "quarantine" / "aa.age").write_bytes(b"half")
    (room / "packs" / "bb.age").write_bytes(b"no row")
    reopen().close()
    assert {p.name for p in (room / "packs").iterdir()} == kept
    assert not list((room / "quarantine").iterdir())


def test_a_copy_without_its_empty_folders_opens(desk: Desk, reopen: Reopen, tmp_path: Path) -> None:
    """Some programs leave empty folders out of a copy; other files in them are left alone."""
    desk.close()
    (tmp_path / "desk" / "quarantine").rmdir()
    (tmp_path / "desk" / "packs" / "read me.txt").write_text("not ours")
    reopen().close()
    assert (tmp_path / "desk" / "packs" / "read me.txt").exists()
    assert (tmp_path / "desk" / "quarantine").is_dir()


def test_the_folder_is_for_its_owner_alone(desk: Desk, tmp_path: Path) -> None:
    """Nobody else on the machine may list or read it."""
    assert desk.who == "Asha"
    room = tmp_path / "desk"
    assert room.stat().st_mode & 0o077 == 0
    assert (room / "slot.json").stat().st_mode & 0o077 == 0
    assert (room / "desk.db").stat().st_mode & 0o077 == 0


def test_a_damaged_file_says_nothing_on_standard_error(desk: Desk, tmp_path: Path) -> None:
    """The database library's own messages about pages and keys do not reach the terminal."""
    desk.close()
    database = tmp_path / "desk" / "desk.db"
    database.write_bytes(bytes(4096) + database.read_bytes()[4096:])
    code = (
        "import sys, datetime, pathlib\n"
        "from tallymark.desk import Desk\n"
        "from tallymark.errors import VaultDamaged\n"
        "try:\n"
        "    Desk.open(pathlib.Path(sys.argv[1]), passphrase=sys.argv[2],\n"
        "              now=lambda: datetime.datetime.now(datetime.timezone.utc))\n"
        "except VaultDamaged:\n"
        "    print('said plainly')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "desk"), PASSPHRASE],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert (done.stdout.strip(), done.stderr) == ("said plainly", "")


def test_the_slot_holds_no_secret_and_no_name(desk: Desk, tmp_path: Path) -> None:
    """The one file outside the database has only what opens it with the passphrase."""
    slot = json.loads((tmp_path / "desk" / "slot.json").read_text())
    assert desk.recipient not in json.dumps(slot)
    assert {"kdf", "salt", "commitment", "wrapped"} <= set(slot)


def test_the_log_cannot_be_changed_through_the_database(desk: Desk) -> None:
    """Changing or deleting a row of the log is refused by the database itself."""
    for statement in ("UPDATE access_log SET who = 'x'", "DELETE FROM access_log"):
        with pytest.raises(sa.exc.IntegrityError), desk._store.begin() as connection:
            connection.exec_driver_sql(statement)
    assert [e.who for e in desk.log()] == ["Asha", "Asha"]
