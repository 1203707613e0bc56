"""The first pass over an export: which header style, which order of day and month, which senders."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from tallymark.errors import UnknownFormat
from tallymark.importers._protocol import Source
from tallymark.importers._source import HEAD, first_line
from tallymark.importers._whatsapp_dates import Dates, Decision, Form, Parts
from tallymark.importers._whatsapp_header import Header, read_header
from tallymark.importers._whatsapp_split import MAX_RECORD, Style, style_of

BOM = b"\xef\xbb\xbf"
MAX_LABELS = 200_000
_NUMBERS = re.compile(r"\d+")
_Match = tuple[bytes, bytes, bytes, bytes]


@dataclass(slots=True)
class Found:
    """What the first pass knows. Labels are as shown, without direction marks at their ends."""

    style: Style
    start: int
    dates: Dates = field(default_factory=Dates)
    senders: Counter[bytes] = field(default_factory=Counter)
    seconds: Counter[tuple[bytes, bytes]] = field(default_factory=Counter)
    other_styles: Counter[Form] = field(default_factory=Counter)

    def labels(self) -> Counter[str]:
        """How many lines each sender has."""
        counted: Counter[str] = Counter()
        for raw, count in self.senders.items():
            counted[label(raw)] += count
        return counted

    def unsure(self) -> dict[str, str]:
        """Senders whose name may go on after its colon, with the part that would belong to it."""
        counts = self.labels()
        found: dict[str, str] = {}
        for (raw, second), count in self.seconds.items():
            name = label(raw)
            if count == counts[name] or counts[name] <= 3:
                found[name] = label(second.removesuffix(b": "))
        return found

    def lone(self) -> frozenset[str]:
        """The third sender of a chat between two, when there is one line of that sender only."""
        counts = self.labels()
        once = [name for name, count in counts.items() if count == 1]
        if len(counts) == 3 and len(once) == 1:
            return frozenset(once)
        return frozenset()


def label(raw: bytes) -> str:
    """A sender as shown: decoded, without spaces and direction marks around it."""
    return raw.decode("utf-8", errors="replace").strip(" \t\u00a0\u200e\u200f")


def parts_of(date: str) -> Parts:
    """The three numbers of a date."""
    first, second, third = _NUMBERS.findall(date)
    return first, second, third


def look(source: Source) -> Found:
    """Read the whole source once. Raises ``UnknownFormat`` with the line that cannot be read."""
    head = source.head(HEAD)
    style = style_of(head)
    if style is None:
        raise UnknownFormat(f"Line {first_line(head)} is not the start of a message.")
    found = Found(style, len(BOM) if head.startswith(BOM) else 0)
    buffer, skip = b"\n", found.start
    for chunk in source.chunks():
        piece, skip = chunk[skip:], max(0, skip - len(chunk))
        buffer += piece
        cut = buffer.rfind(b"\n")
        if cut > 0:
            _note(found, style.scan.findall(buffer, 0, cut))
            buffer = buffer[cut:]
        elif len(buffer) > MAX_RECORD:
            buffer = b""
    _note(found, style.scan.findall(buffer))
    return found


def _note(found: Found, matches: list[_Match]) -> None:
    if len(found.senders) < MAX_LABELS:
        found.senders.update(m[1] for m in matches if m[1])
        found.seconds.update((m[1], m[2]) for m in matches if m[2])
    if not any(m[3] for m in matches):
        _note_dates(found, (m[0] for m in matches))
        return
    for is_other, group in groupby(matches, key=lambda m: bool(m[3])):
        if not is_other:
            _note_dates(found, (m[0] for m in group))
            continue
        for match in group:
            header = read_header(match[3].decode("utf-8", errors="replace"))
            if header is not None:
                _note_other(found, header)


def _note_other(found: Found, header: Header) -> None:
    found.dates.add(header.form, [(header.parts, 1)])
    found.other_styles[header.form] += 1
    rest = header.match.string[header.length :]
    sender, colon, _ = rest.partition(": ")
    if colon and "\n" not in sender:
        found.senders[sender.encode()] += 1


def _note_dates(found: Found, dates: Iterable[bytes]) -> None:
    runs = ((date, sum(1 for _ in group)) for date, group in groupby(dates))
    found.dates.add(found.style.sample.form, [(parts_of(d.decode()), lines) for d, lines in runs])


def decided(found: Found, options: Mapping[str, str]) -> dict[Form, Decision]:
    """How the dates of every form in the file are read."""
    return found.dates.decide(options.get("day_order"))
