"""The second pass: records to events. A short way for the plain message, a careful one for the rest.

The short way writes the same bytes as ``canonical_line`` would (a test holds the two together); it
is taken only when date, time and sender are known and plain and the body can be nothing but text.
"""

from __future__ import annotations

from json.encoder import encode_basestring as quoted

from tallymark.importers._batch import Sink
from tallymark.importers._protocol import Source
from tallymark.importers._whatsapp_careful import Careful
from tallymark.importers._whatsapp_clock import Clocks
from tallymark.importers._whatsapp_header import read_time
from tallymark.importers._whatsapp_split import Cut, Splitter
from tallymark.importers._whatsapp_survey import BOM, Found
from tallymark.importers._whatsapp_words import DELETED, MISSED, OMITTED, POLLS, WAITING

MAX_CACHED = 100_000
_LRM = b"\xe2\x80\x8e"
_CLOSERS = frozenset({b")", b">", b"\x9e", b":"})  # last byte of what may be a file or placeholder
_POLL_STARTS = tuple(f"{w}:".upper().encode() for w in POLLS) + tuple(
    f"{w}:".capitalize().encode() for w in POLLS
)
_WAITING = tuple(w.capitalize().encode() for w in WAITING)


def _spellings(phrase: str) -> set[bytes]:
    """A phrase as the app may write it: with and without a full stop, in its usual capitals."""
    cased = {phrase, phrase[:1].upper() + phrase[1:], phrase.replace("gif ", "GIF ")}
    return {(p + stop).encode() for p in cased for stop in ("", ".")}


_EXACT = frozenset().union(*(_spellings(p) for p in (*OMITTED, *DELETED, *MISSED, "null", "")))


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
        self._found = found
        self._clocks = clocks
        self._sink = sink
        self._careful = Careful(source, found, clocks, sink)
        self._dates: dict[bytes | None, tuple[str, int, str]] = {}
        self._times: dict[bytes | None, tuple[str, int, str]] = {}
        self._senders: dict[bytes | None, tuple[int, str]] = {}
        self._line = 1
        self._pieces = self._constant_pieces()

    def _constant_pieces(self) -> tuple[str, str, str, str, str]:
        """What is the same in every plain line, in the order of canonical JSON."""
        stamp = read_time(self._found.style.sample.time)
        precision = "" if stamp.second is None else '"precision":"second",'
        member = self._source.member
        return (
            f'{{"at":[{{"chosen":true,{precision}"raw":"',
            self._found.style.between,
            '","role":"sent","source":"assumed","value":"',
            f'","zone":{quoted(self._clocks.zone)}}}],"kind":"message","locator":{{"end":',
            "" if member is None else f'"member":{quoted(member)},',
        )

    def run(self) -> None:
        """Read every byte of the source."""
        start = self._found.start
        self._sink.ledger.framing += start
        splitter = Splitter(self._found.style, start=start)
        done, skip = 0, start
        for chunk in self._source.chunks():
            piece, skip = chunk[skip:], max(0, skip - len(chunk))
            done += len(chunk)
            self._take(*splitter.feed(piece, final=False), start=start)
            self._sink.flush_if_full()
            self._sink.progress(done)
        self._take(*splitter.feed(b"", final=True), start=start, final=True)

    def _take(
        self, at: int, lead: bytes, rows: list[Cut], *, start: int, final: bool = False
    ) -> None:
        if lead:
            self._unread(lead[max(0, start - at) :])
            at += len(lead)
        if rows:
            if at < start:
                self._sink.ledger.framing -= (
                    1  # the line end before the first byte is not in the file
                )
            if final:
                rows[-1] = self._without_last_line_end(rows[-1])
            self._rows(at, rows)

    def _without_last_line_end(self, row: Cut) -> Cut:
        if not row[5].endswith(b"\n"):
            return row
        self._sink.ledger.framing += 1
        return (*row[:5], row[5][:-1])

    def _unread(self, lead: bytes) -> None:
        """Bytes that belong to no record: blank lines are named as such, words are an issue."""
        ledger, issues = self._sink.ledger, self._sink.issues
        if lead.strip(b" \t\r\n\x00" + BOM):
            ledger.unparsed += len(lead)
            blank = len(lead) - len(lead.lstrip(b" \t\r\n"))
            number = self._line + lead.count(b"\n", 0, blank)
            issues.add("UNPARSED", detail=f"line {number} is the first that is part of no message")
        elif lead:
            ledger.skipped += len(lead)
            issues.add("BLANK_LINES", count=max(1, lead.count(b"\n")))
        self._line += lead.count(b"\n")

    def _rows(self, at: int, rows: list[Cut]) -> None:  # noqa: PLR0914 - one loop over a million messages
        sink, careful = self._sink, self._careful
        dates, times, senders = self._dates.get, self._times.get, self._senders.get
        lines, texts = sink.lines.append, sink.texts.append
        seconds, parties = sink.seconds.append, sink.parties.append
        begin, between, middle, zone, member = self._pieces
        floor, framing, covered = careful.floor, len(rows), 0
        for row in rows:
            head, date, time, sender, _, body = row
            start = at + 1
            at = end = start + len(head) + len(body)
            ending = body[-1:]
            if ending == b"\r":
                framing += 1
                end -= 1
                body = body[:-1]
                ending = body[-1:]
            covered += end - start
            if (
                (day := dates(date))
                and (clock := times(time))
                and (party := senders(sender))
                and (when := day[1] + clock[1]) >= floor
                and ending not in _CLOSERS
                and body not in _EXACT
                and _LRM not in body
                and b"://maps" not in body
                and (b"\n" not in body or _is_plain_start(body))
                and (text := _decoded(body)) is not None
            ):
                floor = when
                lines(
                    f'{begin}{day[2]}{between}{clock[2]}{middle}{day[0]}T{clock[0]}{zone}{end},{member}"start":'
                    f'{start}}},"sender":{party[1]},"text":{quoted(text)}}}\n'.encode()
                )
                texts(text)
                seconds(when)
                parties(party[0])
                careful.owner_start = start
            else:
                careful.floor = floor
                self._one(start, end, (head, date, time, sender, row[4], body))
                floor = careful.floor
        careful.floor = floor
        sink.ledger.framing += framing
        sink.ledger.records += covered

    def _one(self, start: int, end: int, cut: Cut) -> None:
        if not cut[0]:
            self._give_up(end - start)
            return
        made = self._careful.make(start, end, cut)
        self._sink.add(made.event, seconds=made.seconds, flags=made.flags)
        self._learn(cut)
        if made.sure and made.event.sender is not None:
            number = self._sink.sender(made.event.sender)
            self._senders[cut[3]] = (number, quoted(made.event.sender))

    def _give_up(self, size: int) -> None:
        """An oversized piece: its bytes are counted, nothing is read from it, the rest goes on."""
        self._sink.ledger.records -= size
        self._sink.ledger.unparsed += size
        self._sink.rejected += 1
        self._sink.issues.add("TOO_LONG")

    def _learn(self, cut: Cut) -> None:
        """Remember date and time of a line where nothing about them needs a closer look."""
        _, date, time, _, _, _ = cut
        if date is None or time is None:
            return
        for cache in (self._dates, self._times, self._senders):
            if len(cache) > MAX_CACHED:
                cache.clear()  # type: ignore[attr-defined]
        written = date.decode()
        base = self._clocks.base(self._found.style.sample.form, written)
        if base is not None:
            self._dates[date] = (base[0], base[1], written)
        clock = time.decode()
        stamp = read_time(clock)
        if stamp.note is None and (stamp.second is None) == (
            self._found.style.sample.match["s"] is None
        ):
            shown = f"{stamp.hour24:02}:{stamp.minute:02}" + (
                "" if stamp.second is None else f":{stamp.second:02}"
            )
            self._times[time] = (
                shown,
                stamp.hour24 * 3600 + stamp.minute * 60 + (stamp.second or 0),
                clock,
            )
