"""The second pass over a mail file: each message cut out becomes one event, whatever is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from tallymark.errors import DamagedArchive, LimitExceeded
from tallymark.importers import _email_msg
from tallymark.importers._batch import Sink
from tallymark.importers._email_address import normal, parties
from tallymark.importers._email_clock import clocks
from tallymark.importers._email_content import MAX_TEXT, Content, content
from tallymark.importers._email_fields import Fields
from tallymark.importers._email_mime import Splitter
from tallymark.importers._email_split import MAX_MESSAGE, Cut, Mbox, Whole, counts_bytes
from tallymark.importers._email_state import identity, states
from tallymark.importers._email_trust import DIFFERS, body_digest, stated
from tallymark.importers._email_words import readable
from tallymark.importers._plausible import Window
from tallymark.importers._protocol import Source
from tallymark.model.event import FLAG_MEDIA, NO_TIME, Clock, Event, Locator, Part, Party

HELD = 8 << 20  # bytes of events that wait before they are sent on
COUNTED_HEAD = 4 << 20
_QUOTED = re.compile(r"^>(>*From )", re.MULTILINE)
_QUOTED_BYTES = re.compile(rb"(?m)^>(>*From )")
_PLACED = frozenset(
    b"from sender to cc bcc reply-to return-path date subject message-id in-reply-to references".split()
)


@dataclass(slots=True)
class _Made:
    """What one message gave before it is an event."""

    fields: Fields
    content: Content
    detail: dict[str, str] = field(default_factory=dict)
    issues: set[str] = field(default_factory=set)


class Reader:
    """Reads one mail file into a sink."""

    def __init__(
        self, source: Source, variant: str, options: Mapping[str, str], sink: Sink
    ) -> None:
        self._source = source
        self._variant = variant
        self._sink = sink
        self._window = Window(options)
        self._provider = options.get("provider", "").strip().lower()
        owners = options.get("owner", "").split(",")
        self._owners = {normal(owner).lower() for owner in owners if owner.strip()}
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
        if isinstance(splitter, Mbox) and splitter.empty:
            sink.rejected += splitter.empty
            sink.issues.add("EMPTY_MESSAGE", count=splitter.empty)
        if self._owners and not self._owner_seen:
            sink.issues.add("OWNER_NOT_FOUND")

    def _splitter(self) -> Mbox | Whole:
        if self._variant != "mbox":
            return Whole(self._sink.ledger)
        counted = counts_bytes(self._source.head(COUNTED_HEAD))
        return Mbox(self._sink.ledger, counted=counted)

    def _take(self, cuts: Iterator[Cut]) -> None:
        sink = self._sink
        for cut in cuts:
            sink.guarded(cut.start, cut.end, self._one, cut)
            if self._held > HELD:
                sink.finish()
                self._held = 0
            else:
                sink.flush_if_full()

    def _one(self, cut: Cut) -> None:
        try:
            event, seconds, extra, attached = self._event(cut)
        except Exception:  # noqa: BLE001 - what cannot be read is still a mail, with its bytes
            event, seconds, extra, attached = self._unreadable(cut), NO_TIME, "", 0
        sink = self._sink
        label = self._label(event)
        sink.add(event, seconds=seconds, flags=FLAG_MEDIA if attached else 0, label=label)
        sink.attachments += max(0, attached - 1)
        if extra:
            sink.texts[-1] = f"{event.text}\n{extra}"
        self._held += len(sink.lines[-1]) + len(sink.texts[-1])

    def _label(self, event: Event) -> str | None:
        """Nobody, where spam has used up all the senders that columns can name."""
        try:
            self._sink.sender(event.sender or "")
        except LimitExceeded:
            self._sink.issues.add("TOO_MANY_SENDERS")
            return ""
        return None

    def _unreadable(self, cut: Cut) -> Event:
        kept = cut.data[: 1 << 14].replace(b"\0", b"")
        return Event(
            kind="email",
            at=(Clock("sent", "", ""),),
            sender=None,
            text="",
            locator=Locator(cut.start, cut.end, self._source.member),
            issues=("UNREADABLE",),
            unmapped={"(beginning)": readable(kept)},
        )

    def _event(self, cut: Cut) -> tuple[Event, int, str, int]:
        made = self._made(cut)
        fields, said, issues = made.fields, made.content, made.issues
        people = self._people(fields, cut, issues)
        sender = next((p for p in people if p.role == "from"), None)
        sender = sender or next((p for p in people if p.role == "sender"), None)
        if sender is None:
            issues.add("NO_SENDER")
        timed = clocks(fields, self._window, self._provider)
        subject = fields.text(b"subject", issues)
        labels = fields.text(b"x-gmail-labels", issues) if fields.has(b"x-gmail-labels") else ""
        state = states(fields, labels, self._source.member)
        ids, relations, thread = identity(fields)
        detail = {"subject": subject, "labels": labels, "time_reason": timed.reason}
        made.detail.update({key: value for key, value in detail.items() if value})
        made.detail.update(stated(fields, self._provider))
        text, raw, repairs = self._text(subject, said.text)
        issues |= said.issues
        issues.update(timed.issues)
        event = Event(
            kind="message" if "chat" in state else "email",
            at=timed.clocks,
            sender=sender.value if sender else None,
            text=text,
            locator=Locator(cut.start, cut.end, self._source.member),
            state=state,
            issues=tuple(sorted(issues)),
            detail=made.detail,
            direction=self._direction(sender, state),
            conversation=thread,
            ids=ids,
            relations=relations,
            parties=people,
            parts=tuple(said.parts),
            raw=raw,
            repairs=repairs,
            unmapped=fields.others(_PLACED),
        )
        extra = "\n".join(
            [*said.inside, *(p.label for p in people if p.label), *_names(said.parts)]
        )
        return event, timed.seconds, extra[:MAX_TEXT], said.attached

    def _people(self, fields: Fields, cut: Cut, issues: set[str]) -> tuple[Party, ...]:
        people = parties(fields, issues)
        if not cut.line:
            return people
        words = cut.line.split(None, 2)
        envelope = readable(words[1]) if len(words) > 1 else ""
        return (*people, Party("envelope", normal(envelope), "email", raw=readable(cut.line)))

    def _direction(self, sender: Party | None, state: tuple[str, ...]) -> str:
        if self._owners and sender is not None:
            if sender.value.lower() in self._owners:
                self._owner_seen = True
                return "out"
            return "in"
        return "out" if "sent" in state else ""

    def _text(self, subject: str, body: str) -> tuple[str, str | None, tuple[str, ...]]:
        """Subject, then body; a quoted ``From`` of an mbox is shown as it was sent, and kept as it stands."""
        text = f"{subject}\n{body}" if subject else body
        if self._variant != "mbox" or ">From " not in body:
            return text, None, ()
        sent = _QUOTED.sub(r"\1", text)
        return (text, None, ()) if sent == text else (sent, text, ("from_unquoted",))

    def _made(self, cut: Cut) -> _Made:
        if self._variant == "msg":
            return self._of_msg(cut)
        made: dict[str, str] = {}
        begin, end = 0, len(cut.data)
        if self._variant == "emlx":
            begin, end, made = _inside_emlx(cut.data)
        fields = Fields(cut.data, begin, end)
        found = _Made(fields, Content(), made)
        if fields.junk:
            found.issues.add("MALFORMED_MIME")
        if cut.lookalikes:
            found.issues.add("FROM_IN_BODY")
        if fields.over or cut.cut:
            found.issues.add("HEADER_LIMIT" if fields.over else "TOO_LARGE")
            found.content.parts.append(
                Part("body", state="refused_limit", start=cut.start + fields.body, end=cut.end)
            )
            return found
        self._read_body(found, cut, (fields.body, end))
        return found

    def _read_body(self, found: _Made, cut: Cut, body: tuple[int, int]) -> None:
        splitter = Splitter(cut.data)
        root = splitter.split(found.fields, *body)
        said = content(root)
        if cut.start and said.parts:
            said.parts = [_moved(part, cut.start) for part in said.parts]
        found.content = said
        found.issues |= splitter.issues
        if found.fields.has(b"dkim-signature"):
            found.detail.update(self._signed(found.fields, cut.data[body[0] : body[1]]))

    def _signed(self, fields: Fields, body: bytes) -> dict[str, str]:
        found = body_digest(fields, body)
        if found.get("dkim_body") == DIFFERS and self._variant == "mbox" and b">From " in body:
            plain = body_digest(fields, _QUOTED_BYTES.sub(rb"\1", body))
            if plain["dkim_body"] != DIFFERS:
                return plain | {"dkim_note": "with the quoting of the mbox undone"}
        return found

    def _of_msg(self, cut: Cut) -> _Made:
        if cut.cut:
            limit = f"A file of this kind may have {MAX_MESSAGE >> 20} MiB."
            raise LimitExceeded(limit)
        letter = _email_msg.read(cut.data)
        found = _Made(letter.fields, letter.content)
        if not letter.has_header:
            found.detail["header"] = "made from what Outlook noted; the mail's own was not kept"
        return found


def _names(parts: list[Part]) -> Iterator[str]:
    return (part.name for part in parts if part.name)


def _moved(part: Part, by: int) -> Part:
    return msgspec.structs.replace(part, start=part.start + by, end=part.end + by)


def _inside_emlx(data: bytes) -> tuple[int, int, dict[str, str]]:
    """Where the message stands inside Apple Mail's file, and what is noted behind it."""
    begin = data.find(b"\n") + 1
    end = min(len(data), begin + int(data[:begin]))
    flags = re.search(
        rb"<key>flags</key>\s{0,40}<integer>(\d{1,20})</integer>", data[end : end + (1 << 20)]
    )
    return begin, end, {"apple_flags": flags[1].decode()} if flags else {}
