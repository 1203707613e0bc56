"""Reports in the database: written when a pack is taken in, worked out anew, raised by waiting.

Everything here runs inside one transaction of the caller.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from tallymark.desk import lines, linkage, schema, triage, views
from tallymark.desk.accesslog import stamp
from tallymark.desk.case import Case
from tallymark.desk.identifiers import Token
from tallymark.desk.reading import Contents, Shown, Statement, read_record
from tallymark.errors import UnknownReport

Row = sa.Row[Any]


def name(number: int) -> str:
    """A report's number as people write it: ``R1``."""
    return f"R{number}"


def find(connection: sa.Connection, report_id: str) -> Row:
    """The row of report ``R1``. Raises ``UnknownReport``."""
    digits = report_id.strip().upper().removeprefix("R")
    number = int(digits) if digits.isdecimal() and len(digits) < 10 else -1
    row = connection.execute(sa.select(schema.report).where(schema.report.c.id == number)).first()
    if row is None:
        raise UnknownReport
    return row


def series_row(connection: sa.Connection, statement: Statement) -> Row | None:
    """The report that a statement's series and signer already have."""
    same = (schema.report.c.series == statement.series) & (
        schema.report.c.signer == statement.signer
    )
    return connection.execute(sa.select(schema.report).where(same)).first()


def add_report(connection: sa.Connection, statement: Statement, *, now: datetime) -> int:
    """A new report, at the lowest band until its records are in."""
    done = connection.execute(
        schema.report.insert(),
        {
            "series": statement.series,
            "signer": statement.signer,
            "vault": statement.vault,
            "received": stamp(now),
            "measured": stamp(now),
            "entries": 0,
            "exhibits": 0,
            "band": triage.LOWEST,
            "band_since": stamp(now),
            "due": stamp(triage.due(triage.LOWEST, now)),
            "rule_version": "",
            "reasons": "",
            "raised": "[]",
            "names": "[]",
            "born": "[]",
        },
    )
    return inserted(done)


def add_records(
    connection: sa.Connection, contents: Contents, *, report_id: int, pack_id: int
) -> None:
    """Keep the records that this report does not hold yet, byte for byte."""
    mine = schema.record.c.report_id == report_id
    held = set(connection.execute(sa.select(schema.record.c.sha256).where(mine)).scalars())
    rows = [
        {
            "report_id": report_id,
            "sha256": shown.sha256,
            "record_id": shown.record.id if shown.record else "",
            "log_index": shown.index,
            "pack_id": pack_id,
            "data": shown.data,
        }
        for shown in {s.sha256: s for s in contents.records}.values()
        if shown.sha256 not in held
    ]
    if rows:
        connection.execute(schema.record.insert(), rows)


def case(connection: sa.Connection, report_id: int) -> Case:
    """The case as its records tell it; of two versions of one id, the one that came first."""
    query = (
        sa.select(schema.record)
        .where(schema.record.c.report_id == report_id)
        .order_by(schema.record.c.log_index, schema.record.c.pack_id)
    )
    seen: set[str] = set()
    shown: list[Shown] = []
    for row in connection.execute(query):
        record = read_record(row.data)
        if record is None or record.id not in seen:
            shown.append(Shown(row.log_index, row.sha256, row.data, record))
        if record is not None:
            seen.add(record.id)
    return Case(shown)


def work_out(
    connection: sa.Connection,
    report_id: int,
    *,
    now: datetime,
    fresh: bool,
    counts: tuple[int, int],
) -> None:
    """Assess a report anew and write down its dates, reasons and identifiers.

    ``fresh`` says that a pack just came, so that somebody has to look again. ``counts`` are its
    confirmed and its undecided links. The band only rises.
    """
    row = find(connection, name(report_id))
    found = case(connection, report_id)
    seen = measured(connection, report_id)
    outcome = triage.assess(found, measured=seen, linked=counts[0], proposed=counts[1])
    rises = outcome.band < row.band
    first, latest = views.event_dates(found)
    values: dict[str, Any] = {
        "measured": stamp(seen),
        "first_event": first,
        "latest_event": latest,
        "entries": len(found.entries),
        "exhibits": len(views.exhibit_lines(found)),
        "rule_version": outcome.version,
        "reasons": msgspec.json.encode(outcome).decode(),
        "names": json.dumps(sorted(linkage.names(found))),
        "born": json.dumps(sorted(linkage.born(found))),
    }
    if rises:
        lines = "; ".join(m.text for m in outcome.matches if m.band == outcome.band)
        values["raised"] = with_step(row.raised, at=now, kind="rule", what=f"by the rule: {lines}")
    if rises or fresh:
        number = min(row.band, outcome.band)
        again = rises or row.touched is not None
        since = now if again else parse(row.band_since)
        values |= {"band": number, "band_since": stamp(since), "touched": None}
        values["due"] = stamp(triage.due(number, since))
    _update(connection, report_id, values)
    _replace_marks(connection, report_id, linkage.marks(found))


def raise_waiting(connection: sa.Connection, *, now: datetime) -> list[str]:
    """Raise every report that nobody looked at for too long; their numbers."""
    waiting = sa.select(schema.report).where(schema.report.c.touched.is_(None))
    raised: list[str] = []
    for row in connection.execute(waiting).all():
        step = triage.waited(row.band, untouched_since=parse(row.band_since), now=now)
        if step is None:
            continue
        number, since = step
        words = f"raised from band {row.band} to band {number}, because nobody had looked at it"
        _update(
            connection,
            row.id,
            {
                "band": number,
                "band_since": stamp(since),
                "due": stamp(triage.due(number, since)),
                "raised": with_step(row.raised, at=since, kind="waiting", what=words),
            },
        )
        raised.append(name(row.id))
    return raised


def set_band(
    connection: sa.Connection, row: Row, *, number: int, by: str, why: str, now: datetime
) -> None:
    """A named person moves a report; moving it down has another person read it within 72 hours."""
    words = f"moved from band {row.band} to band {number} by {by}: {why}"
    lower = number > row.band
    reread = stamp(now + triage.REREAD) if lower else None
    _update(
        connection,
        row.id,
        {
            "band": number,
            "band_since": stamp(now),
            "due": stamp(triage.due(number, now)),
            "raised": with_step(row.raised, at=now, kind="person", what=words),
            "lowered_by": by if lower else None,
            "reread_due": reread,
        },
    )


def touch(connection: sa.Connection, row: Row, *, by: str, now: datetime) -> None:
    """Somebody looked: waiting ends, and a lowered report read by another person is reread."""
    values: dict[str, Any] = {"touched": f"{stamp(now)} by {by}"}
    if row.lowered_by and row.lowered_by.casefold() != by.casefold():
        values |= {"lowered_by": None, "reread_due": None}
    _update(connection, row.id, values)


def packs(connection: sa.Connection, report_id: int) -> Sequence[Row]:
    """A report's packs, in order of their sequence."""
    query = sa.select(schema.pack).where(schema.pack.c.report_id == report_id)
    return connection.execute(query.order_by(schema.pack.c.sequence, schema.pack.c.id)).all()


def measured(connection: sa.Connection, report_id: int) -> datetime:
    """When the newest pack was made; the day it came in when it claims to be from later."""
    dates = [
        min(_made(row.made) or parse(row.received), parse(row.received))
        for row in packs(connection, report_id)
    ]
    return max(dates)


def notices(connection: sa.Connection, row: Row) -> tuple[str, ...]:
    """What a reader must know of how a report's packs fit together."""
    held = packs(connection, row.id)
    numbers = [p.sequence for p in held]
    found: list[str] = []
    if missing := _gaps(sorted(set(numbers))):
        found.append(f"earlier pack not seen: {missing} of this series")
    if len(set(numbers)) < len(numbers):
        found.append("two different packs carry the same number in this series")
    found += _log_notices(held)
    other = (schema.report.c.series == row.series) & (schema.report.c.id != row.id)
    twins = connection.execute(sa.select(schema.report).where(other)).all()
    if twins:
        mine = _side(connection, row)
        found += [lines.notice(mine, _side(connection, twin)) for twin in twins]
    if unread := sum(p.unread for p in held):
        found.append(f"records of a kind that this version cannot read: {unread}")
    if _differing(connection, row.id):
        found.append("a record came in two versions under one id; the first is shown")
    if _seen_in_text(connection, row.id) >= linkage.MAX_SEEN:
        found.append("more numbers stand in the text than were compared with other reports")
    if row.lowered_by:
        found.append(f"moved down by {row.lowered_by}; another person reads it by {row.reread_due}")
    return tuple(found)


def sides(connection: sa.Connection) -> list[linkage.Side]:
    """Every report as linkage compares it, from the identifiers written down."""
    found: dict[int, list[linkage.Mark]] = defaultdict(list)
    for row in connection.execute(sa.select(schema.identifier).order_by(schema.identifier.c.id)):
        token = Token(row.kind, row.token, row.spelling, row.rule, row.platform)
        mark = linkage.Mark(token, row.record_id, row.ref, row.place, row.person)
        found[row.report_id].append(mark)
    return [
        linkage.Side(
            name(row.id),
            row.vault,
            tuple(found[row.id]),
            frozenset(json.loads(row.names)),
            frozenset(json.loads(row.born)),
        )
        for row in connection.execute(sa.select(schema.report).order_by(schema.report.c.id))
    ]


def inserted(done: sa.CursorResult[Any]) -> int:
    """The number of the row that was just added."""
    key = done.inserted_primary_key
    if key is None:  # pragma: no cover - every table here has one
        raise LookupError
    return int(key[0])


def with_step(raised: str, *, at: datetime, kind: str, what: str) -> str:
    """The steps by which a report came to its band, with one more. Kinds: rule, waiting, person."""
    return json.dumps([*json.loads(raised), {"at": stamp(at), "kind": kind, "what": what}])


def parse(text: str) -> datetime:
    """A stored time, aware, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def _update(connection: sa.Connection, report_id: int, values: dict[str, Any]) -> None:
    connection.execute(
        schema.report.update().where(schema.report.c.id == report_id).values(**values)
    )


def _replace_marks(
    connection: sa.Connection, report_id: int, found: Iterable[linkage.Mark]
) -> None:
    mine = schema.identifier.c.report_id == report_id
    connection.execute(schema.identifier.delete().where(mine))
    rows = [
        {
            "report_id": report_id,
            "kind": mark.token.kind,
            "token": mark.token.value,
            "spelling": mark.token.spelling,
            "rule": mark.token.rule,
            "platform": mark.token.platform,
            "place": mark.place,
            "record_id": mark.record_id,
            "ref": mark.ref,
            "person": mark.person,
        }
        for mark in found
    ]
    if rows:
        connection.execute(schema.identifier.insert(), rows)


def _side(connection: sa.Connection, row: Row) -> lines.Side:
    """A report as its epochs tell it."""
    query = sa.select(schema.record.c.data).where(schema.record.c.report_id == row.id)
    data = connection.execute(query.order_by(schema.record.c.log_index)).scalars()
    return lines.Side(name(row.id), row.signer, lines.links(data))


def _log_notices(held: Sequence[Row]) -> list[str]:
    found: list[str] = []
    heads: dict[int, set[str]] = defaultdict(set)
    for row in held:
        heads[row.log_size].add(row.log_root)
    if any(len(roots) > 1 for roots in heads.values()):
        found.append("two packs show different logs of the same length: ask the sender")
    sizes = [row.log_size for row in held]
    if sizes != sorted(sizes):
        found.append("a later pack shows a shorter log than an earlier one: ask the sender")
    return found


def _seen_in_text(connection: sa.Connection, report_id: int) -> int:
    mine = schema.identifier.c.report_id == report_id
    seen = mine & (schema.identifier.c.place != linkage.STATED)
    query = sa.select(sa.func.count()).select_from(schema.identifier).where(seen)
    return int(connection.execute(query).scalar_one())


def _differing(connection: sa.Connection, report_id: int) -> bool:
    query = (
        sa.select(schema.record.c.record_id)
        .where((schema.record.c.report_id == report_id) & (schema.record.c.record_id != ""))
        .group_by(schema.record.c.record_id)
        .having(sa.func.count() > 1)
    )
    return connection.execute(query.limit(1)).first() is not None


def _made(text: str) -> datetime | None:
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return None
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def _gaps(numbers: Sequence[int]) -> str:
    """What is missing from 1 up to the highest number, as ``1-3, 5``; five gaps are named."""
    pairs = zip([0, *numbers], numbers, strict=False)
    gaps = [(low + 1, high - 1) for low, high in pairs if high - low > 1]
    words = [str(a) if a == b else f"{a}-{b}" for a, b in gaps[:5]]
    return ", ".join(words) + (" …" if len(gaps) > 5 else "")
