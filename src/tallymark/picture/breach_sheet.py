"""Each order with its conditions, its proof of service, and the entries that a person linked to it.

Whether a condition was broken is for police and the court. Entries after service that nobody linked
are counted beside it, so that a person can look at them again.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from tallymark.model.casefile import Casefile
from tallymark.model.moment import Moment
from tallymark.model.record import Order
from tallymark.picture._clock import FAR
from tallymark.picture._entries import Entry, anchors, exhibits, place
from tallymark.picture._links import current
from tallymark.picture._view import day_text
from tallymark.picture._words import order_label
from tallymark.picture.breaches import condition_text, reported
from tallymark.picture.episodes import Contacts, contacts

CAUTION = "Whether an order was broken is for police and the court to say. Tell police early."


@dataclass(frozen=True, slots=True)
class ConditionLine:
    """One condition, or none named, with the entries linked to it and which were reported."""

    number: int | None
    words: str
    entries: tuple[str, ...]
    reported: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One order. Dates are written out; an empty one was not recorded and stands in ``gaps``."""

    id: str
    label: str
    kind: str
    court: str
    case_number: str
    made: str
    served: str
    expires: str
    proof: str
    conditions: tuple[ConditionLine, ...]
    after_service: tuple[str, ...]
    gaps: tuple[str, ...]
    caution: str = CAUTION

    def to_json(self) -> dict[str, object]:
        """Plain values for any JSON writer."""
        return asdict(self)


def sheets(casefile: Casefile) -> tuple[Sheet, ...]:
    """One sheet for each order that is recorded, in order of service, then of making."""
    found = contacts(casefile)
    held = [(r.id, r.body) for r in current(casefile) if isinstance(r.body, Order)]
    held.sort(key=lambda pair: (_sort_key(pair[1]), pair[0]))
    told = reported(casefile)
    return tuple(_sheet(found, ref, order, told=told) for ref, order in held)


def _sort_key(order: Order) -> str:
    moment = order.served or order.made
    return moment.value if moment else "9999"


def _sheet(found: Contacts, ref: str, order: Order, *, told: frozenset[str]) -> Sheet:
    files = exhibits(found.casefile)
    linked = [entry for entry in found.entries if entry.body.order == ref]
    proof = files.get(order.proof_of_service or "")
    return Sheet(
        id=ref,
        label=order_label(order.kind),
        kind=order.kind,
        court=order.court,
        case_number=order.case_number,
        made=_day(order.made),
        served=_day(order.served),
        expires=_day(order.expires),
        proof=proof.number if proof else "",
        conditions=_conditions(order, linked, told=told),
        after_service=_after(found, ref, order),
        gaps=_gaps(order, linked, proof=proof is not None),
    )


def _conditions(
    order: Order, linked: list[Entry], *, told: frozenset[str]
) -> tuple[ConditionLine, ...]:
    """Every condition, also one with no entry; then entries for which none was named."""
    numbers: list[int | None] = [one.number for one in order.conditions]
    spare = {e.body.condition for e in linked} - set(numbers)
    numbers += sorted(number for number in spare if number is not None)
    numbers += [None] if None in spare else []
    lines = []
    for number in numbers:
        ids = tuple(e.id for e in linked if e.body.condition == number)
        words = "no condition named" if number is None else condition_text(order, number)
        lines.append(ConditionLine(number, words, ids, tuple(i for i in ids if i in told)))
    return tuple(lines)


def _after(found: Contacts, ref: str, order: Order) -> tuple[str, ...]:
    """Typed entries after service, and before the last day where there is one, that name no order."""
    if order.served is None:
        return ()
    mark = next(a for a in anchors(found.casefile, clock=found.clock) if a.id == ref)
    end = FAR
    if order.expires is not None:
        end = found.clock.day_end(place(order.expires, clock=found.clock)[1])
    return tuple(
        e.id for e in found.entries if e.contact and e.body.order is None and mark.cut <= e.at < end
    )


def _gaps(order: Order, linked: list[Entry], *, proof: bool) -> tuple[str, ...]:
    asked = (
        (order.served is None, "when it was served"),
        (not proof, "a file that shows it was served"),
        (not order.exhibits, "a copy of the order"),
        (not order.conditions, "its conditions, in plain words"),
        (order.expires is None, "the day it ends"),
        (any(e.body.condition is None for e in linked), "which condition, for some entries"),
    )
    return tuple(words for missing, words in asked if missing)


def _day(moment: Moment | None) -> str:
    return day_text(moment.wall().date()) if moment else ""
