"""Plain answers: sourced, easy to read, no verdict, no score, no blame; and no line of a licensed form."""

from __future__ import annotations

import re
from pathlib import Path
from statistics import median

import pytest

from law.reading import grade, plain, sentences, syllables
from tallymark import law

ROOM = Path(law.__file__).parent
PAGES = sorted(ROOM.rglob("guidance/*.md"))
UK = ("england_wales", "scotland", "northern_ireland")

FORBIDDEN = re.compile(
    r"\b(proves?|proven|guaranteed?|court-admissible|100 ?%|safe|low risk|high risk|risk score"
    r"|corroborat\w+|escalat\w+|why did you|should have|alleged|your fault|calm down|don't worry"
    r"|nothing to fear|will be fine|red|amber|green)\b",
    re.IGNORECASE,
)


def _body(path: Path) -> str:
    return path.read_text("utf-8").split("+++\n", 2)[2]


def _every_text() -> dict[str, str]:
    """All words for the person: pages, cards, questions, lines of accounts."""
    found = {str(p.relative_to(ROOM)): plain(_body(p)) for p in PAGES}
    for name in law.jurisdictions():
        here = law.jurisdiction(name)
        found[f"{name} danger"] = " ".join(here.danger.lines)
        found[f"{name} questions"] = " ".join(one.words for one in here.prompts)
        found[f"{name} accounts"] = " ".join(f"{one.words} {one.keep}" for one in here.checklist)
    return found


def test_the_measure_itself_is_right() -> None:
    """A sentence whose grade is known from the formula by hand; list lines end a sentence."""
    assert grade("The cat sat on the mat.") == pytest.approx(0.39 * 6 + 11.8 - 15.59)
    assert (syllables("people"), syllables("made"), syllables("harassment")) == (2, 1, 3)
    assert sentences(plain("Do this:\n\n- one thing\n- **another** `thing`")) == [
        "Do this:",
        "one thing.",
        "another this.",
    ]


def test_guidance_reads_at_grade_five_or_below() -> None:
    """The median page is for a tired person; no page is beyond grade seven."""
    grades = {str(path.relative_to(ROOM)): grade(plain(_body(path))) for path in PAGES}
    assert median(grades.values()) <= 5
    assert {name: round(value, 1) for name, value in grades.items() if value > 7} == {}


def test_the_measure_is_not_won_by_short_list_lines_alone() -> None:
    """Joined into sentences of prose, with list lines left out, the median still holds."""
    prose = []
    for path in PAGES:
        lines = [x for x in _body(path).split("\n") if not re.match(r"\s*(-|\d+\.) ", x)]
        prose.append(grade(plain("\n".join(lines))))
    assert median(prose) <= 5


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(ROOM)))
def test_no_sentence_is_longer_than_twenty_five_words(path: Path) -> None:
    """A frightened person reads one breath at a time."""
    assert [s for s in sentences(plain(_body(path))) if len(s.split()) > 25] == []


@pytest.mark.parametrize(("name", "text"), _every_text().items(), ids=lambda v: v[:40])
def test_no_verdict_no_score_no_comfort_and_no_blame(name: str, text: str) -> None:
    """Nothing shown to the person promises, weighs, soothes or scolds."""
    del name
    assert FORBIDDEN.findall(text) == []


@pytest.mark.parametrize(("name", "text"), _every_text().items(), ids=lambda v: v[:40])
def test_nobody_is_told_to_do_what_puts_them_in_danger(name: str, text: str) -> None:
    """Never confront, warn, trap or follow; a line that names such a thing says not to."""
    del name
    told = re.compile(
        r"\b(confront|follow them|face them|log in to their|trap|warn them)\b", re.IGNORECASE
    )
    for sentence in sentences(text):
        if told.search(sentence):
            assert re.search(r"\b(not|never)\b", sentence, re.IGNORECASE), sentence


@pytest.mark.parametrize("name", UK)
def test_the_questions_people_ask_have_an_answer(name: str) -> None:
    """Every topic of the specification is a page in every part of the United Kingdom."""
    wanted = {
        "danger", "what-now", "the-difference", "four", "may-i-be-a-victim", "danger-signs",
        "is-it-a-crime-online", "will-reporting-make-it-worse", "no-proof-needed",
        "do-not-respond", "block-or-keep", "cameras", "digital-safety", "post-and-email",
        "this-diary", "friends-and-neighbours", "good-notes", "the-law-here",
    }  # fmt: skip
    assert wanted <= {page.name for page in law.jurisdiction(name).guidance}


@pytest.mark.parametrize("name", law.jurisdictions())
def test_a_page_names_its_sources_and_how_far_it_was_checked(name: str) -> None:
    """Each answer says where it is from, and when that was read."""
    for page in law.jurisdiction(name).guidance:
        assert page.sources
        assert page.state
        assert page.question.endswith("?")
        assert re.fullmatch(r"20\d\d-\d\d", page.read) or page.checked == "not_read"


def test_danger_comes_before_everything() -> None:
    """The first answer in each list is what to do in danger now."""
    for name in law.jurisdictions():
        assert law.jurisdiction(name).guidance[0].name == "danger"


def test_four_is_explained_with_its_source() -> None:
    """The four letters are there, in own words, and the College of Policing is named."""
    page = next(one for one in law.jurisdiction().guidance if one.name == "four")
    for letter in ("F, fixated", "O, obsessive", "U, unwanted", "R, repeated"):
        assert letter in page.text
    assert "College of Policing" in " ".join(page.sources)


def test_no_page_sends_anything_to_the_other_person() -> None:
    """The nuance of one clear message stands with: not on your own, ask first, no duty to."""
    text = next(one for one in law.jurisdiction().guidance if one.name == "do-not-respond").text
    assert "The law does not ask you to send it" in text
    assert "Ask the police or a helpline first" in text


def test_each_line_of_accounts_says_what_could_be_kept() -> None:
    """Twenty lines, each with a question, something to keep and codes that exist."""
    codes = set(law.vocabulary("behaviours").labels())
    lines = law.jurisdiction().checklist
    assert len(lines) >= 20
    assert all(one.words.endswith("?") and one.keep and set(one.codes) <= codes for one in lines)
