"""The bigger picture: each view as a sentence, a table of numbers and a still chart."""

from __future__ import annotations

from starlette.responses import Response

from tallymark import picture
from tallymark.web.evidence import PIXEL_POLICY
from tallymark.web.guard import evidence_policy
from tallymark.web.visit import NotHere, Page, Visit

ROWS = 400


def choose(visit: Visit) -> Response:
    """Which view; each with its one sentence."""
    casefile = visit.diary.casefile()
    views = [picture.build(name, casefile) for name in picture.names()]
    return visit.template("pages/picture/choose.html", views=list(enumerate(views, 1)))


def _view(visit: Visit) -> tuple[int, picture.View]:
    names, text = picture.names(), visit.params["number"]
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


def chart(visit: Visit) -> Response:
    """The chart as a still picture: in an ``<img>`` nothing in it can run or be followed."""
    _, view = _view(visit)
    return Response(view.svg, media_type="image/svg+xml", headers=evidence_policy(_CHART_POLICY))


_CHART_POLICY = PIXEL_POLICY + "; style-src 'unsafe-inline'"

PAGES = (
    Page("/view", show=choose),
    Page("/view/{number}", show=show),
    Page("/g/{number}", show=chart),
)
