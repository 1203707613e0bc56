"""The data file of words: whole, in the form that it is compared in, without contradictions."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from tallymark.importers import _whatsapp_words as words

LISTS = tomllib.loads((resources.files("tallymark.importers") / words.FILE).read_text("utf-8"))
CASED = {"morning", "afternoon", "connectors", "tails", "day_periods"}


@pytest.mark.parametrize("name", sorted(set(LISTS) - CASED))
def test_words_are_written_as_they_are_compared(name: str) -> None:
    """A phrase in capitals or with an outer space would never be found; parts of notices have spaces."""
    outer = "" if name == "notices" else " "
    assert [word for word in LISTS[name] if word != word.casefold().strip(outer)] == []


@pytest.mark.parametrize("name", sorted(LISTS))
def test_no_word_stands_twice(name: str) -> None:
    """A list holds each word once, and none is empty."""
    assert len(set(LISTS[name])) == len(LISTS[name]) > 0
    assert all(LISTS[name])


def test_the_two_halves_of_the_day_share_no_word() -> None:
    """A word for both halves would put messages twelve hours off."""
    halves = [{w.casefold() for w in LISTS[name]} for name in ("morning", "afternoon")]
    assert halves[0] & halves[1] == set()
    assert not (halves[0] | halves[1]) & {w.casefold() for w in LISTS["connectors"]}


def test_parts_of_the_day_are_hours() -> None:
    """Each part of the day runs from one hour to a later one."""
    assert all(0 <= first < last <= 23 for first, last in words.DAY_PERIODS.values())
