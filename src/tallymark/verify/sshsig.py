"""OpenSSH signatures (PROTOCOL.sshsig) and public key lines, Ed25519 only, one spelling each."""

from __future__ import annotations

import base64
import binascii
import hashlib

from tallymark.errors import VerificationError
from tallymark.verify import ed25519

_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_LINE = 70  # as ssh-keygen writes it
_TYPE = b"ssh-ed25519"
_HASHES = {b"sha512": hashlib.sha512, b"sha256": hashlib.sha256}


def verify(armored: bytes, *, message: bytes, namespace: str) -> bytes:
    """The 32-byte public key that signed ``message``, or ``VerificationError`` in plain words."""
    blob = _unarmor(armored)
    if blob[:10] != b"SSHSIG\x00\x00\x00\x01":
        raise VerificationError("The signature is not an OpenSSH signature of version 1.")
    key_blob, space, reserved, algorithm, signed = _strings(blob[10:], 5)
    public = _key(key_blob)
    if space != namespace.encode():
        raise VerificationError("The signature was made for another purpose (its namespace).")
    if reserved or algorithm not in _HASHES:
        raise VerificationError("The signature uses a hash that is not allowed here.")
    kind, signature = _strings(signed, 2)
    inner = _HASHES[algorithm](message).digest()
    covered = b"SSHSIG" + b"".join(_string(part) for part in (space, b"", algorithm, inner))
    if kind != _TYPE or not ed25519.verify(public, signature=signature, message=covered):
        raise VerificationError("The signature does not fit the tag manifest.")
    return public


def fingerprint(public: bytes) -> str:
    """``SHA256:`` and 43 characters, as ``ssh-keygen -l`` prints for the 32-byte key."""
    digest = hashlib.sha256(_string(_TYPE) + _string(public)).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def public_line(line: bytes) -> bytes:
    """The 32-byte key of one line ``ssh-ed25519 <base64>[ comment]`` with its LF."""
    text = line[:-1].decode("utf-8", "replace")
    parts = text.split(" ", 2)
    if line[-1:] != b"\n" or "\n" in text or len(parts) < 2 or parts[0] != "ssh-ed25519":
        raise VerificationError("A public key is not written as one ssh-ed25519 line.")
    return _key(_base64(parts[1]))


def _key(blob: bytes) -> bytes:
    kind, public = _strings(blob, 2)
    if kind != _TYPE or len(public) != 32:
        raise VerificationError("The key is not an Ed25519 key.")
    return public


def _unarmor(armored: bytes) -> bytes:
    try:
        lines = armored.decode("ascii").split("\n")
    except UnicodeDecodeError:
        lines = []
    if len(lines) < 4 or lines[0] != _BEGIN or lines[-2:] != [_END, ""]:
        raise VerificationError("The signature file does not have the form ssh-keygen writes.")
    text = "".join(lines[1:-2])
    if lines[1:-2] != [text[at : at + _LINE] for at in range(0, len(text), _LINE)]:
        raise VerificationError("The signature file does not have the form ssh-keygen writes.")
    return _base64(text)


def _base64(text: str) -> bytes:
    """Base64 in its one spelling: padding there, unused bits zero."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data or base64.b64encode(data) != text.encode("utf-8", "replace"):
        raise VerificationError("A key or signature is not written in plain base64.")
    return data


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def _strings(data: bytes, count: int) -> tuple[bytes, ...]:
    """Exactly ``count`` length-prefixed strings and nothing after them."""
    found: list[bytes] = []
    at = 0
    for _ in range(count):
        size = int.from_bytes(data[at : at + 4], "big")
        if len(data) - at < 4 + size:
            raise VerificationError("The key or signature is cut short.")
        found.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    if at != len(data):
        raise VerificationError("There are bytes after the key or signature.")
    return tuple(found)
