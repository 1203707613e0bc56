"""What a section of the pack is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from tallymark.pack.contents import Contents

Run = str | int | list[str | int]
"""A piece of a sentence: text; the number of an entry, which becomes a link; or ``[text, number]``,
text that is a link to an entry."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one section gives to one volume.

    ``data`` is plain JSON for the template; ``numbers`` are the entries that have their place here;
    ``files`` are pictures by the name that ``data`` uses.
    """

    data: Mapping[str, object]
    numbers: tuple[int, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Section:
    """``order`` places it; ``content`` gives a part for each volume it fills, none to be left out.

    With ``new_page`` it begins on a page of its own.
    """

    order: int
    title: str
    content: Callable[[Contents], tuple[Part, ...]]
    new_page: bool = False


def cite(numbers: Iterable[int], *, most: int = 12) -> list[Run]:
    """Numbers with spaces between them; after ``most`` it says how many more there are."""
    found = list(numbers)
    runs: list[Run] = []
    for number in found[:most]:
        runs += [number, " "]
    if len(found) > most:
        runs.append(f"and {len(found) - most} more")
    elif runs:
        runs.pop()
    return runs


def plain_runs(runs: Iterable[Run]) -> str:
    """The same in plain characters."""
    parts = []
    for run in runs:
        if isinstance(run, list):
            parts.append(str(run[0]))
        else:
            parts.append(f"#{run}" if isinstance(run, int) else run)
    return "".join(parts)
