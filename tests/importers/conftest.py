"""Reads bytes with an importer in this process, without the jail, so that parts can be looked at."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from tallymark.importers._batch import Sink
from tallymark.importers._source import FileSource
from tallymark.importers.whatsapp import IMPORTER
from tallymark.jail.supply import Descriptor
from tallymark.model.event import Event, EventBatch


@dataclass
class Outcome:
    """Events, batches and figures of one reading."""

    events: list[Event]
    batches: list[EventBatch]
    figures: dict[str, Any]
    coverage: dict[str, int]
    issues: dict[str, int]
    survey: Any

    @property
    def counts(self) -> dict[str, int]:
        """The counts by kind."""
        return self.figures["counts"]

    @property
    def values(self) -> list[str]:
        """The chosen time of every event, as shown."""
        return [event.at[0].value for event in self.events]


def outcome(
    data: bytes,
    *,
    chunk: int = 1 << 20,
    options: Mapping[str, str] | None = None,
    importer: Any = IMPORTER,
) -> Outcome:
    """Read bytes as an export, of WhatsApp if nothing else is said, in pieces of ``chunk`` bytes."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        batches: list[EventBatch] = []
        sink = Sink(batches.append, sentences=importer.SENTENCES)
        survey = importer.survey(
            FileSource(Descriptor(file.fileno()), chunk=chunk), options=options or {}
        )
        survey.read(sink)
        sink.finish()
    lines = b"".join(batch.lines for batch in batches).splitlines()
    return Outcome(
        [msgspec.json.decode(line, type=Event) for line in lines],
        batches,
        sink.figures(),
        sink.ledger.close(len(data)),
        {str(i["code"]): int(str(i["count"])) for i in sink.issues.listed()},
        survey,
    )


@pytest.fixture(scope="session")
def read() -> Callable[..., Outcome]:
    """A function that reads bytes as a WhatsApp export."""
    return outcome
