"""Sealed files: our own way back, other programs both ways, and every kind of damage."""

from __future__ import annotations

import hashlib
import io
import random

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallymark.errors import EnvelopeDamaged, EnvelopeError, WrongKey
from tallymark.integrity import bech32, envelope
from tallymark.integrity.envelope import CHUNK, Identity, SealedReader

OURS, THEIRS = Identity(hashlib.sha256(b"a").digest()), Identity(hashlib.sha256(b"b").digest())
PATTERN = hashlib.shake_256(b"content").digest(3 * (1 << 20))
EDGES = (0, 1, 31, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, (1 << 20) - 1, 1 << 20, (1 << 20) + 1,
         (2 << 20) + CHUNK)  # fmt: skip


def seal(data: bytes, *, pad: bool = False, to: tuple[Identity, ...] = (OURS,)) -> bytes:
    """A sealed file; what was told about it is right."""
    out = io.BytesIO()
    recipients = [identity.recipient for identity in to]
    made = envelope.seal(io.BytesIO(data), out, recipients=recipients, pad=pad)
    assert (made.sha256, made.size) == (hashlib.sha256(data).hexdigest(), len(data))
    assert made.sealed_size == len(out.getvalue())
    return out.getvalue()


def unseal(file: bytes, *, size: int | None = None, identity: Identity = OURS) -> bytes:
    """What is inside; what was told about it is right."""
    out = io.BytesIO()
    made = envelope.open_all(io.BytesIO(file), out, identity=identity, size=size)
    assert made.sha256 == hashlib.sha256(out.getvalue()).hexdigest()
    assert (made.size, made.sealed_size) == (len(out.getvalue()), len(file))
    return out.getvalue()


@pytest.mark.parametrize("pad", [False, True])
@pytest.mark.parametrize("size", EDGES)
def test_what_is_sealed_comes_back(size: int, pad: bool) -> None:
    """Round trip at every edge of chunks and batches, digest and sizes told right, padded or not."""
    data = PATTERN[:size]
    file = seal(data, pad=pad)
    assert unseal(file, size=size) == data
    with SealedReader(io.BytesIO(file), identity=OURS, size=size) as reader:
        assert (reader.size, reader.read()) == (size, data)
    whole = unseal(file)
    assert whole == data + bytes(len(whole) - size)
    assert len(whole) == (envelope.padded_size(size) if pad else size)


@pytest.mark.parametrize("size", EDGES)
def test_pyrage_reads_ours_and_we_read_pyrage(size: int) -> None:
    """The Rust age opens what we seal, and we open what it seals."""
    data = PATTERN[:size]
    theirs = pyrage.x25519.Identity.from_str(OURS.secret)
    assert str(theirs.to_public()) == OURS.recipient
    assert pyrage.decrypt(seal(data), [theirs]) == data
    file = pyrage.encrypt(data, [theirs.to_public()])
    assert unseal(file) == data
    with SealedReader(io.BytesIO(file), identity=OURS) as reader:
        assert reader.read() == data


@pytest.mark.parametrize("size", [0, 1000, CHUNK, (1 << 20) + 5])
def test_debian_age_reads_ours_and_we_read_age(size: int, age, tmp_path) -> None:
    """The Go age opens what we seal, and we open what it seals."""
    data = PATTERN[:size]
    keys = tmp_path / "keys.txt"
    keys.write_text(OURS.secret + "\n")
    assert age("-d", "-i", str(keys), data=seal(data, to=(THEIRS, OURS))) == data
    assert unseal(age("-r", OURS.recipient, "-r", THEIRS.recipient, data=data)) == data


@pytest.mark.parametrize("size", [0, 1000, CHUNK, CHUNK + 5])
def test_npm_age_reads_ours_and_we_read_npm_age(size: int, node_age) -> None:
    """The TypeScript age opens what we seal, and we open what it seals."""
    data = PATTERN[:size]
    assert node_age("open", OURS.secret, data=seal(data)) == data
    assert unseal(node_age("seal", OURS.recipient, THEIRS.recipient, data=data)) == data


def test_age_armor_is_refused_by_name(age) -> None:
    """The text form of age is not read: it is refused as no age file, not half read."""
    with pytest.raises(EnvelopeDamaged, match="not an age file"):
        unseal(age("-a", "-r", OURS.recipient, data=b"x"))


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=200), pad=st.booleans())
def test_any_bytes_round_trip(data: bytes, pad: bool) -> None:
    """No content is special."""
    assert unseal(seal(data, pad=pad), size=len(data)) == data


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"age-encryption.org/v1\n"]))
def test_arbitrary_bytes_are_refused_with_our_own_error(junk: bytes, start: bytes) -> None:
    """Whatever a file holds, opening ends in an EnvelopeError and nothing else."""
    with pytest.raises(EnvelopeError):
        unseal(start + junk)
    with pytest.raises(EnvelopeError):
        SealedReader(io.BytesIO(start + junk), identity=OURS)


def test_every_flipped_byte_is_noticed() -> None:
    """Each byte of a small sealed file, changed alone, makes it refuse to open."""
    file = seal(b"every byte counts", to=(OURS, THEIRS))
    for place in range(len(file)):
        changed = file[:place] + bytes([file[place] ^ 1]) + file[place + 1 :]
        with pytest.raises(EnvelopeError):
            unseal(changed)
        with pytest.raises(EnvelopeError):
            SealedReader(io.BytesIO(changed), identity=OURS)


def test_every_cut_is_noticed() -> None:
    """A sealed file cut short anywhere refuses to open, read either way."""
    file = seal(PATTERN[: CHUNK + 40])
    for length in [*range(400), *range(len(file) - 100, len(file))]:
        with pytest.raises(EnvelopeError):
            unseal(file[:length])
        with pytest.raises(EnvelopeError):
            SealedReader(io.BytesIO(file[:length]), identity=OURS)


def test_random_access_gives_the_same_bytes() -> None:
    """Reading anywhere, in any size, gives what reading through gives."""
    data = PATTERN[: 5 * CHUNK + 123]
    drawn = random.Random(7)
    with SealedReader(io.BytesIO(seal(data, pad=True)), identity=OURS, size=len(data)) as reader:
        for _ in range(300):
            place, length = drawn.randrange(len(data) + 10), drawn.randrange(3 * CHUNK)
            assert reader.seek(place) == place
            assert reader.read(length) == data[place : place + length]
        assert reader.seek(-5, io.SEEK_END) == len(data) - 5 == reader.tell()
        buffer = bytearray(9)
        assert reader.readinto(buffer) == 5
        assert bytes(buffer[:5]) == data[-5:]
        assert io.BufferedReader(reader).read(3) == b""


def test_only_the_chunks_that_are_read_are_decrypted() -> None:
    """Damage elsewhere does not stop a reader of a good part, and is noticed when it is reached."""
    data = PATTERN[: 3 * CHUNK]
    file = bytearray(seal(data))
    file[len(file) // 2] ^= 1
    with SealedReader(io.BytesIO(bytes(file)), identity=OURS) as reader:
        assert reader.read(100) == data[:100]
        with pytest.raises(EnvelopeDamaged):
            reader.read()


def test_the_reader_keeps_to_the_rules_of_a_file() -> None:
    """Not writable, closes what it reads, refuses a place before the beginning."""
    file = io.BytesIO(seal(b"abc"))
    reader = SealedReader(file, identity=OURS)
    assert reader.readable()
    assert reader.seekable()
    assert not reader.writable()
    with pytest.raises(ValueError, match="before the beginning"):
        reader.seek(-1)
    reader.close()
    assert file.closed


def test_a_wrong_key_is_named_as_such() -> None:
    """Not damage: the file is for somebody else."""
    with pytest.raises(WrongKey):
        unseal(seal(b"x"), identity=THEIRS)
    with pytest.raises(WrongKey):
        SealedReader(io.BytesIO(seal(b"x")), identity=THEIRS)


def test_a_wrong_size_is_damage() -> None:
    """A claimed size must fit what is inside."""
    with pytest.raises(EnvelopeDamaged):
        unseal(seal(b"abc"), size=4)
    with pytest.raises(EnvelopeDamaged):
        unseal(seal(b"abc"), size=2)
    with pytest.raises(EnvelopeDamaged):
        SealedReader(io.BytesIO(seal(b"abc")), identity=OURS, size=4)


@pytest.mark.parametrize(
    "text",
    ["", "age1", "age1qqqq", OURS.recipient.upper(), OURS.recipient[:-1] + "b", OURS.secret,
     OURS.recipient + "q", "ssh-ed25519 AAAA", OURS.recipient.replace("age1", "Age1", 1)],
)  # fmt: skip
def test_what_is_no_recipient_is_refused_before_writing(text: str) -> None:
    """A wrong recipient stops sealing before a byte is written."""
    out = io.BytesIO()
    with pytest.raises(EnvelopeError):
        envelope.seal(io.BytesIO(b"x"), out, recipients=[OURS.recipient, text])
    assert out.getvalue() == b""


def test_nobody_and_a_crowd_are_refused() -> None:
    """At least one recipient, and no more than a header can hold."""
    for recipients in ([], [OURS.recipient] * 101):
        with pytest.raises(EnvelopeError):
            envelope.seal(io.BytesIO(b""), io.BytesIO(), recipients=recipients)


def test_a_recipient_of_low_order_is_refused() -> None:
    """A key that would make the shared secret zero is not sealed to."""
    with pytest.raises(EnvelopeError, match="cannot be used"):
        envelope.seal(io.BytesIO(b""), io.BytesIO(), recipients=[bech32.encode("age", bytes(32))])


@pytest.mark.parametrize("text", ["", OURS.secret.lower(), OURS.recipient, OURS.secret[:-1] + "Q"])
def test_what_is_no_identity_is_refused(text: str) -> None:
    """Only a whole AGE-SECRET-KEY-1 line is a key; the error does not repeat what was given."""
    with pytest.raises(EnvelopeError) as caught:
        Identity.parse(text)
    assert not text or text not in str(caught.value)


def test_an_identity_does_not_show_itself() -> None:
    """A key in a log line or traceback gives nothing away."""
    identity = Identity.generate()
    assert Identity.parse(identity.secret) == identity
    assert identity.scalar.hex() not in repr(identity)
    assert "\\x" not in repr(identity)


def test_progress_counts_the_plaintext() -> None:
    """Whoever waits sees how many bytes are done, up to all of them."""
    seen: list[int] = []
    envelope.seal(
        io.BytesIO(PATTERN), io.BytesIO(), recipients=[OURS.recipient], progress=seen.append
    )
    assert seen == [1 << 20, 2 << 20, 3 << 20]


def test_an_error_of_the_disk_comes_through() -> None:
    """A full disk while sealing is told as it is, and the second thread ends."""

    class Full(io.BytesIO):
        def write(self, data) -> int:
            if len(data) > 1000:
                raise OSError(28, "no space left")
            return super().write(data)

    with pytest.raises(OSError, match="no space"):
        envelope.seal(io.BytesIO(PATTERN), Full(), recipients=[OURS.recipient])


def test_streams_that_give_little_at_a_time() -> None:
    """A pipe gives what it has; chunks are full all the same."""

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 0, 777))

    out = io.BytesIO()
    envelope.seal(Slow(PATTERN[:200_000]), out, recipients=[OURS.recipient])
    again = io.BytesIO()
    envelope.open_all(Slow(out.getvalue()), again, identity=OURS)
    assert again.getvalue() == PATTERN[:200_000]


@given(st.integers(min_value=0, max_value=1 << 45))
def test_padding_costs_little_and_hides_the_low_bits(size: int) -> None:
    """Never shorter, at most 12 % longer, and padding a padded size changes nothing."""
    padded = envelope.padded_size(size)
    assert size <= padded <= size * 1.12 + 1
    assert envelope.padded_size(padded) == padded


@given(st.binary(max_size=80), st.sampled_from(["age", "age-secret-key-"]))
def test_bech32_round_trip(data: bytes, prefix: str) -> None:
    """Any bytes come back, in either case, and never under another prefix."""
    text = bech32.encode(prefix, data)
    assert bech32.decode(text, prefix=prefix) == bech32.decode(text.upper(), prefix=prefix) == data
    assert bech32.decode(text, prefix="agf") is None


@given(st.text(max_size=60))
def test_bech32_of_arbitrary_text_is_none_or_spelt_one_way(text: str) -> None:
    """Whatever decodes is what encoding writes."""
    data = bech32.decode(text, prefix="age")
    assert data is None or bech32.encode("age", data) == text.lower()
