"""The folder and the zip: same bytes, one reading, all or nothing."""

from __future__ import annotations

import errno
import hashlib
import io
import zipfile
from dataclasses import replace

import pytest

from tallymark import disk
from tallymark.errors import (
    DiskFailing,
    DiskFull,
    IntegrityError,
    NothingChosen,
    OutputExists,
    PackError,
    SourceChanged,
)
from tallymark.verify import verify


def _files(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_two_builds_are_the_same_bytes(log, tmp_path):
    """The same casefile, clock and key give the same zip, byte for byte."""
    first = log.pack(tmp_path / "a" / "pack")
    second = log.pack(tmp_path / "b" / "pack")
    assert first.zip.read_bytes() == second.zip.read_bytes()
    assert first.tagmanifest_sha256 == second.tagmanifest_sha256


def test_folder_and_zip_hold_the_same(built):
    """Every file of the folder is in the zip with the same bytes, and no other."""
    with zipfile.ZipFile(built.zip) as container:
        inside = {name.partition("/")[2]: container.read(name) for name in container.namelist()}
    assert inside == _files(built.folder)
    assert len(inside) == built.files


def test_order_in_the_zip_is_that_of_the_specification(built):
    """Pages for people first, then tag files, signature and proofs, then the payload in order."""
    with zipfile.ZipFile(built.zip) as container:
        names = [name.partition("/")[2] for name in container.namelist()]
    payload = [name for name in names if name.startswith("data/")]
    assert names[: -len(payload)] == [
        "1-START-HERE.pdf",
        "2-everything.pdf",
        "READ-ME-FIRST.txt",
        "summary.txt",
        "bagit.txt",
        "bag-info.txt",
        "statement.json",
        "signer.pub",
        "allowed_signers",
        "manifest-sha256.txt",
        "tagmanifest-sha256.txt",
        "tagmanifest-sha256.txt.sig",
        "proofs/checkpoint.txt",
        "proofs/log.json",
    ]
    manifest = (built.folder / "manifest-sha256.txt").read_text().splitlines()
    assert payload == [line.split("  ", 1)[1] for line in manifest]


def test_named_digest_is_of_the_tag_manifest(built):
    """What is written down about a hand-over names these very bytes."""
    data = (built.folder / "tagmanifest-sha256.txt").read_bytes()
    assert built.tagmanifest_sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("form", ["zip", "folder"])
def test_the_independent_verifier_accepts_it(built, form):
    """The verifier, which shares no code with the writer, finds every check to hold."""
    verdict = verify(getattr(built, form))
    assert verdict.ok, verdict.text()


@pytest.mark.parametrize("purpose", ["police", "court", "disclosure", "supporter"])
def test_every_purpose_verifies(log, tmp_path, purpose):
    """Leaving things out for a purpose leaves a pack that still holds."""
    assert verify(log.pack(tmp_path / "pack", purpose=purpose).zip).ok


def test_unknown_purpose_is_refused(log, tmp_path):
    """A purpose nobody wrote rules for makes no pack."""
    with pytest.raises(PackError):
        log.pack(tmp_path / "pack", purpose="everyone")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("taken", ["pack", "pack.zip", "pack.part", "pack.zip.part"])
def test_nothing_is_overwritten(log, tmp_path, taken):
    """Any name in the way is left as it is, and nothing else appears."""
    (tmp_path / taken).write_bytes(b"mine")
    with pytest.raises(OutputExists):
        log.pack(tmp_path / "pack")
    assert [p.name for p in tmp_path.iterdir()] == [taken]
    assert (tmp_path / taken).read_bytes() == b"mine"


def test_a_dangling_link_in_the_way_is_refused(log, tmp_path):
    """A link to nowhere counts as something at that place."""
    (tmp_path / "pack.zip").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OutputExists):
        log.pack(tmp_path / "pack")


class _Failing(io.BytesIO):
    """A file whose second block cannot be read."""

    def __init__(self, data, *, code):
        """Fail with this error number after the first block."""
        super().__init__(data)
        self._code, self._reads = code, 0

    def read(self, size=-1):
        """The first block, then the error."""
        self._reads += 1
        if self._reads > 1:
            raise OSError(self._code, "no")
        return super().read(size)


@pytest.mark.parametrize(
    ("code", "kind"), [(errno.ENOSPC, DiskFull), (errno.EDQUOT, DiskFull), (errno.EIO, PackError)]
)
def test_a_disk_error_leaves_nothing(log, tmp_path, code, kind):
    """When the disk fails half-way, only what was there before is there after."""
    (tmp_path / "other.part").write_bytes(b"not ours")
    with pytest.raises(kind):
        log.pack(tmp_path / "pack", open_original=lambda i: _Failing(log.files[i], code=code))
    assert [p.name for p in tmp_path.iterdir()] == ["other.part"]


class _NoNamesForFolders(disk.Disk):
    """A disk that lets only files be renamed."""

    def rename(self, old, new):
        """Fail for a folder."""
        if old.is_dir():
            raise OSError(errno.EIO, "no")
        super().rename(old, new)


def test_a_failing_rename_leaves_nothing(log, tmp_path):
    """The zip does not stay behind when the folder cannot get its name."""
    with disk.in_charge(_NoNamesForFolders()), pytest.raises(DiskFailing):
        log.pack(tmp_path / "pack")
    assert list(tmp_path.iterdir()) == []


def test_an_original_that_changed_is_noticed(log, tmp_path):
    """An exhibit whose bytes are not those of its record stops the pack."""
    with pytest.raises((IntegrityError, SourceChanged)):
        log.pack(tmp_path / "pack", open_original=lambda i: io.BytesIO(log.files[i][::-1]))
    with pytest.raises((IntegrityError, SourceChanged)):
        log.pack(tmp_path / "pack", open_original=lambda i: io.BytesIO(log.files[i] + b"x"))
    assert list(tmp_path.iterdir()) == []


def test_a_record_that_is_not_in_the_log_is_noticed(log, tmp_path):
    """Record bytes that do not give their leaf stop the pack."""
    with pytest.raises(IntegrityError):
        log.pack(tmp_path / "pack", record_data=lambda i: log.data[i] + b" ")
    assert list(tmp_path.iterdir()) == []


def test_a_head_of_another_log_is_noticed(log, tmp_path):
    """The signed head has to be over exactly these leaves."""
    with pytest.raises(IntegrityError):
        log.pack(tmp_path / "pack", leaf_hashes=log.leaves()[:-1])


def test_an_empty_selection_makes_no_pack(empty_log, tmp_path):
    """There is nothing to hand over before the first entry."""
    with pytest.raises(NothingChosen):
        empty_log.pack(tmp_path / "pack")
    assert list(tmp_path.iterdir()) == []


def test_for_a_key_only_the_zip_is_left(log, tmp_path):
    """A pack that is going to be sealed leaves no readable folder behind."""
    built = log.pack(tmp_path / "pack", recipients=["age1example"])
    assert built.folder is None
    assert [p.name for p in tmp_path.iterdir()] == ["pack.zip"]
    assert b'"recipients":["age1example"]' in built.zip.read_bytes()


def test_each_original_is_read_once_and_progress_ends_at_all(log, tmp_path):
    """Originals are opened once each; progress only grows and ends at its total."""
    opened, steps = [], []

    def open_original(ident):
        opened.append(ident)
        return log.open(ident)

    log.pack(
        tmp_path / "pack",
        open_original=open_original,
        progress=lambda done, total: steps.append((done, total)),
    )
    assert len(opened) == len(set(opened)) == 3
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    assert steps[-1][0] == steps[-1][1]


def test_a_selection_withholds_the_rest_by_index_only(log, tmp_path):
    """Records nobody chose are named by their place; their bytes and leaves appear nowhere."""
    chosen = [r for r in log.records if r.type in {"epoch", "incident"}]
    casefile = replace(log.casefile(), records=tuple(chosen), sources=(), selection={"only": "x"})
    built = log.pack(tmp_path / "pack", casefile=casefile)
    verdict = verify(built.zip)
    assert verdict.ok, verdict.text()
    statement = (built.folder / "statement.json").read_text()
    assert "14 records are withheld by selection" in statement
    assert "14 records withheld by selection" in (built.folder / "summary.txt").read_text()


def test_erased_records_are_said_to_be_erased(log, tmp_path):
    """A place in the log whose record was erased is listed as erased, not as withheld."""
    gone = log.records[-1]
    casefile = replace(log.casefile(), records=tuple(log.records[:-1]))
    built = log.pack(tmp_path / "pack", casefile=casefile, erased=[len(log.records) - 1])
    assert gone.id not in (built.folder / "data/casefile.json").read_text()
    assert verify(built.zip).ok
    assert '"erased":[18]' in (built.folder / "proofs/log.json").read_text()
