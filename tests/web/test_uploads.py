"""The push parser and the feed: any bytes, in any pieces, whole or not at all."""

from __future__ import annotations

import asyncio
import io
import os
from contextlib import suppress
from itertools import pairwise
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallymark.web.forms import BadForm, read
from tallymark.web.uploads import Feed, Multipart, UploadStopped, UploadTooBig, boundary_of
from web.window import MULTIPART, Window, multipart

BOUNDARY = boundary_of(MULTIPART)


def _fed(body: bytes, cuts: list[int], **limits: int) -> Multipart:
    parser = Multipart(BOUNDARY, **limits)
    edges = sorted({0, len(body), *(c % (len(body) + 1) for c in cuts)})
    for start, end in pairwise(edges):
        parser.feed(body[start:end])
    return parser


def _whole(feed: Feed) -> bytes:
    return b"".join(iter(lambda: feed.read(1000) or b"", b""))


@given(
    st.binary(max_size=4000),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    st.lists(st.integers(0, 10**6), max_size=40),
)
def test_any_file_comes_out_as_it_went_in(data: bytes, title: str, cuts: list[int]) -> None:
    """Byte for byte, however the browser cuts it."""
    parser = _fed(multipart({"fit": "x", "title": title}, "a.bin", data), cuts)
    assert parser.ended
    assert parser.fields == {"fit": "x", "title": title}
    assert parser.upload is not None
    assert _whole(parser.upload.stream) == data


@given(st.binary(max_size=300), st.integers(0, 400))
def test_a_form_that_is_cut_short_never_becomes_a_file(data: bytes, lost: int) -> None:
    """Until the last mark has come, the reader waits; when the line breaks, it is told."""
    body = multipart({"fit": "x"}, "a.bin", data)
    parser = _fed(body[: max(0, len(body) - 5 - lost)], [])
    parser.stop()
    assert not parser.ended
    if parser.upload is not None:
        with pytest.raises(UploadStopped):
            _whole(parser.upload.stream)


@given(st.binary(max_size=600), st.lists(st.integers(0, 600), max_size=8))
def test_arbitrary_bytes_are_refused_or_waited_for(data: bytes, cuts: list[int]) -> None:
    """No bytes make the parser fail in any other way."""
    with suppress(BadForm):
        _fed(data, cuts)
    with suppress(BadForm):
        _fed(b"--" + BOUNDARY + b"\r\n" + data, cuts)


@pytest.mark.parametrize(
    "body",
    [
        multipart({"a": "x" * 20_000}, "a", b""),
        multipart({"a": "1"}, "a", b"").replace(b'name="file"', b'name="a b"'),
        multipart({"a": "1"}, "a", b"") + b"more",
        multipart({"a": "1"}, "a", b"x").replace(b'"a"\r\n', b'"a"\r\nX: ' + b"y" * 5000 + b"\r\n"),
        multipart({f"a{chr(97 + n)}": "1" for n in range(25)}, "a", b""),
        b"--" + BOUNDARY + b"--\r\n",
    ],
    ids=["long field", "odd name", "bytes after the end", "long head", "many fields", "nothing"],
)
def test_forms_that_are_not_ours_are_refused(body: bytes) -> None:
    """Each limit holds."""
    with pytest.raises(BadForm):
        _fed(body, [])


def test_a_field_sent_twice_and_a_second_file_are_refused() -> None:
    """There is one answer to each question, and one file."""
    part = b"--" + BOUNDARY + b'\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    file = multipart({}, "a", b"x").rsplit(b"--" + BOUNDARY, 1)[0]
    with pytest.raises(BadForm):
        _fed(part + part, [])
    with pytest.raises(BadForm):
        _fed(file + file, [])


def test_a_file_beyond_the_limit_is_refused_and_its_reader_told() -> None:
    """The limit is on bytes seen, whatever the browser announced."""
    parser = Multipart(BOUNDARY, largest=100)
    with pytest.raises(BadForm):
        parser.feed(multipart({"a": "1"}, "a", b"x" * 500))
    assert parser.upload is not None
    with pytest.raises(UploadTooBig):
        _whole(parser.upload.stream)


@given(st.text(max_size=80))
def test_only_the_last_part_of_a_name_is_kept(name: str) -> None:
    """No folder and no line end of the name as sent comes in."""
    safe = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    with suppress(BadForm, UnicodeEncodeError):
        parser = _fed(multipart({"a": "1"}, "../x\\y/" + safe, b""), [])
        assert parser.upload is not None
        assert not set("/\\\r\n\0") & set(parser.upload.name)


def test_the_start_of_a_feed_can_be_read_twice_and_no_more() -> None:
    """The diary looks at the first bytes and goes back; further back is refused."""
    feed = Feed()
    feed.put(b"abc" * 10_000)
    feed.put(b"d" * 60_000)
    feed.finish()
    assert feed.seekable()
    assert feed.readable()
    head = feed.read(4096)
    assert head is not None
    assert feed.seek(0) == 0
    assert feed.tell() == 0
    assert _whole(feed) == b"abc" * 10_000 + b"d" * 60_000
    with pytest.raises(io.UnsupportedOperation):
        feed.seek(0)
    feed.close()


def test_memory_stays_flat_when_the_reader_is_slow() -> None:
    """The browser's side waits until the reader has caught up."""
    feed, most = Feed(), 0
    data = os.urandom(64 * 1024)

    async def send() -> None:
        nonlocal most
        for _ in range(200):
            feed.put(data)
            most = max(most, len(feed._chunks))
            await feed.wait_for_room()
        feed.finish()

    got: list[bytes] = []
    reader = Thread(target=lambda: got.append(_whole(feed)))
    reader.start()
    asyncio.run(send())
    reader.join()
    assert most <= 17
    assert len(got) == 1
    assert got[0] == data * 200


@settings(max_examples=50)
@given(st.binary(max_size=400))
def test_arbitrary_form_bytes_are_read_or_refused(data: bytes) -> None:
    """The small forms' reader knows two outcomes."""

    async def pieces():
        yield data

    with suppress(BadForm):
        asyncio.run(read(pieces()))


def test_a_form_beyond_the_limit_is_refused() -> None:
    """Half a megabyte is more than anyone types."""

    async def pieces():
        for _ in range(20):
            yield b"a" * 65536

    with pytest.raises(BadForm):
        asyncio.run(read(pieces()))


def test_a_big_file_goes_through_the_real_pages(opened: Window) -> None:
    """Five megabytes over the socket, kept byte for byte, and nothing in any temporary folder."""
    data = os.urandom(5 * 2**20 + 17)
    opened.go("/file")
    opened.send_file("clip.mp4", data, title="A clip", method="photographed")
    assert "A clip" in opened.page.says
    ident = opened.path.rsplit("/", 1)[1]
    got = opened.ask("GET", f"/e/{ident}/file")
    assert got.body == data
    assert got.header("content-disposition") == 'attachment; filename="item-1.mp4"'


def test_a_file_that_breaks_off_is_not_kept(opened: Window) -> None:
    """The line breaks in the middle: no record, and the next one works."""
    import socket

    opened.go("/file")
    assert opened.book.diary is not None
    before = len(opened.book.diary.vault.records())
    body = multipart({"fit": opened.fit()}, "a.jpg", b"x" * 400_000)
    cookie = "; ".join(f"{k}={v}" for k, v in opened.cookies.items())
    head = (
        f"POST /file HTTP/1.1\r\nHost: {opened.host}\r\nOrigin: http://{opened.host}\r\n"
        f"Sec-Fetch-Site: same-origin\r\nCookie: {cookie}\r\nContent-Type: {MULTIPART}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", opened.port), timeout=5) as line:
        line.sendall(head + body[:200_000])
    opened.go("/file")
    opened.send_file("b.txt", b"hello")
    after = opened.book.diary.vault.records()
    assert len(after) == before + 1


def test_a_file_without_the_second_secret_is_refused_before_it_is_read(opened: Window) -> None:
    """Another program that stole the cookie still cannot plant a file."""
    assert opened.book.diary is not None
    before = len(opened.book.diary.vault.records())
    for fields in ({}, {"fit": "wrong"}):
        body = multipart({"title": "PLANTED", **fields}, "a.jpg", b"x" * 1000)
        answer = opened.ask("POST", "/file", body, headers={"Content-Type": MULTIPART})
        assert answer.status == 403
    assert len(opened.book.diary.vault.records()) == before
