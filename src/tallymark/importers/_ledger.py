"""The ledger of bytes: records + framing + skipped + unparsed = the whole source, exactly."""

from __future__ import annotations

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
