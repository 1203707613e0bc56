"""Rows of the first page: how it developed, who did it, and the danger signs."""

from __future__ import annotations

from tallymark.pack.sections._section import Run
from tallymark.pack.sections.summary.line import Page, Row, clip, joined, short, word


def how_rows(page: Page) -> list[Row]:
    """From when to when, how many episodes, days and items, and what other gaps give."""
    counts = page.summary.counts
    if not counts.episodes.value:
        return [Row(2, "HOW IT WENT", ("nothing from the other side is recorded with a date",))]
    gaps = ", ".join(
        f"{gap} min: {many:,}"
        for gap, many in sorted(counts.by_gap.items())
        if gap != page.summary.gap_minutes
    )
    runs: list[Run] = [
        f"{_span(counts.first_day, counts.last_day)} · ",
        page.figure(counts.episodes.value, counts.episodes.refs),
        f" {word(counts.episodes.value, 'episode')} on ",
        page.figure(counts.days.value, counts.days.refs),
        f" {word(counts.days.value, 'day')} · ",
        page.figure(counts.items.value, counts.items.refs),
        f" {word(counts.items.value, 'item')} ({page.summary.gap_minutes}-min gap; {gaps})",
    ]
    if counts.undated:
        runs.append(f" · {counts.undated:,} without a date are not counted")
    return [Row(2, "HOW IT WENT", tuple(runs))]


def _span(first: str, last: str) -> str:
    """Two dates as written, the year once when it is the same."""
    start, _, year = first.rpartition(" ")
    return f"{start if last.endswith(f' {year}') else first} to {last}"


def phases_rows(page: Page) -> list[Row]:
    """Episodes before and after they were told to stop and an order was served."""
    phases = page.summary.phases
    if len(phases) < 2 or not page.summary.counts.episodes.value:
        return (
            [] if page.summary.told else [Row(4, "TOLD TO STOP", ("no date is recorded",), drop=3)]
        )
    parts: list[list[Run]] = []
    for place, phase in enumerate(phases):
        between = 0 < place < len(phases) - 1
        words = "between" if between else clip(short(phase.label), 60)
        proof = _told(page) if place == 0 else []
        parts.append([page.figure(phase.episodes.value, phase.episodes.refs), f" {words}", *proof])
    return [Row(4, "EPISODES", tuple(joined(parts)))]


def _told(page: Page) -> list[Run]:
    """Where they were told to stop: the entry and its exhibits."""
    if page.summary.told is None:
        return []
    exhibits = ", ".join(page.summary.told_exhibits[:2])
    return [" ", *page.cite([page.summary.told.id]), f" ({exhibits})" if exhibits else ""]


def identity_rows(page: Page) -> list[Row]:
    """How the other person was known, in all and since the order."""
    parts: list[list[Run]] = []
    for basis in page.summary.basis:
        if basis.episodes.value:
            later = basis.since_order
            since: list[Run] = (
                [" (", page.figure(later.value, later.refs), " since order)"]
                if later and later.value
                else []
            )
            many = page.figure(basis.episodes.value, basis.episodes.refs)
            parts.append([f"{basis.label} ", many, *since])
    return [Row(4, "WHO DID IT", tuple(joined(parts)), drop=2)]


def danger_rows(page: Page) -> list[Row]:
    """The danger signs that the person ticked, with their entries."""
    parts: list[list[Run]] = []
    for line in page.summary.danger[: page.most(6)]:
        named = f" ({', '.join(line.exhibits[:2])})" if line.exhibits else ""
        parts.append(
            [f"{page.clip(line.label, 40)} ", *page.cite(line.entries.refs, most=5), named]
        )
    if len(page.summary.danger) > len(parts):
        parts.append([f"and {len(page.summary.danger) - len(parts)} other signs"])
    return [Row(5, "RECORDED", tuple(joined(parts)))]
