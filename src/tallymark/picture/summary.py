"""Every number of the first page of a pack, with the ids behind it. Absent data stays absent.

``summarise`` counts what was recorded; it gives no level, likelihood or opinion. A field that is
empty or ``None`` was not recorded, and ``missing`` names it.
"""

from __future__ import annotations

from dataclasses import dataclass

from tallymark.model.casefile import Casefile
from tallymark.model.record import Impact, PoliceContact
from tallymark.picture import _blocks as blocks
from tallymark.picture import _sources as sources
from tallymark.picture._clock import FAR
from tallymark.picture._entries import Anchor, anchors, exhibits
from tallymark.picture._grid import Grid, month_grid
from tallymark.picture._identity import Figure, basis_counts
from tallymark.picture._links import current
from tallymark.picture._second import decided_same
from tallymark.picture._series import Episode, at_place, clock_text
from tallymark.picture._view import day_text, unique
from tallymark.picture._words import BASES, lane_label
from tallymark.picture.episodes import Episodes, compared, episodes
from tallymark.picture.gaps import quiet_periods, reason_text
from tallymark.picture.time_limits import six_months


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest typed entry: when it happened, its words, and what stands behind it."""

    id: str
    when: str
    channel: str
    words: str
    exhibits: tuple[str, ...]
    witnesses: tuple[str, ...]
    police: tuple[blocks.Line, ...]


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch between told to stop and the first order: its episodes and items."""

    label: str
    low: int
    high: int
    episodes: Figure
    items: Figure


@dataclass(frozen=True, slots=True)
class Basis:
    """Episodes by how the other was known: in all, and since the first order when there is one."""

    key: str
    label: str
    episodes: Figure
    since_order: Figure | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is, over which days. ``by_gap`` holds the episodes for 30, 60 and 120 minutes.

    ``newest`` is the newest episode with a time of day; it may come from an import. ``decided_same``
    are decisions that several sources show one act; each source still counts.
    """

    first_day: str
    last_day: str
    episodes: Figure
    items: Figure
    days: Figure
    by_gap: dict[int, int]
    unknown_direction: int
    undated: int
    newest: Episode | None
    decided_same: Figure


@dataclass(frozen=True, slots=True)
class Effect:
    """Fear of violence as answered, the person's own words (newest first), and what changed."""

    fear: Figure
    quotes: tuple[blocks.Quote, ...]
    changes: tuple[blocks.Line, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of the first page. Dates are written as people write them, in ``zone``."""

    zone: str
    gap_minutes: int
    reporting: tuple[blocks.Who, ...]
    children_saw: Figure
    other: tuple[blocks.Who, ...]
    latest: Latest | None
    counts: Counts
    grid: Grid | None
    told: Anchor | None
    told_exhibits: tuple[str, ...]
    order_anchor: Anchor | None
    phases: tuple[Phase, ...]
    basis: tuple[Basis, ...]
    danger: tuple[blocks.DangerLine, ...]
    orders: tuple[blocks.OrderBlock, ...]
    effect: Effect
    police: tuple[blocks.Line, ...]
    held: sources.Held
    requests: tuple[blocks.Request, ...]
    second: blocks.Second
    other_side: sources.OtherSide
    beginning: sources.Beginning | None
    quiet: tuple[blocks.Line, ...]
    six_months: str
    outside: sources.Outside | None

    @property
    def missing(self) -> tuple[str, ...]:
        """What this summary cannot say because nobody recorded it."""
        wanted = (
            (self.reporting, "who is reporting"),
            (any(one.safe_contact for one in self.reporting), "how to reach them without danger"),
            (self.other, "who the other person is"),
            (self.latest, "a typed entry"),
            (self.told, "when they were told to stop"),
            (self.orders, "an order"),
            (self.effect.quotes, "how it made the person feel"),
            (self.effect.changes, "what changed in the person's life"),
            (self.police, "a contact with police"),
            (self.outside, "a head of the log that others hold"),
        )
        return tuple(words for held, words in wanted if not held)


def summarise(casefile: Casefile, *, gap_minutes: int = 60) -> Summary:
    """The summary of a casefile, from nothing but the casefile."""
    found = episodes(casefile, gap_minutes=gap_minutes)
    told, order = _anchor(found, "told_to_stop"), _anchor(found, "order")
    cuts = tuple(sorted((m for m in (told, order) if m), key=lambda m: (m.cut, m.id)))
    span = found.span()
    return Summary(
        zone=casefile.zone,
        gap_minutes=gap_minutes,
        reporting=blocks.who(casefile, "victim", "self", "reporting"),
        children_saw=blocks.children(found),
        other=blocks.who(casefile, "suspect", "other"),
        latest=_latest(found),
        counts=_counts(found),
        grid=month_grid(found, cuts=cuts),
        told=told,
        told_exhibits=_told_exhibits(casefile, told),
        order_anchor=order,
        phases=_phases(found, cuts),
        basis=_basis(found, order),
        danger=blocks.danger(found),
        orders=blocks.orders(found),
        effect=_effect(found),
        police=blocks.dated_lines(casefile, PoliceContact),
        held=sources.held(found, order),
        requests=blocks.requests(found),
        second=blocks.second_sources(found),
        other_side=sources.other_side(found, told),
        beginning=sources.beginning(found),
        quiet=_quiet(casefile),
        six_months=six_months(span[1] if span else None),
        outside=sources.outside(found),
    )


def _anchor(found: Episodes, kind: str) -> Anchor | None:
    """The first anchor of a kind."""
    marks = anchors(found.contacts.casefile, clock=found.contacts.clock)
    return next((mark for mark in marks if mark.kind == kind), None)


def _counts(found: Episodes) -> Counts:
    span, behind = found.span(), found.item_refs()
    same = decided_same(found.contacts.casefile)
    return Counts(
        first_day=day_text(span[0]) if span else "",
        last_day=day_text(span[1]) if span else "",
        episodes=Figure(found.count(), found.refs()),
        items=Figure(found.items(), behind),
        days=Figure(len(found.days()), behind),
        by_gap=compared(found),
        unknown_direction=found.contacts.unknown_direction,
        undated=found.contacts.undated,
        newest=_newest(found),
        decided_same=Figure(len(same), same),
    )


def _effect(found: Episodes) -> Effect:
    changes = blocks.dated_lines(found.contacts.casefile, Impact)
    return Effect(blocks.fear(found), blocks.quotes(found), changes)


def _phases(found: Episodes, cuts: tuple[Anchor, ...]) -> tuple[Phase, ...]:
    labels = [f"before {cuts[0].text()}" if cuts else "all"]
    labels += [f"after {cut.text()}" for cut in cuts]
    edges = [-FAR, *(cut.cut for cut in cuts), FAR]
    return tuple(
        Phase(
            label=label,
            low=low,
            high=high,
            episodes=Figure(found.count(low, high), found.refs(low, high)),
            items=Figure(found.items(low, high), found.item_refs(low, high)),
        )
        for label, low, high in zip(labels, edges[:-1], edges[1:], strict=True)
    )


def _basis(found: Episodes, order: Anchor | None) -> tuple[Basis, ...]:
    whole = basis_counts(found)
    since = basis_counts(found, low=order.cut) if order else (None,) * len(whole)
    return tuple(
        Basis(key, label, figure, later)
        for (key, label, _), figure, later in zip(BASES, whole, since, strict=True)
    )


def _latest(found: Episodes) -> Latest | None:
    held = [entry for entry in found.contacts.entries if entry.contact]
    if not held:
        return None
    entry, casefile = held[-1], found.contacts.casefile
    files = exhibits(casefile)
    clock = found.contacts.clock
    labels = {r.id: getattr(r.body, "label", "") for r in current(casefile)}
    told = blocks.dated_lines(casefile, PoliceContact)
    return Latest(
        id=entry.id,
        when=clock_text(clock, entry.at) if entry.clocked else day_text(entry.day),
        channel=lane_label(entry.lane),
        words=entry.body.what_happened or entry.body.words_said,
        exhibits=unique(files[ref].number for ref in entry.body.exhibits if ref in files),
        witnesses=unique(labels.get(w.person, "") or w.person for w in entry.body.witnesses),
        police=tuple(line for line in told if entry.id in line.refs),
    )


def _newest(found: Episodes) -> Episode | None:
    """The newest clocked episode, which may come from an import."""
    ends = [(lane.ends[-1], place) for place, lane in enumerate(found.lanes) if lane.ends]
    if not ends:
        return None
    lane = found.lanes[max(ends)[1]]
    return at_place(lane, len(lane.starts) - 1, found.contacts.clock)


def _told_exhibits(casefile: Casefile, told: Anchor | None) -> tuple[str, ...]:
    files = exhibits(casefile)
    for record in current(casefile):
        if told is not None and record.id == told.id:
            refs = getattr(record.body, "exhibits", ())
            return unique(files[ref].number for ref in refs if ref in files)
    return ()


def _quiet(casefile: Casefile) -> tuple[blocks.Line, ...]:
    return tuple(
        blocks.Line(f"{period.start} to {period.end}", reason_text(period), (record.id,))
        for record, period in quiet_periods(casefile)
    )
