"""What is made from the records and originals, held against them: the words that search finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice

from tallymark.vault.log import Stored
from tallymark.vault.search import record_words
from tallymark.vault.store import Connection
from tallymark.vault.words import TOKENIZER

_MADE = "words_made"
_AT_ONCE = 4096
_EVERY_WORD = "SELECT term, doc, offset FROM temp.{name}"


def words_fit(connection: Connection, stored: Iterable[Stored]) -> bool:
    """Whether the words of the entries are those of these records, each in its place.

    They are made once more beside it, in memory, and both are read from end to end.
    """
    with (
        _made(connection, stored),
        closing(connection.execute(_EVERY_WORD.format(name="kept_each"))) as kept,
        closing(connection.execute(_EVERY_WORD.format(name="made_each"))) as made,
    ):
        return all(one == other for one, other in zip(_some(kept), _some(made), strict=False))


def _some(rows: Iterator[object]) -> Iterator[list[object]]:
    """The rows, many at a time, and at last an empty list."""
    while found := list(islice(rows, _AT_ONCE)):
        yield found
    yield []


@contextmanager
def _made(connection: Connection, stored: Iterable[Stored]) -> Iterator[None]:
    """The tables to compare, in memory; gone again after the block."""
    shape = f"words, content = '', columnsize = 0, tokenize = \"{TOKENIZER}\""
    connection.execute(f"CREATE VIRTUAL TABLE temp.{_MADE} USING fts5({shape})")
    try:
        connection.executemany(
            f"INSERT INTO temp.{_MADE} (rowid, words) VALUES (?, ?)",  # noqa: S608 - a name of ours
            ((one.index, text) for one in stored if (text := record_words(one.record))),
        )
        for name, where, table in (
            ("kept_each", "main", "record_words"),
            ("made_each", "temp", _MADE),
        ):
            connection.execute(
                f"CREATE VIRTUAL TABLE temp.{name} USING fts5vocab({where}, {table}, instance)"
            )
        yield
    finally:
        for name in ("kept_each", "made_each", _MADE):
            connection.execute(f"DROP TABLE IF EXISTS temp.{name}")
