"""What an export is, and CSV that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from tallymark.pack.contents import Contents

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@dataclass(frozen=True, slots=True)
class Export:
    """``path`` below ``data/``; ``write`` streams the content into a file opened for bytes."""

    path: str
    write: Callable[[Contents, BinaryIO], None]


def cell(value: object) -> str:
    """A value that no spreadsheet takes for a formula: such a start gets an apostrophe."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_STARTS) else text


def write_csv(file: BinaryIO, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Rows as CSV (RFC 4180) in UTF-8 with a byte-order mark, which Excel needs."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="backslashreplace", newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([cell(value) for value in row] for row in rows)
    text.flush()
    text.detach()
