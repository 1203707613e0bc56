"""The dated entries of a casefile as they are told: when, how soon written, and each field apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import singledispatch

from tallymark.model.moment import Moment
from tallymark.model.record import (
    Correction,
    Exhibit,
    Impact,
    Incident,
    Order,
    Person,
    Place,
    PoliceContact,
    QuietPeriod,
    Record,
    ToldToStop,
)
from tallymark.pack import say
from tallymark.pack.contents import Contents

DATED = frozenset({"incident", "told_to_stop", "order", "police_contact", "impact", "quiet_period"})
"""Types of record that stand in the chronology."""


@dataclass(frozen=True, slots=True)
class Item:
    """One entry. ``state`` is ``current``, ``replaced by #n`` or ``withdrawn by #n``.

    ``fields`` are the texts by the column names of ``data/entries.csv``; an empty one was not
    recorded. ``refs`` are the record ids that the entry cites.
    """

    record: Record
    number: int
    at: Moment
    state: str
    why: str
    delay: str
    fields: Mapping[str, str]
    refs: tuple[str, ...] = ()

    @property
    def is_current(self) -> bool:
        """Whether no later record replaces or withdraws it."""
        return self.state == "current"


ORDER_KINDS = {
    "nmo": "Non-molestation order",
    "spo": "Stalking protection order",
    "dapn": "Domestic abuse protection notice",
    "dapo": "Domestic abuse protection order",
    "nho": "Non-harassment order",
    "bail": "Bail conditions",
}


def order_kind(kind: str) -> str:
    """The kind of an order in plain words, else as it was recorded."""
    return ORDER_KINDS.get(kind.lower(), say.code(kind).capitalize()) or "Order"


class Names:
    """Labels of people, places and exhibits by record id; a text that is no id stays itself."""

    def __init__(self, contents: Contents) -> None:
        self.numbers = contents.numbers
        self._labels: dict[str, str] = {}
        for record in contents.casefile.records:
            if isinstance(record.body, Person):
                self._labels[record.id] = (record.body.names or (record.body.label,))[0]
            elif isinstance(record.body, Place):
                self._labels[record.id] = record.body.label
            elif isinstance(record.body, Exhibit):
                self._labels[record.id] = record.body.number

    def label(self, reference: str | None) -> str:
        """What to call it: its label, else its number, else "not in this pack" for an unknown id."""
        if not reference:
            return ""
        if reference in self._labels:
            return self._labels[reference]
        if reference in self.numbers:
            return f"#{self.numbers[reference]}"
        looks_like_id = len(reference) == 26 and reference.isalnum() and reference.isascii()
        return "not in this pack" if looks_like_id else reference

    def labels(self, references: Iterable[str]) -> str:
        """Several, with commas."""
        return ", ".join(self.label(r) for r in references)


def items(contents: Contents) -> tuple[Item, ...]:
    """Every shown dated entry, earlier versions included, in order of happening, then of the log."""
    shown = {r.id for r in contents.shown}
    states = _states(contents)
    names = Names(contents)
    found = [
        _item(record, contents=contents, names=names, states=states)
        for record in contents.casefile.records
        if record.id in shown and record.type in DATED
    ]
    return tuple(sorted(found, key=lambda item: (item.at.utc(), item.number)))


def _item(
    record: Record, *, contents: Contents, names: Names, states: Mapping[str, tuple[str, str]]
) -> Item:
    at = _moment(record)
    state, why = states.get(record.id, ("current", ""))
    fields = dict(_fields(record.body, names))
    return Item(
        record=record,
        number=contents.numbers[record.id],
        at=at,
        state=state,
        why=why,
        delay=say.delay(record, at),
        fields=fields,
        refs=_cited(record.body),
    )


def _states(contents: Contents) -> dict[str, tuple[str, str]]:
    """What became of each record that is no longer current, and the reason that was given."""
    found: dict[str, tuple[str, str]] = {}
    for record in contents.casefile.records:
        number = contents.numbers[record.id]
        if record.supersedes:
            found[record.supersedes] = (f"replaced by #{number}", record.reason or "")
        if isinstance(record.body, Correction):
            word = "replaced" if record.body.replacement else "withdrawn"
            found[record.body.target] = (f"{word} by #{number}", record.body.why)
    return found


def _moment(record: Record) -> Moment:
    body = record.body
    if isinstance(body, Incident):
        return body.happened
    if isinstance(body, ToldToStop | PoliceContact | Impact):
        return body.at
    if isinstance(body, QuietPeriod):
        return Moment(value=body.start, end=body.end, precision="range", zone=record.zone)
    stated = (body.served or body.made) if isinstance(body, Order) else None
    return stated or Moment(value=record.written[:10], precision="day", zone=record.zone)


def _cited(body: object) -> tuple[str, ...]:
    """Record ids named by a body, in the order of its fields."""
    found: list[str] = []
    for name in ("exhibits", "incidents", "told_to_stop", "order", "proof_of_service"):
        value = getattr(body, name, None)
        if isinstance(value, str | tuple):
            found += [value] if isinstance(value, str) else value
    return tuple(dict.fromkeys(found))


@singledispatch
def _fields(body: object, _names: Names) -> Mapping[str, str]:
    message = f"no words for a {type(body).__name__}"
    raise TypeError(message)


@_fields.register
def _incident(body: Incident, names: Names) -> Mapping[str, str]:
    who = names.label(body.actor)
    if body.on_behalf_of:
        who = f"{who or 'not recorded'}, for {names.label(body.on_behalf_of)}"
    if body.attribution and (body.attribution.basis or body.attribution.confidence):
        known = [say.code(b) for b in body.attribution.basis]
        known += [body.attribution.confidence] if body.attribution.confidence else []
        who = f"{who or 'not recorded'} (known by: {', '.join(known)})"
    seen = (
        f"{names.label(w.person)} ({w.how}; will speak: {w.will_speak})" for w in body.witnesses
    )
    where = ", ".join(t for t in (names.label(body.place), body.place_text) if t)
    return {
        "heading": "Entry",
        "channel": say.code(body.channel),
        "direction": say.direction(body.direction),
        "who": who,
        "where": where,
        "what_happened": body.what_happened,
        "words_said": body.words_said,
        "what_i_did": body.what_i_did,
        "effect": body.effect,
        "inference": body.inference,
        "behaviours": ", ".join(map(say.behaviour, body.behaviours)),
        "danger_signs": ", ".join(say.code(f) for f in body.danger_flags),
        "fear_of_violence": body.fear_of_violence or "",
        "children_present": body.children_present or "",
        "witnesses": "; ".join(seen),
        "exhibits": names.labels(body.exhibits),
        "order": names.label(body.order),
        "condition": "" if body.condition is None else str(body.condition),
        "reported": body.reported or "",
    }


@_fields.register
def _told(body: ToldToStop, names: Names) -> Mapping[str, str]:
    return {
        "heading": "Told to stop",
        "channel": say.code(body.channel),
        "direction": say.direction("out"),
        "who": "" if body.by == "self" else f"told by {names.label(body.by)}",
        "words_said": body.exact_words,
        "what_happened": f"Acknowledged: {body.acknowledged}" if body.acknowledged else "",
        "exhibits": names.labels(body.exhibits),
    }


@_fields.register
def _order(body: Order, names: Names) -> Mapping[str, str]:
    dates = [
        f"{word} {say.moment(at)}"
        for word, at in (("made", body.made), ("served", body.served), ("ends", body.expires))
        if at is not None
    ]
    return {
        "heading": f"Order: {order_kind(body.kind)}",
        "where": body.court,
        "what_happened": "; ".join(dates),
        "exhibits": names.labels(body.exhibits),
        "condition": "; ".join(f"{c.number}: {c.words}" for c in body.conditions),
    }


@_fields.register
def _police(body: PoliceContact, _names: Names) -> Mapping[str, str]:
    told = [
        f"{word}: {text}"
        for word, text in (
            ("Officer", body.officer),
            ("Outcome", say.code(body.outcome)),
            ("Promised", body.promised),
        )
        if text
    ]
    return {
        "heading": "Contact with police or an agency",
        "channel": say.code(body.how),
        "direction": say.direction("out"),
        "who": body.agency,
        "what_happened": "\n".join(told),
        "reported": body.reference,
    }


@_fields.register
def _impact(body: Impact, _names: Names) -> Mapping[str, str]:
    return {"heading": f"A change in life: {say.code(body.code)}", "effect": body.words}


@_fields.register
def _quiet(body: QuietPeriod, _names: Names) -> Mapping[str, str]:
    kept = (
        "The diary was kept and nothing was recorded."
        if body.diary_kept
        else "The diary was not kept."
    )
    return {"heading": "Nothing recorded", "what_happened": f"{kept} {body.reason}".strip()}


def listed_exhibits(contents: Contents) -> tuple[tuple[Record, str], ...]:
    """Current exhibits in order of the log, each with why its file is not here, or an empty text."""
    from tallymark.pack.contents import KEPT_BACK

    why = {k.index: KEPT_BACK[k.reason] for k in contents.kept_back}
    found = [
        (r, why.get(contents.numbers[r.id], ""))
        for r in contents.casefile.current()
        if isinstance(r.body, Exhibit)
    ]
    return tuple(sorted(found, key=lambda pair: contents.numbers[pair[0].id]))


def mentions(contents: Contents) -> dict[str, tuple[int, ...]]:
    """For each record id, the numbers of the current entries that cite it."""
    found: dict[str, list[int]] = {}
    for record in contents.casefile.current():
        for reference in _cited(record.body):
            found.setdefault(reference, []).append(contents.numbers[record.id])
    return {key: tuple(sorted(set(value))) for key, value in found.items()}
