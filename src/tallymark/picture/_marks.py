"""Every date that contact can be counted from: being told, orders, blocks, police, turning points."""

from __future__ import annotations

from dataclasses import dataclass

from tallymark.model.casefile import Casefile
from tallymark.model.record import Exhibit, Order, PoliceContact, SafetyAction, ToldToStop, Trigger
from tallymark.picture._clock import FAR, LocalClock
from tallymark.picture._entries import Anchor, anchor, anchors, exhibits, plain
from tallymark.picture._links import current
from tallymark.picture._view import unique

TRIGGERS = {
    "separation": "the separation",
    "court_date": "a court date",
    "anniversary": "an anniversary",
    "birthday": "a birthday",
    "news": "news",
    "refusal": "a refusal",
    "release": "a release",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A date from which the other side may have known. ``high`` is where a block was taken back.

    ``words`` are those said; ``answer`` says whether it was acknowledged; ``shown_by`` the exhibits.
    """

    mark: Anchor
    high: int = FAR
    words: str = ""
    answer: str = "not recorded"
    shown_by: tuple[str, ...] = ()


def turning_points(casefile: Casefile, *, clock: LocalClock) -> tuple[Anchor, ...]:
    """All dates to count from, in order of time."""
    found = list(anchors(casefile, clock=clock))
    for record in current(casefile):
        body = record.body
        if isinstance(body, PoliceContact):
            label = f"contact with {body.agency or 'police'}"
            found.append(anchor(record, body.at, label=label, clock=clock))
        elif isinstance(body, Trigger):
            label = TRIGGERS.get(body.kind, body.words or body.kind.replace("_", " "))
            found.append(anchor(record, body.at, label=label, clock=clock, kind=body.kind))
        elif isinstance(body, SafetyAction) and body.code == "blocked":
            found.append(anchor(record, body.at, label=_blocked(body), clock=clock, kind="blocked"))
    return tuple(sorted(found, key=lambda a: (a.at, a.id)))


def told(casefile: Casefile, *, clock: LocalClock) -> tuple[Told, ...]:
    """When they were told: to stop, by an order, by a warning of police, by a block."""
    files = exhibits(casefile)
    served = {mark.id: mark for mark in anchors(casefile, clock=clock)}
    found = []
    for record in current(casefile):
        body = record.body
        if isinstance(body, ToldToStop):
            said = body.exact_words, body.acknowledged or "not recorded"
            found.append(Told(served[record.id], FAR, *said, _shown(body.exhibits, files)))
        elif isinstance(body, Order) and record.id in served:
            refs = (*((body.proof_of_service,) if body.proof_of_service else ()), *body.exhibits)
            found.append(Told(served[record.id], shown_by=_shown(refs, files)))
        elif isinstance(body, PoliceContact) and "yes" in {body.warning_given, body.notice_served}:
            label = "police warned them" if body.warning_given == "yes" else "a notice was served"
            mark = anchor(record, body.at, label=label, clock=clock, kind="warning")
            found.append(Told(mark, shown_by=_shown(body.exhibits, files)))
    return tuple(sorted([*found, *_blocks(casefile, clock)], key=lambda t: (t.mark.at, t.mark.id)))


def _shown(refs: tuple[str, ...], files: dict[str, Exhibit]) -> tuple[str, ...]:
    return unique(files[ref].number for ref in refs if ref in files)


def _blocked(body: SafetyAction) -> str:
    return f"{body.account} was blocked" if body.account else "they were blocked"


def _blocks(casefile: Casefile, clock: LocalClock) -> list[Told]:
    """Each block, up to the first time that the same account was let in again."""
    held = [(r, r.body) for r in current(casefile) if isinstance(r.body, SafetyAction)]
    opened = [
        (plain(body.account), anchor(record, body.at, label="", clock=clock).at)
        for record, body in held
        if body.code == "unblocked"
    ]
    found = []
    for record, body in held:
        if body.code == "blocked":
            mark = anchor(record, body.at, label=_blocked(body), clock=clock, kind="blocked")
            ends = [at for name, at in opened if name == plain(body.account) and at >= mark.cut]
            found.append(Told(mark, min(ends, default=FAR), body.words))
    return found
