"""How long each view takes over a million events, in plain Python over the columns.

Run: .venv/bin/python bench/picture.py [EVENTS]. Prints one line a view: best of three, in milliseconds,
and the size of its picture. The target is 500 ms a view (docs/architecture.md). Rows that a view shows
from an export are read from the vault on top of that; here they are empty.
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
from tallymark.model.record import (
    Attribution,
    Body,
    EvidenceRequest,
    Exhibit,
    Impact,
    Incident,
    Order,
    Person,
    Phrase,
    Place,
    PoliceContact,
    QuietPeriod,
    Record,
    SafetyAction,
    SameEvent,
    SecondSource,
    ToldToStop,
    Trigger,
    Witness,
)
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
    """Typed entries spread over the same time, and what stands around them, so no view is empty."""
    draw = random.Random(8)
    span = YEARS * 365 * 86_400
    bodies: list[Body] = [*_people(), *_facts(draw, span)]
    people = [_id(place) for place in range(6)]
    for _ in range(many):
        at = _moment(BEGIN + draw.randrange(span))
        bodies.append(_entry(at, draw, people))
    entries = range(len(bodies) - many, len(bodies))
    for _ in range(many // 10):
        near = tuple(_id(draw.choice(entries)) for _ in range(3))
        bodies.append(Phrase(words="see you soon", why="what was said that night", incidents=near))
        bodies.append(SecondSource(entries=near, kind="phone_record", person=people[4]))
        bodies.append(SameEvent(sources=near[:2], decision="same"))
    return tuple(
        Record(
            id=_id(place),
            written="2026-11-01T12:00:00Z",
            zone="Europe/London",
            salt="00" * 16,
            body=body,
            author="self" if place % 9 else people[4],
        )
        for place, body in enumerate(bodies)
    )


def _people() -> list[Body]:
    roles = ("victim", "suspect", "proxy", "child", "witness", "place")
    held: list[Body] = [Person(label=role, roles=(role,)) for role in roles[:-1]]
    return [*held, Place(label="work")]


def _facts(draw: random.Random, span: int) -> list[Body]:
    """What stands around the entries: dates to count from, changes, quiet days, files, police."""
    found: list[Body] = [
        ToldToStop(at=_moment(BEGIN + span // 3)),
        SafetyAction(at=_moment(BEGIN + span // 2), code="blocked", account="Alex"),
        Order(kind="nmo", served=_moment(BEGIN + span * 2 // 3)),
        QuietPeriod(start="2025-06-01", end="2025-06-20", reason="away"),
        Trigger(at=_moment(BEGIN + span // 4), kind="court_date"),
        EvidenceRequest(what="camera", holder="shop", at=_moment(BEGIN + span // 4)),
    ]
    for place in range(40):
        at = _moment(BEGIN + draw.randrange(span))
        found.append(Impact(at=at, code=draw.choice(("sleep", "security_bought")), words="x"))
        found.append(PoliceContact(at=at, how="101"))
        clocks = {"camera_taken": at.value + ":00"}
        found.append(
            Exhibit(number=f"AB/{place}", sha256="00" * 32, size=1, name="x", clocks=clocks)
        )
    return found


def _entry(at: Moment, draw: random.Random, people: list[str]) -> Incident:
    through = draw.random() < 0.1
    return Incident(
        happened=at,
        what_happened="x",
        words_said="see you soon",
        channel="via_person" if through else draw.choice(("in_person", "voice", "whatsapp")),
        actor=people[2] if through else people[1],
        on_behalf_of=people[1] if through else None,
        targets=(people[3],) if through else (),
        place=people[5],
        attribution=Attribution((draw.choice(("saw_face", "vehicle", "unknown")),)),
        witnesses=(Witness(people[4]),) if draw.random() < 0.2 else (),
        fear_of_violence="yes" if draw.random() < 0.1 else None,
        effect="afraid" if draw.random() < 0.3 else "",
    )


def _id(place: int) -> str:
    return f"{place:026d}"


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
