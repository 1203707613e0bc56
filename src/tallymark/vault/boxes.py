"""The post-boxes that write to a vault: their keys, and the numbers that were brought in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from tallymark.errors import UnknownBox
from tallymark.integrity.envelope import Identity
from tallymark.vault import log
from tallymark.vault.store import Connection, Database

_KEY_SIZE = 32


@dataclass(frozen=True, slots=True)
class Box:
    """One post-box. ``identity`` and ``first_key`` are None once it is revoked.

    ``made`` and ``revoked`` are this device's clock in UTC.
    """

    box: str
    label: str
    made: str
    revoked: str | None
    identity: str | None = field(repr=False)
    first_key: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """One entry that was brought in: ``digest`` (hex) of its bytes, ``written`` by the other clock."""

    number: int
    digest: str
    written: str


class Boxes:
    """The post-boxes of one open vault."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, *, label: str, made: datetime) -> Box:
        """A new box with keys of its own."""
        box = Box(
            box=secrets.token_hex(16),
            label=label,
            made=log.stamp(made),
            revoked=None,
            identity=Identity.generate().secret,
            first_key=secrets.token_bytes(_KEY_SIZE),
        )
        row = (box.box, box.label, box.made, box.revoked, box.identity, box.first_key)
        with self._database.transaction() as connection:
            connection.execute("INSERT INTO boxes VALUES (?, ?, ?, ?, ?, ?)", row)
        return box

    def all(self) -> list[Box]:
        """Every box, the oldest first; revoked ones too."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT box, label, made, revoked, identity, first_key FROM boxes ORDER BY made, box"
            )
            return [Box(*row) for row in rows]

    def revoke(self, box: str, *, at: datetime) -> None:
        """Delete a box's keys, overwriting them in the file. Raises UnknownBox."""
        with self._database.overwriting(), self._database.transaction() as connection:
            connection.execute(
                "UPDATE boxes SET revoked = ?, identity = NULL, first_key = NULL"
                " WHERE box = ? AND revoked IS NULL",
                (log.stamp(at), box),
            )
            if not connection.changes():
                raise UnknownBox

    def brought_in(self, box: str) -> list[BroughtIn]:
        """What was brought in from a box, by number."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT number, digest, written FROM box_entries WHERE box = ? ORDER BY number",
                (box,),
            )
            return [BroughtIn(*row) for row in rows]


def note(connection: Connection, box: str, entry: BroughtIn) -> None:
    """Note that an entry was brought in, in the transaction that writes its record."""
    connection.execute(
        "INSERT INTO box_entries VALUES (?, ?, ?, ?)",
        (box, entry.number, entry.digest, entry.written),
    )
