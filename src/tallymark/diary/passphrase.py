"""What a passphrase must be, and a suggestion that is easier to remember than to guess.

Rules of safety reference 3.1: at least 15 characters, at most 1,024 bytes, NFC, no obvious
pattern. The suggestion is five words of the EFF's long list as ``xkcdpass`` brings it, which was made to be
typed and remembered, without words with a hyphen and those that would hurt: 64 bits.
"""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache
from importlib import resources

from tallymark.errors import WeakPassphrase

SHORTEST = 15
LONGEST_BYTES = 1024
WORDS = 5
_LEFT_OUT = "words_left_out.txt"
"""Words that would hurt or frighten somebody who is afraid; our own choice."""
_RUNS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
_COMMON = ("password", "passphrase", "letmein", "iloveyou", "welcome", "tallymark")


def suggest() -> str:
    """Five random words with spaces between, drawn with the system's random source."""
    return " ".join(secrets.choice(_words()) for _ in range(WORDS))


@cache
def _words() -> tuple[str, ...]:
    lines = (resources.files("xkcdpass") / "static" / "eff-long").read_text("ascii").splitlines()
    words = (line.split()[-1] for line in lines if line.strip())
    left_out = (resources.files("tallymark.diary") / _LEFT_OUT).read_text("ascii").split()
    return tuple(word for word in words if word.isalpha() and word not in left_out)


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
