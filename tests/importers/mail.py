"""Reads bytes as mail in this process, without the jail, and makes mails to be read."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from tallymark.importers._batch import Sink
from tallymark.importers._source import FileSource
from tallymark.importers.email import IMPORTER
from tallymark.jail.supply import Descriptor
from tallymark.model.event import NO_TIME, Event, EventBatch

PLAIN = b"From: Boris <boris@example.org>\nTo: anna@example.com\nSubject: Hello\nDate: Mon, 2 Mar 2026 10:00:00 +0000\n"
FROM = b"From boris@example.org Mon Mar  2 10:00:00 2026\n"


@dataclass
class Mails:
    """What one reading gave."""

    events: list[Event]
    batches: list[EventBatch]
    figures: dict[str, Any]
    coverage: dict[str, int]
    issues: dict[str, int]

    @property
    def one(self) -> Event:
        """The only event."""
        assert len(self.events) == 1
        return self.events[0]

    @property
    def placed(self) -> list[bool]:
        """Whether each event has a place on the time line."""
        seconds = [s for b in self.batches for s in memoryview(b.seconds).cast("q")]
        return [second != NO_TIME for second in seconds]

    @property
    def found_by(self) -> list[str]:
        """The words that each event is found by."""
        return [text for batch in self.batches for text in batch.texts]


def read(data: bytes, *, chunk: int = 1 << 20, options: Mapping[str, str] | None = None) -> Mails:
    """Read bytes as a mail file, in pieces of ``chunk`` bytes; the ledger must add up."""
    batches: list[EventBatch] = []
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        sink = Sink(batches.append, sentences=IMPORTER.SENTENCES)
        source = FileSource(Descriptor(file.fileno()), chunk=chunk)
        survey = IMPORTER.survey(source, options=options or {})
        survey.read(sink)
    lines = b"".join(batch.lines for batch in batches).splitlines()
    issues = {str(i["code"]): int(str(i["count"])) for i in sink.issues.listed()}
    assert set(issues) <= set(IMPORTER.SENTENCES)
    return Mails(
        [msgspec.json.decode(line, type=Event) for line in lines],
        batches,
        sink.figures(),
        sink.ledger.close(len(data)),
        issues,
    )


def mail(body: bytes = b"\nHello there.\n", **fields: str) -> bytes:
    """A plain mail with other fields put in place of its own, or beside them."""
    found = {
        "From": "Boris <boris@example.org>",
        "To": "anna@example.com",
        "Subject": "Hello",
        "Date": "Mon, 2 Mar 2026 10:00:00 +0000",
        "Message-ID": "<m1@example.org>",
    } | {name.replace("_", "-"): value for name, value in fields.items()}
    return "".join(f"{n}: {v}\n" for n, v in found.items() if v).encode() + body
