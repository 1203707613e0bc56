"""Full text over entries and events, newest first, without reading more than is shown."""

from __future__ import annotations

import heapq
import re
from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from tallymark.model.event import NO_TIME
from tallymark.model.moment import Moment
from tallymark.model.record import Epoch, HandOver, Import, Incident, Record, Tombstone
from tallymark.vault import columns, words
from tallymark.vault.blocks import BlockReader
from tallymark.vault.doubles import Doubles
from tallymark.vault.generations import Generation
from tallymark.vault.log import Stored, load_records
from tallymark.vault.narrowing import Narrow, parties, record_filter
from tallymark.vault.store import Connection, Database

STAMP = ("words", "1")
"""In ``meta``: by which rules the words of the entries were made. A change of rules is a new number."""
_HELD_CHUNKS = 32
_NOT_WORDS = (Import, Epoch, HandOver, Tombstone)
_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}\Z")
_CODES = frozenset(
    {
        *("direction", "source", "scheme", "kind", "method", "mime", "how", "will_speak"),
        *("children_present", "fear_of_violence", "original_still_held", "acknowledged"),
        *("sensitivity", "sha256", "confidence", "modified", "diary_kept", "wanted"),
        *("content_for_other_side", "answered", "warning_given", "notice_served", "state"),
        *("lived_together", "children_together", "safe_at_the_time", "decision", "linked_by"),
    }
)


_ANYTHING = Narrow()


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is sought in one generation."""

    match: str
    limit: int
    narrow: Narrow
    parties: frozenset[int] | None
    repeated: Container[int] = ()

    @property
    def anywhere(self) -> bool:
        """Whether any event with the words will do."""
        return (self.narrow.since, self.narrow.until, self.parties) == (None, None, None)

    def span(self, chunk: _Chunk, *, in_order: bool) -> tuple[int, int]:
        """Which places of a chunk can lie in the days asked for: [first, last)."""
        since, until, seconds = self.narrow.since, self.narrow.until, chunk.seconds
        early = until is not None and chunk.low >= until
        late = since is not None and chunk.high < since
        if early or late:
            return 0, 0
        if not in_order or chunk.low == NO_TIME:
            return 0, len(seconds)
        low = 0 if since is None else bisect_left(seconds, since)
        return low, len(seconds) if until is None else bisect_left(seconds, until)

    def sent_any(self, chunk: _Chunk) -> bool:
        """Whether somebody who is meant sent anything in a chunk."""
        return self.parties is None or not self.parties.isdisjoint(chunk.senders)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Times and senders of up to 65,536 events, and between what they lie."""

    seconds: array[int]
    party: array[int]
    low: int
    high: int
    senders: frozenset[int]


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


def index_all(connection: Connection, stored: Iterable[Stored]) -> None:
    """Make the words of the entries anew from these records alone, and stamp them.

    A row of this index can only be taken out with the very words that went in, and an older version
    may have indexed other words. Made anew, it holds nothing of what is gone.
    """
    connection.execute("INSERT INTO record_words (record_words) VALUES ('delete-all')")
    for one in stored:
        index_record(connection, one)
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", STAMP)


def bring_up(database: Database) -> None:
    """Make the words of the entries anew when another version of this program made them."""
    name, made_by = STAMP
    with database.read() as connection:
        if connection.execute("SELECT value FROM meta WHERE key = ?", (name,)).get == made_by:
            return
        stored = load_records(connection)
    with database.transaction() as connection:
        index_all(connection, stored)


class Searcher:
    """Finds words in one vault. Used under the vault's turn."""

    def __init__(self, blocks: BlockReader, doubles: Doubles) -> None:
        self._blocks, self._doubles = blocks, doubles
        self._held: OrderedDict[tuple[int, int], _Chunk] = OrderedDict()

    def search(
        self,
        connection: Connection,
        asked: str,
        *,
        limit: int,
        records: Sequence[Stored],
        sources: Sequence[Generation],
        narrow: Narrow = _ANYTHING,
    ) -> list[Hit]:
        """At most ``limit`` hits, the newest first. Nothing asked finds nothing.

        Without words, the records that ``narrow`` asks for are found, and no events.
        """
        terms = words.terms(asked)
        if limit < 1 or not (terms or (narrow != _ANYTHING and not asked.strip())):
            return []
        match = words.match(terms)
        fits = record_filter(narrow, records)
        found: list[tuple[int, int, Stored | Generation]] = [
            (second, stored.index, stored)
            for stored in _matching(connection, match, records)
            if narrow.holds_time(second := when(stored.record)) and fits(stored.record)
        ]
        for source in sources if terms and not narrow.records_only else ():
            if narrow.channel and source.channel.casefold() != narrow.channel.casefold():
                continue
            sent_by = parties(narrow, source, records)
            repeated = self._doubles.of(connection, sources).get(source.gen, {})
            wanted = _Wanted(match, limit, narrow, sent_by, repeated)
            newest = self._newest(connection, source, wanted)
            found += [(second, number, source) for second, number in newest]
        best = heapq.nlargest(limit, found, key=lambda one: one[:2])
        return [self._hit(connection, one, number, terms) for _, number, one in best]

    def _newest(
        self, connection: Connection, source: Generation, wanted: _Wanted
    ) -> list[tuple[int, int]]:
        """(seconds, number) of the newest matching events of one generation.

        Rows come in the order that is nearest to newest first. An event further on is at most
        ``slack`` seconds newer than this one, so reading stops as soon as none can still belong.
        """
        slack = min(source.rises, source.falls)
        narrow, best = wanted.narrow, list[tuple[int, int]]()
        for number in self._rows(connection, source, wanted):
            second = self._at(connection, source.gen, number)[0]
            if narrow.since is not None and second != NO_TIME and second + slack < narrow.since:
                break
            if not narrow.holds_time(second):
                continue
            if len(best) < wanted.limit:
                heapq.heappush(best, (second, number))
            elif second != NO_TIME and second + slack <= best[0][0]:
                break
            else:
                heapq.heappushpop(best, (second, number))
        return best

    def _rows(self, connection: Connection, source: Generation, wanted: _Wanted) -> Iterator[int]:
        """Numbers of matching events that the person sent, nearly newest first."""
        forward = source.rises <= source.falls
        order = "DESC" if forward else "ASC"
        select = (
            f"SELECT rowid FROM event_words_{source.gen}"  # noqa: S608 - a number and a word of ours
            f" WHERE event_words_{source.gen} MATCH ?"
        )
        first, last = self._bounds(connection, source, wanted)
        if first >= last:
            return
        rows = connection.execute(
            f"{select} AND rowid BETWEEN ? AND ? ORDER BY rowid {order}",
            (wanted.match, first, last - 1),
        )
        try:
            for (number,) in rows:
                if number not in wanted.repeated and (
                    wanted.parties is None
                    or self._at(connection, source.gen, number)[1] in wanted.parties
                ):
                    yield number
        finally:
            # Reading stops early, and a question that is still open keeps its table locked.
            rows.close()

    def _bounds(
        self, connection: Connection, source: Generation, wanted: _Wanted
    ) -> tuple[int, int]:
        """Numbers between which all lie that can be meant: [first, last).

        One question to the index over a long stretch costs less than many over short ones.
        """
        if wanted.anywhere:
            return 0, source.count
        found = []
        for chunk in range((source.count + columns.CHUNK - 1) // columns.CHUNK):
            held = self._chunk(connection, source.gen, chunk)
            low, high = wanted.span(held, in_order=source.rises == 0)
            if low < high and wanted.sent_any(held):
                found += [chunk * columns.CHUNK + low, chunk * columns.CHUNK + high]
        return (found[0], found[-1]) if found else (0, 0)

    def _at(self, connection: Connection, gen: int, number: int) -> tuple[int, int]:
        chunk = self._chunk(connection, gen, number // columns.CHUNK)
        place = number % columns.CHUNK
        return chunk.seconds[place], chunk.party[place]

    def _chunk(self, connection: Connection, gen: int, number: int) -> _Chunk:
        held = self._held.get((gen, number))
        if held is None:
            seconds, party = columns.load_times(connection, gen, number)
            bounds = (min(seconds), max(seconds)) if seconds else (0, 0)
            held = _Chunk(seconds, party, *bounds, frozenset(party))
            self._held[gen, number] = held
            if len(self._held) > _HELD_CHUNKS:
                self._held.popitem(last=False)
        return held

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
    if not match:
        yield from (stored for stored in records if record_words(stored.record))
        return
    rows = connection.execute("SELECT rowid FROM record_words WHERE record_words MATCH ?", (match,))
    wanted = {index for (index,) in rows}
    yield from (stored for stored in records if stored.index in wanted)
