"""Everything dated, in order of happening, with facts, words, feeling and inference apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from tallymark.pack import say
from tallymark.pack.chronology import Item, items
from tallymark.pack.contents import Contents
from tallymark.pack.sections._section import Part, Section

PER_VOLUME = 1_000
_FIELDS = (
    ("what_happened", "What happened"),
    ("words_said", "Words used"),
    ("my_words", "Their own words"),
    ("what_i_did", "What they did"),
    ("effect", "How it felt, their words"),
    ("injuries", "Injuries"),
    ("inference", "What they make of it"),
)
_FACTS = (
    ("ended", "ended"),
    ("learned", "found out"),
    ("channel", "channel"),
    ("direction", "contact"),
    ("wanted", "wanted"),
    ("contact_reason", "reason for contact"),
    ("who", "who"),
    ("targets", "aimed at"),
    ("kept_for", "kept for"),
    ("dictated_to", "dictated to"),
    ("translated_by", "translated by"),
    ("other_device", "written on another device"),
    ("words_language", "language"),
    ("where", "where"),
    ("appearance", "looks, clothing, manner"),
    ("vehicle_seen", "vehicle"),
    ("identifiers_seen", "number or account seen"),
    ("behaviours", "kind"),
    ("danger_signs", "danger signs"),
    ("fear_of_violence", "feared violence"),
    ("children_present", "children present"),
    ("witnesses", "others who know"),
    ("condition", "condition of the order"),
    ("reported", "police reference"),
    ("unreported_reason", "not reported because"),
    ("content_for_other_side", "content that the other side reads it"),
    ("outside_time", "outside time"),
)


def block(item: Item, *, numbers: dict[str, int], exhibits: dict[int, str]) -> dict[str, object]:
    """One entry as data for ``entry`` in ink.typ."""
    fields = item.fields
    cited = [numbers[r] for r in item.refs if r in numbers]
    return {
        "n": item.number,
        "when": say.moment(item.at, basis=item.record.type == "incident"),
        "heading": fields.get("heading", ""),
        "written": say.written(item.record),
        "delay": item.delay,
        "state": "" if item.is_current else item.state,
        "why": item.why,
        "facts": [[label, fields[name]] for name, label in _FACTS if fields.get(name)],
        "texts": [[label, fields[name], name] for name, label in _FIELDS if fields.get(name)],
        "cites": [[n, exhibits.get(n, "")] for n in dict.fromkeys(cited)],
        "asked": [q.text for q in item.record.asked],
    }


def blocks(contents: Contents, chosen: Iterable[Item]) -> list[dict[str, object]]:
    """Entries as data, with the exhibit numbers that they cite."""
    numbers = dict(contents.numbers)
    exhibits = {
        numbers[r.id]: r.body.number  # type: ignore[union-attr]
        for r in contents.casefile.records
        if r.type == "exhibit"
    }
    return [block(item, numbers=numbers, exhibits=exhibits) for item in chosen]


def _months(contents: Contents, chosen: Sequence[Item]) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for month, group in groupby(chosen, key=lambda item: item.at.value[:7]):
        entries = blocks(contents, group)
        title = f"{say.LONG_MONTHS[int(month[5:7]) - 1]} {month[:4]}"
        found.append({"title": title, "entries": entries})
    return found


def _content(contents: Contents) -> tuple[Part, ...]:
    current = [item for item in items(contents) if item.is_current]
    parts = []
    for at in range(0, len(current), PER_VOLUME):
        chosen = current[at : at + PER_VOLUME]
        span = "" if len(current) <= PER_VOLUME else f" ({at + 1} to {at + len(chosen)})"
        data = {
            "months": _months(contents, chosen),
            "lead": f"{say.count(len(current), 'entry', 'entries')}{span} in order of happening. "
            "The number is the entry's place in the sealed log, in order of writing.",
        }
        parts.append(Part(data=data, numbers=tuple(item.number for item in chosen)))
    return tuple(parts)


SECTION = Section(order=20, title="Chronology", content=_content, new_page=True)
