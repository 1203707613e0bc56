"""The ledger: records + framing + skipped + unparsed = the whole source, exactly.

It is about bytes; that of a database is about the rows of its tables (docs/spec/ledger.md).
"""

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
    ``rows``: set for a database only, the rows that all four are counted in instead of bytes.
    """

    records: int = 0
    framing: int = 0
    skipped: int = 0
    unparsed: int = 0
    rows: int | None = None

    @property
    def total(self) -> int:
        """The sum of all four."""
        return self.records + self.framing + self.skipped + self.unparsed

    def close(self, size: int) -> dict[str, int]:
        """The coverage of a source of ``size`` bytes. Raises ``ReaderFailed`` when it does not add up."""
        unit, whole = ("bytes", size) if self.rows is None else ("rows", self.rows)
        if self.total != whole:
            missing = whole - self.total
            raise ReaderFailed(f"The reader accounted for {missing} {unit} too few of {whole}.")
        return {
            unit: whole,
            "records": self.records,
            "framing": self.framing,
            "skipped": self.skipped,
            "unparsed": self.unparsed,
        }


def check_sum(coverage: Mapping[str, object], *, size: int) -> None:
    """Whether a stated ledger adds up to what it is about; raises ``ReaderFailed``.

    It comes out of a confined process that is not trusted. ``size`` is the file's, in bytes, as
    this process knows it; the ledger of an archive is about its members instead, and that of a
    database about rows. It is about one of the three.
    """
    units = [unit for unit in ("bytes", "members", "rows") if unit in coverage]
    whole = coverage[units[0]] if len(units) == 1 else None
    parts = [coverage.get(name) for name in ("records", "framing", "skipped", "unparsed")]
    counted = [n for n in (whole, *parts) if isinstance(n, int) and n >= 0]
    fits = len(counted) == 5 and counted[0] == sum(counted[1:])
    if not fits or coverage.get("bytes", size) != size:
        raise ReaderFailed("The reader's ledger does not add up.")
