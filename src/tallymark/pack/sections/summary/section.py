"""The page a detective reads first: one A4 page, at most 450 words and one grid.

Order, rules and what is never left out: the rows are written in ``rows``; this module makes them
fit and lays out the grid.
"""

from __future__ import annotations

from collections.abc import Sequence

from tallymark.pack import say
from tallymark.pack.contents import Contents
from tallymark.pack.sections._section import Part, Run, Section, plain_runs
from tallymark.pack.sections.summary.line import Page, Row, short
from tallymark.pack.sections.summary.rows import rows

MOST_WORDS = 450
MOST_CHARACTERS = 4_000
MOST_CHANNELS = 6
_GRID_GROUP = 3
_STEPS = (
    (1.0, 99),
    (1.0, 5),
    (0.92, 5),
    (0.85, 5),
    (0.78, 5),
    (0.7, 5),
    (0.7, 4),
    (0.5, 4),
    (0.5, 3),
    (0.35, 2),
    (0.35, 1),
    (0.2, 1),
)
"""How much of each text is kept, and from which ``drop`` on rows are left out, step by step."""
FOOT = "These are counts of what was recorded. No risk level is given: none is implied."


def _grid(page: Page) -> dict[str, object] | None:
    """Channels by month; beyond six channels the rest are one row."""
    grid = page.summary.grid
    if grid is None:
        return None
    found = list(grid.rows[:MOST_CHANNELS])
    rest = grid.rows[MOST_CHANNELS:]
    lines = [
        _line(page, r.label, [(c.value, c.refs) for c in r.cells], r.episodes, r.items)
        for r in found
    ]
    if rest:
        cells = [
            (sum(r.cells[i].value for r in rest), tuple(x for r in rest for x in r.cells[i].refs))
            for i in range(len(grid.columns))
        ]
        many = sum(r.episodes.value for r in rest)
        items = sum(r.items.value for r in rest)
        lines.append(
            [
                f"{len(rest)} other channels",
                *(_count(page, v, refs) for v, refs in cells),
                f"{many:,}",
                f"{items:,}",
            ]
        )
    total = grid.total
    lines.append(
        _line(page, "all", [(c.value, c.refs) for c in total.cells], total.episodes, total.items)
    )
    phases = [column.phase for column in grid.columns]
    cuts = [i for i in range(1, len(phases)) if phases[i] != phases[i - 1]]
    return {
        "columns": [[c.label, c.days] for c in grid.columns],
        "cuts": cuts,
        "names": [_cut_name(page, phases[i - 1], phases[i]) for i in cuts],
        "rows": lines,
    }


def _cut_name(page: Page, before: int, after: int) -> str:
    """What the line in the grid stands for; two things when both fell into one column's edge."""
    crossed = page.summary.phases[before + 1 : after + 1]
    return " and ".join(short(phase.label.removeprefix("after ")) for phase in crossed)


def _line(page: Page, label: str, cells: Sequence[object], *ends: object) -> list[Run]:
    counted = [_count(page, *cell) for cell in cells]  # type: ignore[misc]
    return [label, *counted, *(page.figure(e.value, e.refs) for e in ends)]  # type: ignore[attr-defined]


def _count(page: Page, value: int, refs: Sequence[str]) -> Run:
    return page.figure(value, refs) if value else "."


def _words(found: Sequence[Row]) -> int:
    return sum(_count_words(f"{r.label} {plain_runs(r.runs)}") for r in found)


def _count_words(text: str) -> int:
    """Pieces between spaces that hold a letter or a figure: a dot between two pieces is no word."""
    return sum(any(map(str.isalnum, piece)) for piece in text.split())


def _fits(found: Sequence[Row], *, head: str, grid: str) -> bool:
    fixed = len(f"START HERE. {head}") + len(grid) + len(FOOT) + 8
    words = _words(found) + _count_words(f"START HERE. {head} {FOOT}")
    characters = fixed + sum(len(_plain_row(row)) + 1 for row in found)
    return words <= MOST_WORDS and characters <= MOST_CHARACTERS


def _fitting(contents: Contents, *, head: str, grid: str) -> list[Row]:
    """Rows within both limits: step by step, words are cut and rows that may go are left out."""
    found: list[Row] = []
    for scale, least in _STEPS:
        page = Page(contents, scale=scale)
        found = [row for row in rows(page) if row.drop < least]
        if _fits(found, head=head, grid=grid):
            break
    return found


def _plain_row(row: Row) -> str:
    label = row.label.replace("\n", " ")
    return f"{label}: {plain_runs(row.runs)}" if label else f"  {plain_runs(row.runs)}"


def _plain_grid(grid: dict[str, object] | None) -> str:
    """The grid with its columns lined up by spaces."""
    if grid is None:
        return ""
    columns: list[list[str]] = grid["columns"]  # type: ignore[assignment]
    body: list[list[Run]] = grid["rows"]  # type: ignore[assignment]
    head = ["episodes", *(f"{a} {b}".strip() for a, b in columns), "all", "items"]
    table = [head, *([plain_runs([cell]) for cell in line] for line in body)]
    widths = [max(len(line[i]) for line in table) for i in range(len(head))]
    return "\n".join(
        " ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in table
    )


def _head(contents: Contents) -> str:
    made = contents.local(contents.made)
    return (
        f"Pack {contents.sequence} of {made.day} {say.MONTHS[made.month - 1]} {made.year}, "
        f"{say.clock(made)} {made.tzname()}, for {contents.purpose}"
    )


def _composed(contents: Contents) -> tuple[list[Row], dict[str, object] | None]:
    grid = _grid(Page(contents))
    return _fitting(contents, head=_head(contents), grid=_plain_grid(grid)), grid


def plain(contents: Contents) -> str:
    """The page in plain characters: the same rows and the same grid."""
    found, grid = _composed(contents)
    lines = [f"START HERE. {_head(contents)}", ""]
    placed = False
    for row in found:
        if grid is not None and not placed and row.group > _GRID_GROUP:
            lines += [_plain_grid(grid)]
            placed = True
        lines.append(_plain_row(row))
    return "\n".join([*lines, "", FOOT, ""])


def _content(contents: Contents) -> tuple[Part, ...]:
    found, grid = _composed(contents)
    groups = sorted({row.group for row in found} | {_GRID_GROUP})
    data = {
        "head": _head(contents),
        "foot": FOOT,
        "grid": grid,
        "groups": [
            {
                "grid": group == _GRID_GROUP,
                "rows": [
                    {"label": row.label, "runs": list(row.runs)}
                    for row in found
                    if row.group == group
                ],
            }
            for group in groups
        ],
    }
    return (Part(data=data),)


SECTION = Section(order=10, title="Start here", content=_content)
