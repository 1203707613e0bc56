"""Events on their way out: one line of a block for each row that is shown."""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence

import msgspec

from tallymark.errors import UnknownRecord, VaultDamaged
from tallymark.model.casefile import EventText
from tallymark.model.event import Event, event_id
from tallymark.vault.generations import Generation, key
from tallymark.vault.store import Connection, Database

_HELD_BLOCKS = 64
_DECODER = msgspec.json.Decoder(Event)


class BlockReader:
    """Reads single events by row; keeps the last 64 blocks at hand. Used under the vault's turn."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: OrderedDict[int, list[bytes]] = OrderedDict()

    def event(self, connection: Connection, gen: int, number: int) -> Event:
        """The event ``number`` of a generation, from 0. VaultDamaged when it cannot be read."""
        found = connection.execute(
            "SELECT key FROM event_blocks WHERE key <= ? ORDER BY key DESC LIMIT 1",
            (key(gen, number),),
        ).get
        if found is None or found < key(gen, 0):
            raise UnknownRecord("These events are no longer here; take a new look.")
        lines = self._lines(connection, found)
        try:
            return _DECODER.decode(lines[key(gen, number) - found])
        except (msgspec.MsgspecError, IndexError) as problem:
            raise VaultDamaged("An event cannot be read.") from problem

    def _lines(self, connection: Connection, block: int) -> list[bytes]:
        held = self._held.get(block)
        if held is None:
            data = connection.execute("SELECT data FROM event_blocks WHERE key = ?", (block,)).get
            try:
                held = zlib.decompress(data).split(b"\n")[:-1]
            except zlib.error as problem:
                raise VaultDamaged("An event cannot be read.") from problem
            self._held[block] = held
            if len(self._held) > _HELD_BLOCKS:
                self._held.popitem(last=False)
        else:
            self._held.move_to_end(block)
        return held

    def texts_of(
        self, sources: Sequence[Generation]
    ) -> Callable[[Iterable[int]], Sequence[EventText]]:
        """The ``texts`` of a casefile over ``sources``: rows in, events out, in the order asked."""

        def texts(rows: Iterable[int]) -> list[EventText]:
            with self._database.read() as connection:
                return [self.text(connection, source_of(sources, row), row) for row in rows]

        return texts

    def text(self, connection: Connection, source: Generation, row: int) -> EventText:
        """One event as it is shown."""
        event = self.event(connection, source.gen, row - source.first)
        chosen = next((clock for clock in event.at if clock.chosen), None)
        return EventText(
            row=row,
            id=event_id(source.sha256, event.locator),
            exhibit_id=source.exhibit,
            at=chosen.value if chosen else "",
            zone=(chosen.zone or source.zone) if chosen else "",
            sender=event.sender,
            kind=event.kind,
            text=event.text,
            start=event.locator.start,
            end=event.locator.end,
            member=event.locator.member,
            issues=event.issues,
            table=event.locator.table,
            table_row=event.locator.row,
        )


def source_of(sources: Sequence[Generation], row: int) -> Generation:
    """The generation that ``row`` belongs to. Raises UnknownRecord when there is none."""
    for source in sources:
        if source.first <= row < source.first + source.count:
            return source
    raise UnknownRecord("There is no event with that number.")
