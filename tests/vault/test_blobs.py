"""Sealed files on their way to the disk: a disk that fails beside the sealing is not overlooked."""

from __future__ import annotations

import errno
import io
import os

import pytest

from tallymark.errors import DiskFull
from tallymark.vault import blobs, place


def test_an_error_of_the_disk_in_between_is_raised_once_and_leaves_nothing(tmp_path, monkeypatch):
    """The first sync fails, later ones would not say so: the file is not acknowledged, nothing stays."""
    (tmp_path / place.BLOBS).mkdir()
    calls = []
    true_sync = os.fsync

    def sync(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 1:
            raise OSError(errno.ENOSPC, "no space")
        true_sync(descriptor)

    monkeypatch.setattr(blobs, "_STRETCH", 1 << 17)
    monkeypatch.setattr(os, "fsync", sync)
    with pytest.raises(DiskFull):
        blobs.store(tmp_path, io.BytesIO(bytes(3 << 20)))
    assert list((tmp_path / place.BLOBS).iterdir()) == []


def test_a_large_file_comes_back(tmp_path, monkeypatch):
    """Syncs beside the sealing change nothing in the file."""
    (tmp_path / place.BLOBS).mkdir()
    monkeypatch.setattr(blobs, "_STRETCH", 1 << 17)
    data = os.urandom(3 << 20)
    blob = blobs.store(tmp_path, io.BytesIO(data))
    file = blobs.file_of(tmp_path, blob.name).open("rb")
    with blobs.SealedReader(file, identity=blob.identity, size=blob.sealed.size) as back:
        assert back.readall() == data
