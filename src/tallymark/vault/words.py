"""Words as they are indexed and asked for: accents folded, emoji and every script found.

The index is FTS5 ``unicode61 remove_diacritics 2 categories 'L* N* Co So'``. It splits at spaces,
so before indexing a space is put around each character of a script that has none (Chinese,
Japanese, Thai and so on) and around each picture. A word in such a script is then asked for as a
phrase of characters, which finds any part of a sentence. A trigram index would not find words of
one or two characters, and most Chinese words have two.
"""

from __future__ import annotations

import re
import unicodedata

TOKENIZER = "unicode61 remove_diacritics 2 categories 'L* N* Co So'"
_LONGEST_QUERY = 1000
_APART = re.compile(
    "(["
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Tibetan, Burmese, Khmer
    "\u2190-\u2bff"  # arrows, signs, dingbats
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f"
    "\U0001f000-\U0001faff"  # pictures
    "\U00020000-\U0003ffff"
    "])"
)
_TERM = re.compile(r'"([^"]*)"?|(\S+)')


def indexable(text: str) -> str:
    """``text`` with spaces where a reader sees a boundary and the tokenizer would not."""
    return text if text.isascii() else _APART.sub(r" \1 ", text)


def terms(words: str) -> list[str]:
    """The words asked for, and phrases in double quotes; at most the first 1,000 characters."""
    asked = words[:_LONGEST_QUERY].replace("\0", " ")
    found = [phrase or word for phrase, word in _TERM.findall(asked)]
    return [term for term in found if any(_counts(sign) for sign in term)]


def match(asked: list[str]) -> str:
    """The FTS5 expression for rows that hold every term; ``word*`` finds words that begin so."""
    return " AND ".join(_quoted(term) for term in asked)


def snippet(text: str, asked: list[str], *, width: int = 120) -> str:
    """At most ``width`` characters of ``text`` around the first term found in it, on one line."""
    flat = " ".join(text.split())
    low = _folded(flat)
    places = [low.find(_folded(term.rstrip("*"))) for term in asked]
    at = min((place for place in places if place >= 0), default=0)
    start = 0 if at < width // 2 else at - width // 3
    end = start + width
    return ("…" if start else "") + flat[start:end] + ("…" if end < len(flat) else "")


def _folded(text: str) -> str:
    """As long as ``text``, without case and accents, to find a place in it."""
    if text.isascii():
        return text.lower()
    return "".join(unicodedata.normalize("NFD", sign)[0].casefold()[:1] for sign in text)


def _quoted(term: str) -> str:
    star = "*" if term.endswith("*") else ""
    return '"' + indexable(term.rstrip("*")).replace('"', '""') + '"' + star


def _counts(sign: str) -> bool:
    category = unicodedata.category(sign)
    return category[0] in "LN" or category in {"So", "Co"}
