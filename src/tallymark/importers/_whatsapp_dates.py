"""Which number is the day: decided from the whole file, or asked once; never guessed in silence.

Dates are gathered by their form (brackets, digits, separator) in the order of the file. A form is
decided by numbers above 12, else by time order, else by another form of the same file that is
alike, else by the answer given. What none of these decides becomes a question; both readings are
kept then. A number above 12 may stand in a line that somebody pasted, so a few of them decide
nothing unless the rest of the file agrees (``_weighed``).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from tallymark.importers._protocol import Choice, Question

Parts = tuple[str, str, str]
Form = tuple[bool, int, int, str]

ORDERS = ("dmy", "mdy", "ymd", "ydm")
EARLIEST, LATEST = 1990, 2099
FIRST_EXPORTS = 2009
BUDDHIST = range(2440, 2643)
MAX_DATES = 500_000
FEW = 3  # dates that may be pasted text rather than the file's own
OUTWEIGHS = 8  # how many dates of one kind a single one of the other kind can stand against
NEAR = 7  # days
DAY = timedelta(days=1)


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
    """How dates of one form are read.

    ``how`` is ``component`` (numbers above 12), ``few`` (the same, but only a few of them),
    ``mixed``, ``order``, ``alike``, ``same``, ``answer``, ``form``, ``open`` or ``none``. ``other``
    is the order whose reading must be kept beside the chosen one; ``stray`` is one that only dates
    are read by that the chosen one cannot read.
    """

    order: str
    how: str
    other: str | None = None
    stray: str | None = None

    def read(self, parts: Parts) -> tuple[date | None, date | None]:
        """The chosen reading and, where there is doubt and it differs, the other one."""
        first = reading(parts, self.order)
        spare = self.other or self.stray
        if spare is None or (first is not None and self.other is None):
            return first, None
        second = reading(parts, spare)
        if first is None:
            return second, None
        return first, second if second != first else None

    def is_stray(self, parts: Parts) -> bool:
        """Whether only another order than that of the file can read this date."""
        first, _ = self.read(parts)
        return first is not None and reading(parts, self.order) is None


@dataclass(slots=True)
class Dates:
    """All dates of a file, in its order; equal neighbours once. ``lines`` says how many lines each has."""

    seen: list[tuple[Form, Parts]] = field(default_factory=list)
    lines: Counter[Parts] = field(default_factory=Counter)

    def add(self, form: Form, parts: Iterable[tuple[Parts, int]]) -> None:
        """Note dates of one form that follow each other, each with how many lines bear it.

        Where a file is cut makes no difference.
        """
        for part, lines in parts:
            if len(self.seen) >= MAX_DATES:
                return
            self.lines[part] += lines
            if not self.seen or self.seen[-1] != (form, part):
                self.seen.append((form, part))

    def decide(self, answer: str | None) -> dict[Form, Decision]:
        """The decision for every form, the most frequent first to help the others."""
        groups: dict[Form, list[Parts]] = {}
        for form, parts in self.seen:
            groups.setdefault(form, []).append(parts)
        decided: dict[Form, Decision] = {}
        for form in sorted(groups, key=lambda f: -len(groups[f])):
            decided[form] = _decide(form, groups[form], decided, answer, lines=self.lines)
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
    form: Form,
    dates: list[Parts],
    decided: Mapping[Form, Decision],
    answer: str | None,
    *,
    lines: Mapping[Parts, int],
) -> Decision:
    orders = _candidates(form, dates)
    fitting = [o for o in orders if _all(dates, o)]
    if len(fitting) == 1:
        return _weighed(dates, fitting[0], orders, answer, lines=lines)
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


def _weighed(
    dates: list[Parts],
    only: str,
    orders: list[str],
    answer: str | None,
    *,
    lines: Mapping[Parts, int],
) -> Decision:
    """One order fits all dates: whether enough speaks for it, or what contradicts the rest is few.

    A line with a number above 12 that somebody pasted would turn every other date round. So it
    counts how many there are, whether they fit between their neighbours, and whether time runs
    forward under the other order when they are left out.
    """
    rest = (o for o in orders if o != only)
    other = max(rest, key=lambda o: sum(reading(p, o) is not None for p in dates))
    unsure = sum(reading(p, other) not in {None, reading(p, only)} for p in dates)
    decisive = sum(reading(p, other) is None for p in dates)
    strays = _strays(dates, (only, other))
    holds = strays[only] * OUTWEIGHS <= len(dates) and _fits_its_place(dates, only, other)
    many = decisive * (OUTWEIGHS if decisive > FEW else 1) >= unsure and decisive > 1
    settled = _is_clear(strays, only, other) or _most_lines(dates, only, other, lines=lines)
    if not unsure or (holds and many) or settled:
        return Decision(only, "component")
    if answer in {only, other}:
        return Decision(answer, "answer", other if answer == only else only)
    if holds and _is_smoother(dates, only, other):
        return Decision(only, "few", other)
    first, second = (only, other) if holds or strays[only] < strays[other] else (other, only)
    return Decision(first, "open", second)


def _most_lines(dates: list[Parts], only: str, other: str, *, lines: Mapping[Parts, int]) -> bool:
    """Whether far more lines can be read in one order alone than somebody pastes."""
    decisive = sum(lines[p] for p in set(dates) if reading(p, other) is None)
    unsure = sum(lines[p] for p in set(dates) if reading(p, other) not in {None, reading(p, only)})
    return decisive > FEW * OUTWEIGHS and decisive >= OUTWEIGHS * unsure


def _fits_its_place(dates: list[Parts], order: str, other: str) -> bool:
    """Whether the dates that only ``order`` can read stand in time between the lines around them."""
    days = [reading(p, order) for p in dates]
    placed = 0
    decisive = [n for n, p in enumerate(dates) if reading(p, other) is None]
    for n in decisive:
        before, day, after = (days[k] if 0 <= k < len(days) else None for k in (n - 1, n, n + 1))
        placed += day is not None and (
            (before is None or before <= day + DAY) and (after is None or day <= after + DAY)
        )
    return placed * 4 >= len(decisive) * 3


def _is_smoother(dates: list[Parts], order: str, other: str) -> bool:
    """Whether each date that only ``order`` can read is near a neighbour, in no larger steps than ``other`` makes."""
    days = [reading(p, order) for p in dates]
    steps = _steps(days)
    rest = _steps([reading(p, other) for p in dates])
    near = all(
        min(steps[max(0, n - 1) : n + 1], default=NEAR) <= NEAR
        for n, p in enumerate(dates)
        if reading(p, other) is None
    )
    return near and (not rest or median(steps) <= median(rest))


def _steps(days: list[date | None]) -> list[int]:
    """Days from each known date to the next, whichever way."""
    known = [d for d in days if d is not None]
    return [abs((late - early).days) for early, late in pairwise(known)]


def _mixed(dates: list[Parts], orders: list[str], answer: str | None) -> Decision:
    """No order fits all: the one that fits most, and the other wherever only that one can be read.

    Where a few dates stand against very many, they are taken for pasted text, and the many are not
    in doubt.
    """
    ranked = sorted(
        orders, key=lambda o: (-sum(reading(p, o) is not None for p in dates), o != answer)
    )
    if reading(dates[0], ranked[0]) is None and all(reading(p, ranked[0]) is None for p in dates):
        return Decision(ranked[0], "none")
    first, second = ranked[:2]
    many, few = (
        sum(reading(p, one) is not None and reading(p, two) is None for p in dates)
        for one, two in ((first, second), (second, first))
    )
    if few <= FEW and few * OUTWEIGHS <= many:
        return Decision(first, "component", stray=second)
    return Decision(first, "mixed", second)


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
    """The order under which time runs forward, when it clearly does so under one of them only."""
    strays = _strays(dates, orders)
    best, second = sorted(orders, key=strays.__getitem__)[:2]
    return best if _is_clear(strays, best, second) else None


def _is_clear(strays: Mapping[str, int], order: str, other: str) -> bool:
    """Whether too many dates run backward under ``other`` for them to be pasted lines."""
    return strays[other] > FEW and strays[other] >= OUTWEIGHS * strays[order]


def _strays(dates: list[Parts], orders: Iterable[str]) -> dict[str, int]:
    """For each order, how many of the dates that it can read must go for time to run forward.

    All but the longest run that never falls back (found by patience sorting). A line pasted into a
    message is one, wherever in time it lies.
    """
    found = {}
    for order in orders:
        piles: list[date] = []
        known = [d for d in (reading(p, order) for p in dates) if d is not None]
        for day in known:
            place = bisect_right(piles, day)
            piles[place : place + 1] = [day]
        found[order] = len(known) - len(piles)
    return found


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
        "Dates in this file can be read in two ways, and nothing in it says clearly which number is the day. "
        f"Is the first one {shown}? Answer with --day-order."
    )
    return (Question("day_order", "--day-order", text, tuple(choices)),)
