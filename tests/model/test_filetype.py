"""What a file is by its first bytes."""

from __future__ import annotations

import struct

import pytest

from tallymark.model.filetype import sniff

PROGRAM = (
    b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0".ljust(60, b"\0") + struct.pack("<I", 64)
) + b"PE\0\0"


@pytest.mark.parametrize("length", [16, 64, len(PROGRAM)])
def test_a_program_is_named_one(length: int) -> None:
    """By its first 16 bytes, or by more."""
    assert sniff(PROGRAM[:length])[0] == "application/x-msdownload"


@pytest.mark.parametrize(
    "text", [b"MZ", b"MZ, call me back.\n", "MZ \u2013 für dich".encode(), b"MZ\xc3"]
)
def test_a_text_that_begins_with_the_letters_of_a_program_is_a_text(text: bytes) -> None:
    """Nobody is warned of a program where a note begins with somebody's initials."""
    assert sniff(text) == ("text/plain", "document")


@pytest.mark.parametrize("head", [b"", b"\0", b"a\0b", b"\xff" * 16])
def test_what_is_neither_has_no_name(head: bytes) -> None:
    """Bytes that say nothing are bytes."""
    assert sniff(head) == ("application/octet-stream", "other")
