"""How far an import is and what was found so far, for whoever waits for it."""

from __future__ import annotations

import time
from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from tallymark.model.event import NO_TIME, EventBatch

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of an import: ``done`` of ``total`` bytes, first kept, then read.

    ``events`` were found so far, the earliest on day ``first`` and the latest on ``last``
    (``YYYY-MM-DD``, empty until one is known), most of them by ``senders`` (label and count, at most
    three). ``seconds`` is how long this stage has taken.
    """

    is_reading: bool
    done: int
    total: int
    events: int = 0
    seconds: float = 0.0
    first: str = ""
    last: str = ""
    senders: tuple[tuple[str, int], ...] = ()

    @property
    def rate(self) -> float:
        """Events a second; bytes a second while the file is being kept."""
        return (self.events if self.is_reading else self.done) / max(self.seconds, 0.001)

    @property
    def left(self) -> float | None:
        """Seconds that this stage will still take if it goes on like this; ``None`` at its start."""
        if self.seconds < 1 or not self.done:
            return None
        return self.seconds * max(0, self.total - self.done) / self.done


Watcher = Callable[[Progress], None]
"""Told of every step; what it raises stops the import."""


class Watch:
    """Gathers what a watcher is told."""

    def __init__(self, watcher: Watcher | None) -> None:
        self._watcher = watcher
        self._began = time.monotonic()
        self._labels = [""]
        self._per_sender: Counter[int] = Counter()
        self._span: tuple[int, int] | None = None
        self._is_reading = False

    @property
    def is_wanted(self) -> bool:
        """Whether anybody listens."""
        return self._watcher is not None

    def kept(self, total: int) -> Callable[[int], None] | None:
        """What is told of the bytes kept, of a file of ``total``."""
        if self._watcher is None:
            return None
        watcher = self._watcher

        def told(done: int) -> None:
            watcher(Progress(False, done, total, seconds=time.monotonic() - self._began))

        return told

    def found(self, batch: EventBatch) -> None:
        """More events, in file order."""
        if self._watcher is None:
            return
        self._labels.extend(batch.new_senders)
        self._per_sender.update(array("H", batch.senders))
        known = [second for second in array("q", batch.seconds) if second != NO_TIME]
        if known:
            low, high = self._span or (known[0], known[0])
            self._span = (min(low, *known), max(high, *known))

    def read(self, done: int, total: int, events: int) -> None:
        """So many bytes are read. Raises what the watcher raises."""
        if not self._is_reading:
            self._is_reading, self._began = True, time.monotonic()
        first, last = map(_day, self._span) if self._span else ("", "")
        most = self._per_sender.most_common(_NAMED + 1)
        named = tuple((self._labels[n], many) for n, many in most if n)[:_NAMED]
        if self._watcher is not None:
            took = time.monotonic() - self._began
            self._watcher(Progress(True, done, total, events, took, first, last, named))


def _day(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return ""
