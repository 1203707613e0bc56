"""What lies on the disk: no plaintext anywhere, and no changed bit unnoticed."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from tallymark.errors import TallymarkError, WrongPassphrase
from tallymark.integrity.keyslot import CHEAP
from tallymark.vault import Vault
from vault.making import PASSPHRASE, Ticking, attach, batch, bring_in, event, incident

MARKER = "zq7-marker-no-one-writes"
_FLIPS = int(os.environ.get("TALLYMARK_FLIPS", "60"))


def _marked(folder: Path) -> list[str]:
    spellings = [MARKER.encode(), MARKER.encode("utf-16-le"), MARKER.encode().hex().encode()]
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [p.name for p in files if any(s in p.read_bytes() for s in spellings)]


def test_no_word_lies_on_the_disk_in_the_clear(vault, folder, tmp_path, monkeypatch) -> None:
    """Open, in the middle of an import, after sorting, locked and in the temporary folder."""
    temporary = tmp_path / "temp"
    temporary.mkdir()
    for name in ("TMPDIR", "SQLITE_TMPDIR", "TEMP"):
        monkeypatch.setenv(name, str(temporary))
    entry = vault.append(incident(MARKER))
    vault.save_draft(MARKER, MARKER)
    vault.act("note", MARKER)
    held = attach(vault, (MARKER * 5000).encode(), name=MARKER)
    writer = vault.begin_events(exhibit_id=held.record.id, channel=MARKER, zone="UTC")
    events = [event(n, f"{MARKER} {n}", sender=MARKER) for n in range(3000)]
    writer.add(batch(events, seconds=range(3000), senders=[""]))
    assert _marked(folder) == []
    writer.abandon()
    bring_in(vault, held, events, channel=MARKER)
    vault.append(incident(MARKER + " 2"), supersedes=entry.record.id, reason=MARKER)
    assert len(vault.search(MARKER, limit=5000)) == 3003
    with vault._database.read() as connection:
        connection.execute("SELECT data FROM records ORDER BY data DESC").fetchall()
    assert _marked(folder) == []
    vault.close()
    with pytest.raises(WrongPassphrase):
        Vault.open(folder, passphrase=MARKER, now=Ticking())
    assert _marked(folder) == []
    assert list(temporary.iterdir()) == []


def test_no_key_lies_on_the_disk_in_the_clear(vault, folder) -> None:
    """Neither the master key, nor the seed, nor the key of an exhibit is in any file."""
    attach(vault, b"x")
    with vault._database.read() as connection:
        identity = connection.execute("SELECT identity FROM blobs").get
    hidden = [bytes(vault._opened.master), vault.signing_key.seed, identity.encode()]
    spelt = [form for key in hidden for form in (key, key.hex().encode())]
    for closed in (False, True):
        if closed:
            vault.close()
        for path in folder.rglob("*"):
            if path.is_file():
                data = path.read_bytes()
                assert not any(key in data for key in spelt)


def test_a_flipped_bit_is_noticed(folder, clock, tmp_path) -> None:
    """In database, slots and sealed files alike: opening, reading or checking says so.

    Bytes of the database that no page uses, such as the rest of its header, may say nothing; then
    everything still reads back as it was written. The reserve holds nothing and is not read.
    """
    with Vault.create(folder, passphrase=PASSPHRASE, now=clock, cost=CHEAP) as vault:
        for number in range(20):
            vault.append(incident(f"number {number} " + "x" * 500))
        held = attach(vault, b"y" * 100_000)
        bring_in(vault, held, [event(n) for n in range(500)])
        expected = (vault.leaf_hashes(), vault.checkpoint(), vault.casefile().identity)
    draw = random.Random(3)
    unnoticed = []
    for turn in range(_FLIPS):
        copy = tmp_path / "copy"
        shutil.copytree(folder, copy)
        (copy / "reserve").unlink()
        files = [p for p in sorted(copy.rglob("*")) if p.is_file() and p.stat().st_size]
        path = files[turn % len(files)]
        data = bytearray(path.read_bytes())
        place = draw.randrange(len(data))
        data[place] ^= 1 << draw.randrange(8)
        path.write_bytes(data)
        if not _notices(copy, expected):
            unnoticed.append((path.name, place))
        shutil.rmtree(copy)
    assert unnoticed == []


def _notices(copy: Path, expected: tuple[object, ...]) -> bool:
    try:
        with Vault.open(copy, passphrase=PASSPHRASE, now=Ticking()) as vault:
            found = (vault.leaf_hashes(), vault.checkpoint(), vault.casefile().identity)
            assert found == expected, "a changed vault read back as if it were whole"
            return vault.check() != [] or vault.acts()[-1].detail != ""
    except TallymarkError:
        return True


def test_an_old_page_put_back_is_found_by_the_check(vault) -> None:
    """A row changed behind the log's back, under the right key, does not fit the leaves."""
    stored = vault.append(incident("what was said"))
    held = attach(vault, b"x")
    bring_in(vault, held, [event(n) for n in range(300)])
    changes = {
        "UPDATE records SET data = CAST(replace(data, 'what', 'that') AS BLOB) WHERE idx = 1": "diary log",
        "UPDATE acts SET data = CAST(replace(data, 'created', 'opened') AS BLOB)": "acts log",
        "DELETE FROM event_blocks WHERE key & 0xffffffff": "events",
        "UPDATE blobs SET sha256 = substr(sha256, 2) || '0'": "exhibit",
        "UPDATE records SET id = 'other' WHERE idx = 0": "record",
        "UPDATE leaves SET hash = zeroblob(32) WHERE log = 0 AND idx = 1": "diary log",
        "DELETE FROM acts": "acts log",
    }
    assert vault.check() == []
    for change, what in changes.items():
        with vault._database.read() as connection:
            connection.execute("SAVEPOINT before")
            connection.execute(change)
            assert what in {finding.what for finding in vault.check()}, change
            connection.execute("ROLLBACK TO before")
            connection.execute("RELEASE before")
    assert vault.check() == []
    assert stored in vault.records()


def test_a_whole_older_log_is_caught_only_by_a_head_outside(
    vault, folder, tmp_path, reopen
) -> None:
    """An older copy of everything checks out: the spec says so, and the noted head shows it."""
    vault.append(incident("one"))
    vault.close()
    shutil.copytree(folder, tmp_path / "old")
    with reopen() as again:
        again.append(incident("two"))
        newer = again.checkpoint()
    with Vault.open(tmp_path / "old", passphrase=PASSPHRASE, now=Ticking()) as old:
        assert old.check() == []
        assert old.checkpoint() != newer
