"""Clocks that were never set, and years that have not come: kept, and not on the timeline."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallymark import importers
from tallymark.importers._plausible import READ_ON, Window, today
from tallymark.model.event import NO_TIME

WINDOW = Window({READ_ON: "2026-05-03"})


def _at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("moment", "can_be"),
    [
        ("1904-01-01", False),
        ("1970-01-01", False),
        ("1989-12-31T23:59:59", False),
        ("1990-01-01", True),
        ("2026-05-03T12:00", True),
        ("2026-05-05T23:59:59", True),
        ("2026-05-06", False),
        ("2038-01-19T03:14:08", False),
        ("3609-01-01", False),
    ],
)
def test_the_window(moment: str, can_be: bool) -> None:
    """1990 is the first year, and two days after the reading are the last."""
    assert (_at(moment) in WINDOW) is can_be
    assert WINDOW.seconds(_at(moment)) == (_at(moment) if can_be else NO_TIME)


@given(st.floats() | st.integers() | st.text() | st.none())
def test_anything_else_is_no_time(value: object) -> None:
    """Not a number, infinite, far too large: no error, and not in the window by accident."""
    inside = value in WINDOW
    assert not inside or isinstance(value, int | float)


@given(st.text())
def test_a_day_of_reading_that_is_none(text: str) -> None:
    """It never raises, and the start stays."""
    assert 0 not in Window({READ_ON: text})


def test_the_day_of_reading_is_kept_with_the_import(tmp_path) -> None:
    """Filled in when nobody gave it, and taken as given otherwise."""
    path = tmp_path / "chat.txt"
    path.write_bytes(b"13/01/2026, 09:00 - Ann: hi\n")
    assert importers.inspect(path)["options"][READ_ON] == today()  # type: ignore[index]
    given_day = importers.inspect(path, options={READ_ON: "2020-01-02"})["options"]
    assert given_day[READ_ON] == "2020-01-02"  # type: ignore[index]
