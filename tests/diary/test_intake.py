"""Files on their way in: what a stream can do, and what a photo says of its time."""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from pictures import saved
from tallymark.diary import Diary
from tallymark.errors import SourceMissing
from tallymark.integrity.keyslot import CHEAP

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


class _Upload(io.BytesIO):
    """Goes back only while little has been read, as a file that comes from a browser."""

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if self.tell() > 65_536:
            raise io.UnsupportedOperation
        return super().seek(offset, whence)


def test_a_large_photo_from_a_browser_is_kept_with_its_clock(tmp_path: Path) -> None:
    """It is read once; the time inside it stands in its record, and every byte comes back."""
    exif = Image.Exif()
    exif[0x0132] = "2026:05:30 21:50:00"
    data = saved("JPEG", exif=exif) + os.urandom(300_000)
    secret = "another quiet lantern on the quay"
    with Diary.create(tmp_path / "d", passphrase=secret, cost=CHEAP, now=lambda: NOW) as diary:
        kept = diary.attach(_Upload(data), name="a.jpg")
        assert kept.record.body.clocks == {"file_changed": "2026-05-30T21:50:00"}
        with diary.open_exhibit(kept.record.id) as back:
            assert back.read() == data


def test_a_pipe_and_a_device_are_refused_at_once(tmp_path: Path) -> None:
    """Neither is waited for nor read."""
    os.mkfifo(tmp_path / "pipe")
    secret = "another quiet lantern on the quay"
    with Diary.create(tmp_path / "d", passphrase=secret, cost=CHEAP, now=lambda: NOW) as diary:
        for path in (tmp_path / "pipe", Path("/dev/zero")):
            with pytest.raises(SourceMissing):
                diary.attach(path)
