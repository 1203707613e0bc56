"""The bytes of an entry of a post-box: vectors, round trips, and any bytes at all."""

from __future__ import annotations

import io
import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contributions import make_vectors
from contributions.make_vectors import BOX, FOLDER, KEY
from integrity.vector_format import read
from tallymark.contributions.letter import (
    Enclosed,
    Header,
    Section,
    Writing,
    key_of,
    next_key,
    read_letter,
)
from tallymark.errors import NoteChanged, NoteDamaged, PostBoxError, SourceChanged
from tallymark.integrity.envelope import padded_size

NAMES = sorted(path.stem for path in FOLDER.glob("*.txt"))


def _read(plain: bytes):
    def key(header: Header) -> bytes:
        if header.box != BOX:
            raise NoteDamaged
        return key_of(KEY, header.number)

    return read_letter(io.BytesIO(plain), key=key)


@pytest.mark.parametrize("name", NAMES)
def test_vectors(name: str) -> None:
    """Each file ends as it says, and a good one has the digest and number that it states."""
    vector = read((FOLDER / f"{name}.txt").read_bytes())
    plain = bytes.fromhex(vector.content.decode())
    if vector["expect"] == "success":
        letter = _read(plain)
        assert letter.digest == vector["digest"]
        assert letter.header.number == int(vector["number"])
    else:
        kind = {"changed": NoteChanged, "damaged": NoteDamaged}[vector["expect"]]
        with pytest.raises(kind):
            _read(plain)


def test_the_vectors_are_those_that_the_script_writes() -> None:
    """No file was edited by hand and none is left over."""
    assert set(NAMES) == set(make_vectors.vectors())


def _header(files: list[bytes], *, number: int = 1, words: str = "He rang.") -> Header:
    enclosed = tuple(Enclosed(f"f{n}", len(data)) for n, data in enumerate(files))
    entry = {"type": "incident", "what_happened": words}
    return Header("1", "entry", BOX, number, "2026-05-03T20:12:00Z", entry, enclosed)


@given(st.lists(st.binary(max_size=300), max_size=5), st.integers(1, 30), st.text(max_size=40))
def test_what_is_written_is_read_back(files: list[bytes], number: int, words: str) -> None:
    """Header, files and digest come back the same, whatever the sizes."""
    words = words.encode("utf-8", "ignore").decode()
    header = _header(files, number=number, words=words)
    plain = Writing(header, [io.BytesIO(f) for f in files], key=key_of(KEY, number)).read()
    padded = plain + bytes(padded_size(len(plain)) - len(plain))
    letter = _read(padded)
    assert letter.header == header
    source = io.BytesIO(padded)
    sections = zip(letter.starts, header.files, files, strict=True)
    assert all(Section(source, start=s, size=e.size).read() == f for s, e, f in sections)


@given(st.binary(max_size=400))
def test_any_bytes_end_in_a_named_error(data: bytes) -> None:
    """Nothing but the errors of this room comes out of bytes that somebody made."""
    with pytest.raises(PostBoxError):
        _read(data)


@given(st.data())
def test_any_changed_byte_is_noticed(data: st.DataObject) -> None:
    """One byte of header, files or trailer changed: changed or damaged, never read."""
    plain = bytearray(Writing(_header([b"photo"]), [io.BytesIO(b"photo")], key=KEY).read())
    place = data.draw(st.integers(0, len(plain) - 1))
    plain[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(PostBoxError):
        _read(bytes(plain))


@pytest.mark.parametrize("size", [4, 6])
def test_a_file_that_grows_or_shrinks_is_refused(size: int) -> None:
    """The header said five bytes."""
    header = _header([b"photo"])
    with pytest.raises(SourceChanged):
        Writing(header, [io.BytesIO(bytes(size))], key=KEY).read()


def test_a_key_cannot_be_worked_out_backwards_from_the_next() -> None:
    """The chain goes forward only: no key equals an earlier one, and each depends on the one before."""
    keys = [key_of(KEY, n) for n in range(1, 200)]
    assert len(set(keys)) == len(keys)
    assert all(next_key(a) == b for a, b in pairwise(keys))
    assert json.dumps([k.hex() for k in keys]).count(KEY.hex()) == 1
