"""Which entries touch which element of a rule, and what is missing. It collects; it never concludes.

Everything here counts up: another entry never lowers a number, and the order in which records were
written changes nothing. What the person sent, and what they said was wanted, is not counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from tallymark.law import Element, Rule
from tallymark.model.casefile import Casefile
from tallymark.model.record import Incident, Person
from tallymark.picture import time_limits
from tallymark.picture._collected import (
    YOURSELF,
    ActLine,
    Collected,
    Collection,
    Occasions,
    Proxy,
)
from tallymark.picture._entries import numbers
from tallymark.picture._identity import Figure
from tallymark.picture._links import same_people
from tallymark.picture._looks import LOOKS, PER_ENTRY, Held, hold
from tallymark.picture._open_points import gaps
from tallymark.picture.episodes import Contacts, contacts, regroup

__all__ = ["ActLine", "Collected", "Collection", "Occasions", "Proxy", "by_themselves", "collect"]

_MESSAGES = ("C01", "C02", "C04", "C05", "C06", "C07")
_SELF = frozenset({"victim", "self", "reporting"})


def collect(casefile: Casefile, rule: Rule, *, gap_minutes: int = 60) -> Collection:
    """The entries of a casefile for each element of one rule, and what is still open."""
    held, number, known = hold(casefile), numbers(casefile), contacts(casefile)
    touching = _touching(held, rule)
    chosen = tuple(ref for ref, _ in touching)
    occasions = _occasions(held, rule, chosen=chosen, known=known, gap_minutes=gap_minutes)
    items = occasions.imported.value
    found = Collection(
        rule=rule.id,
        title=rule.title,
        provision=rule.provision,
        draft=rule.draft,
        state=rule.state,
        elements=tuple(
            _collected(held, one, chosen=chosen, number=number, items=items)
            for one in rule.elements
        ),
        acts=_act_lines(held, rule, touching, number=number),
        occasions=occasions,
        whose=_whose(casefile, touching, number=number),
        proxies=_proxies(casefile, touching, number=number),
        left_out=_ordered(held.wanted, number),
        by_channel=_ordered(held.by_channel.intersection(chosen), number),
        gaps=(),
        limit=time_limits.limit(rule, last=time_limits.newest(known)),
    )
    uncoded = sum(not codes for codes in held.codes.values())
    return replace(found, gaps=gaps(rule, found, uncoded=uncoded))


def by_themselves(
    casefile: Casefile, rules: Iterable[Rule]
) -> tuple[tuple[Rule, tuple[str, ...]], ...]:
    """Rules that look at one act by itself, with the entries whose chosen codes they name.

    That there was contact (codes C) is no reason by itself: else every text would be named.
    """
    held, number = hold(casefile), numbers(casefile)
    found = []
    for rule in rules:
        wanted = frozenset().union(*(_codes(held, element) for element in rule.elements))
        telling = {code for code in wanted if not code.startswith("C")}
        ids = [ref for ref, codes in held.codes.items() if not telling.isdisjoint(codes)]
        if rule.kind == "single" and ids:
            found.append((rule, _ordered(ids, number)))
    return tuple(found)


def _touching(held: Held, rule: Rule) -> list[tuple[str, Incident]]:
    """Entries with a behaviour code that any element of the rule names."""
    wanted = frozenset().union(*(_codes(held, element) for element in rule.elements))
    return [(ref, body) for ref, body in held.acts if not wanted.isdisjoint(held.codes[ref])]


def _found(held: Held, element: Element) -> set[str]:
    wanted = _codes(held, element)
    by_code = {ref for ref, codes in held.codes.items() if not wanted.isdisjoint(codes)}
    return by_code.union(*(LOOKS[name][1](held) for name in element.looks))


def _codes(held: Held, element: Element) -> frozenset[str]:
    """The behaviour codes of the casefile that belong to an element."""
    used = {code for codes in held.codes.values() for code in codes}
    return frozenset(code for code in used if element.takes(code))


def _collected(
    held: Held, element: Element, *, chosen: tuple[str, ...], number: dict[str, int], items: int
) -> Collected:
    found = _found(held, element)
    asked = PER_ENTRY.intersection(element.looks) and not element.codes
    return Collected(
        key=element.key,
        words=element.words,
        note=element.note,
        needed=element.needed,
        least=element.least,
        entries=_ordered(found, number),
        without=_ordered(set(chosen) - found, number) if asked else (),
        where=tuple(LOOKS[name][0] for name in element.looks),
        imported=items if _takes_messages(element) else 0,
    )


def _occasions(
    held: Held, rule: Rule, *, chosen: tuple[str, ...], known: Contacts, gap_minutes: int
) -> Occasions:
    found = regroup(_only(known, rule, chosen), gap_minutes=gap_minutes)
    days = found.days()
    exported = tuple(dict.fromkeys(r for lane in found.lanes for r in lane.lane.exhibits()))
    window = rule.occasions.window_days
    return Occasions(
        least=rule.occasions.least,
        entries=Figure(len(chosen), _ordered(chosen, numbers(held.casefile))),
        episodes=Figure(found.count(), found.refs()),
        days=len(days),
        imported=Figure(sum(len(lane.lane.seconds) for lane in found.lanes), exported),
        in_window=None if window is None else _most_days(days, window),
        persons=_persons(held, chosen, exported),
        note=rule.occasions.note,
    )


def _only(known: Contacts, rule: Rule, chosen: tuple[str, ...]) -> Contacts:
    """The contact with the chosen entries alone; exports stay when the rule names messages."""
    kept, messages = frozenset(chosen), any(map(_takes_messages, rule.elements))
    lanes = []
    for lane in known.lanes:
        own = replace(lane, entries=tuple(entry for entry in lane.entries if entry.id in kept))
        if not messages:
            own = replace(own, mask=b"", seconds=[], origin=None, sources=())
        if own.items:
            lanes.append(own)
    return replace(known, lanes=tuple(lanes))


def _takes_messages(element: Element) -> bool:
    """Whether messages and calls of an export can belong to it."""
    return any(element.takes(code) for code in _MESSAGES)


def _most_days(days: set[date], window: int) -> int:
    """The most days with an act inside any stretch of ``window`` days."""
    ordered = sorted(days)
    best = first = 0
    for place, day in enumerate(ordered):
        while day - ordered[first] > timedelta(days=window):
            first += 1
        best = max(best, place - first + 1)
    return best


def _persons(
    held: Held, chosen: tuple[str, ...], exported: tuple[str, ...]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Those it was aimed at: a label, and the entries; without a name it is the person themselves."""
    number, same = numbers(held.casefile), same_people(held.casefile)
    labels = {**_labels(held.casefile), **_the_person(held)}
    bodies = dict(held.acts)
    by_person: dict[str, set[str]] = {}
    for ref in chosen:
        for target in bodies[ref].targets or (YOURSELF,):
            person = same.get(target, target)
            by_person.setdefault(labels.get(person, person), set()).add(ref)
    if exported:
        by_person.setdefault(YOURSELF, set()).update(exported)
    return tuple((who, _ordered(ids, number)) for who, ids in sorted(by_person.items()))


def _the_person(held: Held) -> dict[str, str]:
    """The one person recorded as reporting is the person themselves."""
    own = [
        ref for ref, b in held.of(Person) if isinstance(b, Person) and _SELF.intersection(b.roles)
    ]
    return {own[0]: YOURSELF} if len(own) == 1 else {}


def _whose(
    casefile: Casefile, touching: list[tuple[str, Incident]], *, number: dict[str, int]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Whose acts they are as recorded: the one it was done for, else the one who did it."""
    same, labels = same_people(casefile), _labels(casefile)
    found: dict[str, set[str]] = {}
    for ref, body in touching:
        person = body.on_behalf_of or body.actor or ""
        person = same.get(person, person)
        found.setdefault(labels.get(person, person), set()).add(ref)
    return tuple((who, _ordered(ids, number)) for who, ids in sorted(found.items()))


def _proxies(
    casefile: Casefile, touching: list[tuple[str, Incident]], *, number: dict[str, int]
) -> tuple[Proxy, ...]:
    same, labels = same_people(casefile), _labels(casefile)

    def label(ref: str | None) -> str:
        person = same.get(ref or "", ref or "")
        return labels.get(person, person)

    found = [
        Proxy(ref, label(body.actor), label(body.on_behalf_of))
        for ref, body in touching
        if body.on_behalf_of or body.direction == "third_party" or "C12" in body.behaviours
    ]
    return tuple(sorted(found, key=lambda one: (number[one.entry], one.entry)))


def _labels(casefile: Casefile) -> dict[str, str]:
    return {r.id: r.body.label for r in casefile.current() if isinstance(r.body, Person)}


def _act_lines(
    held: Held, rule: Rule, touching: list[tuple[str, Incident]], *, number: dict[str, int]
) -> tuple[ActLine, ...]:
    lines = []
    for act in rule.acts:
        ids = [ref for ref, _ in touching if set(act.codes).intersection(held.codes[ref])]
        lines.append(ActLine(act.key, act.words, _ordered(ids, number)))
    return tuple(lines)


def _ordered(refs: Iterable[str], number: dict[str, int]) -> tuple[str, ...]:
    return tuple(sorted(set(refs), key=lambda ref: (number.get(ref, -1), ref)))
