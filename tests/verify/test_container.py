"""Zips and folders from strangers: limits, links, framing beyond four gigabytes."""

from __future__ import annotations

import os
import struct
import unicodedata
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallymark.verify import Limits, NotABundle, Verdict, stored_zip, verify
from verify.bundle_maker import TOP, frame, small

GIB = 1 << 30
SIZES = st.sampled_from([0, 1, 0xFFFFFFFE, 0xFFFFFFFF, 0x100000000, 5 * GIB])


def _failed(verdict: Verdict, number: int, *words: str) -> None:
    detail = verdict.checks[number - 1].detail
    assert number in verdict.failed, verdict.text()
    assert all(word in detail for word in words), detail


@given(st.lists(SIZES, min_size=1, max_size=4))
def test_large_sizes_are_framed_as_other_tools_read_them(sizes: list[int]) -> None:
    """Python's own zip reader finds sizes and offsets again, zip64 or not."""
    members, at = [], 0
    for number, size in enumerate(sizes):
        member = stored_zip.Member(f"top/{number}".encode(), size, 7, at)
        members.append(member)
        at += len(stored_zip.local_header(member)) + size
    tail = stored_zip.tail(members, start=at)
    with zipfile.ZipFile(_Sparse(at, tail)) as archive:  # type: ignore[arg-type]
        found = [(info.filename, info.file_size, info.header_offset) for info in archive.infolist()]
    assert found == [(member.name.decode(), member.size, member.offset) for member in members]


class _Sparse:
    """A file of zeros up to ``start`` and ``tail`` after it."""

    def __init__(self, start: int, tail: bytes) -> None:
        self._start, self._tail, self._at = start, tail, 0

    def seek(self, offset: int, whence: int = 0) -> int:
        """As a file."""
        base = (0, self._at, self._start + len(self._tail))[whence]
        if base + offset < 0:
            raise OSError
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        """As a file."""
        return self._at

    def seekable(self) -> bool:
        """Yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """As a file."""
        end = self._start + len(self._tail)
        size = end - self._at if size < 0 else min(size, max(0, end - self._at))
        zeros = bytes(min(size, max(0, self._start - self._at)))
        begin = max(0, self._at - self._start)
        self._at += size
        return zeros + self._tail[begin : begin + size - len(zeros)]

    def close(self) -> None:
        """Nothing to close."""


def test_many_files_need_zip64() -> None:
    """From 65,535 files on, the end record is the wide one."""
    members = [stored_zip.Member(b"t/%d" % number, 0, 0, 0) for number in range(0xFFFF)]
    assert b"PK\6\6" not in stored_zip.tail(members[:-1], start=0)
    wide = stored_zip.tail(members, start=0)
    assert struct.pack("<2Q", 0xFFFF, 0xFFFF) in wide[-98:]


def test_small_sizes_never_use_zip64(bundle: Path) -> None:
    """A zip64 field where none is needed is another way to write the same thing: refused."""
    data = bundle.read_bytes()
    wide = struct.pack("<2H2Q", 1, 16, 5, 5)
    head = struct.pack("<4s5H3I2H", b"PK\3\4", 45, 2048, 0, 0, 33, 0, 2**32 - 1, 2**32 - 1, 3, 20)
    bundle.write_bytes(head + b"a/b" + wide + b"hello" + data)
    verdict = verify(bundle)
    _failed(verdict, 1)


def test_limits_are_said_and_can_be_raised(bundle: Path) -> None:
    """Too many files or bytes is a failed check that says so, before anything is read."""
    _failed(verify(bundle, limits=Limits(files=5)), 1, "more than 5 files", "can be raised")
    _failed(verify(bundle, limits=Limits(data=1000)), 1, "more than 1,000 bytes")
    _failed(verify(bundle, limits=Limits(kept=1000)), 1, "larger than it may be")
    claims = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 2048, 0, 0, 33, 0, 2**31, 2**31, 11, 0)
    bundle.write_bytes(claims + b"a/bagit.txt" + b"x")
    _failed(verify(bundle, limits=Limits(data=GIB)), 1, "bytes")
    _failed(verify(bundle), 1, "larger")


def test_a_file_larger_than_one_chunk(tmp_path: Path) -> None:
    """Files that are hashed in a second thread get the same digest; a flipped byte shows."""
    data = os.urandom((3 << 20) + 5)
    plan = small()
    plan.payload["data/large.bin"] = data
    path = tmp_path / "large.zip"
    path.write_bytes(plan.zip())
    seen: list[int] = []
    assert verify(path, progress=seen.append).ok
    assert seen == sorted(seen)
    assert seen[-1] > len(data)
    whole = bytearray(plan.zip())
    whole[whole.index(data[-50:]) + 10] ^= 1
    path.write_bytes(whole)
    assert verify(path).failed == (1, 3)


def test_a_folder_verifies_like_its_zip(unpacked: Path) -> None:
    """The unpacked pack holds all checks, whatever order the disk lists it in."""
    assert verify(unpacked).ok
    assert verify(str(unpacked)).ok


def test_names_that_a_disk_took_apart_still_fit(unpacked: Path) -> None:
    """Some disks store é as two characters; the name is put together again before it is compared."""
    name = "AB-1_\u00e9.txt"
    letter = unpacked / "data/originals/AB-1_letter.txt"
    plan = small(payload={f"data/originals/{name}": letter.read_bytes()})
    letter.unlink()
    (unpacked / "data/entries.csv").unlink()
    for path, data in plan.files().items():
        (unpacked / unicodedata.normalize("NFD", path)).write_bytes(data)
    assert verify(unpacked).ok


def test_folders_hold_files_and_nothing_else(unpacked: Path) -> None:
    """Links, pipes, empty folders and odd names stop the reading of a folder."""
    odd = unpacked / "data" / "odd"
    odd.symlink_to(unpacked / "bagit.txt")
    _failed(verify(unpacked), 1, "link")
    odd.unlink()
    odd.symlink_to(unpacked)
    _failed(verify(unpacked), 1, "link")
    odd.unlink()
    os.mkfifo(odd)
    _failed(verify(unpacked), 1, "not a file")
    odd.unlink()
    odd.mkdir()
    _failed(verify(unpacked), 1, "empty folder")
    odd.rmdir()
    bad = unpacked / "a\nb"
    bad.write_bytes(b"")
    _failed(verify(unpacked), 1, "character")
    bad.unlink()
    assert verify(unpacked).ok


def test_what_a_file_browser_leaves_behind_is_named(unpacked: Path) -> None:
    """Opening the folder on a Mac adds a file; the person is told what it is."""
    (unpacked / ".DS_Store").write_bytes(b"x")
    _failed(verify(unpacked), 2, ".DS_Store", "file browser")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"age-encryption.org/v1\n", "age -d"),
        (b"-----BEGIN AGE ENCRYPTED FILE-----\n", "age -d"),
        (b"%PDF-1.7", ".zip"),
        (frame([("x/readme.txt", b"")]), ".zip"),
    ],
)
def test_not_a_bundle_says_what_to_do(data: bytes, words: str, tmp_path: Path) -> None:
    """Each thing that is no pack raises the one error, with the next step."""
    path = tmp_path / "thing"
    path.write_bytes(data)
    with pytest.raises(NotABundle) as caught:
        verify(path)
    assert words in caught.value.next_step


def test_places_that_hold_nothing(tmp_path: Path) -> None:
    """A missing file, an empty folder and an impossible name are no bundles, and no traceback."""
    for path in (tmp_path / "missing", tmp_path, "a\0b"):
        with pytest.raises(NotABundle):
            verify(path)


def test_a_damaged_bundle_is_still_known_as_one(bundle: Path) -> None:
    """Damage in the first header does not turn a pack into "not a bundle"."""
    data = bytearray(bundle.read_bytes())
    data[8] = 8
    bundle.write_bytes(data)
    verdict = verify(bundle)
    assert verdict.failed == (1,)
    assert all(check.detail == "not reached" for check in verdict.checks[1:])
    assert not any(check.ok for check in verdict.checks)


def test_a_folder_beside_the_top_folder_is_refused(bundle: Path) -> None:
    """One top folder, so that a pack never unpacks over other things."""
    members = [(f"{TOP}/{path}", data) for path, data in small().files().items()]
    bundle.write_bytes(frame([("bagit.txt", b""), *members]))
    _failed(verify(bundle), 1, "outside its top folder")
