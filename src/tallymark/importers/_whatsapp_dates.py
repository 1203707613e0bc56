"""Which number is the day: decided from the whole file, or asked once; never guessed in silence.

Dates are gathered by their form (brackets, digits, separator) in the order of the file. A form is
decided by a number above 12, else by time order, else by another form of the same file that is
alike, else by the answer given. What none of these decides becomes a question; both readings are
kept then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from tallymark.importers._protocol import Choice, Question

Parts = tuple[str, str, str]
Form = tuple[bool, int, int, str]

ORDERS = ("dmy", "mdy", "ymd", "ydm")
EARLIEST, LATEST = 1990, 2099
FIRST_EXPORTS = 2009
BUDDHIST = range(2440, 2643)
MAX_DATES = 500_000


def reading(parts: Parts, order: str) -> date | None:
    """The date under one order, or ``None`` when there is no such day from 1990 to 2099.

    Two digits mean 2000 to 2099. Years from 2440 are of the Buddhist era.
    """
    number = dict(zip(order, parts, strict=True))
    if len(number["d"]) > 2 or len(number["m"]) > 2 or len(number["y"]) in {1, 3}:
        return None
    year = int(number["y"])
    year += 2000 if len(number["y"]) == 2 else -543 if year in BUDDHIST else 0
    if not EARLIEST <= year <= LATEST:
        return None
    try:
        return date(year, int(number["m"]), int(number["d"]))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Decision:
    """How dates of one form are read. ``how``: component, order, alike, answer, form, open, none.

    ``doubt`` is true when the other reading must be kept beside the chosen one.
    """

    order: str
    how: str
    other: str | None = None

    def read(self, parts: Parts) -> tuple[date | None, date | None]:
        """The chosen reading and, where there is doubt and it differs, the other one."""
        first = reading(parts, self.order)
        if self.other is None:
            return first, None
        second = reading(parts, self.other)
        if first is None:
            return second, None
        return first, second if second != first else None


@dataclass(slots=True)
class Dates:
    """All dates of a file, in its order; equal neighbours once."""

    seen: list[tuple[Form, Parts]] = field(default_factory=list)

    def add(self, form: Form, parts: Iterable[Parts]) -> None:
        """Note dates of one form that follow each other; where a file is cut makes no difference."""
        for part in parts:
            if len(self.seen) >= MAX_DATES:
                return
            if not self.seen or self.seen[-1] != (form, part):
                self.seen.append((form, part))

    def decide(self, answer: str | None) -> dict[Form, Decision]:
        """The decision for every form, the most frequent first to help the others."""
        groups: dict[Form, list[Parts]] = {}
        for form, parts in self.seen:
            groups.setdefault(form, []).append(parts)
        decided: dict[Form, Decision] = {}
        for form in sorted(groups, key=lambda f: -len(groups[f])):
            decided[form] = _decide(form, groups[form], decided, answer)
        return decided


def _candidates(form: Form, dates: list[Parts]) -> list[str]:
    _, first, last, _ = form
    if first == 4:
        return ["ymd", "ydm"]
    usual = ["dmy", "mdy"]
    if last == 4 or any(_all(dates, order) for order in usual):
        return usual
    return [*usual, "ymd", "ydm"]


def _all(dates: list[Parts], order: str) -> bool:
    found = [reading(p, order) for p in dates]
    return all(d is not None and d.year >= FIRST_EXPORTS for d in found)


def _decide(
    form: Form, dates: list[Parts], decided: Mapping[Form, Decision], answer: str | None
) -> Decision:
    orders = _candidates(form, dates)
    fitting = [o for o in orders if _all(dates, o)]
    if len(fitting) == 1:
        return Decision(fitting[0], "component")
    if not fitting:
        return _mixed(dates, orders, answer)
    if all(reading(p, fitting[0]) == reading(p, fitting[1]) for p in dates):
        return Decision(fitting[0], "same")
    if fitting[0] == "ymd":
        return Decision(
            "ymd", "form"
        )  # year first is followed by the month everywhere but by rumour
    by_order = _by_order(dates, fitting)
    if by_order is not None:
        return Decision(by_order, "order")
    return _asked(form, fitting, decided, answer)


def _mixed(dates: list[Parts], orders: list[str], answer: str | None) -> Decision:
    """No order fits all: the one that fits most, and the other wherever only that one can be read."""
    ranked = sorted(
        orders, key=lambda o: (-sum(reading(p, o) is not None for p in dates), o != answer)
    )
    if reading(dates[0], ranked[0]) is None and all(reading(p, ranked[0]) is None for p in dates):
        return Decision(ranked[0], "none")
    return Decision(ranked[0], "mixed", ranked[1])


def _asked(
    form: Form, fitting: list[str], decided: Mapping[Form, Decision], answer: str | None
) -> Decision:
    first, second = fitting[:2]
    alike = next(
        (
            d
            for f, d in decided.items()
            if f[1:] == form[1:] and d.order in fitting and d.how != "open"
        ),
        None,
    )
    if alike is not None:
        return Decision(alike.order, "alike", second if alike.order == first else first)
    if answer in fitting:
        return Decision(answer, "answer", second if answer == first else first)
    return Decision(first, "open", second)


def _by_order(dates: list[Parts], orders: list[str]) -> str | None:
    """The order under which time runs forward, when it does so under one of them only."""
    backward = {o: _backward_steps([reading(p, o) for p in dates]) for o in orders}
    forward = [o for o, steps in backward.items() if steps == 0]
    if len(forward) == 1:
        return forward[0]
    best, worst = sorted(orders, key=lambda o: backward[o])[:2]
    return best if backward[worst] >= 20 * max(1, backward[best]) else None


def _backward_steps(days: list[date | None]) -> int:
    """How often time falls back by more than a day and stays back.

    A date that dips and returns may be a line pasted into a message: three of them count as one.
    """
    plain = [d for d in days if d is not None]
    kept, dips = plain[:1], 0
    for place, day in enumerate(plain[1:], start=1):
        following = plain[place + 1] if place + 1 < len(plain) else None
        if day < kept[-1] and (following is None or following >= kept[-1]):
            dips += 1
            continue
        kept.append(day)
    return dips // 3 + sum((early - late).days > 1 for early, late in pairwise(kept))


def question(decisions: Mapping[Form, Decision], example: Parts | None) -> tuple[Question, ...]:
    """The one question, when any form is open; with what each answer makes of ``example``."""
    if example is None or all(d.how != "open" for d in decisions.values()):
        return ()
    choices = []
    for order in ("dmy", "mdy", "ymd"):
        day = reading(example, order)
        if day is not None:
            choices.append(Choice(order, f"{day.day} {day:%B} {day.year}"))
    shown = " or ".join(c.text for c in choices)
    text = (
        "Every date in this file can be read in two ways, so day and month cannot be told apart. "
        f"Is the first one {shown}? Answer with --day-order."
    )
    return (Question("day_order", "--day-order", text, tuple(choices)),)
