"""What every chart stands on: its heading, time along an axis, and what the letters mean."""

from __future__ import annotations

from dataclasses import dataclass

from tallymark.picture._svg import BODY, HEAD, SMALL, WIDTH, Sheet, fit, text_width


@dataclass(frozen=True, slots=True)
class Axis:
    """Time along the bottom: ticks as (place from 0 to 1, words), anchors likewise.

    A tick's words may have a second line, for the year.
    """

    ticks: tuple[tuple[float, str], ...] = ()
    anchors: tuple[tuple[float, str], ...] = ()


def new_sheet(name: str, *, title: str, description: str) -> Sheet:
    """A sheet with its heading; ``height`` is where the chart goes on."""
    sheet = Sheet(name, title, description)
    sheet.text(8, 22, fit(title, WIDTH - 16, size=HEAD), size=HEAD, weight="bold")
    sheet.height = 34
    return sheet


def nothing_yet(sheet: Sheet, y: float) -> float:
    """The words of an empty chart; returns its height."""
    sheet.text(8, y + 18, "Nothing recorded here yet.")
    return y + 32


def letters(sheet: Sheet, *, axis: Axis, y: float, left: float, right: float) -> float:
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


def rules(
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


def legend(sheet: Sheet, *, axis: Axis, y: float, words: float) -> float:
    """What the letters stand for, one line each."""
    y = max(y, words)
    for place, (_, text) in enumerate(axis.anchors):
        sheet.text(8, y + 12, letter(place), weight="bold")
        sheet.text(34, y + 12, fit(text[:1].upper() + text[1:], WIDTH - 50))
        y += 18
    return y + 8
