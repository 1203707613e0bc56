"""The container: bytes that depend on names and contents alone, readable by every archive tool."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallymark.errors import IntegrityError, SourceChanged
from tallymark.integrity import bag
from tallymark.integrity.bag import StoredZip

names = st.lists(
    st.text("abcdefghijklmnopqrstuvwxyzäß0123456789._-", min_size=1, max_size=12)
    .filter(lambda part: part.strip(".") != "")
    .map(lambda part: f"pack/{part}"),
    unique_by=str.casefold,
    max_size=8,
)


def pack(files: dict[str, bytes]) -> bytes:
    """A container of these files, each digest and size told right."""
    out = io.BytesIO()
    with StoredZip(out) as container:
        for name, data in files.items():
            told = container.add(name, io.BytesIO(data))
            assert told == (hashlib.sha256(data).hexdigest(), len(data))
    return out.getvalue()


@settings(deadline=None)
@given(names, st.data())
def test_another_reader_finds_what_was_put_in(names: list[str], data: st.DataObject) -> None:
    """The standard library reads names, order, contents, date and mode; the same bytes twice."""
    files = {name: data.draw(st.binary(max_size=300)) for name in names}
    raw = pack(files)
    assert raw == pack(files)
    with zipfile.ZipFile(io.BytesIO(raw)) as reader:
        assert reader.testzip() is None
        assert {name: reader.read(name) for name in reader.namelist()} == files
        assert reader.namelist() == names
        for info in reader.infolist():
            assert info.date_time == (1980, 1, 1, 0, 0, 0)
            assert (info.create_system, info.external_attr >> 16) == (3, 0o100644)
            assert (info.flag_bits, info.compress_type, info.extra) == (0x800, 0, b"")


def test_the_framing_to_the_last_byte() -> None:
    """One small file, written out by hand from the table in the module."""
    data, name = b"hi\n", "t/ä".encode()
    crc = zlib.crc32(data)
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0x800, 0, 0, 0x21, crc, 3, 3, len(name), 0)
    central = struct.pack(
        "<4s6H3I5H2I", b"PK\1\2", 0x314, 20, 0x800, 0, 0, 0x21, crc, 3, 3, len(name),
        0, 0, 0, 0, 0x81A40000, 0,
    )  # fmt: skip
    begin = len(local) + len(name) + len(data)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(central) + len(name), begin, 0)
    assert pack({"t/ä": data}) == local + name + data + central + name + end


def test_bytes_and_streams_give_the_same(tmp_path) -> None:
    """A real file, a stream read from its middle, and bytes are packed alike."""
    data = bytes(range(256)) * 9000
    middle = io.BytesIO(data)
    middle.seek(100)
    from_bytes, from_stream = io.BytesIO(), (tmp_path / "out.zip").open("w+b")
    with StoredZip(from_bytes) as one, StoredZip(from_stream) as two:
        assert one.add("a/b", data) == two.add("a/b", middle)
    with from_stream:
        from_stream.seek(0)
        assert from_stream.read() == from_bytes.getvalue()


class Hollow(io.RawIOBase):
    """A file of zeros that takes no room, and a target that keeps only what is not zeros."""

    def __init__(self, size: int = 0) -> None:
        super().__init__()
        self.size, self.at = size, 0
        self.kept: dict[int, bytes] = {}

    def seek(self, offset: int, whence: int = 0) -> int:
        """Anywhere."""
        self.at = offset + (self.size if whence == 2 else 0)
        return self.at

    def read(self, size: int = -1) -> bytes:
        """Zeros."""
        block = bytes(min(size, max(0, self.size - self.at)))
        self.at += len(block)
        return block

    def write(self, data) -> int:
        """Keep headers."""
        if len(data) < 1000:
            self.kept[self.at] = bytes(data)
        self.at += len(data)
        return len(data)


def test_zip64_only_where_it_is_needed(monkeypatch) -> None:
    """At 4 GiB sizes move to zip64, one byte below they do not; offsets beyond it move too."""
    monkeypatch.setattr(StoredZip, "_copy", _skip)
    small, wide, after = Hollow(0xFFFFFFFE), Hollow(0xFFFFFFFF), b"x"
    out = Hollow()
    container = StoredZip(out)
    container.add("p/small", small)
    container.add("p/wide", wide)
    container.add("p/after", after)
    container.close()
    first = 30 + len("p/small") + 0xFFFFFFFE
    second = first + 30 + len("p/wide") + 20 + 0xFFFFFFFF
    directory = second + 30 + len("p/after") + 1
    assert out.kept[0][4:6] == b"\x14\0"
    assert out.kept[0][28:30] == b"\0\0"
    assert out.kept[first][4:6] == b"\x2d\0"
    assert out.kept[first][18:26] == b"\xff" * 8
    assert out.kept[first][36:] == struct.pack("<HHQQ", 1, 16, 0xFFFFFFFF, 0xFFFFFFFF)
    assert out.kept[second][4:6] == b"\x14\0"
    central = out.kept[directory]
    headers = central.split(b"PK\1\2")[1:]
    assert [header[2:4] for header in headers] == [b"\x14\0", b"\x2d\0", b"\x2d\0"]
    assert headers[1].endswith(struct.pack("<HHQQQ", 1, 24, 0xFFFFFFFF, 0xFFFFFFFF, first))
    assert headers[2].endswith(struct.pack("<HHQ", 1, 8, second))
    tail = out.kept[directory + len(central)]
    assert tail[:4] == b"PK\6\6"
    assert struct.unpack("<QQQQ", tail[24:56]) == (3, 3, len(central), directory)
    assert tail[56:76] == struct.pack("<4sIQI", b"PK\6\7", 0, directory + len(central), 1)


def _skip(self, _stream, size: int) -> tuple[int, str]:
    self._file.seek(self._file.at + size)
    return 0, "0" * 64


def test_many_files_need_a_wide_count() -> None:
    """65,534 entries fit the old end; 65,535 are counted in zip64; a reader counts right."""
    for count in (0xFFFE, 0xFFFF):
        central = bag.central_header(b"a", crc=0, size=0, offset=0) * count
        end = bag.end_of_zip(count=count, length=len(central), offset=0)
        assert (end[:4] == b"PK\6\6") == (count == 0xFFFF)
        with zipfile.ZipFile(io.BytesIO(central + end)) as reader:
            assert len(reader.infolist()) == count


@pytest.mark.parametrize(
    "name",
    ["", "/a", "a/", "a//b", "../a", "a/./b", "a/..", "a\\b", "a\nb", "a\0b", "a\u202eb"],
)
def test_names_that_could_do_harm_are_refused(name: str) -> None:
    """Absolute, climbing, backslash, control and direction-changing signs."""
    with pytest.raises(IntegrityError):
        pack({name: b""})


def test_a_name_is_used_once() -> None:
    """Also where only the case differs, which one disk keeps apart and another does not."""
    with pytest.raises(IntegrityError):
        pack({"a/B": b"", "a/b": b""})


def test_a_source_that_changes_is_refused() -> None:
    """A file that grows while it is packed is named as such."""

    class Growing(io.BytesIO):
        def seek(self, offset: int, whence: int = 0) -> int:
            found = super().seek(offset, whence)
            return found - 1 if whence == io.SEEK_END else found

    with pytest.raises(SourceChanged):
        StoredZip(io.BytesIO()).add("a", Growing(b"abc"))


def test_nothing_is_added_after_the_end() -> None:
    """Closed is closed; an error inside leaves the end unwritten, so that it is no zip."""
    out = io.BytesIO()
    container = StoredZip(out)
    container.close()
    container.close()
    assert len(out.getvalue()) == 22
    with pytest.raises(IntegrityError):
        container.add("a", b"")
    broken = io.BytesIO()
    with pytest.raises(IntegrityError), StoredZip(broken) as inner:
        _add_twice(inner)
    assert not zipfile.is_zipfile(broken)


def _add_twice(container: StoredZip) -> None:
    container.add("a", b"x")
    container.add("a", b"x")


def test_a_manifest_is_sorted_by_bytes_and_escaped() -> None:
    """RFC 8493: two spaces, sorted by the bytes of the path, CR, LF and % encoded."""
    one, two = "0" * 64, "f" * 64
    made = bag.manifest([("data/é", one), ("data/z", two), ("data/a\r\n%", one)])
    assert made == f"{one}  data/a%0D%0A%25\n{two}  data/z\n{one}  data/é\n".encode()
    assert bag.manifest([]) == b""
    assert bag.BAGIT_TXT == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


@pytest.mark.parametrize(
    "entries", [[("a", "0" * 63)], [("a", "0" * 63 + "G")], [("a", "0" * 64), ("a", "1" * 64)]]
)
def test_a_manifest_refuses_what_it_cannot_say(entries: list[tuple[str, str]]) -> None:
    """Only SHA-256 in lower case, and each path once."""
    with pytest.raises(IntegrityError):
        bag.manifest(entries)


def test_sha256sum_reads_a_manifest(tmp_path) -> None:
    """``sha256sum -c`` reads the same lines."""
    import shutil
    import subprocess

    tool = shutil.which("sha256sum")
    if tool is None:
        pytest.skip("sha256sum is not installed")
    (tmp_path / "a b").write_bytes(b"x")
    (tmp_path / "m").write_bytes(bag.manifest([("a b", hashlib.sha256(b"x").hexdigest())]))
    assert subprocess.run([tool, "-c", "m"], cwd=tmp_path, check=False).returncode == 0
