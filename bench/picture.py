"""How long each view takes over a million events, in plain Python over the columns.

Run: .venv/bin/python bench/picture.py [EVENTS]. Prints one line a view: best of three, in milliseconds,
and the size of its picture. The target is 500 ms a view (docs/architecture.md).
"""

from __future__ import annotations

import random
import resource
import sys
import time
from array import array
from datetime import UTC, datetime

from tallymark import picture
from tallymark.model.casefile import Casefile, EventColumns, EventSource
from tallymark.model.moment import Moment
from tallymark.model.record import Incident, Order, Record, ToldToStop
from tallymark.picture.summary import summarise

YEARS = 2
BEGIN = int(datetime(2024, 11, 1, tzinfo=UTC).timestamp())


def columns(many: int) -> tuple[EventColumns, tuple[EventSource, ...]]:
    """Events in bursts over two years: four channels, two imports of one of them, six senders."""
    draw = random.Random(7)
    seconds, here = array("q"), BEGIN
    pause = YEARS * 365 * 86_400 / many
    for _ in range(many):
        here += draw.choice((1, 2, 5, 9, 20)) if draw.random() < 0.98 else int(pause * 40)
        seconds.append(here)
    channel = array("B", draw.choices((0, 1, 2, 3), weights=(80, 10, 6, 4), k=many))
    made = EventColumns(
        seconds=seconds,
        channel=channel,
        party=array("H", draw.choices(range(7), weights=(1, 60, 20, 8, 5, 4, 2), k=many)),
        direction=array("B", draw.choices((0, 1, 2), weights=(5, 65, 30), k=many)),
        kind=array("B", draw.choices((0, 1, 2, 5), weights=(88, 5, 2, 5), k=many)),
        flags=array("B", bytes(many)),
        row=array("I", range(many)),
        channels=("whatsapp", "voice", "email", "sms_mms"),
        parties=("", "Alex", "Sam", "07700900123", "alex@example.org", "Kim", "Jo"),
    )
    half = many // 2
    sources = (
        _source("one", "whatsapp", 0, half),
        _source("two", "whatsapp", half, many - half),
    )
    return made, sources


def _source(name: str, channel: str, first: int, count: int) -> EventSource:
    return EventSource(f"exhibit-{name}", f"import-{name}", channel, "00" * 32, first, count)


def records(many: int) -> tuple[Record, ...]:
    """Typed entries spread over the same time, one told to stop, one order."""
    draw = random.Random(8)
    span = YEARS * 365 * 86_400
    bodies: list[object] = [
        ToldToStop(at=_moment(BEGIN + span // 3)),
        Order(kind="nmo", served=_moment(BEGIN + span // 2)),
    ]
    for _ in range(many):
        at = _moment(BEGIN + draw.randrange(span))
        bodies.append(
            Incident(happened=at, what_happened="x", channel=draw.choice(("in_person", "voice")))
        )
    return tuple(
        Record(
            id=f"{place:026d}",
            written="2026-11-01T12:00:00Z",
            zone="Europe/London",
            salt="00" * 16,
            body=body,  # type: ignore[arg-type]
        )
        for place, body in enumerate(bodies)
    )


def _moment(at: int) -> Moment:
    return Moment(datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M"), zone="UTC")


def main() -> None:
    """Measure and print."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    events, sources = columns(many)
    casefile = Casefile(records=records(1_000), events=events, sources=sources)
    print(f"{many:,} events, 1,000 typed entries; best of 3")
    print(f"{'view':16} {'ms':>8} {'cpu ms':>8} {'svg kB':>8} {'rows':>6}")
    for name in picture.names():
        took, busy, view = _best(lambda name=name: picture.build(name, casefile))
        print(
            f"{name:16} {took:8.0f} {busy:8.0f} {len(view.svg) / 1000:8.0f} {len(view.table.rows):6}"
        )
    took, busy, _ = _best(lambda: summarise(casefile))
    print(f"{'(summary)':16} {took:8.0f} {busy:8.0f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process {peak:.0f} MiB")


def _best(work):
    """(wall ms, processor ms, result): best of three; the two differ where others share the machine."""
    wall, busy, made = float("inf"), float("inf"), None
    for _ in range(3):
        begin, spent = time.perf_counter(), time.process_time()
        made = work()
        wall = min(wall, (time.perf_counter() - begin) * 1000)
        busy = min(busy, (time.process_time() - spent) * 1000)
    return wall, busy, made


if __name__ == "__main__":
    main()
