"""Every file of vectors/vault means what it says, and can be made again byte for byte."""

from __future__ import annotations

import hashlib
import json
from array import array
from datetime import UTC, datetime
from pathlib import Path

import pytest

from integrity.vector_format import VECTORS, Vector, read
from tallymark.errors import VaultDamaged, VaultTooNew, WrongKey, WrongPassphrase, WrongWords
from tallymark.integrity.keyslot import CHEAP
from tallymark.vault import Vault, inbox, keys
from tallymark.vault.columns import Disorder, from_bytes
from tallymark.vault.generations import Generation
from tallymark.vault.snapshot import directions
from vault import make_vectors
from vault.making import PASSPHRASE, attach, batch, bring_in, event, incident

REFUSED = {
    "wrong passphrase": WrongPassphrase,
    "wrong words": WrongWords,
    "wrong key": WrongKey,
    "damaged": VaultDamaged,
    "too new": VaultTooNew,
}
FILES = sorted((VECTORS / "vault").glob("*.txt"))


def _of(kind: str) -> list[object]:
    return [pytest.param(read(p.read_bytes()), id=p.stem) for p in FILES if p.name.startswith(kind)]


def test_the_files_can_be_made_again(tmp_path, monkeypatch) -> None:
    """The maker gives exactly the files that are kept."""
    monkeypatch.setattr(make_vectors, "FOLDER", tmp_path)
    make_vectors.main()
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_bytes() for path in FILES}


@pytest.mark.parametrize("vector", _of("slots"))
def test_slots(vector: Vector, tmp_path) -> None:
    """Success gives the key, each fault its own error."""
    (tmp_path / "slots").write_bytes(vector.content)
    given = {name: bytes.fromhex(vector.header[name]).decode() for name in ("passphrase", "words")
             if name in vector.header}  # fmt: skip
    given |= {"identity": vector["identity"]} if "identity" in vector.header else {}
    ((kind, text),) = given.items()
    if vector["expect"] == "success":
        found, _ = keys.open_master(keys.read(tmp_path), keys.Secret(kind, text))
        assert found.hex() == vector["key"]
    else:
        with pytest.raises(REFUSED[vector["expect"]]):
            keys.open_master(keys.read(tmp_path), keys.Secret(kind, text))


@pytest.mark.parametrize("vector", _of("events"))
def test_events(vector: Vector) -> None:
    """The digest is over the lines with their newlines, in order."""
    fits = hashlib.sha256(vector.content).hexdigest() == vector["digest"]
    assert fits == (vector["expect"] == "success")
    if fits:
        assert vector.content.count(b"\n") == int(vector["count"])


@pytest.mark.parametrize("vector", _of("columns"))
def test_columns(vector: Vector) -> None:
    """Little endian everywhere; directions and disorder follow from the columns."""
    seconds = from_bytes("q", bytes.fromhex(vector["seconds"]))
    party = from_bytes("H", bytes.fromhex(vector["party"]))
    measured = Disorder()
    measured.add(seconds)
    assert (measured.rises, measured.falls) == (int(vector["rises"]), int(vector["falls"]))
    source = Generation(
        *(1, "x", "0" * 64, "chat", "UTC", "y", 0, len(seconds), "", vector["owner"]),
        tuple(json.loads(vector["parties"])),
        *(measured.rises, measured.falls),
    )
    assert directions(party, source) == array("B", bytes.fromhex(vector["direction"]))


@pytest.mark.parametrize("vector", _of("crash"))
def test_crash(vector: Vector, vault, folder, reopen) -> None:
    """Opening keeps, sweeps or reports exactly what the spec says."""
    held = attach(vault, b"kept") if b"generation" in vector.content else None
    lines = vector.content.decode().splitlines()
    for line in lines if "blob row" not in lines else ["blob row"]:
        _STATES[line](vault, folder, held)
    vault.close()
    _late(lines, folder)
    with reopen() as again:
        expect = vector["expect"]
        assert (again.check() != []) == (expect == "damage")
        assert not list(folder.rglob("*.part"))
        _LOOKS[lines[0].split()[0]](again, folder, expect)


def _blob_row(vault: Vault, _folder: Path, _held: object) -> None:
    attach(vault, b"blob")


def _part(name: str):
    return lambda _vault, folder, _held: (folder / name).write_bytes(b"half")


def _generation_events(vault: Vault, _folder: Path, held) -> None:
    writer = vault.begin_events(exhibit_id=held.record.id, channel="chat", zone="UTC")
    writer.add(batch([event(n) for n in range(9)], seconds=range(9), senders=[""]))


def _generation_record(vault: Vault, _folder: Path, held) -> None:
    bring_in(vault, held, [event(n, "finished") for n in range(9)], channel="chat")


def _generation_doomed(vault: Vault, _folder: Path, _held: object) -> None:
    with vault._database.transaction() as connection:
        connection.execute("UPDATE generations SET doomed = 1")


def _note(vault: Vault, folder: Path, _held: object) -> None:
    recipient = vault._opened.inbox.recipient
    at = datetime(2026, 1, 1, tzinfo=UTC)
    inbox.leave(folder, recipient=recipient, what=inbox.WRONG_TRY, at=at)


def _seen(vault: Vault, folder: Path, _held: object) -> None:
    (note,) = (folder / "inbox").iterdir()
    with vault._database.transaction() as connection:
        connection.execute("INSERT INTO inbox_seen VALUES (?)", (note.name,))
    vault.act(inbox.WRONG_TRY)


def _late(lines: list[str], folder: Path) -> None:
    """A row without its file is a whole exhibit whose file was taken away."""
    if lines == ["blob row"]:
        for file in (folder / "blobs").iterdir():
            file.unlink()


class _PowerCut(BaseException):
    """Ends a change of keys as a power cut would."""


def _cut(name: str):
    """Change the keys of a vault with an entry in it, up to the first call of ``place.name``."""

    def cut(*_: object) -> None:
        raise _PowerCut

    def state(vault: Vault, _folder: Path, _held: object) -> None:
        vault.append(incident("Before the keys were changed."))
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(f"tallymark.vault.{name}", cut)
            with pytest.raises(_PowerCut):
                vault.ways.rotate(passphrase=PASSPHRASE, cost=CHEAP)

    return state


_next_copied = _cut("keys.write")
_next_switched = _cut("rotation.switch")


def _next_journal(vault: Vault, folder: Path, held: object) -> None:
    """An old journal that was not deleted in time, as the crash of a whole machine leaves it."""
    vault.append(incident("In the old journal."))
    journal = (folder / "vault.db-wal").read_bytes()
    _next_switched(vault, folder, held)
    (folder / "vault.db-wal").write_bytes(journal)


_STATES = {
    "blob part": _part("blobs/" + "0" * 32 + ".age.part"),
    "blob file": lambda _vault, folder, _held: (folder / "blobs" / ("0" * 32 + ".age")).write_bytes(
        b"sealed"
    ),
    "blob row": _blob_row,
    "generation events": _generation_events,
    "generation record": _generation_record,
    "generation doomed": _generation_doomed,
    "inbox note": _note,
    "inbox seen": _seen,
    "slots part": _part("slots.part"),
    "next part": _part("vault.db.next"),
    "next copied": _next_copied,
    "next switched": _next_switched,
    "next journal": _next_journal,
}


def _look_blob(vault: Vault, folder: Path, expect: str) -> None:
    exhibits = [one for one in vault.records() if one.record.type == "exhibit"]
    if expect == "kept":
        assert vault.open_exhibit(exhibits[0].record.id).read() == b"blob"
        assert len(list((folder / "blobs").iterdir())) == 1
    elif expect == "damage":
        with pytest.raises(VaultDamaged):
            vault.open_exhibit(exhibits[0].record.id)
    else:
        assert not exhibits
        assert not list((folder / "blobs").iterdir())


def _look_generation(vault: Vault, _folder: Path, expect: str) -> None:
    kept = 9 if expect == "kept" else 0
    assert len(vault.casefile().events) == len(vault.search("finished")) == kept
    rows = vault._database._connection.execute("SELECT count(*) FROM event_blocks").get
    assert bool(rows) == bool(kept)


def _look_inbox(vault: Vault, folder: Path, _expect: str) -> None:
    assert [act.what for act in vault.acts()].count(inbox.WRONG_TRY) == 1
    assert not list((folder / "inbox").iterdir())


def _look_next(vault: Vault, folder: Path, _expect: str) -> None:
    words = [getattr(one.record.body, "what_happened", "") for one in vault.records()]
    assert "Before the keys were changed." in words or not words[1:]
    assert not list(folder.glob("vault.db.next*"))


_LOOKS = {
    "next": _look_next,
    "blob": _look_blob,
    "generation": _look_generation,
    "inbox": _look_inbox,
    "slots": lambda vault, _folder, _expect: vault.records(),
}
