"""Time stamps by a real authority: what holds, and everything that does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from integrity.authority import STAMPS, Authority, Certificate, openssl_verifies, root, signer
from tallymark.errors import StampRefused
from tallymark.integrity import certificates, timestamp

DATA = b"a signed checkpoint\n"
ROOT = root()
MIDDLE = Certificate("Test middle", issuer=ROOT, ca=True)
SIGNER = signer(ROOT)


@pytest.fixture
def asked() -> bytes:
    """A question about DATA."""
    return timestamp.request(DATA)


def _answer(folder: Path, asked: bytes, who: Certificate, *sent: Certificate) -> bytes:
    return Authority(folder / "tsa", signer=who, sent=sent).answer(asked)


def _refused(
    response: bytes, words: str | None, *, roots: bytes = ROOT.pem, **fields: object
) -> None:
    with pytest.raises(StampRefused, match=words):
        timestamp.check(response, **{"data": DATA, "roots": roots, **fields})


def test_a_good_answer_holds_in_both_readers(tmp_path, asked) -> None:
    """The time is now, by an authority under the pinned root; openssl says the same."""
    response = _answer(tmp_path, asked, SIGNER)
    found = timestamp.check(response, data=DATA, asked=asked, roots=ROOT.pem)
    assert found.readers == ("rfc3161-client", "asn1crypto")
    assert abs(found.at - datetime.now(UTC)) < timedelta(hours=1)
    assert (found.authority, found.policy, found.accuracy) == ("Test stamps", "1.2.3.4.1", 1.0)
    assert len(found.root) == 64
    assert openssl_verifies(tmp_path, data=DATA, response=response, roots=ROOT.pem)


def test_certificates_in_another_order_are_read_by_our_own_reader(tmp_path, asked) -> None:
    """As ``-chain`` gives them: the strict reader cannot parse it, openssl and ours accept it."""
    who = signer(MIDDLE)
    orders = [
        _answer(tmp_path / name, asked, who, *sent)
        for name, sent in (("a", (MIDDLE, who, ROOT)), ("b", (ROOT, who, MIDDLE)))
    ]
    found = [timestamp.check(one, data=DATA, asked=asked, roots=ROOT.pem) for one in orders]
    assert ("asn1crypto",) in [one.readers for one in found]
    assert len({one.root for one in found}) == 1
    for one in orders:
        assert openssl_verifies(tmp_path, data=DATA, response=one, roots=ROOT.pem)


def test_a_certificate_between_may_come_from_the_pinned_file(tmp_path, asked) -> None:
    """The answer brings the signer's alone; root and middle are given as one file."""
    response = _answer(tmp_path, asked, signer(MIDDLE))
    assert timestamp.check(response, data=DATA, roots=MIDDLE.pem + ROOT.pem).root
    _refused(response, "does not lead to the root")


def test_without_a_root_it_is_read_and_leads_nowhere(tmp_path, asked) -> None:
    """Everything else holds, and that nobody is trusted for it is said."""
    found = timestamp.check(_answer(tmp_path, asked, SIGNER), data=DATA, asked=asked)
    assert (found.root, found.readers) == ("", ("rfc3161-client", "asn1crypto"))


def test_an_answer_of_other_bytes_is_refused(tmp_path) -> None:
    """Wrong imprint: the authority stamped something else."""
    response = _answer(tmp_path, timestamp.request(b"other"), SIGNER)
    _refused(response, "of other bytes")


def test_an_answer_to_another_question_is_refused(tmp_path, asked) -> None:
    """Wrong nonce: an old answer about the same bytes played again."""
    response = _answer(tmp_path, timestamp.request(DATA), SIGNER)
    _refused(response, "another question", asked=asked)
    assert timestamp.check(response, data=DATA, roots=ROOT.pem).root


@pytest.mark.parametrize("days", [(-20, -10), (10, 20)], ids=["expired", "not yet"])
def test_a_certificate_that_was_not_valid_then_is_refused(tmp_path, asked, days) -> None:
    """By the time in the stamp, not by the clock of the reader."""
    _refused(_answer(tmp_path, asked, signer(ROOT, days=days)), "not valid at the time")


def test_a_root_that_was_not_valid_then_is_refused(tmp_path, asked) -> None:
    """The root counts too."""
    old = root(days=(-20, -10))
    _refused(_answer(tmp_path, asked, signer(old)), "not valid at the time", roots=old.pem)


def test_an_injected_certificate_changes_nothing(tmp_path, asked) -> None:
    """One with the same name and number, by another key, before the true one: it is passed over."""
    forged = Certificate(
        "Test stamps", issuer=ROOT, purposes=STAMPS, serial=SIGNER.made.serial_number
    )
    response = _answer(tmp_path, asked, SIGNER, forged, root("Somebody"))
    found = timestamp.check(response, data=DATA, asked=asked, roots=ROOT.pem)
    assert found.authority == "Test stamps"
    alone = _answer(tmp_path / "b", asked, signer(root("Test root")), ROOT)
    _refused(alone, "does not lead to the root")


def test_another_root_of_the_same_name_is_refused(tmp_path, asked) -> None:
    """A name is not a key."""
    other = root("Test root")
    _refused(_answer(tmp_path, asked, signer(other), other), "does not lead to the root")


@pytest.mark.parametrize(
    ("purposes", "critical"),
    [
        ((ExtendedKeyUsageOID.CODE_SIGNING,), True),
        ((*STAMPS, ExtendedKeyUsageOID.CODE_SIGNING), True),
        (STAMPS, False),
        ((), True),
    ],
    ids=["for programs", "for programs too", "not critical", "for nothing named"],
)
def test_a_certificate_for_other_things_may_not_stamp(purposes, critical) -> None:
    """Only one that is for time stamps alone, and says so as critical."""
    other = signer(ROOT, purposes=purposes, critical=critical)
    assert not certificates.may_stamp(other.made)


@pytest.mark.parametrize(
    "between",
    [
        Certificate("Test middle", issuer=ROOT, ca=False),
        Certificate("Test middle", issuer=root("Test root"), ca=True),
        Certificate("Test middle", issuer=ROOT, ca=True, days=(-20, -10)),
        Certificate("Test middle", issuer=ROOT, ca=True, purposes=(
            ExtendedKeyUsageOID.CODE_SIGNING,)),
        Certificate("Test middle", issuer=ROOT, ca=True, more=(
            x509.NameConstraints([x509.DNSName("example.org")], None),)),
        Certificate("Test middle", issuer=ROOT, ca=True, more=(
            x509.KeyUsage(True, *[False] * 8),)),
    ],
    ids=["no issuer", "of another root", "expired", "for programs", "with a rule that is not "
         "understood", "not for certificates"],
)  # fmt: skip
def test_what_may_not_stand_between_is_refused(between: Certificate) -> None:
    """An issuer has to be one, for stamps, at that time, and hold nothing that is not understood."""
    leaf = signer(between)
    with pytest.raises(StampRefused):
        certificates.path_to_root(
            leaf.made, others=[between.made], roots=[ROOT.made], at=datetime.now(UTC)
        )


def test_a_path_longer_than_allowed_is_refused() -> None:
    """A root that allows none below it, with one between."""
    short = root("Short", path_length=0)
    middle = Certificate("Between", issuer=short, ca=True)
    leaf = signer(middle)
    now = datetime.now(UTC)
    with pytest.raises(StampRefused):
        certificates.path_to_root(leaf.made, others=[middle.made], roots=[short.made], at=now)
    direct = signer(short).made
    assert certificates.path_to_root(direct, others=[], roots=[short.made], at=now)


def test_certificates_that_sign_each_other_end_soon() -> None:
    """Many of one name and key, each the issuer of all: the search gives up."""
    first = Certificate("Ring", ca=True)
    ring = [Certificate("Ring", issuer=first, ca=True, key=first.key).made for _ in range(9)]
    with pytest.raises(StampRefused, match="sensible time"):
        certificates.path_to_root(
            signer(first).made, others=ring, roots=[ROOT.made], at=datetime.now(UTC)
        )


def test_a_refusal_is_no_stamp(tmp_path, asked) -> None:
    """The authority does not take the hash that was asked with."""
    authority = Authority(tmp_path / "tsa", signer=SIGNER, sent=())
    text = (
        (tmp_path / "tsa/ts.cnf")
        .read_text()
        .replace("digests = sha256, sha512", "digests = sha512")
    )
    (tmp_path / "tsa/ts.cnf").write_text(text)
    _refused(authority.answer(asked), "did not grant")


def test_what_is_cut_or_too_long_is_refused(tmp_path, asked) -> None:
    """At every length, one byte more, and far too much."""
    response = _answer(tmp_path, asked, SIGNER)
    for length in range(len(response)):
        _refused(response[:length], None)
    _refused(response + b"\0", None)
    _refused(response + bytes(timestamp.MOST_ANSWER), "too long")


def test_every_changed_byte_is_refused_or_changes_nothing(tmp_path, asked) -> None:
    """One bit of each byte: what it says stays the same, or it is refused by its name."""
    response = _answer(tmp_path, asked, SIGNER)
    good = timestamp.check(response, data=DATA, asked=asked, roots=ROOT.pem)
    kept = 0
    for place in range(len(response)):
        changed = bytearray(response)
        changed[place] ^= 1
        try:
            found = timestamp.check(bytes(changed), data=DATA, asked=asked, roots=ROOT.pem)
        except StampRefused:
            continue
        kept += 1
        assert (found.at, found.authority, found.root) == (good.at, good.authority, good.root)
    assert kept < len(response) // 20


@settings(max_examples=200)
@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_refused(data: bytes) -> None:
    """As an answer, as a question, and as a root."""
    with pytest.raises(StampRefused):
        timestamp.check(data, data=DATA)
    with pytest.raises(StampRefused):
        timestamp.timestamp_token.nonce_of(data)
    with pytest.raises(StampRefused):
        certificates.read(data)


def test_a_file_of_certificates_without_a_root_is_refused(tmp_path, asked) -> None:
    """The signer's own certificate is no root."""
    _refused(_answer(tmp_path, asked, SIGNER), "none in it signed itself", roots=SIGNER.pem)


def test_two_questions_have_two_numbers() -> None:
    """And the digest and the number are all that is in them."""
    one, other = timestamp.request(DATA), timestamp.request(DATA)
    assert timestamp.timestamp_token.nonce_of(one) != timestamp.timestamp_token.nonce_of(other)
    assert len(one) < 90
