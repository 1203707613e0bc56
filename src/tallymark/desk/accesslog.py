"""The desk's own log: who did what, when, to which report. Rows are chained by hash.

Row n's hash is SHA-256 over the hash of row n - 1 and the row's canonical JSON, so a changed,
moved or missing row shows in every later one. Rows cut from the end show only against a head that
somebody noted elsewhere; ``verify_chain`` returns the head for that.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from tallymark.desk.schema import access_log
from tallymark.errors import IntegrityError
from tallymark.integrity import canonical

START = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One act. ``at`` is UTC (``YYYY-MM-DDTHH:MM:SSZ``); ``detail`` never holds evidence."""

    seq: int
    at: str
    who: str
    action: str
    object: str
    detail: str
    hash: str


def stamp(moment: datetime) -> str:
    """An aware time as it is stored: UTC, seconds, ``Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def append(
    connection: sa.Connection, *, at: str, who: str, action: str, about: str = "", detail: str = ""
) -> Entry:
    """Add one act to the log, in the transaction of ``connection``."""
    newest = sa.select(access_log.c.seq, access_log.c.hash).order_by(access_log.c.seq.desc())
    last = connection.execute(newest.limit(1)).first()
    seq, before = (last.seq + 1, last.hash) if last else (1, START)
    entry = Entry(seq, at, who, action, about, detail, "")
    row = asdict(entry) | {"hash": _hash(before, entry)}
    connection.execute(access_log.insert(), row)
    return Entry(**row)


def entries(connection: sa.Connection) -> list[Entry]:
    """Every act, oldest first, after its chain was checked (``IntegrityError`` otherwise)."""
    rows = connection.execute(sa.select(access_log).order_by(access_log.c.seq)).all()
    found = [Entry(**row._asdict()) for row in rows]
    verify_chain(found)
    return found


def verify_chain(found: list[Entry]) -> str:
    """The newest hash when every row fits the one before; raises ``IntegrityError`` otherwise."""
    before = START
    for number, entry in enumerate(found, start=1):
        if entry.seq != number or entry.hash != _hash(before, entry):
            raise IntegrityError(
                f"The desk's log does not fit together at entry {number}.",
                next_step="Keep the folder as it is and tell whoever oversees this desk.",
            )
        before = entry.hash
    return before


def _hash(before: str, entry: Entry) -> str:
    content = asdict(entry)
    del content["hash"]
    return hashlib.sha256(before.encode() + canonical.encode(content)).hexdigest()
