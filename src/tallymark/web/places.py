"""Folders and files on this computer that a page may offer, so that no file dialog leaves a trace."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

_CHAT = re.compile(
    r"whatsapp|_chat|^(?:sms|calls)-|^message_\d|facebook-|instagram-", re.IGNORECASE
)
_ENDINGS = {".txt", ".zip", ".xml", ".json", ".html", ".eml", ".mbox", ".emlx", ".msg", ".sqlite"}
_IN_BACKUPS = {  # WhatsApp's chats and calls in an iPhone backup, where no name has an ending
    *("7c7fba66680ef796b916b067077cc246adacf01d", "1b432994e958845fffe8e2f190f26d1511534088"),
    *("724bd3b98b18518b455a87c1f3ac3a0d189c4466", "b463f7c4365eefc5a8723930d97928d4e907c603"),
}
_LOOKED_AT = 2000
_OFFERED = 12


def home() -> Path:
    """The person's own folder."""
    return Path(os.environ.get("HOME") or os.environ.get("USERPROFILE") or Path.home())


def offered_folders() -> list[Path]:
    """Where a pack may go: memory sticks first, then the folder for downloads, then home."""
    writable = [path for path in _sticks() if os.access(path, os.W_OK)]
    return [*writable, *[p for p in (home() / "Downloads", home()) if p.is_dir()]]


def _sticks() -> list[Path]:
    found: list[Path] = []
    for root in (Path("/media") / home().name, Path("/run/media") / home().name, Path("/Volumes")):
        found += _inside(root) if root.is_dir() else []
    return sorted(found)


def _inside(folder: Path) -> list[Path]:
    """What stands in a folder, hidden things left out; nothing when it may not be read."""
    try:
        with os.scandir(folder) as entries:
            return [folder / e.name for e in islice(entries, _LOOKED_AT) if e.name[0] != "."]
    except OSError:
        return []


def listed(folder: Path) -> tuple[list[Path], list[Path]]:
    """The folders in a folder by name, and its files that could hold messages, the newest first."""
    inside = _inside(folder)
    folders = sorted((p for p in inside if p.is_dir()), key=lambda p: p.name.casefold())
    files = [p for p in inside if _may_hold(p) and p.is_file()]
    return folders, sorted(files, key=_changed, reverse=True)


def _may_hold(path: Path) -> bool:
    return path.suffix.casefold() in _ENDINGS or path.name in _IN_BACKUPS


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def called(folder: Path) -> str:
    """A folder as a person would name it; the page shows its path beside it."""
    if folder == home():
        return "Your own folder"
    if folder == home() / "Downloads":
        return "The folder for downloads"
    return f"Memory stick or disk: {folder.name}"


def chat_exports() -> list[Path]:
    """Files in the usual folders that look like a chat export, the newest first."""
    usual = (home() / "Downloads", home() / "Documents", home() / "Desktop", home())
    files = [path for folder in (*_sticks(), *usual) for path in listed(folder)[1]]
    found = [path for path in files if _CHAT.search(path.name)]
    return sorted(found, key=_changed, reverse=True)[:_OFFERED]


def folder_of(form: Mapping[str, str]) -> tuple[Path | None, dict[str, str]]:
    """The folder that a form chose or typed; else None and what to say at which field."""
    folders, chosen = offered_folders(), form.get("folder", "")
    if form.get("folder_typed"):
        typed = typed_path(form["folder_typed"])
        if typed is None or not typed.is_dir():
            return None, {"folder_typed": "There is no such folder. Type all of its path."}
        return typed, {}
    if not (chosen.isdecimal() and int(chosen) < len(folders)):
        return None, {"folder": "Choose where to put it."}
    return folders[int(chosen)], {}


def typed_path(text: str) -> Path | None:
    """A path as a person types or pastes it, or ``None`` when it is not a whole path."""
    words = text.strip().strip("\"'").removeprefix("file://")
    if not words or "\0" in words:
        return None
    if words.startswith("~"):
        return home() / words[1:].lstrip("/\\")
    path = Path(words)
    return path if path.is_absolute() else None
