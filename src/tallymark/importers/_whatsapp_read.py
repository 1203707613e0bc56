"""The second pass: records to events. A short way for the plain message, a careful one for the rest.

The short way writes the same bytes as ``canonical_line`` would (a test holds the two together); it
is taken only when date, time and sender are known and plain and the body can be nothing but text.
"""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from json.encoder import encode_basestring as quoted

from tallymark.importers._batch import Sink
from tallymark.importers._protocol import Source
from tallymark.importers._whatsapp_careful import Careful
from tallymark.importers._whatsapp_clock import Clocks
from tallymark.importers._whatsapp_split import MAX_RECORD, Cut, Splitter
from tallymark.importers._whatsapp_survey import BOM, Found
from tallymark.importers._whatsapp_words import POLLS, STOPS, WHOLE
from tallymark.model.event import NO_TIME

_LRM = b"\xe2\x80\x8e"
_MAPS = b"://maps"
_CLOSERS = frozenset({b")", b">", b"\x9e", b":"})  # last byte of what may be a file or placeholder
_POLL_STARTS = tuple(
    cased.encode() for w in POLLS for cased in (f"{w}:".upper(), f"{w}:".capitalize())
)


_SINGLE = {  # letters that Unicode takes apart again, but that a phone may write in one piece
    unicodedata.normalize("NFC", chr(code)): chr(code)
    for code in range(0x0900, 0x0E00)
    if unicodedata.normalize("NFC", chr(code)) != chr(code)
}


def _pairs(text: str) -> set[str]:
    """Each two letters that stand side by side."""
    return set(map("".join, pairwise(text)))


def _spellings(phrase: str) -> set[bytes]:
    """A phrase as the app may write it: with and without a full stop, in its usual capitals and letters."""
    cased = {phrase, phrase[:1].upper() + phrase[1:], phrase[:1].lower() + phrase[1:]}
    whole = set(cased)
    if not phrase.isascii():
        whole |= {unicodedata.normalize(form, p) for p in cased for form in ("NFC", "NFD")}
    for apart in _SINGLE.keys() & _pairs(unicodedata.normalize("NFC", phrase)):
        whole |= {p.replace(apart, _SINGLE[apart]) for p in whole}
    return {(p + stop).encode() for p in whole for stop in ("", *STOPS)}


_EXACT = frozenset().union(*(_spellings(p) for p in (*WHOLE, "")))
_LONGEST = max(map(len, _EXACT))
_LONGEST_ASCII = max(len(p) for p in _EXACT if p.isascii())  # most bodies are longer


def _is_plain_start(body: bytes) -> bool:
    """Whether a body of several lines cannot begin with a file or a poll."""
    first = body[: body.find(b"\n")].rstrip(b"\r ")
    return first[-1:] not in _CLOSERS and not body.startswith(_POLL_STARTS)


def _decoded(body: bytes) -> str | None:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


class Reader:
    """Reads one export into a sink."""

    def __init__(self, source: Source, found: Found, clocks: Clocks, sink: Sink) -> None:
        self._source = source
        self._sink = sink
        self._careful = Careful(source, found, clocks, sink)
        self._line = 1
        self._start = found.start
        self._splitter = Splitter(found.style, start=found.start)

    def run(self) -> None:
        """Read every byte of the source."""
        self._sink.ledger.framing += self._start
        splitter = self._splitter
        done, skip = 0, self._start
        for chunk in self._source.chunks():
            piece, skip = chunk[skip:], max(0, skip - len(chunk))
            done += len(chunk)
            self._take(*splitter.feed(piece, final=False))
            self._sink.flush_if_full()
            self._sink.progress(done)
        self._take(*splitter.feed(b"", final=True), final=True)

    def _take(self, at: int, lead: bytes, rows: list[Cut], *, final: bool = False) -> None:
        if lead:
            self._unread(lead[max(0, self._start - at) :])
            at += len(lead)
        if not rows:
            return
        ledger = self._sink.ledger
        if at < self._start:
            ledger.framing -= 1  # the line end before the first byte is not in the file
        if final and rows[-1][5].endswith(b"\n"):
            ledger.framing += 1
            rows[-1] = (*rows[-1][:5], rows[-1][5][:-1])
        ends, after = self._rows(at, rows)
        framing = len(rows) + ends
        ledger.framing += framing
        ledger.records += after - at - framing

    def _unread(self, lead: bytes) -> None:
        """Bytes that belong to no record: blank lines are named as such, words are an issue."""
        ledger, issues = self._sink.ledger, self._sink.issues
        if len(lead) > MAX_RECORD // 2:
            ledger.unparsed += len(lead)
            self._sink.rejected += 1
            issues.add("TOO_LONG")
        elif lead.strip(b" \t\r\n\x00" + BOM):
            ledger.unparsed += len(lead)
            blank = len(lead) - len(lead.lstrip(b" \t\r\n"))
            number = self._line + lead.count(b"\n", 0, blank)
            issues.add("UNPARSED", detail=f"line {number} is the first that is part of no message")
        elif lead:
            ledger.skipped += len(lead)
            issues.add("BLANK_LINES", count=max(1, lead.count(b"\n")))
        self._line += lead.count(b"\n")

    def _rows(self, at: int, rows: list[Cut]) -> tuple[int, int]:
        """Put the records that begin after ``at``; gives the carriage returns and where they end.

        The short way is written out in the loop because a call for each of a million messages costs
        more than the rest of it.
        """
        sink, careful = self._sink, self._careful
        plain = careful.plain
        days, clocks, parties = plain.days, plain.clocks, plain.parties
        put_line, put_text = sink.lines.append, sink.texts.append
        put_seconds, put_party = sink.seconds.append, sink.parties.append
        member, floor, returns = plain.member, careful.floor, 0
        marked, mapped = self._splitter.holds(_LRM), self._splitter.holds(_MAPS)
        day = iso = clock = shown = party = ""
        number = 0
        for row in rows:
            head, date, time, sender, _, body = row
            start = at + 1
            at = start + len(head) + len(body)
            end = at
            ending = body[-1:]
            if ending == b"\r":
                returns += 1
                end -= 1
                body = body[:-1]
                ending = body[-1:]
            try:
                day, iso, base = days[date]
                clock, shown, second = clocks[time]
                party, number = parties[sender]
                when = base + second
            except KeyError:
                when = NO_TIME
            if (
                when < floor
                or ending in _CLOSERS
                or (
                    (length := len(body)) <= _LONGEST
                    and (length <= _LONGEST_ASCII or not body.isascii())
                    and body in _EXACT
                )
                or (marked and _LRM in body)
                or (mapped and _MAPS in body)
                or (b"\n" in body and not _is_plain_start(body))
                or (text := _decoded(body)) is None
            ):
                careful.floor = floor
                self._one(start, end, (head, date, time, sender, row[4], body))
                floor = careful.floor
                continue
            floor = when
            put_line(
                f"{day}{clock}{iso}{shown}{end}{member}{start}{party}{quoted(text)}}}\n".encode()
            )
            put_text(text)
            put_seconds(when)
            put_party(number)
            careful.owner_start = start
        careful.floor = floor
        return returns, at

    def _one(self, start: int, end: int, cut: Cut) -> None:
        if not cut[0]:
            self._give_up(end - start)
            return
        made = self._careful.make(start, end, cut)
        self._sink.add(made.event, seconds=made.seconds, flags=made.flags)

    def _give_up(self, size: int) -> None:
        """An oversized piece: its bytes are counted, nothing is read from it, the rest goes on."""
        self._sink.ledger.records -= size
        self._sink.ledger.unparsed += size
        self._sink.rejected += 1
        self._sink.issues.add("TOO_LONG")
