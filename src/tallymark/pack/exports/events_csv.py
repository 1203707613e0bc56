"""``data/events.csv``: every message, call and notice found in the exports, with where its bytes are."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import BinaryIO

from tallymark.model.casefile import EventText
from tallymark.pack.contents import Contents
from tallymark.pack.exports._export import Export, write_csv
from tallymark.pack.people import masked_label

COLUMNS = (
    "at",
    "zone",
    "channel",
    "direction",
    "sender",
    "kind",
    "text",
    "exhibit",
    "import",
    "member",
    "byte_start",
    "byte_end",
    "table",
    "table_row",
    "event_id",
    "issues",
    "repeats_event",
)
CHUNK = 8_192
_DIRECTIONS = ("", "in", "out")


def _undated(contents: Contents) -> Iterator[int]:
    """Rows that the columns leave out because no time is known; none when dates were chosen.

    One that repeats an earlier one is among them, and its own id tells the two apart.
    """
    columns = contents.casefile.events
    if not columns.undated or {"since", "until"} & contents.casefile.selection.keys():
        return
    end = max((s.first_row + s.count for s in contents.casefile.sources), default=0)
    seen = bytearray(end)
    for row in (*columns.row, *(columns.repeats.events.row if columns.repeats else ())):
        if row < end:
            seen[row] = 1
    for source in contents.casefile.sources:
        for row in range(source.first_row, source.first_row + source.count):
            if not seen[row]:
                yield row


def _rows(contents: Contents) -> Iterator[tuple[object, ...]]:
    columns = contents.casefile.events
    sources = sorted(contents.casefile.sources, key=lambda s: s.first_row)
    starts = [s.first_row for s in sources]
    names = {r.id: r.body.number for r in contents.casefile.records if r.type == "exhibit"}  # type: ignore[union-attr]

    def row(
        event: EventText, direction: str, channel: str, repeats: str = ""
    ) -> tuple[object, ...]:
        where = bisect_right(starts, event.row) - 1
        source = sources[where] if where >= 0 else None
        number = contents.number(source.import_id) if source else None
        sender = masked_label(event.sender or "") if contents.initials_only else event.sender
        return (
            event.at,
            event.zone,
            channel or (source.channel if source else ""),
            direction,
            sender,
            event.kind,
            event.text,
            names.get(event.exhibit_id, ""),
            "" if number is None else f"#{number}",
            event.member,
            "" if event.table else event.start,
            "" if event.table else event.end,
            event.table,
            event.table_row,
            event.id,
            " ".join(event.issues),
            repeats,
        )

    texts = contents.casefile.texts
    for at in range(0, len(columns), CHUNK):
        chosen = columns.row[at : at + CHUNK]
        ways = columns.direction[at : at + CHUNK]
        lanes = columns.channel[at : at + CHUNK]
        for event, way, lane in zip(texts(chosen), ways, lanes, strict=True):
            yield row(event, _DIRECTIONS[way], columns.channels[lane])
    again = columns.repeats
    if again is not None:
        for at in range(0, len(again.of), CHUNK):
            cut = slice(at, at + CHUNK)
            pairs = zip(texts(again.events.row[cut]), texts(again.of[cut]), strict=True)
            ways = again.events.direction[cut]
            for (event, first), way in zip(pairs, ways, strict=True):
                yield row(event, _DIRECTIONS[way], "", first.id)
    rest = list(_undated(contents))
    for at in range(0, len(rest), CHUNK):
        for event in texts(rest[at : at + CHUNK]):
            yield row(event, "", "")


def _write(contents: Contents, file: BinaryIO) -> None:
    write_csv(file, COLUMNS, _rows(contents))


EXPORT = Export(path="data/events.csv", write=_write)
