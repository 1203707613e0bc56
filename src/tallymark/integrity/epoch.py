"""How one epoch of a log goes on from another: the head it cites, and the old key's word for it.

``docs/spec/log.md`` section 5. A *body* here is the JSON object of an ``epoch`` record's body.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tallymark.errors import IntegrityError
from tallymark.integrity import canonical, checkpoint, signature
from tallymark.integrity.checkpoint import Checkpoint
from tallymark.integrity.signature import SigningKey

NAMESPACE = "tallymark-epoch"
_ENDORSED = "endorsed"

Standing = Literal["first", "endorsed", "not endorsed"]


@dataclass(frozen=True, slots=True)
class Line:
    """One epoch: the origin of its heads, the public key (32 bytes) that signs them."""

    origin: str
    public: bytes
    number: int


@dataclass(frozen=True, slots=True)
class Link:
    """What an epoch record says: its own line, the head it goes on from, and by whose word."""

    line: Line
    prior: Checkpoint | None
    standing: Standing


def endorse(body: Mapping[str, object], *, key: SigningKey) -> str:
    """The SSHSIG by ``key``, the key of the head in ``body["prior"]``, over all of ``body``."""
    return signature.sshsig(key, _endorsed_bytes(body), namespace=NAMESPACE)


def read(body: Mapping[str, object], *, before: Line | None) -> Link:
    """What the epoch record ``body`` says, checked against the line it goes on from.

    ``before`` is None for the first epoch, which cites nothing. Raises IntegrityError when a
    member is missing or malformed, the number does not rise, the cited head is not signed by the
    key of ``before``, or the endorsement is not by that key over this body.
    """
    begun = line(body)
    prior = body.get("prior")
    if before is None:
        if prior is not None or _ENDORSED in body:
            raise IntegrityError("The first epoch of a log goes on from a head nobody knows.")
        return Link(begun, None, "first")
    if not isinstance(prior, str):
        raise IntegrityError("A later epoch does not say which head it goes on from.")
    same_vault = begun.origin.rpartition("/")[0] == before.origin.rpartition("/")[0]
    if not same_vault or begun.number <= before.number or begun.public == before.public:
        raise IntegrityError("The epoch does not go on from the one before it.")
    head = checkpoint.open_note(prior, public=before.public, name=before.origin)
    return Link(begun, head, _standing(body, before))


def _standing(body: Mapping[str, object], before: Line) -> Standing:
    endorsed = body.get(_ENDORSED)
    if endorsed is None:
        return "not endorsed"
    if not isinstance(endorsed, str):
        raise IntegrityError("The endorsement of the epoch is not a signature.")
    by = signature.verify_sshsig(endorsed, message=_endorsed_bytes(body), namespace=NAMESPACE)
    if by != before.public:
        raise IntegrityError("The epoch is endorsed by another key than that of the head it cites.")
    return "endorsed"


def line(body: Mapping[str, object]) -> Line:
    """The line that an epoch record begins. Raises IntegrityError when a member is malformed."""
    vault, number, public = (body.get(name) for name in ("vault", "epoch", "public_key"))
    if not isinstance(vault, str) or not isinstance(public, str) or type(number) is not int:
        raise IntegrityError("The epoch record does not say whose log it begins.")
    try:
        key = bytes.fromhex(public)
    except ValueError:
        key = b""
    if number < 1 or len(key) != 32 or key.hex() != public:
        raise IntegrityError("The epoch record's number or key is impossible.")
    return Line(f"{vault}/{number}", key, number)


def _endorsed_bytes(body: Mapping[str, object]) -> bytes:
    return canonical.encode({name: body[name] for name in body if name != _ENDORSED})
