"""The ledger of bytes: records + framing + skipped + unparsed = the whole source, exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tallymark.errors import ReaderFailed


@dataclass(slots=True)
class Ledger:
    """Every byte has one of four places. ``close`` refuses a sum that is not the size.

    ``records``: bytes inside events. ``framing``: line ends and byte order mark between them.
    ``skipped``: bytes of a named kind that hold nothing (blank lines before the first record).
    ``unparsed``: bytes that no rule could read; never zero in silence, an issue names the line.
    """

    records: int = 0
    framing: int = 0
    skipped: int = 0
    unparsed: int = 0

    @property
    def total(self) -> int:
        """The sum of all four."""
        return self.records + self.framing + self.skipped + self.unparsed

    def close(self, size: int) -> dict[str, int]:
        """The coverage of a source of ``size`` bytes. Raises ``ReaderFailed`` when it does not add up."""
        if self.total != size:
            missing = size - self.total
            raise ReaderFailed(f"The reader accounted for {missing} bytes too few of {size}.")
        return {
            "bytes": size,
            "records": self.records,
            "framing": self.framing,
            "skipped": self.skipped,
            "unparsed": self.unparsed,
        }


def check_sum(coverage: Mapping[str, object], *, size: int) -> None:
    """Whether a stated ledger adds up to what it is about; raises ``ReaderFailed``.

    It comes out of a confined process that is not trusted. ``size`` is the file's, in bytes, as
    this process knows it; the ledger of an archive is about its members instead.
    """
    whole = coverage.get("bytes", coverage.get("members"))
    parts = [coverage.get(name) for name in ("records", "framing", "skipped", "unparsed")]
    counted = [n for n in (whole, *parts) if isinstance(n, int) and n >= 0]
    fits = len(counted) == 5 and counted[0] == sum(counted[1:])
    if not fits or coverage.get("bytes", size) != size:
        raise ReaderFailed("The reader's ledger does not add up.")
