"""Time stamps of one open vault: what waits to be asked, what was answered, what was checked."""

from __future__ import annotations

from dataclasses import dataclass

from tallymark.errors import UnknownRecord
from tallymark.integrity import certificates, checkpoint, timestamp
from tallymark.integrity.checkpoint import Checkpoint
from tallymark.integrity.timestamp import Stamp
from tallymark.vault import heads, log
from tallymark.vault.clock import Clocks
from tallymark.vault.log import Log
from tallymark.vault.store import Connection, Database


@dataclass(frozen=True, slots=True)
class Kept:
    """One question to an authority, and its answer as it came.

    ``note`` is the signed checkpoint whose bytes are stamped; ``asked`` this device's clock. ``root``
    is the root certificate file (PEM) it was checked against, or empty; ``outside`` the number of the
    outside head that it became then.
    """

    number: int
    authority: str
    asked: str
    note: str
    request: bytes
    response: bytes | None
    root: str
    readers: str
    outside: int | None

    @property
    def waits(self) -> bool:
        """Whether there is no answer yet."""
        return self.response is None

    @property
    def head(self) -> Checkpoint:
        """The head that is stamped."""
        return checkpoint.parse_note(self.note)[0]


class Stamps:
    """The time stamps of one open vault. Nothing here opens a connection."""

    def __init__(self, database: Database, *, diary: Log, acts: Log, now: Clocks) -> None:
        self._database = database
        self._diary, self._acts = diary, acts
        self._now = now

    def all(self) -> list[Kept]:
        """Every question, the oldest first."""
        with self._database.read() as connection:
            return load(connection)

    def ask(self, authority: str) -> Kept:
        """Have the head of now wait for ``authority`` (a URL); what waits for it already is given."""
        with self._database.transaction() as connection:
            note = self._diary.note(connection)
            for kept in load(connection):
                if (kept.authority, kept.note) == (authority, note):
                    return kept
            at = log.stamp(self._now())
            request = timestamp.request(note.encode())
            connection.execute(
                "INSERT INTO stamps (authority, asked, note, request) VALUES (?, ?, ?, ?)",
                (authority, at, note, request),
            )
            number = connection.last_insert_rowid()
            return Kept(number, authority, at, note, request, None, "", "", None)

    def answer(self, number: int, response: bytes, *, roots: bytes | None = None) -> Stamp:
        """Keep the answer to a question as it came, once it holds.

        With ``roots`` (a certificate file) it counts as an outside head. Raises StampRefused; then
        it goes on waiting.
        """
        kept = self._kept(number)
        stamp = timestamp.check(response, data=kept.note.encode(), asked=kept.request, roots=roots)
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE stamps SET response = ?, readers = ? WHERE number = ?",
                (response, ", ".join(stamp.readers), number),
            )
            self._act(connection, f"answered, {heads.short(kept.head)}")
            if roots is not None:
                self._count(connection, kept, stamp, roots)
        return stamp

    def check(self, number: int, *, roots: bytes | None = None) -> Stamp:
        """Check an answer again, offline; with ``roots`` it counts as an outside head from now on.

        Without, against the file that it was checked against before, if any. Raises UnknownRecord
        while it waits, StampRefused.
        """
        kept = self._kept(number)
        if kept.response is None:
            raise UnknownRecord("This time stamp was not answered yet.")
        held = kept.root.encode() or None
        stamp = timestamp.check(
            kept.response, data=kept.note.encode(), asked=kept.request, roots=roots or held
        )
        if roots is not None and kept.outside is None:
            with self._database.transaction() as connection:
                self._count(connection, kept, stamp, roots)
        return stamp

    def drop(self, number: int) -> None:
        """Forget a question that waits. Raises UnknownRecord for any other."""
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM stamps WHERE number = ? AND response IS NULL", (number,)
            )
            if not connection.changes():
                raise UnknownRecord("No time stamp of this number waits.")

    def _kept(self, number: int) -> Kept:
        found = next((one for one in self.all() if one.number == number), None)
        if found is None:
            raise UnknownRecord("There is no time stamp of this number.")
        return found

    def _count(self, connection: Connection, kept: Kept, stamp: Stamp, roots: bytes) -> None:
        held = heads.insert(
            connection,
            kind="stamp",
            at=log.stamp(stamp.not_later),
            holder=stamp.authority,
            head=kept.head,
        )
        connection.execute(
            "UPDATE stamps SET root = ?, readers = ?, outside = ? WHERE number = ?",
            (
                certificates.to_pem(certificates.read(roots)),
                ", ".join(stamp.readers),
                held.number,
                kept.number,
            ),
        )
        self._act(connection, f"checked against a root, {heads.short(kept.head)}")

    def _act(self, connection: Connection, detail: str) -> None:
        log.act_now(connection, self._acts, self._now, what="time stamp", detail=detail)


def load(connection: Connection) -> list[Kept]:
    """Every row of the table."""
    rows = connection.execute(
        "SELECT number, authority, asked, note, request, response, root, readers, outside"
        " FROM stamps ORDER BY number"
    ).fetchall()
    return [Kept(*row) for row in rows]
