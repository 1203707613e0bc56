"""What is fuzzed: every reader of exports, the archives around them, and the clocks of a file.

Each target takes any bytes and may raise nothing but the errors of ``tallymark.errors``. Readers run
in this process, without the jail and without the quarantine, so that what breaks is seen.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from contextlib import suppress

from tallymark import importers, plugins
from tallymark.errors import TallymarkError
from tallymark.examiners._child import _REFUSALS, _answered
from tallymark.examiners._forward import Forward
from tallymark.examiners._frames import Request
from tallymark.importers._archive import Archive
from tallymark.importers._batch import Sink
from tallymark.importers._child import PACKAGE
from tallymark.importers._json_scan import BadJsonError, Document
from tallymark.importers._ledger import Ledger
from tallymark.importers._names import shown
from tallymark.importers._plausible import READ_ON
from tallymark.importers._protocol import Importer
from tallymark.importers._source import Opened
from tallymark.importers._stretch import Stretch

Target = Callable[[bytes], None]
OPTIONS = {READ_ON: "2026-05-03", "zone": "Europe/London", "owner": "Ann"}


class _Memory:
    """Bytes in memory, as a child sees those of a file."""

    def __init__(self, data: bytes) -> None:
        self._data, self.size = data, len(data)

    def pread(self, count: int, at: int) -> bytes:
        """``count`` bytes from ``at``; fewer only at the end."""
        return self._data[at : at + count]


class _Strict(Sink):
    """A sink that lets a record that breaks its reader break this process."""

    def guarded(self, start: int, end: int, work: Callable[..., None], *arguments: object) -> None:
        work(*arguments)
        self.ledger.records += end - start


def reader(name: str) -> Target:
    """All that is done with a file that this reader may read: sniff, survey, read, ledger."""
    importer: Importer = plugins.load(PACKAGE, name, "IMPORTER")

    def target(data: bytes) -> None:
        for reading in Opened(_Memory(data), {name: importer}, chunk=4096).readings():
            sink = _Strict(lambda _batch: None, sentences=importer.SENTENCES)
            for number, source in enumerate(reading.sources):
                sink.source, sink.member, sink.ledger = number, source.member, Ledger()
                importer.survey(source, options=OPTIONS).read(sink)
                sink.finish()
                sink.ledger.close(source.size)
            sink.figures()

    return target


def archive(data: bytes) -> None:
    """A zip and the zips inside it: listed whole."""
    list(Archive(_Memory(data)).listed())


def names(data: bytes) -> None:
    """Names in old alphabets."""
    shown(data, utf8=False)
    shown(data, utf8=True)


def json_pieces(data: bytes) -> None:
    """The splitter of large JSON: every piece lies in the file."""
    stretch = Stretch(iter([data[:100], data[100:]]))
    with suppress(BadJsonError):
        for piece in Document(stretch, arrays=("messages",)).pieces():
            assert 0 <= piece.start <= len(data)


def clocks(data: bytes) -> None:
    """What a photo, clip, sound or document says of its time; libraries may refuse it."""
    with suppress(*_REFUSALS):
        _answered(Forward(io.BytesIO(data)), Request("clocks"))


def allowed(target: Target) -> Target:
    """The target, with the errors that it may raise taken away."""

    def quiet(data: bytes) -> None:
        with suppress(TallymarkError):
            target(data)

    return quiet


def targets() -> Mapping[str, Target]:
    """Every target by name; a new reader is one without being named here."""
    found: dict[str, Target] = {name: reader(name) for name in importers.names()}
    found |= {"zip": archive, "names": names, "json": json_pieces, "clocks": clocks}
    return found
