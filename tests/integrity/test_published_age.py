"""The published age vectors (C2SP/CCTV): all that are for X25519 keys do what they say."""

from __future__ import annotations

import hashlib
import io
import zlib
from collections import Counter

import pytest

from integrity.vector_format import Vector, read
from shared_samples import vectors
from tallymark.errors import EnvelopeDamaged, WrongKey
from tallymark.integrity import envelope, envelope_header
from tallymark.integrity.envelope import Identity

# Features we do not have. Such files are passed over where they are about nothing else.
PASSED_OVER = {"armor": 33, "passphrase": 24, "hybrid": 18}
ANY_KEY = Identity(bytes(range(32)))


def _feature(vector: Vector) -> str | None:
    """Which feature that we do not have this file is about, if any."""
    if vector.header.get("armored") == "yes":
        return "armor"
    if "passphrase" in vector.header and "identity" not in vector.header:
        return "passphrase"
    if vector.header.get("identity", ANY_KEY.secret).startswith("AGE-SECRET-KEY-PQ-1"):
        return "hybrid"
    return None


def _published() -> dict[str, Vector]:
    found = {}
    for path in sorted(vectors("age-cctv").iterdir()):
        vector = read(path.read_bytes())
        packed = vector.header.get("compressed") == "zlib"
        content = zlib.decompress(vector.content) if packed else vector.content
        found[path.name] = Vector(vector.header, content)
    return found


def _identity(vector: Vector) -> Identity:
    """The file's key; an empty file names none."""
    return Identity.parse(vector.header.get("identity", ANY_KEY.secret))


def _outcome(vector: Vector, *, data: bytes) -> tuple[str, bytes]:
    scalar = _identity(vector).scalar
    try:
        header = envelope_header.parse(data)
        file_key = envelope_header.find_key(header, secret=scalar)
    except EnvelopeDamaged:
        return "header failure", b""
    except WrongKey:
        return "no match", b""
    try:
        envelope_header.check_mac(header, file_key=file_key)
    except EnvelopeDamaged:
        return "HMAC failure", b""
    if len(data) < header.length + envelope.NONCE:
        return "header failure", b""
    out = io.BytesIO()
    try:
        envelope.open_all(io.BytesIO(data), out, identity=Identity(scalar))
    except EnvelopeDamaged:
        return "payload failure", out.getvalue()
    return "success", out.getvalue()


def test_every_vector_that_applies() -> None:
    """Each published file for X25519 keys opens or is refused for the reason it names."""
    tried, differ = 0, []
    for name, vector in _published().items():
        if _feature(vector):
            continue
        tried += 1
        result, plain = _outcome(vector, data=vector.content)
        if result != vector["expect"]:
            differ.append((name, vector["expect"], result))
        elif result == "success":
            assert hashlib.sha256(plain).hexdigest() == vector["payload"]
    assert differ == []
    assert tried == 143 - sum(PASSED_OVER.values())


def _as_it_comes(vector: Vector) -> bytes:
    """What a reader gives out that learns only afterwards that a chunk was the last."""
    data = vector.content
    header = envelope_header.parse(data)
    file_key = envelope_header.unwrap(header, secret=_identity(vector).scalar)
    nonce, payload = data[header.length :][:16], data[header.length + 16 :]
    stream = envelope._Stream(file_key, nonce)
    out = b""
    for index in range(len(payload) // (envelope.CHUNK + 16) + 1):
        sealed = payload[index * (envelope.CHUNK + 16) :][: envelope.CHUNK + 16]
        for last in (False, True) if len(sealed) > envelope.CHUNK + 15 else (True,):
            try:
                out += stream.open_one(sealed, index=index, last=last)
                break
            except EnvelopeDamaged:
                continue
        else:
            return out
        if last:
            return out
    return out


def test_what_comes_out_before_a_fault() -> None:
    """Before a fault we give out the good chunks and never more than the vector names.

    We give out less where the end shows the fault: a last chunk that is not marked as one.
    """
    for name, vector in _published().items():
        if vector["expect"] != "payload failure" or _feature(vector):
            continue
        _, plain = _outcome(vector, data=vector.content)
        allowed = _as_it_comes(vector)
        assert hashlib.sha256(allowed).hexdigest() == vector["payload"], name
        assert allowed.startswith(plain), name


def test_what_is_passed_over_is_counted() -> None:
    """The features we do not have are named, and no file is dropped in silence."""
    found = Counter(_feature(vector) for vector in _published().values())
    found.pop(None)
    assert found == PASSED_OVER


def test_what_is_passed_over_never_opens() -> None:
    """A file of a feature we do not have ends in our own error, whichever key is tried."""
    for vector in _published().values():
        if _feature(vector):
            with pytest.raises((EnvelopeDamaged, WrongKey)):
                envelope.open_all(io.BytesIO(vector.content), io.BytesIO(), identity=ANY_KEY)


def test_random_access_agrees() -> None:
    """The seekable reader accepts exactly the files that reading through accepts."""
    for name, vector in _published().items():
        if _feature(vector):
            continue
        good = vector["expect"] == "success"
        try:
            identity = _identity(vector)
            with envelope.SealedReader(io.BytesIO(vector.content), identity=identity) as reader:
                result = hashlib.sha256(reader.read()).hexdigest() == vector["payload"]
        except (EnvelopeDamaged, WrongKey):
            result = False
        assert result == good, name
