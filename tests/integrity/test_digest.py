"""Digests in one pass, alone or in a second thread."""

from __future__ import annotations

import hashlib
import io
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallymark.integrity.digest import BesideSha256, sha256_stream


@given(st.binary(max_size=4000))
def test_a_stream_has_its_digest_and_size(data: bytes) -> None:
    """Hex and length of whatever is left in the stream."""
    assert sha256_stream(io.BytesIO(data)) == (hashlib.sha256(data).hexdigest(), len(data))


def test_more_than_one_read() -> None:
    """Longer than a block."""
    data = b"ab" * (3 << 19)
    assert sha256_stream(io.BytesIO(data)) == (hashlib.sha256(data).hexdigest(), len(data))


@given(st.lists(st.binary(max_size=50), max_size=20))
def test_the_second_thread_gives_the_same(blocks: list[bytes]) -> None:
    """Blocks are hashed in order, and the size is counted."""
    data = b"".join(blocks)
    with BesideSha256(depth=2) as digest:
        for block in blocks:
            digest.add(block)
        assert digest.hexdigest() == hashlib.sha256(data).hexdigest()
        assert digest.size == len(data)


def test_the_thread_ends_with_an_error() -> None:
    """Nothing is left running when the work around it fails."""
    with pytest.raises(ZeroDivisionError), BesideSha256() as digest:
        digest.add(b"x" * (1 // 0))
    assert [thread.name for thread in threading.enumerate() if thread.name == "sha256"] == []
