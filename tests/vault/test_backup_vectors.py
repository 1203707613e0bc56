"""Every file of vectors/backup means what it says, and can be made again byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrity.vector_format import VECTORS, Vector, read
from tallymark.errors import (
    CopyDamaged,
    EnvelopeDamaged,
    EnvelopeError,
    IntegrityError,
    VaultTooNew,
    WrongKey,
)
from tallymark.integrity.signature import SigningKey
from tallymark.vault.backup import index as indexes
from tallymark.vault.backup.index import Index, Original, Whole
from vault import backup_vectors

FILES = sorted((VECTORS / "backup").glob("*.txt"))
ERRORS = {
    "wrong key": WrongKey,
    "damaged": CopyDamaged,
    "signature failure": IntegrityError,
    "too new": VaultTooNew,
}


def test_the_files_can_be_made_again(tmp_path, monkeypatch) -> None:
    """The maker gives exactly the files that are kept."""
    monkeypatch.setattr(backup_vectors, "FOLDER", tmp_path)
    backup_vectors.main()
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_bytes() for path in FILES}


@pytest.mark.parametrize("vector", [pytest.param(read(p.read_bytes()), id=p.stem) for p in FILES])
def test_index(vector: Vector) -> None:
    """Success gives the index of the maker and its signer, each fault its own error."""
    identity = indexes.identity_of(bytes.fromhex(vector["master"]), vector["vault"])
    if vector["expect"] == "success":
        found, signer = indexes.read(vector.content, identity=identity)
        assert found == backup_vectors.GOOD
        assert signer.hex() == vector["public"]
    else:
        with pytest.raises(ERRORS[vector["expect"]]):
            indexes.read(vector.content, identity=identity)


_HASH = st.binary(min_size=32, max_size=32).map(bytes.hex)
_WHOLE = st.builds(Whole, st.integers(1, 2**50), st.lists(_HASH, max_size=4).map(tuple))


@given(
    database=_WHOLE,
    blobs=st.dictionaries(st.binary(min_size=16, max_size=16).map(bytes.hex), _WHOLE, max_size=4),
    number=st.integers(1, 2**30),
    words=st.text(max_size=50),
)
def test_what_is_written_is_read(database, blobs, number, words) -> None:
    """Any index comes back as it was, with its signer."""
    key, identity = SigningKey.generate(), indexes.identity_of(bytes(32), "v")
    originals = [Original(n, words, w.size, w.pieces) for n, w in sorted(blobs.items())]
    index = Index(
        vault=words,
        number=number,
        builds_on=number - 1,
        made=words,
        head=words,
        acts=words,
        manifest="",
        database=database,
        blobs=tuple(originals),
    )
    data = indexes.write(index, identity=identity, key=key)
    assert indexes.read(data, identity=identity) == (index, key.public)


@given(st.binary(max_size=500))
def test_other_bytes_are_refused(data) -> None:
    """Never anything but a named error."""
    with pytest.raises((EnvelopeError, EnvelopeDamaged)):
        indexes.read(data, identity=indexes.identity_of(bytes(32), "v"))
