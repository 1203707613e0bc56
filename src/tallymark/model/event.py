"""What an importer finds in an exhibit: one message, call or notice, and where its bytes stand.

Events are derived: the same bytes, options and importer version give the same events. They are
stored as canonical JSON lines (``msgspec`` with sorted keys; equal to RFC 8785 by test) and as
columns, so that a million of them can be looked at without making a million objects.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

Kind = Literal[
    "message",
    "call",
    "system",
    "poll",
    "deleted",
    "media",
    "location",
    "other",
    "email",
    "voicemail",
    "reaction",
]
KINDS: tuple[Kind, ...] = (
    "message",
    "call",
    "system",
    "poll",
    "deleted",
    "media",
    "location",
    "other",
    "email",
    "voicemail",
    "reaction",
)
"""Order is part of the column format: a kind is stored as its index. Append only."""

MESSAGE_KINDS: frozenset[Kind] = frozenset(
    {"message", "poll", "deleted", "media", "location", "email", "voicemail"}
)
"""Kinds that a person sent: what ``counts.message`` of ``inspect`` counts."""

FLAG_EDITED = 1
FLAG_DELETED = 2
FLAG_MEDIA = 4
FLAG_AMBIGUOUS = 8
FLAG_FOLD_UNKNOWN = 16
FLAG_OMITTED = 32
FLAG_MISSED = 64
FLAG_UNSENT = 128  # a draft, or a message that never left the phone


class Clock(msgspec.Struct, frozen=True, omit_defaults=True):
    """One stated time of an event. ``value`` is wall time, or UTC when ``zone`` is ``UTC``.

    ``raw`` is the text in the export. ``source`` says where the zone comes from: ``in_data``,
    ``assumed`` or ``none``. ``other`` is the other reading when day and month could be swapped.
    """

    role: str
    value: str
    raw: str
    zone: str = ""
    source: str = "none"
    chosen: bool = False
    precision: str = "minute"
    other: str | None = None


class Locator(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where an event stands in its exhibit: bytes [start, end), in a zip member if named.

    In a database it is ``row`` (the rowid) of ``table``; ``start`` and ``end`` are 0 then, because
    a row has no span of its own in the file.
    """

    start: int
    end: int
    member: str | None = None
    table: str = ""
    row: int | None = None


class Party(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody whom the export names beside an event, as it names them; never a judged identity.

    ``role`` is ``from``, ``to``, ``cc``, ``bcc``, ``reply_to``, ``sender``, ``envelope``,
    ``caller``, ``callee``, ``actor`` or ``member``. ``scheme`` says what ``value`` is: ``tel``,
    ``email``, ``handle``, ``platform_id`` or ``display``. ``raw`` is the text in the export where it
    differs from ``value``, ``label`` the name shown beside it.
    """

    role: str
    value: str
    scheme: str = "display"
    label: str = ""
    raw: str = ""


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """One piece of an event's content besides its text, such as an attachment.

    ``state`` is ``present``, ``omitted``, ``missing``, ``expired``, ``view_once``, ``corrupt`` or
    ``refused_limit``. ``mime`` is what the export says, ``sniffed`` what the bytes are. ``sha256``
    and ``size`` are of the decoded bytes; [``start``, ``end``) is where the encoded ones stand.
    """

    type: str
    name: str = ""
    mime: str = ""
    sniffed: str = ""
    size: int = 0
    sha256: str = ""
    state: str = "present"
    start: int = 0
    end: int = 0
    detail: dict[str, str] = {}


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing found in an export. ``sender`` is the label shown there, never a judged identity.

    ``text`` is the text as exported, decoded, not repaired. ``raw_sha256`` is not stored: it is the
    digest of the exhibit's bytes at ``locator``. ``issues`` are codes such as ``MOJIBAKE_REPAIRED``.

    ``direction`` is ``in``, ``out`` or empty where the export does not say. ``conversation`` is the
    thread as the export names it, ``ids`` are native ids by scheme, ``relations`` such as
    ``reply_to`` name other native ids. Where ``text`` was repaired, ``raw`` is the text as exported
    and ``repairs`` names what was done. ``unmapped`` keeps every other key of the export verbatim.
    """

    kind: Kind
    at: tuple[Clock, ...]
    sender: str | None
    text: str
    locator: Locator
    media: str | None = None
    state: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()
    detail: dict[str, str] = {}
    direction: str = ""
    conversation: str = ""
    ids: dict[str, str] = {}
    relations: dict[str, str] = {}
    parties: tuple[Party, ...] = ()
    parts: tuple[Part, ...] = ()
    raw: str | None = None
    repairs: tuple[str, ...] = ()
    unmapped: dict[str, str] = {}


class EventBatch(msgspec.Struct, frozen=True):
    """Up to 8,192 events on their way from an importer to the vault, in file order.

    ``lines`` are the canonical JSON bytes joined by newlines (no newline inside one). ``offsets`` is
    an ``array('I')`` of n + 1 positions into ``lines`` (line k is ``lines[o[k]:o[k+1]-1]``; each
    line ends in a newline). ``texts`` hold the words to index. ``seconds`` is an ``array('q')``
    of chosen times as seconds since 1970-01-01 of *UTC* under the assumed zone; unknown time is the
    smallest value, -2**63. ``kinds`` and ``flags`` are one byte an event, ``senders`` an
    ``array('H')`` of positions in the running sender list, whose new names are in
    ``new_senders``. Sender 0 is always "no sender" (the empty string).
    """

    lines: bytes
    offsets: bytes
    texts: tuple[str, ...]
    seconds: bytes
    kinds: bytes
    flags: bytes
    senders: bytes
    new_senders: tuple[str, ...] = ()


CHANNEL_OF_KIND: Mapping[str, Mapping[Kind, str]] = {
    "sms_mms": {"call": "voice", "voicemail": "voicemail"},
}
"""Kinds that reach a person another way than the rest of their export: a phone's list of calls
stands in the same backup as its texts. By the channel of the import; others keep their own."""

NO_TIME = -(2**63)

_ENCODER = msgspec.json.Encoder(order="sorted")


def canonical_line(event: Event) -> bytes:
    """The canonical JSON bytes of an event, without a newline: sorted keys, no spaces, UTF-8."""
    return _ENCODER.encode(event)


def owner_labels(owner: str, labels: Iterable[str]) -> frozenset[str]:
    """Those of the sender labels that are the owner's own.

    The label that is ``owner`` itself; where there is none, every one that stands in it as in a list
    with commas, capitals aside, since a person may have several addresses.
    """
    known = frozenset(labels) - {""}
    if owner in known:
        return frozenset({owner})
    listed = {part.strip().lower() for part in owner.split(",")}
    return frozenset(label for label in known if label.lower() in listed)


def event_id(source_sha256: str, locator: Locator) -> str:
    """The id of an event, hex: SHA-256 over the source's digest (hex) and the canonical locator.

    Computed where it is shown and never stored, so that the same bytes read again give the same
    ids (docs/spec/ledger.md).
    """
    return hashlib.sha256(source_sha256.encode() + _ENCODER.encode(locator)).hexdigest()
