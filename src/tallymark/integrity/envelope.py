"""age v1 files for X25519 keys: sealing in one pass, opening, and random access.

The format is C2SP age.md. Every age program reads what is written here, and what they write for
X25519 keys is read here. The plaintext may be padded inside with zeros to a Padmé length, so that
the size of a sealed file says little about what it holds; whoever keeps the key keeps the true
size. age does not say who sealed a file: what leaves the vault is signed as well.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from tallymark.errors import EnvelopeDamaged, EnvelopeError
from tallymark.integrity import bech32, envelope_header
from tallymark.integrity.digest import READ_SIZE, BesideSha256
from tallymark.integrity.seekable import Seekable

CHUNK = 64 * 1024
TAG = 16
NONCE = 16
MAX_RECIPIENTS = 100

_SEALED_CHUNK = CHUNK + TAG
_BATCH = READ_SIZE // CHUNK
_IDENTITY_PREFIX = "age-secret-key-"
_PUBLIC_PREFIX = "age"

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Sealed:
    """SHA-256 (hex) and size of the plaintext without padding, and the sealed file's size."""

    sha256: str
    size: int
    sealed_size: int


@dataclass(frozen=True, slots=True)
class Identity:
    """An X25519 key that opens sealed files: 32 secret bytes."""

    scalar: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> Identity:
        """A new key from the system's randomness."""
        return cls(os.urandom(32))

    @classmethod
    def parse(cls, text: str) -> Identity:
        """Read ``AGE-SECRET-KEY-1…`` (upper case). EnvelopeError when it is not one."""
        scalar = bech32.decode(text, prefix=_IDENTITY_PREFIX) if text.isupper() else None
        if scalar is None or len(scalar) != 32:
            raise EnvelopeError(
                "This is not an age secret key.",
                next_step="Give the whole line that begins with AGE-SECRET-KEY-1.",
            )
        return cls(scalar)

    @property
    def secret(self) -> str:
        """The identity as age writes it: ``AGE-SECRET-KEY-1…``."""
        return bech32.encode(_IDENTITY_PREFIX, self.scalar).upper()

    @property
    def recipient(self) -> str:
        """What others seal to: ``age1…``."""
        return bech32.encode(_PUBLIC_PREFIX, envelope_header.public_of(self.scalar))


def recipient_key(text: str) -> bytes:
    """The 32 bytes of an ``age1…`` recipient (lower case). EnvelopeError when it is not one."""
    public = bech32.decode(text, prefix=_PUBLIC_PREFIX) if text.islower() else None
    if public is None or len(public) != 32:
        raise EnvelopeError(
            "This is not an age recipient key.",
            next_step="Ask for the whole line that begins with age1.",
        )
    return public


def padded_size(size: int) -> int:
    """The Padmé length of ``size`` bytes: at most 12 % more, and few lengths to tell apart."""
    if size < 2:
        return size
    exponent = size.bit_length() - 1
    low = (1 << exponent - exponent.bit_length()) - 1
    return size + low & ~low


def seal(
    source: BinaryIO,
    target: BinaryIO,
    *,
    recipients: Sequence[str],
    pad: bool = False,
    progress: Progress | None = None,
) -> Sealed:
    """Seal the rest of ``source`` into ``target`` for every recipient, in one pass.

    SHA-256 runs in a second thread. ``progress`` gets the plaintext bytes done so far, about once
    a MiB. Nothing is synced or closed here. Raises EnvelopeError for a recipient that is none, and
    what ``source`` and ``target`` raise; then ``target`` holds a part that no key opens.
    """
    if not 0 < len(recipients) <= MAX_RECIPIENTS:
        raise EnvelopeError(f"A sealed file has 1 to {MAX_RECIPIENTS} recipients.")
    file_key, nonce = os.urandom(envelope_header.FILE_KEY_SIZE), os.urandom(NONCE)
    keys = [recipient_key(recipient) for recipient in recipients]
    head = envelope_header.write(file_key, recipients=keys) + nonce
    target.write(head)
    cipher = _Stream(file_key, nonce)
    with BesideSha256() as digest:
        written = len(head)
        for block, last in _marked(_plain_blocks(source, digest, pad=pad, progress=progress)):
            for sealed in cipher.seal(block, last=last):
                target.write(sealed)
                written += len(sealed)
        return Sealed(digest.hexdigest(), digest.size, written)


def open_all(
    source: BinaryIO, target: BinaryIO, *, identity: Identity, size: int | None = None
) -> Sealed:
    """Write the plaintext of the rest of ``source`` to ``target``, each chunk once authenticated.

    ``size`` trims padding, which must be zeros. Raises WrongKey, or EnvelopeDamaged at the first
    fault: then ``target`` holds the good chunks before it, so write to a ``.part`` and rename.
    """
    begin = _fill(source, envelope_header.MAX_HEADER + NONCE)
    header = envelope_header.parse(begin)
    file_key = envelope_header.unwrap(header, secret=identity.scalar)
    begin = begin[header.length :]
    if len(begin) < NONCE:
        raise EnvelopeDamaged("The sealed file is cut short.")
    cipher = _Stream(file_key, begin[:NONCE])
    read = header.length + NONCE
    left = size
    with BesideSha256() as digest:
        for block, last in _marked(_blocks(source, begin[NONCE:], batch=_BATCH * _SEALED_CHUNK)):
            read += len(block)
            for plain in cipher.open_each(block, last=last):
                kept = plain if left is None else plain[:left]
                if any(plain[len(kept) :]):
                    raise EnvelopeDamaged("The sealed file is longer than it should be.")
                left = None if left is None else left - len(kept)
                target.write(kept)
                digest.add(kept)
        if left:
            raise EnvelopeDamaged("The sealed file is shorter than it should be.")
        return Sealed(digest.hexdigest(), digest.size, read)


class SealedReader(Seekable):
    """The plaintext of a sealed file as a seekable read-only stream; nothing goes to disk.

    Any part is read by decrypting only the chunks it lies in (64 KiB each). Opening authenticates
    the last chunk and so the length. Raises WrongKey or EnvelopeDamaged at opening, and
    EnvelopeDamaged when a chunk that is read was changed. Closing closes ``file``; not thread-safe.
    """

    def __init__(self, file: BinaryIO, *, identity: Identity, size: int | None = None) -> None:
        super().__init__()
        self._file = file
        file.seek(0)
        begin = _fill(file, envelope_header.MAX_HEADER + NONCE)
        header = envelope_header.parse(begin)
        file_key = envelope_header.unwrap(header, secret=identity.scalar)
        nonce = begin[header.length : header.length + NONCE]
        if len(nonce) != NONCE:
            raise EnvelopeDamaged("The sealed file is cut short.")
        self._cipher = _Stream(file_key, nonce)
        self._start = header.length + NONCE
        payload = file.seek(0, io.SEEK_END) - self._start
        self._last = max(0, (payload - 1) // _SEALED_CHUNK)
        self._held = (-1, b"")
        full = self._last * CHUNK + len(self._chunk(self._last))
        if size is not None and not 0 <= size <= full:
            raise EnvelopeDamaged("The sealed file is shorter than it should be.")
        self.size = full if size is None else size

    def piece(self, at: int, wanted: int) -> bytes:
        """At most ``wanted`` bytes of the plaintext from ``at``, out of one chunk."""
        index, skip = divmod(at, CHUNK)
        return self._chunk(index)[skip : skip + wanted]

    def close(self) -> None:
        """Close the sealed file as well."""
        if not self.closed:
            self._held = (-1, b"")
            self._file.close()
        super().close()

    def _chunk(self, index: int) -> bytes:
        if self._held[0] != index:
            self._file.seek(self._start + index * _SEALED_CHUNK)
            sealed = _fill(self._file, _SEALED_CHUNK)
            plain = self._cipher.open_one(sealed, index=index, last=index == self._last)
            self._held = (index, plain)
        return self._held[1]


class _Stream:
    """STREAM: chunks of 64 KiB under ChaCha20-Poly1305, numbered, the last one marked."""

    def __init__(self, file_key: bytes, nonce: bytes) -> None:
        key = envelope_header.derive(file_key, salt=nonce, info=b"payload")
        self._cipher = ChaCha20Poly1305(key)
        self._count = 0

    def seal(self, block: bytes, *, last: bool) -> Iterator[bytes]:
        """The sealed chunks of ``block``, one by one; it is a multiple of 64 KiB unless ``last``."""
        view = memoryview(block)
        encrypt = self._cipher.encrypt
        for end in range(CHUNK, len(block) + CHUNK, CHUNK) if block else range(1):
            final = last and end >= len(block)
            nonce = _nonce(self._count, last=final)
            yield encrypt(nonce, view[max(0, end - CHUNK) : end], None)
            self._count += 1

    def open_each(self, block: bytes, *, last: bool) -> Iterator[bytes]:
        """The plaintext of the chunks in ``block``, one by one."""
        view = memoryview(block)
        for begin in range(0, max(1, len(block)), _SEALED_CHUNK):
            sealed = view[begin : begin + _SEALED_CHUNK]
            final = last and begin + _SEALED_CHUNK >= len(block)
            yield self.open_one(sealed, index=self._count, last=final)
            self._count += 1

    def open_one(self, sealed: bytes | memoryview, *, index: int, last: bool) -> bytes:
        """The plaintext of chunk ``index``; EnvelopeDamaged when it was changed or moved."""
        try:
            plain = self._cipher.decrypt(_nonce(index, last=last), sealed, None)
        except (InvalidTag, ValueError) as error:
            raise EnvelopeDamaged("A part of the sealed file was changed or is missing.") from error
        if not plain and index:
            raise EnvelopeDamaged("The sealed file ends in an empty part.")
        return plain


def _nonce(index: int, *, last: bool) -> bytes:
    return index.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def _fill(source: BinaryIO, wanted: int) -> bytes:
    """``wanted`` bytes, or fewer only at the end; raw streams may give less at a time."""
    block = source.read(wanted)
    if not block or len(block) == wanted:
        return block or b""
    parts = [block]
    have = len(block)
    while have < wanted and (block := source.read(wanted - have)):
        parts.append(block)
        have += len(block)
    return b"".join(parts)


def _blocks(source: BinaryIO, begin: bytes, *, batch: int) -> Iterator[bytes]:
    """``begin`` (shorter than a batch) and the rest of ``source``; only the last block is short."""
    block = begin + _fill(source, batch - len(begin))
    while block:
        yield block
        block = _fill(source, batch)


def _plain_blocks(
    source: BinaryIO, digest: BesideSha256, *, pad: bool, progress: Progress | None
) -> Iterator[bytes]:
    """The source in blocks of 1 MiB, hashed on the way, then the padding."""
    held = b""
    for block in _blocks(source, b"", batch=READ_SIZE):
        digest.add(block)
        if progress is not None:
            progress(digest.size)
        if len(block) < READ_SIZE:
            held = block
        else:
            yield block
    zeros = padded_size(digest.size) - digest.size if pad else 0
    while held or zeros:
        added = min(READ_SIZE - len(held), zeros)
        yield held + bytes(added)
        held, zeros = b"", zeros - added


def _marked(blocks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each block with whether it is the last; one empty last block when there is none."""
    held = next(blocks, b"")
    for block in blocks:
        yield held, False
        held = block
    yield held, True
