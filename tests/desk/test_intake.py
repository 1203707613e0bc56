"""Taking packs in: every check on a sealed copy, and nothing of a refused pack stays."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from desk.packmaker import flip, make_pack, record, unknown_kind
from desk.people import MARKER, happened
from tallymark.desk import Desk, intake, office
from tallymark.errors import (
    DiskFull,
    EnvelopeDamaged,
    EnvelopeError,
    LimitExceeded,
    NotABundle,
    PackRefused,
    SourceMissing,
    TallymarkError,
    UsageProblem,
    WrongKey,
)
from tallymark.integrity import envelope
from tallymark.integrity.signature import SigningKey, fingerprint
from tallymark.model.record import Exhibit

PHOTO = b"\xff\xd8\xff photo of the letter"


def a_pack(folder: Path, name: str = "pack", **options: object) -> Path:
    """A pack with one incident and one exhibit with its original."""
    import hashlib

    exhibit = Exhibit(
        number="AB/1", sha256=hashlib.sha256(PHOTO).hexdigest(), size=len(PHOTO), name="letter.jpg"
    )
    return make_pack(
        folder / name,
        [record(0, happened()), record(1, exhibit)],
        originals=[("AB-1_letter.jpg", PHOTO)],
        **options,
    )


def nothing_kept(desk: Desk) -> bool:
    """Whether no pack and no half of one lies in the desk's folder, and the list is empty."""
    folder = desk._store.folder
    left = [*(folder / "packs").iterdir(), *(folder / "quarantine").iterdir()]
    return not left and desk.list() == []


@pytest.mark.parametrize(
    ("needle", "check"),
    [
        (b"PK\x05\x06", 1),
        (b"%PDF-1.7", 3),
        (PHOTO, 3),
        (MARKER.encode(), 3),
        (b"-----BEGIN SSH SIGNATURE", 4),
        (b"ssh-ed25519 ", 3),
        (b'"withheld"', 3),
    ],
)
def test_a_pack_with_one_bit_changed_is_refused_by_number_and_logged(
    desk: Desk, tmp_path: Path, needle: bytes, check: int
) -> None:
    """The refusal names the check, says nothing of the content, and leaves only a log line."""
    pack = flip(a_pack(tmp_path), needle)
    with pytest.raises(PackRefused) as refusal:
        desk.add(pack)
    assert f"check {check} (" in str(refusal.value)
    assert MARKER not in str(refusal.value)
    assert nothing_kept(desk)
    (entry,) = [e for e in desk.log() if e.action == "refused"]
    assert str(refusal.value) in entry.detail
    assert entry.who == "Asha"


def test_every_flipped_byte_is_refused(desk: Desk, tmp_path: Path) -> None:
    """Each 97th byte of a pack changed, and the original last: only the original comes in."""
    good = a_pack(tmp_path).read_bytes()
    bad = tmp_path / "bad.zip"
    for at in range(0, len(good), 97):
        changed = bytearray(good)
        changed[at] ^= 0x20
        bad.write_bytes(bytes(changed))
        with pytest.raises(TallymarkError):
            desk.add(bad)
    bad.write_bytes(good)
    assert desk.add(bad).id == "R1"


def test_a_pack_signed_again_by_another_key_is_taken_in_as_not_known(
    desk: Desk, tmp_path: Path
) -> None:
    """Whose key it is cannot be told here, and the report says so; the twin is named."""
    first = desk.add(a_pack(tmp_path, "one"))
    other = a_pack(tmp_path, "two", key=SigningKey.from_seed(bytes(32)))
    second = desk.add(other)
    assert not second.signer_trusted
    assert second.id != first.id
    assert "the same series came from another signer: R1" in second.notices


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", NotABundle),
        (b"hello", NotABundle),
        (b"PK\x03\x04" + bytes(40), NotABundle),
        (b"age-encryption.org/v1\n-> X25519 xx\n", EnvelopeError),
        (b"age-encryption.org/v1\n", EnvelopeError),
        (b"-----BEGIN AGE ENCRYPTED FILE-----\n", EnvelopeDamaged),
    ],
)
def test_what_is_no_pack_is_refused_and_logged(
    desk: Desk, tmp_path: Path, content: bytes, error: type[TallymarkError]
) -> None:
    """Other files end in a clear error of the tree and a line in the log."""
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    with pytest.raises(error):
        desk.add(path)
    assert nothing_kept(desk)
    assert "refused" in [e.action for e in desk.log()]


def test_a_folder_a_missing_file_and_a_giant_are_refused(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each with its own error and next step."""
    with pytest.raises(NotABundle) as folder:
        desk.add(tmp_path)
    assert ".zip" in folder.value.next_step
    with pytest.raises(SourceMissing):
        desk.add(tmp_path / "none.zip")
    pack = a_pack(tmp_path)
    monkeypatch.setattr(intake, "MAX_PACK", 100)
    with pytest.raises(LimitExceeded):
        desk.add(pack)
    assert nothing_kept(desk)


def test_an_ordinary_zip_bomb_is_refused_before_it_is_unpacked(desk: Desk, tmp_path: Path) -> None:
    """A compressed member stops the verifier at its header."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("p/bagit.txt", bytes(30_000_000))
    path = tmp_path / "bomb.zip"
    path.write_bytes(buffer.getvalue())
    with pytest.raises(TallymarkError):
        desk.add(path)
    assert nothing_kept(desk)


def seal_to(pack: Path, *recipients: str, pad: bool = False) -> Path:
    """The pack sealed to these keys, beside it."""
    sealed = pack.with_name(pack.name + ".age")
    with pack.open("rb") as source, sealed.open("wb") as target:
        envelope.seal(source, target, recipients=recipients, pad=pad)
    return sealed


def test_a_pack_sealed_to_the_desk_is_opened_in_memory_and_read(desk: Desk, tmp_path: Path) -> None:
    """A sealed pack comes in like any other, and the case says that it came sealed."""
    report = desk.add(seal_to(a_pack(tmp_path), desk.recipient))
    assert (report.entries, report.exhibits) == (1, 1)
    assert desk.read(report.id).packs[0].sealed


def test_a_pack_sealed_with_padding_is_read(desk: Desk, tmp_path: Path) -> None:
    """Zeros after the end of the zip, inside the seal, are padding and are left out."""
    plain = a_pack(tmp_path)
    desk.add(seal_to(plain, desk.recipient, pad=True))
    assert desk.read("R1").packs[0].bytes == plain.stat().st_size


def test_a_pack_sealed_to_somebody_else_is_not_opened(desk: Desk, tmp_path: Path) -> None:
    """Another key's pack is refused with the next step."""
    sealed = seal_to(a_pack(tmp_path), envelope.Identity.generate().recipient)
    with pytest.raises(WrongKey):
        desk.add(sealed)
    assert nothing_kept(desk)


def test_a_damaged_sealed_pack_is_refused_wherever_it_is_damaged(
    desk: Desk, tmp_path: Path
) -> None:
    """A flipped or missing byte of the sealed file never gets as far as a record."""
    sealed = seal_to(a_pack(tmp_path), desk.recipient)
    good = sealed.read_bytes()
    for at in range(0, len(good), 211):
        sealed.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        with pytest.raises(TallymarkError):
            desk.add(sealed)
    sealed.write_bytes(good[:-1])
    with pytest.raises(EnvelopeDamaged):
        desk.add(sealed)
    assert nothing_kept(desk)


def test_the_same_pack_again_is_noticed(desk: Desk, tmp_path: Path) -> None:
    """Plain or sealed, the second time is a duplicate and nothing is kept twice."""
    pack = a_pack(tmp_path)
    first = desk.add(pack)
    again = desk.add(seal_to(pack, desk.recipient))
    assert (first.duplicate, again.duplicate) == (False, True)
    assert again.id == first.id
    assert len(list((desk._store.folder / "packs").iterdir())) == 1
    assert len(desk.list()) == 1


def test_an_earlier_pack_not_seen_is_said_until_it_comes(desk: Desk, tmp_path: Path) -> None:
    """Packs 1 and 4 of a series: 2-3 are named; when they come, nothing is."""
    bodies = [record(n, happened()) for n in range(4)]
    packs = {
        n: make_pack(
            tmp_path / f"p{n}", bodies[:n], sequence=n, key=SigningKey.from_seed(bytes(32))
        )
        for n in (1, 2, 3, 4)
    }
    desk.add(packs[1])
    late = desk.add(packs[4])
    assert late.notices == ("earlier pack not seen: 2-3 of this series",)
    assert late.entries == 4
    desk.add(packs[2])
    assert desk.add(packs[3]).notices == ()
    (row,) = desk.list()
    assert row.packs == 4


def test_a_huge_sequence_number_costs_nothing(desk: Desk, tmp_path: Path) -> None:
    """The largest number that JSON carries is a gap like any other."""
    pack = make_pack(tmp_path / "p", [record(0, happened())], sequence=2**53 - 1)
    assert desk.add(pack).notices == (f"earlier pack not seen: 1-{2**53 - 2} of this series",)


def test_two_logs_of_one_length_are_pointed_out(desk: Desk, tmp_path: Path) -> None:
    """Two different heads of one size from one signer are said, not settled."""
    key = SigningKey.from_seed(bytes(32))
    desk.add(make_pack(tmp_path / "a", [record(0, happened())], key=key))
    second = desk.add(
        make_pack(tmp_path / "b", [record(0, happened("2026-05-21"))], key=key, sequence=2)
    )
    assert "two packs show different logs of the same length: ask the sender" in second.notices
    assert "a record came in two versions under one id; the first is shown" in second.notices


def test_a_record_of_a_newer_kind_is_kept_and_said(desk: Desk, tmp_path: Path) -> None:
    """What this version cannot read is no reason to refuse a person's pack."""
    report = desk.add(make_pack(tmp_path / "p", [record(0, happened()), unknown_kind(1)]))
    assert report.notices == ("records of a kind that this version cannot read: 1",)
    assert report.entries == 1


def test_withheld_records_are_not_missed(desk: Desk, tmp_path: Path) -> None:
    """A pack that shows one of two records is whole."""
    pack = make_pack(tmp_path / "p", [record(0, happened()), record(1, happened())], withheld=[0])
    assert desk.add(pack).entries == 1


def test_a_summary_that_lies_is_not_believed(desk: Desk, tmp_path: Path) -> None:
    """Counts and dates come from the records, whatever the pack's own tables say."""
    lies = {"data/casefile.json": b'{"entries": 999, "latest": "2099-01-01"}'}
    report = desk.add(make_pack(tmp_path / "p", [record(0, happened())], extra=lies))
    assert report.entries == 1
    assert report.latest_event == "2026-05-20T21:10"


def test_a_full_disk_in_the_middle_leaves_nothing(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ENOSPC while the copy is written: a clear error, no half copy, and the next try works."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    pack = a_pack(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(envelope, "seal", full)
        with pytest.raises(DiskFull):
            desk.add(pack)
    assert nothing_kept(desk)
    assert desk.add(pack).id == "R1"


@pytest.mark.parametrize("step", ["_write", "_note"])
def test_a_fault_while_it_is_written_down_leaves_nothing(
    desk: Desk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    reopen: Callable[..., Desk],
    step: str,
) -> None:
    """Rows and log line are one transaction; the copy is swept at the next opening."""

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError

    pack = a_pack(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(office.Desk, step, fails)
        with pytest.raises(RuntimeError):
            desk.add(pack)
    desk.close()
    with reopen() as again:
        assert nothing_kept(again)
        assert again.add(pack).id == "R1"


def test_a_named_signer_is_trusted_and_another_is_refused(desk: Desk, tmp_path: Path) -> None:
    """With the sender's fingerprint the signer is known; with another, check 9 fails."""
    key = SigningKey.from_seed(bytes(32))
    pack = a_pack(tmp_path, key=key)
    with pytest.raises(PackRefused, match=r"check 9 \("):
        desk.add(pack, key="SHA256:" + "A" * 43)
    assert nothing_kept(desk)
    with pytest.raises(UsageProblem):
        desk.add(pack, key="not a fingerprint")
    assert desk.add(pack, key=fingerprint(key.public)).signer_trusted
    assert desk.read("R1").packs[0].signer_trusted


def test_progress_counts_the_bytes_of_the_pack(desk: Desk, tmp_path: Path) -> None:
    """The last figure is the size of the pack."""
    pack = a_pack(tmp_path)
    seen: list[int] = []
    desk.add(pack, progress=seen.append)
    assert seen[-1] == pack.stat().st_size
