"""The second pass over a mail file: each message cut out becomes one event, in file order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from tallymark.errors import DamagedArchive, LimitExceeded
from tallymark.importers._aside import Aside
from tallymark.importers._batch import Sink
from tallymark.importers._email_letter import Letters, Told
from tallymark.importers._email_split import Cut, Mbox, Whole, counts_bytes
from tallymark.importers._protocol import Source
from tallymark.model.event import FLAG_MEDIA

HELD = 8 << 20  # bytes of events that wait before they are sent on
GROUP = 4 << 20  # bytes of messages that two processes share at a time
COUNTED_HEAD = 4 << 20


class Job(msgspec.Struct, frozen=True, array_like=True):
    """Messages to be told by another process, with what it has to know of their file."""

    variant: str
    options: Mapping[str, str]
    member: str | None
    cuts: list[Cut]


_job = msgspec.msgpack.Decoder(Job)
_told = msgspec.msgpack.Decoder(list[Told])


def told_aside(body: bytes) -> bytes:
    """In the other process: a ``Job`` in, what its messages gave out, in order."""
    job = _job.decode(body)
    letters = Letters(job.variant, job.options, job.member)
    return msgspec.msgpack.encode([letters.tell(cut) for cut in job.cuts])


class Reader:
    """Reads one mail file into a sink."""

    def __init__(
        self, source: Source, variant: str, options: Mapping[str, str], sink: Sink
    ) -> None:
        self._source = source
        self._variant = variant
        self._options = options
        self._sink = sink
        self._letters = Letters(variant, options, source.member)
        self._aside = sink.aside if variant == "mbox" else None
        self._group: list[Cut] = []
        self._grouped = 0
        self._owner_seen = False
        self._held = 0

    def run(self) -> None:
        """Read every byte of the source."""
        sink = self._sink
        splitter = self._splitter()
        done = 0
        try:
            for chunk in self._source.chunks():
                done += len(chunk)
                self._take(splitter.feed(chunk))
                sink.progress(done)
        except DamagedArchive:  # what came out of it is read, and the other members go on
            sink.issues.add("MEMBER_DAMAGED")
            sink.ledger.unparsed += self._source.size - done
        self._take(splitter.feed(b"", final=True))
        self._work_off()
        if isinstance(splitter, Mbox) and splitter.empty:
            sink.rejected += splitter.empty
            sink.issues.add("EMPTY_MESSAGE", count=splitter.empty)
        if self._letters.knows_owner and not self._owner_seen:
            sink.issues.add("OWNER_NOT_FOUND")

    def _splitter(self) -> Mbox | Whole:
        if self._variant != "mbox":
            return Whole(self._sink.ledger)
        counted = counts_bytes(self._source.head(COUNTED_HEAD))
        return Mbox(self._sink.ledger, counted=counted)

    def _take(self, cuts: Iterator[Cut]) -> None:
        for cut in cuts:
            if self._aside is None or not self._aside.is_there:
                self._work_off()
                self._enter(cut)
                continue
            self._group.append(cut)
            self._grouped += len(cut.data)
            if self._grouped > GROUP:
                self._work_off()

    def _work_off(self) -> None:
        """Tell the messages that wait: some here, the rest meanwhile in the other process.

        This one also reads, cuts and digests the file, and so takes the smaller part.
        """
        group, self._group = self._group, []
        share, self._grouped = self._grouped * 3 // 8, 0
        ours = 0
        while ours < len(group) and share > 0:
            share -= len(group[ours].data)
            ours += 1
        theirs = group[ours:]
        aside = self._aside if theirs else None
        if aside is not None:
            job = Job(self._variant, self._options, self._source.member, theirs)
            aside.send("email", msgspec.msgpack.encode(job))
        for cut in group[:ours]:
            self._enter(cut)
        told = self._answered(aside, len(theirs)) if aside is not None else []
        for number, cut in enumerate(theirs):
            self._enter(cut, told[number] if told else None)

    @staticmethod
    def _answered(aside: Aside, count: int) -> list[Told]:
        """What the other process tells of ``count`` messages; nothing where it did not."""
        try:
            found = _told.decode(aside.answer())
        except msgspec.MsgspecError:
            return []
        return found if len(found) == count else []

    def _enter(self, cut: Cut, told: Told | None = None) -> None:
        sink = self._sink
        sink.guarded(cut.start, cut.end, self._one, cut, told)
        if self._held > HELD:
            sink.finish()
            self._held = 0
        else:
            sink.flush_if_full()

    def _one(self, cut: Cut, told: Told | None) -> None:
        told = told or self._letters.tell(cut)
        self._owner_seen = self._owner_seen or told.is_own
        sink = self._sink
        sink.put(
            told.line,
            kind=told.kind,
            text=told.words,
            seconds=told.seconds,
            flags=FLAG_MEDIA if told.attached else 0,
            label=self._label(told.sender),
            issues=told.issues,
        )
        sink.attachments += max(0, told.attached - 1)
        self._held += len(told.line) + len(told.words)

    def _label(self, sender: str) -> str:
        """Nobody, where spam has used up all the senders that columns can name."""
        try:
            self._sink.sender(sender)
        except LimitExceeded:
            self._sink.issues.add("TOO_MANY_SENDERS")
            return ""
        return sender
