"""How an entry of any kind is named in a list: its kind in words, when it was, its first words."""

from __future__ import annotations

from tallymark.diary.diary import moment_of
from tallymark.model.record import Incident, Order, PoliceContact, Record
from tallymark.web.dates import moment_words

LONGEST = 140

_KINDS = {
    "told_to_stop": "You told them to stop",
    "order": "An order",
    "police_contact": "You spoke to police or others",
    "impact": "What it changed",
    "quiet_period": "A time with nothing to write down",
    "trigger": "A turning point",
    "safety_action": "A step you took",
    "evidence_request": "What others may hold",
    "second_source": "A second source",
    "same_event": "Several sources for one thing",
    "phrase": "Words with a meaning",
    "tombstone": "Something that was erased",
}


def kind(record: Record) -> str:
    """What kind of entry it is; empty for something that happened."""
    if isinstance(record.body, Incident):
        return ""
    return _KINDS.get(record.type, record.type.replace("_", " ").capitalize())


def when(record: Record) -> str:
    """When it was, as stated; empty when it states no time."""
    moment = moment_of(record.body)
    return moment_words(moment) if moment is not None else ""


def first_words(record: Record) -> str:
    """The start of what was written, on one line of at most 140 signs and a mark that it goes on."""
    line = " ".join(_text(record).split())
    return line if len(line) <= LONGEST else line[:LONGEST].rsplit(" ", 1)[0] + " …"


def _text(record: Record) -> str:
    body = record.body
    if isinstance(body, Order):
        return body.court
    if isinstance(body, PoliceContact):
        return ", ".join(part for part in (body.agency, body.reference, body.said) if part)
    names = ("what_happened", "words_said", "exact_words", "words", "reason", "what_i_did", "why")
    return next((text for name in names if (text := getattr(body, name, ""))), "")
