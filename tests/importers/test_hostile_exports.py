"""Exports made to break a reader, through the jail: a named end or a whole result, and never a crash.

The jail allows 512 MiB; a reader that needed more would end here with ``LimitExceeded``.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tallymark import importers
from tallymark.errors import UnknownFormat

from .test_meta import message, thread
from .test_sms import HEAD, backup, mms, sms

MIB = 1 << 20
BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE smses [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>
<smses count="1"><sms body="&c;" date="1775210340000" type="1" address="1"/></smses>"""
OUTSIDE = b"""<?xml version="1.0"?>
<!DOCTYPE smses SYSTEM "file:///couldnt_possibly_exist">
<smses count="1"><sms body="x" date="1775210340000" type="1" address="1"/></smses>"""


@pytest.fixture
def look(tmp_path) -> Callable[..., dict]:
    """A function that reads bytes through the jail and checks that every one is accounted for."""

    def inspect(data: bytes, name: str = "export") -> dict:
        path = tmp_path / name
        path.write_bytes(data)
        found = importers.inspect(path)
        coverage = found["coverage"]
        parts = ("records", "framing", "skipped", "unparsed")
        assert sum(coverage[part] for part in parts) == len(data)
        return found

    return inspect


def _codes(found: dict) -> set[str]:
    return {issue["code"] for issue in found["issues"]}


@pytest.mark.parametrize("data", [BOMB, OUTSIDE], ids=["entity bomb", "external entity"])
def test_a_doctype_is_refused_by_name(look, data: bytes) -> None:
    """Nothing in it is read, expanded or opened."""
    with pytest.raises(UnknownFormat, match="DOCTYPE"):
        look(data)


def test_entities_that_are_not_declared_stay_as_they_are(look) -> None:
    """There is nothing that they could stand for."""
    found = look(backup(sms("&lol; &#0; &#9999999999; &")))
    assert "BAD_ENTITY" in _codes(found)


def test_many_attributes_of_twelve_megabytes(look) -> None:
    """Texts and attachments, eight of each: read one after the other, none kept in memory."""
    body = "x" * (12 * MIB)
    part = f'<part ct="image/png" data="{"A" * (12 * MIB)}" />'
    found = look(backup(*[sms(body)] * 8, *[mms(part)] * 8))
    assert found["counts"]["message"] == 16
    assert "TRUNCATED" not in _codes(found)


def test_a_text_longer_than_is_read(look) -> None:
    """It is passed over, named with its place, and the next message is read."""
    found = look(backup(sms("one"), sms("x" * (40 * MIB)), sms("two")))
    assert found["counts"]["message"] == 2
    assert found["counts"]["rejected"] == 1
    (issue,) = [i for i in found["issues"] if i["code"] == "TOO_LONG"]
    assert "line 4, column 2" in issue["detail"]


UNENDING = {
    "a quote": HEAD + b'<smses count="1"><sms body="' + b"x" * (60 * MIB),
    "a comment": HEAD + b'<smses count="1"><!-- ' + b"x" * (60 * MIB),
    "an attachment": HEAD + b'<smses count="1"><mms><parts><part data="' + b"A" * (60 * MIB),
    "attributes": HEAD + b'<smses count="1"><sms ' + b'a="b" ' * MIB,
    "tags": HEAD + b'<smses count="1"><mms>' + b"<parts>" * MIB,
    "starts": HEAD + b'<smses count="1">' + b"<sms " * (200 << 10),
}


@pytest.mark.parametrize("name", UNENDING)
def test_xml_that_never_ends(look, name: str) -> None:
    """Nothing whole in it: refused by name, in time that grows with its length and no faster."""
    with pytest.raises(UnknownFormat):
        look(UNENDING[name])


HOSTILE_JSON = {
    "deep in a message": (
        thread(message("X"), message("b")).replace(b'"X"', b"[" * 100_000 + b"]" * 100_000),
        "DEPTH_LIMIT",
    ),
    "a number of a million digits": (
        thread(message("X"), message("b")).replace(b'"X"', b"9" * 10**6),
        "",
    ),
    "a time of a million digits": (
        thread(message("a"), message("b")).replace(b"1775210340000", b"9" * 10**6, 1),
        "UNKNOWN_TIME",
    ),
    "a hundred thousand equal names": (
        thread(message("X"), message("b")).replace(b'"X"', b'"a"' + b',"content":"a"' * 10**5),
        "DUPLICATE_KEY",
    ),
    "a message longer than is read": (thread(message("x" * (30 * MIB)), message("b")), "TOO_LONG"),
    "deep beside the messages": (
        thread(message("a"), message("b"), image="X").replace(
            b'"X"', b"[" * 100_000 + b"]" * 100_000
        ),
        "",
    ),
}


@pytest.mark.parametrize("name", HOSTILE_JSON)
def test_json_made_to_break_a_parser(look, name: str) -> None:
    """The one message is passed over or read; the other is there."""
    data, code = HOSTILE_JSON[name]
    found = look(data)
    assert found["counts"]["events"] + found["counts"]["rejected"] == 2
    assert found["counts"]["events"] >= 1
    assert not code or code in _codes(found)


NEVER = {
    "depth alone": b"[" * 100_000,
    "depth in a thread": thread(message("a"))[:-2] + b',"x":' + b"[" * 100_000,
    "a string": thread(message("a"))[:-2] + b',"x":"' + b"x" * (60 * MIB),
    "a message": thread(message("X")).split(b'"X"')[0] + b'"' + b"\\" * (40 * MIB),
    "not a number": thread(message("X")).replace(b'"X"', b"NaN"),
}


@pytest.mark.parametrize("name", NEVER)
def test_json_that_is_refused(look, name: str) -> None:
    """Refused by name, at its place, without an event."""
    with pytest.raises(UnknownFormat):
        look(NEVER[name])


BOX = b'<div class="uiBoxWhite noborder"><div class="_a6-h">A</div><div class="_a72d">Apr 3, 2026, 1:00 PM</div></div>'
PAGES = {
    "open tags": b"<a" * MIB,
    "open quotes": b'<a href="' * (MIB // 4),
    "deep": b"<div>" * (MIB // 8),
    "starts of boxes": b'<div class="' + b'<div class="' * (MIB // 8),
    "entities": b"&amp" * (MIB // 8),
}


@pytest.mark.parametrize("name", PAGES)
def test_pages_made_to_break_a_parser(look, name: str) -> None:
    """Every byte has its place, and the messages before and after are read."""
    found = look(b"<html><body>" + BOX + PAGES[name] + BOX + b"</body></html>")
    assert found["counts"]["events"] + found["counts"]["rejected"] == 2
    assert found["counts"]["events"] >= 1


_CHILD = """
import resource, sys
from tallymark import importers
importers.inspect(sys.argv[1])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def _sms(many: int) -> Iterator[bytes]:
    yield HEAD + f'<smses count="{many}">\n'.encode()
    line = sms("words and more words, as people write them").encode()
    for _ in range(many // 1000):
        yield line * 1000
    yield b"</smses>"


def _thread(many: int) -> Iterator[bytes]:
    whole = thread(message("x" * 200))
    start, one = whole.index(b'    {\n      "sender_name'), whole.rindex(b"\n  ],")
    yield whole[:start]
    for _ in range(many // 1000 - 1):
        yield (whole[start:one] + b",\n") * 1000
    yield whole[start:]


@pytest.mark.skipif(sys.platform == "win32", reason="no resource figures of children there")
@pytest.mark.parametrize(("name", "make"), [("sms.xml", _sms), ("message_1.json", _thread)])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, name: str, make) -> None:
    """A file of ten times the size needs about the same memory (peak of the confined child)."""
    peaks = []
    for many in (30_000, 300_000):
        path = tmp_path / name
        with path.open("wb") as file:
            file.writelines(make(many))
        ran = subprocess.run(
            [sys.executable, "-c", _CHILD, str(path)], capture_output=True, check=True
        )
        peaks.append(int(ran.stdout) // (1 if sys.platform == "linux" else 1024))
    print(f"{name}: {path.stat().st_size:,} bytes, peak {peaks} KiB")  # noqa: T201 - shown with -s
    assert peaks[1] < peaks[0] + 32 * 1024
