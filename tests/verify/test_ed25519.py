"""Our Ed25519 check against the RFC, Wycheproof and the cryptography package."""

from __future__ import annotations

import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from shared_samples import vectors
from tallymark.verify import ed25519

# RFC 8032 section 7.1: public key, message, signature
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e3970"
        "1cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613"
        "d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760"
        "984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


def _theirs(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_rfc_8032_vectors(public: str, message: str, signature: str) -> None:
    """The RFC's own examples hold, and not over another message."""
    key, data, signed = map(bytes.fromhex, (public, message, signature))
    assert ed25519.verify(key, signature=signed, message=data)
    assert not ed25519.verify(key, signature=signed, message=data + b"x")


def test_wycheproof() -> None:
    """Every Wycheproof case gets the published answer, and the one that OpenSSL gives."""
    found = json.loads(vectors("wycheproof/ed25519_test.json").read_text())
    done = 0
    for group in found["testGroups"]:
        public = bytes.fromhex(group["publicKey"]["pk"])
        for case in group["tests"]:
            signature, message = bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"])
            ours = ed25519.verify(public, signature=signature, message=message)
            assert ours == (case["result"] == "valid"), case["tcId"]
            assert ours == _theirs(public, signature, message), case["tcId"]
            done += 1
    assert done == found["numberOfTests"]


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 511))
def test_agrees_with_cryptography(seed: bytes, message: bytes, bit: int) -> None:
    """A fresh signature holds; with any one bit turned both say no."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert ed25519.verify(public, signature=signature, message=message)
    turned = bytearray(signature)
    turned[bit // 8] ^= 1 << bit % 8
    assert not ed25519.verify(public, signature=bytes(turned), message=message)
    assert not _theirs(public, bytes(turned), message)


def test_second_spelling_of_s_is_refused() -> None:
    """S plus the group order would be another signature for the same message."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    signature = key.sign(b"x")
    s = int.from_bytes(signature[32:], "little") + ed25519.ORDER
    again = signature[:32] + s.to_bytes(32, "little")
    assert not ed25519.verify(key.public_key().public_bytes_raw(), signature=again, message=b"x")


@pytest.mark.parametrize(
    "public",
    [
        (1).to_bytes(32, "little"),  # neutral
        (ed25519.P - 1).to_bytes(32, "little"),  # order 2
        (0).to_bytes(32, "little"),  # order 4
        (1 << 255).to_bytes(32, "little"),  # order 4, the other sign
        (1 | 1 << 255).to_bytes(32, "little"),  # neutral with a sign
        (ed25519.P + 1).to_bytes(32, "little"),  # neutral, not canonical
        bytes.fromhex(
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"
        ),  # order 8
    ],
)
def test_keys_that_fit_many_messages_are_refused(public: bytes) -> None:
    """With a key of small order one signature would hold for any message."""
    for message in (b"a", b"b", b"c", b"d"):
        signature = (1).to_bytes(32, "little") + bytes(32)
        assert not ed25519.verify(public, signature=signature, message=message)


@given(st.binary(max_size=80), st.binary(max_size=80), st.binary(max_size=8))
def test_any_bytes_give_an_answer(public: bytes, signature: bytes, message: bytes) -> None:
    """Nothing of the wrong length or form raises."""
    assert ed25519.verify(public, signature=signature, message=message) is False
