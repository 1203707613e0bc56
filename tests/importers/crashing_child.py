"""A child with one more format, whose records can break their reader in every way there is.

The format: the first line is ``#breaks``, every other line a record. ``say WORDS`` is a message; the
names in ``WAYS`` do what they are called.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tallymark.importers import _child
from tallymark.importers._batch import Sink
from tallymark.importers._protocol import Question, Source
from tallymark.model.event import Event, Locator

FIRST = b"#breaks\n"


def _deep(text: str) -> None:
    _deep(text)


def _spin(_text: str) -> None:
    while True:
        pass


def _value(text: str) -> None:
    raise ValueError(text)


WAYS: dict[str, Callable[[str], object]] = {
    "crash": lambda _text: ctypes.string_at(8),
    "memory": lambda _text: bytearray(1 << 40),
    "deep": _deep,
    "spin": _spin,
    "value": _value,
    "sleep": lambda _text: time.sleep(0.01),
}


@dataclass
class Survey:
    """One pass: nothing is asked."""

    source: Source
    variant: str = "breaks"
    questions: tuple[Question, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    limits: tuple[str, ...] = ()
    declared: Mapping[str, int] = field(default_factory=dict)

    def read(self, sink: Sink) -> None:
        """One event a line."""
        data = b"".join(self.source.chunks())
        sink.ledger.framing += len(FIRST)
        at = len(FIRST)
        for line in data[at:].splitlines(keepends=True):
            sink.guarded(at, at + len(line), self._one, sink, at, line)
            sink.flush_if_full()
            at += len(line)

    def _one(self, sink: Sink, at: int, line: bytes) -> None:
        way, _, text = line.decode().strip().partition(" ")
        sink.add(Event("message", (), "Ann", text, Locator(at, at + len(line))))
        if way in WAYS:
            WAYS[way](text)


class Breaks:
    """The importer."""

    NAME = "breaks"
    VERSION = "1"
    CHANNEL = "breaks"
    SUFFIXES = ("",)
    MANY = False
    SENTENCES: Mapping[str, str] = {}

    def sniff(self, head: bytes) -> str | None:
        """By the first line."""
        return "breaks" if head.startswith(FIRST) else None

    def survey(self, source: Source, *, options: Mapping[str, str]) -> Survey:
        """Nothing to ask."""
        return Survey(source, options=options)


def main(frames: int) -> None:
    """Answer with this format alone."""
    _child.answer(frames, {"breaks": Breaks()})
