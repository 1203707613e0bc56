"""The rules of docs/spec/ledger.md, worked out from a file's bytes and the spans stated for it.

Written from the page and without the importer, as somebody else would write a checker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

BLANK = frozenset(b" \t\r\n\x00\xef\xbb\xbf")
BOM = b"\xef\xbb\xbf"
PARTS = ("records", "framing", "skipped", "unparsed")
Spans = Sequence[Sequence[int]]


def lines_of(data: bytes, spans: Spans) -> dict[str, int]:
    """The line ledger of section 4."""
    found = dict.fromkeys(("lines", "starts", "continued", "blank", "unparsed"), 0)
    at = 0
    while at < len(data):
        end = data.find(b"\n", at) + 1 or len(data)
        found["lines"] += 1
        found[_kind(data[at:end], at, end, spans)] += 1
        at = end
    return found


def _kind(line: bytes, at: int, end: int, spans: Spans) -> str:
    if any(at <= start < end for start, _ in spans):
        return "starts"
    if any(start < end and stop > at for start, stop in spans):
        return "continued"
    return "blank" if set(line) <= BLANK else "unparsed"


def broken(
    data: bytes,
    *,
    coverage: Mapping[str, int],
    spans: Spans,
    counts: Mapping[str, int],
    lines: Mapping[str, int],
) -> set[str]:
    """The rules that a stated ledger breaks, by their number on the page; empty when it holds."""
    size, found = len(data), set()
    values = [coverage[name] for name in PARTS]
    if min(values) < 0 or sum(values) != coverage["bytes"] or coverage["bytes"] != size:
        found.add("1")
    if any(not 0 <= start < end <= size for start, end in spans):
        found.add("2.1")
    if any(later[0] < before[1] for before, later in pairwise(spans)):
        found.add("2.2")
    if any(not _may_begin(data, start) for start, _ in spans):
        found.add("2.3")
    if sum(end - start for start, end in spans) != coverage["records"]:
        found.add("2.4")
    if counts["events"] != len(spans):
        found.add("2.5")
    if lines != lines_of(data, spans):
        found.add("4")
    return found


def _may_begin(data: bytes, start: int) -> bool:
    return start == 0 or data[start - 1 : start] == b"\n" or (start == 3 and data[:3] == BOM)
