"""The receiving side: sealed packs are taken in, verified, ordered by a printed rule and linked.

``Desk`` is the door. Nothing here opens a vault, and nothing here decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tallymark.desk.office import Desk

__all__ = ["Desk"]


def __getattr__(name: str) -> Any:
    """``Desk`` on first use: its database library takes longer to load than a command should."""
    if name == "Desk":
        from tallymark.desk.office import Desk

        return Desk
    message = f"tallymark.desk has no {name}"
    raise AttributeError(message)
