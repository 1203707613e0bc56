"""Which folders are copied to an online account, as far as this computer shows it.

Looked for are names in the path, marks that sync programs leave in a folder or one above it, and the
folders that those programs name in their own settings. A shared account would show that a vault is
there, and a sync program breaks an open database.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tallymark.vault import filesystem

NAMES = (
    "onedrive", "dropbox", "google drive", "googledrive", "my drive", "icloud",
    "mobile documents", "cloudstorage", "nextcloud", "owncloud", "pcloud", "megasync",
    "syncthing", "creative cloud files", "proton drive", "protondrive", "box sync", "seafile",
    "tresorit", "yandex.disk", "mediafire", "spideroak", "resilio", "insync", "jottacloud",
)  # fmt: skip
_MARKS = (
    ".stfolder", ".stignore", ".dropbox.cache", ".owncloudsync.log", ".nextcloudsync.log",
    ".tmp.drivedownload", ".tmp.driveupload", ".megaignore",
    ".seafile-data", "desktop.ini.onedrive", ".849C9593-D756-4E56-8D6E-42412F2A707B",
)  # fmt: skip
_MARK_PATTERNS = (".sync_*.db", "._sync_*.db")
_OFTEN_SYNCED = ("desktop", "documents")
_NOT_TOLD = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "davfs", "afs"})
"""Disks of other computers: what happens to a file there, this one cannot tell."""
_LARGEST_SETTING = 1 << 20
_SETTINGS = (
    (".dropbox/info.json", r'"path"\s*:\s*"((?:[^"\\]|\\.)+)"'),
    ("AppData/Local/Dropbox/info.json", r'"path"\s*:\s*"((?:[^"\\]|\\.)+)"'),
    (".config/Nextcloud/nextcloud.cfg", r"localPath=(.+)"),
    ("Library/Preferences/Nextcloud/nextcloud.cfg", r"localPath=(.+)"),
    ("AppData/Roaming/Nextcloud/nextcloud.cfg", r"localPath=(.+)"),
    (".config/ownCloud/owncloud.cfg", r"localPath=(.+)"),
    (".config/syncthing/config.xml", r'<folder\b[^>]*\bpath="([^"]+)"'),
    (".local/state/syncthing/config.xml", r'<folder\b[^>]*\bpath="([^"]+)"'),
    ("Library/Application Support/Syncthing/config.xml", r'<folder\b[^>]*\bpath="([^"]+)"'),
    ("AppData/Local/Syncthing/config.xml", r'<folder\b[^>]*\bpath="([^"]+)"'),
)
_VARIABLES = ("OneDrive", "OneDriveConsumer", "OneDriveCommercial")


def reason(
    path: Path,
    *,
    environment: Mapping[str, str] | None = None,
    platform: str = sys.platform,
) -> str:
    """Why the folder counts as synced, in a sentence; empty when nothing says so.

    Looks at the path as it was given and at where links in it lead. What cannot be looked at counts
    as synced. On Windows and macOS so do Desktop and Documents, which may be redirected to an account
    without any sign in the path.
    """
    env = os.environ if environment is None else environment
    given = path.expanduser().absolute()
    try:
        ways = (given, given.resolve())
        if any(_named(way, platform) or _marked(way) for way in ways):
            return "This folder looks as if it is copied to an online account."
        if any(way.is_relative_to(root) for way in ways for root in _roots(env)):
            return "A sync program on this computer copies this folder to an online account."
    except (OSError, RuntimeError):
        return "It cannot be told if this folder is copied to an online account."
    if _is_elsewhere(given):
        return "This folder is not on a disk of this computer, so it cannot be told who sees it."
    return ""


def _is_elsewhere(path: Path) -> bool:
    """Whether a program or another computer stands behind the disk; never of the system's own disk."""
    kind = filesystem.kind(path)
    if kind not in _NOT_TOLD and not kind.startswith("fuse."):
        return False
    return not filesystem.is_simple(path) and filesystem.device(path) != filesystem.device(
        Path("/")
    )


def _named(path: Path, platform: str) -> bool:
    parts = [part.casefold() for part in path.parts]
    if platform in {"win32", "darwin"} and any(part in _OFTEN_SYNCED for part in parts):
        return True
    return any(name in part for part in parts for name in NAMES)


def _marked(path: Path) -> bool:
    for folder in (path, *path.parents):
        # A folder of that name in the person's own folder holds only Dropbox's settings.
        if (folder / ".dropbox").is_file() or any((folder / name).exists() for name in _MARKS):
            return True
        if any(next(folder.glob(pattern), None) for pattern in _MARK_PATTERNS):
            return True
    return False


def _roots(env: Mapping[str, str]) -> Iterator[Path]:
    """Folders that sync programs name in their settings, whatever these are called."""
    home = Path(env.get("HOME") or env.get("USERPROFILE") or Path.home())
    for name in _VARIABLES:
        if env.get(name):
            yield Path(env[name]).resolve()
    for name, pattern in _SETTINGS:
        text = _text(home / name)
        for found in re.findall(pattern, text):
            spelt = found.strip().replace("\\\\", "\\")
            root = home / spelt.removeprefix("~/") if spelt.startswith("~/") else Path(spelt)
            if root.is_absolute():
                yield root.resolve()


def _text(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return file.read(_LARGEST_SETTING).decode("utf-8", "replace")
