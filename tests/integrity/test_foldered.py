"""A folder as one zip: the same bytes each time, nothing followed, nothing changed unseen."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallymark.errors import SourceChanged, SourceMissing
from tallymark.integrity.foldered import FolderZip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Some files in some folders, one of them empty."""
    root = tmp_path / "My download"
    for name, data in {
        "a.txt": b"one",
        "sub/b.bin": os.urandom(3_000_000),
        "sub/deep/c": b"",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def _bytes(folder: Path) -> bytes:
    with FolderZip(folder) as stream:
        return stream.read()


def test_any_zip_reader_gives_the_files_back(folder: Path) -> None:
    """Names, bytes and checksums; the stream's size is what it says."""
    data = _bytes(folder)
    assert len(data) == FolderZip(folder).size
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["a.txt", "sub/b.bin", "sub/deep/c"]
        for name in archive.namelist():
            assert archive.read(name) == (folder / name).read_bytes()


def test_the_same_folder_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """Made again, and in a copy with other order of making and the same times."""
    other = tmp_path / "copy"
    for path in sorted((p for p in folder.rglob("*") if p.is_file()), reverse=True):
        target = other / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
        os.utime(target, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
        target.chmod(path.stat().st_mode)
    assert _bytes(folder) == _bytes(folder) == _bytes(other)


@given(places=st.lists(st.tuples(st.integers(0, 3_100_000), st.integers(0, 70_000)), max_size=8))
@settings(max_examples=25, deadline=None)
def test_any_place_in_it(tmp_path_factory, places: list[tuple[int, int]]) -> None:
    """A read anywhere gives what stands there in the whole."""
    root = tmp_path_factory.mktemp("f")
    (root / "a").write_bytes(bytes(range(256)) * 12_000)
    (root / "b").write_bytes(b"x" * 17)
    whole = _bytes(root)
    with FolderZip(root) as stream:
        for at, count in places:
            stream.seek(at)
            assert stream.read(count) == whole[at : at + count]


def test_links_and_pipes_are_listed_and_never_opened(folder: Path, tmp_path: Path) -> None:
    """The link's own text is kept with the mode of a link; what it points to is not."""
    secret = tmp_path / "secret"
    secret.write_bytes(b"not yours")
    (folder / "link").symlink_to(secret)
    (folder / "out").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    data = _bytes(folder)
    assert b"not yours" not in data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        modes = {info.filename: info.external_attr >> 28 for info in archive.infolist()}
        assert (modes["link"], modes["out"], modes["pipe"]) == (0xA, 0xA, 0x1)
        assert archive.read("link") == os.fsencode(secret)
        assert archive.read("pipe") == b""


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    """Its bytes are kept, and the flag does not claim that they are UTF-8."""
    root = os.fsencode(tmp_path / "f")
    Path(os.fsdecode(root)).mkdir()
    Path(os.fsdecode(root + b"/\x82\xa0")).write_bytes(b"x")
    data = _bytes(tmp_path / "f")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        (info,) = archive.infolist()
        assert info.orig_filename.encode("cp437") == b"\x82\xa0"
        assert not info.flag_bits & 0x800


@pytest.mark.parametrize("change", ["longer", "gone", "same size"])
def test_a_file_that_changes_meanwhile(folder: Path, change: str) -> None:
    """Refused at the read or at the end, whichever comes first."""
    with FolderZip(folder) as stream:
        stream.read(10)
        if change == "longer":
            (folder / "a.txt").write_bytes(b"longer")
        elif change == "gone":
            (folder / "sub" / "b.bin").unlink()
        else:
            (folder / "a.txt").write_bytes(b"two")
            os.utime(folder / "a.txt", (1, 1))

        def whole() -> None:
            stream.read()
            stream.must_be_unchanged()

        with pytest.raises((SourceChanged, FileNotFoundError)):
            whole()


def test_an_empty_folder_and_none(tmp_path: Path) -> None:
    """Nothing in it is an empty zip; nothing there is an error by name."""
    (tmp_path / "empty").mkdir()
    assert zipfile.ZipFile(io.BytesIO(_bytes(tmp_path / "empty"))).namelist() == []
    with pytest.raises(SourceMissing):
        FolderZip(tmp_path / "none")
