"""What a mail says of its way, and whether its body is what was signed, beside another implementation."""

from __future__ import annotations

import base64
import hashlib

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from dkim.canonicalization import Relaxed, Simple
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tallymark.importers._email_trust import canonical

from .mail import FROM, mail, read

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.TraditionalOpenSSL,
    serialization.NoEncryption(),
)
bodies = st.lists(
    st.sampled_from([b"a", b"word", b" ", b"  ", b"\t", b"\r\n", b"\r\n", b"\r", b"=", b"\xff"]),
    max_size=30,
).map(lambda found: b"".join([*found, b"\r\n"]))  # a mail's last line has an end


@settings(max_examples=500, deadline=None)
@given(bodies)
@example(b"")
@example(b"\r\n\r\n")
@example(b" \r\n \t\r\n")
@example(b"a \r\r\n\r\n")
def test_canonical_forms_are_those_of_another_implementation(body: bytes) -> None:
    """Simple and relaxed, on any run of words, spaces and line ends."""
    assert b"".join(canonical(body, relaxed=False)) == Simple.canonicalize_body(body)
    assert b"".join(canonical(body, relaxed=True)) == Relaxed.canonicalize_body(body)


def signed(body: bytes, how: str = "relaxed/relaxed", *, length: bool = False) -> bytes:
    """A mail with a real signature over this body, line ends CRLF."""
    data = mail(b"\n" + body).replace(b"\n", b"\r\n")
    first, second = (part.encode() for part in how.split("/"))
    line = dkim.sign(
        data,
        b"sel",
        b"example.org",
        KEY,
        canonicalize=(first, second),
        include_headers=[b"from"],
        length=length,
    )
    return bytes(line) + data


@pytest.mark.parametrize("how", ["relaxed/relaxed", "simple/simple", "relaxed/simple"])
def test_a_signed_body_is_unchanged_until_it_is_changed(how: str) -> None:
    """As sent, and with the line ends of an mbox, it fits; one letter more and it does not."""
    data = signed(b"I know  where you are. \n\n\n", how)
    for form in (data, FROM + data.replace(b"\r\n", b"\n") + b"\n"):
        found = read(form).one.detail
        assert found["dkim_body"] == "body unchanged since signing"
        assert found["dkim_domain"] == "example.org"
    assert read(data.replace(b"know", b"knew")).one.detail["dkim_body"] == "body differs"


def test_quoting_of_an_mbox_is_undone_for_the_check() -> None:
    """A line that the mailbox quoted fits again without its sign, and that is said."""
    data = signed(b"see\nFrom me\n").replace(b"\r\n", b"\n").replace(b"\nFrom me", b"\n>From me")
    found = read(FROM + data + b"\n").one.detail
    assert found["dkim_body"] == "body unchanged since signing"
    assert "quoting" in found["dkim_note"]


def test_a_signature_over_a_part_says_how_much() -> None:
    """With a stated length only that much is covered; what follows may be anything."""
    found = read(signed(b"words\n", length=True) + b"added later\r\n").one.detail
    assert found["dkim_body"] == "body unchanged since signing"
    assert found["dkim_covers"] == "the first 7 bytes"


@pytest.mark.parametrize(
    "line", ["v=1", "a=rsa-sha256; bh=!!; c=simple", "a=md5; bh=AAAA", "a=rsa-sha256; bh=AAAA; c=x/y", "a=rsa-sha256; bh=AAAA; l=x"]
)  # fmt: skip
def test_what_cannot_be_checked_is_said_so(line: str) -> None:
    """An unknown method or a damaged line gives no answer."""
    assert read(mail(DKIM_Signature=line)).one.detail["dkim_body"] == "not checkable"


def test_of_several_signatures_one_that_fits_is_enough() -> None:
    """A list that signed again after a change does not hide the one that still fits."""
    right = base64.b64encode(hashlib.sha256(b"Hello there.\r\n").digest()).decode()
    head = b"DKIM-Signature: a=rsa-sha256; c=relaxed/relaxed; d=list.example; bh=AAAA\n"
    line = f"a=rsa-sha256; c=relaxed/relaxed; d=example.org; bh={right}"
    found = read(head + mail(DKIM_Signature=line)).one.detail
    assert (found["dkim_body"], found["dkim_domain"]) == (
        "body unchanged since signing",
        "example.org",
    )


@pytest.mark.parametrize(
    ("provider", "lines", "trust"),
    [
        ("", ["mx.google.com; dkim=pass"], "who the provider is was not told"),
        ("google.com", ["mx.google.com; dkim=pass"], "by the provider"),
        ("google.com", ["evil.example; dkim=pass", "mx.google.com; dkim=fail"], "not by the provider"),
        ("google.com", ["mx.google.com; dkim=fail", "mx.google.com; dkim=pass"], "a line below claims"),
        ("google.com", ["notgoogle.com; dkim=pass"], "not by the provider"),
    ],
)  # fmt: skip
def test_results_are_believed_only_by_the_rules(
    provider: str, lines: list[str], trust: str
) -> None:
    """Topmost, by the provider that was named, and none below by the same: else as stated."""
    head = "".join(f"Authentication-Results: {line}\n" for line in lines).encode()
    event = read(head + mail(), options={"provider": provider}).one
    assert trust in event.detail["auth_trust"]
    assert event.detail["auth_results"] == lines[0].split("; ")[1]
    assert event.unmapped["Authentication-Results"] == lines[0]


def test_the_receipt_is_the_providers_when_it_is_named() -> None:
    """A line above it by somebody else is passed over."""
    head = (
        b"Received: from x by other.example; Thu, 5 Mar 2026 10:00:00 +0000\n"
        b"Received: from y by mx.google.com with ESMTP; Tue, 3 Mar 2026 10:00:00 +0000\n"
    )
    named = read(head + mail(), options={"provider": "google.com"}).one
    assert named.at[1].value == "2026-03-03T10:00:00"
    assert read(head + mail()).one.at[1].value == "2026-03-05T10:00:00"


def test_the_address_of_the_machine_is_kept_as_a_lead() -> None:
    """Where a server noted it."""
    assert read(mail(X_Originating_IP="[192.0.2.7]")).one.detail["originating_ip"] == "[192.0.2.7]"
