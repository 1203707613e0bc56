"""Builds small casefiles for the tests of the picture: records and event columns, no vault."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from tallymark.model.casefile import Casefile, EventColumns, EventSource, Leaf
from tallymark.model.event import KINDS
from tallymark.model.moment import Moment
from tallymark.model.record import Body, Incident, Record

LONDON = ZoneInfo("Europe/London")
UNKNOWN, IN, OUT = 0, 1, 2


@dataclass(frozen=True)
class Ev:
    """One event of a made-up export, before it becomes a place in the columns."""

    at: int
    channel: str = "whatsapp"
    party: str = "Colin"
    direction: int = IN
    kind: str = "message"
    source: str = "one"


def secs(text: str, *, zone: ZoneInfo = LONDON, fold: int = 0) -> int:
    """UTC seconds of a local wall time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).timestamp())


def rid(text: str) -> str:
    """A record id of 26 characters from a short name."""
    return "01" + hashlib.sha256(text.encode()).hexdigest()[:24].upper()


def record(
    name: str, body: Body, *, written: str = "2026-11-23T12:00:00Z", supersedes: str | None = None
) -> Record:
    """A record as the vault would hold it."""
    salt = hashlib.sha256(name.encode()).hexdigest()[:32]
    return Record(
        id=rid(name),
        written=written,
        zone="Europe/London",
        salt=salt,
        body=body,
        supersedes=supersedes,
    )


def typed(name: str, at: str, *, written: str = "2026-11-23T12:00:00Z", **fields) -> Record:
    """A typed entry that happened at a local time."""
    fields.setdefault("what_happened", f"entry {name}")
    fields.setdefault("channel", "in_person")
    precision = fields.pop("precision", "minute" if "T" in at else "day")
    happened = Moment(value=at, precision=precision)
    return record(name, Incident(happened=happened, **fields), written=written)


def columns(
    events: Iterable[Ev], *, source_order: Sequence[str] | None = None
) -> tuple[EventColumns, tuple[EventSource, ...]]:
    """Event columns in order of time, and their imports in the order given."""
    held = list(events)
    names = list(source_order or dict.fromkeys(e.source for e in held))
    channels = sorted({e.channel for e in held})
    parties = ["", *sorted({e.party for e in held} - {""})]
    rows: dict[int, int] = {}
    sources, here = [], 0
    for name in names:
        own = [place for place, e in enumerate(held) if e.source == name]
        rows.update({place: here + offset for offset, place in enumerate(own)})
        digest = hashlib.sha256(name.encode()).hexdigest()
        channel = held[own[0]].channel if own else ""
        sources.append(
            EventSource(
                rid(f"exhibit {name}"), rid(f"import {name}"), channel, digest, here, len(own)
            )
        )
        here += len(own)
    order = sorted(range(len(held)), key=lambda place: (held[place].at, rows[place]))
    made = EventColumns(
        seconds=array("q", (held[p].at for p in order)),
        channel=array("B", (channels.index(held[p].channel) for p in order)),
        party=array("H", (parties.index(held[p].party) for p in order)),
        direction=array("B", (held[p].direction for p in order)),
        kind=array("B", (KINDS.index(held[p].kind) for p in order)),
        flags=array("B", bytes(len(order))),
        row=array("I", (rows[p] for p in order)),
        channels=tuple(channels),
        parties=tuple(parties),
    )
    return made, tuple(sources)


def casefile(
    records: Iterable[Record] = (),
    events: Iterable[Ev] = (),
    *,
    zone: str = "Europe/London",
    source_order: Sequence[str] | None = None,
    numbers: dict[str, int] | None = None,
) -> Casefile:
    """A casefile of these records and events."""
    held = tuple(records)
    made, sources = columns(events, source_order=source_order)
    leaves = {
        r.id: Leaf((numbers or {}).get(r.id, place), hashlib.sha256(r.id.encode()).digest())
        for place, r in enumerate(sorted(held, key=lambda r: (r.written, r.id)))
    }
    return Casefile(
        records=held, events=made, sources=sources, leaves=leaves, log_size=len(held), zone=zone
    )
