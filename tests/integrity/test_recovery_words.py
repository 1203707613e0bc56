"""Twenty-four words: what is written comes back, and what was typed wrong is named."""

from __future__ import annotations

import hashlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mnemonic import Mnemonic

from tallymark.errors import EnvelopeError, IntegrityError, WrongKey, WrongWords
from tallymark.integrity import wordslot
from tallymark.integrity.envelope import Identity
from tallymark.integrity.recovery_words import near, numbers_of, secret_of, words_of
from tallymark.integrity.wordlist import english

SECRET = hashlib.sha256(b"words").digest()
MASTER = bytes(range(32))


@given(st.binary(min_size=32, max_size=32))
def test_words_are_those_of_the_published_library(secret: bytes) -> None:
    """Our 24 words are BIP-39's, both ways."""
    other = Mnemonic("english")
    assert " ".join(words_of(secret)) == other.to_mnemonic(secret)
    assert secret_of(numbers_of(" ".join(words_of(secret)))) == secret
    assert bytes(other.to_entropy(list(words_of(secret)))) == secret


def test_published_vectors() -> None:
    """The first and the last 256-bit vector of BIP-39."""
    assert " ".join(words_of(bytes(32))) == "abandon " * 23 + "art"
    assert " ".join(words_of(b"\xff" * 32)) == "zoo " * 23 + "vote"


@given(st.binary(min_size=32, max_size=32), st.randoms())
def test_however_it_is_spaced_it_is_read(secret: bytes, draw: random.Random) -> None:
    """Lines, numbers, full stops, capitals, and four letters of a word are all the same."""
    typed = []
    for number, word in enumerate(words_of(secret), 1):
        written = draw.choice(
            [word, word.upper(), word[:4], f"{number}. {word}", f"{number}){word}"]
        )
        typed.append(written)
    assert secret_of(numbers_of(draw.choice(["\n", "  ", " / "]).join(typed))) == secret


@given(st.text())
def test_any_text_ends_in_our_own_error_or_in_words(text: str) -> None:
    """Nothing but WrongWords comes out."""
    try:
        found = numbers_of(text)
    except WrongWords:
        return
    assert len(found) == 24


def test_a_wrong_count_and_a_word_not_on_the_list_are_said() -> None:
    """How many, and which numbers; never the word."""
    words = list(words_of(SECRET))
    with pytest.raises(WrongWords, match="This was 23"):
        numbers_of(" ".join(words[1:]))
    words[4] = words[9] = "curtains"
    with pytest.raises(WrongWords, match="number 5, 10") as said:
        numbers_of(" ".join(words))
    assert "curtains" not in str(said.value)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 23), st.integers(0, 2047))
def test_one_other_word_is_found_and_its_place_named(at: int, other: int) -> None:
    """Among all that could have been meant is the right one, with the number of the wrong word."""
    right = numbers_of(" ".join(words_of(SECRET)))
    typed = (*right[:at], other, *right[at + 1 :])
    found = dict(near(typed))
    if typed != right:
        assert found[SECRET].startswith(f"Word {at + 1} ")


def test_two_words_that_changed_places_are_found() -> None:
    """Both numbers are named."""
    right = list(numbers_of(" ".join(words_of(SECRET))))
    right[2], right[17] = right[17], right[2]
    assert dict(near(tuple(right)))[SECRET] == "Words 3 and 18 have changed places."


def test_the_list_is_told_apart_by_four_letters() -> None:
    """2,048 words, 2,048 beginnings."""
    assert len({word[:4] for word in english()}) == len(english()) == 2048


def test_a_words_slot_opens_by_its_words_only() -> None:
    """Another secret or label opens nothing; a changed wrapped key is said to be damaged."""
    slot = wordslot.make_words(SECRET, MASTER, label="v")
    assert wordslot.open_slot(slot, SECRET, label="v") == MASTER
    assert wordslot.open_slot(slot, MASTER, label="v") is None
    assert wordslot.open_slot(slot, SECRET, label="w") is None


def test_a_helpers_copy_is_words_for_the_helper_alone() -> None:
    """The sealed words open the slot; another identity finds nothing; all copies are as long."""
    helper, sizes = Identity.generate(), set()
    for number in range(12):
        secret = hashlib.sha256(b"%d" % number).digest()
        slot = wordslot.make_helper(secret, MASTER, recipient=helper.recipient, label="v")
        recipient, copy = wordslot.sealed_copy(slot)
        assert recipient == helper.recipient
        assert wordslot.secret_in(copy, helper) == secret
        assert wordslot.open_slot(slot, secret, label="v") == MASTER
        sizes.add(len(copy))
    assert len(sizes) == 1
    with pytest.raises(WrongKey):
        wordslot.secret_in(copy, Identity.generate())


SLOT = wordslot.make_helper(SECRET, MASTER, recipient=Identity(SECRET).recipient, label="v")
_VALUES = (
    st.none() | st.text(max_size=9) | st.integers() | st.lists(st.text(max_size=2), max_size=2)
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(SLOT)), _VALUES, min_size=1))
def test_arbitrary_slots_end_in_our_own_error(changes: dict) -> None:
    """Whatever JSON stands there, IntegrityError, an error of the envelope, or no key comes out."""
    slot = {**SLOT, **changes}
    try:
        found = wordslot.open_slot(slot, SECRET, label="v")
        wordslot.secret_in(wordslot.sealed_copy(slot)[1], Identity(SECRET))
    except (IntegrityError, EnvelopeError):
        return
    assert found is None or slot == SLOT or slot["sealed"] != SLOT["sealed"]
