"""Sheets from one diary: a hard copy with its number, the report, a card; written where a person chose."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tallymark import disk
from tallymark.errors import DiskReadOnly, OutputExists, PackError
from tallymark.vault import Vault

if TYPE_CHECKING:
    from tallymark.pack.report_now import Report
    from tallymark.pack.sheet import Sheet

PRINTED = "printed"


def hard_copy(vault: Vault, ident: str, *, made: datetime) -> tuple[Sheet, int]:
    """The sheet of one record, and which hard copy of it this is, counted from 1.

    The number is known from the acts log, where each print is noted; the words are nowhere else.
    """
    from tallymark.pack.sheet import of_record

    stored = vault.record(ident)
    mark = f"#{stored.index}"
    copy = 1 + sum(act.what == PRINTED and act.detail == mark for act in vault.acts())
    sheet = of_record(
        vault.casefile(),
        stored.record,
        made=made,
        copy=copy,
        open_original=lambda exhibit: io.BufferedReader(vault.open_exhibit(exhibit), 1 << 20),
    )
    return sheet, copy


def note_printed(vault: Vault, ident: str) -> None:
    """Note in the acts log that a hard copy was made."""
    vault.act(PRINTED, f"#{vault.record(ident).index}")


def report(vault: Vault, idents: list[str], *, safe: str) -> Report:
    """The words to read out, over chosen entries or all. Raises ``NothingChosen``."""
    from tallymark.pack.report_now import report as compose

    return compose(vault.casefile(), chosen=idents, safe=safe)


def write(sheet: Sheet, out: Path, *, made: datetime) -> None:
    """Write the sheet as a PDF at ``out``. Raises ``OutputExists``, ``PackError``."""
    data = sheet.pdf(made=made)
    try:
        with disk.create(out, new=True) as file:
            file.write(data)
            disk.sync(file)
        disk.sync_folder(out.parent)
    except FileExistsError:
        raise OutputExists from None
    except (OSError, DiskReadOnly) as problem:
        raise PackError("The sheet could not be written to this place.") from problem
