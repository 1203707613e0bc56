"""What leaves in a pack and what stays: records shown, masked, or kept back, each with its reason.

The raw bytes of a shown record leave unchanged, because its proof covers them. So a record that may
not be read in full is kept back whole, and only its place in the log is named; pages and tables are
made from a *rendered* casefile in which it is masked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from tallymark.errors import NothingChosen, PackError
from tallymark.model.casefile import Casefile
from tallymark.model.outside import OutsideHead, earliest
from tallymark.model.record import (
    DerivedText,
    Exhibit,
    HandOver,
    Import,
    Person,
    Place,
    Record,
    strings,
)
from tallymark.pack.names import Original, original
from tallymark.pack.people import masked_body, masked_label
from tallymark.picture.summary import Summary, summarise

Purpose = Literal["police", "court", "disclosure", "supporter"]
PURPOSES: tuple[Purpose, ...] = ("police", "court", "disclosure", "supporter")

KEPT_BACK = {
    "intimate": "marked intimate",
    "child": "marked as showing a child",
    "legally_privileged": "marked as legal advice",
    "new_address": "marked as showing a new address",
    "medical": "marked medical",
    "import": "read from a file that is not included",
    "names": "to keep names and addresses out",
    "hand_over": "about packs for others",
}
"""Why a chosen record is not shown, in the words that are printed."""

_UNSAID = "safe_place"
"""A place that can never leave, and what names it: withheld with no reason, which would tell of it."""

_SHORTEST_ADDRESS = 6
_NEVER = ("intimate", "child", "legally_privileged")
_NOT_TO_OTHERS = ("new_address", "medical")


@dataclass(frozen=True, slots=True)
class KeptBack:
    """One chosen record that does not leave: its place in the log, its type and a key of KEPT_BACK."""

    index: int
    type: str
    reason: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class Seal:
    """What the pages say of the signature and the log. ``words`` are the six of the signer."""

    fingerprint: str
    words: tuple[str, ...]
    origin: str
    size: int
    root: str
    program: str


@dataclass(frozen=True, slots=True)
class StampFile:
    """A time stamp that travels: the signed checkpoint that was stamped, and the answer as it came.

    ``size`` is that of the checkpoint.
    """

    note: str
    response: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Contents:
    """A pack before it is written. ``casefile`` is as rendered; ``shown`` are the true records.

    ``made`` is aware. ``withheld`` are all places in the log that are neither shown nor erased,
    ``kept_back`` those among them that the person had chosen. ``numbers`` gives, for each record
    id, the number that people see. ``summary`` is counted from ``casefile``. ``pictures`` are small
    SVG files by the path of their original. ``stamps`` travel in ``proofs/``.
    """

    casefile: Casefile
    summary: Summary
    shown: tuple[Record, ...]
    kept_back: tuple[KeptBack, ...]
    originals: tuple[Original, ...]
    withheld: tuple[int, ...]
    erased: tuple[int, ...]
    numbers: Mapping[str, int]
    purpose: Purpose
    made: datetime
    pack_id: str
    series: str
    sequence: int
    seal: Seal
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    stamps: tuple[StampFile, ...] = ()

    @property
    def initials_only(self) -> bool:
        """Whether names, numbers and the way to reach the person are left out."""
        return self.purpose in {"disclosure", "supporter"}

    @property
    def by_selection(self) -> int:
        """How many records were left out because nobody chose them."""
        return len(self.withheld) - len(self.kept_back)

    def local(self, moment: datetime) -> datetime:
        """An instant on the clock of the person's zone."""
        return moment.astimezone(ZoneInfo(self.casefile.zone))

    def outside(self, number: int) -> OutsideHead | None:
        """The earliest head held outside that covers the record with this number."""
        return earliest(self.casefile.outside, number)

    def number(self, record_id: str) -> int | None:
        """The number people see for a record; None when it is not in the chosen part of the log."""
        return self.numbers.get(record_id)

    def record(self, record_id: str | None) -> Record | None:
        """The record as rendered, or None."""
        return next((r for r in self.casefile.records if r.id == record_id), None)


def choose(
    casefile: Casefile,
    *,
    purpose: str,
    made: datetime,
    pack_id: str,
    series: str,
    sequence: int,
    seal: Seal,
    erased: Collection[int] = (),
) -> Contents:
    """Decide what leaves. Raises ``NothingChosen`` for an empty selection."""
    chosen = next((one for one in PURPOSES if one == purpose), None)
    if chosen is None:
        raise PackError("A pack is for police, court, disclosure or supporter.")
    numbers = {r.id: casefile.leaves[r.id].index for r in casefile.records}
    kept = _kept_back(casefile.records, purpose=purpose)
    shown = sorted((r for r in casefile.records if r.id not in kept), key=lambda r: numbers[r.id])
    if all(r.type in {"epoch", "hand_over"} for r in shown):
        raise NothingChosen
    indices = {numbers[r.id] for r in shown}
    gone = tuple(sorted(erased))
    rendered = _rendered(casefile, kept=kept, purpose=purpose)
    return Contents(
        casefile=rendered,
        summary=summarise(rendered),
        shown=tuple(shown),
        kept_back=_reasons(casefile.records, kept=kept, numbers=numbers),
        originals=_originals(shown),
        withheld=tuple(i for i in range(seal.size) if i not in indices and i not in gone),
        erased=gone,
        numbers=numbers,
        purpose=chosen,
        made=made,
        pack_id=pack_id,
        series=series,
        sequence=sequence,
        seal=seal,
    )


def _reasons(
    records: Sequence[Record], *, kept: Mapping[str, str], numbers: Mapping[str, int]
) -> tuple[KeptBack, ...]:
    found = [
        KeptBack(
            index=numbers[r.id],
            type=r.type,
            reason=kept[r.id],
            number=r.body.number if isinstance(r.body, Exhibit) else "",
        )
        for r in records
        if kept.get(r.id, _UNSAID) != _UNSAID
    ]
    return tuple(sorted(found, key=lambda k: k.index))


def _originals(shown: Sequence[Record]) -> tuple[Original, ...]:
    """One file for each exhibit number; versions of one exhibit share it."""
    found: dict[str, Original] = {}
    for record in shown:
        if isinstance(record.body, Exhibit):
            found[record.body.number] = original(record.id, record.body)
    return tuple(sorted(found.values(), key=lambda o: o.path.encode()))


def _kept_back(records: Sequence[Record], *, purpose: str) -> dict[str, str]:
    """The reason for each record that may not leave, by id; earlier versions share it."""
    found: dict[str, str] = {}
    chain = _chains(records)
    unsaid = unsaid_ids(records)
    for record in records:
        if record.id in unsaid:
            found[chain[record.id]] = _UNSAID
        elif reason := _reason(record, purpose=purpose):
            found.setdefault(chain[record.id], reason)
    kept = {r.id: found[chain[r.id]] for r in records if chain[r.id] in found}
    for record in records:
        if isinstance(record.body, Import | DerivedText) and record.body.exhibit in kept:
            kept.setdefault(record.id, "import")
    return kept


def unsaid_ids(records: Sequence[Record]) -> frozenset[str]:
    """Places that can never leave, and every record that points at one or holds its address.

    An address counts from six letters or figures on, whatever its spaces and case.
    """
    chain = _chains(records)
    safe = {chain[r.id] for r in records if isinstance(r.body, Place) and r.body.safe_location}
    places = {r.id: r.body for r in records if chain[r.id] in safe}
    told = {_bare(body.address) for body in places.values() if isinstance(body, Place)}
    addresses = [address for address in told if len(address) >= _SHORTEST_ADDRESS]
    return frozenset(
        r.id
        for r in records
        if r.id in places
        or not places.keys().isdisjoint(strings(r.body))
        or any(a in _bare(text) for a in addresses for text in strings(r.body))
    )


def _bare(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _chains(records: Sequence[Record]) -> dict[str, str]:
    """For each record the id of the first version known; a later flag reaches back over all."""
    first: dict[str, str] = {}
    for record in records:
        first[record.id] = first.get(record.supersedes or "", record.id)
    return first


def _reason(record: Record, *, purpose: str) -> str:
    body, others = record.body, purpose in {"disclosure", "supporter"}
    if isinstance(body, Exhibit):
        marks = (*_NEVER, *_NOT_TO_OTHERS) if others else _NEVER
        return next((mark for mark in marks if mark in body.sensitivity), "")
    if others and isinstance(body, Person | Place):
        return "names"
    return "hand_over" if others and isinstance(body, HandOver) else ""


def _rendered(casefile: Casefile, *, kept: Mapping[str, str], purpose: str) -> Casefile:
    """The casefile that pages are made from: kept-back records masked, their events gone."""
    others = purpose in {"disclosure", "supporter"}
    ids = frozenset(r.id for r in casefile.records)
    records = [
        msgspec.structs.replace(
            r, body=masked_body(r.body, reason=kept.get(r.id, ""), initials=others, ids=ids)
        )
        for r in casefile.records
        if kept.get(r.id) not in {"import", "hand_over", _UNSAID}
    ]
    sources = tuple(s for s in casefile.sources if s.import_id not in kept)
    events = casefile.events
    if len(sources) != len(casefile.sources):
        gone = [s for s in casefile.sources if s.import_id in kept]
        events = events.without([(s.first_row, s.first_row + s.count) for s in gone])
    if others:
        events = replace(events, parties=tuple(map(masked_label, events.parties)))
    # Who else was given a pack or six words is nobody's matter but the person's and the court's.
    outside = tuple(h for h in casefile.outside if not others or h.kind == "stamp")
    return replace(
        casefile, records=tuple(records), sources=sources, events=events, outside=outside
    )


def kept_back_lines(contents: Contents) -> tuple[str, ...]:
    """What was not included, counted by reason, in plain sentences."""
    counted = Counter(k.reason for k in contents.kept_back)
    lines = [
        f"{count} {'record is' if count == 1 else 'records are'} kept back: {KEPT_BACK[reason]}."
        for reason, count in sorted(counted.items())
    ]
    if contents.by_selection:
        many = contents.by_selection
        lines.append(
            f"{many} {'record is' if many == 1 else 'records are'} withheld by selection of dates, of "
            "entries, or of what the person keeps private."
        )
    if contents.initials_only:
        lines.append(
            "Names are printed as initials. Originals and the words of entries are as they were and "
            "may hold names."
        )
    if contents.erased:
        lines.append(f"{len(contents.erased)} erased at the person's wish; their places stay.")
    return tuple(lines)


Progress = Callable[[int, int], None]
"""Called with bytes done and bytes in all."""
