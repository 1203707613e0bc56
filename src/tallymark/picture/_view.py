"""What a view is: one sentence, one caution, one table, one picture, and the ids behind each number."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. ``refs`` are the ids of the records behind it; an import is named by its exhibit."""

    text: str
    refs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows as shown. Every row has as many cells as there are columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """One look at a casefile. ``svg`` is a whole SVG document, 700 units wide; ``data`` is JSON."""

    name: str
    title: str
    sentence: str
    caution: str
    table: Table
    svg: str
    data: dict[str, object] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """Everything but the picture, as plain values that any JSON writer takes."""
        rows = [[{"text": c.text, "refs": list(c.refs)} for c in row] for row in self.table.rows]
        return {
            "name": self.name,
            "title": self.title,
            "sentence": self.sentence,
            "caution": self.caution,
            "table": {"columns": list(self.table.columns), "rows": rows},
            "data": self.data,
        }


@dataclass(frozen=True, slots=True)
class ViewSpec:
    """What a view module calls ``VIEW``: its title, its caution line and how it is built."""

    title: str
    caution: str
    build: Callable[..., View]


def unique(refs: Iterable[str]) -> tuple[str, ...]:
    """The same ids without repeats, first place kept."""
    return tuple(dict.fromkeys(refs))


def count_cell(value: int, refs: Iterable[str] = ()) -> Cell:
    """A number with thousands marked, and the ids behind it."""
    return Cell(f"{value:,}", unique(refs))


def pair_cell(episodes: int, items: int, refs: Iterable[str] = ()) -> Cell:
    """Episodes and items side by side, ``7 / 210``; a dash when there is neither."""
    return Cell(f"{episodes:,} / {items:,}" if episodes or items else "–", unique(refs))


def plural(value: int, word: str, many: str | None = None) -> str:
    """A number with its word: ``1 episode``, ``1,212 items``."""
    return f"{value:,} {word if value == 1 else (many or word + 's')}"


def day_text(day: date) -> str:
    """A date as people write it: ``3 May 2026``."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def span_text(first: date | None, last: date | None) -> str:
    """A span of days; ``no dates`` when there are none."""
    if first is None or last is None:
        return "no dates"
    if first == last:
        return day_text(first)
    if first.year == last.year:
        return f"{first.day} {MONTHS[first.month - 1]} to {day_text(last)}"
    return f"{day_text(first)} to {day_text(last)}"
