"""The dated entries of a casefile as they are told: when, how soon written, and each field apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tallymark.model.moment import Moment
from tallymark.model.record import (
    Correction,
    Exhibit,
    Incident,
    Order,
    QuietPeriod,
    Record,
)
from tallymark.pack import say
from tallymark.pack.contents import Contents
from tallymark.pack.telling import Names, told

DATED = frozenset(
    {
        *("incident", "told_to_stop", "order", "police_contact", "impact", "quiet_period"),
        *("trigger", "safety_action", "evidence_request", "second_source", "same_event"),
        *("phrase", "tombstone"),
    }
)
"""Types of record that stand in the chronology; one without a time of its own, by its writing."""


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
    fields = dict(told(record.body, names))
    if contents.casefile.outside:
        head = contents.outside(contents.numbers[record.id])
        fields["outside_time"] = say.not_later(head, contents.casefile.zone)
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
    if isinstance(body, QuietPeriod):
        return Moment(value=body.start, end=body.end, precision="range", zone=record.zone)
    stated: Moment | None = getattr(body, "at", None)
    if isinstance(body, Order):
        stated = body.served or body.made
    return stated or Moment(value=record.written[:10], precision="day", zone=record.zone)


_CITING = (
    *("exhibits", "incidents", "told_to_stop", "order", "proof_of_service"),
    *("entries", "sources", "impacts", "triggers"),
)


def _cited(body: object) -> tuple[str, ...]:
    """Record ids named by a body, in the order of its fields."""
    found: list[str] = []
    for name in _CITING:
        value = getattr(body, name, None)
        if isinstance(value, str | tuple):
            found += [value] if isinstance(value, str) else value
    return tuple(dict.fromkeys(found))


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
