"""Hostile files on the screen: pixels or text, never anything that could run."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tallymark.model.record import Exhibit
from tallymark.web.evidence import NotShown, preview_kind, redrawn, text_answer
from web.window import Window


def _png_of(width: int, height: int) -> bytes:
    """A PNG that says it is this large and holds almost nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def _saved(kind: str, **more: object) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (64, 40), "#a33").save(target, kind, **more)
    return target.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "HEIF"])
def test_each_kind_of_picture_is_drawn_anew(kind: str) -> None:
    """A new JPEG of the same size comes out."""
    import pillow_heif

    pillow_heif.register_heif_opener()
    drawn = Image.open(io.BytesIO(redrawn(io.BytesIO(_saved(kind)))))
    assert (drawn.format, drawn.size) == ("JPEG", (64, 40))
    assert drawn.getexif() == {}


def test_a_picture_turned_by_its_note_is_shown_upright() -> None:
    """The orientation in the metadata is applied before the metadata is dropped."""
    exif = Image.Exif()
    exif[0x0112] = 6
    drawn = Image.open(io.BytesIO(redrawn(io.BytesIO(_saved("JPEG", exif=exif)))))
    assert drawn.size == (40, 64)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8\xff",
        _saved("JPEG")[:200],
        _png_of(12_000, 12_000),
        _png_of(60_000, 60_000),
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7 ...",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        b"GIF89a" + b"\xff" * 60,
    ],
    ids=["empty", "head", "cut", "144 Mpx", "3600 Mpx", "svg", "pdf", "eps", "gif"],
)
def test_what_cannot_be_drawn_is_refused_in_one_way(data: bytes) -> None:
    """Too large, cut short, or no picture at all."""
    with pytest.raises(NotShown):
        redrawn(io.BytesIO(data))


@given(st.binary(max_size=400), st.sampled_from([b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n"]))
def test_arbitrary_bytes_are_drawn_or_refused(data: bytes, head: bytes) -> None:
    """No bytes make a fault of another kind."""
    try:
        redrawn(io.BytesIO(head + data))
    except NotShown:
        return


@given(st.binary(max_size=300))
def test_any_text_is_escaped(data: bytes) -> None:
    """No tag of the text survives."""
    page = bytes(text_answer(io.BytesIO(data)).body).decode()
    inside = page.partition('<pre dir="auto">')[2].rpartition("</pre>")[0]
    assert "<" not in inside
    assert ">" not in inside


def test_the_type_comes_from_the_first_bytes_and_never_from_the_name() -> None:
    """HTML, SVG and PDF are not shown as what they are."""

    def kind(mime: str) -> str:
        return preview_kind(
            Exhibit(number="EX/1", sha256="0" * 64, size=1, name="a.jpg", mime=mime)
        )

    assert kind("image/jpeg") == "pixels"
    assert kind("text/html") == "text"
    for mime in ("image/svg+xml", "application/pdf", "video/mp4", "application/octet-stream"):
        assert kind(mime) == "none"


HOSTILE = {
    "mail.html": b"<html><script>fetch('http://evil.example/')</script><img src=http://evil.example/x>",
    "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'></svg>",
    "a\u202egpj.html": b"<b>turned</b>",
    "polyglot.jpg": b"\xff\xd8\xff<script>alert(1)</script>",
    "..%2f..%2fetc%2fpasswd.png": _png_of(50_000, 50_000),
    "<img src=x onerror=alert(1)>.txt": b"</pre><script>alert(1)</script>",
    "big.png": _png_of(20_000, 20_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_kept_and_shows_nothing_that_runs(opened: Window, name: str) -> None:
    """Kept byte for byte; its page, its look and its download carry no live markup."""
    data = HOSTILE[name]
    opened.go("/file")
    opened.send_file(name, data)
    kept = opened.path.rsplit("/", 1)[1]
    assert "<script>alert" not in opened.page.text
    assert "onerror=alert(1)>" not in opened.page.text
    assert "\u202e" not in opened.page.text
    for wanted in ("image", "iframe"):
        look = opened.ask("GET", f"/e/{kept}", headers={"Sec-Fetch-Dest": wanted})
        if look.status == 200:
            assert look.header("content-security-policy").startswith("sandbox; default-src 'none'")
            assert b"<script" not in look.body
            assert b"<img" not in look.body
    whole = opened.ask("GET", f"/e/{kept}/file")
    assert whole.body == data
    assert whole.header("content-type") == "application/octet-stream"
    assert whole.header("content-disposition").startswith('attachment; filename="item-')
