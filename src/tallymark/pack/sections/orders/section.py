"""Each order: proof of service, its conditions, and the entries that name one of them."""

from __future__ import annotations

from collections.abc import Mapping

from tallymark.model.record import Incident, Order, PoliceContact, Record
from tallymark.pack import say
from tallymark.pack.contents import Contents
from tallymark.pack.sections._section import Part, Run, Section, cite
from tallymark.pack.telling import Names, order_kind
from tallymark.picture.breaches import reported


def _touching(order: Record, contents: Contents) -> list[tuple[int, Record, Incident]]:
    """Current entries that name this order, in order of happening."""
    found = [
        (contents.numbers[r.id], r, r.body)
        for r in contents.casefile.current()
        if isinstance(r.body, Incident) and r.body.order in _versions(order, contents)
    ]
    return sorted(found, key=lambda row: (row[2].happened.utc(), row[0]))


def _versions(record: Record, contents: Contents) -> set[str]:
    """The ids of this record and of all earlier versions of it."""
    by_id = {r.id: r for r in contents.casefile.records}
    found: set[str] = set()
    at: Record | None = record
    while at is not None and at.id not in found:
        found.add(at.id)
        at = by_id.get(at.supersedes or "")
    return found


def _order(record: Record, body: Order, contents: Contents) -> dict[str, object]:
    names = Names(contents)
    rows: list[list[str]] = [
        ["Court or force", body.court or "not recorded"],
        ["Made", say.moment(body.made) if body.made else "not recorded"],
        ["Served", say.moment(body.served) if body.served else "not recorded"],
        ["Proof of service", names.label(body.proof_of_service) or "not recorded"],
        ["Ends", say.moment(body.expires) if body.expires else "not recorded"],
        ["Copy", names.labels(body.exhibits) or "not recorded"],
    ]
    touching = _touching(record, contents)
    told = _reports(contents)
    listed = {c.number for c in body.conditions}
    conditions: list[dict[str, object]] = [
        {
            "label": f"Condition {c.number}",
            "words": c.words,
            "entries": [_line(t, told) for t in touching if t[2].condition == c.number],
        }
        for c in body.conditions
    ]
    rest = [_line(t, told) for t in touching if t[2].condition not in listed]
    if rest:
        conditions.append({"label": "No condition named", "words": "", "entries": rest})
    return {
        "n": contents.numbers[record.id],
        "title": order_kind(body.kind),
        "rows": rows,
        "conditions": conditions,
    }


def _reports(contents: Contents) -> dict[str, list[int]]:
    """For each reported entry the numbers of the contacts that name it; the same rule as page one."""
    found: dict[str, list[int]] = {ref: [] for ref in reported(contents.casefile)}
    for record in contents.casefile.current():
        if isinstance(record.body, PoliceContact):
            for ref in record.body.incidents:
                found.setdefault(ref, []).append(contents.numbers[record.id])
    return found


def _line(row: tuple[int, Record, Incident], told: Mapping[str, list[int]]) -> list[Run]:
    number, record, body = row
    first = (body.what_happened or body.words_said or ", ".join(body.behaviours)).split("\n")[0]
    words = first if len(first) <= 90 else first[:89].rstrip() + "…"
    runs: list[Run] = [number, f" {say.moment(body.happened)}: {words} "]
    if record.id not in told:
        return [*runs, "[NOT recorded as reported]"]
    reference = f", reference {body.reported}" if body.reported else ""
    return [
        *runs,
        f"[reported{reference}",
        *([" ", *cite(told[record.id])] if told[record.id] else []),
        "]",
    ]


def _content(contents: Contents) -> tuple[Part, ...]:
    orders = [
        _order(r, r.body, contents)
        for r in contents.casefile.current()
        if isinstance(r.body, Order)
    ]
    lead = (
        "Entries listed under a condition are those that name it. Whether an order was broken is "
        "for a court."
        if orders
        else "No order is recorded in this pack."
    )
    return (Part(data={"lead": lead, "orders": orders}),)


SECTION = Section(order=50, title="Orders and conditions", content=_content)
