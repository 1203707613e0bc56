"""Where a vault may stand: the default place, and no folder that is copied to an online account."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tallymark.diary import synced
from tallymark.errors import UnsafePlace

NEUTRAL_NAME = "notes-data"
"""The folder's name says nothing of what is in it."""


def default_place(environment: dict[str, str] | None = None, platform: str = sys.platform) -> Path:
    """The system's application-data folder with a neutral name; never Desktop or Documents."""
    env = os.environ if environment is None else environment
    home = Path(env.get("HOME") or env.get("USERPROFILE") or Path.home())
    if platform == "win32":
        return Path(env.get("LOCALAPPDATA") or home / "AppData" / "Local") / NEUTRAL_NAME
    if platform == "darwin":
        return home / "Library" / "Application Support" / NEUTRAL_NAME
    return Path(env.get("XDG_DATA_HOME") or home / ".local" / "share") / NEUTRAL_NAME


def post_box_place(vault: Path) -> Path:
    """Where the post-box of this device stands: beside the vault's place, under as neutral a name."""
    return vault.with_name(vault.name + "-3")


def must_be_private(path: Path) -> None:
    """Raises UnsafePlace, with the reason, for a folder that is copied to an online account.

    So it does for one of which that cannot be told.
    """
    if why := synced.reason(path):
        raise UnsafePlace(why)
