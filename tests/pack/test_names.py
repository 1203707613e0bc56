"""Names of originals: any name becomes one that every system holds."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallymark.model.record import Exhibit
from tallymark.pack.names import cleaned, original


def _exhibit(name, number="AB/1"):
    return Exhibit(number=number, sha256="ab" * 32, size=1, name=name)


@given(st.text())
def test_any_name_is_held_by_any_system(name):
    """No path, device or control character is left; the part is NFC and at most 255 bytes."""
    path = original("x", _exhibit(name)).path
    folder, _, part = path.rpartition("/")
    assert folder == "data/originals"
    assert part.startswith("AB-1_")
    assert not set(part) & set('/\\:*?"<>|%')
    assert all(ord(c) >= 0x20 and not 0x7F <= ord(c) <= 0x9F for c in part)
    assert part == unicodedata.normalize("NFC", part)
    assert len(part.encode()) <= 255
    assert part.rstrip(" .") == part


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "_._etc_passwd"),
        ("photo.jpg", "photo.jpg"),
        ("photo\u202egpj.exe", "photo_gpj.exe.evidence"),
        ("run.LNK", "run.LNK.evidence"),
        ("...", "file"),
        ("a" * 400 + ".jpeg", "a" * 155 + ".jpeg"),
        ("voice note.opus ", "voice note.opus"),
    ],
)
def test_cleaned(name, shown):
    """Endings are kept, and what would run on a double-click no longer does."""
    assert cleaned(name) == shown


@pytest.mark.parametrize("number", ["AB/1", "A B/2", "../../x", "", "Ж/1"])
def test_numbers_make_no_folders(number):
    """An exhibit number never adds a level to the path."""
    assert original("x", _exhibit("a.txt", number)).path.count("/") == 2
