"""Notes to the next opening: a locked vault can be written to by anybody and read by nobody.

A wrong try is sealed to the vault's public key as ``inbox/<random>`` and shown in the acts log at
the next opening.
"""

from __future__ import annotations

import io
import os
import re
import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from tallymark import disk
from tallymark.errors import EnvelopeError, VaultError
from tallymark.integrity import canonical
from tallymark.integrity.envelope import Identity, open_all, seal
from tallymark.vault import place
from tallymark.vault.log import Log, insert_act, stamp
from tallymark.vault.store import Connection, Database

WRONG_TRY = "wrong passphrase"
WRONG_TRIES = {
    "passphrase": WRONG_TRY,
    "words": "wrong words",
    "identity": "wrong key of a helper",
}
_MOST = 1000
_LARGEST = 4096
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")


def leave(folder: Path, *, recipient: str, what: str, at: datetime) -> None:
    """Seal one note; once 1,000 are waiting no more are kept, so that tries cannot fill a disk."""
    inbox = folder / place.INBOX
    disk.make_folder(inbox)
    if sum(1 for _ in os.scandir(inbox)) >= _MOST:
        return
    note = io.BytesIO(canonical.encode({"v": "1", "at": stamp(at), "what": what}))
    place.write_file(
        inbox / secrets.token_hex(16),
        lambda file: seal(note, file, recipients=[recipient], pad=True),
    )


def collect(folder: Path, database: Database, *, identity: Identity, log: Log) -> None:
    """Move every note into the acts log, oldest first, once each. Strange files stay untouched."""
    found = sorted(_notes(folder / place.INBOX, identity), key=lambda note: note[1]["at"])
    if not found:
        return
    with database.transaction() as connection:
        for name, note in found:
            if _is_new(connection, name):
                insert_act(connection, log, at=note["at"], what=note["what"])
    for name, _ in found:
        disk.unlink(folder / place.INBOX / name, missing_ok=True)
    # Not before the files are gone for good: one that came back would be counted once more.
    disk.sync_folder(folder / place.INBOX)
    with database.transaction() as connection:
        connection.execute("DELETE FROM inbox_seen")


def _is_new(connection: Connection, name: str) -> bool:
    connection.execute("INSERT OR IGNORE INTO inbox_seen VALUES (?)", (name,))
    return connection.changes() == 1


def _notes(inbox: Path, identity: Identity) -> Iterator[tuple[str, dict[str, str]]]:
    if not inbox.is_dir():
        return
    for entry in os.scandir(inbox):
        if entry.name.endswith(place.PART):
            disk.unlink(Path(entry.path), missing_ok=True)
        elif entry.is_file(follow_symlinks=False) and entry.stat().st_size <= _LARGEST:
            note = _open(Path(entry.path), identity)
            if note is not None:
                yield entry.name, note


def _open(path: Path, identity: Identity) -> dict[str, str] | None:
    plain = io.BytesIO()
    try:
        with disk.reading(path) as file:
            open_all(file, plain, identity=identity)
        note = msgspec.json.decode(plain.getvalue().rstrip(b"\0"), type=dict[str, str])
    except (EnvelopeError, VaultError, msgspec.MsgspecError, UnicodeDecodeError, OSError):
        return None
    # Anybody can seal a note, so nothing in it is shown that we do not say ourselves.
    known = note.get("what") in WRONG_TRIES.values()
    fits = known and _STAMP.match(note.get("at", "")) is not None
    return note if fits else None
