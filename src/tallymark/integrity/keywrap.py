"""What every key slot has in common: a commitment that is checked first, then a wrapped key.

AES key wrap says only that something fits; the commitment (HKDF beside the wrapping key) says that
this secret, this label and these parameters are the ones it was made with.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from tallymark.errors import IntegrityError
from tallymark.integrity import canonical

MEMBERS = frozenset({"commitment", "wrapped"})
_INFO = b"tallymark/slot/1\n"
_COMMITMENT_SIZE = 32


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A key under a secret: 32 bytes of commitment, and its AES key wrap (RFC 3394)."""

    commitment: bytes
    wrapped: bytes

    @classmethod
    def make(
        cls, key: bytes, *, secret: bytes, stated: Mapping[str, object], label: str
    ) -> Wrapped:
        """Wrap ``key`` (16 to 64 bytes, a multiple of 8); ``stated`` and ``label`` are bound to it."""
        if not 16 <= len(key) <= 64 or len(key) % 8:
            raise IntegrityError("A master key has 16 to 64 bytes, a multiple of 8.")
        wrapping, commitment = _derive(secret, stated, label)
        return cls(commitment, aes_key_wrap(wrapping, key))

    @classmethod
    def read(cls, slot: Mapping[str, object]) -> Wrapped:
        """The two members of a slot. Raises IntegrityError for another spelling or length."""
        commitment, wrapped = hex_bytes(slot["commitment"]), hex_bytes(slot["wrapped"])
        fits = 24 <= len(wrapped) <= 72 and not len(wrapped) % 8
        if len(commitment) != _COMMITMENT_SIZE or not fits:
            raise IntegrityError("A part of this key slot has the wrong length.")
        return cls(commitment, wrapped)

    def members(self) -> dict[str, object]:
        """The two members as a slot states them."""
        return {"commitment": self.commitment.hex(), "wrapped": self.wrapped.hex()}

    def open(self, *, secret: bytes, stated: Mapping[str, object], label: str) -> bytearray | None:
        """The key, or None when the commitment says that the secret is another one.

        Raises IntegrityError when the secret is right and the wrapped key is damaged.
        """
        wrapping, expected = _derive(secret, stated, label)
        if not hmac.compare_digest(expected, self.commitment):
            return None
        try:
            return bytearray(aes_key_unwrap(wrapping, self.wrapped))
        except InvalidUnwrap as error:
            raise IntegrityError("The wrapped key in this slot is damaged.") from error


def _derive(secret: bytes, stated: Mapping[str, object], label: str) -> tuple[bytes, bytes]:
    info = _INFO + canonical.encode({**stated, "label": label})
    both = HKDF(algorithm=hashes.SHA256(), length=64, salt=None, info=info).derive(secret)
    return both[:32], both[32:]


def hex_bytes(value: object) -> bytes:
    """The bytes of lower-case hexadecimal. Raises IntegrityError for any other spelling."""
    try:
        raw = bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError as error:
        raise IntegrityError("A part of this key slot is not hexadecimal.") from error
    if raw.hex() != value:
        raise IntegrityError("A part of this key slot is not lower-case hexadecimal.")
    return raw
