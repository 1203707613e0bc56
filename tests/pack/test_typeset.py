"""The press: what fonts can draw, what is shown instead, and never a lost report."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from importlib.resources import files

import pypdf
import pytest
import typst
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tallymark.errors import TypesetFailed
from tallymark.pack.typeset import press
from tallymark.pack.typeset.coverage import characters, covered, printable
from tallymark.pack.typeset.press import typeset, undrawable

FONTS = files("tallymark.pack.typeset").joinpath("fonts")
MADE = datetime(2026, 11, 23, tzinfo=UTC)
BOOK = {"title": "t", "running": "", "volume": "", "sheet": False}


def _print(text):
    """A small book that holds ``text`` wherever a diary's text can stand."""
    root = files("tallymark.pack")
    paths = ("typeset/ink.typ", "typeset/book.typ", "sections/corrections/section.typ")
    entry = {
        "n": 1,
        "when": text,
        "heading": text,
        "written": text,
        "delay": "",
        "state": "withdrawn by #2",
        "why": text,
        "facts": [["who", text]],
        "texts": [["label", text, "words_said"], ["label", text, "effect"]],
        "cites": [[1, text]],
        "asked": [text],
    }
    section = {"name": "corrections", "title": "T", "data": {"lead": text, "entries": [entry]}}
    flags = {"bare": False, "contents": False, "new_page": False}
    documents = {
        "book.json": BOOK | {"sections": [section | flags]},
        "here.json": {"file": "a.pdf"},
        "anchors.json": {"1": "a.pdf"},
    }
    templates = {path: root.joinpath(*path.split("/")).read_bytes() for path in paths}
    return typeset("book", documents=documents, files=templates, made=MADE)


def test_fonts_are_the_ones_that_are_listed():
    """Each vendored font is in VENDOR.txt with its digest, and a licence lies beside them."""
    listed = FONTS.joinpath("VENDOR.txt").read_text()
    fonts = [entry for entry in FONTS.iterdir() if entry.name.endswith(".ttf")]
    assert len(fonts) >= 12
    for font in fonts:
        assert font.name in listed
        assert hashlib.sha256(font.read_bytes()).hexdigest() in listed
    assert {"LICENSE-OFL-1.1.txt", "LICENSE-Apache-2.0.txt"} <= {e.name for e in FONTS.iterdir()}
    assert sum(len(font.read_bytes()) for font in fonts) < 15_000_000


def test_coverage_agrees_with_another_reader_of_fonts():
    """What we read in a font's table is what Pillow draws: a known letter, not an unknown one."""
    from PIL import ImageFont

    data = FONTS.joinpath("NotoSansGurmukhi-Regular.ttf")
    found = characters(data.read_bytes())
    font = ImageFont.truetype(str(data), 20)
    empty = bytes(font.getmask("\U0010ffff"))
    for code in range(0x0A01, 0x0A75):
        drawn = bytes(font.getmask(chr(code)))
        if drawn and code not in found:
            assert drawn == empty
    assert 0x0A15 in found
    assert 0x4F60 not in found


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é ß £", "plain é ß £"),
        ("\ue000", "[U+E000]"),
        ("\x00\x1b", "[U+0000][U+001B]"),
        ("\u202eevil", "[U+202E]evil"),
        ("\u202a+44 7700 900111\u202c", "+44 7700 900111"),
        ("\ud83d", "[U+D83D]"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a\tb", "a    b"),
        ("𓀀", "[U+13000]"),
        ("پنجابی ਪੰਜਾਬੀ 你好 😀 👨‍👩‍👧 → ✔ Ж", "پنجابی ਪੰਜਾਬੀ 你好 😀 👨‍👩‍👧 → ✔ Ж"),
        ("🏴\U000e0067\U000e0062\U000e007f", "🏴\U000e0067\U000e0062\U000e007f"),
        ("a\U000e0061", "a[U+E0061]"),
    ],
)
def test_what_no_font_has_is_shown_by_number(text, shown):
    """Every character is either drawn or named; only marks without ink are left out."""
    assert printable(text) == shown


def test_a_long_run_can_break():
    """Ten thousand letters without a space get places to break, and lose nothing."""
    shown = printable("x" * 10_000)
    assert shown.replace("\u200b", "") == "x" * 10_000
    assert max(map(len, shown.split("\u200b"))) <= 60


@given(st.text())
def test_printable_holds_only_what_can_be_drawn(text):
    """Whatever goes in, what comes out is covered, and doing it twice changes nothing."""
    shown = printable(text)
    invisible = set("\n\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f")
    invisible |= {chr(c) for c in range(0xE0020, 0xE0080)}
    assert all(c in invisible or ord(c) in covered() for c in shown)
    assert printable(shown) == shown


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=200))
def test_any_text_prints_in_archival_form(text):
    """No text stops the press or costs the archival form."""
    assert _print(text).standards == ("a-3u", "ua-1")


@pytest.mark.parametrize(
    "text",
    [
        '#panic("x")',
        '#read("/etc/passwd")',
        "*bold* _it_ `raw` $x^2$ @label <label> // comment /* c */ \\ ~ -- ---",
        '") #let x = 1; ("',
        '#import "@preview/cetz:0.3.1"',
        "= Heading\n- list\n+ list\n/ term: x",
    ],
)
def test_markup_stays_literal(text, tmp_path):
    """Typst markup in an entry is text."""
    path = tmp_path / "x.pdf"
    path.write_bytes(_print(text).data)
    found = "".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    assert "".join(text.split()) in "".join(found.split())


def test_a_mark_in_the_wrong_script_keeps_the_archival_form(monkeypatch):
    """A character that cannot be drawn where it stands is named, and nothing else changes."""
    real, seen = press._compile, []

    def compile_once_refused(sources, standards, *, made):
        seen.append(sources["book.json"])
        if len(seen) == 1:
            raise typst.TypstError('error: the text `"\\u{5b4}"` could not be displayed with font')
        return real(sources, standards, made=made)

    monkeypatch.setattr(press, "_compile", compile_once_refused)
    assert _print("אִ").standards == ("a-3u", "ua-1")
    assert b"[U+05B4]" in seen[1]
    assert "א".encode() in seen[1]


def test_what_the_press_complains_of_is_understood():
    """Characters are read from its message, escaped or not; plain letters are never hidden."""
    assert undrawable('the text `"\\u{6d9}"` could') == {"\u06d9"}
    assert undrawable('the text `"a🍉"` could; the text `"\\u{5b4}"`') == {"🍉", "\u05b4"}
    assert undrawable("something else") == frozenset()


def test_never_a_lost_report(monkeypatch):
    """When the archival form is refused, the plain tagged one is made; only then is it an error."""
    real = press._compile

    def refuse(sources, standards, *, made):
        if standards:
            raise typst.TypstError("refused")
        return real(sources, standards, made=made)

    monkeypatch.setattr(press, "_compile", refuse)
    printed = _print("text")
    assert printed.standards == ()
    assert printed.data.startswith(b"%PDF")

    def refuse_all(_sources, _standards, *, made):
        raise typst.TypstError(f"refused {made}")

    monkeypatch.setattr(press, "_compile", refuse_all)
    with pytest.raises(TypesetFailed):
        _print("text")
