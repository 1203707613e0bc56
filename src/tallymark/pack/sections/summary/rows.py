"""The rows of the first page: what each says, and which may be left out when there is no room.

Everything is counted by ``picture.summary``; here it is put into short sentences. No row judges.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tallymark.pack import say
from tallymark.pack.contents import KEPT_BACK, Contents
from tallymark.pack.people import masked_label
from tallymark.pack.sections._section import Run, cite

KEEP = 0
"""Never left out: the latest event, what is not reported, what others hold, the other side."""


@dataclass(frozen=True, slots=True)
class Row:
    """A label and its sentence. ``drop``: the higher, the sooner it goes; ``KEEP`` never does."""

    group: int
    label: str
    runs: tuple[Run, ...]
    drop: int = KEEP


class Page:
    """What the row writers share: the summary, numbers for ids, and names as they may be printed."""

    def __init__(self, contents: Contents, *, scale: float = 1.0) -> None:
        self.contents, self.summary, self._scale = contents, contents.summary, scale

    def numbers(self, refs: Iterable[str]) -> list[int]:
        """The numbers of records, in the order given, without repeats."""
        found = (self.contents.numbers.get(ref) for ref in refs)
        return list(dict.fromkeys(n for n in found if n is not None))

    def cite(self, refs: Iterable[str], *, most: int = 6) -> list[Run]:
        """The numbers of records as links."""
        return cite(self.numbers(refs), most=most)

    def figure(self, value: int, refs: Iterable[str]) -> Run:
        """A count that leads to the first entry behind it."""
        numbers = self.numbers(refs)
        text = f"{value:,}"
        return [text, numbers[0]] if numbers else text

    def clip(self, text: str, most: int) -> str:
        """The text on one line, cut at so many characters, fewer on a crowded page."""
        return clip(text, max(8, int(most * self._scale)))

    def name(self, text: str) -> str:
        """A name as it may be printed here."""
        return self.clip(masked_label(text) if self.contents.initials_only else text, 48)


def clip(text: str, most: int) -> str:
    """The text on one line, cut with an ellipsis at a word where there is one.

    Words of one letter are words too: there are at most ``most // 4`` of them.
    """
    found = text.split(None, most // 4 + 1)
    line = " ".join(found[: most // 4 + 1])
    if len(found) > most // 4 + 1:
        line += "\u2026"
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    return (cut[: cut.rfind(" ")] if cut.rfind(" ") > most // 2 else cut).rstrip(" ,.;:") + "…"


def short(label: str) -> str:
    """A phase or anchor with fewer words: ``before told to stop 3 May 2026``."""
    for word in ("they were ", "was ", "the ", "on "):
        label = label.replace(f" {word}", " ").removeprefix(word)
    return label


def joined(parts: Sequence[Sequence[Run]], between: str = " · ") -> list[Run]:
    """Several pieces with a mark between them; empty ones left out."""
    found: list[Run] = []
    for part in parts:
        if part:
            found += [between, *part] if found else [*part]
    return found


def rows(page: Page) -> tuple[Row, ...]:
    """Every row that the data allow, in reading order."""
    found: list[Row] = []
    for write in _WRITERS:
        found += write(page)
    return tuple(row for row in found if row.runs)


def _contact(page: Page) -> list[Row]:
    if page.contents.initials_only:
        return []
    told = [page.clip(w.safe_contact, 160) for w in page.summary.reporting if w.safe_contact]
    words = " / ".join(told[:2]) or "Not recorded. Ask how to reach them without risk."
    return [
        Row(0, "SAFE CONTACT", (words,)),
        Row(0, "DANGER NOW", ("Not asked by this program. Ask first.",), drop=3),
    ]


def _reporting(page: Page) -> list[Row]:
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


def _other(page: Page) -> list[Row]:
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
            parts += [page.clip(i.value, 36) for i in who.identifiers[:4]]
            parts += [f"works {page.clip(who.employer, 30)}"] if who.employer else []
            parts += [page.clip(who.vehicle, 36)] if who.vehicle else []
        parts += (
            [f"keys or passwords: {page.clip(who.keys_or_passwords, 50)}"]
            if who.keys_or_passwords
            else []
        )
        parts += [f"weapons: \u201c{page.clip(who.weapons, 60)}\u201d"] if who.weapons else []
        found.append(Row(1, "OTHER", tuple(joined([[p] for p in parts]))))
    return found or [Row(1, "OTHER", ("not recorded",))]


def _latest(page: Page) -> list[Row]:
    latest = page.summary.latest
    if latest is None:
        return [Row(1, "LATEST", ("no typed entry in this pack", *_newest(page)))]
    runs: list[Run] = [
        f"{latest.when} ",
        *page.cite([latest.id]),
        f": \u201c{page.clip(latest.words, 150)}\u201d",
    ]
    if latest.exhibits:
        runs.append(f" Exhibits {', '.join(latest.exhibits[:4])}.")
    if latest.witnesses:
        runs.append(f" Also known to: {', '.join(page.name(w) for w in latest.witnesses[:3])}.")
    if latest.police:
        last = latest.police[-1]
        runs += [f" Police: {last.day} {page.clip(last.words, 60)} ", *page.cite(last.refs[:1])]
    return [Row(1, "LATEST", (*runs, *_newest(page)))]


def _newest(page: Page) -> list[Run]:
    """The newest episode when it came from an export and is later than the newest entry."""
    newest, latest = page.summary.counts.newest, page.summary.latest
    if newest is None or newest.typed or (latest and latest.id in newest.refs):
        return []
    at = page.contents.local(datetime.fromtimestamp(newest.end, UTC))
    words = f" Newest in an export: {say.day(at)} {say.clock(at)}, {newest.lane}, "
    return [words, f"{say.count(newest.items, 'item')} ", *page.cite(newest.refs, most=2)]


def _how(page: Page) -> list[Row]:
    counts = page.summary.counts
    if not counts.episodes.value:
        return [Row(2, "HOW IT WENT", ("nothing from the other side is recorded with a date",))]
    gaps = ", ".join(
        f"{gap} min gives {many:,}"
        for gap, many in sorted(counts.by_gap.items())
        if gap != page.summary.gap_minutes
    )
    runs: list[Run] = [
        f"{counts.first_day} to {counts.last_day} · ",
        page.figure(counts.episodes.value, counts.episodes.refs),
        f" {_word(counts.episodes.value, 'episode')} on ",
        page.figure(counts.days.value, counts.days.refs),
        f" {_word(counts.days.value, 'day')} · ",
        page.figure(counts.items.value, counts.items.refs),
        f" {_word(counts.items.value, 'item')} ({page.summary.gap_minutes}-min gap; {gaps})",
    ]
    if counts.undated:
        runs.append(f" · {counts.undated:,} without a date are not counted")
    return [Row(2, "HOW IT WENT", tuple(runs))]


def _word(many: int, one: str) -> str:
    return one if many == 1 else f"{one}s"


def _phases(page: Page) -> list[Row]:
    phases = page.summary.phases
    if len(phases) < 2 or not page.summary.counts.episodes.value:
        return (
            [] if page.summary.told else [Row(4, "TOLD TO STOP", ("no date is recorded",), drop=3)]
        )
    parts: list[list[Run]] = []
    for place, phase in enumerate(phases):
        between = 0 < place < len(phases) - 1
        words = "between the two" if between else page.clip(short(phase.label), 60)
        parts.append([page.figure(phase.episodes.value, phase.episodes.refs), f" {words}"])
    if page.summary.told:
        proof = (
            f" ({', '.join(page.summary.told_exhibits[:2])})" if page.summary.told_exhibits else ""
        )
        parts.append(["told to stop: ", *page.cite([page.summary.told.id]), proof])
    return [Row(4, "EPISODES", tuple(joined(parts)))]


def _identity(page: Page) -> list[Row]:
    parts: list[list[Run]] = []
    for basis in page.summary.basis:
        if basis.episodes.value:
            later = basis.since_order
            since: list[Run] = (
                [" (", page.figure(later.value, later.refs), " since the order)"] if later else []
            )
            many = page.figure(basis.episodes.value, basis.episodes.refs)
            parts.append([f"{basis.label} ", many, *since])
    return [Row(4, "WHO DID IT", tuple(joined(parts)), drop=2)]


def _danger(page: Page) -> list[Row]:
    parts: list[list[Run]] = []
    for line in page.summary.danger[:6]:
        named = f" ({', '.join(line.exhibits[:2])})" if line.exhibits else ""
        parts.append(
            [f"{page.clip(line.label, 40)} ", *page.cite(line.entries.refs, most=5), named]
        )
    if len(page.summary.danger) > 6:
        parts.append([f"and {len(page.summary.danger) - 6} other signs"])
    return [Row(5, "RECORDED", tuple(joined(parts)))]


def _orders(page: Page) -> list[Row]:
    found: list[Row] = []
    for order in page.summary.orders[:2]:
        runs: list[Run] = [page.clip(order.label, 50)]
        runs += [f", {page.clip(order.court, 40)}"] if order.court else []
        runs.append(f", served {order.served}" if order.served else ", service not recorded")
        runs.append(f" (proof {order.proof})" if order.proof else " (no proof of service)")
        runs += [f", ends {order.expires}. " if order.expires else ". ", *page.cite([order.id])]
        if order.touching:
            parts: list[list[Run]] = [
                [f"{page.clip(words, 44)} ", *page.cite(figure.refs, most=5)]
                for words, figure in order.touching[:4]
            ]
            runs += [" Entries touching a condition: ", *joined(parts, "; "), "."]
        found.append(Row(5, "ORDER", tuple(runs)))
        if order.touching:
            told: list[Run] = ["Reported: ", *(page.cite(order.reported.refs) or ["none"])]
            missing = page.cite(order.not_reported.refs, most=8) or ["none"]
            found.append(Row(5, "", (*told, ". NOT recorded as reported: ", *missing, ".")))
    if len(page.summary.orders) > 2:
        found.append(Row(5, "", (f"{len(page.summary.orders) - 2} more orders: see inside.",)))
    return found or [Row(5, "ORDER", ("none recorded",), drop=5)]


def _effect(page: Page) -> list[Row]:
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
        wrote = f", written {quote.hours_later} h after" if quote.hours_later else ""
        words = f"\u201c{page.clip(quote.words, 110)}\u201d ("
        label = "" if found else "EFFECT"
        found.append(Row(5, label, (words, *page.cite([quote.ref]), f"{wrote})."), drop=2))
    if effect.changes:
        parts: list[list[Run]] = [
            [f"{page.clip(c.words, 36)} {c.day} ", *page.cite(c.refs[:1])]
            for c in effect.changes[-4:]
        ]
        label = "" if found else "EFFECT"
        found.append(Row(5, label, ("Changed: ", *joined(parts, ", "), "."), drop=4))
    return found


def _police(page: Page) -> list[Row]:
    lines = page.summary.police
    if not lines:
        return [Row(6, "POLICE", ("no contact recorded",), drop=3)]
    parts: list[list[Run]] = [
        [f"{line.day} {page.clip(line.words, 60)} ", *page.cite(line.refs[:1])]
        for line in lines[-4:]
    ]
    head = say.count(len(lines), "contact")
    return [Row(6, "POLICE", (f"{head}: ", *joined(parts), "."))]


def _held(page: Page) -> list[Row]:
    held = page.summary.held
    parts: list[list[Run]] = []
    if held.no_number.value:
        since = f", {held.since_order.value} since the order" if held.since_order else ""
        parts.append(
            [
                "Records of ",
                page.figure(held.no_number.value, held.no_number.refs),
                f" {_word(held.no_number.value, 'call')} without a number{since}: ",
                "asking for them is not recorded",
            ]
        )
    originals: list[Run] = [
        "Originals of exhibits: kept ",
        page.figure(held.kept.value, held.kept.refs),
        ", gone ",
        page.figure(held.gone.value, held.gone.refs),
        ", not recorded ",
        page.figure(held.not_recorded.value, held.not_recorded.refs),
    ]
    if held.kept.value or held.gone.value or held.not_recorded.value:
        places = "; ".join(page.clip(place, 40) for place in held.places[:2])
        parts.append([*originals, f" ({places})" if places else ""])
    if not parts:
        parts.append(["Nothing recorded"])
    return [Row(6, "OTHERS MAY\nSTILL HOLD", (*joined(parts, ". "), "."))]


def _second(page: Page) -> list[Row]:
    second = page.summary.second
    whole = page.summary.counts.episodes.value
    if not second.total.value:
        return [Row(6, "SECOND SOURCE", ("none recorded",), drop=5)]
    willing = dict(second.willing)
    parts: list[list[Run]] = []
    for label, figure in second.lines[:5]:
        speak = f" (will speak: {willing[label]})" if label in willing else ""
        name = page.name(label) if label in willing else page.clip(label, 40)
        parts.append([f"{name} ", page.figure(figure.value, figure.refs), speak])
    head = page.figure(second.total.value, second.total.refs)
    return [Row(6, "SECOND SOURCE", (head, f" of {whole:,}: ", *joined(parts, ", "), "."), drop=2)]


def _other_side(page: Page) -> list[Row]:
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
        runs.append(f" Who sent {sent.direction_unknown:,} more is not known.")
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
                " come from message and call records, ",
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
        return "Held back: no record of this log."
    parts = [f"{say.count(chosen, 'record')} withheld by selection"] if chosen else []
    reasons = Counter(kept.reason for kept in contents.kept_back)
    parts += [f"{many} {KEPT_BACK[reason]}" for reason, many in sorted(reasons.items())]
    return f"Held back: {'; '.join(parts)}."


def _date(page: Page) -> list[Row]:
    if not page.summary.six_months:
        return []
    words = (
        f"Six months from the newest contact, one day early: {page.summary.six_months}. For "
        "summary-only offences; ask CPS now. Rule not checked: DRAFT."
    )
    return [Row(7, "DATE", (words,), drop=1)]


def _seal(page: Page) -> list[Row]:
    outside, seal = page.summary.outside, page.contents.seal
    runs: list[Run] = [f"Six words: {' '.join(seal.words)}. Ask the person to read theirs out. "]
    if outside is None:
        runs.append("No pack was made before: no outside time. ")
    else:
        runs += [
            "An earlier pack holds ",
            page.figure(outside.covered.value, outside.covered.refs),
            f" episodes (first {outside.first}, by this device's clock); none holds ",
            page.figure(outside.none.value, outside.none.refs),
            ". ",
        ]
    runs.append("Shows nothing changed after it was recorded. Cannot show it is true.")
    return [Row(8, "SEAL", tuple(runs))]


_WRITERS: tuple[Callable[[Page], list[Row]], ...] = (
    _contact,
    _reporting,
    _other,
    _latest,
    _how,
    _phases,
    _identity,
    _danger,
    _orders,
    _effect,
    _police,
    _held,
    _second,
    _other_side,
    _date,
    _seal,
)
