"""What a casefile leaves open for a rule, in words. Open points are help, never a condition."""

from __future__ import annotations

from tallymark.law import Rule
from tallymark.picture._collected import Collected, Collection, Occasions
from tallymark.picture._view import plural


def gaps(rule: Rule, found: Collection, *, uncoded: int) -> tuple[str, ...]:
    """What is still open, in words. Nothing here has to be filled before anyone is called.

    ``uncoded`` is how many entries name no kind of act in any way.
    """
    words = [line for element in found.elements for line in _element_gaps(element)]
    if uncoded:
        words.append(f"{_entries(uncoded)} with no kind of act chosen: no rule can find them yet.")
    words += _occasion_gaps(rule, found.occasions)
    named = [who for who, _ in found.whose if who]
    if len(named) > 1:
        words.append(
            f"Your entries name {len(named)} people as the one who did it. "
            "A rule looks at what one person did, or had done for them."
        )
    loose = [one for one in found.proxies if not one.principal]
    if rule.proxy and loose:
        words.append(f"{_entries(len(loose))} through others: for whom is not recorded.")
    return tuple(words)


def _element_gaps(element: Collected) -> list[str]:
    many = len(element.entries)
    if not element.needed and not many:
        return []
    if not many and not element.imported:
        return [f"{element.words}: nothing recorded yet."]
    if many + element.imported < element.least:
        return [f"{element.words}: the rule speaks of {element.least}; {many} recorded so far."]
    if element.without and element.needed:
        return [f"{element.words}: left open in {_entries(len(element.without))}."]
    return []


def _occasion_gaps(rule: Rule, occasions: Occasions) -> list[str]:
    need = rule.occasions
    if need.per_person:
        reached = sum(len(ids) >= need.least for _, ids in occasions.persons)
        if reached < need.persons:
            words = f"The rule speaks of {need.persons} people; your entries name {reached} so far."
            return [words]
        return []
    if occasions.in_window is not None and occasions.in_window < need.least:
        words = f"The rule speaks of {need.least} occasions inside {need.window_days} days; "
        return [f"{words}the most days recorded inside such a time is {occasions.in_window}."]
    many = max(occasions.entries.value, occasions.episodes.value)
    if many < need.least:
        return [f"The rule speaks of {need.least} occasions; {many} recorded so far."]
    return []


def _entries(many: int) -> str:
    return plural(many, "entry", "entries")
