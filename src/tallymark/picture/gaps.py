"""Quiet spells: runs of days with nothing recorded, with the reason where one was written down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from tallymark.model.casefile import Casefile
from tallymark.model.record import QuietPeriod, Record
from tallymark.picture import charts
from tallymark.picture._links import current
from tallymark.picture._series import direction_note
from tallymark.picture._view import Cell, Table, View, ViewSpec, count_cell, plural, span_text
from tallymark.picture.episodes import Episodes, episodes

MOST_BARS = 40


@dataclass(frozen=True, slots=True)
class _Spell:
    """Days without an item, both inclusive, and the quiet periods that touch them."""

    first: date
    last: date
    reasons: tuple[tuple[Record, QuietPeriod], ...]

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def refs(self) -> tuple[str, ...]:
        return tuple(record.id for record, _ in self.reasons)

    def reason(self) -> str:
        return "; ".join(reason_text(period) for _, period in self.reasons) or "reason not recorded"


def _build(casefile: Casefile, *, least_days: int = 7) -> View:
    found = episodes(casefile)
    periods = quiet_periods(casefile)
    spells = _spells(sorted(found.days()), periods, least=least_days)
    outside = [p for p in periods if not any(p[0].id in spell.refs for spell in spells)]
    rows = [
        (
            Cell(span_text(spell.first, spell.last), spell.refs),
            count_cell(spell.days, spell.refs),
            Cell(spell.reason(), spell.refs),
        )
        for spell in spells
    ]
    rows += [
        (
            Cell(f"{_period_text(period)} (recorded)", (record.id,)),
            Cell(""),
            Cell(reason_text(period), (record.id,)),
        )
        for record, period in outside
    ]
    return View(
        name="gaps",
        title=VIEW.title,
        sentence=_sentence(found, spells, least=least_days) + direction_note(found),
        caution=VIEW.caution,
        table=Table(("Days with nothing recorded", "Days", "Reason"), tuple(rows)),
        svg=_svg(spells),
        data=_data(spells, least=least_days),
    )


def quiet_periods(casefile: Casefile) -> tuple[tuple[Record, QuietPeriod], ...]:
    """The quiet periods that the person recorded, in order of their first day."""
    found = [(r, r.body) for r in current(casefile) if isinstance(r.body, QuietPeriod)]
    return tuple(sorted(found, key=lambda pair: (pair[1].start, pair[0].id)))


def reason_text(period: QuietPeriod) -> str:
    """Whether the diary was kept, and why it was quiet, in the person's words."""
    kept = "diary kept, nothing recorded" if period.diary_kept else "diary not kept"
    return f"{kept}: {period.reason}" if period.reason else kept


def period_days(period: QuietPeriod) -> tuple[date, date] | None:
    """The first and last day of a period, both inclusive; None when they are no dates."""
    first, last = _day(period.start), _day(period.end)
    return None if first is None or last is None or last < first else (first, last)


def _period_text(period: QuietPeriod) -> str:
    return span_text(_day(period.start), _day(period.end))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _spells(
    days: list[date], periods: tuple[tuple[Record, QuietPeriod], ...], *, least: int
) -> list[_Spell]:
    spells = []
    for before, after in pairwise(days):
        first, last = before + timedelta(days=1), after - timedelta(days=1)
        if (last - first).days + 1 >= max(least, 1):
            touching = tuple(p for p in periods if _touches(p[1], first, last))
            spells.append(_Spell(first, last, touching))
    return spells


def _touches(period: QuietPeriod, first: date, last: date) -> bool:
    begin, end = _day(period.start), _day(period.end)
    return begin is not None and end is not None and begin <= last and end >= first


def _sentence(found: Episodes, spells: list[_Spell], *, least: int) -> str:
    span = found.span()
    if span is None:
        return "Nothing with a date is recorded yet."
    told = sum(1 for spell in spells if spell.reasons)
    return (
        f"{plural(len(spells), 'spell')} of {plural(least, 'day')} or more with nothing recorded, "
        f"{span_text(*span)}; for {told:,} a reason is recorded."
    )


def _svg(spells: list[_Spell]) -> str:
    longest = sorted(spells, key=lambda spell: (-spell.days, spell.first))[:MOST_BARS]
    return charts.bars(
        "gaps",
        title="Days with nothing recorded",
        description="A bar for each spell, in order of time; its length is its days. "
        + (f"The {MOST_BARS} longest are drawn." if len(spells) > MOST_BARS else ""),
        rows=[
            charts.Bar(
                label=span_text(spell.first, spell.last),
                value=spell.days,
                text=f"{plural(spell.days, 'day')}: {spell.reason()}",
                refs=spell.refs,
            )
            for spell in sorted(longest, key=lambda spell: spell.first)
        ],
    )


def _data(spells: list[_Spell], *, least: int) -> dict[str, object]:
    return {
        "least_days": least,
        "spells": [
            {
                "first": spell.first.isoformat(),
                "last": spell.last.isoformat(),
                "days": spell.days,
                "reason": spell.reason(),
                "refs": list(spell.refs),
            }
            for spell in spells
        ],
    }


VIEW = ViewSpec(
    title="Days with nothing recorded",
    caution="A day with no entry is not a day on which nothing was done: absence of entries is not "
    "absence of conduct. A quiet spell can also follow a change of method.",
    build=_build,
)
