"""Entries, exhibits and events that the tests of the vault are made of."""

from __future__ import annotations

import io
from array import array
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from tallymark.model.event import KINDS, NO_TIME, Clock, Event, EventBatch, Locator, canonical_line
from tallymark.model.moment import Moment
from tallymark.model.record import Exhibit, Import, Incident
from tallymark.vault import Stored, Vault
from tallymark.vault.clock import Device

PASSPHRASE = "three plain words here"
START = 1767323040
"""2026-01-02T03:04Z in UTC seconds."""


class Ticking:
    """A clock that starts in May 2026 and goes on one second at each look."""

    def __init__(self) -> None:
        self.at = datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The next second."""
        self.at += timedelta(seconds=1)
        return self.at


class Machine:
    """A device whose clocks a test moves: the wall clock by itself, both together, or a restart."""

    def __init__(self, *, zone: tzinfo = UTC) -> None:
        self.at = datetime(2026, 5, 6, 7, 8, 9, tzinfo=zone)
        self.seconds = 1000
        self.boot = "first start"
        self.device = Device(since_boot=lambda: self.seconds, boot=lambda: self.boot)

    def now(self) -> datetime:
        """The wall clock, which stands still until the test moves it."""
        return self.at

    def waits(self, seconds: int) -> None:
        """Time goes on."""
        self.at += timedelta(seconds=seconds)
        self.seconds += seconds

    def sets(self, *, hours: int) -> None:
        """Somebody sets the wall clock."""
        self.at += timedelta(hours=hours)

    def restarts(self, boot: str) -> None:
        """The device is switched off and on."""
        self.seconds, self.boot = 5, boot


def incident(words: str = "He stood outside.", *, on: str = "2026-05-03T21:10") -> Incident:
    """An entry with these words."""
    return Incident(happened=Moment(on), what_happened=words)


def exhibit(name: str = "file.bin") -> Callable[[str, int, int], Exhibit]:
    """What ``attach`` asks for."""
    return lambda sha256, size, number: Exhibit(
        number=f"AB/{number}", sha256=sha256, size=size, name=name
    )


def attach(vault: Vault, data: bytes = b"chat", name: str = "chat.txt") -> Stored:
    """Keep some bytes as an exhibit."""
    return vault.attach(io.BytesIO(data), describe=exhibit(name))


def event(
    number: int, text: str = "", *, sender: str | None = "Alex", kind: str = "message"
) -> Event:
    """The event ``number``: ten bytes a piece, a minute apart."""
    return Event(
        kind=kind,
        at=(Clock(role="sent", value="2026-01-02T03:04", raw="02/01/2026", chosen=True),),
        sender=sender,
        text=text or f"message number {number}",
        locator=Locator(start=10 * number, end=10 * number + 10),
    )


def batch(
    events: Sequence[Event], *, seconds: Sequence[int | None], senders: list[str]
) -> EventBatch:
    """A batch as an importer hands it over; ``senders`` is the running list and grows."""
    lines = [canonical_line(one) + b"\n" for one in events]
    offsets = [0]
    for line in lines:
        offsets.append(offsets[-1] + len(line))
    known = len(senders)
    for one in events:
        if (one.sender or "") not in senders:
            senders.append(one.sender or "")
    return EventBatch(
        lines=b"".join(lines),
        offsets=array("I", offsets).tobytes(),
        texts=tuple(one.text for one in events),
        seconds=array("q", [NO_TIME if s is None else s for s in seconds]).tobytes(),
        kinds=bytes(KINDS.index(one.kind) for one in events),
        flags=bytes(len(events)),
        senders=array("H", [senders.index(one.sender or "") for one in events]).tobytes(),
        new_senders=tuple(senders[known:]),
    )


def bring_in(
    vault: Vault,
    held: Stored,
    events: Sequence[Event],
    *,
    seconds: Sequence[int | None] | None = None,
    channel: str = "whatsapp",
    size: int = 1000,
    **fields: object,
) -> Stored:
    """A whole import of ``events``, by default a minute apart from 2026-01-02T03:04Z."""
    times = [START + 60 * at for at in range(len(events))] if seconds is None else seconds
    senders = [""]
    writer = vault.begin_events(exhibit_id=held.record.id, channel=channel, zone="Europe/London")
    for at in range(0, len(events), size):
        writer.add(batch(events[at : at + size], seconds=times[at : at + size], senders=senders))
    return writer.finish(lambda digest, count: imported(held, digest, count, **fields))


def imported(held: Stored, digest: str, count: int, **fields: object) -> Import:
    """The record of an import."""
    return Import(
        exhibit=held.record.id,
        importer="whatsapp",
        importer_version="1",
        events=count,
        events_digest=digest,
        **fields,
    )
