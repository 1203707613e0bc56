"""The published RFC 3161 vectors: each does what its name says, by both readers."""

from __future__ import annotations

import pytest

from shared_samples import vectors
from tallymark.errors import StampRefused
from tallymark.integrity import timestamp

HELLO = b"hello"
BOTH = ("rfc3161-client", "asn1crypto")

EXPECTED: dict[str, str] = {
    "identrust/issue-104.tsr": "holds",
    "sigstage/response-invalid-signature.tsr": "The signature of the time stamp does not hold",
    "sigstage/response-no-embedded-cert.tsr": "holds",
    "sigstage/response-sha256.tsr": "holds",
    "sigstage/response-sha384.tsr": "holds",
    "sigstage/response-sha512.tsr": "holds",
    "sigstore.mock/response-expired.tsr": "holds",
    "test_tsa/other_response.tsr": "does not lead to the root",
    "test_tsa/response-injected-certs.tsr": "holds",
    "test_tsa/response.tsr": "holds",
}
"""Each answer with the chain beside it.

``no-embedded-cert``: the answer brings no certificate; the chain beside it does, so it holds with that
file and is refused without. ``expired``: the certificates ended in 2024 and were valid in 2023, at the
time in the stamp. ``injected-certs``: certificates that did not sign are passed over.
"""
QUESTIONS = {
    "test_tsa/response.tsr": "test_tsa/request.der",
    "test_tsa/response-injected-certs.tsr": "test_tsa/request.der",
}


def _file(name: str) -> bytes:
    return (vectors("rfc3161") / name).read_bytes()


def _data(name: str) -> bytes:
    return _file("sigstore.mock/payload") if "mock" in name else HELLO


def _chain(name: str) -> bytes:
    return _file(f"{name.partition('/')[0]}/ts_chain.pem")


@pytest.mark.parametrize("name", EXPECTED)
def test_answer(name: str) -> None:
    """Holds in both readers, or is refused for the reason that its name gives."""
    response = _file(name)
    asked = _file(QUESTIONS[name]) if name in QUESTIONS else None
    fields = {"data": _data(name), "asked": asked, "roots": _chain(name)}
    if EXPECTED[name] == "holds":
        assert timestamp.check(response, **fields).readers == BOTH
    else:
        with pytest.raises(StampRefused, match=EXPECTED[name]):
            timestamp.check(response, **fields)


@pytest.mark.parametrize("name", [name for name, what in EXPECTED.items() if what == "holds"])
def test_other_bytes_or_another_question(name: str) -> None:
    """Every answer that holds is refused for other bytes and for another nonce."""
    response = _file(name)
    with pytest.raises(StampRefused, match="of other bytes"):
        timestamp.check(response, data=b"goodbye", roots=_chain(name))
    other = _file("sigstage/request.der")
    with pytest.raises(StampRefused, match="another question"):
        timestamp.check(response, data=_data(name), asked=other, roots=_chain(name))


def test_an_answer_without_certificates_needs_them_from_the_reader() -> None:
    """Alone, nobody can say who signed it."""
    response = _file("sigstage/response-no-embedded-cert.tsr")
    with pytest.raises(StampRefused, match="is not in the answer"):
        timestamp.check(response, data=HELLO)


def test_every_published_answer_is_named_here() -> None:
    """None is passed over."""
    folder = vectors("rfc3161")
    found = {str(path.relative_to(folder)) for path in folder.rglob("*.tsr")}
    assert found == set(EXPECTED)
    assert set(QUESTIONS) <= found
