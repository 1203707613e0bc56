"""RFC 3161 time stamps: the question, and an answer checked by two readers.

Only a SHA-256 digest and a random number go into the question. An answer counts when the reader of
our own accepts it and leads it to a pinned root, and ``rfc3161-client`` accepts it too, or cannot
read it because its certificates are not in DER order; which of them did is told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tallymark.errors import StampRefused
from tallymark.integrity import certificates, timestamp_token
from tallymark.integrity.timestamp_token import Token

MOST_ANSWER = 256 * 1024
"""A longer answer is refused unread. Usual ones have 1 to 10 KiB."""
STRICT, OWN = "rfc3161-client", "asn1crypto"


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time stamp that holds.

    ``at`` is in UTC; ``accuracy`` is in seconds, None where it is not said. ``authority`` is the name
    in the signing certificate. ``readers`` are those that accepted it. ``root`` is the SHA-256 (hex)
    of the pinned certificate that it leads to, or empty: then anybody may have made it.
    """

    at: datetime
    accuracy: float | None
    authority: str
    serial: int
    policy: str
    readers: tuple[str, ...]
    root: str

    @property
    def not_later(self) -> datetime:
        """The time in the token with its accuracy added, on a whole second."""
        latest = self.at + timedelta(seconds=self.accuracy or 0)
        whole = latest.replace(microsecond=0)
        return whole if whole == latest else whole + timedelta(seconds=1)


def request(data: bytes) -> bytes:
    """A ``TimeStampReq`` over SHA-256 of ``data``, with a random nonce, asking for certificates."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    builder = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256)
    return builder.nonce(nonce=True).cert_request(cert_request=True).build().as_bytes()


def check(
    response: bytes, *, data: bytes, asked: bytes | None = None, roots: bytes | None = None
) -> Stamp:
    """What the answer ``response`` says of ``data``, once everything in it holds.

    ``asked`` is the request, whose nonce is compared; ``roots`` a PEM or DER file: those in it that
    signed themselves are trusted, the others may stand between. Without it the chain is not followed.
    Needs no network and no clock. Raises StampRefused, which names what does not hold.
    """
    if len(response) > MOST_ANSWER:
        raise StampRefused("The answer is too long for a time stamp.")
    pinned = [] if roots is None else certificates.read(roots)
    trusted = [one for one in pinned if one.subject == one.issuer]
    if pinned and not trusted:
        raise StampRefused("This file holds no root certificate: none in it signed itself.")
    nonce = None if asked is None else timestamp_token.nonce_of(asked)
    token = timestamp_token.read(response, data=data, nonce=nonce, known=pinned)
    if not certificates.may_stamp(token.signer):
        raise StampRefused("The certificate that signed is not one for time stamps alone.")
    root = ""
    if trusted:
        others = (*token.others, *(one for one in pinned if one not in trusted))
        path = certificates.path_to_root(token.signer, others=others, roots=trusted, at=token.at)
        root = hashlib.sha256(path[-1].public_bytes(Encoding.DER)).hexdigest()
    return Stamp(
        at=token.at.astimezone(UTC),
        accuracy=token.accuracy,
        authority=_name(token.signer),
        serial=token.serial,
        policy=token.policy,
        readers=_readers(response, token, data=data, nonce=nonce, pinned=pinned),
        root=root,
    )


def _readers(
    response: bytes,
    token: Token,
    *,
    data: bytes,
    nonce: int | None,
    pinned: Sequence[x509.Certificate],
) -> tuple[str, ...]:
    """Who accepts it: our own reader, and the strict one unless the answer is beyond it."""
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    try:
        decoded = decode_timestamp_response(response)
    except ValueError:
        return (OWN,)
    if not pinned:
        return (STRICT, OWN)
    roots = [one for one in pinned if one.subject == one.issuer]
    verifier = VerifierBuilder(
        tsa_certificate=token.signer,
        intermediates=[one for one in pinned if one not in roots],
        roots=roots,
        nonce=nonce,
    ).build()
    try:
        verifier.verify_message(decoded, data)
    except VerificationError as problem:
        raise StampRefused("One of the two readers refuses the time stamp.") from problem
    return (STRICT, OWN)


def _name(certificate: x509.Certificate) -> str:
    named = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(named[0].value) if named else certificate.subject.rfc4514_string()
