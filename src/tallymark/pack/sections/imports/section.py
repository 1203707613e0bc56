"""What was read from each export: every byte accounted for, and what the export cannot show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from tallymark.model.record import Exhibit, Import, Record
from tallymark.pack import say
from tallymark.pack.contents import Contents
from tallymark.pack.people import masked_label
from tallymark.pack.sections._section import Part, Section

_MOST_SENDERS = 40


def _mapping(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}


def _pairs(value: object) -> str:
    """Counts as words: ``49 events, 3 attachment``; nested ones are named by their key."""
    parts = []
    for key, inner in _mapping(value).items():
        if isinstance(inner, Mapping):
            parts.append(f"{say.code(key)}: {_pairs(inner)}")
        else:
            shown = f"{inner:,}" if isinstance(inner, int) else str(inner)
            parts.append(f"{say.code(key)} {shown}")
    return ", ".join(parts)


def _senders(value: object, *, initials: bool) -> str:
    found = list(_mapping(value).items())
    parts = [
        f"{masked_label(name) if initials else name}: {many:,}"
        if isinstance(many, int)
        else str(name)
        for name, many in found[:_MOST_SENDERS]
    ]
    if len(found) > _MOST_SENDERS:
        parts.append(f"and {len(found) - _MOST_SENDERS} more")
    return " · ".join(parts)


def _issues(value: object) -> list[str]:
    found = value if isinstance(value, list | tuple) else ()
    return [
        f"{row.get('code', '')} ({row.get('count', 1)}): {row.get('detail', '')}"
        for row in map(_mapping, found)
    ]


def _rows(body: Import, *, initials: bool) -> list[list[str]]:
    summary = body.summary
    span = f"{summary.get('first') or 'not known'} to {summary.get('last') or 'not known'}"
    rows = [
        ["Read by", f"{body.importer} {body.importer_version}".strip()],
        ["Answers given", _pairs(body.options)],
        ["Found", _pairs(summary.get("counts"))],
        ["Said by the file", _pairs(summary.get("declared"))],
        ["Every byte", _pairs(summary.get("coverage"))],
        ["First to last", span],
        ["Senders as named", _senders(summary.get("senders"), initials=initials)],
        ["Read under", _pairs(summary.get("jail"))],
        ["Events digest", body.events_digest],
    ]
    return [row for row in rows if row[1]]


def _import(record: Record, body: Import, contents: Contents) -> dict[str, object]:
    exhibit = contents.record(body.exhibit)
    name = exhibit.body.number if exhibit and isinstance(exhibit.body, Exhibit) else "exhibit"
    limits = body.summary.get("limits")
    return {
        "n": contents.numbers[record.id],
        "title": f"{name}: {say.count(body.events, 'event')}",
        "rows": _rows(body, initials=contents.initials_only),
        "issues": _issues(body.summary.get("issues")),
        "limits": [str(text) for text in limits] if isinstance(limits, list | tuple) else [],
    }


def _content(contents: Contents) -> tuple[Part, ...]:
    found = [
        _import(r, r.body, contents)
        for r in contents.casefile.current()
        if isinstance(r.body, Import)
    ]
    lead = (
        "Each message is in data/events.csv with the place of its bytes in the original. An export "
        "shows what its platform put into it, and no more."
        if found
        else "No export was read."
    )
    numbers = tuple(cast("int", row["n"]) for row in found)
    return (Part(data={"lead": lead, "imports": found}, numbers=numbers),)


SECTION = Section(order=80, title="What was read from exports", content=_content)
