"""SMS backups: every byte is accounted for on anything, and the short way says what the careful one does."""

from __future__ import annotations

import string
import tempfile
from itertools import pairwise

import msgspec
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tallymark.errors import TallymarkError, UnknownFormat
from tallymark.importers._batch import Sink
from tallymark.importers._plausible import Window
from tallymark.importers._sms_event import Phone
from tallymark.importers._sms_people import People
from tallymark.importers._sms_read import Reader
from tallymark.importers._source import FileSource
from tallymark.importers._xml_text import decoded
from tallymark.importers.sms_backup_restore import IMPORTER
from tallymark.jail.supply import Descriptor

from .conftest import outcome
from .test_sms import HEAD, attributes, backup, mms, sms

PARTS = ("records", "framing", "skipped", "unparsed")
PIECES = (
    sms("x"),
    sms("y", address="+447700900124", type=2),
    sms("caf&#233; &amp; &#55357;&#56832;"),
    sms("", date=0),
    mms('<part ct="text/plain" text="z" /><part ct="image/png" data="iVBORw0KGgo=" />'),
    mms("<part ct='image/png' data='!!' />", '<addr address="1" type="137" />', address="1~2"),
    '<call number="1234567" type="3" date="1775210000000" />',
    "<!-- a comment -->",
    "<?pi?>",
    "<sms ",
    "<mms",
    "</mms>",
    "</smses>",
    "<smses>",
    "<other/>",
    "words",
    "<",
    ">",
    '"',
    "'",
    "&",
    "\x00",
    "\r\n",
    "\xff",
    "<![CDATA[x]]>",
    "<!DOCTYPE x>",
    'body="',
    "/>",
    "-->",
)


def read(data: bytes, **given: object):
    """Read bytes as a backup."""
    return outcome(data, importer=IMPORTER, **given)  # type: ignore[arg-type]


@given(st.lists(st.sampled_from(PIECES), max_size=12), st.integers(1, 60), st.booleans())
@settings(max_examples=300, deadline=None)
def test_any_mixture_of_pieces(pieces: list[str], chunk: int, is_closed: bool) -> None:
    """Whole elements among rubbish: the ledger adds up, chunk borders change nothing, order holds."""
    data = HEAD + f'<smses count="3">{"".join(pieces)}'.encode("latin-1")
    data += b"</smses>" if is_closed else b""
    try:
        whole = read(data)
    except UnknownFormat as problem:
        with pytest.raises(UnknownFormat, match=str(problem).replace("(", r"\(")[:30]):
            read(data, chunk=chunk)
        return
    cut = read(data, chunk=chunk)
    assert cut.figures == whole.figures
    assert cut.coverage == whole.coverage
    assert cut.issues == whole.issues
    assert sum(whole.coverage[part] for part in PARTS) == len(data)
    spans = [(event.locator.start, event.locator.end) for event in whole.events]
    assert sum(end - start for start, end in spans) == whole.coverage["records"]
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    for start, end in spans:
        assert data[start:end].startswith((b"<sms", b"<mms", b"<call"))
        assert data[end - 1 : end] == b">"


@given(st.binary(max_size=300), st.integers(1, 40))
@settings(max_examples=300, deadline=None)
def test_arbitrary_bytes_after_a_message(data: bytes, chunk: int) -> None:
    """Whatever follows a message, nothing crashes and no byte is unaccounted for."""
    whole = backup(sms("hi"))[: -len("</smses>")] + data
    got = read(whole, chunk=chunk)
    assert sum(got.coverage[part] for part in PARTS) == len(whole)
    assert got.events[0].text == "hi"


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_arbitrary_bytes_alone(data: bytes) -> None:
    """Sniffed or not, arbitrary bytes end in events or in a named refusal."""
    IMPORTER.sniff(data)
    for begun in (data, b"<smses>" + data, b"<calls " + data):
        try:
            got = read(begun, chunk=7)
        except TallymarkError:
            continue
        assert sum(got.coverage[part] for part in PARTS) == len(begun)


texts = st.text(st.characters(codec="utf-8"), max_size=30)
values = st.dictionaries(
    st.sampled_from(
        ["protocol", "sub_id", "readable_date", "contact_name", "date_sent", "subject"]
    ),
    st.one_of(st.sampled_from(["null", "0", "1", "1775210338000", "1775210338", ""]), texts),
)
messages = st.lists(
    st.tuples(
        texts,
        values,
        st.sampled_from(["1", "2", "3", "9", ""]),
        st.sampled_from(["1775210340000", "1775210340", "0", "x"]),
        st.sampled_from(["+447700900123", "YourBank", "", "null", "a&amp;b"]),
    ),
    max_size=8,
)


def _written(text: str) -> str:
    for sign, entity in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        ('"', "&quot;"),
        ("\n", "&#10;"),
        ("\r", "&#13;"),
        ("\t", "&#9;"),
    ):
        text = text.replace(sign, entity)
    return text


@given(messages, st.sampled_from([None, "zip/sms.xml"]))
@settings(max_examples=200, deadline=None)
def test_the_short_way_says_what_the_careful_one_says(found, member: str | None) -> None:
    """Both give the same bytes for every message, and both are canonical."""
    elements = []
    for body, fields, kind, date, address in found:
        said = {"address": address, "date": date, "type": kind, "body": _written(body)}
        said |= {name: _written(value) for name, value in fields.items()}
        elements += [f"  <sms {attributes(said)} />\n"] * 2
    data = backup(*elements, sms("plain"), sms("more"))
    short, careful = (_lines(data, member, short=short) for short in (True, False))
    assert short == careful
    for line in short.splitlines():
        assert rfc8785.dumps(msgspec.json.decode(line)) == line


def _lines(data: bytes, member: str | None, *, short: bool) -> bytes:
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        source = FileSource(Descriptor(file.fileno()), chunk=100)
        source.member = member
        batches: list = []
        sink = Sink(batches.append, sentences=IMPORTER.SENTENCES)
        phone = Phone(People("(this phone)"), Window({"read_on": "2026-05-01"}))
        Reader(source, phone, sink, short=short).run()
    sink.ledger.close(len(data))
    return b"".join(batch.lines for batch in batches)


xml_text = st.text(
    st.one_of(st.sampled_from(string.printable), st.characters(min_codepoint=32, codec="utf-8")),
    max_size=40,
).filter(
    lambda text: all(c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff\x7f") for c in text)
)


@given(xml_text)
@settings(max_examples=200, deadline=None)
def test_values_are_read_as_another_parser_reads_them(text: str) -> None:
    """An XML library gives the same text for every value that XML allows."""
    try:
        element = etree.Element("sms", body=text)
    except ValueError:  # a character that XML forbids
        return
    written = etree.tostring(element, encoding="utf-8")
    body = written.split(b'"', 1)[1].rsplit(b'"', 1)[0]
    found = decoded(body)
    assert (found.text, found.issues) == (text, ())


@given(st.binary(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_some_text(value: bytes) -> None:
    """No bytes of a value raise, and what comes out can be written as UTF-8."""
    found = decoded(value)
    found.text.encode()
    (found.raw or "").encode()
