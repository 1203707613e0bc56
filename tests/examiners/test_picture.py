"""Pictures from others: redrawn in a confined child, asked for their clocks, or refused."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pictures import png_of, saved
from tallymark import examiners


def _redrawn(data: bytes) -> bytes:
    found = examiners.pixels(io.BytesIO(data))
    assert found is not None
    return examiners.jpeg(found)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "HEIF"])
def test_each_kind_of_picture_is_drawn_anew(kind: str) -> None:
    """A new JPEG of the same size comes out."""
    import pillow_heif

    pillow_heif.register_heif_opener()
    drawn = Image.open(io.BytesIO(_redrawn(saved(kind))))
    assert (drawn.format, drawn.size) == ("JPEG", (64, 40))
    assert drawn.getexif() == {}


def test_a_picture_turned_by_its_note_is_shown_upright() -> None:
    """The orientation in the metadata is applied before the metadata is dropped."""
    exif = Image.Exif()
    exif[0x0112] = 6
    drawn = Image.open(io.BytesIO(_redrawn(saved("JPEG", exif=exif))))
    assert drawn.size == (40, 64)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8\xff",
        saved("JPEG")[:200],
        png_of(12_000, 12_000),
        png_of(60_000, 60_000),
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7 ...",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        b"GIF89a" + b"\xff" * 60,
    ],
    ids=["empty", "head", "cut", "144 Mpx", "3600 Mpx", "svg", "pdf", "eps", "gif"],
)
def test_what_cannot_be_drawn_is_refused_in_one_way(data: bytes) -> None:
    """Too large, cut short, or no picture at all."""
    assert examiners.pixels(io.BytesIO(data)) is None
    assert examiners.look(io.BytesIO(data)).clocks == {}


@given(st.binary(max_size=400), st.sampled_from([b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n"]))
@settings(max_examples=25, deadline=None)
def test_arbitrary_bytes_are_drawn_or_refused(data: bytes, head: bytes) -> None:
    """No bytes make a fault."""
    found = examiners.pixels(io.BytesIO(head + data))
    assert found is None or len(found.rgb) == found.width * found.height * 3


def test_the_clocks_of_a_photo_stay_apart() -> None:
    """Camera, file and satellite time each under its own name, as written, none corrected."""
    exif = Image.Exif()
    exif[0x0132] = "2026:11:20 21:50:00"
    exif.get_ifd(0x8769).update({0x9003: "2026:11:20 21:41:33", 0x9011: "+00:00"})
    exif.get_ifd(0x8825).update({0x1D: "2026:11:20", 0x07: (21.0, 41.0, 30.0)})
    assert examiners.look(io.BytesIO(saved("JPEG", exif=exif))).clocks == {
        "camera_taken": "2026-11-20T21:41:33+00:00",
        "file_changed": "2026-11-20T21:50:00",
        "gps_utc": "2026-11-20T21:41:30Z",
    }


@pytest.mark.parametrize("words", ["0000:00:00 00:00:00", "<b>now</b> x", "2026:11:20", "x" * 5000])
def test_a_time_that_is_none_is_left_out(words: str) -> None:
    """What a photo writes where a time belongs is taken as a time or not at all."""
    exif = Image.Exif()
    exif[0x0132] = words
    assert examiners.look(io.BytesIO(saved("JPEG", exif=exif))).clocks == {}


def test_the_same_pixels_give_the_same_file() -> None:
    """A pack made twice has the same pictures."""
    data = saved("PNG")
    assert _redrawn(data) == _redrawn(data)


def test_a_picture_is_no_wider_than_asked() -> None:
    """Small pictures for the page, their sides in proportion."""
    found = examiners.pixels(io.BytesIO(saved("PNG")), widest=32)
    assert found is not None
    assert (found.width, found.height) == (32, 20)


def test_clocks_are_found_while_another_reads() -> None:
    """A stream that cannot go back is read once: the reader gets its bytes, the child its clocks."""
    exif = Image.Exif()
    exif[0x0132] = "2026:11:20 21:50:00"
    data = saved("JPEG", exif=exif) + bytes(3 << 20)
    with examiners.LookBeside(io.BytesIO(data)) as beside:
        pieces = list(iter(lambda: beside.read(1 << 20), b""))
        assert beside.found.clocks == {"file_changed": "2026-11-20T21:50:00"}
    assert b"".join(pieces) == data


def test_a_reader_goes_on_when_the_child_cannot_start(monkeypatch) -> None:
    """Keeping a file never hangs on looking into it."""

    def refuse(*_args: object, **_more: object) -> None:
        raise OSError

    monkeypatch.setattr("tallymark.jail.process.subprocess.Popen", refuse)
    with examiners.LookBeside(io.BytesIO(b"\xff\xd8\xff" * 9)) as beside:
        assert beside.read(9) == b"\xff\xd8\xff" * 3
        assert (len(beside.read()), beside.read(), beside.found.seen) == (18, b"", False)


def test_a_stream_that_is_left_early_ends_its_child() -> None:
    """Nothing is found and nothing is left running."""
    beside = examiners.LookBeside(io.BytesIO(saved("PNG")))
    beside.read(10)
    beside.close()
    assert beside.found.clocks == {}
