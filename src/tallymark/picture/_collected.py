"""What is collected for a rule: plain values with the ids behind every number."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from tallymark.picture._identity import Figure
from tallymark.picture.time_limits import Limit

YOURSELF = "yourself"
CAUTION = (
    "This shows where your entries stand. It does not say what the law will make of them; "
    "police, prosecutors and courts do that."
)


@dataclass(frozen=True, slots=True)
class ActLine:
    """One line of the statute's list, with the entries whose codes belong to it."""

    key: str
    words: str
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Collected:
    """One element: the records that stand for it, in the order in which people see them.

    ``without`` are the entries of the rule that leave this element open, where it is asked of each.
    ``imported`` is the number of items in exports, where messages and calls belong to it.
    """

    key: str
    words: str
    note: str
    needed: bool
    least: int
    entries: tuple[str, ...]
    without: tuple[str, ...]
    where: tuple[str, ...]
    imported: int = 0


@dataclass(frozen=True, slots=True)
class Occasions:
    """How often, each way it can be counted. ``imported`` are items of exports, by exhibit.

    ``in_window`` is the most days inside any window of the rule's length; None without a window.
    ``persons`` are those it was aimed at, each with their entries.
    """

    least: int
    entries: Figure
    episodes: Figure
    days: int
    imported: Figure
    in_window: int | None
    persons: tuple[tuple[str, tuple[str, ...]], ...]
    note: str


@dataclass(frozen=True, slots=True)
class Proxy:
    """An entry that came through somebody else: who carried it, and for whom, where recorded."""

    entry: str
    carrier: str
    principal: str


@dataclass(frozen=True, slots=True)
class Collection:
    """All that a casefile holds for one rule, and the gaps in words. No conclusion is in it.

    ``left_out`` were marked as wanted. ``by_channel`` are entries that stand for contact by their
    channel alone, since no kind of act was chosen.
    """

    rule: str
    title: str
    provision: str
    draft: bool
    state: str
    elements: tuple[Collected, ...]
    acts: tuple[ActLine, ...]
    occasions: Occasions
    whose: tuple[tuple[str, tuple[str, ...]], ...]
    proxies: tuple[Proxy, ...]
    left_out: tuple[str, ...]
    by_channel: tuple[str, ...]
    gaps: tuple[str, ...]
    limit: Limit | None
    caution: str = CAUTION

    def to_json(self) -> dict[str, object]:
        """Plain values for any JSON writer; a date is written as YYYY-MM-DD."""
        found = asdict(self)
        if self.limit is not None:
            found["limit"] = {
                **found["limit"],
                "newest": _iso(self.limit.newest),
                "day": _iso(self.limit.day),
            }
        return found


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
