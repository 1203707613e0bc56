"""Four charts in plain SVG: bars, lanes, dots and a grid of numbers.

Every chart is 700 units wide, has a title and a description, needs no colour, script or font file,
and has its table of numbers beside it. A mark that stands for entries is a link to the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tallymark.picture._svg import (
    ACCENT,
    BODY,
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
class Axis:
    """Time along the bottom: ticks as (place from 0 to 1, words), anchors likewise.

    A tick's words may have a second line, for the year.
    """

    ticks: tuple[tuple[float, str], ...] = ()
    anchors: tuple[tuple[float, str], ...] = ()


def bars(name: str, *, title: str, description: str, rows: Sequence[Bar]) -> str:
    """Horizontal bars from zero, with the words before and the number behind each."""
    sheet = _sheet(name, title=title, description=description)
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
    sheet.height = _none(sheet, y) if not rows else y + 8
    return sheet.render()


def grid(
    name: str,
    *,
    title: str,
    description: str,
    columns: Sequence[str],
    blocks: Sequence[tuple[str, Sequence[tuple[str, Sequence[int]]]]],
) -> str:
    """Numbers in grids under each other; the more, the darker, each grid on its own scale.

    The number itself stands in every cell. A block is its heading and its rows.
    """
    sheet = _sheet(name, title=title, description=description)
    left, side = 44.0, (WIDTH - 52.0) / max(len(columns), 1)
    y = sheet.height if blocks else _none(sheet, sheet.height)
    for heading, rows in blocks:
        sheet.text(8, y + 16, fit(heading, WIDTH - 16), weight="bold")
        y += 24
        for place, column in enumerate(columns):
            x = left + side * (place + 0.5)
            sheet.text(x, y + 10, column, size=SMALL, anchor="middle")
        y = _cells(sheet, rows, columns, y=y + 15, left=left, side=side) + 10
    sheet.height = y
    return sheet.render()


def _cells(
    sheet: Sheet,
    rows: Sequence[tuple[str, Sequence[int]]],
    columns: Sequence[str],
    *,
    y: float,
    left: float,
    side: float,
) -> float:
    top = max((value for _, values in rows for value in values), default=0)
    for label, values in rows:
        sheet.text(left - 8, y + 18, label, anchor="end")
        for place, value in enumerate(values):
            level = 0 if not value else min(4, 1 + (4 * value - 1) // max(top, 4))
            x = left + side * place
            shape = sheet.box(x + 0.5, y + 0.5, side - 1, 25, fill=_LEVELS[level], edge=level > 0)
            sheet.mark(shape, note=f"{label} {columns[place]}: {value:,}")
            if value:
                words, ink = _short(value, room=side - 1), PAPER if level == 4 else INK
                sheet.text(x + side / 2, y + 17, words, size=SMALL, anchor="middle", fill=ink)
        y += 26
    return y


def lanes(
    name: str, *, title: str, description: str, strips: Sequence[Strip], axis: Axis, unit: str
) -> str:
    """For each lane a strip of episodes and, under it on its own scale, a strip of items."""
    sheet = _sheet(name, title=title, description=description)
    if not strips:
        sheet.height = _none(sheet, sheet.height)
        return sheet.render()
    sheet.text(WIDTH - _RIGHT + 52, sheet.height + 12, "in all", size=SMALL, anchor="end")
    fullest = f"top {unit}" if text_width(f"top {unit}", SMALL) <= 60 else "top span"
    sheet.text(WIDTH - 8, sheet.height + 12, fullest, size=SMALL, anchor="end")
    y = _letters(sheet, axis=axis, y=sheet.height, left=_LEFT, right=WIDTH - _RIGHT)
    top = y = max(y, sheet.height + 15)
    most = max(max(strip.episodes) for strip in strips) or 1
    flood = max(max(strip.items) for strip in strips) or 1
    for strip in strips:
        sheet.text(8, y + 14, fit(strip.label, 200), size=HEAD - 1, weight="bold")
        kinds = (("episodes", strip.episodes, most), ("items", strip.items, flood))
        for place, (kind, values, scale) in enumerate(kinds):
            _strip(sheet, strip, (kind, values, scale), y=y + 20 + place * 28, unit=unit)
        y += 84
    _rules(sheet, axis=axis, top=top, bottom=y, left=_LEFT, right=WIDTH - _RIGHT)
    sheet.height = _legend(sheet, axis=axis, y=y + 34, words=_lane_words(sheet, y + 34))
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
    sheet = _sheet(name, title=title, description=description)
    held, stands_for = points
    if not held:
        sheet.height = _none(sheet, sheet.height)
        return sheet.render()
    left, right = 150.0, WIDTH - 16.0
    y = _letters(sheet, axis=axis, y=sheet.height, left=left, right=right)
    deepest = [max((p.stack for p in held if p.row == row), default=0) for row in range(len(rows))]
    _rules(sheet, axis=axis, top=y, bottom=y + 44 * len(rows), left=left, right=right)
    for row, label in enumerate(rows):
        base = y + 44 * row + 37
        sheet.text(8, base, fit(label, left - 20))
        sheet.line(left, base + 5, right, base + 5)
        step = min(6.5, 30 / max(deepest[row], 1))
        for point in (p for p in held if p.row == row):
            x = left + 4 + (right - left - 8) * point.at
            shape = sheet.dot(x, base - step * point.stack, square=point.square)
            sheet.mark(shape, note=point.note, refs=point.refs)
    bottom = y + 44 * len(rows) + 34
    sheet.height = _legend(sheet, axis=axis, y=bottom, words=_dot_words(sheet, bottom, stands_for))
    return sheet.render()


def _sheet(name: str, *, title: str, description: str) -> Sheet:
    sheet = Sheet(name, title, description)
    sheet.text(8, 22, fit(title, WIDTH - 16, size=HEAD), size=HEAD, weight="bold")
    sheet.height = 34
    return sheet


def _none(sheet: Sheet, y: float) -> float:
    sheet.text(8, y + 18, "Nothing recorded here yet.")
    return y + 32


def _short(value: int, *, room: float) -> str:
    """The number, or thousands with a plus where the cell is too narrow for it."""
    text = f"{value:,}"
    if text_width(text, SMALL) <= room:
        return text
    for size, mark in ((1_000, "k"), (1_000_000, "m")):
        if text_width(f"{value // size}{mark}+", SMALL) <= room:
            return f"{value // size}{mark}+"
    return "…"


def _letters(sheet: Sheet, *, axis: Axis, y: float, left: float, right: float) -> float:
    """Anchors' letters over the plot, each on the first line where it does not touch another."""
    if not axis.anchors:
        return y
    ends: list[float] = []
    for place, (at, _) in enumerate(axis.anchors):
        x, wide = left + (right - left) * at, text_width(letter(place), BODY) + 4
        level = next((n for n, end in enumerate(ends) if x - wide / 2 > end), len(ends))
        ends[level : level + 1] = [x + wide / 2]
        sheet.text(x, y + 12 + 15 * level, letter(place), anchor="middle", weight="bold")
    return y + 15 * len(ends) + 4


def letter(place: int) -> str:
    """A, B … Z, then AA, AB and so on."""
    return chr(65 + place) if place < 26 else letter(place // 26 - 1) + chr(65 + place % 26)


def _rules(
    sheet: Sheet, *, axis: Axis, top: float, bottom: float, left: float, right: float
) -> None:
    """Anchors as broken lines and dates under the plot; a date that would touch one is left out."""
    for at, _ in axis.anchors:
        x = left + (right - left) * at
        sheet.line(x, top, x, bottom, dash="4 3")
    free = -1.0
    for at, words in axis.ticks:
        x = left + (right - left) * at
        parts = words.split("\n")
        wide = max(text_width(part, SMALL) for part in parts)
        if x > free and x + wide < WIDTH - 4:
            sheet.line(x, bottom, x, bottom + 5)
            for line, part in enumerate(parts):
                sheet.text(x, bottom + 15 + 13 * line, part, size=SMALL)
            free = x + wide + 4


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


def _legend(sheet: Sheet, *, axis: Axis, y: float, words: float) -> float:
    """What the letters stand for, one line each."""
    y = max(y, words)
    for place, (_, text) in enumerate(axis.anchors):
        sheet.text(8, y + 12, letter(place), weight="bold")
        sheet.text(34, y + 12, fit(text[:1].upper() + text[1:], WIDTH - 50))
        y += 18
    return y + 8
