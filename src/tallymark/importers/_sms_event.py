"""One ``<sms>`` or ``<call>`` of a backup as an event, read with care."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from tallymark.importers._epoch import clock, counted
from tallymark.importers._plausible import Window
from tallymark.importers._sms_people import NULL, Named, People, exists, party
from tallymark.importers._xml_text import Decoded, decoded, plain
from tallymark.model.event import (
    FLAG_MISSED,
    FLAG_UNSENT,
    NO_TIME,
    Clock,
    Event,
    Kind,
    Locator,
    Party,
)

INCOMING = "1"
SMS_STATES = {"3": "draft", "4": "outbox", "5": "failed", "6": "queued"}
SMS_TYPES = frozenset({"1", "2", *SMS_STATES})
EMPTY = Decoded("")


class Phone(NamedTuple):
    """What holds for the whole of a backup: who is who, and which times can be true."""

    people: People
    plausible: Window


class Made(NamedTuple):
    """An event with what the columns need. ``media`` is how many attachments it has."""

    event: Event
    seconds: int
    flags: int = 0
    media: int = 0


@dataclass(slots=True)
class Fields:
    """The attributes of one tag: each is taken once, what is left over is kept verbatim."""

    values: dict[str, bytes]
    doubled: dict[str, bytes] = field(default_factory=dict)
    issues: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, attributes: Iterable[tuple[bytes, bytes]]) -> Fields:
        """By name; a name that stands twice keeps its first value, and the others beside it."""
        found = cls({})
        for name, value in attributes:
            key = name.decode("ascii", errors="replace")
            if key in found.values:
                found.doubled[f"{key} ({len(found.doubled) + 2})"] = value
                found.issues.append("DUPLICATE_ATTRIBUTE")
            else:
                found.values[key] = value
        return found

    def take(self, name: str) -> str:
        """The text of an attribute; empty where it is absent or says ``null``."""
        value = self.values.pop(name, b"")
        is_plain = b"&" not in value and value.isascii()
        text = value.decode() if is_plain else self.decoded(value).text
        return "" if text == NULL else text

    def decoded(self, value: bytes) -> Decoded:
        """The text of bytes, its doubts noted."""
        found = decoded(value)
        self.issues += found.issues
        return found

    def rest(self) -> dict[str, str]:
        """What nobody took, but for what says nothing."""
        left = {**self.values, **self.doubled}
        texts = {name: plain(value) for name, value in left.items()}
        return {name: text for name, text in texts.items() if text != NULL}


class Stamp(NamedTuple):
    """The clocks of an element, the chosen one first; its UTC seconds; what is doubtful."""

    clocks: tuple[Clock, ...]
    seconds: int
    issues: tuple[str, ...]


def stamp(
    fields: Fields, plausible: Window, *, is_incoming: bool, in_seconds: bool = False
) -> Stamp:
    """``date`` as the chosen clock, ``date_sent`` beside it. ``in_seconds``: the latter's usual unit."""
    raw, sent_raw = fields.take("date"), fields.take("date_sent")
    date, sent = counted(raw, plausible), counted(sent_raw, plausible)
    known = date.seconds != NO_TIME
    issues = [] if known else ["UNKNOWN_TIME"]
    if date.in_seconds:
        issues.append("TIME_IN_SECONDS")
    role = "received" if is_incoming else "sent"
    clocks = [clock(role, raw, date.seconds, chosen=known)]
    if sent.seconds != NO_TIME:
        clocks.append(clock("sent", sent_raw, sent.seconds))
        if sent.in_seconds and not in_seconds:
            issues.append("TIME_IN_SECONDS")
    elif sent_raw not in {"", "0"}:
        clocks.append(clock("sent", sent_raw, NO_TIME))
    return Stamp(tuple(clocks), date.seconds, tuple(issues))


class Words(NamedTuple):
    """The text of a message, and what was repaired or is missing in it."""

    text: str
    raw: str | None
    repairs: tuple[str, ...]
    issues: tuple[str, ...]


def words(value: bytes | None) -> Words:
    """A body: absent where the app wrote ``null``, which a message of that one word looks like."""
    if value is None:
        return Words("", None, (), ("BODY_ABSENT",))
    found = decoded(value)
    if found.text == NULL:
        return Words("", NULL, ("null_is_absent",), ("BODY_ABSENT",))
    if not found.text:
        return Words("", None, (), ("EMPTY_BODY",))
    return Words(found.text, found.raw, found.repairs, found.issues)


def sms(attributes: Iterable[tuple[bytes, bytes]], locator: Locator, phone: Phone) -> Made:
    """An ``<sms>``. ``type`` 1 came in, 2 went out, 3 to 6 never left the phone."""
    fields = Fields.of(attributes)
    kind = fields.values.get("type", b"").decode("ascii", errors="replace")
    if kind in SMS_TYPES:
        fields.take("type")
    else:
        fields.issues.append("UNKNOWN_TYPE")
    incoming = kind == INCOMING
    time = stamp(fields, phone.plausible, is_incoming=incoming)
    said = words(fields.values.pop("body", None))
    who = phone.people.named(fields.take("address"), fields.take("contact_name"))
    is_known = kind in SMS_TYPES
    event = Event(
        kind="message",
        at=time.clocks,
        sender=_sender(who, phone.people, incoming=incoming) if is_known else None,
        text=said.text,
        locator=locator,
        state=(SMS_STATES[kind],) if kind in SMS_STATES else (),
        issues=_once(time.issues, said.issues, fields.issues),
        direction=("in" if incoming else "out") if is_known else "",
        conversation=who.number,
        parties=_parties(who, "from" if incoming else "to"),
        raw=said.raw,
        repairs=said.repairs,
        unmapped=fields.rest(),
    )
    return Made(event, time.seconds, FLAG_UNSENT if kind in SMS_STATES else 0)


def _sender(who: Named, people: People, *, incoming: bool) -> str | None:
    return (who.label or None) if incoming else people.owner


def _parties(who: Named, role: str) -> tuple[Party, ...]:
    return (party(role, who),) if who.number else ()


def _once(*issues: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for some in issues for code in some))


class CallType(NamedTuple):
    """What a type of call means: its kind, way, state, and how it is said in words."""

    words: str
    direction: str = "in"
    state: str = ""
    kind: Kind = "call"
    flags: int = 0


CALL_TYPES: Mapping[str, CallType] = {
    "1": CallType("Incoming call"),
    "2": CallType("Outgoing call", "out"),
    "3": CallType("Missed call", state="missed", flags=FLAG_MISSED),
    "4": CallType("Voicemail", state="voicemail", kind="voicemail"),
    "5": CallType("Rejected call", state="rejected", flags=FLAG_MISSED),
    "6": CallType("Call from a blocked number", state="blocked", flags=FLAG_MISSED),
    "7": CallType("Call answered on another device", state="answered_elsewhere"),
}
_UNKNOWN_CALL = CallType("Call", "")
PRESENTATIONS = {"2": "withheld", "3": "unknown", "4": "payphone"}


def call(attributes: Iterable[tuple[bytes, bytes]], locator: Locator, phone: Phone) -> Made:
    """A ``<call>``. It holds no words: its text is made from its type and its length in seconds."""
    fields = Fields.of(attributes)
    type_ = fields.values.get("type", b"").decode("ascii", errors="replace")
    meaning = CALL_TYPES.get(type_, _UNKNOWN_CALL)
    if type_ in CALL_TYPES:
        fields.take("type")
    else:
        fields.issues.append("UNKNOWN_TYPE")
    incoming = meaning.direction != "out"
    time = stamp(fields, phone.plausible, is_incoming=incoming)
    shown = PRESENTATIONS.get(fields.values.get("presentation", b"").decode("ascii", "replace"), "")
    who = phone.people.named(fields.take("number"), fields.take("contact_name"))
    duration = fields.take("duration")
    length = (
        f", {duration} s"
        if duration.isdecimal() and (int(duration[:9]) or not meaning.state)
        else ""
    )
    detail = {"duration": duration, "presentation": shown}
    event = Event(
        kind=meaning.kind,
        at=time.clocks,
        sender=_sender(who, phone.people, incoming=incoming),
        text=f"{meaning.words}{length}{_NO_NUMBER.get(shown, '')}",
        locator=locator,
        state=(meaning.state,) if meaning.state else (),
        issues=_once(time.issues, fields.issues),
        detail={key: value for key, value in detail.items() if exists(value)},
        direction=meaning.direction,
        conversation=who.number,
        parties=_parties(who, "caller" if incoming else "callee"),
        unmapped=fields.rest(),
    )
    return Made(event, time.seconds, meaning.flags)


_NO_NUMBER = {
    "withheld": ", number withheld",
    "payphone": ", payphone",
    "unknown": ", number unknown",
}
