"""The dated records of a casefile, and what each says in one line."""

from __future__ import annotations

from collections.abc import Callable

from tallymark.model.casefile import Casefile
from tallymark.model.moment import Moment
from tallymark.model.record import (
    EvidenceRequest,
    Impact,
    Incident,
    Order,
    PoliceContact,
    Record,
    SafetyAction,
    ToldToStop,
    Trigger,
)
from tallymark.picture._links import current
from tallymark.picture._marks import TRIGGERS
from tallymark.picture._words import lane_key, lane_label, order_label

Line = tuple[str, str]
"""(channel, what) of a record, in its own words."""


def dated(casefile: Casefile) -> dict[str, tuple[Record, Moment]]:
    """Every current record that states when something was, by its id."""
    found: dict[str, tuple[Record, Moment]] = {}
    for record in current(casefile):
        moment = _moment(record)
        if moment is not None:
            found[record.id] = (record, moment)
    return found


def _moment(record: Record) -> Moment | None:
    body = record.body
    if isinstance(body, Incident):
        return body.happened
    if isinstance(body, Order):
        return body.served or body.made
    if type(body) in _SAY:
        at: Moment | None = getattr(body, "at", None)
        return at
    return None


def words(record: Record) -> Line:
    """What a dated record says."""
    say = _SAY.get(type(record.body))
    return say(record.body) if say else ("", "")


def _incident(body: Incident) -> Line:
    text = body.what_happened or body.words_said or body.effect or " ".join(body.behaviours)
    own = "Sent by the person: " if body.direction == "out" else ""
    return lane_label(lane_key(body.channel)), own + text


def _order(body: Order) -> Line:
    done = "served" if body.served is not None else "made"
    return "", f"{order_label(body.kind)} {done}. {body.court}"


def _trigger(body: Trigger) -> Line:
    what = TRIGGERS.get(body.kind, body.kind.replace("_", " "))
    return "", f"{what[:1].upper()}{what[1:]}. {body.words}"


def _step(body: SafetyAction) -> Line:
    said = (body.code.replace("_", " "), body.account, body.words)
    return "", f"Step taken: {', '.join(part for part in said if part)}"


def _request(body: EvidenceRequest) -> Line:
    holder = f", {body.holder}" if body.holder else ""
    return "", f"Others may hold: {body.what}{holder} ({body.state.replace('_', ' ')})"


_SAY: dict[type, Callable[..., Line]] = {
    Incident: _incident,
    ToldToStop: lambda body: ("", f"Told to stop. {body.exact_words}"),
    PoliceContact: lambda body: (
        body.how,
        f"Contact with {body.agency or 'police'}. {body.outcome}",
    ),
    Impact: lambda body: ("", f"Change: {body.words or body.code}"),
    Order: _order,
    Trigger: _trigger,
    SafetyAction: _step,
    EvidenceRequest: _request,
}
