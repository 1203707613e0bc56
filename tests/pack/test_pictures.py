"""Photos on the pages: redrawn small, in proportion to what leaves, and never instead of a file."""

from __future__ import annotations

import io

import pypdf
import pytest
from PIL import Image

from pictures import png_of, saved


def _pictures(pack) -> int:
    pages = pypdf.PdfReader(pack.folder / "2-everything.pdf").pages
    return sum(len(page.images) for page in pages)


@pytest.fixture
def photos(empty_log):
    """A log with one photo, one file that only claims to be one, and one marked intimate."""
    for place, (data, marks) in enumerate(
        [(saved("PNG"), ()), (png_of(60_000, 60_000), ()), (saved("JPEG"), ("intimate",))], start=1
    ):
        empty_log.exhibit(
            data, name=f"{place}.png", number=f"AB/{place}", mime="image/png", sensitivity=marks
        )
    return empty_log


def test_a_photo_is_shown_and_a_bomb_is_listed(photos, tmp_path):
    """One picture is drawn; the one that cannot be and the intimate one are not; originals stay."""
    pack = photos.pack(tmp_path / "pack")
    assert _pictures(pack) == 1
    kept = sorted(p.name for p in (pack.folder / "data" / "originals").iterdir())
    assert kept == ["AB-1_1.png", "AB-2_2.png"]


def test_a_turned_photo_is_upright(empty_log, tmp_path):
    """The picture on the page has the shape in which it is looked at."""
    exif = Image.Exif()
    exif[0x0112] = 6
    empty_log.exhibit(saved("JPEG", exif=exif), name="a.jpg", number="AB/1", mime="image/jpeg")
    pack = empty_log.pack(tmp_path / "pack")
    pages = pypdf.PdfReader(pack.folder / "2-everything.pdf").pages
    found = [image.data for page in pages for image in page.images]
    assert [Image.open(io.BytesIO(data)).size for data in found] == [(40, 64)]
