"""The header of an age v1 file (C2SP age.md): strict reading, writing, and the X25519 stanza.

Whatever the age test kit says must be refused is refused here, before any key is tried.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tallymark.errors import EnvelopeDamaged, EnvelopeError, WrongKey

MAX_HEADER = 64 * 1024
FILE_KEY_SIZE = 16

_VERSION = b"age-encryption.org/v1\n"
_X25519_INFO = b"age-encryption.org/v1/X25519"
_LINE = 64
_STANZA = re.compile(rb"-> ([\x21-\x7e]+(?: [\x21-\x7e]+)*)")
_FOOTER = re.compile(rb"--- ([A-Za-z0-9+/]{43})")


@dataclass(frozen=True, slots=True)
class Stanza:
    """One recipient's line: its type, further arguments, and body."""

    kind: bytes
    arguments: tuple[bytes, ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """A parsed header: its stanzas, the bytes its MAC covers, the MAC, and its whole length."""

    stanzas: tuple[Stanza, ...]
    covered: bytes
    mac: bytes
    length: int


def derive(key: bytes, *, info: bytes, salt: bytes = b"") -> bytes:
    """32 bytes of HKDF-SHA-256."""
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt or None, info=info).derive(key)


def public_of(secret: bytes) -> bytes:
    """The X25519 public key of a 32-byte secret."""
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def write(file_key: bytes, *, recipients: list[bytes]) -> bytes:
    """A header that wraps ``file_key`` for each X25519 public key, with its MAC."""
    covered = _VERSION
    for public in recipients:
        share, body = _wrap(file_key, public)
        covered += b"-> X25519 " + share + b"\n" + body + b"\n"
    covered += b"---"
    return covered + b" " + _encode64(_mac(file_key, covered)) + b"\n"


def parse(data: bytes) -> Header:
    """Read the header at the start of ``data``; EnvelopeDamaged for anything malformed.

    ``data`` needs no more than ``MAX_HEADER`` bytes; a longer header is refused.
    """
    if not data.startswith(_VERSION):
        raise EnvelopeDamaged("This is not an age file of version 1.")
    lines = _Lines(data[:MAX_HEADER], at=len(_VERSION))
    stanzas: list[Stanza] = []
    while True:
        begin = lines.at
        line = lines.next()
        if stanza := _STANZA.fullmatch(line):
            kind, *arguments = stanza[1].split(b" ")
            stanzas.append(Stanza(kind, tuple(arguments), lines.body()))
        elif (footer := _FOOTER.fullmatch(line)) and stanzas:
            covered = data[: begin + len(b"---")]
            return Header(tuple(stanzas), covered, _decode64(footer[1]), lines.at)
        else:
            raise EnvelopeDamaged("A line of the sealed file's header is malformed.")


def unwrap(header: Header, *, secret: bytes) -> bytes:
    """The 16-byte file key for the X25519 ``secret``, once the header's MAC holds under it.

    Raises WrongKey when no stanza is for it, EnvelopeDamaged when a stanza is malformed or the
    MAC does not fit.
    """
    file_key = find_key(header, secret=secret)
    check_mac(header, file_key=file_key)
    return file_key


def find_key(header: Header, *, secret: bytes) -> bytes:
    """The first stanza's file key that ``secret`` opens; errors as for ``unwrap``."""
    kinds = [stanza.kind for stanza in header.stanzas]
    if b"scrypt" in kinds and len(kinds) > 1:
        raise EnvelopeDamaged("A passphrase must be the only way into a sealed file.")
    keys = [_try(stanza, secret) for stanza in header.stanzas if stanza.kind == b"X25519"]
    found = next((key for key in keys if key is not None), None)
    if found is None:
        raise WrongKey
    return found


def check_mac(header: Header, *, file_key: bytes) -> None:
    """Raises EnvelopeDamaged unless the header was made by someone who had ``file_key``."""
    if not hmac.compare_digest(_mac(file_key, header.covered), header.mac):
        raise EnvelopeDamaged("The header of the sealed file was changed.")


def _wrap(file_key: bytes, public: bytes) -> tuple[bytes, bytes]:
    ephemeral = os.urandom(32)
    share = public_of(ephemeral)
    key = _wrapping_key(ephemeral, theirs=public, share=share, recipient=public)
    sealed = ChaCha20Poly1305(key).encrypt(bytes(12), file_key, None)
    return _encode64(share), _encode64(sealed)


def _try(stanza: Stanza, secret: bytes) -> bytes | None:
    """The file key if this stanza is for ``secret``; EnvelopeDamaged if it is malformed."""
    if len(stanza.arguments) != 1 or len(stanza.body) != FILE_KEY_SIZE + 16:
        raise EnvelopeDamaged("A recipient in the sealed file's header is malformed.")
    share = _decode64(stanza.arguments[0])
    if len(share) != 32:
        raise EnvelopeDamaged("A recipient in the sealed file's header is malformed.")
    key = _wrapping_key(secret, theirs=share, share=share, recipient=public_of(secret))
    try:
        return ChaCha20Poly1305(key).decrypt(bytes(12), stanza.body, None)
    except InvalidTag:
        return None


def _wrapping_key(secret: bytes, *, theirs: bytes, share: bytes, recipient: bytes) -> bytes:
    private = X25519PrivateKey.from_private_bytes(secret)
    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(theirs))
    except ValueError as error:  # the all-zero result of a low-order point
        if theirs != share:  # sealing: it is the recipient's key that is at fault
            raise EnvelopeError("This recipient key cannot be used.") from error
        raise EnvelopeDamaged("A recipient in the header is a point of low order.") from error
    return derive(shared, salt=share + recipient, info=_X25519_INFO)


def _mac(file_key: bytes, covered: bytes) -> bytes:
    return hmac.digest(derive(file_key, info=b"header"), covered, "sha256")


def _encode64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _decode64(text: bytes) -> bytes:
    """Unpadded base64 in its one spelling."""
    try:
        data = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise EnvelopeDamaged("The sealed file's header is not base64.") from error
    if _encode64(data) != text:
        raise EnvelopeDamaged("The sealed file's header has base64 in a second spelling.")
    return data


class _Lines:
    """Lines that end in LF, within the header's ceiling."""

    def __init__(self, data: bytes, *, at: int) -> None:
        self._data = data
        self.at = at

    def next(self) -> bytes:
        end = self._data.find(b"\n", self.at)
        if end < 0:
            raise EnvelopeDamaged("The sealed file's header is cut short or too long.")
        line = self._data[self.at : end]
        self.at = end + 1
        return line

    def body(self) -> bytes:
        """Base64 in lines of 64 and one shorter line, which may be empty but not missing."""
        body = b""
        while True:
            line = self.next()
            if len(line) > _LINE:
                raise EnvelopeDamaged("A line of the sealed file's header is too long.")
            body += _decode64(line)
            if len(line) < _LINE:
                return body
