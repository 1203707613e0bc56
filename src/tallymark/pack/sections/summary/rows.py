"""The rows of the first page in reading order. Each writer counts nothing: it words a summary.

Danger, who, last, how it developed, who did it, orders, fear, police, open ends, second source,
other side, date, proof limits. No row judges.
"""

from __future__ import annotations

from collections.abc import Callable

from tallymark.pack.sections.summary import course, limits, response, who
from tallymark.pack.sections.summary.line import Page, Row


def rows(page: Page) -> tuple[Row, ...]:
    """Every row that the data allow, in reading order."""
    return tuple(row for write in _WRITERS for row in write(page) if row.runs)


_WRITERS: tuple[Callable[[Page], list[Row]], ...] = (
    who.contact_rows,
    who.reporting_rows,
    who.other_rows,
    who.latest_rows,
    course.how_rows,
    course.phases_rows,
    course.identity_rows,
    course.danger_rows,
    response.orders_rows,
    response.effect_rows,
    response.police_rows,
    limits.held_rows,
    limits.second_rows,
    limits.other_side_rows,
    limits.date_rows,
    limits.seal_rows,
)
