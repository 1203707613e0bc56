"""Times, days and names as tired people type them."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallymark.model.moment import Moment
from tallymark.web import places, tally
from tallymark.web.dates import moment_words, size_words
from tallymark.web.pages.add.questions import CHANNELS, EXTRA, STEPS, asked
from tallymark.web.pages.add.reading import Unclear, names, problems_of, read_moment
from tallymark.web.render import plain

TODAY = date(2026, 5, 4)
DAY = {"from_d": "3", "from_m": "5", "from_y": "2026"}


def _read(**answers: str) -> Moment:
    return read_moment({**DAY, **answers}, zone="Europe/London", today=TODAY)


@pytest.mark.parametrize(
    ("typed", "clock"),
    [
        ("21:10", "21:10"), ("9.10pm", "21:10"), ("9pm", "21:00"), ("9 PM", "21:00"),
        ("0:05", "00:05"), ("12am", "00:00"), ("12pm", "12:00"), ("2110", "21:10"),
        ("7", "07:00"), ("21h10", "21:10"),
    ],
)  # fmt: skip
def test_times_are_read_as_people_type_them(typed: str, clock: str) -> None:
    """With colon, dot, h or nothing; 12 and 24 hours."""
    assert _read(sure="exact", from_time=typed).value == f"2026-05-03T{clock}"


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"sure": ""}, "sure"),
        ({"sure": "exact"}, "from_time"),
        ({"sure": "exact", "from_time": "25:00"}, "from_time"),
        ({"sure": "exact", "from_time": "night"}, "from_time"),
        ({"sure": "exact", "from_time": "13am"}, "from_time"),
        ({"sure": "day", "from_d": ""}, "from"),
        ({"sure": "day", "from_d": "32"}, "from"),
        ({"sure": "day", "from_m": "May"}, "from"),
        ({"sure": "day", "from_y": "26"}, "from"),
        ({"sure": "day", "from_d": "", "from_m": "", "from_y": ""}, "from"),
        ({"sure": "day", "from_y": "2027"}, "from"),
        ({"sure": "range"}, "to"),
        ({"sure": "range", "to_d": "2", "to_m": "5", "to_y": "2026"}, "to"),
        (
            {"sure": "range", "from_time": "9pm", "to_d": "3", "to_m": "5", "to_y": "2026"},
            "to_time",
        ),
    ],
)
def test_what_cannot_be_read_names_its_field(answers: dict[str, str], field: str) -> None:
    """The page can say where to look again."""
    given_all = {**DAY, **answers}
    assert set(problems_of("when", given_all, zone="Europe/London", today=TODAY)) == {field}


def test_each_kind_of_time_keeps_how_sure_it_is() -> None:
    """Exact, day, about and range become the model's own precision."""
    assert _read(sure="day").precision == "day"
    assert _read(sure="about", from_time="21:00").precision == "about"
    ranged = _read(sure="range", to_d="3", to_m="5", to_y="2026", to_time="23:00")
    assert (ranged.precision, ranged.end) == ("range", "2026-05-03T23:00")
    assert moment_words(ranged) == "Sunday 3 May 2026 to Sunday 3 May 2026 at 23:00"
    assert moment_words(_read(sure="about")) == "about Sunday 3 May 2026"


@given(
    st.dictionaries(
        st.sampled_from(["sure", "from_d", "from_m", "from_y", "from_time", "to_d", "to_time"]),
        st.one_of(st.text(max_size=6), st.sampled_from(["exact", "day", "about", "range", "3"])),
    )
)
def test_any_answers_are_read_or_asked_again(answers: dict[str, str]) -> None:
    """No typed text makes a fault; a time that is read is one that the model takes."""
    problems = problems_of("when", answers, zone="Europe/London", today=TODAY)
    with suppress(Unclear):
        read_moment(answers, zone="Europe/London", today=TODAY)
        assert problems == {}


def test_names_come_one_a_line_or_with_commas() -> None:
    """Each once, in the order given."""
    assert names("Priya, Tom\n Priya;the man from the shop\n\n") == [
        "Priya",
        "Tom",
        "the man from the shop",
    ]


def test_the_questions_that_were_answered_are_kept_with_their_words() -> None:
    """Only answered ones, in the order asked; ids and versions are unique."""
    kept = asked({"from_d": "3", "what_happened": "x", "effect": "y"})
    assert [q.id for q in kept] == ["web.entry.when", "web.entry.what", "web.entry.effect"]
    every = [q for step in (*STEPS, EXTRA) for _, q in step.asked]
    assert len({(q.id, q.version) for q in every}) == len(every)
    assert len({key for key, _, _ in CHANNELS}) == len(CHANNELS)


def test_the_tally_goes_in_fives_and_says_its_number() -> None:
    """The fifth mark goes across; beyond two hundred the words still count all."""
    assert tally.strip(0).count("<path") == 0
    assert tally.strip(7).count("<path") == 7
    assert tally.strip(900).count("<path") == tally.SHOWN
    assert "900 entries" in tally.strip(900)
    assert "1 entry," in tally.strip(1)


def test_signs_that_turn_the_reading_direction_are_made_visible() -> None:
    """``photo[U+202E]gpj.exe`` cannot pass for a picture."""
    assert plain("photo\u202egpj.exe") == "photo[U+202E]gpj.exe"
    assert plain("naïve 😀 שלום") == "naïve 😀 שלום"


def test_sizes_are_said_in_words() -> None:
    """As a person would."""
    assert [size_words(n) for n in (12, 4_900, 5_200_000, 3_000_000_000)] == [
        "12 bytes", "4.9 kB", "5.2 MB", "3.0 GB",
    ]  # fmt: skip


def test_a_typed_path_is_whole_or_not_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Quotes and a tilde are understood; a bare name is not looked for anywhere."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert places.typed_path('"/a/b c.zip"') == Path("/a/b c.zip")
    assert places.typed_path("~/x.zip") == tmp_path / "x.zip"
    assert places.typed_path("x.zip") is None
    assert places.typed_path("") is None
    assert places.typed_path("/a\0b") is None


def test_chats_are_offered_the_newest_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Only files that look like one."""
    import os

    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / "Downloads"
    folder.mkdir()
    for age, name in enumerate(("WhatsApp Chat.zip", "_chat.txt", "bank.txt", "whatsapp.pdf")):
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, (1000 - age, 1000 - age))
    assert [p.name for p in places.chat_exports()] == ["WhatsApp Chat.zip", "_chat.txt"]
    assert folder in places.offered_folders()
