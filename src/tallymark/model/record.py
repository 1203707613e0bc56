"""One immutable statement in the diary, and the kinds of statement there are.

A record is never changed. A correction is a new record whose ``supersedes`` names the old one.
Its bytes are the RFC 8785 form of ``msgspec.to_builtins(record)``; its 16-byte random ``salt``
keeps a withheld record from being guessed from its leaf (docs/spec/log.md).
"""

from __future__ import annotations

from typing import Literal

import msgspec

from tallymark.model.around import (
    DerivedText,
    EvidenceRequest,
    Phrase,
    SafetyAction,
    SameEvent,
    SecondSource,
    Tombstone,
    Trigger,
)
from tallymark.model.body import Answer, Attribution, Identifier, RecordBody, Witness, strings
from tallymark.model.moment import Moment

__all__ = [
    "SPEC_VERSION",
    "Answer",
    "Attribution",
    "Body",
    "Condition",
    "Correction",
    "DerivedText",
    "DeviceClock",
    "Direction",
    "Epoch",
    "EvidenceRequest",
    "Exhibit",
    "HandOver",
    "Identifier",
    "Impact",
    "Import",
    "Incident",
    "Moment",
    "Order",
    "Person",
    "Phrase",
    "Place",
    "PoliceContact",
    "PostBoxNote",
    "Question",
    "QuietPeriod",
    "Record",
    "Run",
    "SafetyAction",
    "SameEvent",
    "SecondSource",
    "Sensitivity",
    "ToldToStop",
    "Tombstone",
    "Trigger",
    "Witness",
    "strings",
]

SPEC_VERSION = "1"

Direction = Literal["in", "out", "third_party"]
Sensitivity = Literal[
    "intimate", "child", "new_address", "medical", "legally_privileged", "third_party"
]


class Question(msgspec.Struct, frozen=True):
    """The question a person answered: its id, version and the words as shown."""

    id: str
    version: int
    text: str


class PostBoxNote(msgspec.Struct, frozen=True):
    """That an entry was written on another device: which post-box, its number there, and when.

    ``written`` is that device's clock in UTC, a claim. ``digest`` is SHA-256 (hex) of what was
    sealed there (docs/spec/post-box.md).
    """

    box: str
    number: int
    digest: str
    written: str


class Incident(RecordBody, frozen=True, tag="incident"):
    """Something that happened. Facts, exact words, feeling and inference are separate fields.

    ``persons``, ``place``, ``exhibits`` and the like hold record ids. ``effect`` is the person's
    own words on how it felt; ``fear_of_violence`` their answer. ``reported`` is a reference given
    by police. ``for_person`` is the person (record id or label) the entry is kept for, when that is
    not the writer. ``content_for_other_side`` says whether the person is content that the other
    side reads it. Raises ``ValueError`` when nothing at all is said.
    """

    happened: Moment
    what_happened: str = ""
    words_said: str = ""
    what_i_did: str = ""
    effect: str = ""
    inference: str = ""
    channel: str = ""
    direction: Direction = "in"
    behaviours: tuple[str, ...] = ()
    actor: str | None = None
    on_behalf_of: str | None = None
    attribution: Attribution | None = None
    targets: tuple[str, ...] = ()
    place: str | None = None
    place_text: str = ""
    witnesses: tuple[Witness, ...] = ()
    children_present: Answer | None = None
    fear_of_violence: Answer | None = None
    danger_flags: tuple[str, ...] = ()
    exhibits: tuple[str, ...] = ()
    told_to_stop: str | None = None
    order: str | None = None
    condition: int | None = None
    learned: Moment | None = None
    reported: str | None = None
    source: Literal["typed", "dictated", "imported", "contributed"] = "typed"
    ended: Moment | None = None
    wanted: Answer | None = None
    contact_reason: str = ""
    my_words: str = ""
    words_language: str = ""
    appearance: str = ""
    vehicle_seen: str = ""
    identifiers_seen: tuple[Identifier, ...] = ()
    injuries: str = ""
    impacts: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    unreported_reason: str = ""
    content_for_other_side: Answer | None = None
    for_person: str | None = None
    dictated_to: str = ""
    translated_by: str = ""
    post_box: PostBoxNote | None = None

    def __post_init__(self) -> None:
        """An entry with no words at all says nothing."""
        if not (self.what_happened or self.words_said or self.effect or self.behaviours):
            message = "say in a few words what happened"
            raise ValueError(message)


class Run(msgspec.Struct, frozen=True):
    """That an exhibit is one of several of one conversation: which run, and its place from 1 in it.

    A person said so; the order is by the files' own clocks.
    """

    label: str
    place: int
    of: int


class Exhibit(RecordBody, frozen=True, tag="exhibit"):
    """An original file, byte for byte, with how it was obtained.

    ``number`` is the proposed reference such as ``AB/1`` and is frozen here. ``sha256`` is of the
    original bytes, ``size`` in bytes. ``modified`` is the file time as found (UTC, ISO 8601).
    ``clocks`` are the times that the file and its name state, by clock, uncorrected; ``examined``
    are further facts that a program read from it, such as ``device`` or ``pair_id``.
    """

    number: str
    sha256: str
    size: int
    name: str
    mime: str = "application/octet-stream"
    title: str = ""
    kind: str = "other"
    method: str = "handed_over"
    modified: str | None = None
    acquired: Moment | None = None
    source_device: str = ""
    original_still_held: Answer | None = None
    original_location: str = ""
    sensitivity: tuple[Sensitivity, ...] = ()
    clocks: dict[str, str] = msgspec.field(default_factory=dict)
    examined: dict[str, str] = msgspec.field(default_factory=dict)
    run: Run | None = None
    notes: tuple[str, ...] = ()


class Person(RecordBody, frozen=True, tag="person"):
    """Somebody in the account. "unknown-1" is a person too and may later be linked."""

    label: str
    roles: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    born: str = ""
    relationship: str = ""
    separated: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    vehicle: str = ""
    employer: str = ""
    weapons: str = ""
    keys_or_passwords: str = ""
    same_as: str | None = None
    safe_contact: str = ""
    language: str = ""
    access_needs: str = ""
    note: str = ""
    description: str = ""
    lived_together: Answer | None = None
    children_together: Answer | None = None
    known_orders: str = ""
    do_not_use: str = ""


class Place(RecordBody, frozen=True, tag="place"):
    """Somewhere in the account. A ``safe_location`` can never leave the vault."""

    label: str
    role: str = ""
    address: str = ""
    precision: Literal["exact", "street", "area", "hidden"] = "area"
    safe_location: bool = False


class ToldToStop(RecordBody, frozen=True, tag="told_to_stop"):
    """When somebody told them to stop, how, and in which words."""

    at: Moment
    by: str = "self"
    channel: str = ""
    exact_words: str = ""
    exhibits: tuple[str, ...] = ()
    acknowledged: Answer | None = None
    safe_at_the_time: Answer | None = None


class Condition(msgspec.Struct, frozen=True, omit_defaults=True):
    """One numbered condition of an order, in plain words."""

    number: int
    words: str
    area: str = ""
    exceptions: str = ""


class Order(RecordBody, frozen=True, tag="order"):
    """A court order or police notice, with proof of service."""

    kind: str
    court: str = ""
    made: Moment | None = None
    served: Moment | None = None
    expires: Moment | None = None
    proof_of_service: str | None = None
    conditions: tuple[Condition, ...] = ()
    exhibits: tuple[str, ...] = ()
    case_number: str = ""
    against: str | None = None
    protects: tuple[str, ...] = ()
    without_notice: Answer | None = None
    varied: Moment | None = None
    power_of_arrest: Answer | None = None


class PoliceContact(RecordBody, frozen=True, tag="police_contact"):
    """A contact with police or an agency, answered or not, also a refused attempt.

    ``reference`` is the log or incident number, ``crime_number`` the number of a recorded crime,
    ``promised`` the next step in their words and ``follow_up`` by when. ``said`` is what the person
    told them, ``exhibits`` what was handed over.
    """

    at: Moment
    how: str = ""
    agency: str = ""
    reference: str = ""
    officer: str = ""
    outcome: str = ""
    promised: str = ""
    incidents: tuple[str, ...] = ()
    answered: Answer | None = None
    crime_number: str = ""
    warning_given: Answer | None = None
    notice_served: Answer | None = None
    follow_up: str = ""
    said: str = ""
    exhibits: tuple[str, ...] = ()


class Impact(RecordBody, frozen=True, tag="impact"):
    """A change in the person's life, in their own words."""

    at: Moment
    code: str = "other"
    words: str = ""
    incidents: tuple[str, ...] = ()
    until: Moment | None = None
    exhibits: tuple[str, ...] = ()


class QuietPeriod(RecordBody, frozen=True, tag="quiet_period"):
    """A spell in which the diary was kept and nothing happened, or was not kept, and why."""

    start: str
    end: str
    diary_kept: bool = True
    reason: str = ""


class Correction(RecordBody, frozen=True, tag="correction"):
    """Withdraws or replaces ``target``. The old record stays and is shown struck through."""

    target: str
    why: str
    replacement: str | None = None


class Import(RecordBody, frozen=True, tag="import"):
    """What an importer found in an exhibit: every answer given, the ledger and the digest.

    ``events_digest`` is SHA-256 over the canonical event lines, each with its newline, in file
    order. ``summary`` is the contract of ``inspect --json`` as it stood then.
    """

    exhibit: str
    importer: str
    importer_version: str
    options: dict[str, str] = msgspec.field(default_factory=dict)
    events: int = 0
    events_digest: str = ""
    summary: dict[str, object] = msgspec.field(default_factory=dict)
    replaces: str | None = None
    duplicates: int = 0


class Epoch(RecordBody, frozen=True, tag="epoch"):
    """The first record of a log: whose log it is and which key signs its heads.

    ``prior`` is the whole signed note of the head that this epoch goes on from, when there is one;
    ``endorsed`` an SSHSIG over the rest of this body by the key of that head, where it was held.
    """

    vault: str
    epoch: int
    public_key: str
    prior: str | None = None
    endorsed: str | None = None


class HandOver(RecordBody, frozen=True, tag="hand_over"):
    """A pack was made: for whom, and the digest of its tag manifest."""

    pack_id: str
    series: str
    sequence: int
    purpose: str
    tagmanifest_sha256: str
    records: int = 0
    exhibits: int = 0


Body = (
    Incident
    | Exhibit
    | Person
    | Place
    | ToldToStop
    | Order
    | PoliceContact
    | Impact
    | QuietPeriod
    | Correction
    | Import
    | Epoch
    | HandOver
    | Trigger
    | SafetyAction
    | DerivedText
    | SecondSource
    | SameEvent
    | Phrase
    | Tombstone
    | EvidenceRequest
)


class DeviceClock(msgspec.Struct, frozen=True, omit_defaults=True):
    """What this device's clocks said: the offset from UTC in minutes, and seconds since boot."""

    offset_minutes: int = 0
    since_boot: int = 0
    boot: str = ""


class Record(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One statement as it is written, hashed and proved.

    ``written`` is this device's clock in UTC (``YYYY-MM-DDTHH:MM:SSZ``), a claim and no more.
    ``id`` is 26 characters, sortable by the time of writing.
    """

    # A factory, because a plain default would be left out of the bytes, and ``v`` never may be.
    v: str = msgspec.field(default_factory=lambda: SPEC_VERSION)
    id: str
    written: str
    zone: str
    salt: str
    body: Body
    author: str = "self"
    clock: DeviceClock | None = None
    asked: tuple[Question, ...] = ()
    supersedes: str | None = None
    reason: str | None = None

    @property
    def type(self) -> str:
        """The tag of the body, such as ``incident``."""
        return str(type(self.body).__struct_config__.tag)
