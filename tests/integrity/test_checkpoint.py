"""Signed heads: other tools check them, and no other spelling is read."""

from __future__ import annotations

import base64
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallymark.errors import IntegrityError
from tallymark.integrity import checkpoint
from tallymark.integrity.checkpoint import Checkpoint
from tallymark.integrity.merkle import EMPTY_ROOT
from tallymark.integrity.signature import SigningKey

KEY = SigningKey.from_seed(bytes(range(32)))
HEAD = Checkpoint("vault/1", 5, bytes(range(32)))

heads = st.builds(
    Checkpoint,
    origin=st.text("abcdef0123/", min_size=1, max_size=40),
    size=st.integers(1, (1 << 63) - 1),
    root=st.binary(min_size=32, max_size=32),
)


@given(heads)
def test_round_trip(head: Checkpoint) -> None:
    """Any head comes back from its text and from its note, and only for its own name and key."""
    assert checkpoint.parse(head.body()) == head
    note = checkpoint.sign(head, key=KEY)
    assert checkpoint.open_note(note, public=KEY.public, name=head.origin) == head
    with pytest.raises(IntegrityError):
        checkpoint.open_note(note, public=KEY.public, name=head.origin + "x")
    with pytest.raises(IntegrityError):
        checkpoint.open_note(note, public=bytes(32), name=head.origin)


@given(st.text(max_size=200))
def test_arbitrary_text_is_refused(text: str) -> None:
    """Text that is no checkpoint ends in an IntegrityError; what parses is spelt one way."""
    with pytest.raises(IntegrityError):
        checkpoint.open_note(text, public=KEY.public, name="vault/1")
    with contextlib.suppress(IntegrityError):
        assert checkpoint.parse(text).body() == text


def test_every_changed_byte_is_noticed() -> None:
    """Each byte of a note, changed alone, makes it refuse."""
    note = checkpoint.sign(HEAD, key=KEY).encode()
    for place in range(len(note)):
        changed = note[:place] + bytes([note[place] ^ 1]) + note[place + 1 :]
        text = changed.decode("utf-8", errors="surrogateescape")
        with pytest.raises(IntegrityError):
            checkpoint.open_note(text, public=KEY.public, name=HEAD.origin)


def test_openssl_checks_the_signature(openssl, tmp_path) -> None:
    """The bytes under the signature are the text, as ``openssl pkeyutl`` confirms."""
    note = checkpoint.sign(HEAD, key=KEY)
    body, line = note.split("\n\n")
    raw = base64.b64decode(line.rsplit(" ", 1)[1])[4:]
    der = bytes.fromhex("302a300506032b6570032100") + KEY.public
    files = {"body": (body + "\n").encode(), "sig": raw, "key": der}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    fixed = ("pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin")
    places = ("-inkey", "key", "-in", "body", "-sigfile", "sig")
    given_ = [part if part[0] == "-" else str(tmp_path / part) for part in places]
    assert b"Success" in openssl(*fixed, *given_)
    (tmp_path / "body").write_bytes(files["body"].replace(b"5", b"6"))
    with pytest.raises(ChildProcessError):
        openssl(*fixed, *given_)


@pytest.mark.parametrize(
    ("origin", "size", "root"),
    [("", 1, bytes(32)), ("a b", 1, bytes(32)), ("a+b", 1, bytes(32)), ("a\nb", 1, bytes(32)),
     ("a", -1, bytes(32)), ("a", 1 << 63, bytes(32)), ("a", 1, bytes(31)), ("a", 0, bytes(32))],
)  # fmt: skip
def test_an_impossible_head_is_refused(origin: str, size: int, root: bytes) -> None:
    """What could not be read back is never made."""
    with pytest.raises(IntegrityError):
        Checkpoint(origin, size, root)


def test_an_empty_log_has_a_head() -> None:
    """Size 0 and the root of nothing."""
    assert checkpoint.parse(Checkpoint("v/1", 0, EMPTY_ROOT).body()).size == 0


def test_too_many_signatures_are_refused() -> None:
    """A note is small: neither a flood of lines nor a huge text is worked through."""
    note = checkpoint.sign(HEAD, key=KEY)
    line = note.rsplit("\n\n", 1)[1].replace("vault/1", "witness")
    assert checkpoint.open_note(note + line * 99, public=KEY.public, name="vault/1") == HEAD
    for flood in (note + line * 100, note + "x" * 70_000):
        with pytest.raises(IntegrityError):
            checkpoint.open_note(flood, public=KEY.public, name="vault/1")
