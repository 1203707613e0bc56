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
    words: str


def one_day_early(newest: date, *, months: int) -> date:
    """So many months after a day, less one day."""
    return months_later(newest, months) - timedelta(days=1)


def six_months(newest: date | None) -> str:
    """Six months from the newest contact, one day early, as people write it; else nothing."""
    return day_text(one_day_early(newest, months=SIX)) if newest else ""


def limit(rule: Rule, *, newest: date | None) -> Limit | None:
    """The date of a rule that has a limit, from the newest contact; None when it has none."""
    if rule.time_limit is None:
        return None
    months = rule.time_limit.months
    day = one_day_early(newest, months=months) if newest else None
    words = [NOW]
    if day is not None:
        words.append(f"{_span(months)} from your newest entry, one day early: {day_text(day)}.")
    words.append(rule.time_limit.note or "Older entries can still matter.")
    return Limit(rule.id, rule.title, months, newest, day, " ".join(words))


def limits(rules: Iterable[Rule], *, newest: date | None) -> tuple[Limit, ...]:
    """The dates of all rules that have one, the nearest first."""
    found = [one for rule in rules if (one := limit(rule, newest=newest))]
    return tuple(sorted(found, key=lambda one: (one.months, one.rule)))


def _span(months: int) -> str:
    if months == SIX:
        return "Six months"
    years, rest = divmod(months, 12)
    if rest:
        return f"{months} months"
    return "One year" if years == 1 else f"{years} years"
