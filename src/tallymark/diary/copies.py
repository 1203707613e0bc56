"""Copies in another place, for the person: made, checked, restored, and how old the last one is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tallymark.diary import place
from tallymark.vault import Copy, Finding, Restored, Vault, check_copy

__all__ = ["Copy", "Restored", "back_up", "check", "how_old", "restore"]

Progress = Callable[[int, int], None]


def back_up(
    vault: Vault,
    to: Path,
    *,
    keep: int | None = None,
    allow_synced: bool = False,
    progress: Progress | None = None,
) -> Copy:
    """A copy in another place, read back. See ``Vault.copies``. Raises UnsafePlace besides."""
    if not allow_synced:
        place.must_be_private(to)
    return vault.copies.make(to, keep=keep, progress=progress)


def restore(
    copies: Path,
    path: Path,
    *,
    passphrase: str | None = None,
    words: str | None = None,
    now: Callable[[], datetime],
    number: int | None = None,
    allow_synced: bool = False,
    progress: Progress | None = None,
) -> tuple[Vault, Restored]:
    """A copy becomes a vault in a new place. See ``Vault.restore``. Raises UnsafePlace besides."""
    if not allow_synced:
        place.must_be_private(path)
    return Vault.restore(
        copies,
        path,
        passphrase=passphrase,
        words=words,
        now=now,
        number=number,
        progress=progress,
    )


def check(
    copies: Path, *, passphrase: str, number: int | None = None, progress: Progress | None = None
) -> tuple[int, str, list[Finding]]:
    """Read a copy back where it lies: its number, when it was made (UTC), what does not fit.

    Raises NoCopyHere, WrongPassphrase, CopyDamaged, VaultTooNew.
    """
    index, found = check_copy(copies, passphrase=passphrase, number=number, progress=progress)
    return index.number, index.made, found


def how_old(made: str | None, *, now: datetime, zone: str) -> str:
    """``6 days ago``, in days of the person's zone; ``none yet`` for None."""
    if made is None:
        return "none yet"
    here = ZoneInfo(zone)
    days = (now.astimezone(here).date() - datetime.fromisoformat(made).astimezone(here).date()).days
    if days < 0:
        return f"{made[:10]} by this device's clock, which is a day to come"
    return {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")
