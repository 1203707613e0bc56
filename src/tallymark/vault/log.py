"""The two logs of a vault: records, and acts. One code, one transaction, a signed head."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec

from tallymark.errors import IntegrityError, RecordError, VaultDamaged
from tallymark.integrity import canonical, checkpoint
from tallymark.integrity.merkle import Frontier, leaf_hash
from tallymark.integrity.signature import SigningKey
from tallymark.model.record import (
    Body,
    DeviceClock,
    Epoch,
    Exhibit,
    Import,
    Question,
    Record,
    Tombstone,
)
from tallymark.vault.clock import Clocks, Written
from tallymark.vault.store import Connection

DIARY: Final = 0
ACTS: Final = 1
_ID_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SALT_SIZE: Final = 16


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as it stands in the log: its index, leaf hash (32 bytes) and exact JCS bytes."""

    record: Record
    index: int
    leaf: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Act:
    """Something done to the vault, such as ``opened``; ``at`` is this device's clock in UTC."""

    at: str
    what: str
    detail: str
    index: int
    clock: DeviceClock | None = None


class _ActBytes(msgspec.Struct):
    """The members of an act that are read back."""

    at: str
    what: str
    detail: str
    clock: DeviceClock | None = None


@dataclass(frozen=True, slots=True)
class Log:
    """One log: which (DIARY or ACTS), the origin of its checkpoints, the key that signs them."""

    number: int
    origin: str
    key: SigningKey

    def append(self, connection: Connection, data: bytes) -> tuple[int, bytes]:
        """Add the leaf of ``data`` and the new signed head; gives (index, leaf hash).

        Costs the same however long the log is. The caller stores ``data`` in the same transaction.
        """
        frontier = self.frontier(connection)
        index, leaf = frontier.size, leaf_hash(data)
        frontier.append(leaf)
        head = checkpoint.Checkpoint(self.origin, frontier.size, frontier.root())
        note = checkpoint.sign(head, key=self.key)
        connection.execute("INSERT INTO leaves VALUES (?, ?, ?)", (self.number, index, leaf))
        connection.execute(
            "INSERT OR REPLACE INTO log_heads VALUES (?, ?, ?)",
            (self.number, frontier.to_bytes(), note),
        )
        return index, leaf

    def frontier(self, connection: Connection) -> Frontier:
        """The tree's frontier as stored. Raises VaultDamaged when it cannot be read."""
        found = connection.execute(
            "SELECT frontier FROM log_heads WHERE log = ?", (self.number,)
        ).get
        try:
            return Frontier() if found is None else Frontier.from_bytes(found)
        except IntegrityError as problem:
            raise VaultDamaged("The head of the log is damaged.") from problem

    def note(self, connection: Connection) -> str:
        """The signed checkpoint of the head, as stored with the last append."""
        found = connection.execute("SELECT note FROM log_heads WHERE log = ?", (self.number,)).get
        if found is None:
            raise VaultDamaged("The head of the log is missing.")
        return str(found)

    def leaves(self, connection: Connection) -> list[bytes]:
        """Every leaf hash in order. Raises VaultDamaged when one is missing."""
        rows = connection.execute(
            "SELECT idx, hash FROM leaves WHERE log = ? ORDER BY idx", (self.number,)
        ).fetchall()
        if [row[0] for row in rows] != list(range(len(rows))):
            raise VaultDamaged("A leaf of the log is missing.")
        return [row[1] for row in rows]


def new_id(at: datetime) -> str:
    """26 characters that sort by time: 48 bits of milliseconds and 80 random bits, Crockford."""
    number = int(at.timestamp() * 1000) << 80 | secrets.randbits(80)
    return "".join(_ID_ALPHABET[number >> 5 * place & 31] for place in range(25, -1, -1))


def stamp(at: datetime) -> str:
    """``YYYY-MM-DDTHH:MM:SSZ``. Raises ValueError for a time without a zone."""
    if at.tzinfo is None:
        message = "a clock has to say its zone"
        raise ValueError(message)
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def must_be_plain(body: Body, old: Record | None) -> None:
    """Raises RecordError for a body that only the vault writes, or a new version of another file."""
    if isinstance(body, Epoch | Import | Tombstone):
        raise RecordError("The vault writes this kind of entry by itself.")
    if isinstance(body, Exhibit):
        before = None if old is None else old.body
        fixed = (body.sha256, body.size, body.number)
        if not isinstance(before, Exhibit) or (
            (before.sha256, before.size, before.number) != fixed
        ):
            raise RecordError("An exhibit is changed by a new version of the same file.")


def make_record(
    body: Body,
    *,
    now: Clocks,
    zone: str,
    asked: Sequence[Question] = (),
    supersedes: str | None = None,
    reason: str | None = None,
    author: str = "self",
) -> tuple[Record, bytes]:
    """A record with id, time of writing and salt, and its canonical bytes.

    Raises RecordError when a field cannot be written in the one canonical form or has the wrong
    type.
    """
    at, clock = now.reading()
    record = Record(
        id=new_id(at),
        written=stamp(at),
        zone=zone,
        salt=os.urandom(_SALT_SIZE).hex(),
        body=body,
        author=author,
        clock=clock,
        asked=tuple(asked),
        supersedes=supersedes,
        reason=reason,
    )
    try:
        data = canonical.encode(msgspec.to_builtins(record))
        return read_record(data), data
    except (IntegrityError, TypeError, ValueError, msgspec.MsgspecError) as problem:
        raise RecordError("The entry holds something that cannot be written.") from problem


def read_record(data: bytes) -> Record:
    """The record of its canonical bytes. Raises ``msgspec.MsgspecError`` for anything else."""
    return msgspec.json.decode(data, type=Record)


def insert_record(connection: Connection, log: Log, record: Record, data: bytes) -> Stored:
    """Append ``record`` to the log and keep its bytes, inside the caller's transaction."""
    index, leaf = log.append(connection, data)
    connection.execute(
        "INSERT INTO records VALUES (?, ?, ?, ?)", (index, record.id, record.type, data)
    )
    return Stored(record, index, leaf, data)


def load_records(
    connection: Connection, which: str = "1", values: Sequence[object] = ()
) -> list[Stored]:
    """Records that are not erased, in order of writing: all, or those that ``which`` is true of.

    ``which`` is SQL over ``records r``. Raises VaultDamaged.
    """
    rows = connection.execute(
        "SELECT r.idx, l.hash, r.data FROM records r JOIN leaves l ON l.log = 0 AND l.idx = r.idx"  # noqa: S608 - our own words
        f" WHERE r.data IS NOT NULL AND {which} ORDER BY r.idx",
        values,
    ).fetchall()
    try:
        return [Stored(read_record(data), index, leaf, data) for index, leaf, data in rows]
    except (msgspec.MsgspecError, ValueError) as problem:
        raise VaultDamaged("A record cannot be read.") from problem


def insert_act(
    connection: Connection,
    log: Log,
    *,
    at: str,
    what: str,
    detail: str = "",
    clock: DeviceClock | None = None,
) -> Act:
    """Append one act, salted like a record, inside the caller's transaction.

    ``clock`` is the rest of the reading that ``at`` is from; None for an act that was noted earlier.
    """
    salt = os.urandom(_SALT_SIZE).hex()
    said = {"v": "1", "at": at, "what": what, "detail": detail, "salt": salt}
    rest = {} if clock is None else {"clock": msgspec.to_builtins(clock)}
    data = canonical.encode({**said, **rest})
    index, _ = log.append(connection, data)
    connection.execute("INSERT INTO acts VALUES (?, ?)", (index, data))
    return Act(at, what, detail, index, clock)


def act_now(connection: Connection, log: Log, now: Clocks, *, what: str, detail: str = "") -> Act:
    """Append one act by the clocks of now, inside the caller's transaction."""
    at, clock = now.reading()
    return insert_act(connection, log, at=stamp(at), what=what, detail=detail, clock=clock)


def load_acts(connection: Connection) -> list[Act]:
    """Every act, oldest first. Raises VaultDamaged for one that cannot be read."""
    rows = connection.execute("SELECT idx, data FROM acts ORDER BY idx").fetchall()
    try:
        found = [(index, msgspec.json.decode(data, type=_ActBytes)) for index, data in rows]
    except (msgspec.MsgspecError, ValueError) as problem:
        raise VaultDamaged("An act cannot be read.") from problem
    return [Act(act.at, act.what, act.detail, index, act.clock) for index, act in found]


def written(stored: Sequence[Stored]) -> list[Written]:
    """When each record was written, by its device."""
    return [Written(one.index, one.record.written, one.record.clock) for one in stored]
