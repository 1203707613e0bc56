"""Takes one pack into quarantine, sealed, and checks that copy before anything in it is read.

What is verified, what is read and what is kept are the same bytes: the sealed copy. The pack is
never in the clear on disk here. A pack sealed to the desk's own key is opened in memory, 64 KiB at
a time, and sealed again to a key of its own, so that forgetting one key forgets one pack.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from tallymark.desk import reading
from tallymark.desk.quarantine_check import verify_stream
from tallymark.errors import (
    DiskFull,
    EnvelopeDamaged,
    EnvelopeError,
    LimitExceeded,
    NotABundle,
    OutputExists,
    PackRefused,
    SourceMissing,
    VaultDamaged,
)
from tallymark.integrity import envelope
from tallymark.verify import KnownSigner, UnsafeAcceptAnySigner, Verdict

MAX_PACK = 5 << 30
"""The largest pack that is taken in, in bytes; the verifier has its own, closer limits."""

_AGE = b"age-encryption.org/v1\n"
_ARMOR = b"-----BEGIN AGE ENCRYPTED FILE"
_BUFFER = 1 << 20
_END_RECORD = 22


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A whole sealed copy: ``sha256`` and ``size`` are of the pack's own bytes."""

    blob: Path
    identity: envelope.Identity
    sha256: str
    size: int
    sealed_to_desk: bool


def copy_in(
    path: Path,
    *,
    blob: Path,
    desk: envelope.Identity,
    progress: Callable[[int], None] | None = None,
) -> Quarantined:
    """Copy the pack at ``path`` to ``blob``, sealed to a fresh identity.

    Raises ``SourceMissing``, ``NotABundle`` (a folder), ``LimitExceeded``, ``WrongKey``,
    ``EnvelopeDamaged`` or ``DiskFull``; then there is nothing at ``blob``.
    """
    identity = envelope.Identity.generate()
    with _opened(path) as file:
        source, sealed = _plain(file, desk)
        try:
            with blob.open("xb") as target:
                done = envelope.seal(
                    source, target, recipients=[identity.recipient], progress=progress
                )
                target.flush()
                os.fsync(target.fileno())
        except OSError as error:
            blob.unlink(missing_ok=True)
            if error.errno == errno.ENOSPC:
                raise DiskFull from None
            raise SourceMissing("The pack could not be read to its end.") from None
        except BaseException:
            blob.unlink(missing_ok=True)
            raise
    return Quarantined(blob, identity, done.sha256, done.size, sealed)


def check(held: Quarantined, *, key: str | None = None) -> Verdict:
    """The verdict on the copy in quarantine. Raises ``PackRefused`` naming the checks that failed.

    ``key`` is the fingerprint that the signer must have, as the sender gave it in another way.
    Nothing of what the pack says is in the message. ``NotABundle`` when it is none at all.
    """
    policy = UnsafeAcceptAnySigner() if key is None else KnownSigner(key)
    with opened(held.blob, held.identity) as file:
        verdict = verify_stream(file, policy=policy)
    if not verdict.ok:
        failed = [c for c in verdict.checks if not c.ok and c.reached] or verdict.checks[:1]
        named = " and ".join(f"check {one.number} ({one.name})" for one in failed)
        raise PackRefused(f"The pack failed {named} and was not taken in.")
    return verdict


def read(held: Quarantined) -> reading.Contents:
    """What the checked copy says. Call ``check`` first."""
    with opened(held.blob, held.identity) as file:
        return reading.read_pack(file)


def opened(blob: Path, identity: envelope.Identity) -> BinaryIO:
    """A kept pack's bytes as a seekable stream; decrypted in memory, as they are read."""
    reader = envelope.SealedReader(blob.open("rb"), identity=identity)
    return cast("BinaryIO", io.BufferedReader(reader, _BUFFER))


def give_back(blob: Path, *, identity: envelope.Identity, sha256: str, target: Path) -> None:
    """Write a kept pack's own bytes to ``target``, named only when every byte has been checked.

    Raises ``OutputExists``, ``VaultDamaged`` when the kept bytes are not those that came in, or
    ``DiskFull``; then there is nothing at ``target``.
    """
    if target.exists():
        raise OutputExists
    part = target.with_name(target.name + ".part")
    try:
        with blob.open("rb") as source, part.open("xb") as out:
            done = envelope.open_all(source, out, identity=identity)
            out.flush()
            os.fsync(out.fileno())
        _same(done.sha256, sha256)
        part.rename(target)
    except FileExistsError:
        raise OutputExists from None
    except (FileNotFoundError, EnvelopeError):
        part.unlink(missing_ok=True)
        raise VaultDamaged("A kept pack is missing or not as it came in.") from None
    except OSError as error:
        part.unlink(missing_ok=True)
        raise (DiskFull() if error.errno == errno.ENOSPC else error) from None


def _same(found: str, expected: str) -> None:
    if found != expected:
        raise EnvelopeDamaged


def _opened(path: Path) -> BinaryIO:
    if path.is_dir():
        raise NotABundle(
            "The desk takes a pack as one file.",
            next_step="Use the .zip or .age file that came with this folder.",
        )
    try:
        file = path.open("rb")
    except OSError:
        raise SourceMissing("The pack is not there or cannot be read.") from None
    facts = os.fstat(file.fileno())
    if not stat.S_ISREG(facts.st_mode) or facts.st_size > MAX_PACK:
        file.close()
        raise LimitExceeded(
            f"The pack is no ordinary file or has more than {MAX_PACK:,} bytes.",
            next_step="Ask the sender for a smaller pack, for example by choosing dates.",
        )
    return file


def _plain(file: BinaryIO, desk: envelope.Identity) -> tuple[BinaryIO, bool]:
    """The pack's own bytes from the start, and whether it came sealed."""
    head = file.read(len(_ARMOR))
    file.seek(0)
    if head.startswith(_ARMOR):
        raise EnvelopeDamaged(
            "The pack is sealed in the text form of age, which the desk does not read.",
            next_step="Ask the sender for the .age file as tallymark made it.",
        )
    if not head.startswith(_AGE):
        return file, False
    reader = envelope.SealedReader(file, identity=desk)
    reader.size = _size_of_zip(reader)
    reader.seek(0)
    return cast("BinaryIO", io.BufferedReader(reader, _BUFFER)), True


def _size_of_zip(reader: envelope.SealedReader) -> int:
    """The size without the zeros that age padding puts behind a zip; all of it when unsure.

    A zip ends with its end record: ``PK 5 6``, 22 bytes, the last of which are zeros too.
    """
    end = reader.size
    while end:
        begin = max(0, end - _BUFFER)
        reader.seek(begin)
        block = reader.read(end - begin).rstrip(b"\0")
        end = begin + len(block)
        if block:
            break
    reader.seek(max(0, end - _END_RECORD))
    near = reader.read(_END_RECORD)
    at = near.rfind(b"PK\5\6")
    size = max(0, end - _END_RECORD) + at + _END_RECORD
    return size if at >= 0 and size <= reader.size else reader.size
