"""The words of the pages: short, plain, and never more than we can show. And how they are built."""

from __future__ import annotations

import re
from pathlib import Path
from statistics import median

import pytest

from tallymark.web import words
from tallymark.web.pages.add.questions import CHANNELS, SEEN, STEPS, SURE

ROOM = Path(words.__file__).parent
TEMPLATES = sorted(ROOM.rglob("*.html"))
PAGES = [path for path in TEMPLATES if "pages" in path.parts]
_ENDS = r"</(?:p|li|h\d|dt|dd|label|legend|span|button|a|summary|th|td|div|caption)>"


def shown_words(path: Path) -> str:
    """The words of a template as sentences: tags, names and code left out."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"{{\s*(?:text|area|radios|day)\((.*?)\)\s*}}", _given, text, flags=re.DOTALL)
    text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}|<(script|style)\b.*?</\1>", " ", text, flags=re.DOTALL)
    text = re.sub(_ENDS, ". ", text)
    text = re.sub(r"<[^>]+>", " ", text)
    return re.sub(r"(?:[.:]\s*){2,}", ". ", " ".join(text.split())).strip(" .")


def _given(call: re.Match[str]) -> str:
    """The words handed to a form macro: the strings that are not a field's name."""
    strings = re.findall(r'"([^"]*)"', call[1])
    return " ".join(f"{s}. " for s in strings if " " in s)


def sentences(text: str) -> list[str]:
    """Its sentences, without empty ones."""
    return [s for s in re.split(r"(?<=[.!?])\s+|(?<=\w):\s+", text) if re.search(r"[a-z]", s)]


def syllables(word: str) -> int:
    """Groups of vowels, with a silent e at the end left out."""
    bare = re.sub(r"[^a-z]", "", word.lower())
    groups = len(re.findall(r"[aeiouy]+", bare))
    silent = bare.endswith("e") and not bare.endswith(("le", "ee")) and groups > 1
    return max(1, groups - silent)


def grade(text: str) -> float:
    """Flesch-Kincaid grade: 0.39 words a sentence + 11.8 syllables a word - 15.59."""
    found = sentences(text)
    every = [w for s in found for w in re.findall(r"[A-Za-z']+", s)]
    if not every:
        return 0.0
    beats = sum(syllables(w) for w in every)
    return 0.39 * len(every) / len(found) + 11.8 * beats / len(every) - 15.59


def test_the_measure_itself_is_right() -> None:
    """Two sentences whose grade is known from the formula by hand."""
    assert grade("The cat sat on the mat.") == pytest.approx(0.39 * 6 + 11.8 - 15.59)
    assert syllables("people") == 2
    assert syllables("made") == 1


def test_the_pages_read_at_grade_five_or_below() -> None:
    """The median page is for a tired person; no page is beyond grade seven (exit has no words)."""
    grades = {p.relative_to(ROOM).as_posix(): grade(shown_words(p)) for p in PAGES}
    read = {name: value for name, value in grades.items() if value and "exit" not in name}
    assert median(read.values()) <= 5
    assert {name: round(value, 1) for name, value in read.items() if value > 7} == {}


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.relative_to(ROOM).as_posix())
def test_no_sentence_is_longer_than_twenty_five_words(path: Path) -> None:
    """A frightened person reads one breath at a time."""
    long = [s for s in sentences(shown_words(path)) if len(s.split()) > 25]
    assert long == []


FORBIDDEN = re.compile(
    r"\b(proves?|proven|guaranteed?|court-admissible|100 ?%|safe|low risk|corroborated|escalating"
    r"|why did you|alleged|claims? that)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.relative_to(ROOM).as_posix())
def test_nothing_is_claimed_that_we_cannot_show(path: Path) -> None:
    """No verdict, no promise and no blame in any template."""
    assert FORBIDDEN.findall(shown_words(path)) == []


def test_the_words_in_code_are_as_plain() -> None:
    """Choices and error sentences follow the same rules."""
    said = [sentence for _, sentence in words._SAID]
    said += [w for group in (CHANNELS, SURE, SEEN) for _, a, b in group for w in (a, b)]
    said += [question.text for step in STEPS for _, question in step.asked]
    assert FORBIDDEN.findall(" ".join(said)) == []
    assert median(grade(s) for s in said if s) <= 5


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.relative_to(ROOM).as_posix())
def test_browsers_are_told_to_keep_nothing_typed(path: Path) -> None:
    """Every form and every field says autocomplete off; no inline style, script or handler."""
    text = path.read_text(encoding="utf-8")
    for tag in re.findall(r"<(?:form|input|textarea|select)\b[^>]*(?:{%[^%]*%}[^>]*)*>", text):
        assert 'autocomplete="off"' in tag, tag
    assert not re.search(r"\sstyle=|\son\w+=|javascript:|<script(?! src=\"/s/notes.js\")", text)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', text)
    assert "{% autoescape" not in text
    assert "| safe" not in text


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.relative_to(ROOM).as_posix())
def test_every_form_carries_the_second_secret(path: Path) -> None:
    """A posted form without it would be refused."""
    text = path.read_text(encoding="utf-8")
    forms = re.findall(r'<form method="post".*?</form>', text, re.DOTALL)
    for form in forms:
        assert "{{ fit() }}" in form or 'name="fit"' in form
    assert text.count("<form") == len(forms)


def test_whole_pages_have_a_language_a_way_past_the_bar_and_one_title() -> None:
    """What every page needs stands in the few templates that begin a document."""
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        if "<!doctype" in text:
            assert '<html lang="en">' in text
            assert "<title>Notes</title>" in text
    layout = (ROOM / "components" / "layout.html").read_text(encoding="utf-8")
    assert '<a class="skip" href="#main">' in layout
    assert layout.index('class="skip"') < layout.index("<header")


def test_the_style_sheet_is_small_and_fetches_nothing() -> None:
    """Twelve kilobytes at most, no address in it, and rules for dark, forced colours and paper."""
    sheet = (ROOM / "static" / "notes.css").read_text(encoding="utf-8")
    assert len(sheet.encode()) <= 12_000
    assert "url(" not in sheet
    assert "@import" not in sheet
    for rule in ("prefers-color-scheme: dark", "forced-colors: active", "@media print"):
        assert rule in sheet
    assert ":focus-visible" in sheet


def _light(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_light(one), _light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_words_stand_out_from_the_paper(scheme: int) -> None:
    """Seven to one for every pair of words and ground, in both schemes."""
    sheet = (ROOM / "static" / "notes.css").read_text(encoding="utf-8")
    block = re.findall(r":root {([^}]*--amber[^}]*)}", sheet)[scheme]
    colour = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))
    for ground in ("paper", "sheet"):
        for ink in ("ink", "soft", "accent"):
            assert _contrast(colour[ink], colour[ground]) >= 7, (ink, ground)
    assert _contrast(colour["on-accent"], colour["accent"]) >= 7
    assert _contrast(colour["on-amber"], colour["amber"]) >= 7
    assert _contrast(colour["ink"], colour["accent-soft"]) >= 7
    assert _contrast(colour["line"], colour["paper"]) >= 3
