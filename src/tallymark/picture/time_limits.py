"""Dates by which something is better raised with police: shown one day early, never as a verdict.

A date says nothing about what police or a court will do with what is older or later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tallymark.law import Rule
from tallymark.picture._clock import months_later
from tallymark.picture._view import day_text
from tallymark.picture.episodes import Contacts

SIX = 6
"""Months of the usual limit for what is tried in a magistrates' court only (see the law data)."""
NOW = "Raise this with police now."


@dataclass(frozen=True, slots=True)
class Limit:
    """The date of one rule. ``day`` is one day early on purpose; None without any dated contact."""

    rule: str
    title: str
    months: int
    newest: date | None
    day: date | None
    note: str
    words: str

    @property
    def by(self) -> str:
        """The day as people write it; nothing without one."""
        return day_text(self.day) if self.day else ""


def one_day_early(last: date, *, months: int) -> date:
    """So many months after a day, less one day."""
    return months_later(last, months) - timedelta(days=1)


def six_months(last: date | None) -> str:
    """Six months from the newest contact, one day early, as people write it; else nothing."""
    return day_text(one_day_early(last, months=SIX)) if last else ""


def newest(known: Contacts) -> date | None:
    """The local day of the newest contact of any kind; None when there is none."""
    days = [known.clock.day(lane.seconds[-1]) for lane in known.lanes if lane.seconds]
    days += [entry.day for lane in known.lanes for entry in lane.entries]
    return max(days, default=None)


def limit(rule: Rule, *, last: date | None) -> Limit | None:
    """The date of a rule that has a limit, from the newest contact; None when it has none."""
    if rule.time_limit is None:
        return None
    months = rule.time_limit.months
    day = one_day_early(last, months=months) if last else None
    words = [NOW]
    if day is not None:
        words.append(f"{_span(months)} from your newest entry, one day early: {day_text(day)}.")
    note = rule.time_limit.note or "Older entries can still matter."
    return Limit(rule.id, rule.title, months, last, day, note, " ".join([*words, note]))


def limits(rules: Iterable[Rule], *, last: date | None) -> tuple[Limit, ...]:
    """The dates of all rules that have one, the nearest first."""
    found = [one for rule in rules if (one := limit(rule, last=last))]
    return tuple(sorted(found, key=lambda one: (one.months, one.rule)))


def _span(months: int) -> str:
    if months == SIX:
        return "Six months"
    years, rest = divmod(months, 12)
    if rest:
        return f"{months} months"
    return "One year" if years == 1 else f"{years} years"
