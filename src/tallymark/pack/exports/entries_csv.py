"""``data/entries.csv``: one row for each dated entry, in order of happening, earlier versions too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from tallymark.pack import say
from tallymark.pack.chronology import Item, items
from tallymark.pack.contents import Contents
from tallymark.pack.exports._export import Export, write_csv

COLUMNS = (
    "number",
    "type",
    "state",
    "happened",
    "happened_end",
    "precision",
    "basis",
    "zone",
    "written_utc",
    "written_after",
    "channel",
    "direction",
    "who",
    "where",
    "heading",
    "what_happened",
    "words_said",
    "what_i_did",
    "effect",
    "inference",
    "behaviours",
    "danger_signs",
    "fear_of_violence",
    "children_present",
    "witnesses",
    "exhibits",
    "order",
    "condition",
    "reported",
    "questions_asked",
    "record_id",
    "ended",
    "learned",
    "targets",
    "wanted",
    "contact_reason",
    "my_words",
    "words_language",
    "appearance",
    "vehicle_seen",
    "identifiers_seen",
    "injuries",
    "unreported_reason",
    "kept_for",
    "dictated_to",
    "translated_by",
    "content_for_other_side",
    "other_device",
    "outside_time",
)
"""New columns come last, so that what reads by place goes on."""
_TOLD = slice(COLUMNS.index("channel"), COLUMNS.index("questions_asked"))
_MORE = slice(COLUMNS.index("ended"), None)


def _row(item: Item) -> tuple[object, ...]:
    at, fields = item.at, {"outside_time": say.not_later(None, item.at.zone), **item.fields}
    return (
        f"#{item.number}",
        item.record.type,
        item.state,
        at.value,
        at.end,
        at.precision,
        at.basis,
        at.zone,
        item.record.written,
        item.delay,
        *(fields.get(name, "") for name in COLUMNS[_TOLD]),
        " | ".join(f"{q.id} v{q.version}: {q.text}" for q in item.record.asked),
        item.record.id,
        *(fields.get(name, "") for name in COLUMNS[_MORE]),
    )


def _rows(contents: Contents) -> Iterator[tuple[object, ...]]:
    return (_row(item) for item in items(contents))


def _write(contents: Contents, file: BinaryIO) -> None:
    write_csv(file, COLUMNS, _rows(contents))


EXPORT = Export(path="data/entries.csv", write=_write)
