"""Two charts of lines: how long each thing was seen, and who carried what for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from tallymark.picture._plot import Axis, legend, letters, new_sheet, nothing_yet, rules
from tallymark.picture._svg import ACCENT, BODY, SMALL, WIDTH, Sheet, fit, text_width

_LEFT, _RIGHT = 236.0, 96.0
_BOX, _PATH = 28.0, 38.0
_COLUMNS = ((8.0, 180.0), (258.0, 180.0), (508.0, 184.0))


@dataclass(frozen=True, slots=True)
class SpanRow:
    """One line from ``first`` to ``last`` (0 to 1 along the axis), under its ``group``.

    ``text`` stands at its end, ``note`` are its words, ``refs`` the entries behind it.
    """

    group: str
    label: str
    first: float
    last: float
    text: str
    note: str
    refs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """One way that something went: the three names on it, how often, and its entries."""

    names: tuple[str, str, str]
    count: int
    refs: tuple[str, ...] = ()


def spans(
    name: str, *, title: str, description: str, rows: Sequence[SpanRow], axis: Axis, notes: str = ""
) -> str:
    """A line for each row from the first to the last time, a dot at both ends, grouped."""
    sheet = new_sheet(name, title=title, description=description)
    if not rows:
        sheet.height = nothing_yet(sheet, sheet.height)
        return sheet.render()
    left, right = _LEFT, WIDTH - _RIGHT
    top = letters(sheet, axis=axis, y=sheet.height, left=left, right=right)
    many = len({row.group for row in rows})
    bottom = top + 22 * len(rows) + 24 * many + 6
    rules(sheet, axis=axis, top=top, bottom=bottom, left=left, right=right)
    y = top
    for group, held in groupby(rows, key=lambda row: row.group):
        sheet.text(8, y + 17, fit(group, left - 16), weight="bold")
        y += 24
        for row in held:
            _span(sheet, row, y=y, room=(left, right))
            y += 22
    sheet.text(8, bottom + 40, fit(notes, WIDTH - 16, size=SMALL), size=SMALL)
    sheet.height = legend(sheet, axis=axis, y=bottom + 34, words=bottom + (50 if notes else 34))
    return sheet.render()


def _span(sheet: Sheet, row: SpanRow, *, y: float, room: tuple[float, float]) -> None:
    left, right = room
    begin, end = (left + 4 + (right - left - 8) * at for at in (row.first, row.last))
    sheet.text(20, y + 14, fit(row.label, left - 32))
    line = sheet.box(begin, y + 8.5, max(end - begin, 0), 3, fill=ACCENT)
    ends = [sheet.dot(begin, y + 10)]
    ends += [sheet.dot(end, y + 10)] if end - begin > 1 else []
    sheet.mark("".join((line, *ends)), note=row.note, refs=row.refs)
    sheet.text(right + 8, y + 14, fit(row.text, _RIGHT - 12, size=SMALL), size=SMALL)


def graph(
    name: str, *, title: str, description: str, heads: tuple[str, str, str], paths: Sequence[Path]
) -> str:
    """Names in three columns, joined from left to right; the count stands on each last arrow.

    Paths with the same first names share them, so that no two lines cross.
    """
    sheet = new_sheet(name, title=title, description=description)
    if not paths:
        sheet.height = nothing_yet(sheet, sheet.height)
        return sheet.render()
    y = sheet.height
    for (x, wide), words in zip(_COLUMNS, heads, strict=True):
        sheet.text(x, y + 14, fit(words, wide), size=BODY, weight="bold")
    y += 26
    for _, first in groupby(paths, key=lambda path: path.names[0]):
        held = list(first)
        _node(sheet, held, 0, y)
        here = y
        for _, second in groupby(held, key=lambda path: path.names[1]):
            y = _branch(sheet, list(second), y=y, root=here)
    sheet.height = y + 8
    return sheet.render()


def _branch(sheet: Sheet, held: list[Path], *, y: float, root: float) -> float:
    """One name in the middle with the arrows that come to it and go on from it."""
    _arrow(sheet, 0, (root, y))
    _node(sheet, held, 1, y)
    here = y
    for path in held:
        _arrow(sheet, 1, (here, y))
        words = f"{path.count:,}"
        at = _COLUMNS[2][0] - 10 - text_width(words, SMALL)
        sheet.text(at, y + _BOX / 2 - 4, words, size=SMALL, weight="bold")
        _node(sheet, [path], 2, y)
        y += _PATH
    return y


def _node(sheet: Sheet, held: list[Path], column: int, y: float) -> None:
    x, wide = _COLUMNS[column]
    label = held[0].names[column]
    refs = tuple(dict.fromkeys(ref for path in held for ref in path.refs))
    note = f"{label}: {' → '.join(held[0].names)}" if column == 2 else label
    sheet.mark(sheet.box(x, y, wide, _BOX, fill="none", edge=True), note=note, refs=refs)
    sheet.text(x + 8, y + 18, fit(label, wide - 16))


def _arrow(sheet: Sheet, column: int, ends: tuple[float, float]) -> None:
    begin = _COLUMNS[column][0] + _COLUMNS[column][1]
    over, middle = _COLUMNS[column + 1][0], begin + 18
    top, y = (end + _BOX / 2 for end in ends)
    if y > top:
        # Down from the name that several paths share, then over to this one.
        sheet.line(middle, top, middle, y)
    sheet.line(begin if y == top else middle, y, over, y)
    sheet.add(f'<path d="M{over - 7:g} {y - 4:g}L{over:g} {y:g}L{over - 7:g} {y + 4:g}Z"/>')
