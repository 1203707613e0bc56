"""Which file names a bundle may hold, and how a name is shown (docs/spec/bundle.md section 3)."""

from __future__ import annotations

import re
import unicodedata

_FORBIDDEN = re.compile(
    '[\\\\:*?"<>|%\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e'
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE)
_ORIGINALS = "data/originals/"


def problem(path: str) -> str | None:
    """Why ``path`` (top folder included) is refused, in a few words; None when it is allowed."""
    if _FORBIDDEN.search(path):
        return "a character that is not allowed"
    if not unicodedata.is_normalized("NFC", path):
        return "letters that are not in their composed form"
    parts = path.split("/")
    if len(path.encode("utf-8")) > 1000 or len(parts) > 8:
        return "too long a path"
    return next((found for found in map(_part_problem, parts) if found), None)


def _part_problem(part: str) -> str | None:
    if part in ("", ".", ".."):
        return "a path that leaves its folder or has an empty part"
    if len(part.encode("utf-8")) > 255:
        return "too long a name"
    if part[0] == " " or part[-1] in " .":
        return "a space or dot at an end"
    return "a name that Windows keeps for devices" if _DEVICES.fullmatch(part) else None


def folded(path: str) -> str:
    """Equal for two paths that one disk could take for the same."""
    return unicodedata.normalize("NFC", path.casefold())


def of_number(number: str) -> str:
    """How an exhibit number stands at the head of its original's name."""
    return (
        _FORBIDDEN.sub("-", unicodedata.normalize("NFC", number).replace("/", "-")).strip(" .")
        or "none"
    )


def shown(path: str) -> str:
    """``path`` for a report: an original by its number only, odd characters escaped, at most 80."""
    if path.startswith(_ORIGINALS):
        path = _ORIGINALS + path[len(_ORIGINALS) :].split("_", maxsplit=1)[0] + "_…"
    text = "".join(c if c.isprintable() else f"<{ord(c):04X}>" for c in path)
    return text if len(text) <= 80 else text[:79] + "…"
