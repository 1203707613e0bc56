"""Hostile files on the screen: pixels or text, never anything that could run."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pictures import png_of, saved
from tallymark.model.record import Exhibit
from tallymark.web.evidence import PIXEL_POLICY, pixels_answer, preview_kind, text_answer
from web.window import Window


def test_a_picture_is_drawn_anew_and_what_is_none_is_said_so() -> None:
    """A new picture, or a drawing in words; both under a policy that lets nothing run."""
    shown = pixels_answer(io.BytesIO(saved("PNG")))
    other = pixels_answer(io.BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"))
    assert shown.media_type == "image/jpeg"
    assert other.media_type == "image/svg+xml"
    assert b"script" not in bytes(other.body)
    assert {a.headers["content-security-policy-of-evidence"] for a in (shown, other)} == {
        PIXEL_POLICY
    }


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
    "..%2f..%2fetc%2fpasswd.png": png_of(50_000, 50_000),
    "<img src=x onerror=alert(1)>.txt": b"</pre><script>alert(1)</script>",
    "big.png": png_of(20_000, 20_000),
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


def test_the_page_of_a_file_tells_its_clocks(opened: Window) -> None:
    """Each time that the file states, and that two of them part."""
    exif = Image.Exif()
    exif.get_ifd(0x8769).update({0x9003: "2026:05:03 21:10:09"})
    exif.get_ifd(0x8825).update({0x1D: "2026:05:04", 0x07: (19.0, 8.0, 30.0)})
    opened.go("/file")
    opened.send_file("a.jpg", saved("JPEG", exif=exif))
    assert "2026-05-03T21:10:09" in opened.page.says
    assert "Two clocks differ by 21 hours 58 minutes" in opened.page.says
