"""The bigger picture: each view as a chart with its sentence, its caution and its table."""

from __future__ import annotations

import re

from tallymark import picture
from tallymark.pack.contents import Contents
from tallymark.pack.sections._section import Part, Run, Section, cite

MOST_ROWS = 40
_MOST_REFS = 4
_FIGURE = 12
_FOR_THE_PERSON = frozenset({"completeness", "overlap"})
"""Views that help the person to write and to decide; they say nothing about what happened."""
_FIRST = (
    "lanes", "timeline", "calendar", "rhythm", "anchors", "knowledge", "contacts_after", "breaches",
    "people", "spread", "proxies", "impact", "phrases", "sources", "gaps",
)  # fmt: skip
"""In which order they are read; a view that is not named here comes last."""
_DRAWN_ONLY = frozenset({"timeline", "calendar"})
"""Views whose rows stand elsewhere in the pack."""
_FAMILY = re.compile(r"font-family=\"[^\"]*\"")


def _cell(text: str, refs: tuple[str, ...], *, contents: Contents) -> list[object]:
    """The text, as a link to the first record behind it when it is a figure, and its few entries."""
    numbers = sorted({contents.numbers[r] for r in refs if r in contents.numbers})
    is_figure = len(text) <= _FIGURE and text[:1] in "#0123456789"
    shown: Run = [text, numbers[0]] if numbers and text and is_figure else text
    few = len(numbers) <= _MOST_REFS and text.isdigit()
    return [shown, cite(numbers) if few else []]


def _names() -> tuple[str, ...]:
    known = [name for name in _FIRST if name in picture.names()]
    return (*known, *(name for name in picture.names() if name not in known))


def _view(view: picture.View, contents: Contents) -> tuple[dict[str, object], bytes]:
    name = view.name
    rows = () if name in _DRAWN_ONLY else view.table.rows
    elsewhere = "" if rows else "Typed entries: Chronology. Messages: data/events.csv."
    data: dict[str, object] = {
        "title": view.title,
        "sentence": view.sentence,
        "caution": view.caution,
        "chart": f"/charts/{name}.svg" if view.svg else "",
        "columns": list(view.table.columns),
        "rows": [
            [_cell(c.text, c.refs, contents=contents) for c in row] for row in rows[:MOST_ROWS]
        ],
        "cut": f"The first {MOST_ROWS} of {len(rows):,} rows."
        if len(rows) > MOST_ROWS
        else elsewhere,
    }
    return data, _FAMILY.sub('font-family="Noto Sans"', view.svg).encode()


def _content(contents: Contents) -> tuple[Part, ...]:
    views: list[dict[str, object]] = []
    files: dict[str, bytes] = {}
    for name in _names():
        if name in _FOR_THE_PERSON:
            continue
        view = picture.build(name, contents.casefile)
        if not view.table.rows:
            continue  # a page that says that nothing is recorded tells nobody anything
        data, svg = _view(view, contents)
        views.append(data)
        if svg:
            files[f"charts/{name}.svg"] = svg
    return (Part(data={"views": views}, files=files),)


SECTION = Section(order=40, title="The bigger picture", content=_content, new_page=True)
