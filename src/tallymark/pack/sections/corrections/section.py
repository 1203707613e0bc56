"""Earlier versions and withdrawn entries, whole, with what became of each. Never left out."""

from __future__ import annotations

from tallymark.pack.chronology import items
from tallymark.pack.contents import Contents
from tallymark.pack.sections._section import Part, Section
from tallymark.pack.sections.chronology.section import blocks


def _content(contents: Contents) -> tuple[Part, ...]:
    old = [item for item in items(contents) if not item.is_current]
    data = {
        "lead": "Earlier versions and withdrawn entries. Nothing is removed by correcting it."
        if old
        else "No entry in this pack was corrected or withdrawn.",
        "entries": blocks(contents, old),
    }
    return (Part(data=data, numbers=tuple(item.number for item in old)),)


SECTION = Section(order=30, title="Corrections and withdrawn entries", content=_content)
