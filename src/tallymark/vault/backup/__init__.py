"""Copies of a vault in another place: made, read back, restored. ``docs/spec/backup.md`` fixes all.

``pieces`` is how bytes lie there, ``index`` says what they are, ``home`` is the folder of copies;
``making``, ``reading`` and ``restoring`` are what is done with them.
"""

from tallymark.vault.backup.copies import Copies
from tallymark.vault.backup.home import Home, find
from tallymark.vault.backup.making import Copy
from tallymark.vault.backup.reading import check_copy, unlock
from tallymark.vault.backup.restoring import Restored, restore

__all__ = [
    "Copies",
    "Copy",
    "Home",
    "Restored",
    "check_copy",
    "find",
    "restore",
    "unlock",
]
