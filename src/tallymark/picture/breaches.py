"""Entries after each order was served, with the condition where the person recorded one."""

from __future__ import annotations

from tallymark.model.casefile import Casefile
from tallymark.model.record import Order, PoliceContact
from tallymark.picture import charts
from tallymark.picture._entries import Anchor, Entry, anchors
from tallymark.picture._links import current
from tallymark.picture._series import axis, direction_note, later_rows, points, when_text
from tallymark.picture._view import Cell, Table, View, ViewSpec, count_cell, day_text, plural
from tallymark.picture._words import lane_label, order_label
from tallymark.picture.episodes import Episodes, episodes


def _build(casefile: Casefile, *, gap_minutes: int = 60, limit: int = 200, offset: int = 0) -> View:
    found = episodes(casefile, gap_minutes=gap_minutes)
    orders = {r.id: r.body for r in current(casefile) if isinstance(r.body, Order)}
    served = [a for a in anchors(casefile, clock=found.contacts.clock) if a.kind == "order"]
    told = reported(casefile)
    named = [e for e in found.contacts.entries if e.body.order in orders]
    rows = [_named_row(entry, orders, told=told) for entry in named]
    total = len(rows)
    for mark in served:
        more, listed = _others(
            found, mark, orders, named={e.id for e in named}, limit=limit + offset
        )
        total += more
        rows += listed
    columns = ("Order", "When", "Channel", "Items", "Condition named", "Reported")
    return View(
        name="breaches",
        title=VIEW.title,
        sentence=_sentence(found, served, named) + direction_note(found),
        caution=VIEW.caution,
        table=Table(columns, tuple(rows[offset : offset + limit])),
        svg=_svg(found, served),
        data=_data(found, served, named, told) | {"total": total, "limit": limit, "offset": offset},
    )


def reported(casefile: Casefile) -> frozenset[str]:
    """Ids of the entries that the person recorded as reported to police or an agency."""
    found: set[str] = set()
    for record in current(casefile):
        if isinstance(record.body, PoliceContact):
            found.update(record.body.incidents)
        elif getattr(record.body, "reported", None):
            found.add(record.id)
    return frozenset(found)


def condition_text(order: Order, number: int | None) -> str:
    """A condition in the order's plain words; ``not recorded`` when none was named."""
    if number is None:
        return "not recorded"
    words = next((c.words for c in order.conditions if c.number == number), "")
    return f"{number}. {words}" if words else f"condition {number}"


def _named_row(entry: Entry, orders: dict[str, Order], *, told: frozenset[str]) -> tuple[Cell, ...]:
    order_id = entry.body.order or ""
    order = orders[order_id]
    return (
        Cell(_order_name(order), (order_id,)),
        Cell(day_text(entry.day), (entry.id,)),
        Cell(lane_label(entry.lane)),
        count_cell(1, (entry.id,)),
        Cell(condition_text(order, entry.body.condition), (order_id,)),
        Cell("reported" if entry.id in told else "not recorded as reported", (entry.id,)),
    )


def _order_name(order: Order) -> str:
    return ", ".join(part for part in (order_label(order.kind), order.court) if part)


def _others(
    found: Episodes, mark: Anchor, orders: dict[str, Order], *, named: set[str], limit: int
) -> tuple[int, list[tuple[Cell, ...]]]:
    """Episodes after service that no entry named above belongs to."""
    total, shown = later_rows(found, mark.cut, limit=limit, offset=0, without=named)
    clock = found.contacts.clock
    rows: list[tuple[Cell, ...]] = [
        (
            Cell(_order_name(orders[mark.id]), (mark.id,)),
            Cell(when_text(one, clock=clock), one.refs),
            Cell(one.lane),
            count_cell(one.items, one.refs),
            Cell("none named"),
            Cell(""),
        )
        for one, _ in shown
    ]
    return total, rows


def _sentence(found: Episodes, served: list[Anchor], named: list[Entry]) -> str:
    if not served and not named:
        return "No order with a date of service is recorded."
    parts = [f"{plural(found.count(a.cut), 'episode')} after {a.text()}" for a in served]
    parts.append(f"{plural(len(named), 'entry', 'entries')} linked to an order by the person")
    return "; ".join(parts) + "."


def _svg(found: Episodes, served: list[Anchor]) -> str:
    span = found.span()
    if span is not None and served:
        span = (min(served[0].day, span[1]), span[1])
    low = served[0].cut if served else None
    return charts.dots(
        "breaches",
        title="After an order was served",
        description="A dot for each episode after the first order was served, by channel and day.",
        rows=[lane.lane.label for lane in found.lanes],
        points=((), "") if low is None else points(found, low=low, since=span[0] if span else None),
        axis=axis(span, clock=found.contacts.clock, anchors=tuple(served)),
    )


def _data(
    found: Episodes, served: list[Anchor], named: list[Entry], told: frozenset[str]
) -> dict[str, object]:
    return {
        "gap_minutes": found.gap_minutes,
        "orders": [
            {
                "id": a.id,
                "served": a.day.isoformat(),
                "episodes": found.count(a.cut),
                "items": found.items(a.cut),
            }
            for a in served
        ],
        "named": [
            {"id": e.id, "order": e.body.order, "condition": e.body.condition} for e in named
        ],
        "reported": [e.id for e in named if e.id in told],
        "not_reported": [e.id for e in named if e.id not in told],
    }


VIEW = ViewSpec(
    title="After an order was served",
    caution="Everything recorded after an order was served, whether or not it touches the order. "
    "Whether an order was broken is for police and the court to decide.",
    build=_build,
)
