"""Generations: one run of an importer over one exhibit, seen whole or not at all.

Everything here is derived. A generation without its ``import`` record is deleted at the next
opening, unless it was begun with a task: then it stays unseen until somebody goes on with it or
begins another one of the same exhibit (docs/decisions/021-stop-and-go-on.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from tallymark.vault.store import Connection, Database
from tallymark.vault.words import TOKENIZER

SHIFT = 32
_SWEEP_ROWS = 2000
_NEW_WORDS = (
    "CREATE VIRTUAL TABLE event_words_{gen} USING fts5("
    "words, content = '', columnsize = 0, tokenize = \"" + TOKENIZER + '")'
)
# Merging segments while a million rows arrive costs a third of the time, and reading newest
# first from a few hundred segments costs under a millisecond.
_NO_MERGING = {"automerge": 0, "crisismerge": 1000, "hashsize": 64 << 20}


@dataclass(frozen=True, slots=True)
class Found:
    """What was found when all events had come: see ``Generation`` for the fields."""

    count: int
    events_digest: str
    parties: tuple[str, ...]
    rises: int
    falls: int


@dataclass(frozen=True, slots=True)
class Generation:
    """A visible generation. Its rows are [first, first + count); ``parties[0]`` is no sender.

    ``exhibit`` is the record and ``sha256`` (hex) the bytes that the events were found in.
    ``rises`` is by how many seconds an event at most lies before an earlier one in the file,
    ``falls`` the same for a file that runs backwards: 0 means in order.
    """

    gen: int
    exhibit: str
    sha256: str
    channel: str
    zone: str
    import_id: str
    first: int
    count: int
    events_digest: str
    owner: str
    parties: tuple[str, ...]
    rises: int
    falls: int


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An import that can go on: ``kept`` events are on disk, ``digest`` (hex) is of their lines."""

    gen: int
    exhibit: str
    task: str
    kept: int
    digest: str


def unfinished(connection: Connection) -> list[Unfinished]:
    """Imports that were stopped or cut off, in order of beginning."""
    rows = connection.execute(
        "SELECT gen, exhibit, task, kept, digest FROM unfinished ORDER BY gen"
    )
    return [Unfinished(*row) for row in rows]


def can_go_on(connection: Connection, gen: int, *, exhibit: str, task: str) -> None:
    """Note that ``gen`` is to be finished if it is cut off; ``task`` says what it was for."""
    connection.execute(
        "INSERT INTO unfinished (gen, exhibit, task) VALUES (?, ?, ?)", (gen, exhibit, task)
    )


def note_kept(connection: Connection, gen: int, kept: int, digest: str) -> None:
    """In the transaction that wrote them: so many events are on disk now."""
    connection.execute(
        "UPDATE unfinished SET kept = ?, digest = ? WHERE gen = ?", (kept, digest, gen)
    )


def key(gen: int, number: int) -> int:
    """The key of a block (by its first event) or chunk (by its number) of a generation."""
    return gen << SHIFT | number


def begin(connection: Connection, *, exhibit: str, sha256: str, channel: str, zone: str) -> int:
    """Make an invisible generation with its own index of words; gives its number."""
    connection.execute(
        "INSERT INTO generations (exhibit, sha256, channel, zone) VALUES (?, ?, ?, ?)",
        (exhibit, sha256, channel, zone),
    )
    gen = connection.last_insert_rowid()
    connection.execute(_NEW_WORDS.format(gen=gen))
    for name, value in _NO_MERGING.items():
        connection.execute(
            f"INSERT INTO event_words_{gen} (event_words_{gen}, rank) VALUES (?, ?)",  # noqa: S608 - a number of ours
            (name, value),
        )
    return gen


def visible(connection: Connection) -> list[Generation]:
    """What readers see, in order of import."""
    rows = connection.execute(
        "SELECT gen, exhibit, sha256, channel, zone, import_id, first, count, events_digest, owner,"
        " parties, rises, falls FROM generations"
        " WHERE import_id IS NOT NULL AND NOT doomed ORDER BY first, gen"
    )
    return [
        Generation(*row[:10], tuple(msgspec.json.decode(row[10])), *row[11:])  # type: ignore[call-arg]
        for row in rows
    ]


def show(
    connection: Connection,
    gen: int,
    *,
    import_id: str,
    replaces: str | None,
    owner: str,
    found: Found,
) -> list[int]:
    """Make ``gen`` visible and doom what it takes the place of; gives the doomed numbers.

    Replaced are the generation of the import
    record ``replaces`` and an earlier one of the same bytes and channel.
    """
    connection.execute("DELETE FROM unfinished WHERE gen = ?", (gen,))
    first = connection.execute("SELECT coalesce(max(first + count), 0) FROM generations").get
    doomed = connection.execute(
        "UPDATE generations SET doomed = 1 WHERE import_id IS NOT NULL AND NOT doomed AND"
        " (import_id IS ?2 OR (sha256, channel) ="
        " (SELECT sha256, channel FROM generations WHERE gen = ?1)) RETURNING gen",
        (gen, replaces),
    ).fetchall()
    _fill(connection, gen, import_id=import_id, first=first, owner=owner, found=found)
    return [number for (number,) in doomed]


def show_again(
    connection: Connection, gen: int, *, import_id: str, owner: str, found: Found
) -> None:
    """Make ``gen`` what is seen of an import whose record is there already; the old one is doomed.

    The rows keep their numbers where there was an old one.
    """
    first = connection.execute(
        "SELECT coalesce((SELECT first FROM generations WHERE import_id = ?), max(first + count), 0)"
        " FROM generations",
        (import_id,),
    ).get
    connection.execute(
        "UPDATE generations SET doomed = 1, import_id = NULL WHERE import_id = ?", (import_id,)
    )
    _fill(connection, gen, import_id=import_id, first=first, owner=owner, found=found)


def _fill(
    connection: Connection, gen: int, *, import_id: str, first: int, owner: str, found: Found
) -> None:
    connection.execute(
        "UPDATE generations SET import_id = ?, first = ?, count = ?, events_digest = ?, owner = ?,"
        " parties = ?, rises = ?, falls = ? WHERE gen = ?",
        (
            import_id,
            first,
            found.count,
            found.events_digest,
            owner,
            msgspec.json.encode(found.parties).decode(),
            found.rises,
            found.falls,
            gen,
        ),
    )


def sweep(database: Database, only: list[int] | None = None) -> int:
    """Delete generations that no reader will see (or just ``only``), a piece at a time."""
    if only is None:
        with database.read() as connection:
            rows = connection.execute(
                "SELECT gen FROM generations WHERE doomed OR (import_id IS NULL"
                " AND gen NOT IN (SELECT gen FROM unfinished))"
            ).fetchall()
        only = [gen for (gen,) in rows]
    for gen in only:
        for table in ("event_blocks", "event_columns", "event_keys"):
            while _delete_some(database, table, gen):
                pass
        with database.transaction() as connection:
            connection.execute(f"DROP TABLE IF EXISTS event_words_{gen}")
            connection.execute("DELETE FROM unfinished WHERE gen = ?", (gen,))
            connection.execute("DELETE FROM generations WHERE gen = ?", (gen,))
    return len(only)


def _delete_some(database: Database, table: str, gen: int) -> int:
    # A piece at a time, so that an entry can be saved in between and the journal stays small.
    with database.transaction() as connection:
        connection.execute(
            f"DELETE FROM {table} WHERE key IN (SELECT key FROM {table}"  # noqa: S608 - three fixed names
            " WHERE key >= ? AND key < ? LIMIT ?)",
            (key(gen, 0), key(gen + 1, 0), _SWEEP_ROWS),
        )
        return connection.changes()
