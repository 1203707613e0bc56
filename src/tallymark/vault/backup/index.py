"""The index of a copy: what its pieces are. Sealed to the vault alone and signed by its key."""

from __future__ import annotations

import io
import re

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tallymark.errors import CopyDamaged, IntegrityError, VaultTooNew
from tallymark.integrity import canonical
from tallymark.integrity.envelope import Identity, open_all, seal
from tallymark.integrity.signature import SigningKey, sshsig, verify_sshsig
from tallymark.vault.backup.pieces import NAME

FILE = "index.age"
VERSION = "1"
NAMESPACE = "tallymark-backup"
_BLOB = re.compile(r"[0-9a-f]{32}\Z")


class Whole(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file in pieces: its size in bytes, and their SHA-256 in order."""

    size: int
    pieces: tuple[str, ...]


class Original(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sealed original: name and recipient as in the vault, size in bytes, pieces."""

    name: str
    recipient: str
    size: int
    pieces: tuple[str, ...]


class Index(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What ``index.age`` says; see ``docs/spec/backup.md`` section 3."""

    v: str = VERSION
    vault: str
    number: int
    builds_on: int
    made: str
    head: str
    acts: str
    manifest: str
    database: Whole
    blobs: tuple[Original, ...]

    @property
    def pieces(self) -> set[str]:
        """Every piece that the copy stands on."""
        return set(self.database.pieces).union(*(one.pieces for one in self.blobs))

    @property
    def size(self) -> int:
        """Bytes that the copy stands on."""
        return self.database.size + sum(one.size for one in self.blobs)


class _Version(msgspec.Struct):
    v: str


def identity_of(master: bytes | bytearray, vault: str) -> Identity:
    """The key of a vault's indexes, derived from its master key."""
    info = f"tallymark/backup/1\n{vault}".encode()
    return Identity(HKDF(SHA256(), 32, salt=None, info=info).derive(bytes(master)))


def write(index: Index, *, identity: Identity, key: SigningKey) -> bytes:
    """The bytes of ``index.age``."""
    line = canonical.encode(msgspec.to_builtins(index))
    plain = line + b"\n" + sshsig(key, line, namespace=NAMESPACE).encode()
    sealed = io.BytesIO()
    seal(io.BytesIO(plain), sealed, recipients=[identity.recipient])
    return sealed.getvalue()


def read(data: bytes, *, identity: Identity) -> tuple[Index, bytes]:
    """The index and the 32-byte key that signed it; whose key that is the caller compares.

    Raises WrongKey, EnvelopeDamaged, VaultTooNew, CopyDamaged for an index that makes no sense,
    IntegrityError for a signature that does not fit.
    """
    plain = io.BytesIO()
    open_all(io.BytesIO(data), plain, identity=identity)
    line, _, signature = plain.getvalue().partition(b"\n")
    try:
        armored = signature.decode("ascii")
        if msgspec.json.decode(line, type=_Version).v != VERSION:
            raise VaultTooNew("This copy was made by a newer version of tallymark.")
        index = msgspec.json.decode(line, type=Index)
        canonical.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, IntegrityError) as problem:
        raise CopyDamaged("The index of the copy cannot be read.") from problem
    if not _is_sound(index):
        raise CopyDamaged("The index of the copy does not add up.")
    return index, verify_sshsig(armored, message=line, namespace=NAMESPACE)


def _is_sound(index: Index) -> bool:
    names = [one.name for one in index.blobs]
    return (
        all(map(NAME.match, index.pieces))
        and all(map(_BLOB.match, names))
        and names == sorted(set(names))
        and min(index.number, index.database.size) > 0
        and all(one.size >= 0 for one in index.blobs)
    )
