"""The sheet that charts are drawn on: boxes, lines, dots and words, written as plain SVG.

Words are measured with widths that no common sans font exceeds, so that what fits here fits on
paper. Numbers are written with at most one decimal: the same chart gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

WIDTH = 700
INK, PAPER, ACCENT, FAINT = "#1d1a16", "#fbf8f2", "#23505c", "#8d877c"
FONT = "Noto Sans, Segoe UI, Helvetica, Arial, sans-serif"
SMALL, BODY, HEAD = 11.0, 12.0, 14.0
_NARROW, _WIDE = frozenset("iljtfrI.,:;'|!()[]-/ ·"), frozenset("mwMWQO@%—…")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text_width(text: str, size: float) -> float:
    """An upper estimate of the width of a line in units, for any common sans font."""
    return size * sum(_advance(letter) for letter in _NOT_XML.sub("\ufffd", text))


def _advance(letter: str) -> float:
    if ord(letter) > 0x2E7F:  # from here on letters fill a square
        return 1.1
    if letter in _NARROW:
        return 0.42
    if letter in _WIDE:
        return 1.0
    return 0.78 if letter.isupper() else 0.64


def fit(text: str, width: float, *, size: float = BODY) -> str:
    """The line cut with an ellipsis so that it is no wider than ``width``."""
    line = " ".join(text.split())
    if text_width(line, size) <= width:
        return line
    while line and text_width(line + "…", size) > width:
        line = line[:-1]
    return line.rstrip() + "…"


def safe(text: str) -> str:
    """Text for XML: marks escaped, characters that XML cannot hold shown as U+FFFD."""
    return escape(_NOT_XML.sub("\ufffd", text), quote=True)


def units(value: float) -> str:
    """A length with at most one decimal and no trailing zero."""
    text = f"{value:.1f}"
    return text.removesuffix(".0") if text != "-0.0" else "0"


@dataclass(slots=True)
class Sheet:
    """A chart being drawn. ``name`` keeps its ids apart from those of other charts on a page."""

    name: str
    title: str
    description: str
    height: float = 0
    _parts: list[str] = field(default_factory=list)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = BODY,
        anchor: str = "start",
        weight: str = "",
        fill: str = INK,
    ) -> None:
        """One line of words with its baseline at ``y``; ``anchor`` is start, middle or end."""
        if not words:
            return
        style = f' text-anchor="{anchor}"' if anchor != "start" else ""
        style += f' font-weight="{weight}"' if weight else ""
        style += f' fill="{fill}"' if fill != INK else ""
        where = f'x="{units(x)}" y="{units(y)}" font-size="{units(size)}"'
        self._parts.append(f"<text {where}{style}>{safe(words)}</text>")

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str,
        edge: bool | str = False,
    ) -> str:
        """A rectangle as markup, for ``mark`` or ``add``; ``edge`` is a line around it, or its ink."""
        ink = edge if isinstance(edge, str) else INK
        line = f' stroke="{ink}" stroke-width="{0.8 if ink == INK else 0.3}"' if edge else ""
        size = f'width="{units(width)}" height="{units(height)}"'
        return f'<rect x="{units(x)}" y="{units(y)}" {size} fill="{fill}"{line}/>'

    def frame(self, x: float, y: float, width: float, height: float, *, light: bool) -> str:
        """A bare edge as markup, in paper colour where it stands on a dark fill."""
        size = f'width="{units(width)}" height="{units(height)}"'
        look = f'fill="none" stroke="{PAPER if light else INK}" stroke-width="1.6"'
        return f'<rect x="{units(x)}" y="{units(y)}" {size} {look}/>'

    def dot(self, x: float, y: float, *, square: bool = False, radius: float = 3) -> str:
        """A dot as markup: round and filled, or square and open."""
        if square:
            side = radius * 2
            shape = f'x="{units(x - radius)}" y="{units(y - radius)}" width="{units(side)}"'
            look = f'fill="{PAPER}" stroke="{INK}" stroke-width="1.6"'
            return f'<rect {shape} height="{units(side)}" {look}/>'
        look = f'fill="{ACCENT}" stroke="{PAPER}" stroke-width="0.6"'
        return f'<circle cx="{units(x)}" cy="{units(y)}" r="{units(radius)}" {look}/>'

    def line(self, x1: float, y1: float, x2: float, y2: float, *, dash: str = "") -> None:
        """A thin line; with ``dash`` a broken one in full ink."""
        look = f'stroke="{INK}" stroke-dasharray="{dash}"' if dash else f'stroke="{FAINT}"'
        ends = f'x1="{units(x1)}" y1="{units(y1)}" x2="{units(x2)}" y2="{units(y2)}"'
        self._parts.append(f'<line {ends} {look} stroke-width="1"/>')

    def mark(self, shape: str, *, note: str, refs: Sequence[str] = ()) -> None:
        """A shape with its words; a link to the first entry behind it when there is one."""
        body = f"<g><title>{safe(note)}</title>{shape}</g>"
        if refs:
            body = f'<a href="#entry-{safe(refs[0])}">{body}</a>'
        self._parts.append(body)

    def add(self, markup: str) -> None:
        """A shape that needs no words of its own."""
        self._parts.append(markup)

    @property
    def stripes(self) -> str:
        """The fill for items: striped, so that it differs from episodes without colour."""
        return f"url(#{self.name}-stripes)"

    def render(self) -> str:
        """The whole document."""
        name, high = safe(self.name), units(self.height)
        stripes = (
            f'<pattern id="{name}-stripes" width="4" height="4" patternUnits="userSpaceOnUse">'
            f'<rect width="4" height="4" fill="{PAPER}"/>'
            f'<path d="M0 4L4 0M-1 1L1 -1M3 5L5 3" stroke="{INK}" stroke-width="1.1"/></pattern>'
        )
        return "\n".join(
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{high}"',
                f' viewBox="0 0 {WIDTH} {high}" role="img"',
                f' aria-labelledby="{name}-title {name}-desc" font-family="{FONT}" fill="{INK}">',
                f'<title id="{name}-title">{safe(self.title)}</title>',
                f'<desc id="{name}-desc">{safe(self.description)}</desc>',
                f"<defs>{stripes}</defs>",
                f'<rect width="{WIDTH}" height="{high}" fill="{PAPER}"/>',
                *self._parts,
                "</svg>\n",
            )
        )
