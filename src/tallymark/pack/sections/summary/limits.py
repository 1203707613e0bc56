"""Rows of the first page: open ends, second sources, the other side, the date and the seal."""

from __future__ import annotations

from collections import Counter

from tallymark.pack import say
from tallymark.pack.contents import KEPT_BACK, Contents
from tallymark.pack.sections._section import Run
from tallymark.pack.sections.summary.line import Page, Row, joined, word


def held_rows(page: Page) -> list[Row]:
    """What others may still hold, and where originals are. Never left out."""
    held = page.summary.held
    parts: list[list[Run]] = []
    if held.no_number.value:
        since = f", {held.since_order.value} since order" if held.since_order else ""
        parts.append(
            [
                "Records of ",
                page.figure(held.no_number.value, held.no_number.refs),
                f" {word(held.no_number.value, 'call')} without a number{since}: ",
                "not recorded as asked for",
            ]
        )
    states = (("kept", held.kept), ("gone", held.gone), ("not recorded", held.not_recorded))
    originals: list[list[Run]] = [
        [f"{word} ", page.figure(state.value, state.refs)] for word, state in states if state.value
    ]
    if originals:
        places = "; ".join(page.clip(place, 40) for place in held.places[:2])
        kept: list[Run] = ["Originals of exhibits: ", *joined(originals, ", ")]
        parts.append([*kept, f" ({places})" if places else ""])
    if not parts:
        parts.append(["Nothing recorded"])
    return [Row(6, "OTHERS MAY\nSTILL HOLD", (*joined(parts, ". "), "."))]


def second_rows(page: Page) -> list[Row]:
    """Episodes that have a second source, by kind."""
    second = page.summary.second
    whole = page.summary.counts.episodes.value
    if not second.total.value:
        return [Row(6, "SECOND SOURCE", ("none recorded",), drop=5)]
    willing = dict(second.willing)
    parts: list[list[Run]] = []
    for label, figure in second.lines[: page.most(5)]:
        speak = f" (will speak: {willing[label]})" if label in willing else ""
        name = page.name(label) if label in willing else page.clip(label, 40)
        parts.append([f"{name} ", page.figure(figure.value, figure.refs), speak])
    head = page.figure(second.total.value, second.total.refs)
    return [Row(6, "SECOND SOURCE", (head, f" of {whole:,}: ", *joined(parts, ", "), "."), drop=2)]


def other_side_rows(page: Page) -> list[Row]:
    """What the person sent, how the record began, quiet times, what is held back. Never left out."""
    sent, contents = page.summary.other_side, page.contents
    runs: list[Run] = ["The person sent ", page.figure(sent.before.value, sent.before.refs)]
    if sent.after is None:
        runs.append(" messages")
    else:
        runs += [
            " before telling them to stop and ",
            page.figure(sent.after.value, sent.after.refs),
        ]
        runs.append(" after")
        if sent.after.value:
            runs += [" (", *page.cite(sent.after.refs, most=4), ")"]
    runs.append("." if contents.by_selection or contents.kept_back else "; all included.")
    if sent.direction_unknown:
        runs.append(f" Sender of {sent.direction_unknown:,} not known.")
    found = [Row(7, "OTHER SIDE", tuple(runs))]
    begun = page.summary.beginning
    if begun:
        earlier: list[Run] = [f"Diary began {begun.day}"]
        if begun.earlier.value:
            earlier += [
                ": of ",
                page.figure(begun.earlier.value, begun.earlier.refs),
                " earlier episodes, ",
                page.figure(begun.from_exports.value, begun.from_exports.refs),
                " from message and call records, ",
                page.figure(begun.from_memory.value, begun.from_memory.refs),
                " from memory",
            ]
            if begun.from_memory.value:
                earlier += [" (", *page.cite(begun.from_memory.refs, most=4), ")"]
        found.append(Row(7, "", (*earlier, ".")))
    quiet = page.summary.quiet
    if quiet:
        parts: list[list[Run]] = [
            [f"{q.day}: {page.clip(q.words, 50)} ", *page.cite(q.refs)] for q in quiet[-2:]
        ]
        found.append(Row(7, "", tuple(joined(parts)), drop=5))
    return [*found, Row(7, "", (_kept(contents),))]


def _kept(contents: Contents) -> str:
    """How much of the log is not in the pack, in a few words."""
    chosen = contents.by_selection
    if not chosen and not contents.kept_back:
        return "Held back: nothing."
    parts = [f"{say.count(chosen, 'record')} withheld by selection"] if chosen else []
    reasons = Counter(kept.reason for kept in contents.kept_back)
    parts += [f"{many} {KEPT_BACK[reason]}" for reason, many in sorted(reasons.items())]
    return f"Held back: {'; '.join(parts)}."


def date_rows(page: Page) -> list[Row]:
    """Six months from the newest contact, marked as a draft rule."""
    if not page.summary.six_months:
        return []
    words = (
        f"Six months from newest contact, one day early: {page.summary.six_months}. For "
        "summary-only offences; ask CPS now. Rule not checked: DRAFT."
    )
    return [Row(7, "DATE", (words,), drop=1)]


def seal_rows(page: Page) -> list[Row]:
    """The six words, outside time, and what the seal can and cannot show."""
    outside, seal = page.summary.outside, page.contents.seal
    runs: list[Run] = [f"Six words: {' '.join(seal.words)}. Ask the person to read theirs out. "]
    if outside is None:
        runs.append("No outside time. ")
    else:
        clock = "" if outside.by == "stamp" else ", this device's clock"
        runs += [
            "Heads held outside cover ",
            page.figure(outside.covered.value, outside.covered.refs),
            f" episodes, first {outside.first} ({say.OUTSIDE[outside.by]}{clock}); ",
            page.figure(outside.none.value, outside.none.refs),
            " none. ",
        ]
    runs.append("Shows nothing changed after it was recorded. Cannot show it is true.")
    return [Row(8, "SEAL", tuple(runs))]
