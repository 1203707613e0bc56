"""Records one at a time, by what the database has an index for: the work does not grow with it."""

from __future__ import annotations

from tallymark.vault.log import Stored, load_records
from tallymark.vault.store import Connection

# The words of the indexes in migrations/: SQLite takes an index only when they are the same.
_REPLACES = "json_extract(CAST(r.data AS TEXT), '$.supersedes') = ?"
_WITHDRAWS = "r.type = 'correction' AND json_extract(CAST(r.data AS TEXT), '$.body.target') = ?"


def by_id(connection: Connection, ident: str) -> Stored | None:
    """The record with this id, unless it was erased."""
    return _one(load_records(connection, "r.id = ?", (ident,)))


def by_index(connection: Connection, index: int) -> Stored | None:
    """The record with this number, unless it was erased."""
    return _one(load_records(connection, "r.idx = ?", (index,)))


def of_types(connection: Connection, types: tuple[str, ...]) -> list[Stored]:
    """Every record of these types, in order of writing."""
    marks = ", ".join("?" * len(types))
    return load_records(connection, f"r.type IN ({marks})", types)


def after(connection: Connection, ident: str) -> Stored | None:
    """The newest record that replaced or withdrew the one with this id."""
    found = [
        *load_records(connection, _REPLACES, (ident,)),
        *load_records(connection, _WITHDRAWS, (ident,)),
    ]
    return max(found, key=lambda one: one.index, default=None)


def holding(connection: Connection, sha256: str) -> Stored | None:
    """The first exhibit record of the file with this digest (hex), unless it was erased."""
    ident = connection.execute(
        "SELECT exhibit FROM blobs WHERE sha256 = ? AND identity IS NOT NULL ORDER BY ordinal",
        (sha256,),
    ).fetchone()
    return None if ident is None else by_id(connection, ident[0])


def _one(found: list[Stored]) -> Stored | None:
    return found[0] if found else None
