"""Slots whose secret is 32 random bytes: written as 24 words, or sealed to a helper as those words.

docs/spec/log.md 8.2 and 8.3. Nothing is stretched: 256 random bits cannot be guessed.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from typing import Final

from tallymark.errors import EnvelopeError, IntegrityError, WrongWords
from tallymark.integrity import recovery_words
from tallymark.integrity.envelope import Identity, open_all, recipient_key, seal
from tallymark.integrity.keywrap import MEMBERS, Wrapped

_KDF = {"v": "1", "kdf": "hkdf-sha256"}
_LONGEST_LINE: Final = 24 * 8 + 23
_LONGEST_COPY: Final = 4096


def make_words(secret: bytes, master: bytes, *, label: str) -> dict[str, object]:
    """Wrap ``master`` under the 32 bytes of 24 words; a JSON object."""
    wrapped = Wrapped.make(master, secret=secret, stated=_KDF, label=label)
    return {**_KDF, **wrapped.members()}


def make_helper(secret: bytes, master: bytes, *, recipient: str, label: str) -> dict[str, object]:
    """Wrap ``master`` under 32 fresh bytes and seal their words to ``recipient`` (``age1…``).

    All copies have the same size. Raises EnvelopeError for a recipient that is none.
    """
    recipient_key(recipient)
    stated: dict[str, object] = {**_KDF, "recipient": recipient}
    line = " ".join(recovery_words.words_of(secret)).ljust(_LONGEST_LINE) + "\n"
    copy = io.BytesIO()
    seal(io.BytesIO(line.encode()), copy, recipients=[recipient])
    wrapped = Wrapped.make(master, secret=secret, stated=stated, label=label)
    sealed = base64.b64encode(copy.getvalue()).decode()
    return {**stated, "sealed": sealed, **wrapped.members()}


def open_slot(slot: Mapping[str, object], secret: bytes, *, label: str) -> bytearray | None:
    """The master key, or None when the commitment says that these are other words.

    Reads both kinds. Raises IntegrityError when the slot is malformed, or right but damaged.
    """
    stated = _stated(slot)
    return Wrapped.read(slot).open(secret=secret, stated=stated, label=label)


def sealed_copy(slot: Mapping[str, object]) -> tuple[str, bytes]:
    """A helper slot's recipient and age file. Raises IntegrityError when it is malformed."""
    stated = _stated(slot)
    try:
        copy = base64.b64decode(str(slot["sealed"]), validate=True)
        recipient_key(str(stated["recipient"]))
    except (KeyError, ValueError, EnvelopeError) as problem:
        raise IntegrityError("The helper's copy in this slot is damaged.") from problem
    if len(copy) > _LONGEST_COPY:
        raise IntegrityError("The helper's copy in this slot is too long.")
    return str(stated["recipient"]), copy


def secret_in(copy: bytes, identity: Identity) -> bytes:
    """The 32 bytes whose words were sealed to this identity. WrongKey, IntegrityError."""
    plain = io.BytesIO()
    open_all(io.BytesIO(copy), plain, identity=identity)
    try:
        secret = recovery_words.secret_of(recovery_words.numbers_of(plain.getvalue().decode()))
    except (UnicodeDecodeError, WrongWords) as problem:
        raise IntegrityError("The helper's copy in this slot is damaged.") from problem
    if secret is None:
        raise IntegrityError("The helper's copy in this slot is damaged.")
    return secret


def _stated(slot: Mapping[str, object]) -> dict[str, object]:
    """The members that the commitment covers. Raises IntegrityError for any other set of them."""
    stated = {name: slot[name] for name in slot if name not in {*MEMBERS, "sealed"}}
    of_words = set(slot) == {*_KDF, *MEMBERS}
    of_helper = set(slot) == {*_KDF, *MEMBERS, "recipient", "sealed"}
    texts = all(isinstance(value, str) for value in stated.values())
    if not (of_words or of_helper) or not texts or not _KDF.items() <= stated.items():
        raise IntegrityError("This key slot is of a kind that this version does not know.")
    return stated
