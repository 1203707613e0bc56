"""Heads of the diary log that somebody outside holds: giving them, noting them, comparing them.

An old copy of a whole vault put back fits itself in everything. Only a head that was noted outside
tells it from the vault that it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from tallymark.errors import ForeignHead, IntegrityError, VaultDamaged
from tallymark.integrity import epoch
from tallymark.integrity.checkpoint import Checkpoint
from tallymark.integrity.epoch import Line
from tallymark.integrity.heads import History, Standing, code
from tallymark.model.outside import OutsideHead, OutsideKind
from tallymark.vault import log
from tallymark.vault.clock import Clocks, Jump, Written, jumps
from tallymark.vault.log import Log
from tallymark.vault.store import Connection, Database

HELD: frozenset[Standing] = frozenset({"same", "older"})
"""Standings of a head that is still in this log."""


CANNOT_TELL = (
    "Cannot tell without an outside head: whether an old copy of the whole vault was put back, and "
    "whether somebody with its keys wrote the log anew."
)


@dataclass(frozen=True, slots=True)
class Held:
    """One head that is known to be held outside. ``at`` and ``holder`` as in ``OutsideHead``."""

    number: int
    kind: OutsideKind
    at: str
    holder: str
    head: Checkpoint

    @property
    def outside(self) -> OutsideHead:
        """What a casefile says of it."""
        return OutsideHead(self.kind, self.at, self.head.size, self.holder)


@dataclass(frozen=True, slots=True)
class OutsideCheck:
    """One head held outside, and how it stands to this log. ``who`` names it in a few words."""

    who: str
    head: Checkpoint
    standing: Standing


@dataclass(frozen=True, slots=True)
class ClockChanges:
    """Where the device's clock was moved, by the diary log and by the acts log."""

    diary: tuple[Jump, ...]
    acts: tuple[Jump, ...]


class Heads:
    """The heads of one open vault."""

    def __init__(
        self, database: Database, *, diary: Log, acts: Log, now: Clocks, covered: Covered
    ) -> None:
        self._database = database
        self._diary, self._acts = diary, acts
        self._now = now
        self._covered = covered

    def current(self) -> Checkpoint:
        """The head of now."""
        with self._database.read() as connection:
            return _current(connection, self._diary)

    def all(self) -> list[Held]:
        """Every head that is known to be held outside, in the order in which it was noted."""
        with self._database.read() as connection:
            return load(connection)

    def covering(self) -> tuple[OutsideHead, ...]:
        """Those of them that this log still holds, the earliest first."""
        with self._database.read() as connection:
            return self._covered.take(connection, self._diary)

    def history(self) -> History:
        """Every head this log has had. Raises VaultDamaged when its epochs cannot be read."""
        with self._database.read() as connection:
            return history(connection, self._diary)

    def check(self, more: Iterable[Checkpoint] = ()) -> list[OutsideCheck]:
        """How each head held outside stands to this log; ``more`` are heads somebody shows now."""
        with self._database.read() as connection:
            held, past = load(connection), history(connection, self._diary)
        known = [(f"{one.kind} of {one.at[:10]}", one.head) for one in held]
        known += [("a head shown now", head) for head in more]
        return [OutsideCheck(who, head, past.standing(head)) for who, head in known]

    def clock_changes(self) -> ClockChanges:
        """Where the device's clock was moved. No fault: a clock may be put right.

        Raises VaultDamaged when a record or act cannot be read.
        """
        with self._database.read() as connection:
            records, acts = log.load_records(connection), log.load_acts(connection)
        own = [Written(act.index, act.at, act.clock) for act in acts if act.clock is not None]
        try:
            return ClockChanges(tuple(jumps(log.written(records))), tuple(jumps(own)))
        except ValueError as problem:
            raise VaultDamaged("A date in the log is not a date.") from problem

    def date(self) -> None:
        """Write the head of now into the acts log, so that it has a date: at each lock and pack."""
        with self._database.transaction() as connection:
            detail = short(_current(connection, self._diary))
            log.act_now(connection, self._acts, self._now, what="checkpoint", detail=detail)

    def give(self, kind: OutsideKind, *, holder: str = "") -> Held:
        """Note that the head of now was given to somebody: six words read out, a pack, a backup."""
        with self._database.transaction() as connection:
            head = _current(connection, self._diary)
            return self._note(connection, kind, head, holder)

    def note(self, head: Checkpoint, *, kind: OutsideKind, holder: str = "") -> Held:
        """Note a head that came back from somebody, such as a receipt.

        Raises ForeignHead unless it is this log's: of now or of before.
        """
        with self._database.transaction() as connection:
            if history(connection, self._diary).standing(head) not in HELD:
                raise ForeignHead
            return self._note(connection, kind, head, holder)

    def _note(
        self, connection: Connection, kind: OutsideKind, head: Checkpoint, holder: str
    ) -> Held:
        detail = f"{kind}, {short(head)}"
        act = log.act_now(connection, self._acts, self._now, what="head outside", detail=detail)
        return insert(connection, kind=kind, at=act.at, holder=holder, head=head)


class _Whole(msgspec.Struct):
    """As much of a record as is read here."""

    body: dict[str, object]


class Covered:
    """The outside heads that this log still holds, for casefiles. Looks at each head once.

    A log only grows while a vault is open, so what fitted once goes on to fit.
    """

    def __init__(self) -> None:
        self._known: dict[int, bool] = {}

    def take(self, connection: Connection, diary: Log) -> tuple[OutsideHead, ...]:
        """Those that fit, earliest first. A backup is none: nobody else can say its day."""
        held = [one for one in load(connection) if one.kind != "backup"]
        if any(one.number not in self._known for one in held):
            past = history(connection, diary)
            self._known = {one.number: past.standing(one.head) in HELD for one in held}
        fitting = [one.outside for one in held if self._known[one.number]]
        return tuple(sorted(fitting, key=lambda one: (one.at, one.size)))


def cannot_tell(found: Sequence[OutsideCheck], *, size: int) -> str:
    """What no head held outside can tell of a log of ``size``; empty when the newest one covers it."""
    covered = max((one.head.size for one in found if one.standing in HELD), default=0)
    if not covered:
        return CANNOT_TELL
    if covered == size:
        return ""
    return (
        f"The newest head held outside covers the first {covered} of {size} entries. Cannot tell "
        "for the rest."
    )


def six_words(head: Checkpoint) -> tuple[str, ...]:
    """The six words of a head, to be read to somebody who notes them down with the date."""
    return code(head)


def said(standing: Standing, head: Checkpoint, *, size: int) -> str:
    """One sentence for how ``head`` stands to a log of ``size``; it begins with the name of it."""
    return {
        "same": "Same: it is the head of this log as it is now.",
        "older": f"Older, still in this log: it is this log as it was with {head.size} entries.",
        "ahead": (
            f"This log is older than that head: it had {head.size} entries and has {size}. An old "
            "copy was put back, or the newest entries were taken off."
        ),
        "branch": (
            "Another branch: it is of this vault, of a line that this copy does not go on with. A "
            "copy of this vault was restored, and both went on."
        ),
        "equivocation": (
            f"Two histories: with {head.size} entries this log was not what that head says. "
            f"Something up to number {head.size - 1} was changed, moved, taken out or put in."
        ),
        "foreign": "Not of this log: it is the head of another one.",
    }[standing]


def insert(
    connection: Connection, *, kind: OutsideKind, at: str, holder: str, head: Checkpoint
) -> Held:
    """Write one row, inside the caller's transaction."""
    connection.execute(
        "INSERT INTO outside_heads (kind, at, holder, origin, size, root) VALUES (?, ?, ?, ?, ?, ?)",
        (kind, at, holder, head.origin, head.size, head.root),
    )
    return Held(connection.last_insert_rowid(), kind, at, holder, head)


def load(connection: Connection) -> list[Held]:
    """Every row. Raises VaultDamaged for one that is no head."""
    rows = connection.execute(
        "SELECT number, kind, at, holder, origin, size, root FROM outside_heads ORDER BY number"
    ).fetchall()
    try:
        return [
            Held(number, kind, at, holder, Checkpoint(*head))
            for number, kind, at, holder, *head in rows
        ]
    except IntegrityError as problem:
        raise VaultDamaged("A head that was noted is damaged.") from problem


def lines(connection: Connection) -> list[tuple[int, Line]]:
    """The epochs of the diary log by the index of their record. Raises VaultDamaged."""
    rows = connection.execute(
        "SELECT idx, data FROM records WHERE type = 'epoch' AND data IS NOT NULL ORDER BY idx"
    ).fetchall()
    try:
        return [(index, epoch.line(_body(data))) for index, data in rows]
    except (IntegrityError, msgspec.MsgspecError) as problem:
        raise VaultDamaged("The record that begins the log cannot be read.") from problem


def history(connection: Connection, diary: Log) -> History:
    """Every head the diary log has had. Raises VaultDamaged."""
    try:
        return History(diary.leaves(connection), lines(connection))
    except IntegrityError as problem:
        raise VaultDamaged("The log does not begin as it should.") from problem


def short(head: Checkpoint) -> str:
    """A head as it is noted in an act: its size and the first 16 hex digits of its root."""
    return f"{head.size} {head.root.hex()[:16]}"


def _current(connection: Connection, diary: Log) -> Checkpoint:
    frontier = diary.frontier(connection)
    return Checkpoint(diary.origin, frontier.size, frontier.root())


def _body(data: bytes) -> dict[str, object]:
    return msgspec.json.decode(data, type=_Whole).body
