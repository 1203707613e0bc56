"""A reader of our own for RFC 3161 answers, on ``asn1crypto``, which takes certificates in any order.

Authorities send sets of certificates that are not in the order that DER asks for, and strict readers
refuse the whole answer. The set is not signed, so its order says nothing. All that is signed is
checked here: imprint, nonce, the signature over the signed attributes, the digest among them, and
which certificate they name (RFC 5652, RFC 5035, RFC 5816).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from asn1crypto import cms, core, tsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from tallymark.errors import StampRefused
from tallymark.integrity.certificates import BROKEN

_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
_UNREADABLE = (*BROKEN, KeyError, IndexError, AttributeError, OverflowError)
_MOST_CERTIFICATES = 50


class _Answer(core.Sequence):  # type: ignore[misc]
    """``TimeStampResp``, in which a refusal has no token (RFC 3161 section 2.4.2)."""

    _fields: ClassVar = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says once its own signature holds. Whose it is, its chain has to tell.

    ``at`` is aware, ``accuracy`` in seconds or None, ``signer`` the certificate whose key signed,
    ``others`` every other one that came with it.
    """

    at: datetime
    accuracy: float | None
    policy: str
    serial: int
    signer: x509.Certificate
    others: tuple[x509.Certificate, ...]


def read(
    response: bytes,
    *,
    data: bytes,
    nonce: int | None,
    known: Sequence[x509.Certificate] = (),
) -> Token:
    """The token of a ``TimeStampResp`` over ``data``, all of it checked but the chain.

    ``nonce`` is the one that was asked with; None does not compare. ``known`` are certificates that
    the reader has, for an answer without any. Raises StampRefused, which names what does not fit.
    """
    try:
        return _read(response, data=data, nonce=nonce, known=known)
    except StampRefused:
        raise
    except _UNREADABLE as problem:
        raise StampRefused("The answer is not a time stamp that can be read.") from problem


def nonce_of(request: bytes) -> int:
    """The nonce of a ``TimeStampReq``. Raises StampRefused when there is none."""
    try:
        found = tsp.TimeStampReq.load(request, strict=True)["nonce"].native
    except _UNREADABLE as problem:
        raise StampRefused("The request cannot be read.") from problem
    if not isinstance(found, int):
        raise StampRefused("The request has no number of its own.")
    return found


def _read(
    response: bytes, *, data: bytes, nonce: int | None, known: Sequence[x509.Certificate]
) -> Token:
    answer = _Answer.load(response, strict=True)
    if answer["status"]["status"].native != "granted":
        raise StampRefused("The authority did not grant the stamp.")
    token = answer["time_stamp_token"]
    if token["content_type"].native != "signed_data":
        raise StampRefused("The answer holds no signed time stamp.")
    signed = token["content"]
    content = signed["encap_content_info"]
    if content["content_type"].native != "tst_info":
        raise StampRefused("What is signed is not a time stamp.")
    raw, said = bytes(content["content"]), content["content"].parsed
    _check_said(said, data=data, nonce=nonce)
    embedded = list(_certificates(signed))
    info = _one(signed["signer_infos"])
    signer = _signer(info, [*embedded, *known])
    _check_signed(info, signer, raw)
    return Token(
        at=_time(said),
        accuracy=_accuracy(said),
        policy=said["policy"].dotted,
        serial=said["serial_number"].native,
        signer=signer,
        others=tuple(one for one in embedded if one != signer),
    )


def _check_said(said: Any, *, data: bytes, nonce: int | None) -> None:
    if said["version"].native != "v1":
        raise StampRefused("The time stamp is of another version.")
    imprint = said["message_imprint"]
    name = imprint["hash_algorithm"]["algorithm"].native
    if name not in _HASHES:
        raise StampRefused("The time stamp uses a hash that is not accepted.")
    digest = hashlib.new(name, data).digest()
    if not hmac.compare_digest(digest, imprint["hashed_message"].native):
        raise StampRefused("The time stamp is of other bytes.")
    if nonce is not None and said["nonce"].native != nonce:
        raise StampRefused("The answer is to another question: its number is not the one sent.")
    extensions = said["extensions"]
    if not isinstance(extensions, core.Void) and any(one["critical"].native for one in extensions):
        raise StampRefused("The time stamp asks for something that is not understood.")


def _time(said: Any) -> datetime:
    found = said["gen_time"].native
    if not isinstance(found, datetime) or found.tzinfo is None:
        raise StampRefused("The time in the stamp has no zone.")
    return found


def _accuracy(said: Any) -> float | None:
    accuracy = said["accuracy"]
    if isinstance(accuracy, core.Void):
        return None
    units = (("seconds", 1.0), ("millis", 1e-3), ("micros", 1e-6))
    return sum((accuracy[name].native or 0) * unit for name, unit in units)


def _certificates(signed: Any) -> Iterator[x509.Certificate]:
    held = signed["certificates"]
    if isinstance(held, core.Void):
        return
    if len(held) > _MOST_CERTIFICATES:
        raise StampRefused("The answer holds too many certificates.")
    for choice in held:
        if choice.name == "certificate":
            yield x509.load_der_x509_certificate(choice.chosen.dump())


def _one(values: Any) -> Any:
    if len(values) != 1:
        raise StampRefused("The time stamp is not signed once.")
    return values[0]


def _attributes(info: Any) -> dict[str, Any]:
    """The signed attributes by name, each with its one value."""
    found: dict[str, Any] = {}
    for attribute in info["signed_attrs"]:
        name = attribute["type"].native
        if name in found:
            raise StampRefused("A signed attribute of the time stamp stands twice.")
        found[name] = _one(attribute["values"])
    return found


def _signer(info: Any, certificates: Sequence[x509.Certificate]) -> x509.Certificate:
    """The certificate that the signed attributes name by its digest and the signer by its name.

    An injected certificate with the right name and number has another digest.
    """
    attributes = _attributes(info)
    for certificate in certificates:
        if _is_named(info["sid"], certificate) and _is_bound(attributes, certificate):
            return certificate
    raise StampRefused("The certificate of the one who signed is not in the answer.")


def _is_named(sid: Any, certificate: x509.Certificate) -> bool:
    chosen = sid.chosen
    if sid.name == "subject_key_identifier":
        try:
            held = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        except x509.ExtensionNotFound:
            return False
        return bool(held.digest == chosen.native)
    issuer = certificate.issuer.public_bytes()
    return bool(
        chosen["issuer"].dump() == issuer
        and chosen["serial_number"].native == certificate.serial_number
    )


def _is_bound(attributes: dict[str, Any], certificate: x509.Certificate) -> bool:
    der = certificate.public_bytes(Encoding.DER)
    if "signing_certificate_v2" in attributes:
        named = attributes["signing_certificate_v2"]["certs"][0]
        name = named["hash_algorithm"]["algorithm"].native
        digest = hashlib.new(name, der).digest() if name in _HASHES else b""
    elif "signing_certificate" in attributes:
        named = attributes["signing_certificate"]["certs"][0]
        # RFC 3161 fixes SHA-1 here. It only picks among certificates that a chain has to hold.
        digest = hashlib.sha1(der, usedforsecurity=False).digest()
    else:
        raise StampRefused("The time stamp does not say which certificate signed it.")
    return hmac.compare_digest(digest, named["cert_hash"].native)


def _check_signed(info: Any, signer: x509.Certificate, content: bytes) -> None:
    """The digest of ``content`` among the signed attributes, and the signature over these."""
    attributes = _attributes(info)
    name = info["digest_algorithm"]["algorithm"].native
    if name not in _HASHES:
        raise StampRefused("The time stamp is signed with a hash that is not accepted.")
    said = attributes.get("message_digest"), attributes.get("content_type")
    if said[0] is None or said[1] is None or said[1].native != "tst_info":
        raise StampRefused("The signature of the time stamp does not say what it covers.")
    if not hmac.compare_digest(hashlib.new(name, content).digest(), said[0].native):
        raise StampRefused("The signature of the time stamp covers other bytes.")
    covered = info["signed_attrs"].untag().dump()
    try:
        _verify(signer, info["signature"].native, covered, info["signature_algorithm"], name)
    except (InvalidSignature, UnsupportedAlgorithm) as problem:
        raise StampRefused("The signature of the time stamp does not hold.") from problem


def _verify(
    signer: x509.Certificate, signature: bytes, covered: bytes, algorithm: Any, name: str
) -> None:
    stated = algorithm["algorithm"].native
    if stated not in {"rsassa_pkcs1v15", f"{name}_rsa", f"{name}_ecdsa"}:
        raise StampRefused("The time stamp is signed in a way that is not accepted.")
    public, digest = signer.public_key(), _HASHES[name]()
    if isinstance(public, rsa.RSAPublicKey) and not stated.endswith("ecdsa"):
        public.verify(signature, covered, padding.PKCS1v15(), digest)
    elif isinstance(public, ec.EllipticCurvePublicKey) and stated.endswith("ecdsa"):
        public.verify(signature, covered, ec.ECDSA(digest))
    else:
        raise StampRefused("The time stamp is signed with a key of another kind than it says.")
