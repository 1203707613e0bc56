"""Four charts in plain SVG: bars, lanes, dots and a grid of numbers.

Every chart is 700 units wide, has a title and a description, needs no colour, script or font file,
and has its table of numbers beside it. A mark that stands for entries is a link to the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tallymark.picture._plot import Axis, legend, letters, new_sheet, nothing_yet, rules
from tallymark.picture._svg import (
    ACCENT,
    BODY,
    FAINT,
    HEAD,
    INK,
    PAPER,
    SMALL,
    WIDTH,
    Sheet,
    fit,
    text_width,
)

MOST_DOTS = 1500
_LEVELS = (PAPER, "#e4ded2", "#c2bdb0", "#8fa3a8", ACCENT)  # even steps in grey
_LEFT, _RIGHT = 72.0, 120.0
_DOT = 6.5


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of ``bars``: its words, its length, what is written at its end, its entries."""

    label: str
    value: int
    text: str
    refs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Strip:
    """One lane: episodes and items for each span of time, and the entries behind each."""

    label: str
    episodes: tuple[int, ...]
    items: tuple[int, ...]
    refs: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Dot:
    """One dot: where along the axis (0 to 1), which row, its words; square when typed."""

    at: float
    row: int
    note: str
    square: bool = False
    refs: tuple[str, ...] = ()
    stack: int = 0


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row of ``grid``: its label and its cells; a cell that is None is not drawn.

    ``refs`` are the entries behind each cell. The places in ``framed`` get a second edge; those in
    ``went_on`` get a dot where there is no number.
    """

    label: str
    values: Sequence[int | None]
    refs: Sequence[tuple[str, ...]] = ()
    framed: frozenset[int] = frozenset()
    went_on: frozenset[int] = frozenset()


def bars(name: str, *, title: str, description: str, rows: Sequence[Bar]) -> str:
    """Horizontal bars from zero, with the words before and the number behind each."""
    sheet = new_sheet(name, title=title, description=description)
    tail = min(300.0, max((text_width(row.text, BODY) for row in rows), default=0.0))
    longest = max((text_width(row.label, BODY) for row in rows), default=0.0)
    left = min(300.0, longest) + 20
    room = WIDTH - 28 - left - tail
    top = max((row.value for row in rows), default=0) or 1
    y = sheet.height
    for row in rows:
        sheet.text(8, y + 15, fit(row.label, left - 16))
        long = max(room * row.value / top, 1.5 if row.value else 0)
        shape = sheet.box(left, y + 3, long, 15, fill=ACCENT)
        sheet.mark(shape, note=f"{row.label}: {row.text}", refs=row.refs)
        sheet.text(left + long + 6, y + 15, fit(row.text, tail + 1))
        y += 24
    sheet.line(left, sheet.height, left, y)
    sheet.height = nothing_yet(sheet, y) if not rows else y + 8
    return sheet.render()


def grid(
    name: str,
    *,
    title: str,
    description: str,
    columns: Sequence[str],
    blocks: Sequence[tuple[str, Sequence[GridRow]]],
    notes: Sequence[str] = (),
) -> str:
    """Numbers in grids under each other; the more, the darker, each grid on its own scale.

    The number itself stands in every cell. A block is its heading and its rows; ``notes`` are lines
    under all of them.
    """
    sheet = new_sheet(name, title=title, description=description)
    longest = max((text_width(r.label, BODY) for _, rows in blocks for r in rows), default=0.0)
    left = max(44.0, longest + 16)
    side = (WIDTH - 8.0 - left) / max(len(columns), 1)
    y = sheet.height if blocks else nothing_yet(sheet, sheet.height)
    for heading, rows in blocks:
        sheet.text(8, y + 16, fit(heading, WIDTH - 16), weight="bold")
        y += 24
        for place, column in enumerate(columns):
            x = left + side * (place + 0.5)
            sheet.text(x, y + 10, column, size=SMALL, anchor="middle")
        y = _cells(sheet, rows, columns, y=y + 15, left=left, side=side) + 10
    for line in notes if blocks else ():
        sheet.text(8, y + 12, fit(line, WIDTH - 16, size=SMALL), size=SMALL)
        y += 17
    sheet.height = y + (6 if notes else 0)
    return sheet.render()


def _cells(
    sheet: Sheet,
    rows: Sequence[GridRow],
    columns: Sequence[str],
    *,
    y: float,
    left: float,
    side: float,
) -> float:
    top = max((value or 0 for row in rows for value in row.values), default=0)
    for row in rows:
        sheet.text(left - 8, y + 18, row.label, anchor="end")
        for place, column in enumerate(columns[: len(row.values)]):
            _cell(sheet, row, place, column, box=(left + side * place, y, side), top=top)
        y += 26
    return y


def _cell(
    sheet: Sheet,
    row: GridRow,
    place: int,
    column: str,
    *,
    box: tuple[float, float, float],
    top: int,
) -> None:
    value, (x, y, side) = row.values[place], box
    if value is None:
        return
    level = 0 if not value else min(4, 1 + (4 * value - 1) // max(top, 4))
    edge = INK if level else FAINT
    shape = sheet.box(x + 0.5, y + 0.5, side - 1, 25, fill=_LEVELS[level], edge=edge)
    went_on = place in row.went_on and not value
    note = f"{row.label} {column}: {'contact went on' if went_on else f'{value:,}'}"
    sheet.mark(shape, note=note, refs=row.refs[place] if row.refs else ())
    if place in row.framed:
        sheet.add(sheet.frame(x + 2, y + 2, side - 4, 22, light=level == 4))
    words = _short(value, room=side - 1) if value else "·" if went_on else ""
    ink = PAPER if level == 4 else INK
    sheet.text(x + side / 2, y + 17, words, size=SMALL, anchor="middle", fill=ink)


def lanes(
    name: str, *, title: str, description: str, strips: Sequence[Strip], axis: Axis, unit: str
) -> str:
    """For each lane a strip of episodes and, under it on its own scale, a strip of items."""
    sheet = new_sheet(name, title=title, description=description)
    if not strips:
        sheet.height = nothing_yet(sheet, sheet.height)
        return sheet.render()
    sheet.text(WIDTH - _RIGHT + 52, sheet.height + 12, "in all", size=SMALL, anchor="end")
    fullest = f"top {unit}" if text_width(f"top {unit}", SMALL) <= 60 else "top span"
    sheet.text(WIDTH - 8, sheet.height + 12, fullest, size=SMALL, anchor="end")
    y = letters(sheet, axis=axis, y=sheet.height, left=_LEFT, right=WIDTH - _RIGHT)
    top = y = max(y, sheet.height + 15)
    most = max(max(strip.episodes) for strip in strips) or 1
    flood = max(max(strip.items) for strip in strips) or 1
    for strip in strips:
        sheet.text(8, y + 14, fit(strip.label, 200), size=HEAD - 1, weight="bold")
        kinds = (("episodes", strip.episodes, most), ("items", strip.items, flood))
        for place, (kind, values, scale) in enumerate(kinds):
            _strip(sheet, strip, (kind, values, scale), y=y + 20 + place * 28, unit=unit)
        y += 84
    rules(sheet, axis=axis, top=top, bottom=y, left=_LEFT, right=WIDTH - _RIGHT)
    sheet.height = legend(sheet, axis=axis, y=y + 34, words=_lane_words(sheet, y + 34))
    return sheet.render()


def _strip(
    sheet: Sheet, strip: Strip, values: tuple[str, tuple[int, ...], int], *, y: float, unit: str
) -> None:
    kind, counts, scale = values
    width = (WIDTH - _LEFT - _RIGHT) / len(counts)
    gap = 1.0 if width > 4 else 0.0
    sheet.text(_LEFT - 8, y + 21, kind, size=SMALL, anchor="end")
    for place, value in enumerate(counts):
        if value:
            high = max(22 * value / scale, 3.0)
            x = _LEFT + place * width
            fill = ACCENT if kind == "episodes" else sheet.stripes
            bar = (x, y + 22 - high, max(width - gap, 0.6), high)
            shape = sheet.box(*bar, fill=fill, edge=kind == "items" and gap > 0)
            note = f"{strip.label}, {unit} {place + 1} of {len(counts)}: {value:,} {kind}"
            sheet.mark(shape, note=note, refs=strip.refs[place])
    sheet.line(_LEFT, y + 22, WIDTH - _RIGHT, y + 22)
    total = f"{sum(counts):,}"
    sheet.text(WIDTH - _RIGHT + 52, y + 21, total, anchor="end", weight="bold")
    sheet.text(WIDTH - _RIGHT + 112, y + 21, f"{max(counts):,}", anchor="end")


def dots(
    name: str,
    *,
    title: str,
    description: str,
    rows: Sequence[str],
    points: tuple[Sequence[Dot], str],
    axis: Axis,
) -> str:
    """Raw dots over time, one row a lane; no line is drawn through them.

    ``points`` are the dots and the words for what one of them stands for.
    """
    sheet = new_sheet(name, title=title, description=description)
    held, stands_for = points
    if not held:
        sheet.height = nothing_yet(sheet, sheet.height)
        return sheet.render()
    left, right = 150.0, WIDTH - 16.0
    y = letters(sheet, axis=axis, y=sheet.height, left=left, right=right)
    rules(sheet, axis=axis, top=y, bottom=y + 44 * len(rows), left=left, right=right)
    for row, label in enumerate(rows):
        base = y + 44 * row + 37
        sheet.text(8, base, fit(label, left - 20))
        sheet.line(left, base + 5, right, base + 5)
        _swarm(sheet, [p for p in held if p.row == row], base=base, room=(left, right))
    bottom = y + 44 * len(rows) + 34
    sheet.height = legend(sheet, axis=axis, y=bottom, words=_dot_words(sheet, bottom, stands_for))
    return sheet.render()


def _swarm(sheet: Sheet, points: Sequence[Dot], *, base: float, room: tuple[float, float]) -> None:
    """The dots of one row; one that would touch another stands above it, so that none is hidden."""
    left, right = room
    ends: list[float] = []
    placed = []
    for point in sorted(points, key=lambda one: (one.at, one.stack)):
        x = left + 4 + (right - left - 8) * point.at
        level = next((n for n, end in enumerate(ends) if x >= end), len(ends))
        ends[level : level + 1] = [x + _DOT]
        placed.append((x, level, point))
    step = min(_DOT, 30 / max(len(ends) - 1, 1))
    for x, level, point in placed:
        shape = sheet.dot(x, base - step * level, square=point.square)
        sheet.mark(shape, note=point.note, refs=point.refs)


def _short(value: int, *, room: float) -> str:
    """The number, or thousands with a plus where the cell is too narrow for it."""
    text = f"{value:,}"
    if text_width(text, SMALL) <= room:
        return text
    for size, mark in ((1_000, "k"), (1_000_000, "m")):
        if text_width(f"{value // size}{mark}+", SMALL) <= room:
            return f"{value // size}{mark}+"
    return "…"


def _lane_words(sheet: Sheet, y: float) -> float:
    sheet.add(sheet.box(8, y, 12, 10, fill=ACCENT))
    sheet.text(26, y + 10, "episodes", size=SMALL)
    sheet.add(sheet.box(110, y, 12, 10, fill=sheet.stripes, edge=True))
    sheet.text(128, y + 10, "items", size=SMALL)
    sheet.text(190, y + 10, "Each has its own scale, the same for all lanes.", size=SMALL)
    return y + 18


def _dot_words(sheet: Sheet, y: float, stands_for: str) -> float:
    sheet.add(sheet.dot(13, y + 6))
    sheet.text(24, y + 10, "from an import", size=SMALL)
    sheet.add(sheet.dot(151, y + 6, square=True))
    sheet.text(162, y + 10, "holds a typed entry", size=SMALL)
    sheet.text(330, y + 10, f"One mark: {stands_for}.", size=SMALL)
    return y + 18
