"""Time stamps that a bundle brings: that each stamped head leads to the head of this bundle.

What a token says, and who signed it, needs X.509 and is the matter of ``openssl ts -verify``. That it
is about this log is checked here (docs/spec/bundle.md section 6).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from tallymark.errors import VerificationError
from tallymark.verify import inventory, log, statement
from tallymark.verify.log import Checkpoint

COMMAND = (
    "openssl ts -verify -data proofs/stamp-1.txt -in proofs/stamp-1.tsr -CAfile ROOT.pem, "
    "and so on; ROOT.pem comes from the authority itself"
)


def said(count: int) -> str | None:
    """How many there are, and that their times are still to be checked; None for none."""
    if not count:
        return None
    stamps = "1 time stamp is" if count == 1 else f"{count} time stamps are"
    return f"{stamps} of heads of this log. Times are not checked here. With openssl: {COMMAND}."


def check(kept: Mapping[str, bytes], *, head: Checkpoint, keys: Mapping[str, bytes]) -> int:
    """How many stamped heads lead to ``head``; ``VerificationError`` when one does not.

    ``kept`` are files by path, ``keys`` the public key of each origin that is known.
    """
    if inventory.STAMPS not in kept:
        return 0
    found = statement.read_stamps(kept[inventory.STAMPS])
    for one in found:
        if one.note not in kept or one.answer not in kept:
            raise VerificationError(f"{one.note} or its answer is missing.")
        note = kept[one.note]
        stamped = log.read_note(note)[0]
        if stamped.origin not in keys:
            raise VerificationError(f"{one.note} is a head of another log.")
        log.check_signed(note, public=keys[stamped.origin])
        if not log.goes_on(stamped, head, proof=list(one.proof)):
            raise VerificationError(f"{one.note} is not an earlier head of this log.")
        if hashlib.sha256(note).digest() not in kept[one.answer]:
            raise VerificationError(f"{one.answer} does not name the bytes of {one.note}.")
    return len(found)
