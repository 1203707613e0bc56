"""What stands around the entries: turning points, steps taken, second sources, decisions, erasures."""

from __future__ import annotations

from typing import Literal

from tallymark.model.body import RecordBody
from tallymark.model.moment import Moment


class Trigger(RecordBody, frozen=True, tag="trigger"):
    """Something in life that may matter to what came before or after, such as a separation.

    ``kind`` is separation, court_date, anniversary, birthday, news, refusal, release or other.
    ``order`` is the record id of an order that it belongs to.
    """

    at: Moment
    kind: str
    words: str = ""
    order: str | None = None


class SafetyAction(RecordBody, frozen=True, tag="safety_action"):
    """Something the person did to be safer or to keep evidence (codes of domain section 7.2).

    ``code`` is blocked, unblocked, channel_left_open, mail_unopened, device_secured, camera_placed,
    replied, not_replied, number_changed, locks_changed or other; ``account`` is what was blocked.
    """

    at: Moment
    code: str
    words: str = ""
    account: str = ""
    incidents: tuple[str, ...] = ()


class DerivedText(RecordBody, frozen=True, tag="derived_text"):
    """Words that a program read from an exhibit. It is not what somebody said, and can be wrong.

    ``method`` is ``ocr`` (from a picture) or ``document_text``; ``tool`` names the program with its
    version. ``doubtful`` are the numbers (from 1) of lines of ``words`` that the program itself doubts.
    """

    exhibit: str
    method: str
    tool: str
    words: str = ""
    doubtful: tuple[int, ...] = ()


class SecondSource(RecordBody, frozen=True, tag="second_source"):
    """A second source for entries: its kind, who or what it is, and who linked it.

    ``kind`` is such as witness, camera, phone_bill, message or document.
    """

    entries: tuple[str, ...]
    kind: str
    words: str = ""
    person: str | None = None
    exhibits: tuple[str, ...] = ()
    linked_by: str = "self"


class SameEvent(RecordBody, frozen=True, tag="same_event"):
    """A person's decision whether several sources show one act. Nothing is merged by it.

    ``sources`` are two or more record ids or event ids.
    """

    sources: tuple[str, ...]
    decision: Literal["same", "different"]
    words: str = ""


class Phrase(RecordBody, frozen=True, tag="phrase"):
    """Words that look harmless, with the reason why they are not. The person's own reason.

    ``events`` are event ids; ``exhibits`` and ``incidents`` record ids where the words stand.
    """

    words: str
    why: str
    exhibits: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    incidents: tuple[str, ...] = ()


class Tombstone(RecordBody, frozen=True, tag="tombstone"):
    """The record at ``index`` was erased at somebody's wish; its leaf stays (docs/spec/log.md)."""

    index: int
    reason: str
    asked_by: str


class EvidenceRequest(RecordBody, frozen=True, tag="evidence_request"):
    """Something that another holds and may soon delete, and whether it was asked for.

    ``what`` such as "shop camera, Mill Rd"; ``at`` is the time it covers; ``until`` says how long
    the holder keeps it, in words or as a date, and is empty where nobody knows.
    """

    what: str
    holder: str = ""
    at: Moment | None = None
    until: str = ""
    state: Literal["not_asked", "asked", "kept", "gone", "refused"] = "not_asked"
    incidents: tuple[str, ...] = ()
