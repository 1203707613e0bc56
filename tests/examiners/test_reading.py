"""Words in pictures and PDFs: read in a confined child, kept as read by a program, found again."""

from __future__ import annotations

import io
from importlib import resources

import pytest
from PIL import Image, ImageDraw, ImageFont

import media_files as made
from tallymark.diary import Diary
from tallymark.diary.words_read import read_text
from tallymark.errors import ReaderFailed, ReadingMissing, RecordError
from tallymark.examiners import reading
from tallymark.examiners.reading import read_words
from tallymark.integrity.keyslot import CHEAP

PASSPHRASE = "river lantern copper seventeen walnut"
LINES = ("I know where you work", "You cannot hide from me", "Call me on 07700 900123")

needs_engine = pytest.mark.skipif(
    not reading.tool_of("ocr"), reason="the part that reads pictures (rapidocr) is not installed"
)


def screenshot(*, dark: bool = False) -> bytes:
    """A chat as a phone shows it."""
    page, ink = ("#111", "#eee") if dark else ("white", "black")
    fonts = resources.files("tallymark.pack.typeset") / "fonts"
    with resources.as_file(fonts / "NotoSans-Regular.ttf") as path:
        font = ImageFont.truetype(str(path), 26)
    picture = Image.new("RGB", (540, 420), page)
    draw = ImageDraw.Draw(picture)
    for n, line in enumerate(LINES):
        draw.text((20, 40 + 90 * n), line, font=font, fill=ink)
    target = io.BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()


@needs_engine
@pytest.mark.parametrize("dark", [False, True])
def test_the_words_of_a_screenshot(dark: bool) -> None:
    """Light and dark, by a real engine, offline, in the jail."""
    found = read_words(io.BytesIO(screenshot(dark=dark)), mime="image/png")
    assert found.lines == LINES
    assert found.tool.startswith("rapidocr ")


def test_the_words_of_a_pdf() -> None:
    """What its pages hold; a PDF without words has none, and one with a password is refused."""
    found = read_words(io.BytesIO(made.pdf()), mime="application/pdf")
    assert (found.lines, found.method) == ((), "document_text")
    with pytest.raises(ReaderFailed):
        read_words(io.BytesIO(made.pdf(password="x")), mime="application/pdf")


@pytest.mark.parametrize("data", [b"%PDF-1.7 cut", b"%PDF-" + bytes(500)])
def test_damaged_files_are_refused_by_name(data: bytes) -> None:
    """A damaged file is no fault of the program."""
    with pytest.raises(ReaderFailed):
        read_words(io.BytesIO(data), mime="application/pdf")
    with pytest.raises(ReaderFailed):
        read_words(io.BytesIO(data), mime="audio/ogg")


def test_without_the_part_it_says_how_to_get_it(monkeypatch) -> None:
    """The picture is kept all the same."""
    monkeypatch.setattr(reading, "tool_of", lambda _method: "")
    with pytest.raises(ReadingMissing):
        read_words(io.BytesIO(screenshot()), mime="image/png")


@needs_engine
def test_kept_beside_the_exhibit_found_and_erased_with_it(tmp_path) -> None:
    """Once for each program; the search finds it; erasing the picture erases its words."""
    with Diary.create(tmp_path / "v", passphrase=PASSPHRASE, cost=CHEAP) as diary:
        kept = diary.attach(io.BytesIO(screenshot()), name="a.png")
        stored, new = read_text(diary.vault, kept)
        again, second = read_text(diary.vault, kept)
        assert (new, second, stored.record.id) == (True, False, again.record.id)
        assert [hit.id for hit in diary.find("hide")] == [stored.record.id]
        with pytest.raises(RecordError):
            read_text(diary.vault, stored)
        diary.erase(kept.record.id, reason="wrong file")
        assert diary.find("hide") == []
        assert diary.vault.check() == []


@needs_engine
def test_words_of_a_marked_picture_never_leave(tmp_path) -> None:
    """A picture that is kept back keeps its words back too."""
    with Diary.create(tmp_path / "v", passphrase=PASSPHRASE, cost=CHEAP) as diary:
        kept = diary.attach(
            io.BytesIO(screenshot()), name="a.png", sensitivity=("legally_privileged",)
        )
        read_text(diary.vault, kept)
        from tallymark.model.moment import Moment
        from tallymark.model.record import Incident

        diary.record(Incident(happened=Moment("2026-05-03"), what_happened="He rang."))
        diary.pack(tmp_path / "out", purpose="police")
    for path in (p for p in (tmp_path / "out").rglob("*") if p.is_file()):
        assert b"hide from me" not in path.read_bytes()
