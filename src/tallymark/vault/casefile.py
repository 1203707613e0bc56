"""From the vault's head to a casefile: a choice of records, and the events in columns."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tallymark.integrity.merkle import Frontier
from tallymark.model.casefile import Casefile, EventColumns, EventSource, Leaf
from tallymark.model.outside import OutsideHead
from tallymark.vault import generations, snapshot
from tallymark.vault.blocks import BlockReader
from tallymark.vault.choice import Choice, after, day, midnight
from tallymark.vault.doubles import Doubles
from tallymark.vault.generations import Generation
from tallymark.vault.log import Stored
from tallymark.vault.store import Connection


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for: inclusive days in ``zone``, and ids of records; None is no limit."""

    since: str | None
    until: str | None
    only: Collection[str] | None
    zone: str

    def selection(self) -> dict[str, str]:
        """The choice in words, as it goes into the casefile's identity."""
        ids = None if self.only is None else ",".join(sorted(self.only))
        stated = {"since": self.since, "until": self.until, "only": ids}
        return {name: value for name, value in stated.items() if value is not None}


class Snapshots:
    """Takes casefiles. Keeps the merged columns of the last one, because they are the work."""

    def __init__(self, blocks: BlockReader, doubles: Doubles) -> None:
        self._blocks, self._doubles = blocks, doubles
        self._merged: tuple[tuple[int, ...], EventColumns] | None = None

    def forget(self) -> None:
        """Drop what is kept."""
        self._merged = None
        self._doubles.forget()

    def take(
        self,
        connection: Connection,
        stored: Sequence[Stored],
        *,
        head: Frontier,
        wanted: Wanted,
        outside: tuple[OutsideHead, ...] = (),
    ) -> Casefile:
        """The casefile of what is wanted, at this head. Raises UsageProblem, UnknownRecord."""
        first, last = day(wanted.since), day(wanted.until)
        limits = (midnight(first, wanted.zone), midnight(after(last), wanted.zone))
        sources = generations.visible(connection)
        events = self._events(connection, sources, limits)
        dated = limits != (None, None)
        eventful = snapshot.present(events, sources) if dated else sources
        chosen = Choice(
            stored,
            since=first,
            until=last,
            only=wanted.only,
            zone=wanted.zone,
            eventful={source.exhibit for source in eventful},
        ).records()
        ids = {one.record.id for one in chosen}
        kept = [source for source in sources if source.import_id in ids]
        if len(kept) != len(sources):
            events = self._events(connection, kept, limits)
        return Casefile(
            records=tuple(one.record for one in chosen),
            events=events,
            sources=tuple(_source(one) for one in kept),
            texts=self._blocks.texts_of(kept),
            leaves={one.record.id: Leaf(one.index, one.leaf) for one in chosen},
            log_size=head.size,
            log_root=head.root(),
            zone=wanted.zone,
            selection=wanted.selection(),
            outside=outside,
        )

    def _events(
        self,
        connection: Connection,
        sources: Sequence[Generation],
        limits: tuple[int | None, int | None],
    ) -> EventColumns:
        asked = tuple(source.gen for source in sources)
        if self._merged is None or self._merged[0] != asked:
            self._merged = (asked, snapshot.merged(connection, sources, self._doubles))
        whole = self._merged[1]
        return whole if limits == (None, None) else snapshot.between(whole, *limits)


def _source(source: Generation) -> EventSource:
    return EventSource(
        exhibit_id=source.exhibit,
        import_id=source.import_id,
        channel=source.channel,
        events_digest=source.events_digest,
        first_row=source.first,
        count=source.count,
    )
