"""Copies in another place: made, read back, restored; whole whatever happens in between."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tallymark.errors import (
    CopyDamaged,
    CopyMismatch,
    NoCopyHere,
    TallymarkError,
    UsageProblem,
    VaultDamaged,
    VaultExists,
    VaultNotFound,
    WrongPassphrase,
)
from tallymark.integrity.keyslot import CHEAP
from tallymark.vault import Vault, check_copy
from tallymark.vault.backup import pieces as parts
from vault.make_earlier_vault import described, populate
from vault.making import PASSPHRASE, Ticking, attach, exhibit, incident


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """A disk of the person's own, with other things on it."""
    place = tmp_path / "stick"
    place.mkdir()
    (place / "holiday.jpg").write_bytes(b"mine")
    return place


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces small enough that small files have several."""
    for module in ("making", "reading", "restoring"):
        monkeypatch.setattr(f"tallymark.vault.backup.{module}.DATABASE_PIECE", 8192)
        monkeypatch.setattr(f"tallymark.vault.backup.{module}.ORIGINAL_PIECE", 4096)


def restored(stick: Path, path: Path, **fields: object) -> Vault:
    """The newest copy as a vault at ``path``, without a fault."""
    vault, what = Vault.restore(stick, path, passphrase=PASSPHRASE, now=Ticking(), **fields)
    assert what.findings == ()
    return vault


def files(folder: Path) -> dict[str, str]:
    """Digest by path of every file below."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def same_but_for_the_epoch(found: dict[str, object], before: dict[str, object]) -> None:
    """Everything of before is there, and one more leaf: the record of the new epoch."""
    assert found["leaves"][:-1] == before["leaves"]
    assert before["records"].items() <= found["records"].items()
    assert len(found["records"]) == len(before["records"]) + 1
    for name in ("vault", "erased", "originals", "digests", "drafts"):
        assert found[name] == before[name]
    assert found["acts"][: len(before["acts"])] == before["acts"]


@pytest.mark.usefixtures("small_pieces")
def test_a_copy_gives_everything_back(vault, stick, tmp_path) -> None:
    """Records, leaves, originals, digests, drafts and acts; then a new epoch and the act."""
    populate(vault)
    before = described(vault)
    copy = vault.copies.make(stick)
    assert (copy.number, copy.builds_on, copy.findings) == (1, 0, ())
    assert copy.folder == stick / "notes-copy"
    assert copy.new_bytes == copy.size
    with restored(stick, tmp_path / "new") as again:
        same_but_for_the_epoch(described(again), before)
        assert again.epoch == vault.epoch + 1
        assert again.public_key != vault.public_key
        assert again.acts()[-1].what == "restored"
        assert again.check() == []
    with Vault.open(tmp_path / "new", passphrase=PASSPHRASE, now=Ticking()) as again:
        again.append(incident("Life goes on."))
        assert again.check() == []
    assert (stick / "holiday.jpg").read_bytes() == b"mine"


@pytest.mark.usefixtures("small_pieces")
def test_a_later_copy_writes_only_what_is_new(vault, stick, tmp_path) -> None:
    """It names what it builds on, keeps every earlier file as it was, and stands by itself."""
    populate(vault)
    attach(vault, os.urandom(500_000), "old.bin")
    vault.copies.make(stick)
    first = files(stick)
    attach(vault, os.urandom(50_000), "new.bin")
    vault.append(incident("One more."))
    before = described(vault)
    copy = vault.copies.make(stick)
    assert (copy.number, copy.builds_on) == (2, 1)
    assert 50_000 < copy.new_bytes < copy.size / 2
    assert first.items() <= files(stick).items()
    with restored(stick, tmp_path / "new") as again:
        same_but_for_the_epoch(described(again), before)
    with restored(stick, tmp_path / "old", number=1) as again:
        assert len(again.records()) < len(before["records"])
    assert vault.copies.last == copy.made
    assert [act.detail for act in vault.acts() if act.what == "copy made"] == [
        "number 1",
        "number 2",
    ]


def test_anybody_can_see_that_a_copy_is_whole(vault, stick) -> None:
    """sha256sum checks the list of digests; names and modes say nothing."""
    attach(vault, b"secret bytes", "secret-photo.jpg")
    folder = vault.copies.make(stick).folder
    command = ["sha256sum", "-c", "--quiet", "--strict", "1/manifest-sha256.txt"]
    assert subprocess.run(command, cwd=folder, check=False).returncode == 0
    named = {path.name for path in folder.rglob("*")}
    assert all(
        len(n) in {1, 2, 64} or n in {"pieces", "slots", "manifest-sha256.txt", "index.age"}
        for n in named
    )
    assert b"secret" not in b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())


@pytest.mark.usefixtures("small_pieces")
def test_each_changed_byte_in_a_copy_is_noticed(vault, stick) -> None:
    """In every file of it, at the begin, the middle and the end: said, refused, or healed."""
    attach(vault, b"original" * 2000, "a.bin")
    vault.append(incident())
    folder = vault.copies.make(stick).folder
    assert check_copy(stick, passphrase=PASSPHRASE)[1] == []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        whole = path.read_bytes()
        for at in {0, len(whole) // 2, len(whole) - 1}:
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            assert _is_noticed(stick), (path, at)
        path.write_bytes(whole[:-1])
        assert _is_noticed(stick), path
        path.write_bytes(whole)
    assert check_copy(stick, passphrase=PASSPHRASE)[1] == []


def _is_noticed(stick: Path) -> bool:
    try:
        return check_copy(stick, passphrase=PASSPHRASE)[1] != []
    except TallymarkError:
        return True


@pytest.mark.usefixtures("small_pieces")
def test_a_damaged_original_costs_only_itself(vault, stick, tmp_path) -> None:
    """Its exhibit is named; all else comes back. The next copy from the vault mends it."""
    bad = attach(vault, b"original" * 2000, "a.bin")
    good = attach(vault, b"another" * 2000, "b.bin")
    copy = vault.copies.make(stick)
    before = set(files(copy.folder))
    attach(vault, b"third" * 5000, "c.bin")
    (row,) = [path for path in vault.folder.glob("blobs/*") if path.stat().st_size < 17_000][:1]
    first = hashlib.sha256(row.read_bytes()[:4096]).hexdigest()
    piece = copy.folder / "pieces" / first[:2] / first
    piece.write_bytes(b"\0" * 4096)
    index, found = check_copy(stick, passphrase=PASSPHRASE)
    assert index.number == 1
    assert len(found) == 1
    assert found[0].detail.startswith("Exhibit AB/")
    again, what = Vault.restore(stick, tmp_path / "n", passphrase=PASSPHRASE, now=Ticking())
    with again:
        assert [f.detail.split(":")[0] for f in what.findings] == [found[0].detail.split(":")[0]]
        lost = what.findings[0].detail.removeprefix("Exhibit AB/").partition(":")[0]
        with again.open_exhibit((bad, good)[2 - int(lost)].record.id) as reader:
            assert len(reader.read()) > 10_000
        with pytest.raises(VaultDamaged):
            again.open_exhibit((bad, good)[int(lost) - 1].record.id)
    assert vault.copies.make(stick).findings == ()
    assert check_copy(stick, passphrase=PASSPHRASE, number=1)[1] == []
    assert before <= set(files(copy.folder))


@pytest.mark.usefixtures("small_pieces")
def test_a_damaged_database_refuses_that_copy_and_leaves_no_vault(vault, stick, tmp_path) -> None:
    """An older copy is whole, and the folder of the failed restore can be used again."""
    vault.append(incident("one"))
    vault.copies.make(stick)
    for number in range(40):
        vault.append(incident(f"number {number} " + "x" * 4000))
    folder = vault.copies.make(stick).folder
    older = {line.split("  ")[1] for line in _listed(folder, 1)}
    newer = [line.split("  ")[1] for line in _listed(folder, 2)]
    (folder / next(n for n in newer if n not in older and n.startswith("pieces"))).write_bytes(b"?")
    target = tmp_path / "new"
    with pytest.raises(CopyDamaged):
        Vault.restore(stick, target, passphrase=PASSPHRASE, now=Ticking())
    with pytest.raises(VaultNotFound, match="did not come to its end"):
        Vault.open(target, passphrase=PASSPHRASE, now=Ticking())
    with restored(stick, target, number=1) as again:
        assert len(again.records()) == 3


def _listed(folder: Path, number: int) -> list[str]:
    return (folder / str(number) / "manifest-sha256.txt").read_text().splitlines()


def test_a_copy_is_refused_where_it_makes_no_sense(vault, stick, tmp_path, clock) -> None:
    """In the vault, over another vault's copies; and a place without copies is said to be one."""
    with pytest.raises(UsageProblem):
        vault.copies.make(vault.folder / "copies")
    with pytest.raises(UsageProblem):
        vault.copies.make(stick, keep=0)
    with Vault.create(tmp_path / "w", passphrase=PASSPHRASE, now=clock, cost=CHEAP) as other:
        other.copies.make(stick)
    with pytest.raises(CopyMismatch):
        vault.copies.make(stick)
    with pytest.raises(NoCopyHere):
        check_copy(tmp_path / "nowhere", passphrase=PASSPHRASE)
    with pytest.raises(NoCopyHere):
        check_copy(stick, passphrase=PASSPHRASE, number=7)


def test_a_restore_never_goes_over_anything(vault, stick, folder, tmp_path) -> None:
    """Neither a vault nor a folder with files; and it wants the passphrase of that copy."""
    vault.copies.make(stick)
    for taken in (folder, stick):
        with pytest.raises(VaultExists):
            Vault.restore(stick, taken, passphrase=PASSPHRASE, now=Ticking())
    with pytest.raises(WrongPassphrase):
        Vault.restore(stick, tmp_path / "new", passphrase="another one", now=Ticking())
    assert not (tmp_path / "new").exists()
    vault.ways.change_passphrase("something else entirely", cost=CHEAP)
    vault.append(incident())
    vault.copies.make(stick)
    with pytest.raises(WrongPassphrase):
        Vault.restore(stick, tmp_path / "new", passphrase=PASSPHRASE, now=Ticking())
    with restored(stick, tmp_path / "new", number=1) as old:
        assert len(old.records()) == 2


def test_older_copies_are_taken_away_only_when_asked(vault, stick, tmp_path) -> None:
    """With ``keep`` the newest stay, whole, and pieces that nobody needs go."""
    for number in range(4):
        attach(vault, os.urandom(3000), f"{number}.bin")
        copy = vault.copies.make(stick)
    assert copy.dropped == ()
    size = sum(p.stat().st_size for p in copy.folder.rglob("*") if p.is_file())
    vault.append(incident())
    copy = vault.copies.make(stick, keep=2)
    assert copy.dropped == (1, 2, 3)
    assert {p.name for p in copy.folder.iterdir()} == {"pieces", "4", "5"}
    assert sum(p.stat().st_size for p in copy.folder.rglob("*") if p.is_file()) < size
    for number in (4, 5):
        assert check_copy(stick, passphrase=PASSPHRASE, number=number)[1] == []
    restored(stick, tmp_path / "new").close()


def test_a_vault_with_a_fault_is_copied_as_far_as_it_goes(vault, stick, tmp_path) -> None:
    """What can be read is in the copy; what cannot is named, and it is not called a good copy."""
    gone, there = attach(vault, b"gone", "a.bin"), attach(vault, b"there", "b.bin")
    with vault._database.read() as connection:
        name = connection.execute("SELECT name FROM blobs WHERE exhibit = ?", (gone.record.id,)).get
    (vault.folder / "blobs" / f"{name}.age").unlink()
    copy = vault.copies.make(stick)
    assert [finding.detail.split(":")[0] for finding in copy.findings] == ["Exhibit AB/1"]
    assert vault.copies.last is None
    assert vault.acts()[-1].what == "copy made with faults"
    again, what = Vault.restore(stick, tmp_path / "new", passphrase=PASSPHRASE, now=Ticking())
    with again:
        assert len(what.findings) == 1
        assert again.open_exhibit(there.record.id).read() == b"there"


def test_an_earlier_copy_mends_what_the_vault_lost(vault, stick) -> None:
    """A blob that was lost since is still in the copy, and later copies still hold it."""
    attach(vault, b"gone", "a.bin")
    vault.copies.make(stick)
    next(iter((vault.folder / "blobs").iterdir())).unlink()
    assert len(vault.check()) == 1
    assert vault.copies.make(stick).findings == ()


def test_entries_can_be_saved_while_a_copy_is_made(vault, stick, tmp_path) -> None:
    """What is saved meanwhile is in the vault and may miss the copy, which is whole."""
    vault.append(incident("before"))
    said = []

    def during(done: int, total: int) -> None:
        said.append((done, total))
        vault.append(incident(f"at {done} of {total}"))
        if len(said) == 1:
            doomed = vault.append(incident("erased while copying"))
            vault.erase(doomed.record.id, reason="test")

    vault.copies.make(stick, progress=during)
    assert said[-1][0] == said[-1][1]
    assert [done for done, _ in said] == sorted(done for done, _ in said)
    assert vault.check() == []
    assert vault._database._still is False
    with restored(stick, tmp_path / "new") as again:
        assert [r.record.type for r in again.records()] == ["epoch", "incident", "epoch"]


def test_a_stopped_copy_goes_on(vault, stick) -> None:
    """A stop in the middle leaves the earlier copies, and the next one uses what is there."""
    attach(vault, os.urandom(40_000), "a.bin")
    vault.copies.make(stick)
    earlier = files(stick)
    vault.attach(io.BytesIO(os.urandom(200_000)), describe=exhibit("b.bin"))

    def stop(done: int, total: int) -> None:
        if done > total * 0.45:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        vault.copies.make(stick, progress=stop)
    assert earlier.items() <= files(stick).items()
    assert check_copy(stick, passphrase=PASSPHRASE)[0].number == 1
    copy = vault.copies.make(stick)
    assert copy.number == 2
    assert copy.new_bytes < 200_000
    assert not list(stick.rglob("*.part"))


def test_a_copy_of_an_earlier_schema_is_checked_and_restored(tmp_path, stick) -> None:
    """Its entries are checked once it is restored, under the schema of today."""
    old = Path(__file__).parent / "earlier" / "1" / "vault"
    source = tmp_path / "one"
    shutil.copytree(old, source)
    (source / "inbox").mkdir(exist_ok=True)
    with Vault.open(source, passphrase=PASSPHRASE, now=Ticking()) as vault:
        vault.copies.make(stick)
        expected = described(vault)["originals"]
    with restored(stick, tmp_path / "new") as again:
        assert described(again)["originals"] == expected


def test_pieces_are_read_as_one_file(tmp_path) -> None:
    """Any part of a file in pieces is what lies there, also where two pieces meet."""
    data = os.urandom(100_000)
    store = parts.Pieces(tmp_path)
    names = [name for name, _, _ in store.cut(io.BytesIO(data), 4096)]
    file = parts.PieceFile(store, names, piece=4096, size=len(data))
    assert file.read() == data
    for start, length in ((0, 1), (4095, 2), (99_999, 10), (5000, 30_000)):
        file.seek(start)
        found = b""
        while len(found) < length and (more := file.read(length - len(found))):
            found += more
        assert found == data[start : start + length]
    with pytest.raises(CopyDamaged):
        parts.PieceFile(store, names[1:], piece=4096, size=len(data))


@pytest.mark.usefixtures("small_pieces")
def test_after_a_change_of_keys_the_database_is_copied_whole(vault, stick, tmp_path) -> None:
    """Originals are found by their bytes; the copy from before opens with what opened it then."""
    attach(vault, os.urandom(300_000), "a.bin")
    vault.copies.make(stick)
    vault.ways.rotate(passphrase=PASSPHRASE, cost=CHEAP)
    copy = vault.copies.make(stick)
    assert (copy.number, copy.builds_on, copy.findings) == (2, 0, ())
    assert copy.new_bytes < 300_000
    vault.ways.change_passphrase("something else entirely", cost=CHEAP)
    vault.copies.make(stick)
    for number in (1, 2):
        assert check_copy(stick, passphrase=PASSPHRASE, number=number)[1] == []
        restored(stick, tmp_path / f"n{number}", number=number).close()
    assert check_copy(stick, passphrase="something else entirely")[1] == []
    assert vault.copies.make(stick, keep=1).dropped == (1, 2, 3)
    assert check_copy(stick, passphrase="something else entirely")[1] == []
