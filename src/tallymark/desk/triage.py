"""Where a report stands in the queue, by a printed rule, with every reason. No score, no model.

The rule is data (``triage.toml``); this file knows only how each kind of line is tested. The
machine may raise a report, never lower it: ``office`` keeps the highest band that was ever given.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from tallymark.desk.case import Case, Entry, span
from tallymark.model.record import Order, Person

RULE_FILE = "triage.toml"
LOWEST = 3
REREAD = timedelta(hours=72)
"""A report that a person moved down is read again by somebody else within this time."""


class Facts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One set of facts about an entry; all that are given must hold."""

    behaviours: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    directions: frozenset[str] = frozenset()
    place_roles: frozenset[str] = frozenset()
    target_roles: frozenset[str] = frozenset()
    means: bool = False


class ExampleEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry as an example states it; it is written when it happens. ``times`` repeats it."""

    days_ago: float = 1.0
    behaviours: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    direction: str = "in"
    channel: str = ""
    place_role: str = ""
    target_role: str = ""
    fear: str | None = None
    tied_to_order: bool = False
    times: int = 1


class ExampleOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An order as an example states it."""

    served_days_ago: float
    expires_days_ago: float | None = None


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is stated, and whether the line then holds: read by the tests, shown to nobody."""

    says: str
    then: Literal["yes", "no", "ask"]
    entries: tuple[ExampleEntry, ...] = ()
    order: ExampleOrder | None = None
    weapons: str = ""
    employer: str = ""
    separated_days_ago: float | None = None
    stopped_days_ago: float | None = None
    imported: tuple[str, ...] = ()
    linked: int = 0
    proposed: int = 0


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the rule. Windows are in hours or days before the pack was made."""

    id: str
    band: int
    test: str
    text: str
    ask: str
    facts: tuple[Facts, ...] = ()
    ask_also: tuple[Facts, ...] = ()
    happened_within_hours: int | None = None
    written_within_hours: int | None = None
    within_days: int = 0
    at_least: int = 0
    words: tuple[str, ...] = ()
    example: tuple[Example, ...] = ()


class Band(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A band: its name and the time by which a person looks, in minutes."""

    number: int
    name: str
    limit_minutes: int
    words: str


class Waiting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A report in ``band`` that nobody touched for ``hours`` goes to band ``to``."""

    band: int
    hours: int
    to: int


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole rule as its file says it."""

    version: str
    not_stated: frozenset[str]
    band: tuple[Band, ...]
    waiting: tuple[Waiting, ...]
    line: tuple[Line, ...]


class Match(msgspec.Struct, frozen=True):
    """A line that holds, with the entries it holds for (``#12``)."""

    line: str
    band: int
    text: str
    entries: tuple[str, ...]


class Ask(msgspec.Struct, frozen=True):
    """A line that cannot be told from what is stated: ask the person."""

    line: str
    band: int
    question: str


class Assessment(msgspec.Struct, frozen=True):
    """The outcome of one reading of the rule; the same case and date give the same."""

    version: str
    measured: str
    band: int
    matches: tuple[Match, ...]
    asks: tuple[Ask, ...]


@cache
def rule() -> Rule:
    """The rule, read once from its file."""
    text = files("tallymark.desk").joinpath(RULE_FILE).read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), type=Rule, strict=False)


def band(number: int) -> Band:
    """The band with this number."""
    return next(b for b in rule().band if b.number == number)


def due(number: int, since: datetime) -> datetime:
    """By when a person looks at a report that stands in this band since ``since``."""
    return since + timedelta(minutes=band(number).limit_minutes)


def assess(case: Case, *, measured: datetime, linked: int = 0, proposed: int = 0) -> Assessment:
    """Read every line of the rule over a case, as it stood at ``measured``.

    ``linked`` and ``proposed`` count its confirmed and its undecided links. The first matching
    line gives the band; all are listed, in the order of the file.
    """
    view = _View(case, measured=measured, linked=linked, proposed=proposed)
    matches: list[Match] = []
    asks: list[Ask] = []
    for line in rule().line:
        found = _TESTS[line.test](view, line)
        if found is None:
            asks.append(Ask(line.id, line.band, line.ask))
        elif found is not _NO:
            matches.append(Match(line.id, line.band, line.text, tuple(found)))
    first = min((m.band for m in matches), default=LOWEST)
    return Assessment(rule().version, measured.isoformat(), first, tuple(matches), tuple(asks))


def waited(number: int, *, untouched_since: datetime, now: datetime) -> tuple[int, datetime] | None:
    """The band that waiting gives by ``now`` and since when, or ``None`` when it gives none."""
    since, at = untouched_since, number
    raised: tuple[int, datetime] | None = None
    for step in sorted(rule().waiting, key=lambda w: -w.band):
        over = since + timedelta(hours=step.hours)
        if step.band == at and now >= over:
            at, since = step.to, over
            raised = (at, since)
    return raised


# How each kind of line is tested. A test gives the entries it holds for, ``_NO``, or ``None`` when
# it cannot be told. --------------------------------------------------------------------------------

_NO: tuple[str, ...] = ("",)
_Found = tuple[str, ...] | None


class _View:
    """A case at a point in time, with what the lines ask of it."""

    def __init__(self, case: Case, *, measured: datetime, linked: int, proposed: int) -> None:
        self.case = case
        self.measured = measured
        self.linked = linked
        self.proposed = proposed
        self.entries = [e for e in case.entries if e.body.direction != "out"]
        self.other_side = case.other_side()

    def within(self, line: Line) -> list[Entry]:
        """Entries inside the line's window; all of them when it has none."""
        happened, written = line.happened_within_hours, line.written_within_hours
        found = self.entries
        if happened is not None:
            found = [e for e in found if e.last >= self.measured - timedelta(hours=happened)]
        if written is not None:
            found = [e for e in found if e.written >= self.measured - timedelta(hours=written)]
        return found

    def holds(self, facts: Facts, entry: Entry) -> bool:
        """Whether all the given facts are stated for an entry."""
        body = entry.body
        targets = {role for i in body.targets for role in self._roles(i)}
        wanted: tuple[tuple[frozenset[str], set[str]], ...] = (
            (facts.behaviours, set(body.behaviours)),
            (facts.flags, set(body.danger_flags)),
            (facts.directions, {body.direction}),
            (facts.place_roles, {self.case.place_role(entry)}),
            (facts.target_roles, targets),
        )
        stated = all(not asked or asked & said for asked, said in wanted)
        return stated and (not facts.means or self._means(entry))

    def between(self, start: datetime, end: datetime) -> list[Entry]:
        """Entries that happened from ``start`` up to ``end``."""
        return [e for e in self.entries if start <= e.first < end]

    def _roles(self, ident: str) -> set[str]:
        person = self.case.people.get(self.case.newest(ident) or "")
        return set(person.roles) if person else {ident}

    def _means(self, entry: Entry) -> bool:
        actor = self.other_side.get(self.case.newest(entry.body.actor) or "")
        shown = "V13" in entry.body.behaviours or "weapon" in entry.body.danger_flags
        said = actor.weapons.strip().rstrip(".").casefold() if actor else ""
        return shown or bool(said and said not in rule().not_stated)


def _entries(view: _View, line: Line) -> _Found:
    inside = view.within(line)
    found = tuple(e.ref for e in inside if any(view.holds(f, e) for f in line.facts))
    if found:
        return found
    hinted = any(view.holds(f, e) for f in line.ask_also for e in inside)
    uncoded = any(not e.coded for e in inside) or not view.entries
    return None if hinted or uncoded else _NO


def _breach(view: _View, line: Line) -> _Found:
    """Marked as a breach, or tied to an order that stood on that day as far as its dates say."""
    found = []
    for entry in view.entries:
        order = view.case.orders.get(view.case.newest(entry.body.order) or "")
        marked = any(view.holds(f, entry) for f in line.facts)
        tied = entry.body.order is not None and (order is None or _stood(order, entry))
        if marked or tied:
            found.append(entry.ref)
    if found:
        return tuple(found)
    return None if view.case.orders or any(not e.coded for e in view.entries) else _NO


def _stood(order: Order, entry: Entry) -> bool:
    begun = order.served or order.made
    before = begun is not None and entry.last < span(begun)[0]
    after = order.expires is not None and entry.first > span(order.expires)[1]
    return not before and not after


def _ended(view: _View, line: Line) -> _Found:
    begin = view.measured - timedelta(days=line.within_days)
    dates = {i: o.expires for i, o in view.case.orders.items() if o.expires is not None}
    dates |= {i: t.at for i, t in view.case.told_to_stop.items()}
    found = [i for i, at in dates.items() if begin <= span(at)[1] and span(at)[0] <= view.measured]
    found += [i for i, p in view.other_side.items() if _separated(p, begin, view.measured)]
    if found:
        return tuple(view.case.ref(i) for i in found)
    known = dates or any(p.separated for p in view.other_side.values())
    return _NO if known else None


def _separated(person: Person, begin: datetime, end: datetime) -> bool:
    try:
        day = datetime.fromisoformat(person.separated or "").replace(tzinfo=end.tzinfo)
    except ValueError:
        return False
    return begin - timedelta(days=1) <= day <= end


def _linked(view: _View, line: Line) -> _Found:
    del line
    if view.linked:
        return ()
    return None if view.proposed else _NO


def _employer(view: _View, line: Line) -> _Found:
    pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, line.words)) + r")\b", re.IGNORECASE)
    people = view.other_side
    found = tuple(view.case.ref(i) for i, p in people.items() if pattern.search(p.employer))
    if found:
        return found
    return _NO if people and all(p.employer.strip() for p in people.values()) else None


def _fear(view: _View, line: Line) -> _Found:
    inside = view.within(line)
    found = tuple(e.ref for e in inside if e.body.fear_of_violence == "yes")
    if found:
        return found
    answered = inside and all(e.body.fear_of_violence == "no" for e in inside)
    return _NO if answered else None


def _count(view: _View, line: Line) -> _Found:
    begin = view.measured - timedelta(days=line.within_days)
    found = [e for e in view.entries if e.last >= begin]
    if len(found) >= line.at_least:
        return tuple(e.ref for e in found)
    return None if view.case.imports else _NO


def _doubled(view: _View, line: Line) -> _Found:
    window = timedelta(days=line.within_days)
    middle = view.measured - window
    recent = [e for e in view.entries if e.first >= middle]
    before = view.between(middle - window, middle)
    if len(recent) >= max(line.at_least, 2 * len(before)):
        return tuple(e.ref for e in recent)
    return None if view.case.imports else _NO


def _channels(view: _View, line: Line) -> _Found:
    used: dict[str, str] = {}
    for entry in view.entries:
        if entry.body.channel:
            used.setdefault(entry.body.channel.casefold(), entry.ref)
    for ident, body in view.case.imports.items():
        named = body.options.get("channel") or str(body.summary.get("channel") or body.importer)
        used.setdefault(named.casefold(), view.case.ref(ident))
    if len(used) >= line.at_least:
        return tuple(used.values())
    return None if any(not e.body.channel for e in view.entries) else _NO


_TESTS: Mapping[str, Callable[[_View, Line], _Found]] = {
    "entries": _entries,
    "breach": _breach,
    "ended": _ended,
    "linked": _linked,
    "employer": _employer,
    "fear": _fear,
    "count": _count,
    "doubled": _doubled,
    "channels": _channels,
}
