"""The bigger picture: each view as a chart with its sentence, its caution and its table."""

from __future__ import annotations

import re

from tallymark import picture
from tallymark.pack.contents import Contents
from tallymark.pack.sections._section import Part, Run, Section, cite

MOST_ROWS = 40
_MOST_REFS = 4
_FAMILY = re.compile(r"font-family=\"[^\"]*\"")


def _cell(text: str, refs: tuple[str, ...], *, contents: Contents) -> list[object]:
    """The text, a link to the first record behind it, and the typed entries when they are few."""
    numbers = sorted({contents.numbers[r] for r in refs if r in contents.numbers})
    shown: Run = [text, numbers[0]] if numbers and text else text
    few = len(numbers) <= _MOST_REFS and not text.startswith("#")
    return [shown, cite(numbers) if few and text.isdigit() else []]


def _view(name: str, contents: Contents) -> tuple[dict[str, object], bytes]:
    view = picture.build(name, contents.casefile)
    rows = view.table.rows
    data = {
        "title": view.title,
        "sentence": view.sentence,
        "caution": view.caution,
        "chart": f"/charts/{name}.svg" if view.svg else "",
        "columns": list(view.table.columns),
        "rows": [
            [_cell(c.text, c.refs, contents=contents) for c in row] for row in rows[:MOST_ROWS]
        ],
        "more": max(0, len(rows) - MOST_ROWS),
    }
    return data, _FAMILY.sub('font-family="Noto Sans"', view.svg).encode()


def _content(contents: Contents) -> tuple[Part, ...]:
    views: list[dict[str, object]] = []
    files: dict[str, bytes] = {}
    for name in picture.names():
        data, svg = _view(name, contents)
        views.append(data)
        if svg:
            files[f"charts/{name}.svg"] = svg
    return (Part(data={"views": views}, files=files),)


SECTION = Section(order=40, title="The bigger picture", content=_content, new_page=True)
