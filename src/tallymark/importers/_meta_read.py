"""Reads one file of a Messenger or Instagram thread into a sink; every byte in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tallymark.errors import UnknownFormat
from tallymark.importers._batch import Sink
from tallymark.importers._json_scan import Document, Piece, value
from tallymark.importers._meta_app import PAGE, Origin
from tallymark.importers._meta_event import make
from tallymark.importers._meta_page import page
from tallymark.importers._meta_thread import ARRAYS, Thread, look
from tallymark.importers._plausible import Window
from tallymark.importers._protocol import Question, Source, Survey
from tallymark.importers._stretch import Stretch
from tallymark.model.event import Locator

FULL = 10_000  # messages that one file of a download holds
HELD = 8 << 20  # bytes read between two sendings

SENTENCES: Mapping[str, str] = {
    "APP_ASSUMED": "nothing in the file says whether it is from Messenger or from Instagram; --format says which",
    "BAD_ENCODING": "messages with bytes or half characters that are no text; shown with a mark",
    "BAD_JSON": "files of the archive that are not whole JSON; kept, not read",
    "DEPTH_LIMIT": "messages that are nested more than 200 deep; not read",
    "DUPLICATE_KEY": "messages that state a thing twice; the last one counts, all are kept",
    "EMPTY_BODY": "messages without text or file",
    "FOLD_UNKNOWN": "times in the hour that happens twice in autumn; which of the two is not known",
    "FULL_FILE": "files with 10,000 messages, as many as one holds; the next file goes on",
    "LOW_CONFIDENCE": "messages in a form whose labels can only be guessed; ask for the download as JSON",
    "MEDIA_MISSING": "messages that name files which did not come along",
    "MOJIBAKE_REPAIRED": "messages whose letters the download had broken up; put together, and kept as exported too",
    "MOJIBAKE_UNSURE": "messages with letters that may be broken up but cannot be put together; as exported",
    "NO_MESSAGE_BOX": "boxes of a page that are no message, such as the list of people",
    "NO_MESSAGES": "threads without a message; encrypted chats are in another download",
    "PLACEHOLDER": "messages that the download only says were there",
    "TOO_LONG": "messages of more than 16 MiB; not read",
    "UNKNOWN_TIME": "messages without a time that can be; kept without one",
    "UNPARSED": "elements of the list that are no messages",
}


@dataclass(frozen=True, slots=True)
class ThreadSurvey:
    """The first pass over one file, and the way to the second."""

    source: Source
    origin: Origin
    thread: Thread
    options: Mapping[str, str]
    plausible: Window
    limits: tuple[str, ...]
    questions: tuple[Question, ...] = ()

    @property
    def variant(self) -> str:
        """The dialect of the JSON."""
        return self.origin.dialect

    @property
    def declared(self) -> Mapping[str, int]:
        """Nothing: a thread does not say how long it is."""
        return {}

    def read(self, sink: Sink) -> None:
        """Put every event and every byte into the sink, in file order."""
        if self.thread.problem:
            self._unread(sink)
            return
        _Reader(self, sink).run()
        if not self.origin.is_sure:
            sink.issues.add("APP_ASSUMED")
        if not self.thread.messages:
            sink.issues.add("NO_MESSAGES")
        if self.thread.messages >= FULL:
            sink.issues.add("FULL_FILE")

    def _unread(self, sink: Sink) -> None:
        """A damaged file among others: all of it is named and none of it read."""
        for chunk in self.source.chunks():
            sink.ledger.unparsed += len(chunk)
        sink.rejected += 1
        sink.issues.add("BAD_JSON", detail=f"not whole JSON; the first at {self.thread.problem}")


def survey(
    source: Source, origin: Origin, *, options: Mapping[str, str], limits: tuple[str, ...]
) -> Survey:
    """Look at the whole file once. A lone file that is not JSON raises ``UnknownFormat``."""
    if origin.dialect == PAGE:
        return page(source, options=options, limits=limits, is_sure=origin.is_sure)
    thread = look(source, origin.dialect)
    if thread.problem and source.member is None:
        raise UnknownFormat(f"The file is not whole JSON: it breaks off at {thread.problem}.")
    kept = {name: options[name] for name in ("owner", "zone") if options.get(name)}
    return ThreadSurvey(source, origin, thread, kept, Window(options), limits)


class _Reader:
    def __init__(self, found: ThreadSurvey, sink: Sink) -> None:
        self._found = found
        self._sink = sink
        self._files = found.source.files
        self._extra: Mapping[str, str] = found.thread.unmapped
        self._is_first = True

    def run(self) -> None:
        """Read every byte of the file."""
        found, sink = self._found, self._sink
        owner = found.options.get("owner", "")
        if owner in {one.text for one in found.thread.people}:
            sink.sender(owner)  # so that what came in is known as such, also where nobody answered
        stretch = Stretch(found.source.chunks(), moved=sink.progress)
        document = Document(stretch, arrays=ARRAYS)
        before = sink.ledger.records + sink.ledger.unparsed
        sent = 0
        for piece in document.pieces():
            if not piece.is_element:
                continue
            self._one(document, piece)
            sink.flush_if_full()
            if piece.end - sent > HELD:
                sink.finish()
                sent = piece.end
        read = sink.ledger.records + sink.ledger.unparsed - before
        sink.ledger.framing += stretch.offset - read

    def _one(self, document: Document, piece: Piece) -> None:
        size = piece.end - piece.start
        if piece.data is None:
            self._unread(size, piece.problem)
            return
        item, is_sound = value(document, piece)
        found = self._found
        made = make(
            item,
            found.thread,
            Locator(piece.start, piece.end, found.source.member),
            owner=found.options.get("owner", ""),
            plausible=found.plausible,
            states=self._state,
            extra=self._extra if self._is_first else {},
        )
        if made is None:
            self._unread(size, "UNPARSED")
            return
        self._is_first = False
        sink = self._sink
        sink.add(made.event, seconds=made.seconds, flags=made.flags)
        sink.attachments += max(0, made.media - 1)
        sink.ledger.records += size
        if not is_sound:
            sink.issues.add("BAD_ENCODING")

    def _unread(self, size: int, code: str) -> None:
        self._sink.ledger.unparsed += size
        self._sink.rejected += 1
        self._sink.issues.add(code)

    def _state(self, uri: str) -> str:
        """Whether a file that a message names came along."""
        if self._files is None:
            return "missing"
        state = self._files.get(uri.rsplit("/", 1)[-1], "missing")
        return state if state == "present" else "missing"
