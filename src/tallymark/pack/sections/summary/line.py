"""What the row writers of the first page share: a row, the page it stands on, short texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tallymark.pack.contents import Contents
from tallymark.pack.people import masked_label
from tallymark.pack.sections._section import Run, cite

KEEP = 0
"""Never left out: the latest event, what is not reported, what others hold, the other side."""


_LEAST = 24
"""Shorter than this no text is cut: a date, a number or a name stays whole."""


@dataclass(frozen=True, slots=True)
class Row:
    """A label and its sentence. ``drop``: the higher, the sooner it goes; ``KEEP`` never does."""

    group: int
    label: str
    runs: tuple[Run, ...]
    drop: int = KEEP


class Page:
    """What the row writers share: the summary, numbers for ids, and names as they may be printed."""

    def __init__(self, contents: Contents, *, scale: float = 1.0) -> None:
        self.contents, self.summary, self._scale = contents, contents.summary, scale

    def numbers(self, refs: Iterable[str]) -> list[int]:
        """The numbers of records, in the order given, without repeats."""
        found = (self.contents.numbers.get(ref) for ref in refs)
        return list(dict.fromkeys(n for n in found if n is not None))

    def cite(self, refs: Iterable[str], *, most: int = 6) -> list[Run]:
        """The numbers of records as links."""
        return cite(self.numbers(refs), most=self.most(most))

    def figure(self, value: int, refs: Iterable[str]) -> Run:
        """A count that leads to the first entry behind it."""
        numbers = self.numbers(refs)
        text = f"{value:,}"
        return [text, numbers[0]] if numbers else text

    def clip(self, text: str, most: int) -> str:
        """The text on one line, cut at so many characters, fewer on a crowded page."""
        return clip(text, max(_LEAST, int(most * self._scale)))

    def most(self, many: int) -> int:
        """How many of a list are named, fewer on a crowded page, two at least."""
        return max(min(many, 2), round(many * self._scale))

    def name(self, text: str) -> str:
        """A name as it may be printed here."""
        return self.clip(masked_label(text) if self.contents.initials_only else text, 48)


def clip(text: str, most: int) -> str:
    """The text on one line, cut with an ellipsis at a word where there is one.

    Words of one letter are words too: there are at most ``most // 4`` of them.
    """
    found = text.split(None, most // 4 + 1)
    line = " ".join(found[: most // 4 + 1])
    if len(found) > most // 4 + 1:
        line += "\u2026"
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    return (cut[: cut.rfind(" ")] if cut.rfind(" ") > most // 2 else cut).rstrip(" ,.;:") + "…"


def short(label: str) -> str:
    """A phase or anchor with fewer words: ``before told to stop 3 May 2026``."""
    for word in ("they were ", "was ", "the ", "on "):
        label = label.replace(f" {word}", " ").removeprefix(word)
    return label


def joined(parts: Sequence[Sequence[Run]], between: str = " · ") -> list[Run]:
    """Several pieces with a mark between them; empty ones left out."""
    found: list[Run] = []
    for part in parts:
        if part:
            found += [between, *part] if found else [*part]
    return found


def word(many: int, one: str) -> str:
    """The word alone, in the number that fits."""
    return one if many == 1 else f"{one}s"
