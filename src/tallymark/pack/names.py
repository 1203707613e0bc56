"""The name under which an original lies in the pack (docs/spec/bundle.md section 3)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from tallymark.model.record import Exhibit

_FORBIDDEN = re.compile(
    '[/\\\\:*?"<>|%\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff'
    "\ufff9-\ufffb\ud800-\udfff]"
)
_RUNS = frozenset(
    [
        "apk",
        "app",
        "appimage",
        "bat",
        "chm",
        "cmd",
        "com",
        "command",
        "cpl",
        "deb",
        "desktop",
        "dll",
        "dmg",
        "exe",
        "hta",
        "inf",
        "ins",
        "iso",
        "jar",
        "js",
        "jse",
        "lnk",
        "msi",
        "msp",
        "ps1",
        "pif",
        "pkg",
        "reg",
        "rpm",
        "scf",
        "scr",
        "sct",
        "sh",
        "terminal",
        "url",
        "vb",
        "vbe",
        "vbs",
        "webloc",
        "wsf",
        "wsh",
    ]
)
_MOST_BYTES = 160


@dataclass(frozen=True, slots=True)
class Original:
    """One file below ``data/originals``. ``path`` is inside the pack, ``size`` in bytes."""

    exhibit_id: str
    number: str
    path: str
    sha256: str
    size: int


def original(exhibit_id: str, exhibit: Exhibit) -> Original:
    """Where an exhibit's bytes go, with the digest and size that its record claims."""
    path = f"data/originals/{_safe(exhibit.number)}_{cleaned(exhibit.name)}"
    return Original(
        exhibit_id=exhibit_id,
        number=exhibit.number,
        path=path,
        sha256=exhibit.sha256,
        size=exhibit.size,
    )


def _safe(text: str) -> str:
    return _FORBIDDEN.sub("-", unicodedata.normalize("NFC", text)).strip(" .") or "none"


def cleaned(name: str) -> str:
    """A name any system can hold, at most 160 bytes, its ending kept.

    A file that a double-click would run gets ``.evidence`` after its name.
    """
    text = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", name)).strip(" .") or "file"
    stem, dot, ending = text.rpartition(".")
    if not dot or len(ending) > 12:
        stem, dot, ending = text, "", ""
    room = _MOST_BYTES - len((dot + ending).encode())
    stem = stem.encode()[:room].decode(errors="ignore").rstrip(" .") or "file"
    text = unicodedata.normalize("NFC", stem + dot + ending)
    return f"{text}.evidence" if ending.lower() in _RUNS else text
