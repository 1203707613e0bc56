"""Erasing at the person's wish: what goes together, and how its bytes are made to go.

Order and what stays: docs/spec/log.md section 6. Tombstones first, then bytes, all in one
transaction; files after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tallymark import disk
from tallymark.errors import RecordError
from tallymark.model.record import Correction, DerivedText, Exhibit, Import, Record, Tombstone
from tallymark.vault import blobs, generations, log
from tallymark.vault.log import Log, Stored
from tallymark.vault.search import index_all
from tallymark.vault.store import Connection, Database


def together(stored: Sequence[Stored], index: int) -> list[Stored]:
    """The record at ``index`` with every version of it, its withdrawals, and what was read from it.

    In order of the log. Raises RecordError for what cannot be erased by itself.
    """
    by_id = {one.record.id: one for one in stored}
    first = next(one for one in stored if one.index == index)
    _must_be_erasable(first)
    found = {first.record.id}
    while True:
        more = {ident for ident, one in by_id.items() if _belongs(one, found)}
        more |= {by_id[i].record.supersedes or i for i in found} & by_id.keys()
        if more <= found:
            break
        found |= more
    return [one for one in stored if one.record.id in found]


def _belongs(one: Stored, found: set[str]) -> bool:
    body = one.record.body
    return (
        one.record.supersedes in found
        or (isinstance(body, Correction) and body.target in found)
        or (isinstance(body, Import | DerivedText) and body.exhibit in found)
    )


def _must_be_erasable(one: Stored) -> None:
    body = one.record.body
    if one.index == 0 or isinstance(body, Tombstone):
        raise RecordError("The beginning of the log and the note of an erasing cannot be erased.")
    if isinstance(body, Correction):
        raise RecordError("A withdrawal is erased together with its entry: name the entry.")
    if isinstance(body, Import):
        raise RecordError("What was read from a file is erased together with it: name the file.")


def erase(
    folder: Path,
    database: Database,
    diary: Log,
    doomed: Sequence[Stored],
    *,
    left: Sequence[Stored],
    tombstones: Sequence[tuple[Record, bytes]],
) -> list[Stored]:
    """Write the tombstones and delete all of ``doomed``; ``left`` are the records that stay.

    What is deleted is overwritten in the file. A kill leaves everything as it was, or everything
    erased but for sealed files without a key, which the next opening deletes.
    """
    with database.overwriting():
        with database.transaction() as connection:
            stones = [log.insert_record(connection, diary, *one) for one in tombstones]
            names, old = _forget(connection, doomed, left=[*left, *stones])
        for name in names:
            disk.unlink(blobs.file_of(folder, name), missing_ok=True)
        generations.sweep(database, old)
    return stones


def _forget(
    connection: Connection, doomed: Sequence[Stored], *, left: Sequence[Stored]
) -> tuple[list[str], list[int]]:
    """Delete bytes, salts, keys and words of ``doomed``; ``left`` are all records that stay.

    Gives the names of sealed files to unlink and the generations to sweep.
    """
    names, old = list[str](), list[int]()
    for one in doomed:
        connection.execute("UPDATE records SET data = NULL WHERE idx = ?", (one.index,))
        if isinstance(one.record.body, Exhibit):
            name = blobs.erase(connection, one.record.id)
            names += [] if name is None else [name]
        rows = connection.execute(
            "UPDATE generations SET doomed = 1 WHERE exhibit = ?1 OR import_id = ?1 RETURNING gen",
            (one.record.id,),
        ).fetchall()
        old += [gen for (gen,) in rows]
    index_all(connection, left)
    return names, old
