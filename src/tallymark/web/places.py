"""Folders and files on this computer that a page may offer, so that no file dialog leaves a trace."""

from __future__ import annotations

import os
import re
from pathlib import Path

_CHAT = re.compile(r"whatsapp|_chat", re.IGNORECASE)
_LOOKED_AT = 2000
_OFFERED = 12


def home() -> Path:
    """The person's own folder."""
    return Path(os.environ.get("HOME") or os.environ.get("USERPROFILE") or Path.home())


def offered_folders() -> list[Path]:
    """Where a pack may go: memory sticks first, then the folder for downloads, then home."""
    sticks: list[Path] = []
    for root in (Path("/media") / home().name, Path("/run/media") / home().name, Path("/Volumes")):
        if root.is_dir():
            sticks += [path for path in sorted(root.iterdir()) if os.access(path, os.W_OK)]
    return [*sticks, *[p for p in (home() / "Downloads", home()) if p.is_dir()]]


def called(folder: Path) -> str:
    """A folder as a person would name it; the page shows its path beside it."""
    if folder == home():
        return "Your own folder"
    if folder == home() / "Downloads":
        return "The folder for downloads"
    return f"Memory stick or disk: {folder.name}"


def chat_exports() -> list[Path]:
    """Files in the usual folders that look like a chat export, the newest first."""
    found: list[tuple[float, Path]] = []
    for folder in (home() / "Downloads", home() / "Documents", home() / "Desktop", home()):
        found += _chats_in(folder)
    return [path for _, path in sorted(found, reverse=True)[:_OFFERED]]


def _chats_in(folder: Path) -> list[tuple[float, Path]]:
    try:
        entries = list(folder.iterdir())[:_LOOKED_AT]
    except OSError:
        return []
    fitting = [
        p for p in entries if p.suffix.casefold() in {".txt", ".zip"} and _CHAT.search(p.name)
    ]
    return [(path.stat().st_mtime, path) for path in fitting if path.is_file()]


def typed_path(text: str) -> Path | None:
    """A path as a person types or pastes it, or ``None`` when it is not a whole path."""
    words = text.strip().strip("\"'").removeprefix("file://")
    if not words or "\0" in words:
        return None
    if words.startswith("~"):
        return home() / words[1:].lstrip("/\\")
    path = Path(words)
    return path if path.is_absolute() else None
