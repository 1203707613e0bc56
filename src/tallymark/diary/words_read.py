"""Words that a program read from an exhibit, kept beside it as what they are."""

from __future__ import annotations

from typing import BinaryIO, cast

from tallymark.errors import RecordError
from tallymark.examiners.reading import method_for, read_words, tool_of
from tallymark.model.record import DerivedText, Exhibit
from tallymark.vault import Stored, Vault


def read_text(vault: Vault, exhibit: Stored) -> tuple[Stored, bool]:
    """Read the words of one exhibit and keep them; gives the record, and whether it is new.

    The same program over the same exhibit is not run twice. Raises RecordError for another kind of
    record, ReadingMissing, ReaderFailed.
    """
    body = exhibit.record.body
    if not isinstance(body, Exhibit):
        raise RecordError("Words are read from a file that is kept: name an exhibit.")
    method = method_for(body.mime)
    before = _held(vault, exhibit.record.id, tool_of(method) if method else "")
    if before is not None:
        return before, False
    with vault.open_exhibit(exhibit.record.id) as original:
        found = read_words(cast("BinaryIO", original), mime=body.mime)
    text = DerivedText(
        exhibit=exhibit.record.id,
        method=found.method,
        tool=found.tool,
        words="\n".join(found.lines),
        doubtful=tuple(n + 1 for n in found.doubtful),
    )
    return vault.append(text), True


def _held(vault: Vault, exhibit: str, tool: str) -> Stored | None:
    for one in reversed(vault.records()):
        body = one.record.body
        if isinstance(body, DerivedText) and (body.exhibit, body.tool) == (exhibit, tool):
            return one
    return None
