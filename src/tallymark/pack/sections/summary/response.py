"""Rows of the first page: orders, effect, and what police were told."""

from __future__ import annotations

from tallymark.pack import say
from tallymark.pack.sections._section import Run
from tallymark.pack.sections.summary.line import Page, Row, joined


def orders_rows(page: Page) -> list[Row]:
    """Each order with service and end, what touches it, and what is not recorded as reported."""
    found: list[Row] = []
    for order in page.summary.orders[:2]:
        runs: list[Run] = [page.clip(order.label, 50)]
        runs += [f", {page.clip(order.court, 40)}"] if order.court else []
        runs.append(f", served {order.served}" if order.served else ", service not recorded")
        runs.append(f" (proof {order.proof})" if order.proof else " (proof not recorded)")
        runs += [f", ends {order.expires}. " if order.expires else ". ", *page.cite([order.id])]
        if order.touching:
            parts: list[list[Run]] = [
                [f"{page.clip(words, 44)} ", *page.cite(figure.refs, most=5)]
                for words, figure in order.touching[: page.most(4)]
            ]
            runs += [" Touching a condition: ", *joined(parts, "; "), "."]
        found.append(Row(5, "ORDER", tuple(runs)))
        if order.touching:
            told: list[Run] = ["Reported: ", *(page.cite(order.reported.refs) or ["none"])]
            missing = page.cite(order.not_reported.refs, most=8) or ["none"]
            found.append(Row(5, "", (*told, ". NOT recorded as reported: ", *missing, ".")))
    if len(page.summary.orders) > 2:
        found.append(Row(5, "", (f"{len(page.summary.orders) - 2} more orders: see inside.",)))
    return found or [Row(5, "ORDER", ("none recorded",), drop=5)]


def _after(hours: int) -> str:
    return f"{hours} h" if hours < 48 else say.count(hours // 24, "day")


def effect_rows(page: Page) -> list[Row]:
    """Fear of violence as answered, the newest words on the effect, and what changed."""
    effect = page.summary.effect
    found = []
    if effect.fear.value:
        runs: list[Run] = ["Feared violence in ", page.figure(effect.fear.value, effect.fear.refs)]
        runs += [
            " entries: " if effect.fear.value > 1 else " entry: ",
            *page.cite(effect.fear.refs),
        ]
        found.append(Row(5, "EFFECT", (*runs, ".")))
    if effect.quotes:
        quote = effect.quotes[0]
        wrote = f", written {_after(quote.hours_later)} after" if quote.hours_later else ""
        words = f"\u201c{page.clip(quote.words, 110)}\u201d ("
        label = "" if found else "EFFECT"
        found.append(Row(5, label, (words, *page.cite([quote.ref]), f"{wrote})."), drop=2))
    if effect.changes:
        parts: list[list[Run]] = [
            [f"{page.clip(c.words, 36)} {c.day} ", *page.cite(c.refs[:1])]
            for c in effect.changes[-page.most(4) :]
        ]
        label = "" if found else "EFFECT"
        found.append(Row(5, label, ("Changed: ", *joined(parts, ", "), "."), drop=4))
    return found


def police_rows(page: Page) -> list[Row]:
    """What police or agencies were told, the last four."""
    lines = page.summary.police
    if not lines:
        return [Row(6, "POLICE", ("no contact recorded",), drop=3)]
    parts: list[list[Run]] = [
        [f"{line.day} {page.clip(line.words, 60)} ", *page.cite(line.refs[:1])]
        for line in lines[-page.most(4) :]
    ]
    head = say.count(len(lines), "contact")
    return [Row(6, "POLICE", (f"{head}: ", *joined(parts), "."))]
