"""Times as tired people type them."""

from __future__ import annotations

import contextlib
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallymark.diary.when import read_when
from tallymark.errors import RecordError

NOW = datetime(2026, 11, 23, 14, 5)


@pytest.mark.parametrize(
    ("typed", "value", "precision"),
    [
        ("now", "2026-11-23T14:05", "minute"),
        ("Today 21:10", "2026-11-23T21:10", "minute"),
        ("yesterday", "2026-11-22", "day"),
        ("yesterday at 9pm", "2026-11-22T21:00", "minute"),
        ("3/5/2026 21:10", "2026-05-03T21:10", "minute"),
        ("2026-05-03", "2026-05-03", "day"),
        ("about 03.05.2026 7.30 am", "2026-05-03T07:30", "about"),
        ("12:30am", "2026-11-23T00:30", "minute"),
        ("2026-05-03T21:10", "2026-05-03T21:10", "minute"),
    ],
)
def test_a_time_is_read_as_it_was_meant(typed: str, value: str, precision: str) -> None:
    """Day before month, and no more precision than was said."""
    moment = read_when(typed, now=NOW, zone="Europe/London")
    assert (moment.value, moment.precision) == (value, precision)


def test_a_range_keeps_both_ends() -> None:
    """Between eleven at night and seven in the morning is one entry."""
    moment = read_when("2/5/2026 23:00 to 3/5/2026 07:00", now=NOW, zone="Europe/London")
    assert (moment.value, moment.end, moment.precision) == (
        "2026-05-02T23:00",
        "2026-05-03T07:00",
        "range",
    )


@pytest.mark.parametrize(
    "typed", ["", "soon", "31/02/2026", "25:99", "3/13/2026", "2026-05-03 noonish"]
)
def test_what_cannot_be_read_says_how_to_write_it(typed: str) -> None:
    """The error gives examples and guesses nothing."""
    with pytest.raises(RecordError, match=r"Examples|not understood"):
        read_when(typed, now=NOW, zone="Europe/London")


@given(st.text(max_size=40))
def test_any_text_is_a_time_or_a_named_error(typed: str) -> None:
    """No typing ends in a traceback."""
    with contextlib.suppress(RecordError):
        read_when(typed, now=NOW, zone="Europe/London")
