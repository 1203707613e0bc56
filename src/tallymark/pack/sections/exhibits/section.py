"""The list of exhibits: number, what it is, its file in the pack, its digest, who mentions it."""

from __future__ import annotations

from tallymark.model.record import DerivedText, Exhibit
from tallymark.pack import say
from tallymark.pack.chronology import listed_exhibits, mentions
from tallymark.pack.contents import Contents
from tallymark.pack.sections._section import Part, Section, cite

_MOST_WORDS = 1200


def _read(text: DerivedText | None) -> list[list[str]]:
    """The words that a program read from a file, and that it can be wrong."""
    if text is None or not text.words:
        return []
    shown = text.words if len(text.words) <= _MOST_WORDS else f"{text.words[:_MOST_WORDS]} …"
    return [[f"Read by a program ({text.tool}); it can be wrong", shown]]


def _content(contents: Contents) -> tuple[Part, ...]:
    cited = mentions(contents)
    texts = {r.body.exhibit: r.body for r in contents.shown if isinstance(r.body, DerivedText)}
    paths = {o.number: o.path for o in contents.originals}
    found, numbers, pictures = [], [], {}
    for record, why in listed_exhibits(contents):
        body, number = record.body, contents.numbers[record.id]
        if not isinstance(body, Exhibit):
            continue
        numbers.append(number)
        path = paths.get(body.number, "")
        if path in contents.pictures:
            pictures[f"pictures/{number}.svg"] = contents.pictures[path]
        rows = [
            *_read(texts.get(record.id)),
            ["File here", path],
            ["Size", f"{say.size(body.size)} ({body.mime})"],
            ["SHA-256", body.sha256],
        ]
        found.append(
            {
                "n": number,
                "number": body.number,
                "title": body.title or body.name or say.code(body.kind),
                "why": why,
                "rows": [] if why else rows,
                "picture": f"/pictures/{number}.svg" if path in contents.pictures else "",
                "cited": cite(cited.get(record.id, ())),
            }
        )
    lead = (
        f"{say.count(len(found), 'exhibit')}. Exhibit numbers are proposed and never change; "
        "police may add their own. Pictures here are redrawn small: look at the originals."
        if found
        else "No exhibit is in this pack."
    )
    data = {"lead": lead, "exhibits": found}
    return (Part(data=data, numbers=tuple(numbers), files=pictures),)


SECTION = Section(order=60, title="Exhibits", content=_content, new_page=True)
