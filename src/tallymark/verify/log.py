"""The log's side of a bundle: RFC 6962 hashes, inclusion, and the checkpoint note (section 6)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from tallymark.errors import VerificationError
from tallymark.verify import ed25519

_NUMBER = re.compile(r"[1-9][0-9]{0,15}")


@dataclass(frozen=True)
class Checkpoint:
    """The head of a log: whose, how many leaves, and the root (32 bytes)."""

    origin: str
    size: int
    root: bytes


def leaf_hash(data: bytes) -> bytes:
    """RFC 6962 leaf hash of a record's stored bytes."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 6962 hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from(leaf: bytes, *, index: int, size: int, proof: list[bytes]) -> bytes | None:
    """The root that an inclusion proof leads to (RFC 9162 section 2.1.3.2); None if it cannot."""
    if not 0 <= index < size:
        return None
    place, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return None
        if place & 1 or place == last:
            found = node_hash(step, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    return found if last == 0 else None


def goes_on(old: Checkpoint, new: Checkpoint, *, proof: list[bytes]) -> bool:
    """Whether ``proof`` shows that ``new`` begins with ``old`` (RFC 9162 section 2.1.4.2)."""
    if not 0 < old.size <= new.size:
        return False
    if old.size == new.size:
        return not proof and old.root == new.root
    path = list(proof)
    if old.size & (old.size - 1) == 0:
        path.insert(0, old.root)
    return bool(path) and _climbed(path, old.size - 1, new.size - 1) == (old.root, new.root)


def _climbed(path: list[bytes], place: int, last: int) -> tuple[bytes, bytes] | None:
    """The two roots that a consistency path leads to."""
    while place & 1:
        place, last = place >> 1, last >> 1
    small = large = path[0]
    for step in path[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            small, large = node_hash(step, small), node_hash(step, large)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            large = node_hash(large, step)
        place, last = place >> 1, last >> 1
    return (small, large) if last == 0 else None


def read_note(note: bytes) -> tuple[Checkpoint, bytes, list[tuple[str, bytes]]]:
    """Checkpoint, the text that is signed, and the signatures as (name, key id + signature)."""
    try:
        text = note.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    body, blank, lines = text.partition("\n\n")
    parts = body.split("\n")
    if not blank or len(parts) != 3 or not lines.endswith("\n") or not _plain(text):
        raise VerificationError("The checkpoint is not a signed note of three lines.")
    root = _base64(parts[2])
    if not parts[0] or not _NUMBER.fullmatch(parts[1]) or len(root) != 32:
        raise VerificationError("The checkpoint's origin, size or root is not well formed.")
    signatures = [_signature(line) for line in lines[:-1].split("\n")]
    return Checkpoint(parts[0], int(parts[1]), root), f"{body}\n".encode(), signatures


def check_signed(note: bytes, *, public: bytes) -> int:
    """How many other parties signed the note too; ``VerificationError`` unless ``public`` did."""
    checkpoint, text, signatures = read_note(note)
    name = checkpoint.origin
    key_id = hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]
    own = [blob for by, blob in signatures if by == name and blob[:4] == key_id]
    if not own:
        raise VerificationError("The checkpoint is not signed by the key of this bundle.")
    if len(own) > 1 or not ed25519.verify(public, signature=own[0][4:], message=text):
        raise VerificationError("The signature of the checkpoint does not fit it.")
    return len(signatures) - 1


def _plain(text: str) -> bool:
    return all(character == "\n" or character >= " " for character in text)


def _signature(line: str) -> tuple[str, bytes]:
    parts = line.split(" ")
    blob = _base64(parts[2]) if len(parts) == 3 and parts[0] == "—" and parts[1] else b""
    if len(blob) < 5:
        raise VerificationError("A signature line of the checkpoint is not well formed.")
    return parts[1], blob


def _base64(text: str) -> bytes:
    """Base64 in its one spelling, else no bytes."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return data if base64.b64encode(data).decode() == text else b""
