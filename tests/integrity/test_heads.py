"""A head that somebody holds, against the whole history of a log."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallymark.errors import IntegrityError
from tallymark.integrity import checkpoint, heads, signature
from tallymark.integrity.checkpoint import Checkpoint
from tallymark.integrity.epoch import Line
from tallymark.integrity.heads import History
from tallymark.integrity.merkle import EMPTY_ROOT, Tree

LEAVES = [hashlib.sha256(b"%d" % number).digest() for number in range(40)]
FIRST, SECOND = Line("v/1", b"1" * 32, 1), Line("v/2", b"2" * 32, 2)
ONE_EPOCH = [(0, FIRST)]
TWO_EPOCHS = [(0, FIRST), (10, SECOND)]


def _head(size: int, origin: str = "v/1", leaves: list[bytes] = LEAVES) -> Checkpoint:
    return Checkpoint(origin, size, Tree(leaves[:size]).root())


@given(st.integers(1, 40), st.integers(0, 40), st.integers(0, 39))
def test_every_earlier_head_is_known_and_every_changed_one_is_not(
    size: int, held: int, changed: int
) -> None:
    """Same, older or ahead by size alone while nothing differs; a change shows from there on."""
    history = History(LEAVES[:size], ONE_EPOCH)
    expected = "same" if held == size else "older" if held < size else "ahead"
    assert history.standing(_head(held)) == expected
    other = [*LEAVES[:changed], b"x" * 32, *LEAVES[changed + 1 :]]
    forged = _head(held, leaves=other)
    if changed < held <= size:
        assert history.standing(forged) == "equivocation"
    else:
        assert history.standing(forged) == expected


@pytest.mark.parametrize(
    ("head", "public", "expected"),
    [
        (_head(10), None, "older"),
        (_head(10), FIRST.public, "older"),
        (_head(11), None, "branch"),
        (_head(40, "v/2"), SECOND.public, "same"),
        (_head(41 - 1, "v/2"), FIRST.public, "branch"),
        (_head(40, "v/3"), None, "branch"),
        (_head(40, "w/1"), None, "foreign"),
        (_head(40, "w/2"), SECOND.public, "foreign"),
        (Checkpoint("v/2", 50, b"r" * 32), None, "ahead"),
        (Checkpoint("v/1", 0, EMPTY_ROOT), None, "older"),
    ],
)
def test_epochs_are_named_branches(head: Checkpoint, public: bytes | None, expected: str) -> None:
    """The first epoch ends at the record that begins the second; what went on from there is another."""
    assert History(LEAVES, TWO_EPOCHS).standing(head, public=public) == expected


@given(st.integers(1, 40), st.integers(1, 40), st.booleans())
def test_six_words_find_their_head(size: int, held: int, shout: bool) -> None:
    """Every head of the log is found by its words, also by four letters of each; no later one is."""
    history = History(LEAVES[:size], ONE_EPOCH)
    words = [word.upper() if shout else word[:4] for word in heads.code(_head(held))]
    found = history.find(words)
    if held <= size:
        assert found == heads.Match(_head(held), ())
    else:
        assert found is None


@given(st.integers(1, 12), st.integers(0, 5), st.integers(1, 2047))
def test_one_misheard_word_is_named(held: int, place: int, by: int) -> None:
    """Five words of six point at one head, and the place of the sixth."""
    words = list(heads.code(_head(held)))
    numbers = list(signature.numbers_of(words))
    numbers[place] = (numbers[place] + by) % 2048
    from mnemonic import Mnemonic

    words[place] = Mnemonic("english").wordlist[numbers[place]]
    found = History(LEAVES[:12], ONE_EPOCH).find(words)
    assert found == heads.Match(_head(held), (place + 1,))


def test_the_words_of_a_head_are_those_of_its_text() -> None:
    """66 bits of SHA-256 over the three lines, first bits first."""
    head = _head(7)
    bits = int.from_bytes(hashlib.sha256(head.body().encode()).digest(), "big") >> 190
    numbers = tuple(bits >> 11 * place & 2047 for place in (5, 4, 3, 2, 1, 0))
    assert (
        signature.numbers_of(heads.code(head))
        == numbers
        == signature.six_numbers(head.body().encode())
    )


@pytest.mark.parametrize(
    "words", [[], ["abandon"] * 5, ["abandon"] * 7, ["abandon"] * 5 + ["zzzz"]]
)
def test_what_is_no_code_is_refused(words: list[str]) -> None:
    """Another number of words, and a word of no list."""
    with pytest.raises(IntegrityError):
        History(LEAVES, ONE_EPOCH).find(words)


def test_a_log_begins_with_an_epoch() -> None:
    """Without one, nobody can say whose heads these are."""
    for lines in ([], [(1, FIRST)]):
        with pytest.raises(IntegrityError):
            History(LEAVES, lines)


def test_a_note_is_read_before_its_signer_is_known() -> None:
    """The head and the ids of the keys that say they signed it, under its own name alone."""
    key = signature.SigningKey.from_seed(bytes(32))
    note = checkpoint.sign(_head(3), key=key)
    witness = note.rsplit("\n\n", 1)[1].replace("v/1", "witness")
    found, ids = checkpoint.parse_note(note + witness)
    assert (found, ids) == (_head(3), (checkpoint.key_id("v/1", key.public),))
    with pytest.raises(IntegrityError):
        checkpoint.parse_note("junk")
