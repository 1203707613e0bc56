"""Whatever the bytes, wherever they are cut, however deep or many: an event each, the ledger whole, no error."""

from __future__ import annotations

import gc
import io
import random
import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallymark import importers
from tallymark.importers import _email_split
from tallymark.importers._batch import Sink
from tallymark.importers._source import FileSource
from tallymark.importers.email import IMPORTER
from tallymark.jail.supply import Stream

from .mail import FROM, PLAIN, mail, read

LINES = [
    b"From a@b Mon Mar  2 10:00:00 2026",
    b"From here at 10:00",
    b">From x",
    b"Content-Length: 12",
    b"From: a@b <c@d>",
    b'To: "x" <y@z>, (c) q@r, g: h@i;',
    b"Subject: =?utf-8?B?4pyT?= =?x?q?=ZZ?=",
    b"Date: Mon, 2 Mar 2026 10:00:00 +0000",
    b'Content-Type: multipart/mixed; boundary="b"',
    b"Content-Type: message/rfc822",
    b"Content-Type: text/html; charset=\xff",
    b"Content-Transfer-Encoding: base64",
    b"Content-Disposition: attachment; filename*0*=utf-8''%e2%; filename*1=x",
    b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed; bh=AAAA; l=9",
    b"Authentication-Results: mx; dkim=pass",
    b"--b",
    b"--b--",
    b"",
    b"",
    b" folded",
    b"words \xe4 <b>x<!-- ",
    b"x\x9f>\x22\x01\x00",
]
lines = st.lists(st.sampled_from(LINES) | st.binary(max_size=30), max_size=40)
ends = st.sampled_from([b"\n", b"\r\n", b"\r"])


@settings(deadline=None, max_examples=300)
@given(lines, ends, st.booleans(), st.integers(1, 200))
def test_any_lines_give_whole_ledgers_however_they_are_cut(
    rows: list[bytes], end: bytes, is_mbox: bool, chunk: int
) -> None:
    """Spans in order, records equal to their sum, and the size of the pieces changes nothing."""
    data = (FROM if is_mbox else PLAIN) + end.join(rows)
    whole, cut = read(data), read(data, chunk=chunk)
    assert [b.lines for b in whole.batches] == [b.lines for b in cut.batches]
    assert whole.coverage == cut.coverage
    spans = [(e.locator.start, e.locator.end) for e in whole.events]
    assert all(start < stop for start, stop in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert sum(stop - start for start, stop in spans) == whole.coverage["records"]
    assert not any("UNREADABLE" in e.issues for e in whole.events)


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_and_never_more(data: bytes) -> None:
    """``sniff`` never raises, and what is not known by it can be read all the same."""
    IMPORTER.sniff(data)
    if data.strip(b"\r\n"):
        read(data)
    read(b"from:" + data)


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.binary(max_size=120).filter(lambda b: b"From " not in b), min_size=1, max_size=8)
)
def test_what_is_written_as_an_mbox_is_read_again(bodies: list[bytes]) -> None:
    """As many mails as were put in, each with its very bytes."""
    mails = [PLAIN + b"\n" + body + b"\n" for body in bodies]
    data = b"".join(FROM + m + b"\n" for m in mails)
    assert [data[e.locator.start : e.locator.end] for e in read(data).events] == mails


def test_a_message_beyond_the_limit_keeps_its_header(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its fields are read, its body is one part that was refused, and the next mail follows."""
    monkeypatch.setattr(_email_split, "MAX_MESSAGE", 5000)
    monkeypatch.setattr(_email_split, "KEPT", 1000)
    big = PLAIN + b"\n" + b"x" * 70 + b"\n" * 9000
    data = FROM + big + b"\n" + FROM + PLAIN + b"\nafter\n"
    for chunk in (1 << 20, 64, 3000):
        found = read(data, chunk=chunk)
        assert [e.detail["subject"] for e in found.events] == ["Hello", "Hello"]
        assert "TOO_LARGE" in found.events[0].issues
        part = found.events[0].parts[0]
        assert part.state == "refused_limit"
        assert part.end == found.events[0].locator.end
        assert found.events[1].text == "Hello\nafter\n"
    alone = read(big)
    assert "TOO_LARGE" in alone.one.issues
    assert alone.coverage["records"] == len(big)


@pytest.mark.parametrize("kind", ["multipart", "rfc822", "both"])
def test_two_thousand_levels(kind: str) -> None:
    """The depth is named, what lies beyond is one part, and nothing raises."""
    data = bytearray(b"From: a@b.example\n")
    for level in range(2000):
        if kind != "rfc822":
            data += b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level)
        if kind != "multipart":
            data += b"Content-Type: message/rfc822\n\nSubject: %d\n" % level
    found = read(bytes(data) + b"\nend\n")
    assert "DEPTH_LIMIT" in found.one.issues
    assert any(p.state == "refused_limit" for p in found.one.parts)


def test_a_million_parts() -> None:
    """Too many are one part that was refused; the header is read."""
    data = mail(b"\n" + b"--b\n\nx\n" * 1_000_000, Content_Type="multipart/mixed; boundary=b")
    found = read(data)
    assert found.one.sender == "boris@example.org"
    assert "PARTS_LIMIT" in found.one.issues
    assert [p.state for p in found.one.parts] == ["refused_limit"]


@pytest.mark.parametrize(
    "flood",
    [
        b"X-A: 1\n" * 200_000,
        b"X-A: " + b"a" * 3_000_000 + b"\n",
        b"X-A: 1\n" + b" folded\n" * 200_000,
        b"To: " + b"a@b.example, " * 100_000 + b"\n",
        b"To: " + b"(" * 1_000_000 + b"\n",
        b"Subject: " + b"=?a?q?" * 150_000 + b"\n",
        b"Content-Type: a/b" + b"; ; " * 200_000 + b"\n",
        b"Content-Type: a/b; x=" + b" " * 900_000 + b"\n",
        b"Date: " + b" " * 900_000 + b"\n",
        b"Received: " + b";" * 900_000 + b"\n",
        b"References: " + b"<" * 900_000 + b"\n",
        b"DKIM-Signature: " + b"a=;" * 300_000 + b"\n",
    ],
    ids=lambda flood: flood[:14].decode(),
)
def test_floods_of_header(flood: bytes) -> None:
    """Each ends, with the mail's sender known and its bytes in the record."""
    data = b"From: a@b.example\n" + flood + b"\nbody\n"
    found = read(data)
    assert found.one.sender == "a@b.example"
    assert found.coverage["records"] == len(data)


@pytest.mark.parametrize(
    "body",
    [
        b"<" * 2_000_000,
        b"<!--" * 500_000,
        b"<script>" * 250_000,
        b"&" * 2_000_000,
        b"<b> </b>" * 250_000,
        b"<a href='" * 200_000,
    ],
    ids=lambda body: body[:8].decode(),
)
def test_pages_made_to_be_slow(body: bytes) -> None:
    """Linear in every case, and no word before them is lost."""
    found = read(mail(b"\nhello " + body, Content_Type="text/html"))
    assert "hello" in found.one.text


@pytest.mark.parametrize(
    "body",
    [
        b"\n--bx" * 1_000_000,
        b"\n--b " * 1_000_000,
        (b"\n--b" + b" " * 1000 + b"x") * 2000,
        b"\n\nFrom 10:00" * 300_000,
        b"\n\nFrom " + b"10:00 " * 1_000_000,
    ],
    ids=["like", "spaces", "long", "from", "one from"],
)
def test_bodies_full_of_what_looks_like_a_boundary(body: bytes) -> None:
    """None of it takes more than its length."""
    data = FROM + mail(b"\n--b\n\nx\n" + body, Content_Type="multipart/mixed; boundary=b")
    found = read(data)
    assert found.one.sender == "boris@example.org"


def test_a_mailbox_is_read_in_the_memory_of_one_mail() -> None:
    """Ten times as many mails need no more memory."""

    def peak(many: int) -> int:
        draw = random.Random(1)
        body = b"\n" + b"words and words\n" * 60
        data = b"".join(
            FROM + mail(body, Message_ID=f"<{draw.random()}@x>") + b"\n" for _ in range(many)
        )
        sink = Sink(lambda _: None, sentences=IMPORTER.SENTENCES)
        source = FileSource(Stream(io.BytesIO(data)))
        gc.collect()
        tracemalloc.start()
        IMPORTER.survey(source, options={}).read(sink)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert sink.events == many
        return found

    small, large = peak(3000), peak(10_000)
    assert large < small + (32 << 20)
    assert large < 64 << 20


def test_the_jail_reads_mail_as_this_process_does(tmp_path) -> None:
    """Through the confined child: the same count, no network, the whole ledger."""
    path = tmp_path / "box.mbox"
    path.write_bytes(FROM + mail() + b"\n" + FROM + mail(From="x@example.net") + b"\n")
    found = importers.inspect(path)
    assert found["format"] == "email"
    assert found["counts"]["message"] == 2
    assert found["senders"] == {"boris@example.org": 1, "x@example.net": 1}
    assert found["first"] == "2026-03-02T10:00:00"
    assert found["coverage"]["bytes"] == path.stat().st_size


def test_more_senders_than_columns_can_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spam from ever new addresses stops nothing: each mail keeps its sender, and the rest is named."""
    from tallymark.importers import _batch

    monkeypatch.setattr(_batch, "MAX_SENDERS", 3)
    data = b"".join(FROM + mail(From=f"s{n}@example.org") + b"\n" for n in range(5))
    found = read(data)
    assert [e.sender for e in found.events] == [f"s{n}@example.org" for n in range(5)]
    assert found.issues["TOO_MANY_SENDERS"] == 2
