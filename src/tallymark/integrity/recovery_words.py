"""Twenty-four words for 32 random bytes (BIP-39, 256 bits), and which of them was typed wrong.

The words are the secret itself, so nothing is stretched: whoever has them has the key.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from itertools import combinations
from typing import Final

from tallymark.errors import WrongWords
from tallymark.integrity.wordlist import places, spell

COUNT: Final = 24
SECRET_SIZE: Final = 32
_LIST_SIZE = 2048
_BETWEEN = re.compile(r"[\W\d_]+")


def words_of(secret: bytes) -> tuple[str, ...]:
    """The 24 words of 32 bytes; the last word holds eight bits of checksum."""
    number = int.from_bytes(secret + hashlib.sha256(secret).digest()[:1], "big")
    return spell(number, COUNT)


def numbers_of(text: str) -> tuple[int, ...]:
    """The place in the list of each of 24 typed words; spacing, numbers and capitals do not matter.

    Raises WrongWords that says how many words there are, or which one is not on the list.
    """
    typed = [word for word in _BETWEEN.split(text.casefold()) if word]
    if len(typed) != COUNT:
        raise WrongWords(f"There should be {COUNT} words. This was {len(typed)}.")
    found = [places().get(word) for word in typed]
    unknown = [str(at) for at, place in enumerate(found, 1) if place is None]
    if unknown:
        raise WrongWords(f"Not on the list of words: number {', '.join(unknown)}.")
    return tuple(place for place in found if place is not None)


def secret_of(numbers: tuple[int, ...]) -> bytes | None:
    """The 32 bytes of 24 words, or None when the checksum says that they are not as they were."""
    number = 0
    for place in numbers:
        number = number << 11 | place
    whole = number.to_bytes(SECRET_SIZE + 1, "big")
    fits = hashlib.sha256(whole[:-1]).digest()[0] == whole[-1]
    return whole[:-1] if fits else None


def near(numbers: tuple[int, ...]) -> Iterator[tuple[bytes, str]]:
    """Secrets that differ by two words that changed places, or by one word, and where.

    Only those whose checksum fits: about one in 256 of 49,404.
    """
    for first, second in combinations(range(COUNT), 2):
        changed = list(numbers)
        changed[first], changed[second] = changed[second], changed[first]
        if (secret := secret_of(tuple(changed))) is not None:
            yield secret, f"Words {first + 1} and {second + 1} have changed places."
    for at in range(COUNT):
        for other in range(_LIST_SIZE):
            changed = [*numbers[:at], other, *numbers[at + 1 :]]
            if other != numbers[at] and (secret := secret_of(tuple(changed))) is not None:
                yield secret, f"Word {at + 1} is not the one that was written down."
