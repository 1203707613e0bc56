"""What the person chose for the day on which the passphrase is forgotten, and when to ask."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from tallymark.errors import VaultDamaged
from tallymark.integrity import canonical
from tallymark.vault.store import Connection

DUE: Final = 3
"""At this opening without a choice, the choice is asked for before anything else."""

Choice = Literal["words", "helper", "none"]


class Decision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was chosen, when (UTC), and whether it was practised once."""

    at: str
    choice: Choice
    tried: bool


def decided(connection: Connection) -> Decision | None:
    """The choice, or None while there is none."""
    found = connection.execute("SELECT value FROM meta WHERE key = 'recovery'").get
    try:
        return None if found is None else msgspec.json.decode(found, type=Decision)
    except msgspec.MsgspecError as problem:
        raise VaultDamaged("The vault's own description is damaged.") from problem


def decide(connection: Connection, decision: Decision) -> None:
    """Keep the choice, in place of an earlier one."""
    text = canonical.encode(msgspec.to_builtins(decision)).decode()
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('recovery', ?)", (text,))


def forget(connection: Connection) -> None:
    """There is no choice any more; counting starts again."""
    connection.execute("DELETE FROM meta WHERE key IN ('recovery', 'openings')")


def openings(connection: Connection) -> int:
    """How often the vault was opened without a choice."""
    return int(connection.execute("SELECT value FROM meta WHERE key = 'openings'").get or 0)


def count_opening(connection: Connection) -> None:
    """One more opening, while there is no choice."""
    if decided(connection) is None:
        connection.execute(
            "INSERT OR REPLACE INTO meta VALUES ('openings', ?)",
            (str(openings(connection) + 1),),
        )
