"""What a passphrase must be, and a suggestion that is easier to remember than to guess.

Rules of safety reference 3.1: at least 15 characters, at most 1,024 bytes, NFC, no obvious
pattern. Six words of a 2,048-word list are 66 bits, a little more than five diceware words.
"""

from __future__ import annotations

import secrets
import unicodedata

from mnemonic import Mnemonic

from tallymark.errors import WeakPassphrase

SHORTEST = 15
LONGEST_BYTES = 1024
WORDS = 6
_RUNS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
_COMMON = ("password", "passphrase", "letmein", "iloveyou", "welcome", "tallymark")


def suggest() -> str:
    """Six random words with spaces between, drawn with the system's random source."""
    words = Mnemonic("english").wordlist
    return " ".join(secrets.choice(words) for _ in range(WORDS))


def check(passphrase: str) -> str:
    """The passphrase in NFC. Raises ``WeakPassphrase`` with the rule that it does not meet."""
    text = unicodedata.normalize("NFC", passphrase)
    if len(text.encode()) > LONGEST_BYTES:
        raise WeakPassphrase("The passphrase is longer than 1,024 bytes.")
    if len(text) < SHORTEST:
        raise WeakPassphrase(f"The passphrase has fewer than {SHORTEST} characters.")
    if _is_pattern(text.casefold()):
        raise WeakPassphrase("The passphrase is a pattern or a common word.")
    return text


def _is_pattern(text: str) -> bool:
    """Whether a guesser would try it early: few letters, a repeat, a run of keys, a common word."""
    bare = "".join(text.split())
    if len(set(bare)) < 5:
        return True
    if bare in (bare + bare)[1:-1]:
        return True
    rest = bare
    for known in (*_RUNS, *(run[::-1] for run in _RUNS), *_COMMON):
        rest = _without(rest, known)
    return len(rest) < SHORTEST // 2


def _without(text: str, known: str, shortest: int = 5) -> str:
    """``text`` without its parts of ``shortest`` or more characters that stand in ``known``."""
    kept, at = [], 0
    while at < len(text):
        size = len(text) - at
        while size >= shortest and text[at : at + size] not in known:
            size -= 1
        if size >= shortest:
            at += size
        else:
            kept.append(text[at])
            at += 1
    return "".join(kept)
