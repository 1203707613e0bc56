"""X.509 certificates of time-stamping authorities: from the one that signed to a pinned root.

RFC 5280 as far as a time stamp needs it: names, signatures, validity at one instant, who may sign
certificates, path length, and no critical extension that is not understood. Revocation is not looked
up: that needs a network, and a time stamp is checked offline.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from tallymark.errors import StampRefused

BROKEN = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What reading a certificate that somebody made up can raise."""
_LONGEST = 8
_MOST = 100
_MOST_LOOKS = 1000
_PEM = re.compile(rb"-----BEGIN (?:TRUSTED )?CERTIFICATE-----\s+([A-Za-z0-9+/=\s]+?)-----END")
_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
_UNDERSTOOD = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.CERTIFICATE_POLICIES,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    }
)


def read(data: bytes) -> list[x509.Certificate]:
    """The certificates of a file: PEM, one after another with anything between, or one DER.

    Raises StampRefused when there is none, more than 100, or one that cannot be read.
    """
    found = _PEM.findall(data)
    try:
        ders = [base64.b64decode(b"".join(text.split()), validate=True) for text in found] or [data]
        if len(ders) > _MOST:
            raise StampRefused("There are too many certificates in this file.")
        return [x509.load_der_x509_certificate(der) for der in ders]
    except (*BROKEN, binascii.Error) as problem:
        raise StampRefused("This file holds no certificate that can be read.") from problem


def to_pem(found: Sequence[x509.Certificate]) -> str:
    """The certificates as PEM, one after another."""
    return b"".join(one.public_bytes(Encoding.PEM) for one in found).decode()


def may_stamp(certificate: x509.Certificate) -> bool:
    """Whether it is for time stamps and for nothing else (RFC 3161 section 2.3)."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except (x509.ExtensionNotFound, *BROKEN):
        return False
    return usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


def path_to_root(
    leaf: x509.Certificate,
    *,
    others: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    at: datetime,
) -> tuple[x509.Certificate, ...]:
    """From ``leaf`` to one of ``roots``, all valid at ``at`` (aware).

    ``others`` may stand between and are believed in nothing. Raises StampRefused when no path leads
    to a root, in words that say whether a path fails by its dates alone.
    """
    search = _Search(others=others, roots=roots)
    paths = list(search.from_(leaf))
    for path in paths:
        if all(_valid(one, at) for one in path):
            return path
    if paths:
        raise StampRefused("A certificate was not valid at the time in the stamp.")
    raise StampRefused("The stamp's certificate does not lead to the root that you gave.")


class _Search:
    """All paths to a root, within a number of looks: certificates that sign each other are many."""

    def __init__(
        self, *, others: Sequence[x509.Certificate], roots: Sequence[x509.Certificate]
    ) -> None:
        self._roots = roots
        self._candidates = (*roots, *others)
        self._looks = 0

    def from_(self, *path: x509.Certificate) -> Iterator[tuple[x509.Certificate, ...]]:
        last = path[-1]
        if not _plain(last):
            return
        if last in self._roots:
            yield path
            return
        for candidate in self._candidates if len(path) < _LONGEST else ():
            if candidate in path or not _may_issue(candidate, below=len(path) - 1):
                continue
            if self._issued(last, candidate):
                yield from self.from_(*path, candidate)

    def _issued(self, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
        self._looks += 1
        if self._looks > _MOST_LOOKS:
            raise StampRefused("The certificates in the answer lead nowhere in a sensible time.")
        return _issued(certificate, issuer)


def _plain(certificate: x509.Certificate) -> bool:
    """Whether nothing critical in it is beyond us, and its own signature is by a hash that holds."""
    try:
        extensions = list(certificate.extensions)
        algorithm = certificate.signature_hash_algorithm
    except BROKEN:
        return False
    if algorithm is not None and not isinstance(algorithm, _HASHES):
        return False
    return all(one.oid in _UNDERSTOOD for one in extensions if one.critical)


def _may_issue(certificate: x509.Certificate, *, below: int) -> bool:
    """Whether it may sign certificates, with ``below`` others between it and the one that signed."""
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (x509.ExtensionNotFound, *BROKEN):
        return False
    if not constraints.ca:
        return False
    if constraints.path_length is not None and constraints.path_length < below:
        return False
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return _for_stamps(certificate)
    return usage.key_cert_sign and _for_stamps(certificate)


def _for_stamps(certificate: x509.Certificate) -> bool:
    """An issuer that names purposes names this one, or all."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    wanted = {ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    return not wanted.isdisjoint(usage)


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, *BROKEN):
        return False
    return True


def _valid(certificate: x509.Certificate, at: datetime) -> bool:
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc
