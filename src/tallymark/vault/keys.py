"""The ``slots`` file: how a passphrase leads to the random key that opens ``vault.db``, no more.

The master key opens the database and nothing else; signing seeds and the keys of exhibits are
rows inside it. So a new passphrase re-wraps one slot, and erasing a row erases one exhibit.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import msgspec

from tallymark import disk
from tallymark.errors import EnvelopeError, IntegrityError, VaultDamaged, VaultTooNew
from tallymark.integrity import canonical, envelope, keyslot
from tallymark.vault import place

MASTER_SIZE = 32
_VERSION = "1"
_KIND = "passphrase"
_LARGEST = 64 * 1024
_VAULT_ID = re.compile(r"[0-9a-f]{32}\Z")


class Slots(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ``slots`` holds. ``inbox`` is the age recipient to which wrong tries are sealed."""

    v: str
    vault: str
    inbox: str
    slots: tuple[dict[str, object], ...]


class _Version(msgspec.Struct):
    v: str


def label(vault_id: str) -> str:
    """What a slot of this vault opens; authenticated with it, so slots cannot be moved."""
    return f"tallymark/vault/{vault_id}/{_KIND}"


def new_master() -> bytes:
    """32 random bytes."""
    return os.urandom(MASTER_SIZE)


def write(
    folder: Path,
    *,
    vault_id: str,
    inbox: str,
    master: bytes | bytearray,
    passphrase: str,
    cost: keyslot.Cost | None,
) -> None:
    """Replace ``slots`` by one passphrase slot: write, fsync, rename, fsync of the folder.

    ``cost`` is measured on this machine when it is None. Raises DiskFull, WeakPassphrase.
    """
    slot = keyslot.make_slot(
        passphrase,
        bytes(master),
        cost=keyslot.calibrate() if cost is None else cost,
        label=label(vault_id),
    )
    value = {"v": _VERSION, "vault": vault_id, "inbox": inbox, "slots": [{"kind": _KIND, **slot}]}
    place.write_file(folder / place.SLOTS, lambda file: file.write(canonical.encode(value) + b"\n"))


def read(folder: Path) -> Slots:
    """Read ``slots``. Raises VaultNotFound, VaultDamaged, or VaultTooNew for another version."""
    place.must_be_vault(folder)
    with disk.reading(folder / place.SLOTS) as file:
        data = file.read(_LARGEST + 1)
    try:
        if len(data) > _LARGEST:
            raise ValueError  # noqa: TRY301 - one answer to every fault of this file
        if msgspec.json.decode(data, type=_Version).v != _VERSION:
            raise VaultTooNew
        found = msgspec.json.decode(data, type=Slots)
        envelope.recipient_key(found.inbox)
    except (ValueError, EnvelopeError) as problem:
        raise VaultDamaged("The file that holds the locked keys is damaged.") from problem
    if not found.slots or not _VAULT_ID.match(found.vault):
        raise VaultDamaged("The file that holds the locked keys is damaged.")
    return found


def open_master(slots: Slots, passphrase: str) -> bytearray:
    """The master key. Raises WrongPassphrase, or VaultDamaged when no slot can be understood."""
    for slot in slots.slots:
        if slot.get("kind") == _KIND:
            bare = {name: value for name, value in slot.items() if name != "kind"}
            try:
                return keyslot.open_slot(bare, passphrase, label=label(slots.vault))
            except IntegrityError as problem:
                raise VaultDamaged("The locked key is damaged.") from problem
    raise VaultDamaged("There is no passphrase slot in this vault.")


def wipe(secret: bytearray) -> None:
    """Overwrite a key in memory. Copies made by the libraries may remain (docs/security.md)."""
    secret[:] = bytes(len(secret))
