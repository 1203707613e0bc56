"""A passphrase slot: Argon2id, HKDF, AES key wrap, and a commitment to the right key.

A slot is a JSON object (docs/spec/log.md, "Key slots"). Its parameters and label go into HKDF, so
a changed parameter gives another commitment and the slot does not open. What a slot asks for is
checked against ceilings before any memory is taken.
"""

from __future__ import annotations

import os
import time
import unicodedata
from dataclasses import dataclass
from typing import Final

from argon2.low_level import Type, hash_secret_raw

from tallymark.errors import IntegrityError, WeakPassphrase, WrongPassphrase
from tallymark.integrity.keywrap import MEMBERS, Wrapped, hex_bytes

MAX_MEMORY_KIB: Final = 1 << 20
MAX_TIME: Final = 64
MAX_LANES: Final = 16
MAX_PASSPHRASE: Final = 1024

_FIELDS = {"v", "kdf", "memory_kib", "time", "lanes", "salt", *MEMBERS}


@dataclass(frozen=True, slots=True)
class Cost:
    """Argon2id parameters: memory in KiB, passes, lanes. IntegrityError beyond the ceilings."""

    memory_kib: int
    time: int
    lanes: int

    def __post_init__(self) -> None:
        """The ceilings hold before anything is allocated."""
        fits = (
            1 <= self.lanes <= MAX_LANES
            and 1 <= self.time <= MAX_TIME
            and 8 * self.lanes <= self.memory_kib <= MAX_MEMORY_KIB
        )
        if not fits:
            raise IntegrityError(
                "The key slot asks for more memory or time than is allowed, or for none."
            )


FLOOR: Final = Cost(65536, 3, 4)
CHEAP: Final = Cost(64, 1, 1)

# Above this, unlocking would break the promise that an import stays within 256 MiB, because the
# peak of a process counts its unlocking too. Slower machines get fewer passes, never below FLOOR.
_CALIBRATED_MEMORY_KIB = 128 * 1024
_LEAST_SECONDS, _TARGET_SECONDS, _MOST_SECONDS = 1.0, 1.25, 1.5


def calibrate() -> Cost:
    """A cost that takes 1.0 to 1.5 seconds on this machine, never below ``FLOOR``.

    Runs Argon2id two or three times. Uses 128 MiB (64 MiB where three passes over that are
    already slow) and as many passes as fit. The only place here that looks at a clock: how long
    this machine takes is the question.
    """
    cost = Cost(_CALIBRATED_MEMORY_KIB, FLOOR.time, FLOOR.lanes)
    spent = _seconds(cost)
    if spent > _TARGET_SECONDS:
        cost = FLOOR
        spent = _seconds(cost)
    cost = _aimed(cost, spent)
    # The first run also pays for memory that was never touched: what it says is checked once.
    spent = _seconds(cost)
    return cost if _LEAST_SECONDS <= spent <= _MOST_SECONDS else _aimed(cost, spent)


def _aimed(cost: Cost, spent: float) -> Cost:
    """As many passes as fit into the time wanted, when ``cost`` took ``spent`` seconds."""
    passes = int(cost.time * _TARGET_SECONDS / spent)
    return Cost(cost.memory_kib, min(max(passes, FLOOR.time), MAX_TIME), cost.lanes)


def make_slot(passphrase: str, master: bytes, *, cost: Cost, label: str) -> dict[str, object]:
    """Wrap ``master`` (16 to 64 bytes, a multiple of 8) under ``passphrase``; a JSON object.

    ``label`` names what the slot opens (such as ``vault`` or ``desk``) and must be given again.
    Raises WeakPassphrase when the passphrase is empty or longer than 1,024 bytes.
    """
    typed = _normal(passphrase)
    if not 0 < len(typed) <= MAX_PASSPHRASE:
        raise WeakPassphrase("A passphrase has between 1 and 1,024 bytes of whole characters.")
    salt = os.urandom(16)
    stated: dict[str, object] = {
        "v": "1",
        "kdf": "argon2id",
        "memory_kib": cost.memory_kib,
        "time": cost.time,
        "lanes": cost.lanes,
        "salt": salt.hex(),
    }
    secret = _stretched(typed, salt, cost)
    wrapped = Wrapped.make(bytes(master), secret=secret, stated=stated, label=label)
    return stated | wrapped.members()


def open_slot(slot: dict[str, object], passphrase: str, *, label: str) -> bytearray:
    """The master key, in a bytearray that the caller overwrites when done.

    Raises WrongPassphrase when the commitment does not fit (another passphrase or label, or a
    changed parameter) and IntegrityError, before any work, when the slot is malformed or asks
    for more than 1 GiB, 64 passes or 16 lanes; also when the right passphrase finds a damaged key.
    """
    cost, salt, wrapped = _read(slot)
    typed = _normal(passphrase)
    if not 0 < len(typed) <= MAX_PASSPHRASE:
        raise WrongPassphrase
    stated = {name: slot[name] for name in _FIELDS - MEMBERS}
    found = wrapped.open(secret=_stretched(typed, salt, cost), stated=stated, label=label)
    if found is None:
        raise WrongPassphrase
    return found


def _stretched(typed: bytes, salt: bytes, cost: Cost) -> bytes:
    stretched: bytes = hash_secret_raw(
        typed, salt, cost.time, cost.memory_kib, cost.lanes, hash_len=32, type=Type.ID
    )
    return stretched


def _read(slot: dict[str, object]) -> tuple[Cost, bytes, Wrapped]:
    if set(slot) != _FIELDS or slot["v"] != "1" or slot["kdf"] != "argon2id":
        raise IntegrityError("This key slot is of a kind that this version does not know.")
    memory, passes, lanes = (_whole(slot[name]) for name in ("memory_kib", "time", "lanes"))
    cost = Cost(memory, passes, lanes)
    salt = hex_bytes(slot["salt"])
    if len(salt) != 16:
        raise IntegrityError("A part of this key slot has the wrong length.")
    return cost, salt, Wrapped.read(slot)


def _whole(value: object) -> int:
    if type(value) is not int:
        raise IntegrityError("A parameter of this key slot is not a whole number.")
    return value


def _normal(passphrase: str) -> bytes:
    """NFC in UTF-8; empty, and so refused by both callers, where a half character is in it."""
    try:
        return unicodedata.normalize("NFC", passphrase).encode()
    except UnicodeEncodeError:
        return b""


def _seconds(cost: Cost) -> float:
    started = time.perf_counter()
    hash_secret_raw(
        b"calibration", bytes(16), cost.time, cost.memory_kib, cost.lanes, 32, type=Type.ID
    )
    return max(time.perf_counter() - started, 1e-6)
