"""The bigger picture: each view as a sentence, a table of numbers and a still chart."""

from __future__ import annotations

from starlette.responses import Response

from tallymark import picture
from tallymark.web.evidence import PIXEL_POLICY
from tallymark.web.guard import evidence_policy
from tallymark.web.visit import NotHere, Page, Visit

ROWS = 400
_FIRST = ("timeline", "lanes", "rhythm", "anchors", "contacts_after", "breaches", "gaps", "people")


def choose(visit: Visit) -> Response:
    """Which view; each with its one sentence."""
    casefile = visit.diary.casefile()
    views = [(n, picture.build(name, casefile)) for n, name in enumerate(_names(), 1)]
    return visit.template(
        "pages/picture/choose.html",
        views=[(n, view) for n, view in views if view.table.rows],
        empty=[view for _, view in views if not view.table.rows],
    )


def _names() -> tuple[str, ...]:
    """All views, the most asked for first; one that is new comes last."""
    known = [name for name in _FIRST if name in picture.names()]
    return (*known, *(name for name in picture.names() if name not in known))


def _view(visit: Visit) -> tuple[int, picture.View]:
    names, text = _names(), visit.params["number"]
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= len(names)):
        raise NotHere
    return int(text), picture.build(names[int(text) - 1], visit.diary.casefile())


def show(visit: Visit) -> Response:
    """The sentence, the table, the chart."""
    number, view = _view(visit)
    known = {stored.record.id for stored in visit.diary.vault.records()}
    return visit.show(
        number=number,
        view=view,
        known=known,
        rows=view.table.rows[:ROWS],
        left_out=max(0, len(view.table.rows) - ROWS),
    )


def behind(visit: Visit) -> Response:
    """The entries and files that a number counts."""
    number, view = _view(visit)
    row, _, column = visit.params["cell"].partition("-")
    if not (row.isdecimal() and column.isdecimal() and row.isascii() and column.isascii()):
        raise NotHere
    try:
        cell = view.table.rows[int(row)][int(column)]
    except IndexError:
        raise NotHere from None
    wanted = set(cell.refs)
    found = [stored for stored in visit.diary.vault.records() if stored.record.id in wanted]
    return visit.template(
        "pages/picture/behind.html", number=number, view=view, cell=cell, found=found
    )


def chart(visit: Visit) -> Response:
    """The chart as a still picture: in an ``<img>`` nothing in it can run or be followed."""
    if visit.wanted_as not in {"image", ""}:
        raise NotHere
    _, view = _view(visit)
    return Response(view.svg, media_type="image/svg+xml", headers=evidence_policy(_CHART_POLICY))


_CHART_POLICY = PIXEL_POLICY + "; style-src 'unsafe-inline'"

PAGES = (
    Page("/view", show=choose),
    Page("/view/{number}", show=show),
    Page("/view/{number}/{cell}", show=behind),
    Page("/g/{number}", show=chart),
)
