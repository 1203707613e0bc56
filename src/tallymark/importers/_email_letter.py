"""One message as one event, whatever is wrong with it: a pure function of its bytes and the answers given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from tallymark.errors import LimitExceeded
from tallymark.importers import _email_msg
from tallymark.importers._email_address import normal, parties
from tallymark.importers._email_clock import clocks
from tallymark.importers._email_content import MAX_TEXT, Content, content
from tallymark.importers._email_fields import Fields
from tallymark.importers._email_mime import Splitter
from tallymark.importers._email_split import MAX_MESSAGE, Cut
from tallymark.importers._email_state import identity, states
from tallymark.importers._email_trust import DIFFERS, body_digest, stated
from tallymark.importers._email_words import readable
from tallymark.importers._plausible import Window
from tallymark.model.event import (
    NO_TIME,
    Clock,
    Event,
    Kind,
    Locator,
    Part,
    Party,
    canonical_line,
)

_QUOTED = re.compile(r"^>(>*From )", re.MULTILINE)
_QUOTED_BYTES = re.compile(rb"(?m)^>(>*From )")
_PLACED = frozenset(
    b"from sender to cc bcc reply-to return-path date subject message-id in-reply-to references".split()
)


class Told(msgspec.Struct, frozen=True, array_like=True):
    """What one message gave: its canonical line with the line end, and what stands in the columns.

    ``words`` is what it is found by, ``attached`` counts attachments, ``is_own`` says that an
    address of the owner's sent it.
    """

    line: bytes
    kind: Kind
    words: str
    seconds: int
    sender: str
    issues: tuple[str, ...]
    attached: int
    is_own: bool


@dataclass(slots=True)
class _Made:
    """What one message gave before it is an event."""

    fields: Fields
    content: Content
    detail: dict[str, str] = field(default_factory=dict)
    issues: set[str] = field(default_factory=set)


class Letters:
    """Tells what messages of one file say."""

    def __init__(self, variant: str, options: Mapping[str, str], member: str | None) -> None:
        self._variant = variant
        self._member = member
        self._window = Window(options)
        self._provider = options.get("provider", "").strip().lower()
        owners = options.get("owner", "").split(",")
        self._owners = {normal(owner).lower() for owner in owners if owner.strip()}
        self.knows_owner = bool(self._owners)

    def tell(self, cut: Cut) -> Told:
        """The event of one message."""
        try:
            event, seconds, extra, attached = self._event(cut)
        except Exception:  # noqa: BLE001 - what cannot be read is still a mail, with its bytes
            event, seconds, extra, attached = self._unreadable(cut), NO_TIME, "", 0
        return Told(
            canonical_line(event) + b"\n",
            event.kind,
            f"{event.text}\n{extra}" if extra else event.text,
            seconds,
            event.sender or "",
            event.issues,
            attached,
            self.knows_owner and event.direction == "out",
        )

    def _unreadable(self, cut: Cut) -> Event:
        kept = cut.data[: 1 << 14].replace(b"\0", b"")
        return Event(
            kind="email",
            at=(Clock("sent", "", ""),),
            sender=None,
            text="",
            locator=Locator(cut.start, cut.end, self._member),
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
        state = states(fields, labels, self._member)
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
            locator=Locator(cut.start, cut.end, self._member),
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
            return "out" if sender.value.lower() in self._owners else "in"
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
