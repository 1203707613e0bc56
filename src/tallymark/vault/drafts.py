"""Words typed and not yet saved as an entry: kept encrypted, no part of any log."""

from __future__ import annotations

from tallymark.vault.store import Connection


def save(connection: Connection, key: str, words: str, *, saved: str) -> None:
    """Keep ``words`` under ``key``, in place of what was there."""
    connection.execute("INSERT OR REPLACE INTO drafts VALUES (?, ?, ?)", (key, words, saved))


def drop(connection: Connection, key: str) -> None:
    """Forget the draft; harmless when there is none."""
    connection.execute("DELETE FROM drafts WHERE key = ?", (key,))


def load(connection: Connection) -> dict[str, str]:
    """Every draft by key."""
    return dict(connection.execute("SELECT key, words FROM drafts ORDER BY key").fetchall())
