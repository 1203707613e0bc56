"""The ``slots`` file: how a secret leads to the random key that opens ``vault.db``, no more.

The master key opens the database and nothing else; signing seeds and the keys of exhibits are
rows inside it. So a new passphrase re-wraps one slot, and erasing a row erases one exhibit.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import msgspec

from tallymark import disk
from tallymark.errors import (
    EnvelopeError,
    IntegrityError,
    UsageProblem,
    VaultDamaged,
    VaultError,
    VaultTooNew,
    WrongKey,
    WrongPassphrase,
    WrongWords,
)
from tallymark.integrity import canonical, envelope, keyslot, recovery_words, wordslot
from tallymark.integrity.envelope import Identity
from tallymark.vault import place
from tallymark.vault.store import Connection

MASTER_SIZE: Final = 32
PASSPHRASE: Final = "passphrase"  # noqa: S105 - the name of a kind of slot
WORDS: Final = "words"
HELPER: Final = "helper"
_VERSION = "1"
_LARGEST = 64 * 1024
_MOST = 16
_MOST_TRIED = 4
_VAULT_ID = re.compile(r"[0-9a-f]{32}\Z")

Slot = Mapping[str, object]


class Slots(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ``slots`` holds. ``inbox`` is the age recipient to which wrong tries are sealed."""

    v: str
    vault: str
    inbox: str
    slots: tuple[dict[str, object], ...]


class _Version(msgspec.Struct):
    v: str


@dataclass(frozen=True, slots=True)
class Secret:
    """What a person gives to open a vault: a passphrase, 24 words, or the text of an age identity."""

    kind: Literal["passphrase", "words", "identity"]
    text: str = field(repr=False)


def one_secret(passphrase: str | None, words: str | None, identity: str | None) -> Secret:
    """The one that was given. Raises UsageProblem for none or several."""
    given: list[Secret] = []
    if passphrase is not None:
        given.append(Secret("passphrase", passphrase))
    if words is not None:
        given.append(Secret("words", words))
    if identity is not None:
        given.append(Secret("identity", identity))
    if len(given) != 1:
        raise UsageProblem("Give a passphrase, or the words, or a helper's key: one of them.")
    return given[0]


def new_master() -> bytes:
    """32 random bytes."""
    return os.urandom(MASTER_SIZE)


def label(vault_id: str, kind: str) -> str:
    """What a slot of this vault opens; bound to it, so that slots cannot be moved."""
    return f"tallymark/vault/{vault_id}/{kind}"


def passphrase_slot(
    vault_id: str, master: bytes | bytearray, *, passphrase: str, cost: keyslot.Cost | None
) -> dict[str, object]:
    """A slot for ``passphrase``; its cost is measured on this machine when None."""
    slot = keyslot.make_slot(
        passphrase,
        bytes(master),
        cost=keyslot.calibrate() if cost is None else cost,
        label=label(vault_id, PASSPHRASE),
    )
    return {"kind": PASSPHRASE, **slot}


def words_slot(vault_id: str, master: bytes | bytearray, *, secret: bytes) -> dict[str, object]:
    """A slot for the 24 words of ``secret``, 32 random bytes."""
    slot = wordslot.make_words(secret, bytes(master), label=label(vault_id, WORDS))
    return {"kind": WORDS, **slot}


def helper_slot(vault_id: str, master: bytes | bytearray, *, recipient: str) -> dict[str, object]:
    """A slot whose words are sealed to ``recipient``. Raises EnvelopeError when it is none."""
    slot = wordslot.make_helper(
        os.urandom(recovery_words.SECRET_SIZE),
        bytes(master),
        recipient=recipient,
        label=label(vault_id, HELPER),
    )
    return {"kind": HELPER, **slot}


def make(vault_id: str, *, inbox: str, slots: tuple[dict[str, object], ...]) -> Slots:
    """The file's content. Raises VaultError when there would be more than sixteen slots."""
    if len(slots) > _MOST:
        raise VaultError(
            f"There are {_MOST} ways in already.",
            next_step="Remove one first with tallymark slots remove.",
        )
    return Slots(_VERSION, vault_id, inbox, slots)


def text_of(slots: Slots) -> str:
    """The file as text, with a line end. Raises VaultDamaged when a slot has no one spelling."""
    try:
        return canonical.encode(msgspec.to_builtins(slots)).decode() + "\n"
    except IntegrityError as problem:
        raise VaultDamaged("The file that holds the locked keys is damaged.") from problem


def write(folder: Path, slots: Slots) -> None:
    """Replace ``slots``: write, fsync, rename, fsync of the folder. Raises DiskFull."""
    data = text_of(slots).encode()
    place.write_file(folder / place.SLOTS, lambda file: file.write(data))


def read(folder: Path) -> Slots:
    """Read ``slots``. Raises VaultNotFound, VaultDamaged, or VaultTooNew for another version."""
    place.must_be_vault(folder)
    with disk.reading(folder / place.SLOTS) as file:
        return parse(file.read(_LARGEST + 1))


def parse(data: bytes) -> Slots:
    """The content of a ``slots`` file. Raises VaultDamaged, or VaultTooNew."""
    try:
        if len(data) > _LARGEST:
            raise ValueError  # noqa: TRY301 - one answer to every fault of this file
        if msgspec.json.decode(data, type=_Version).v != _VERSION:
            raise VaultTooNew
        found = msgspec.json.decode(data, type=Slots)
        envelope.recipient_key(found.inbox)
    except (ValueError, EnvelopeError) as problem:
        raise VaultDamaged("The file that holds the locked keys is damaged.") from problem
    if not found.slots or len(found.slots) > _MOST or not _VAULT_ID.match(found.vault):
        raise VaultDamaged("The file that holds the locked keys is damaged.")
    return found


def note(connection: Connection, slots: Slots) -> None:
    """Keep in the database what the file holds, inside the caller's transaction."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('slots', ?)", (text_of(slots),))


def noted(connection: Connection) -> Slots | None:
    """What was written last by this program; None in a vault whose slots never changed since."""
    found = connection.execute("SELECT value FROM meta WHERE key = 'slots'").get
    return None if found is None else parse(str(found).encode())


def open_master(slots: Slots, secret: Secret) -> tuple[bytearray, int]:
    """The master key, and the number of the slot that gave it, from 1.

    Raises WrongPassphrase, WrongWords or WrongKey, and VaultDamaged when no slot that this secret
    could open can be understood.
    """
    return _OPENERS[secret.kind](slots, secret.text)


def _with_passphrase(slots: Slots, passphrase: str) -> tuple[bytearray, int]:
    def attempt(_kind: str, slot: Slot) -> bytearray | None:
        try:
            return keyslot.open_slot(dict(slot), passphrase, label=label(slots.vault, PASSPHRASE))
        except WrongPassphrase:
            return None

    return _first(_of_kind(slots, PASSPHRASE)[:_MOST_TRIED], attempt, WrongPassphrase())


def _with_words(slots: Slots, text: str) -> tuple[bytearray, int]:
    """Any 24 words that open a slot, the person's own or those that a helper read out."""
    numbers = recovery_words.numbers_of(text)
    secret = recovery_words.secret_of(numbers)
    known = _of_kind(slots, WORDS, HELPER)

    def attempt(kind: str, slot: Slot) -> bytearray | None:
        if secret is None:
            return None
        return wordslot.open_slot(slot, secret, label=label(slots.vault, kind))

    try:
        return _first(known, attempt, WrongWords())
    except WrongWords:
        for other, where in recovery_words.near(numbers):
            if any(_fits(slot, other, label(slots.vault, kind)) for _, kind, slot in known):
                raise WrongWords(where) from None
        raise


def _fits(slot: Slot, secret: bytes, name: str) -> bool:
    try:
        return wordslot.open_slot(slot, secret, label=name) is not None
    except IntegrityError:
        return False


def _with_identity(slots: Slots, text: str) -> tuple[bytearray, int]:
    """A helper's copy, opened with the helper's key; comments of an identity file are passed over."""
    lines = [line.strip() for line in text.splitlines()]
    identity = Identity.parse(next((one for one in lines if one and one[0] != "#"), ""))

    def attempt(kind: str, slot: Slot) -> bytearray | None:
        recipient, copy = wordslot.sealed_copy(slot)
        if recipient != identity.recipient:
            return None
        secret = wordslot.secret_in(copy, identity)
        return wordslot.open_slot(slot, secret, label=label(slots.vault, kind))

    wrong = WrongKey("This key opens no copy in this vault.")
    return _first(_of_kind(slots, HELPER), attempt, wrong)


def _first(
    known: list[tuple[int, str, Slot]],
    attempt: Callable[[str, Slot], bytearray | None],
    wrong: VaultError | EnvelopeError,
) -> tuple[bytearray, int]:
    """What the first slot gives that opens. A slot that cannot be understood bars no other one."""
    damaged: Exception | None = None
    understood = False
    for number, kind, slot in known:
        try:
            found = attempt(kind, slot)
        except (IntegrityError, EnvelopeError) as problem:
            damaged = problem
            continue
        understood = True
        if found is not None:
            return found, number
    if damaged is not None and not understood:
        raise VaultDamaged("The locked key is damaged.") from damaged
    if not known and isinstance(wrong, WrongPassphrase):
        raise VaultDamaged("There is no passphrase slot in this vault.")
    raise wrong


def _of_kind(slots: Slots, *kinds: str) -> list[tuple[int, str, Slot]]:
    """Number, kind and the bare slot of each slot of these kinds."""
    return list(_numbered(slots, kinds))


def _numbered(slots: Slots, kinds: tuple[str, ...]) -> Iterator[tuple[int, str, Slot]]:
    for number, slot in enumerate(slots.slots, 1):
        kind = slot.get("kind")
        if isinstance(kind, str) and kind in kinds:
            yield number, kind, {name: slot[name] for name in slot if name != "kind"}


_OPENERS: dict[str, Callable[[Slots, str], tuple[bytearray, int]]] = {
    "passphrase": _with_passphrase,
    "words": _with_words,
    "identity": _with_identity,
}


def wipe(secret: bytearray) -> None:
    """Overwrite a key in memory. Copies made by the libraries may remain (docs/security.md)."""
    secret[:] = bytes(len(secret))
