"""Reports that may be about the same person: proposed on shared identifiers, joined by nobody.

Only identifiers of the side that a report is about are compared, never those of the person who
reports. One of the two must be stated in a person record; the other may be seen in text. Every
link says which spelling stands in which report, what speaks for it and what against.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice

from tallymark.desk import identifiers
from tallymark.desk.case import Case
from tallymark.desk.identifiers import Token
from tallymark.integrity import canonical
from tallymark.model.event import owner_labels

STATED = "person record"
MAX_SEEN = 2_000
"""Identifiers seen in the text of one report that are compared; the rest is said to be left out."""

MAX_SEARCHED = 5_000_000
"""Characters of one report that are looked through."""

DECISIONS = ("confirmed", "rejected", "unsure")
PEOPLE_TO_CONFIRM = 2

_KIND_WORDS = {
    "phone": "phone number",
    "email": "e-mail address",
    "mailbox": "e-mail mailbox",
    "handle": "account name",
    "platform id": "account number",
    "plate": "number plate",
    "plate as read": "number plate",
    "partial plate": "part of a number plate",
}
_WEAKER_TWIN = {"mailbox": "email", "plate as read": "plate", "partial plate": "plate"}
_CROWD = 3


@dataclass(frozen=True, slots=True)
class Mark:
    """One identifier in one report: where it stands and whose it is said to be."""

    token: Token
    record_id: str
    ref: str
    place: str
    person: str

    @property
    def stated(self) -> bool:
        """Whether a person record states it for somebody of the other side."""
        return self.place == STATED


@dataclass(frozen=True, slots=True)
class Shared:
    """One identifier that two reports share. ``spellings`` has (spelling, entry, place) by report."""

    kind: str
    value: str
    rule: str
    spellings: Mapping[str, tuple[tuple[str, str, str], ...]]


@dataclass(frozen=True, slots=True)
class Side:
    """What a link needs of a report: its marks, its diary, and what the other side is called."""

    report: str
    vault: str
    marks: tuple[Mark, ...]
    names: frozenset[str]
    born: frozenset[str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What two reports share and what speaks for and against that it is one person."""

    reports: tuple[str, str]
    shared: tuple[Shared, ...]
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]

    @property
    def digest(self) -> str:
        """SHA-256 over what is shared: a decision holds for this and not for more."""
        keys = sorted(f"{s.kind}:{s.value}" for s in self.shared)
        return hashlib.sha256(canonical.encode(keys)).hexdigest()


def marks(case: Case) -> list[Mark]:
    """The identifiers of a case's other side, without any that somebody else in it has."""
    theirs = list(_stated(case))
    own = {t.key for p in case.others() for i in p.identifiers for t in _tokens(i.scheme, i.value)}
    own |= {t.key for p in case.others() for t in identifiers.from_text(p.safe_contact)}
    known = {m.token.key for m in theirs}
    seen = islice((m for m in _seen(case) if m.token.key not in known), MAX_SEEN)
    found = [*theirs, *seen]
    return [m for m in found if m.token.key not in own]


def names(case: Case) -> frozenset[str]:
    """Names of the other side, without case; labels such as "unknown-1" are none."""
    return frozenset(n.casefold().strip() for p in case.other_side().values() for n in p.names if n)


def born(case: Case) -> frozenset[str]:
    """Birth dates stated for the other side."""
    return frozenset(p.born.strip() for p in case.other_side().values() if p.born.strip())


def compare(sides: Sequence[Side]) -> list[Evidence]:
    """Every pair of reports that share something, in order of the reports."""
    holders: dict[str, list[tuple[Side, Mark]]] = defaultdict(list)
    for side in sides:
        for mark in side.marks:
            holders[mark.token.key].append((side, mark))
    order = {side.report: n for n, side in enumerate(sides)}
    pairs: dict[tuple[str, str], dict[str, list[tuple[Side, Mark]]]] = defaultdict(dict)
    for key, held in [*holders.items(), *_partial_plates(holders)]:
        reports = sorted({s.report for s, _ in held}, key=order.__getitem__)
        for a, b in combinations(reports, 2):
            both = [(s, m) for s, m in held if s.report in (a, b)]
            whole = len({m.token.kind for _, m in both}) > 1
            if any(m.stated for _, m in both) and (whole or " / " not in key):
                pairs[a, b][key] = both
    by_name = {side.report: side for side in sides}
    crowd = {key: len({s.report for s, _ in held}) for key, held in holders.items()}
    return [
        _evidence(by_name[a], by_name[b], held=held, crowd=crowd)
        for (a, b), held in sorted(pairs.items(), key=lambda p: (order[p[0][0]], order[p[0][1]]))
    ]


def standing(decisions: Sequence[tuple[str, str, str]], digest: str) -> str:
    """Where a link stands after its ``(decision, by, evidence digest)`` in order of time.

    ``confirmed`` needs two people on the same evidence with nobody rejecting it after; one is
    ``confirmed by one``. A decision on other evidence than today's leaves the link ``proposed``.
    """
    state, people = "proposed", set[str]()
    for decision, by, evidence in decisions:
        if evidence != digest:
            continue
        if decision == "confirmed":
            people.add(by.casefold().strip())
            state = "confirmed" if len(people) >= PEOPLE_TO_CONFIRM else "confirmed by one"
        else:
            people.clear()
            state = "rejected" if decision == "rejected" else "proposed"
    return state


def _stated(case: Case) -> Iterator[Mark]:
    for ident, person in case.other_side().items():
        for identifier in person.identifiers:
            for token in _tokens(identifier.scheme, identifier.value):
                yield Mark(token, ident, case.ref(ident), STATED, person.label)
        for token in identifiers.from_text(person.vehicle):
            if token.kind.startswith("plate"):
                yield Mark(token, ident, case.ref(ident), STATED, person.label)


def _seen(case: Case) -> Iterator[Mark]:
    left = MAX_SEARCHED
    for entry in case.entries:
        if left < 0:
            return
        body = entry.body
        texts = (body.what_happened, body.words_said, body.what_i_did, body.place_text)
        text = "\n".join(texts)
        left -= len(text)
        for token in identifiers.from_text(text):
            yield Mark(token, entry.id, entry.ref, "seen in text", "")
    for ident, imported in case.imports.items():
        stated = imported.summary.get("senders")
        labels = stated if isinstance(stated, dict) else {}
        own = owner_labels(str(imported.options.get("owner", "")), labels)
        for label in labels:
            if label in own:
                continue
            for token in identifiers.label_tokens(str(label)):
                yield Mark(token, ident, case.ref(ident), "seen as a sender in an export", "")


def _tokens(scheme: str, value: str) -> list[Token]:
    return identifiers.from_stated(scheme, value)


def _partial_plates(
    holders: Mapping[str, list[tuple[Side, Mark]]],
) -> Iterator[tuple[str, list[tuple[Side, Mark]]]]:
    """Pairs of a plate read in part and a whole plate that it fits."""
    whole = {k: held for k, held in holders.items() if k.startswith("plate:")}
    for key, held in holders.items():
        if not key.startswith("partial plate:"):
            continue
        for other, fitting in whole.items():
            plate = other.partition(":")[2]
            part = key.partition(":")[2]
            if part != plate and identifiers.plate_fits(part, plate):
                yield f"partial plate:{part} / {plate}", [*held, *fitting]


def _evidence(
    a: Side, b: Side, *, held: Mapping[str, list[tuple[Side, Mark]]], crowd: Mapping[str, int]
) -> Evidence:
    kinds = {key.partition(":")[0] for key in held}
    strong = {
        key: both
        for key, both in held.items()
        if _WEAKER_TWIN.get(key.partition(":")[0]) not in kinds
    }
    shared = tuple(_shared(key, both, (a.report, b.report)) for key, both in sorted(strong.items()))
    found = [m for both in strong.values() for _, m in both]
    return Evidence(
        (a.report, b.report),
        shared,
        tuple(_for(a, b, shared=shared, found=found)),
        tuple(_against(a, b, strong=strong, crowd=crowd)),
    )


def _shared(key: str, both: Iterable[tuple[Side, Mark]], reports: tuple[str, str]) -> Shared:
    kind, _, value = key.partition(":")
    spellings: dict[str, tuple[tuple[str, str, str], ...]] = {}
    rule = ""
    for report in reports:
        rows = {(m.token.spelling, m.ref, m.place): m for s, m in both if s.report == report}
        spellings[report] = tuple(rows)
        rule = next((m.token.rule for m in rows.values()), rule)
    return Shared(_KIND_WORDS[kind], value, rule, spellings)


def _for(a: Side, b: Side, *, shared: Sequence[Shared], found: Sequence[Mark]) -> Iterator[str]:
    for item in shared:
        yield f"the same {item.kind} in both ({item.rule})"
    if len({item.kind for item in shared}) > 1:
        yield f"{len(shared)} different identifiers are shared"
    if all(m.stated for m in found):
        yield "both reports state it for the person they are about"
    if a.names & b.names:
        yield "a name is the same"
    if a.born & b.born:
        yield "a birth date is the same"


def _against(
    a: Side,
    b: Side,
    *,
    strong: Mapping[str, list[tuple[Side, Mark]]],
    crowd: Mapping[str, int],
) -> Iterator[str]:
    found = [m for both in strong.values() for _, m in both]
    kinds = {key.partition(":")[0] for key in strong}
    if any(not m.stated for m in found):
        yield "in one report it is only seen in text; whose it is is not stated there"
    if a.names and b.names and not a.names & b.names:
        yield "the names differ"
    if a.born and b.born and not a.born & b.born:
        yield "the birth dates differ"
    if a.vault == b.vault:
        yield "both reports come from the same diary"
    if any(crowd.get(key, 0) >= _CROWD for key in strong):
        yield "it stands in more than two reports: it may belong to a shared line or a service"
    yield from (words for kind, words in _WEAK_KINDS.items() if kind in kinds)
    platforms = {m.token.platform for m in found if m.token.kind == "handle"}
    if len(platforms) > 1:
        yield "the account name is on different platforms, or the platform is not stated in one"


_WEAK_KINDS = {
    "phone": "a phone number can be given out again, shared or faked on a display",
    "mailbox": "the addresses are spelt differently; only the provider's rule makes them one mailbox",
    "plate as read": "the plates differ in O and 0 or I and 1",
    "partial plate": "one plate was read only in part; many plates fit it",
    "handle": "an account name can be copied or taken over",
}
