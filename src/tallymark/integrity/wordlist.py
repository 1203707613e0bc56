"""The English list of BIP-39: 2,048 plain words, no two with the same first four letters."""

from __future__ import annotations

from functools import cache


@cache
def english() -> tuple[str, ...]:
    """The list in its order, so that a word is 11 bits."""
    from mnemonic import Mnemonic

    return tuple(Mnemonic("english").wordlist)


@cache
def places() -> dict[str, int]:
    """The place of each word, by the word and by its first four letters."""
    short = {word[:4]: place for place, word in enumerate(english())}
    return short | {word: place for place, word in enumerate(english())}


def spell(number: int, count: int) -> tuple[str, ...]:
    """``count`` words for a number of 11 × ``count`` bits, the highest bits first."""
    return tuple(english()[number >> 11 * place & 2047] for place in range(count - 1, -1, -1))
