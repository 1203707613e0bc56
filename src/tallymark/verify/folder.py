"""Reads a bundle that was unpacked to a folder: regular files and folders only."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from tallymark.errors import VerificationError
from tallymark.verify import names
from tallymark.verify.container import Contents, Intake

_REPARSE = 0x400  # Windows: a junction or link of any kind
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def read(folder: Path, *, contents: Contents, intake: Intake) -> None:
    """Take all files below ``folder`` into ``contents``, in order of their paths."""
    contents.ordered = False
    for path, place in _walk(folder, ""):
        with os.fdopen(os.open(place, _FLAGS), "rb", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            intake.take(path, size=size, readinto=file.readinto)
            if file.read(1):
                raise VerificationError("A file grew while it was being read.")


def _walk(folder: Path, prefix: str) -> Iterator[tuple[str, Path]]:
    with os.scandir(folder) as listing:
        entries = sorted(listing, key=lambda entry: entry.name)
    if not entries:
        raise VerificationError("The folder holds an empty folder.")
    for entry in entries:
        path = prefix + unicodedata.normalize("NFC", entry.name)
        found = names.problem("bundle/" + path)
        if found:
            raise VerificationError(f"The folder holds a name with {found}.")
        about = entry.stat(follow_symlinks=False)
        if stat.S_ISLNK(about.st_mode) or getattr(about, "st_file_attributes", 0) & _REPARSE:
            raise VerificationError("The folder holds a link.")
        if stat.S_ISDIR(about.st_mode):
            yield from _walk(Path(entry.path), path + "/")
        elif stat.S_ISREG(about.st_mode):
            yield path, Path(entry.path)
        else:
            raise VerificationError("The folder holds something that is not a file.")
