"""The fixed pieces of a plain line's canonical JSON, kept by date, time and sender as they are met.

``days`` and ``clocks`` and ``parties`` hold, by the bytes in the file, what the short way of
``_whatsapp_read`` puts together; whatever needs a closer look is not in them.
"""

from __future__ import annotations

from json.encoder import encode_basestring as quoted
from typing import Any

from tallymark.importers._batch import Sink
from tallymark.importers._whatsapp_clock import Clocks
from tallymark.importers._whatsapp_survey import Found

MAX_KEPT = 100_000
_MIDDLE = '","role":"sent","source":"assumed","value":"'


class Plain:
    """Pieces of text with the numbers that belong to them.

    ``days``: text up to the time, ISO date with its T, UTC seconds of midnight. ``clocks``: text up
    to the value, the rest up to the end offset, seconds since midnight. ``parties``: text from the
    start offset to the words, and the sender's number. ``member``: text between the two offsets.
    """

    def __init__(self, found: Found, clocks: Clocks, sink: Sink, *, member: str | None) -> None:
        stamp = clocks.stamp(found.style.sample.time)
        precision = "" if stamp.second is None else '"precision":"second",'
        self.days: dict[bytes | None, tuple[str, str, int]] = {}
        self.clocks: dict[bytes | None, tuple[str, str, int]] = {}
        self.parties: dict[bytes | None, tuple[str, int]] = {}
        self.member = "," + ("" if member is None else f'"member":{quoted(member)},') + '"start":'
        self._begin = f'{{"at":[{{"chosen":true,{precision}"raw":"'
        self._tail = f'","zone":{quoted(clocks.zone)}}}],"kind":"message","locator":{{"end":'
        self._between = found.style.between
        self._form = found.style.sample.form
        self._precision = stamp.precision
        self._clocks = clocks
        self._sink = sink

    def learn(self, date: bytes, time: bytes) -> None:
        """Keep the pieces of a date and a time, unless they need a closer look."""
        if date not in self.days:
            written = date.decode()
            day = self._clocks.plain_day(self._form, written)
            if day is not None:
                text = f"{self._begin}{written}{self._between}"
                self._keep(self.days, date, (text, f"{day[0]}T", day[1]))
        if time not in self.clocks:
            written = time.decode()
            stamp = self._clocks.stamp(written)
            if stamp.is_valid and stamp.note is None and stamp.precision == self._precision:
                pieces = (written + _MIDDLE, stamp.shown + self._tail, stamp.seconds)
                self._keep(self.clocks, time, pieces)

    def learn_sender(self, sender: bytes, name: str | None) -> None:
        """Keep the piece of a sender whose name leaves no doubt."""
        if name is not None and sender not in self.parties:
            number = self._sink.sender(name)
            self._keep(self.parties, sender, (f'}},"sender":{quoted(name)},"text":', number))

    @staticmethod
    def _keep(kept: dict[bytes | None, Any], key: bytes, value: object) -> None:
        if len(kept) >= MAX_KEPT:
            kept.clear()
        kept[key] = value
