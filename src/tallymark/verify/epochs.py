"""The records that begin an epoch: whose key signs, and from which head it goes on.

docs/spec/log.md section 5. An endorsement covers the stored bytes of the body, less the endorsement
itself; nothing is encoded again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tallymark.errors import VerificationError
from tallymark.verify import inventory, log, sshsig, strict_json
from tallymark.verify.log import Checkpoint

_NAMESPACE = "tallymark-epoch"
_HEX = re.compile(r"[0-9a-f]{64}")
_BODY = b'"body":{"endorsed":'
_ENDORSED = re.compile(r'\{"endorsed":"(?:[^"\\]|\\.)*",')


@dataclass(frozen=True)
class Epoch:
    """What an epoch record says: its origin and key, the note it cites, and the old key's word."""

    origin: str
    number: int
    public: bytes
    prior: str | None
    endorsed: str | None


def keys(kept: Mapping[str, bytes]) -> dict[str, bytes]:
    """The public key of each origin that an epoch record among ``kept`` begins.

    A record that cannot be read is passed over here; check 7 finds it.
    """
    found = {}
    for path, data in kept.items():
        if path.startswith(inventory.RECORDS):
            try:
                one = _read(data)
            except VerificationError:
                continue
            if one is not None:
                found[one.origin] = one.public
    return found


def check(shown: Sequence[tuple[int, bytes]], *, head: Checkpoint, public: bytes) -> None:
    """Each epoch goes on from the one before; the last one is of this checkpoint and key.

    ``shown`` are index and bytes of every record that travels, rising. ``VerificationError`` otherwise.
    """
    before: Epoch | None = None
    for index, data in shown:
        one = _read(data)
        if one is None:
            continue
        if index == 0 or one.prior is None:
            _check_first(one, index)
        elif before is not None:
            _check_prior(one, index, before, data)
        before = one
    if before is not None and (before.origin, before.public) != (head.origin, public):
        raise VerificationError(
            "The last epoch of the log has another key or name than this bundle."
        )


def _check_first(one: Epoch, index: int) -> None:
    if index or one.prior is not None or one.endorsed is not None:
        raise VerificationError(f"Record {index} begins an epoch in the wrong place.")


def _check_prior(one: Epoch, index: int, before: Epoch, data: bytes) -> None:
    note = (one.prior or "").encode()
    cited = log.read_note(note)[0]
    log.check_signed(note, public=before.public)
    if cited.origin != before.origin or cited.size != index:
        raise VerificationError(f"Record {index} goes on from another head than the one before it.")
    if one.number <= before.number or one.public == before.public:
        raise VerificationError(f"Record {index} begins an epoch that is not a new one.")
    if one.endorsed is None:
        return
    try:
        by = sshsig.verify(one.endorsed.encode(), message=_covered(data), namespace=_NAMESPACE)
    except VerificationError:
        by = b""
    if by != before.public:
        raise VerificationError(f"Record {index} is not endorsed by the key of the epoch before.")


def _covered(data: bytes) -> bytes:
    """The stored bytes of the body without its first member, ``endorsed``."""
    at = data.find(_BODY)
    text = data[at + len(b'"body":') :].decode() if at >= 0 else ""
    end = json.JSONDecoder().raw_decode(text)[1] if text else 0
    found = _ENDORSED.match(text[:end])
    if found is None:
        raise VerificationError("An epoch record is not in its one spelling.")
    return ("{" + text[found.end() : end]).encode()


def _read(data: bytes) -> Epoch | None:
    if b"epoch" not in data and b"\\u" not in data:
        return None
    record = strict_json.parse(data, fractions=True)
    body = record.get("body") if isinstance(record, dict) else None
    if not isinstance(body, dict) or body.get("type") != "epoch":
        return None
    vault, number, key = body.get("vault"), body.get("epoch"), body.get("public_key")
    prior, endorsed = body.get("prior"), body.get("endorsed")
    if not isinstance(vault, str) or type(number) is not int or number < 1:
        raise VerificationError("An epoch record has no vault or number.")
    if not isinstance(key, str) or not _HEX.fullmatch(key):
        raise VerificationError("An epoch record has no key.")
    if not all(value is None or isinstance(value, str) for value in (prior, endorsed)):
        raise VerificationError("An epoch record cites something that is not text.")
    return Epoch(f"{vault}/{number}", number, bytes.fromhex(key), prior, endorsed)
