"""How hard a text is to read: the Flesch-Kincaid grade, over plain words."""

from __future__ import annotations

import re


def plain(markdown: str) -> str:
    """The words of a page as sentences: marks left out, each list line and paragraph closed."""
    text = re.sub(r"`[^`]*`", "this", markdown)
    lines = [
        re.sub(r"^\s*(?:[-*]|\d+\.)\s+", "", line).replace("**", "") for line in text.split("\n")
    ]
    closed = [
        line if line.rstrip()[-1:] in ".!?:" else f"{line.rstrip()}."
        for line in lines
        if line.strip()
    ]
    return " ".join(closed)


def sentences(text: str) -> list[str]:
    """Its sentences, without empty ones. A colon ends one too: a voice rests there."""
    return [s for s in re.split(r"(?<=[.!?:])\s+", text) if re.search(r"[A-Za-z]", s)]


def syllables(word: str) -> int:
    """Groups of vowels, with a silent e at the end left out."""
    bare = re.sub(r"[^a-z]", "", word.lower())
    groups = len(re.findall(r"[aeiouy]+", bare))
    silent = bare.endswith("e") and not bare.endswith(("le", "ee")) and groups > 1
    return max(1, groups - silent)


def grade(text: str) -> float:
    """0.39 words a sentence + 11.8 syllables a word - 15.59; 0 for no words."""
    found = sentences(text)
    words = [w for s in found for w in re.findall(r"[A-Za-z][A-Za-z'’-]*", s)]
    if not words:
        return 0.0
    return 0.39 * len(words) / len(found) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
