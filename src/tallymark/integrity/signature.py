"""Ed25519 keys, how people compare them, and SSHSIG signatures that OpenSSH checks.

SSHSIG is fixed by PROTOCOL.sshsig of OpenSSH. We write hash algorithm ``sha512``, as
``ssh-keygen -Y sign`` does, and read ``sha256`` and ``sha512``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tallymark.errors import IntegrityError
from tallymark.integrity.wordlist import english

KEY_TYPE = b"ssh-ed25519"
_MAGIC = b"SSHSIG"
_BEGIN = "-----BEGIN SSH SIGNATURE-----"
_END = "-----END SSH SIGNATURE-----"
_HASHES = {b"sha256": hashlib.sha256, b"sha512": hashlib.sha512}
_MAX_ARMOR = 4096
_TELLING = 4


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 private key. ``seed`` and ``public`` have 32 bytes each."""

    seed: bytes = field(repr=False)
    public: bytes

    @classmethod
    def generate(cls) -> SigningKey:
        """A new key from the system's randomness."""
        return cls.from_seed(Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def from_seed(cls, seed: bytes) -> SigningKey:
        """The key of a 32-byte seed (RFC 8032). Raises IntegrityError for any other length."""
        if len(seed) != 32:
            raise IntegrityError("A signing seed has 32 bytes.")
        public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        return cls(seed=bytes(seed), public=public)

    def sign(self, message: bytes) -> bytes:
        """The 64-byte Ed25519 signature over ``message``; the same each time."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


def verify(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether ``signature`` (64 bytes) is by ``public`` (32 bytes) over ``message``."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def public_line(public: bytes, comment: str = "tallymark") -> str:
    """The key as OpenSSH writes it: ``ssh-ed25519 <base64> <comment>``, without a newline."""
    return f"ssh-ed25519 {base64.b64encode(_key_blob(public)).decode()} {comment}".rstrip()


def fingerprint(public: bytes) -> str:
    """``SHA256:`` and 43 base64 characters, as ``ssh-keygen -l`` prints it."""
    digest = hashlib.sha256(_key_blob(public)).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def six_words(data: bytes) -> tuple[str, ...]:
    """Six English words (BIP-39 list) for the first 66 bits of SHA-256 of ``data``.

    ``data`` is a 32-byte public key, or the text of a checkpoint. To be read over the telephone;
    66 bits are for comparing, not for identifying by search.
    """
    return tuple(english()[number] for number in six_numbers(data))


def six_numbers(data: bytes) -> tuple[int, ...]:
    """The places (0 to 2047) of ``six_words`` in their list."""
    bits = int.from_bytes(hashlib.sha256(data).digest()[:9], "big") >> 6
    return tuple(bits >> (11 * place) & 2047 for place in range(5, -1, -1))


def numbers_of(words: Sequence[str]) -> tuple[int, ...]:
    """The places in the list of six words that somebody says, in any case.

    The first four letters are enough, because no two words of the list share them. Raises
    IntegrityError, which names the first word that is not in the list, or says how many there are.
    """
    if len(words) != 6:
        raise IntegrityError(f"A code has six words, not {len(words)}.")
    places = {word[:_TELLING]: place for place, word in enumerate(english())}
    found = tuple(places.get(word.casefold()[:_TELLING], -1) for word in words)
    if -1 in found:
        raise IntegrityError(f"Word {found.index(-1) + 1} is not in the list of words.")
    return found


def sshsig(key: SigningKey, message: bytes, *, namespace: str = "tallymark-bundle") -> str:
    """An armoured SSH signature that ``ssh-keygen -Y verify -n NAMESPACE`` accepts.

    The same key, message and namespace give the same text. Raises IntegrityError for an empty
    namespace.
    """
    signed = _signed_bytes(message, namespace=namespace, algorithm=b"sha512")
    blob = _MAGIC + struct.pack(">I", 1)
    for part in (_key_blob(key.public), namespace.encode(), b"", b"sha512"):
        blob += _string(part)
    blob += _string(_string(KEY_TYPE) + _string(key.sign(signed)))
    return _armor(blob)


def verify_sshsig(armored: str, *, message: bytes, namespace: str) -> bytes:
    """The 32-byte public key that signed ``message`` in ``namespace``.

    Who holds that key is the caller's question. Raises IntegrityError when the text is not an
    SSH signature by an Ed25519 key, spelt exactly as OpenSSH spells it, over exactly this.
    """
    reader = _Reader(_dearmor(armored))
    if reader.take(6) != _MAGIC or reader.take(4) != b"\x00\x00\x00\x01":
        raise IntegrityError("This is not an SSH signature of version 1.")
    public = _inner(reader.string())
    if reader.string() != namespace.encode():
        raise IntegrityError("The signature was made for another purpose.")
    if reader.string():
        raise IntegrityError("The signature's reserved field is not empty.")
    algorithm = reader.string()
    signature = _inner(reader.string())
    reader.end()
    signed = _signed_bytes(message, namespace=namespace, algorithm=algorithm)
    if not verify(public, signature, signed):
        raise IntegrityError("The signature does not fit what it covers.")
    return public


def _signed_bytes(message: bytes, *, namespace: str, algorithm: bytes) -> bytes:
    if not namespace:
        raise IntegrityError("A signature needs a namespace.")
    if algorithm not in _HASHES:
        raise IntegrityError("The signature uses an unknown hash.")
    digest = _HASHES[algorithm](message).digest()
    return _MAGIC + b"".join(_string(part) for part in (namespace.encode(), b"", algorithm, digest))


def _key_blob(public: bytes) -> bytes:
    if len(public) != 32:
        raise IntegrityError("A public key has 32 bytes.")
    return _string(KEY_TYPE) + _string(public)


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _inner(blob: bytes) -> bytes:
    """The one value of an ``ssh-ed25519`` blob: a key or a signature."""
    reader = _Reader(blob)
    if reader.string() != KEY_TYPE:
        raise IntegrityError("The signature is not by an Ed25519 key.")
    value = reader.string()
    reader.end()
    return value


def _armor(blob: bytes) -> str:
    text = base64.b64encode(blob).decode()
    lines = [text[at : at + 70] for at in range(0, len(text), 70)]
    return "\n".join([_BEGIN, *lines, _END, ""])


def _dearmor(armored: str) -> bytes:
    lines = armored.split("\n")
    if len(armored) > _MAX_ARMOR or lines[0] != _BEGIN or lines[-2:] != [_END, ""]:
        raise IntegrityError("This is not an SSH signature.")
    try:
        blob = base64.b64decode("".join(lines[1:-2]), validate=True)
    except (binascii.Error, ValueError) as error:
        raise IntegrityError("The SSH signature is not base64.") from error
    if _armor(blob) != armored:
        raise IntegrityError("The SSH signature is not spelt as OpenSSH spells it.")
    return blob


class _Reader:
    """Length-prefixed strings of the SSH wire format, and nothing left over."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        part = self._data[self._at : self._at + count]
        if len(part) != count:
            raise IntegrityError("The SSH signature is cut short.")
        self._at += count
        return part

    def string(self) -> bytes:
        return self.take(struct.unpack(">I", self.take(4))[0])

    def end(self) -> None:
        if self._at != len(self._data):
            raise IntegrityError("The SSH signature has something after its end.")
