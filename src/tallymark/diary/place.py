"""Where a vault may stand: the default place, and folders that are copied to online accounts."""

from __future__ import annotations

import os
import sys
from pathlib import Path

NEUTRAL_NAME = "notes-data"
"""The folder's name says nothing of what is in it."""

_SYNC_MARKS = (
    "onedrive", "dropbox", "google drive", "googledrive", "my drive", "icloud",
    "mobile documents", "cloudstorage", "nextcloud", "owncloud", "pcloud", "megasync",
    "syncthing", "creative cloud files", "proton drive", "box sync",
)  # fmt: skip
_SYNC_FILES = (".stfolder", ".dropbox", ".owncloudsync.log", "desktop.ini.onedrive")
_OFTEN_SYNCED = ("desktop", "documents")


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


def looks_synced(path: Path, platform: str = sys.platform) -> bool:
    """Whether the folder is, or cannot be told not to be, copied to an online account.

    On Windows and macOS the Desktop and Documents folders may be redirected to an account
    without any sign in the path, so they count as synced.
    """
    resolved = path.expanduser().resolve()
    parts = [part.casefold() for part in resolved.parts]
    if any(mark in part for part in parts for mark in _SYNC_MARKS):
        return True
    if platform in {"win32", "darwin"} and any(part in _OFTEN_SYNCED for part in parts):
        return True
    return any((up / name).exists() for up in resolved.parents for name in _SYNC_FILES)
