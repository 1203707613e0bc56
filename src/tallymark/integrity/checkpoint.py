"""The signed head of a log: a C2SP tlog-checkpoint inside a C2SP signed note.

The note's key name is the checkpoint's origin, ``<vault>/<epoch>``. We write one signature and no
extension lines; when reading, signature lines by other keys are passed over, extension lines are
refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Literal

from tallymark.errors import IntegrityError
from tallymark.integrity import merkle, signature

_MAX_NOTE = 64 * 1024
_MAX_SIGNATURES = 100
_ED25519 = b"\x01"
_DASH = "\u2014 "

Relation = Literal["same", "newer", "older", "branch", "equivocation", "unproved"]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """``size`` leaves whose tree head is ``root`` (32 bytes), of the log named ``origin``."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        """Raises IntegrityError for a value that could not be read back."""
        if not _is_name(self.origin):
            raise IntegrityError("The name of the log is not a key name.")
        if not 0 <= self.size < 1 << 63 or len(self.root) != merkle.HASH_SIZE:
            raise IntegrityError("The size or root of the checkpoint is impossible.")
        if self.size == 0 and self.root != merkle.EMPTY_ROOT:
            raise IntegrityError("An empty log has only one root.")

    def body(self) -> str:
        """The three lines that are signed, each with its newline."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def parse_note(note: str) -> tuple[Checkpoint, tuple[bytes, ...]]:
    """The checkpoint of a note whose signer is not known yet, and the key ids under its own name.

    Raises IntegrityError when it is malformed. Nothing is checked against a key: ``open_note`` does.
    """
    body, lines = _split(note)
    found = parse(body)
    signed = [_signature_line(line) for line in lines]
    return found, tuple(raw[:4] for name, raw in signed if name == found.origin)


def parse(body: str) -> Checkpoint:
    """Read what ``Checkpoint.body`` wrote; IntegrityError for any other spelling."""
    lines = body.split("\n")
    if len(lines) != 4 or lines[3]:
        raise IntegrityError("A checkpoint has three lines.")
    origin, size, root = lines[:3]
    if not (size.isascii() and size.isdigit() and len(size) <= 19):
        raise IntegrityError("The checkpoint's size is not a number.")
    found = Checkpoint(origin, int(size), _unbase64(root))
    if found.body() != body:
        raise IntegrityError("The checkpoint is not in its one spelling.")
    return found


def key_id(name: str, public: bytes) -> bytes:
    """The first four bytes of SHA-256(name || LF || 0x01 || key), as signed notes define it."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


def sign(checkpoint: Checkpoint, *, key: signature.SigningKey) -> str:
    """The checkpoint as a signed note: body, empty line, one signature line."""
    body = checkpoint.body()
    raw = key_id(checkpoint.origin, key.public) + key.sign(body.encode())
    return f"{body}\n{_DASH}{checkpoint.origin} {base64.b64encode(raw).decode()}\n"


def open_note(note: str, *, public: bytes, name: str) -> Checkpoint:
    """The checkpoint of ``note`` once the key ``public`` named ``name`` has signed it.

    Raises IntegrityError when the note is malformed, its origin is another log's, no line is by
    this key, or a line that claims this key does not verify.
    """
    body, lines = _split(note)
    ours = key_id(name, public)
    seen = 0
    for line in lines:
        line_name, raw = _signature_line(line)
        if line_name != name or raw[:4] != ours:
            continue
        if not signature.verify(public, raw[4:], body.encode()):
            raise IntegrityError("The checkpoint's signature does not fit it.")
        seen += 1
    if seen != 1:
        raise IntegrityError("The checkpoint is not signed once by the expected key.")
    found = parse(body)
    if found.origin != name:
        raise IntegrityError("The checkpoint is of another log.")
    return found


def compare(
    known: Checkpoint,
    other: Checkpoint,
    *,
    proof: tuple[bytes, ...] = (),
    keys: tuple[bytes, bytes] | None = None,
) -> Relation:
    """How ``other`` stands to the head already ``known``; ``proof`` goes from smaller to larger.

    ``keys`` are the public keys that signed them, where they are known. Two origins, or two keys,
    are two named branches and never a contradiction: two machines may restore one copy and both
    count on to the same epoch. One origin and size with two roots is ``equivocation``. Without a
    fitting consistency proof the answer is ``unproved``.
    """
    if known.origin != other.origin or (keys is not None and keys[0] != keys[1]):
        return "branch"
    if known.size == other.size:
        return "same" if known.root == other.root else "equivocation"
    small, large = sorted((known, other), key=lambda head: head.size)
    fits = merkle.verify_consistency(
        old_size=small.size,
        old_root=small.root,
        new_size=large.size,
        new_root=large.root,
        proof=proof,
    )
    if not fits:
        return "unproved"
    return "newer" if other is large else "older"


def _split(note: str) -> tuple[str, list[str]]:
    text, gap, tail = note.rpartition("\n\n")
    clean = all(sign >= " " or sign == "\n" for sign in note)
    if len(note) > _MAX_NOTE or not gap or not tail.endswith("\n") or not clean:
        raise IntegrityError("This is not a signed note.")
    lines = tail[:-1].split("\n")
    if len(lines) > _MAX_SIGNATURES:
        raise IntegrityError("The signed note has too many signatures.")
    return text + "\n", lines


def _signature_line(line: str) -> tuple[str, bytes]:
    name, gap, encoded = line.removeprefix(_DASH).partition(" ")
    raw = _unbase64(encoded)
    if not line.startswith(_DASH) or not gap or not _is_name(name) or len(raw) < 5:
        raise IntegrityError("A signature line of the note is malformed.")
    return name, raw


def _is_name(name: str) -> bool:
    return (
        bool(name)
        and name.isprintable()
        and "+" not in name
        and not any(sign.isspace() for sign in name)
    )


def _unbase64(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise IntegrityError("The note holds something that is not base64.") from error
    if base64.b64encode(raw).decode() != text:
        raise IntegrityError("The note holds base64 that is not in its one spelling.")
    return raw
