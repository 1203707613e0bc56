"""A passphrase is hard to guess, and the suggestion is one that we would accept."""

from __future__ import annotations

import pytest

from tallymark.diary.passphrase import _words, check, suggest
from tallymark.errors import WeakPassphrase


def test_the_suggestion_is_accepted_and_new_each_time() -> None:
    """Five words of 7,590, never the same twice in a row: 64 bits."""
    first, second = suggest(), suggest()
    assert first != second
    assert len(first.split()) == 5
    assert len(set(_words())) ** 5 > 2**64
    assert all(word.isalpha() for word in _words())
    assert not {"strangle", "prowler", "predator", "battered"} & set(_words())
    assert check(first) == first


@pytest.mark.parametrize(
    "weak",
    ["", "short", "aaaaaaaaaaaaaaaaaaaa", "abcabcabcabcabcabc", "passwordpassword1", "123456789012345678",
     "qwertyuiopasdfgh", "x" * 1025, "Passphrase123456"],
)  # fmt: skip
def test_patterns_and_short_ones_are_refused(weak: str) -> None:
    """What a guesser tries first is not accepted."""
    with pytest.raises(WeakPassphrase):
        check(weak)


def test_the_same_words_in_another_spelling_of_accents_open_it() -> None:
    """A composed and a decomposed accent are one passphrase (NFC)."""
    assert check("cafe\u0301 window seven trees") == check("café window seven trees")
