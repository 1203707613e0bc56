"""Rows of the first page: how to reach the person, who it is about, and what happened last."""

from __future__ import annotations

from datetime import UTC, datetime

from tallymark.pack import say
from tallymark.pack.sections._section import Run
from tallymark.pack.sections.summary.line import Page, Row, clip, joined


def contact_rows(page: Page) -> list[Row]:
    """How to reach the person, and the question of danger; police and court only."""
    if page.contents.initials_only:
        return []
    told = [page.clip(w.safe_contact, 160) for w in page.summary.reporting if w.safe_contact]
    words = " / ".join(told[:2]) or "Not recorded. Ask how to reach them without risk."
    return [
        Row(0, "SAFE CONTACT", (words,)),
        Row(0, "DANGER NOW", ("Not asked by this program. Ask first.",), drop=3),
    ]


def reporting_rows(page: Page) -> list[Row]:
    """Who is reporting, at most two."""
    found = []
    for who in page.summary.reporting[:2]:
        name = page.name(" ".join(who.names[:1]) or who.label)
        parts: list[list[Run]] = [
            [name, *([f", b. {page.clip(say.date_text(who.born), 20)}"] if who.born else [])]
        ]
        if page.summary.children_saw.value:
            parts.append(["children present ", *page.cite(page.summary.children_saw.refs)])
        parts += [[page.clip(text, 40)] for text in (who.language, who.access_needs) if text]
        found.append(Row(1, "REPORTING", tuple(joined(parts))))
    return found or [Row(1, "REPORTING", ("not recorded",))]


def other_rows(page: Page) -> list[Row]:
    """Who the other person is, as told, at most two."""
    found = []
    initials = page.contents.initials_only
    for who in page.summary.other[:2]:
        name = page.name(" ".join(who.names[:1]) or who.label)
        parts = [
            f"{name}{f', b. {page.clip(say.date_text(who.born), 20)} (as told)' if who.born else ''}"
        ]
        parts += [page.clip(say.code(who.relationship), 30)] if who.relationship else []
        parts += (
            [f"apart since {page.clip(say.date_text(who.separated), 20)}"] if who.separated else []
        )
        if not initials:
            parts += [clip(i.value, 44) for i in who.identifiers[: page.most(4)]]
            parts += [f"works {page.clip(who.employer, 30)}"] if who.employer else []
            parts += [clip(who.vehicle, 60)] if who.vehicle else []
        parts += (
            [f"keys or passwords: {page.clip(who.keys_or_passwords, 50)}"]
            if who.keys_or_passwords
            else []
        )
        parts += [f"weapons: \u201c{page.clip(who.weapons, 60)}\u201d"] if who.weapons else []
        found.append(Row(1, "OTHER", tuple(joined([[p] for p in parts]))))
    return found or [Row(1, "OTHER", ("not recorded",))]


def latest_rows(page: Page) -> list[Row]:
    """The newest entry, and the newest episode of an export when it is later. Never left out."""
    latest = page.summary.latest
    if latest is None:
        return [Row(1, "LATEST", ("no typed entry in this pack", *_newest(page)))]
    runs: list[Run] = [
        f"{latest.when} ",
        *page.cite([latest.id]),
        f": \u201c{clip(latest.words, 150)}\u201d",
    ]
    if latest.exhibits:
        runs.append(f" Exhibits {', '.join(latest.exhibits[:4])}.")
    if latest.witnesses:
        runs.append(f" Also known to: {', '.join(page.name(w) for w in latest.witnesses[:3])}.")
    if latest.police:
        told = [line.refs[0] for line in latest.police if line.refs]
        runs += [" Police: ", *page.cite(told, most=3), "."]
    return [Row(1, "LATEST", (*runs, *_newest(page)))]


def _newest(page: Page) -> list[Run]:
    """The newest episode when it came from an export and is later than the newest entry."""
    newest, latest = page.summary.counts.newest, page.summary.latest
    if newest is None or newest.typed or (latest and latest.id in newest.refs):
        return []
    at = page.contents.local(datetime.fromtimestamp(newest.end, UTC))
    words = f" Newest in an export: {say.day(at)} {say.clock(at)}, {newest.lane}, "
    return [words, f"{say.count(newest.items, 'item')} ", *page.cite(newest.refs, most=2)]
