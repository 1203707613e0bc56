"""The tally strip: one mark for each entry, in fives, with the same said in words."""

from __future__ import annotations

from markupsafe import Markup

SHOWN = 200
"""The newest marks that are drawn; the words always give the full number."""

_STEP, _GAP, _TALL, _ROW, _PER_ROW = 12, 18, 40, 56, 10


def said(count: int) -> str:
    """The number in words for people who do not see the strip."""
    if count == 0:
        return "No entries yet."
    return f"{count} {'entry' if count == 1 else 'entries'}, one mark for each."


def strip(count: int) -> Markup:
    """An SVG picture of ``count`` marks in groups of five, the fifth across the four before it."""
    marks = min(count, SHOWN)
    groups = -(-marks // 5)
    wide = min(groups, _PER_ROW) * (4 * _STEP + _GAP) + _STEP
    tall = max(1, -(-groups // _PER_ROW)) * _ROW
    lines = [_mark(number) for number in range(marks)]
    return Markup(  # noqa: S704 -- numbers and fixed words only
        f'<svg class="tally" role="img" aria-label="{said(count)}" viewBox="0 0 {wide} {tall}" '
        f'width="{wide}" height="{tall}" xmlns="http://www.w3.org/2000/svg">{"".join(lines)}</svg>'
    )


def _mark(number: int) -> str:
    group, place = divmod(number, 5)
    row, column = divmod(group, _PER_ROW)
    left = _STEP + column * (4 * _STEP + _GAP)
    top = 8 + row * _ROW
    lean = (number * 7) % 5 - 2
    if place == 4:
        return f'<path d="M{left - 7} {top + _TALL - 8}L{left + 3 * _STEP + 7} {top + 6}"/>'
    across = left + place * _STEP
    return f'<path d="M{across + lean / 2} {top}L{across - lean / 2} {top + _TALL}"/>'
