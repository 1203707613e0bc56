"""Where in a diary something may stand that a rule looks at: one small function for each kind.

Law data name them (``law.Element.looks``). Each gives ids of records; none weighs what it finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from tallymark import law
from tallymark.model.casefile import Casefile
from tallymark.model.record import (
    Body,
    Impact,
    Incident,
    Order,
    Person,
    Place,
    PoliceContact,
    Record,
    SafetyAction,
    SecondSource,
    ToldToStop,
)
from tallymark.picture._entries import OTHER_SIDE, exhibits
from tallymark.picture._links import current
from tallymark.picture._words import second_label

CONNECTED = frozenset(
    {
        "spouse", "husband", "wife", "ex_spouse", "partner", "ex_partner", "ex", "co_parent",
        "family", "brief_dating",
    }
)  # fmt: skip
_NO_BASIS = frozenset({"assumed", "unknown"})
_WARNED = frozenset({"warning", "words_of_advice"})
_HOME = frozenset({"home", "former_home", "family_home"})
_AT_HOME = frozenset({"P04", "P05"})


@dataclass(frozen=True, slots=True)
class Held:
    """The current records of a casefile by kind, and the entries that are not the person's own act.

    ``acts`` leaves out what the person sent and what they said was wanted; ``wanted`` has those.
    ``codes`` are the behaviour codes of each act: those chosen or ticked, else what its channel
    alone shows;
    ``by_channel`` names the acts that have theirs from the channel.
    """

    casefile: Casefile
    records: tuple[Record, ...]
    acts: tuple[tuple[str, Incident], ...]
    wanted: tuple[str, ...]
    codes: Mapping[str, tuple[str, ...]]
    by_channel: frozenset[str]

    def of(self, *kinds: type[Body]) -> list[tuple[str, Body]]:
        """(id, body) of every current record of these kinds."""
        return [(r.id, r.body) for r in self.records if isinstance(r.body, kinds)]


def hold(casefile: Casefile) -> Held:
    """What the looks read, gathered once."""
    records = current(casefile)
    entries = [(r.id, r.body) for r in records if isinstance(r.body, Incident)]
    theirs = [(ref, body) for ref, body in entries if body.direction != "out"]
    acts = tuple((ref, body) for ref, body in theirs if body.wanted != "yes")
    chosen = {ref: _chosen(body) for ref, body in acts}
    shown = {ref: _shown_by_channel(body) for ref, body in acts if not chosen[ref]}
    return Held(
        casefile=casefile,
        records=records,
        acts=acts,
        wanted=tuple(ref for ref, body in theirs if body.wanted == "yes"),
        codes={**chosen, **shown},
        by_channel=frozenset(ref for ref, codes in shown.items() if codes),
    )


def _chosen(body: Incident) -> tuple[str, ...]:
    """The kinds of act that a person chose, and those that the signs they ticked say too."""
    signs = law.vocabulary("danger_flags")
    terms = (signs.find(flag) for flag in body.danger_flags)
    return (*body.behaviours, *(term.implies for term in terms if term and term.implies))


def _shown_by_channel(body: Incident) -> tuple[str, ...]:
    """A call, a message or a letter is contact, also when no kind of act was chosen."""
    term = law.vocabulary("channels").find(body.channel)
    return (term.implies,) if term and term.implies else ()


def _where(test: Callable[[Incident], object]) -> Callable[[Held], list[str]]:
    """A look that asks each entry."""
    return lambda held: [ref for ref, body in held.acts if test(body)]


def _told(held: Held) -> list[str]:
    return [ref for ref, _ in held.of(ToldToStop)]


def _blocked(held: Held) -> list[str]:
    return [
        ref
        for ref, body in held.of(SafetyAction)
        if isinstance(body, SafetyAction) and body.code == "blocked"
    ]


def _served(held: Held) -> list[str]:
    return [ref for ref, body in held.of(Order) if isinstance(body, Order) and body.served]


def _warned(held: Held) -> list[str]:
    found = []
    for ref, body in held.of(PoliceContact):
        if isinstance(body, PoliceContact) and (
            "yes" in (body.warning_given, body.notice_served) or body.outcome in _WARNED
        ):
            found.append(ref)
    return found


def _impact(held: Held) -> list[str]:
    return [ref for ref, _ in held.of(Impact)]


def _relationship(held: Held) -> list[str]:
    """People on the other side whose recorded relationship may be one that a rule asks for."""
    return [
        ref
        for ref, body in held.of(Person)
        if isinstance(body, Person)
        and OTHER_SIDE.intersection(body.roles)
        and body.relationship.strip().lower().replace(" ", "_").replace("-", "_") in CONNECTED
    ]


def _home(held: Held) -> list[str]:
    homes = {ref for ref, b in held.of(Place) if isinstance(b, Place) and b.role in _HOME}
    return [ref for ref, b in held.acts if b.place in homes or _AT_HOME.intersection(b.behaviours)]


def _second(held: Held) -> list[str]:
    """Entries with a witness, a file that is not the person's own copy, or a linked source."""
    files = exhibits(held.casefile)
    named = {
        entry
        for _, body in held.of(SecondSource)
        if isinstance(body, SecondSource)
        for entry in body.entries
    }

    def has(ref: str, body: Incident) -> bool:
        seen = (files[one] for one in body.exhibits if one in files)
        return bool(
            ref in named
            or body.witnesses
            or any(second_label(one.kind, method=one.method) for one in seen)
        )

    return [ref for ref, body in held.acts if has(ref, body)]


def _identity(body: Incident) -> bool:
    return bool(body.attribution and set(body.attribution.basis) - _NO_BASIS)


LOOKS: dict[str, tuple[str, Callable[[Held], Iterable[str]]]] = {
    "blocked": ("an account or number that you blocked", _blocked),
    "child": ("an entry with children there", _where(lambda b: b.children_present == "yes")),
    "effect": ("an entry that says how it left you", _where(lambda b: b.effect)),
    "exhibit": ("an entry with a file", _where(lambda b: b.exhibits)),
    "fear": ("an entry with fear of violence", _where(lambda b: b.fear_of_violence == "yes")),
    "home": ("an entry at a home", _home),
    "identity": ("an entry that says how you know who it was", _where(_identity)),
    "impact": ("a change in your life that you wrote down", _impact),
    "learned": ("an entry that you learned of later", _where(lambda b: b.learned)),
    "order_served": ("an order with the date it was served", _served),
    "police_warning": ("a warning or notice that police gave", _warned),
    "relationship": ("how you are linked to the other person", _relationship),
    "second": ("an entry with a second source", _second),
    "told_to_stop": ("somebody told them to stop", _told),
    "unwanted": ("an entry that says it was not wanted", _where(lambda b: b.wanted == "no")),
    "words": ("an entry with their words", _where(lambda b: b.words_said)),
}
"""Each look: what it finds, in words, and the function that finds it."""

PER_ENTRY = frozenset({"effect", "fear", "identity"})
"""Looks that are asked of each entry, so that entries without them are worth naming."""
