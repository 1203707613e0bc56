"""The ledger adds up on anything; what was written is what is read; chunk borders change nothing."""

from __future__ import annotations

import json
import math
from array import array
from datetime import datetime, timedelta

import msgspec
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from tallymark.errors import ReaderFailed, UnknownFormat
from tallymark.importers._ledger import Ledger
from tallymark.importers.whatsapp import IMPORTER
from tallymark.model.event import NO_TIME, Event, canonical_line

from .test_styles import STYLES

FORMS = {
    "android": "%d/%m/%Y, %H:%M - ",
    "android short": "%d/%m/%y, %H:%M - ",
    "german": "%d.%m.%y, %H:%M - ",
    "iphone": "[%d/%m/%Y, %H:%M:%S] ",
    "us": "%m/%d/%y, %I:%M %p - ",
    "us iphone": "[%m/%d/%y, %I:%M:%S\u202f%p] ",
    "iso": "%Y-%m-%d %H:%M - ",
    "finnish": "%d.%m.%Y klo %H.%M - ",
    "old iphone": "%d/%m/%y %H:%M:%S: ",
}
NAMES = ("Ann", "🤓", "Mum & Dad", "+44 7700 900123", "Zoë – home", "陈")
words = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\u200e"), min_size=1, max_size=60
).filter(
    lambda text: (
        text.strip()
        and not any(c in text for c in "<>():[]/.-")
        and not any(c.isdecimal() for c in text)
    )
)
chats = st.lists(
    st.tuples(st.sampled_from(NAMES), words, st.integers(0, 3000)), min_size=1, max_size=25
)


def export(chat, form: str, *, end: str) -> tuple[bytes, list[tuple[str, str]]]:
    """A chat as exported in one style, and who said what in it."""
    now = datetime(2021, 1, 13, 9, 0)
    lines = []
    for name, text, minutes in chat:
        now += timedelta(minutes=minutes)
        lines.append(now.strftime(FORMS[form]) + f"{name}: {text}")
    return end.join(lines).encode(), [(name, text) for name, text, _ in chat]


@given(
    chat=chats, form=st.sampled_from(sorted(FORMS)), chunk=st.integers(1, 90), closed=st.booleans()
)
@settings(max_examples=120, deadline=None)
def test_round_trip_of_generated_exports(read, chat, form: str, chunk: int, closed: bool) -> None:
    """In every style: senders and words come back, every byte is in the ledger, chunks do not matter.

    Exports end with a line end or without one. Where the file stops right after a line end, that
    one byte cannot be told from the end of the last line, and is framing.
    """
    data, wanted = export(chat, form, end="\n")
    if closed:
        data += b"\n"
    else:
        name, text = wanted[-1]
        wanted[-1] = name, text.removesuffix("\n")
    whole, cut = read(data), read(data, chunk=chunk)
    assert [(e.sender, e.text) for e in whole.events] == wanted
    assert whole.coverage["records"] + whole.coverage["framing"] == len(data)
    assert cut.figures == whole.figures
    assert cut.coverage == whole.coverage
    assert cut.issues == whole.issues
    for event in whole.events:
        record = data[event.locator.start : event.locator.end].decode()
        assert record.endswith(event.text)


@given(data=st.binary(max_size=300), chunk=st.integers(1, 40))
@settings(max_examples=300, deadline=None)
def test_arbitrary_bytes_after_a_message(read, data: bytes, chunk: int) -> None:
    """Whatever follows a message, nothing crashes and no byte is unaccounted for."""
    whole = b"13/01/2021, 09:00 - Ann: hi" + data
    got = read(whole, chunk=chunk)
    assert sum(got.coverage[k] for k in ("records", "framing", "skipped", "unparsed")) == len(whole)
    assert got.events


@given(data=st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_arbitrary_bytes_alone(read, data: bytes) -> None:
    """Arbitrary bytes are refused or read, never a crash."""
    if IMPORTER.sniff(data) is None:
        with pytest.raises(UnknownFormat, match="Line"):
            read(data)
    else:
        read(data)


pieces = st.lists(
    st.sampled_from(
        [header + "Ann: x" for header, _ in STYLES.values()]
        + [
            "",
            "plain words",
            "\u200e<attached: a.jpg>",
            "POLL:",
            "OPTION: x",
            "01/02/2020",
            "12:30",
            "\r",
            "\x00",
            "[",
            ": ",
            "Ann:",
            "<Media omitted>",
        ]
    ),
    min_size=1,
    max_size=12,
)


@given(lines=pieces, chunk=st.integers(1, 50), end=st.sampled_from(["\n", "\r\n", "\n\n"]))
@settings(max_examples=250, deadline=None)
def test_any_mixture_of_styles(read, lines: list[str], chunk: int, end: str) -> None:
    """Headers of every style in one file, with rubbish between: all bytes, same result for any chunk."""
    data = ("13/01/2021, 09:00 - Ann: hi\n" + end.join(lines)).encode()
    whole, cut = read(data), read(data, chunk=chunk)
    assert whole.figures["events_digest"] == cut.figures["events_digest"]
    assert whole.coverage == cut.coverage
    assert whole.issues == cut.issues
    starts = [e.locator.start for e in whole.events]
    assert starts == sorted(set(starts))
    assert sum(e.locator.end - e.locator.start for e in whole.events) == whole.coverage["records"]


@given(chat=chats, form=st.sampled_from(sorted(FORMS)))
@settings(max_examples=60, deadline=None)
def test_the_short_way_writes_canonical_lines(read, chat, form: str) -> None:
    """Each line is the canonical form of its event and of RFC 8785, in the short way and the careful one."""
    data, _ = export(chat, form, end="\r\n")
    for batch in read(data + b"\n").batches:
        for line in batch.lines.splitlines():
            event = msgspec.json.decode(line, type=Event)
            assert canonical_line(event) == line
            assert rfc8785.dumps(json.loads(line)) == line


@given(chat=chats)
@settings(max_examples=40, deadline=None)
def test_columns_agree_with_lines(read, chat) -> None:
    """Offsets, texts, seconds and senders of a batch say the same as its lines."""
    data, _ = export(chat, "android", end="\n")
    got = read(data)
    names = [""]
    for batch in got.batches:
        names += batch.new_senders
        offsets, seconds, senders = (
            array("I", batch.offsets),
            array("q", batch.seconds),
            array("H", batch.senders),
        )
        for place, text in enumerate(batch.texts):
            line = batch.lines[offsets[place] : offsets[place + 1] - 1]
            event = msgspec.json.decode(line, type=Event)
            assert event.text == text
            assert names[senders[place]] == (event.sender or "")
            assert seconds[place] != NO_TIME
            wall = datetime.fromisoformat(event.at[0].value + "+00:00").timestamp()
            assert math.isclose(wall, seconds[place], abs_tol=3600)


def test_a_ledger_that_does_not_add_up_is_refused() -> None:
    """A reader that loses a byte cannot end well."""
    with pytest.raises(ReaderFailed):
        Ledger(records=9).close(10)
    assert Ledger(records=9, framing=1).close(10)["bytes"] == 10


def test_batches_hold_at_most_8192(read) -> None:
    """Events come in file order, in batches of 8,192 and a rest."""
    data = b"\n".join(b"13/01/2021, 09:00 - Ann: %d" % n for n in range(20_000))
    got = read(data)
    assert [len(b.texts) for b in got.batches] == [8192, 8192, 3616]
    assert [e.text for e in got.events] == [str(n) for n in range(20_000)]
