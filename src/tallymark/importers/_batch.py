"""Where an importer puts what it finds: batches of events in canonical lines and columns, counts, issues."""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from itertools import accumulate

import msgspec

from tallymark.errors import LimitExceeded, TallymarkError
from tallymark.importers._aside import Aside
from tallymark.importers._ledger import Ledger
from tallymark.importers._mark import Mark, Place
from tallymark.model.event import (
    FLAG_MEDIA,
    KINDS,
    MESSAGE_KINDS,
    NO_TIME,
    Event,
    EventBatch,
    Kind,
    canonical_line,
)

BATCH = 8192
MAX_SENDERS = 65_535  # a sender is two bytes in the columns
MOST_LISTED = 1000  # of the records that were left out; all are counted
COMMON_SENTENCES = {
    "QUARANTINED": "parts on which the reader stopped; they are kept in the file and were left out",
}
_KIND_CODE = {kind: code for code, kind in enumerate(KINDS)}


class Issues:
    """Counts by code, each with one plain sentence; in order of first appearance."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        self._sentences = sentences
        self._counts: Counter[str] = Counter()
        self._details: dict[str, str] = {}

    def add(self, code: str, *, count: int = 1, detail: str | None = None) -> None:
        """Count an issue; the first ``detail`` given stands in place of the usual sentence."""
        self._counts[code] += count
        if detail is not None:
            self._details.setdefault(code, detail)

    def listed(self) -> list[dict[str, object]]:
        """The list that ``inspect`` gives."""
        return [
            {
                "code": code,
                "count": count,
                "detail": self._details.get(code)
                or self._sentences.get(code)
                or COMMON_SENTENCES.get(code, ""),
            }
            for code, count in self._counts.items()
            if count
        ]


class Sink:
    """Takes events in file order and sends them on in batches of 8,192.

    A format calls ``guarded`` for each record, so that one that breaks its reader stops nothing.

    The lists are public because a reader of a million messages writes to them without a call for
    each; ``add`` is the plain way. After writing to the lists, call ``flush_if_full``.
    """

    def __init__(
        self,
        send: Callable[[EventBatch], None],
        *,
        sentences: Mapping[str, str],
        progress: Callable[[int], None] = lambda _done: None,
        mark: Mark | None = None,
        skip: Collection[Place] = (),
        aside: Aside | None = None,
    ) -> None:
        self._send = send
        self.aside = aside
        self.progress = progress
        self.source = self.before = (
            0  # which source of the reading, and the bytes of those before it
        )
        self.member: str | None = None
        self.quarantined: list[dict[str, object]] = []
        self._mark = mark or Mark()
        self._skip = frozenset(skip)
        self.issues = Issues(sentences)
        self.ledger = Ledger()
        self.lines: list[bytes] = []
        self.texts: list[str] = []
        self.seconds: list[int] = []
        self.parties: list[int] = []
        self._special: dict[int, tuple[int, int]] = {}
        self._senders: dict[str, int] = {"": 0}
        self._new_senders: list[str] = []
        self._digest = hashlib.sha256()
        self._per_sender: Counter[int] = Counter()
        self._kinds: Counter[int] = Counter()
        self.attachments = 0
        self.rejected = 0
        self.events = 0
        self._first: tuple[int, str] | None = None
        self._last: tuple[int, str] | None = None

    def sender(self, label: str) -> int:
        """The column number of a sender's label. Raises ``LimitExceeded`` above 65,535 labels."""
        number = self._senders.get(label)
        if number is None:
            number = len(self._senders)
            if number > MAX_SENDERS:
                raise LimitExceeded("The file names more than 65,535 different senders.")
            self._senders[label] = number
            self._new_senders.append(label)
        return number

    def add(
        self, event: Event, *, seconds: int = NO_TIME, flags: int = 0, label: str | None = None
    ) -> None:
        """Put one event; ``seconds`` is its chosen time in UTC under the assumed zone.

        ``label`` stands in the columns in place of its sender, where more senders are in a file
        than columns can name.
        """
        self.put(
            canonical_line(event) + b"\n",
            kind=event.kind,
            text=event.text,
            seconds=seconds,
            flags=flags,
            label=(event.sender or "") if label is None else label,
            issues=event.issues,
        )

    def put(
        self,
        line: bytes,
        *,
        kind: Kind,
        text: str,
        seconds: int,
        flags: int,
        label: str,
        issues: tuple[str, ...],
    ) -> None:
        """The same for an event whose canonical ``line``, with its line end, is made already."""
        if kind != "message" or flags:
            self._special[len(self.lines)] = (_KIND_CODE[kind], flags)
        self.lines.append(line)
        self.texts.append(text)
        self.seconds.append(seconds)
        self.parties.append(self.sender(label))
        for code in issues:
            self.issues.add(code)

    def guarded(self, start: int, end: int, work: Callable[..., None], *args: object) -> None:
        """Do the risky part of one record, ``work(*args)``, and enter [start, end) into the ledger.

        ``work`` adds the record's events and does not flush. When it is through, the bytes count as
        ``records``. When it raises anything but an error of ``tallymark.errors``, or ends or
        stalls the process (then in the next process), its events are taken back, the bytes count
        as ``unparsed``, and the issue ``QUARANTINED`` says where they stand.
        """
        place = Place(self.source, start, end)
        if self._skip and place in self._skip:
            self._quarantine(place, "it ended the reader")
            return
        before = len(self.lines)
        self._mark.begin(*place)
        try:
            work(*args)
        except TallymarkError:
            raise
        except Exception as problem:  # noqa: BLE001 - whatever a reader breaks at, the rest goes on
            self._take_back(before)
            self._quarantine(place, type(problem).__name__)
        else:
            self.ledger.records += end - start
        finally:
            self._mark.end()

    def _quarantine(self, place: Place, why: str) -> None:
        self.ledger.unparsed += place.end - place.start
        self.rejected += 1
        self.issues.add("QUARANTINED")
        if len(self.quarantined) < MOST_LISTED:
            member = {"member": self.member} if self.member is not None else {}
            self.quarantined.append({"start": place.start, "end": place.end, **member, "why": why})

    def _take_back(self, before: int) -> None:
        for line in self.lines[before:]:
            for code in msgspec.json.decode(line, type=Event).issues:
                self.issues.add(code, count=-1)
        for column in (self.lines, self.texts, self.seconds, self.parties):
            del column[before:]
        for place in [place for place in self._special if place >= before]:
            del self._special[place]

    def flush_if_full(self) -> None:
        """Send every full batch; the rest waits for more."""
        while len(self.lines) >= BATCH:
            self._flush(BATCH)

    def finish(self) -> None:
        """Send what is left."""
        self.flush_if_full()
        if self.lines:
            self._flush(len(self.lines))

    def _flush(self, count: int) -> None:
        lines = self.lines[:count]
        seconds = array("q", self.seconds[:count])
        parties = array("H", self.parties[:count])
        kinds, flags = self._codes(count)
        joined = b"".join(lines)
        batch = EventBatch(
            lines=joined,
            offsets=array("I", accumulate(map(len, lines), initial=0)).tobytes(),
            texts=tuple(self.texts[:count]),
            seconds=seconds.tobytes(),
            kinds=bytes(kinds),
            flags=bytes(flags),
            senders=parties.tobytes(),
            new_senders=tuple(self._new_senders),
        )
        self._digest.update(joined)
        self._per_sender.update(parties)
        self._kinds.update(kinds)
        self.events += count
        self._note_span(lines, seconds)
        del self.lines[:count], self.texts[:count], self.seconds[:count], self.parties[:count]
        self._new_senders.clear()
        self._send(batch)

    def _codes(self, count: int) -> tuple[bytearray, bytearray]:
        kinds, flags, later = bytearray(count), bytearray(count), {}
        for place, (kind, flag) in self._special.items():
            if place < count:
                kinds[place], flags[place] = kind, flag
                self.attachments += bool(flag & FLAG_MEDIA)
            else:
                later[place - count] = (kind, flag)
        self._special = later
        return kinds, flags

    def _note_span(self, lines: list[bytes], seconds: array[int]) -> None:
        known = [s for s in seconds if s != NO_TIME] if NO_TIME in seconds else seconds
        if not known:
            return
        low, high = min(known), max(known)
        if self._first is None or low < self._first[0]:
            self._first = (low, _shown(lines[seconds.index(low)]))
        if self._last is None or high > self._last[0]:
            self._last = (high, _shown(lines[seconds.index(high)]))

    def figures(self) -> dict[str, object]:
        """Counts, span, senders and digest, for the summary. Call after ``finish``."""
        kinds = {KINDS[code]: count for code, count in self._kinds.items()}
        labels = list(self._senders)
        return {
            "counts": {
                "events": self.events,
                "message": sum(n for kind, n in kinds.items() if kind in MESSAGE_KINDS),
                "call": kinds.get("call", 0),
                "system": kinds.get("system", 0),
                "other": kinds.get("other", 0),
                **({"reaction": kinds["reaction"]} if "reaction" in kinds else {}),
                "attachment": self.attachments,
                "rejected": self.rejected,
            },
            "first": self._first[1] if self._first else None,
            "last": self._last[1] if self._last else None,
            "senders": {labels[n]: c for n, c in self._per_sender.most_common() if n},
            "events_digest": self._digest.hexdigest(),
        }


def _shown(line: bytes) -> str:
    event = msgspec.json.decode(line, type=Event)
    return next((clock.value for clock in event.at if clock.chosen), "")
