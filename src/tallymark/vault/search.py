"""Full text over entries and events, newest first, without reading more than is shown."""

from __future__ import annotations

import heapq
import re
from array import array
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from tallymark.model.event import NO_TIME
from tallymark.model.moment import Moment
from tallymark.model.record import Epoch, HandOver, Import, Incident, Record
from tallymark.vault import columns, words
from tallymark.vault.blocks import BlockReader
from tallymark.vault.generations import Generation
from tallymark.vault.log import Stored
from tallymark.vault.store import Connection

_HELD_CHUNKS = 32
_NOT_WORDS = (Import, Epoch, HandOver)
_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}\Z")
_CODES = frozenset(
    {
        *("direction", "source", "scheme", "kind", "method", "mime", "how", "will_speak"),
        *("children_present", "fear_of_violence", "original_still_held", "acknowledged"),
        *("sensitivity", "sha256", "confidence", "modified", "diary_kept"),
    }
)


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found. ``kind`` is ``event`` or the record's type; ``id`` the event's or record's.

    ``row`` is the event's row as ``Casefile.texts`` takes it, None for a record. ``at`` is wall
    time as stated (an event's chosen clock, when an incident happened) or the time of writing.
    """

    kind: str
    id: str
    row: int | None
    at: str
    sender: str | None
    snippet: str


def record_words(record: Record) -> str:
    """What can be found of a record: every text in it, without codes and digests of imports."""
    body = record.body
    if isinstance(body, _NOT_WORDS):
        return ""
    return words.indexable("\n".join(text for text in _said(body) if text))


def index_record(connection: Connection, stored: Stored) -> None:
    """Make a record findable, inside the transaction that writes it."""
    text = record_words(stored.record)
    if text:
        connection.execute(
            "INSERT INTO record_words (rowid, words) VALUES (?, ?)", (stored.index, text)
        )


class Searcher:
    """Finds words in one vault. Used under the vault's turn."""

    def __init__(self, blocks: BlockReader) -> None:
        self._blocks = blocks
        self._held: OrderedDict[tuple[int, int], array[int]] = OrderedDict()

    def search(
        self,
        connection: Connection,
        asked: str,
        *,
        limit: int,
        records: Sequence[Stored],
        sources: Sequence[Generation],
    ) -> list[Hit]:
        """At most ``limit`` hits, the newest first. Nothing asked finds nothing."""
        terms = words.terms(asked)
        if not terms or limit < 1:
            return []
        match = words.match(terms)
        found: list[tuple[int, int, Stored | Generation]] = [
            (when(stored.record), stored.index, stored)
            for stored in _matching(connection, match, records)
        ]
        for source in sources:
            newest = self._newest(connection, source, match, limit)
            found += [(second, number, source) for second, number in newest]
        best = heapq.nlargest(limit, found, key=lambda one: one[:2])
        return [self._hit(connection, one, number, terms) for _, number, one in best]

    def _newest(
        self, connection: Connection, source: Generation, match: str, limit: int
    ) -> list[tuple[int, int]]:
        """(seconds, number) of the newest matching events of one generation.

        Rows come in the order that is nearest to newest first. An event further on is at most
        ``slack`` seconds newer than this one, so reading stops as soon as none can still belong.
        """
        forward = source.rises <= source.falls
        slack = min(source.rises, source.falls)
        order = "DESC" if forward else "ASC"
        rows = connection.execute(
            f"SELECT rowid FROM event_words_{source.gen}"  # noqa: S608 - a number and a word of ours
            f" WHERE event_words_{source.gen} MATCH ? ORDER BY rowid {order}",
            (match,),
        )
        best: list[tuple[int, int]] = []
        for (number,) in rows:
            second = self._second(connection, source.gen, number)
            if len(best) < limit:
                heapq.heappush(best, (second, number))
            elif second != NO_TIME and second + slack <= best[0][0]:
                break
            else:
                heapq.heappushpop(best, (second, number))
        return best

    def _second(self, connection: Connection, gen: int, number: int) -> int:
        place = (gen, number // columns.CHUNK)
        held = self._held.get(place)
        if held is None:
            held = self._held[place] = columns.load_seconds(connection, *place)
            if len(self._held) > _HELD_CHUNKS:
                self._held.popitem(last=False)
        return held[number % columns.CHUNK]

    def _hit(
        self,
        connection: Connection,
        found: Stored | Generation,
        number: int,
        terms: list[str],
    ) -> Hit:
        if isinstance(found, Generation):
            text = self._blocks.text(connection, found, found.first + number)
            cut = words.snippet(text.text, terms)
            return Hit("event", text.id, text.row, text.at, text.sender, cut)
        record = found.record
        at = record.body.happened.value if isinstance(record.body, Incident) else record.written
        said = " · ".join(text for text in _said(record.body, times=False) if text)
        cut = words.snippet(said, terms)
        return Hit(record.type, record.id, None, at, None, cut)


def when(record: Record) -> int:
    """UTC seconds: when it happened if the record says so, else when it was written."""
    body = record.body
    moment = body.happened if isinstance(body, Incident) else getattr(body, "at", None)
    if isinstance(moment, Moment):
        return int(moment.utc().timestamp())
    return int(datetime.fromisoformat(record.written).timestamp())


def _said(value: object, *, times: bool = True) -> Iterator[str]:
    """The words in a record that somebody might look for: no codes, ids, zones or digests."""
    if isinstance(value, str):
        if not _ID.match(value):
            yield value
    elif isinstance(value, Moment):
        yield value.value if times else ""
    else:
        for part in _inside(value):
            yield from _said(part, times=times)


def _inside(value: object) -> list[object]:
    if isinstance(value, msgspec.Struct):
        names = value.__struct_fields__
        return [getattr(value, name) for name in names if name not in _CODES]
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, tuple | list) else []


def _matching(connection: Connection, match: str, records: Sequence[Stored]) -> Iterator[Stored]:
    rows = connection.execute("SELECT rowid FROM record_words WHERE record_words MATCH ?", (match,))
    wanted = {index for (index,) in rows}
    return (stored for stored in records if stored.index in wanted)
