"""The encrypted vault: records, exhibits and events in one folder that only its owner can read.

The order of writing is fixed by ``docs/spec/vault.md``. ``Vault`` is the one way in.
"""

from tallymark.vault.backup import Copy, Restored, check_copy
from tallymark.vault.check import Finding
from tallymark.vault.events import EventWriter
from tallymark.vault.log import Act, Stored
from tallymark.vault.narrowing import Narrow
from tallymark.vault.recovery import Decision
from tallymark.vault.search import Hit
from tallymark.vault.vault import Vault
from tallymark.vault.ways import Rotated, WayIn, Ways

__all__ = [
    "Act",
    "Copy",
    "Decision",
    "EventWriter",
    "Finding",
    "Hit",
    "Narrow",
    "Restored",
    "Rotated",
    "Stored",
    "Vault",
    "WayIn",
    "Ways",
    "check_copy",
]
