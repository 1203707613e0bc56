"""A file that is no export: what it and its name say of themselves, and which of its clocks differ."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tallymark import importers
from tallymark.errors import SourceChanged, SourceMissing, UnknownFormat
from tallymark.examiners import Examiner, Look, look, says_something
from tallymark.examiners.clocks import differences
from tallymark.examiners.names import named
from tallymark.model.filetype import sniff

_HEAD = 4096
_ARCHIVE = "application/zip"
LIMITS = (
    "whether a clock was right: each is shown as it was written, and none is corrected",
    "who held the camera or the phone",
    "what a messenger took out: most of them remove the camera's times and the place",
    "anything before this copy was made, unless the first file is still kept",
)
_CLOCKS_DIFFER = "clocks of one file that do not agree; all are shown and none is preferred"


def stated_by(found: Look | None, *, name: str) -> dict[str, Any]:
    """``clocks`` and ``examined`` for an exhibit's record; what says nothing is left out."""
    clocks = {**(found.clocks if found else {}), **name_clock(name)}
    told = named(name)
    facts = {**(found.facts if found else {}), **({"app": told.app} if told.app else {})}
    return {"clocks": clocks, "examined": facts}


def name_clock(name: str) -> dict[str, str]:
    """The clock in a file's name under the name that says what it is, or nothing."""
    told = named(name)
    if not told.clock:
        return {}
    kind = "name_says_utc" if told.is_utc else "name_says" if "T" in told.clock else "name_says_day"
    return {kind: told.clock}


def inspect_file(path: Path, *, examiner: Examiner | None = None) -> dict[str, Any] | None:
    """A photo, clip, sound, document or archive in the contract of ``inspect --json``; None for others.

    It has ``clocks``, ``differences`` and ``examined`` besides; nothing of it is an event that somebody
    sent. Raises SourceMissing, SourceChanged.
    """
    try:
        source = path.open("rb")
    except OSError:
        raise SourceMissing("The file is not there or cannot be read.") from None
    with source:
        before = os.fstat(source.fileno())
        mime, kind = sniff(source.read(_HEAD))
        if mime == _ARCHIVE:
            return _in_archive(path)
        if not says_something(mime):
            return None
        source.seek(0)
        sha256 = hashlib.file_digest(source, "sha256").hexdigest()
        source.seek(0)
        found = look(source, examiner=examiner)
        after = os.fstat(source.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise SourceChanged
    return _contract(path.name, mime, kind, sha256, before.st_size, found)


def _in_archive(path: Path) -> dict[str, Any] | None:
    """The members of an archive that holds no export; None when it holds no file at all."""
    try:
        return {**importers.listing(path), "clocks": {}, "differences": [], "examined": {}}
    except UnknownFormat:
        return None


def _contract(
    name: str, mime: str, kind: str, sha256: str, size: int, found: Look
) -> dict[str, Any]:
    stated = stated_by(found, name=name)
    apart = differences(stated["clocks"])
    issues = (
        [{"code": "CLOCKS_DIFFER", "count": len(apart), "detail": _CLOCKS_DIFFER}] if apart else []
    )
    if not found.seen:
        issues.append(
            {
                "code": "NOT_READ",
                "count": 1,
                "detail": "the file could not be looked into; it can be kept",
            }
        )
    counts = ("message", "call", "system", "attachment", "rejected")
    return {
        "format": kind,
        "variant": mime,
        "source": {"sha256": sha256, "bytes": size, "name": name},
        "counts": {"events": 1, **dict.fromkeys(counts, 0), "other": 1},
        "declared": {},
        "coverage": {"bytes": size, "records": size, "framing": 0, "skipped": 0, "unparsed": 0},
        "first": None,
        "last": None,
        "senders": {},
        "issues": issues,
        "limits": list(LIMITS),
        "jail": {"network": "blocked", "memory": "1024 MiB"},
        **stated,
        "differences": [one.told() for one in apart],
    }


def differing(clocks: Mapping[str, str]) -> list[str]:
    """A sentence for each two clocks that part."""
    return [one.told() for one in differences(clocks)]
