"""Records, the two logs, drafts and exhibits: what was said stays as it was said."""

from __future__ import annotations

import errno
import io
import json
import os
import random
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallymark.errors import (
    DiskFull,
    EnvelopeDamaged,
    RecordError,
    UnknownRecord,
    VaultDamaged,
)
from tallymark.integrity import canonical, checkpoint
from tallymark.integrity.merkle import Tree, leaf_hash, verify_inclusion
from tallymark.model.moment import Moment
from tallymark.model.record import Epoch, Exhibit, Import, Incident, Question
from tallymark.vault import blobs, log
from vault.making import attach, exhibit, incident


def test_a_record_is_stored_as_its_canonical_bytes(vault) -> None:
    """The bytes are RFC 8785, salted, and the leaf is theirs."""
    asked = (Question("what", 2, "What happened?"),)
    stored = vault.append(incident("Ünïcode 😡"), asked=asked, author="self")
    assert canonical.encode(json.loads(stored.data)) == stored.data
    assert leaf_hash(stored.data) == stored.leaf
    assert stored.record.asked == asked
    assert len(bytes.fromhex(stored.record.salt)) == 16
    assert stored.record.written == "2026-05-06T07:08:11Z"
    assert len(stored.record.id) == 26
    assert vault.records()[stored.index] == stored


def test_two_records_with_the_same_words_have_nothing_in_common(vault) -> None:
    """Salt and id differ, so an equal leaf never tells of equal words."""
    one, other = vault.append(incident()), vault.append(incident())
    assert one.record.salt != other.record.salt
    assert one.leaf != other.leaf


def test_ids_sort_by_the_time_of_writing(clock) -> None:
    """An id made a second later sorts later."""
    ids = [log.new_id(clock()) for _ in range(50)]
    assert ids == sorted(ids)


def test_every_record_has_a_proof_under_the_signed_head(vault) -> None:
    """Inclusion paths from the leaves verify against the checkpoint by the vault's key."""
    for number in range(9):
        vault.append(incident(f"number {number}"))
    head = checkpoint.open_note(vault.checkpoint(), public=vault.public_key, name=vault.origin)
    tree = Tree(vault.leaf_hashes())
    assert (head.size, head.root) == (10, tree.root())
    for stored in vault.records():
        assert verify_inclusion(
            leaf_hash(stored.data),
            index=stored.index,
            size=head.size,
            proof=tree.inclusion(stored.index),
            root=head.root,
        )
    first = vault.records()[0].record.body
    assert isinstance(first, Epoch)
    assert bytes.fromhex(first.public_key) == vault.public_key


def test_a_new_version_names_the_old_one_and_both_stay(vault) -> None:
    """Superseding appends; an unknown old one is refused and nothing is written."""
    old = vault.append(incident("wrong"))
    new = vault.append(incident("right"), supersedes=old.record.id, reason="typing")
    assert vault.casefile().current()[-1] == new.record
    assert vault.record(old.record.id) == old
    with pytest.raises(UnknownRecord):
        vault.append(incident(), supersedes="0" * 26)
    with pytest.raises(UnknownRecord):
        vault.record("nothing")
    assert len(vault.leaf_hashes()) == 3


@pytest.mark.parametrize(
    "body",
    [
        Epoch(vault="x", epoch=2, public_key=""),
        Import(exhibit="x", importer="x", importer_version="1"),
        Exhibit(number="AB/1", sha256="0" * 64, size=1, name="x"),
        Incident(happened=Moment("2026-05-03"), what_happened="lone \ud800 surrogate"),
        Incident(happened=Moment("2026-05-03"), what_happened=7),
    ],
)
def test_what_cannot_stand_in_the_log_is_refused_whole(vault, body) -> None:
    """Nothing of a refused record is left in the log, and its words are not in the message."""
    with pytest.raises(RecordError) as caught:
        vault.append(body)
    assert "surrogate" not in str(caught.value)
    assert len(vault.leaf_hashes()) == len(vault.records()) == 1
    assert vault.check() == []


def test_acts_have_a_log_of_their_own(vault, reopen) -> None:
    """Acts are salted and signed under another name, and leave the diary log alone."""
    head = vault.checkpoint()
    act = vault.act("pack", "police 1/1")
    assert (act.what, act.detail, act.index) == ("pack", "police 1/1", 1)
    assert vault.checkpoint() == head
    vault.close()
    with reopen() as again:
        assert [one.what for one in again.acts()] == ["created", "pack", "checkpoint", "opened"]
        assert again.acts()[1] == act
        note = again._acts.note(again._database._connection)
        name = f"{again.origin}/acts"
        assert checkpoint.open_note(note, public=again.public_key, name=name).size == 4


def test_drafts_are_kept_replaced_and_forgotten(vault, reopen) -> None:
    """A draft is no record and survives closing."""
    vault.save_draft("entry", "He was")
    vault.save_draft("entry", "He was there 😡")
    vault.save_draft("other", "x")
    vault.drop_draft("other")
    vault.drop_draft("never was")
    vault.close()
    with reopen() as again:
        assert again.drafts() == {"entry": "He was there 😡"}
        assert len(again.records()) == 1


def test_an_exhibit_comes_back_byte_for_byte_from_anywhere_in_it(vault, folder) -> None:
    """Random access over several chunks agrees with the bytes that were put in."""
    data = random.Random(5).randbytes(300_001)
    stored = attach(vault, data)
    body = stored.record.body
    assert (body.number, body.size) == ("AB/1", len(data))
    with vault.open_exhibit(stored.record.id) as reader:
        assert reader.size == len(data)
        for start, size in ((0, 10), (65_530, 20), (299_990, 100), (131_072, 65_536)):
            reader.seek(start)
            assert reader.read(size) == data[start : start + size]
    (blob,) = (folder / "blobs").iterdir()
    with blob.open("rb") as file:
        assert data[:32] not in file.read()


def test_the_size_of_a_sealed_file_says_little(vault, folder) -> None:
    """Files of nearly the same length seal to one length."""
    for size in (200_000, 200_001, 200_512):
        attach(vault, os.urandom(size))
    assert len({blob.stat().st_size for blob in (folder / "blobs").iterdir()}) == 1


@given(st.binary(max_size=200_000))
def test_any_bytes_come_back(tmp_path_factory, data: bytes) -> None:
    """Sealing and opening a blob is the identity, for empty files too."""
    folder = tmp_path_factory.mktemp("v")
    (folder / "blobs").mkdir()
    blob = blobs.store(folder, io.BytesIO(data))
    sealed = blob.sealed
    row = blobs.BlobRow(
        1, blob.name, "x", blob.identity.secret, sealed.sha256, sealed.size, sealed.sealed_size
    )
    with blobs.open_row(folder, row) as reader:
        assert reader.read() == data


def test_a_new_version_of_an_exhibit_opens_the_same_file(vault) -> None:
    """Title and notes can be amended; the bytes, size and number cannot."""
    held = attach(vault, b"picture")
    body = held.record.body
    fields = {"number": body.number, "sha256": body.sha256, "size": body.size, "name": body.name}
    newer = vault.append(Exhibit(**fields, title="Front door"), supersedes=held.record.id)
    assert vault.open_exhibit(newer.record.id).read() == b"picture"
    with pytest.raises(RecordError):
        vault.append(Exhibit(**{**fields, "size": 9}), supersedes=held.record.id)
    with pytest.raises(UnknownRecord):
        vault.open_exhibit(vault.append(incident()).record.id)


def test_numbers_of_exhibits_count_up_and_a_failed_one_leaves_nothing(vault, folder) -> None:
    """When describing fails, neither file nor row nor number is used."""
    attach(vault, b"one")

    def refuses(*_: object) -> Exhibit:
        raise KeyError

    with pytest.raises(KeyError):
        vault.attach(io.BytesIO(b"two"), describe=refuses)
    with pytest.raises(RecordError):
        vault.attach(io.BytesIO(b"two"), describe=lambda _h, size, n: exhibit()("0" * 64, size, n))
    assert attach(vault, b"three").record.body.number == "AB/2"
    assert len(list((folder / "blobs").iterdir())) == 2
    assert vault.check() == []


def test_a_full_disk_while_sealing_leaves_nothing(vault, folder, monkeypatch) -> None:
    """The part is removed, the log unchanged, and the error says what to do."""

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    with monkeypatch.context() as patched:
        patched.setattr("tallymark.vault.blobs.seal", full)
        with pytest.raises(DiskFull):
            attach(vault)
    assert not list((folder / "blobs").iterdir())
    assert attach(vault).record.body.number == "AB/1"


def test_a_full_disk_while_writing_a_record_loses_only_that_record(vault) -> None:
    """SQLite's own answer to a full file becomes DiskFull, and the vault goes on."""
    vault.append(incident("before"))
    with vault._database.read() as connection:
        pages = connection.execute("PRAGMA page_count").get
        connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DiskFull):
        vault.append(incident("x" * 500_000))
    with vault._database.read() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    vault.append(incident("after"))
    words = [getattr(one.record.body, "what_happened", "")[:6] for one in vault.records()]
    assert (words[1], words[-1]) == ("before", "after")
    assert vault.check() == []


def test_a_missing_or_changed_file_is_said_to_be_so(vault, folder) -> None:
    """Reading and checking both notice; entries can still be read."""
    kept, lost, hurt = (attach(vault, os.urandom(100_000)) for _ in range(3))
    names = {one.exhibit: one.name for one in blobs.rows(vault._database._connection)}
    (folder / "blobs" / f"{names[lost.record.id]}.age").unlink()
    path = folder / "blobs" / f"{names[hurt.record.id]}.age"
    changed = bytearray(path.read_bytes())
    changed[70_000] ^= 1
    path.write_bytes(changed)
    with pytest.raises(VaultDamaged):
        vault.open_exhibit(lost.record.id)
    with pytest.raises(EnvelopeDamaged), vault.open_exhibit(hurt.record.id) as reader:
        reader.read()
    with vault.open_exhibit(kept.record.id) as reader:
        assert len(reader.read()) == 100_000
    assert [finding.detail[:16] for finding in vault.check()] == [
        "Exhibit AB/2: it",
        "Exhibit AB/3: it",
    ]


def test_files_that_were_never_acknowledged_are_swept(vault, folder, reopen) -> None:
    """A part and a sealed file without a row go at the next opening; named ones stay."""
    held = attach(vault, b"kept")
    vault.close()
    (folder / "blobs" / ("0" * 32 + ".age")).write_bytes(b"never acknowledged")
    (folder / "blobs" / ("1" * 32 + ".age.part")).write_bytes(b"half")
    with reopen() as again:
        assert len(list((folder / "blobs").iterdir())) == 1
        assert again.open_exhibit(held.record.id).read() == b"kept"


def test_many_threads_write_one_whole_log(vault) -> None:
    """Eight writers at once give one log without gaps, and each finds its own record."""
    wrong: list[object] = []

    def write(name: int) -> None:
        try:
            for number in range(12):
                stored = vault.append(incident(f"{name} {number}"))
                assert vault.record(stored.record.id) == stored
                vault.search(f"{name}")
        except BaseException as problem:  # noqa: BLE001 - shown by the test
            wrong.append(problem)

    threads = [threading.Thread(target=write, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert [one.index for one in vault.records()] == list(range(97))
    assert vault.check() == []
