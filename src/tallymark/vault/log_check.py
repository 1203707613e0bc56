"""What was done to the logs, by name: changed, missing, moved, cut off, put in, written anew.

What a log says of itself is enough against whoever cannot sign. Whoever holds the vault's keys can
write all of it anew; then only a head that somebody outside holds tells, and where there is none,
that is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tallymark.errors import IntegrityError, VaultDamaged
from tallymark.integrity import checkpoint, epoch
from tallymark.integrity.canonical import decode
from tallymark.integrity.epoch import Line
from tallymark.integrity.merkle import Frontier, leaf_hash
from tallymark.model.record import Tombstone
from tallymark.vault import heads
from tallymark.vault.heads import OutsideCheck
from tallymark.vault.log import DIARY, Log, load_acts, load_records
from tallymark.vault.store import Database

_DATED = "checkpoint"


Fault = tuple[str, str]
"""Where in a word or two, and what in a sentence that begins with its name."""


def check_log(database: Database, log: Log, *, table: str) -> Iterator[Fault]:
    """Every fault that one log shows by itself, each by its name."""
    name = "diary log" if log.number == DIARY else "acts log"
    with database.read() as connection:
        leaves = dict(
            connection.execute(
                "SELECT idx, hash FROM leaves WHERE log = ? ORDER BY idx", (log.number,)
            ).fetchall()
        )
        rows: dict[int, bytes | None] = dict(
            connection.execute(
                f"SELECT idx, data FROM {table} ORDER BY idx"  # noqa: S608 - two fixed names
            ).fetchall()
        )
        stored = log.frontier(connection)
        note = log.note(connection) if leaves else ""
    lost = sorted(set(range(max(leaves, default=-1) + 1)) - set(leaves))
    if lost:
        yield name, f"Missing leaf: there is none for number {lost[0]}."
    for detail in [*_rows(rows, leaves), *([] if lost else _head(leaves, stored, note, log))]:
        yield name, detail


def _rows(rows: dict[int, bytes | None], leaves: dict[int, bytes]) -> Iterator[str]:
    missing = sorted(set(leaves) - set(rows))
    if missing:
        yield f"Missing row: number {missing[0]} is gone and no tombstone says so."
    places: dict[bytes, int] = {leaf: index for index, leaf in leaves.items()}
    for index, data in rows.items():
        leaf = None if data is None else leaf_hash(data)
        if index not in leaves:
            yield f"Record put in: number {index} has no leaf."
        elif leaf is not None and leaf != leaves[index]:
            other = places.get(leaf)
            moved = f"Moved record: number {index} is not what was written"
            yield (
                f"Changed record: number {index} is not what was written."
                if other is None
                else f"{moved}; what stands there was number {other}."
            )


def _head(leaves: dict[int, bytes], stored: Frontier, note: str, log: Log) -> Iterator[str]:
    grown, roots = Frontier(), dict[int, bytes]()
    for leaf in leaves.values():
        grown.append(leaf)
        roots[grown.size] = grown.root()
    if grown.to_bytes() != stored.to_bytes():
        yield "The head does not fit the leaves."
    if not leaves:
        return
    try:
        head = checkpoint.open_note(note, public=log.key.public, name=log.origin)
    except IntegrityError:
        yield (
            "Replaced head: The signed head does not fit the log; it is not signed by this vault's "
            "key under this log's name."
        )
        return
    if head.size > grown.size:
        yield f"Cut off: the signed head is of {head.size} leaves and {grown.size} are there."
    elif head.size < grown.size and roots[head.size] == head.root:
        yield f"Added unsigned: the signed head is of {head.size} leaves and {grown.size} are there."
    elif head.root != roots.get(head.size):
        yield "The signed head does not fit the log: a leaf was changed, moved, taken out or put in."


def check_epochs(database: Database, diary: Log) -> Iterator[Fault]:
    """Each epoch goes on from the head it cites; the last one is the vault's own."""
    with database.read() as connection:
        rows = connection.execute(
            "SELECT idx, data FROM records WHERE type = 'epoch' AND data IS NOT NULL ORDER BY idx"
        ).fetchall()
        leaves = diary.leaves(connection)
    before: Line | None = None
    for index, data in rows:
        try:
            before = _goes_on(index, data, before, leaves)
        except (IntegrityError, VaultDamaged) as problem:
            yield "diary log", f"Foreign epoch: number {index}. {problem}"
            return
    if before is None or (before.origin, before.public) != (diary.origin, diary.key.public):
        yield "diary log", "Foreign epoch: the last one is not of this vault's own key."


def _goes_on(index: int, data: bytes, before: Line | None, leaves: Sequence[bytes]) -> Line:
    record = decode(data)
    body = record.get("body") if isinstance(record, dict) else None
    found = epoch.read(body if isinstance(body, dict) else {}, before=before)
    frontier = Frontier()
    for leaf in leaves[:index]:
        frontier.append(leaf)
    if found.prior is not None and (found.prior.size, found.prior.root) != (index, frontier.root()):
        raise IntegrityError("It goes on from another head than the one before it.")
    return found.line


def check_erased(database: Database) -> Iterator[Fault]:
    """Each record whose bytes are gone is named by a tombstone."""
    with database.read() as connection:
        gone = connection.execute("SELECT idx FROM records WHERE data IS NULL").fetchall()
        named = {
            one.record.body.index
            for one in load_records(connection)
            if isinstance(one.record.body, Tombstone)
        }
    silent = sorted(index for (index,) in gone if index not in named)
    if silent:
        yield (
            "diary log",
            f"Erased in silence: number {silent[0]} is gone and no tombstone says so.",
        )


def check_dated(database: Database, diary: Log) -> Iterator[Fault]:
    """The heads that were dated in the acts log, against the diary log of now."""
    with database.read() as connection:
        dated = [act for act in load_acts(connection) if act.what == _DATED]
        past = heads.history(connection, diary)
    for act in dated:
        size, _, root = act.detail.partition(" ")
        if not size.isdecimal() or not 0 < int(size) <= past.size:
            yield (
                "diary log",
                f"Cut off: on {act.at[:10]} it had {size} entries, and it has {past.size}.",
            )
            return
        if heads.short(past.head(int(size))) != act.detail:
            anew = f"Written anew: up to number {int(size) - 1} it is not what it was on"
            yield "diary log", f"{anew} {act.at[:10]} (root {root})."
            return


def check_outside(
    database: Database, diary: Log, *, found: Sequence[OutsideCheck]
) -> Iterator[Fault]:
    """What the heads held outside say against this log, the shortest first."""
    with database.read() as connection:
        size = diary.frontier(connection).size
    for one in sorted(found, key=lambda one: one.head.size):
        if one.standing not in heads.HELD and one.standing != "branch":
            yield "outside head", f"{heads.said(one.standing, one.head, size=size)} ({one.who})"
