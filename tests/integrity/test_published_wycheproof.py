"""Project Wycheproof: the primitives that seals, keys and signatures stand on."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, keywrap
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared_samples import vectors
from tallymark.integrity import envelope_header, signature


def _cases(name: str) -> Iterator[tuple[dict, dict]]:
    data = json.loads(vectors(f"wycheproof/{name}_test.json").read_text("utf-8"))
    for group in data["testGroups"]:
        for case in group["tests"]:
            for field, value in case.items():
                if isinstance(value, str) and field not in {"comment", "result"}:
                    case[field] = bytes.fromhex(value)
            yield group, case


def test_ed25519() -> None:
    """Our check of a signature accepts and refuses as published."""
    seen = 0
    for group, case in _cases("ed25519"):
        public = bytes.fromhex(group["publicKey"]["pk"])
        fits = signature.verify(public, case["sig"], case["msg"])
        assert fits == (case["result"] == "valid"), case["tcId"]
        seen += 1
    assert seen == 151


def test_chacha20_poly1305() -> None:
    """The cipher of sealed chunks, for the nonce length that age uses; others are refused."""
    seen = 0
    for group, case in _cases("chacha20_poly1305"):
        sealed, good = case["ct"] + case["tag"], case["result"] == "valid"
        seen += 1
        if group["ivSize"] != 96:
            with pytest.raises(ValueError, match="Nonce"):
                ChaCha20Poly1305(case["key"]).decrypt(case["iv"], sealed, case["aad"])
            assert not good
            continue
        try:
            plain = ChaCha20Poly1305(case["key"]).decrypt(case["iv"], sealed, case["aad"])
        except InvalidTag:
            assert not good, case["tcId"]
        else:
            assert good, case["tcId"]
            assert plain == case["msg"]
    assert seen == 325


def test_hkdf() -> None:
    """HKDF-SHA-256; our 32-byte form where the case is of that length."""
    seen = ours = 0
    for _, case in _cases("hkdf_sha256"):
        seen += 1
        if case["result"] != "valid":
            with pytest.raises(ValueError, match="larger"):
                HKDF(hashes.SHA256(), case["size"], case["salt"], case["info"])
            continue
        made = HKDF(hashes.SHA256(), case["size"], case["salt"] or None, case["info"])
        assert made.derive(case["ikm"]) == case["okm"]
        if case["size"] >= 32:
            mine = envelope_header.derive(case["ikm"], salt=case["salt"], info=case["info"])
            assert mine == case["okm"][:32]
            ours += 1
    assert seen == 86
    assert ours > 40


def test_hmac() -> None:
    """HMAC-SHA-256, whole tags: the MAC of an age header."""
    seen = 0
    for group, case in _cases("hmac_sha256"):
        made = hmac.digest(case["key"], case["msg"], "sha256")[: group["tagSize"] // 8]
        assert hmac.compare_digest(made, case["tag"]) == (case["result"] == "valid")
        seen += 1
    assert seen == 174


def test_x25519() -> None:
    """Key agreement; a shared secret of zero is refused, as age demands."""
    seen = 0
    for _, case in _cases("x25519"):
        private = X25519PrivateKey.from_private_bytes(case["private"])
        seen += 1
        try:
            shared = private.exchange(X25519PublicKey.from_public_bytes(case["public"]))
        except ValueError:
            assert case["shared"] == bytes(32), case["tcId"]
            assert case["result"] == "acceptable"
        else:
            assert shared == case["shared"], case["tcId"]
    assert seen == 518


def test_aes_key_wrap() -> None:
    """The wrapping of key slots."""
    seen = 0
    for _, case in _cases("aes_wrap"):
        good = case["result"] != "invalid"
        seen += 1
        try:
            found = keywrap.aes_key_unwrap(case["key"], case["ct"])
        except (keywrap.InvalidUnwrap, ValueError):
            assert case["result"] != "valid", case["tcId"]
        else:
            assert good, case["tcId"]
            assert found == case["msg"]
    assert seen == 165
