"""Rows of a WhatsApp database of an iPhone as events: messages, notices and calls.

What the numbers mean was taken from the published code of forensic readers; a number that none of
them names stays a number, on an event of kind ``other``. Times are seconds since 2001 in UTC.
"""

from __future__ import annotations

from typing import NamedTuple

from tallymark.importers._apple_time import Clocks
from tallymark.importers._batch import Sink
from tallymark.importers._plausible import Window
from tallymark.importers._protocol import Source
from tallymark.importers._sqlite import Database, Value
from tallymark.importers._whatsapp_iphone_media import COLUMNS as MEDIA_COLUMNS
from tallymark.importers._whatsapp_iphone_media import Media, media
from tallymark.importers._whatsapp_iphone_names import Chat, Directory
from tallymark.model.event import (
    FLAG_DELETED,
    FLAG_MEDIA,
    FLAG_MISSED,
    Event,
    Kind,
    Locator,
    Party,
)

MESSAGE = (
    "ZMESSAGEDATE",
    "ZSENTDATE",
    "ZISFROMME",
    "ZMESSAGETYPE",
    "ZGROUPEVENTTYPE",
    "ZTEXT",
    "ZCHATSESSION",
    "ZGROUPMEMBER",
    "ZMEDIAITEM",
    "ZFROMJID",
    "ZTOJID",
    "ZSTANZAID",
    "ZPARENTMESSAGE",
    "ZSTARRED",
    "ZMESSAGESTATUS",
    "ZFLAGS",
)
_CORE_DATA = {"Z_PK", "Z_ENT", "Z_OPT"}
_FORWARDED = 1 << 7

TYPES: dict[int, tuple[Kind, str]] = {
    0: ("message", "text"),
    1: ("media", "image"),
    2: ("media", "video"),
    3: ("media", "audio"),
    4: ("message", "contact"),
    5: ("location", "location"),
    6: ("system", "group"),
    7: ("message", "link"),
    8: ("media", "document"),
    10: ("system", "notice"),
    11: ("media", "gif"),
    14: ("deleted", "deleted"),
    15: ("media", "sticker"),
    46: ("poll", "poll"),
    59: ("call", "call"),
}
GROUP_EVENTS = {
    2: "joined",
    3: "left",
    4: "group picture changed",
    5: "group picture removed",
    7: "removed from the group",
    10: "made an admin",
    12: "group created",
    50: "joined",
}
NOTICES = {
    1: "missed voice call",
    2: "messages are encrypted",
    3: "security code changed",
    4: "missed video call",
    22: "missed video call of a group",
    26: "business account",
    30: "no longer a business account",
    34: "contact blocked",
    35: "contact unblocked",
    40: "video call",
    41: "video call",
}
_CALLS, _MISSED = frozenset({1, 4, 22, 40, 41}), frozenset({1, 4, 22})
_STATUS = {1: "sent", 6: "delivered", 8: "read", 9: "not_sent"}


class _Message(NamedTuple):
    """A row of ZWAMESSAGE, in the order of ``MESSAGE``."""

    date: Value
    sent: Value
    mine: Value
    type: Value
    event: Value
    text: Value
    chat: Value
    member: Value
    media: Value
    from_jid: Value
    to_jid: Value
    stanza: Value
    parent: Value
    starred: Value
    status: Value
    flags: Value


class _Sort(NamedTuple):
    """What sort of message it is: ``name`` of its type, ``meaning`` of a notice, state and flags."""

    kind: Kind
    name: str
    meaning: str
    flags: int
    state: tuple[str, ...]


class Messages:
    """Makes events of the rows of ZWAMESSAGE."""

    def __init__(
        self, source: Source, database: Database, directory: Directory, sink: Sink, window: Window
    ) -> None:
        self._database = database
        self._directory = directory
        self._sink = sink
        self._clocks = Clocks(window)
        self._member, self._files = source.member, source.files
        self._media = database.tables.get("ZWAMEDIAITEM")
        table = database.tables["ZWAMESSAGE"]
        self._rest = tuple(c for c in table.columns if c not in {*MESSAGE, *_CORE_DATA})
        self.columns = (*MESSAGE, *self._rest)

    def put(self, rowid: int, values: tuple[Value, ...]) -> None:
        """The event of one row."""
        row = _Message(*values[: len(MESSAGE)])
        issues: list[str] = []
        clocks, seconds = self._clocks.of(row.date, row.sent, issues)
        sort = _sort(row)
        found = self._found(row, sort.name)
        chat = self._directory.chat(row.chat)
        sender, direction, parties = self._people(row, sort.kind, chat, issues)
        text = self._text(row, sort, found, issues)
        event = Event(
            kind=sort.kind,
            at=clocks,
            sender=sender,
            text=text,
            locator=Locator(0, 0, self._member, "ZWAMESSAGE", rowid),
            media=found.file or None,
            state=(*sort.state, *_stated(row, direction)),
            issues=tuple(issues),
            detail=_detail(row, sort, found),
            direction=direction,
            conversation=chat.name or chat.jid,
            ids=without_empty(stanza=self._directory.text(row.stanza), chat=chat.jid),
            relations=self._relations(row, found),
            parties=parties,
            parts=(found.part,) if found.part else (),
            unmapped=self._unmapped(values[len(MESSAGE) :]),
        )
        self._sink.add(event, seconds=seconds, flags=sort.flags)

    def _text(self, row: _Message, sort: _Sort, found: Media, issues: list[str]) -> str:
        """The words of the message, or the caption of its file."""
        text, broken = self._database.text(row.text)
        text = text or found.caption
        if broken:
            issues.append("BAD_ENCODING")
        if sort.kind == "other":
            issues.append("UNKNOWN_TYPE")
        if sort.name == "text" and not text:
            issues.append("EMPTY_BODY")
        if found.issue:
            self._sink.issues.add(found.issue)
        return text

    def _relations(self, row: _Message, found: Media) -> dict[str, str]:
        return without_empty(reply_to=found.quoted, parent=self._directory.stanza(row.parent))

    def _found(self, row: _Message, name: str) -> Media:
        """What hangs on the message; something is said where a file should hang on it and does not."""
        if isinstance(row.media, int) and self._media is not None:
            values = self._database.row(self._media, MEDIA_COLUMNS, row.media)
            if values is not None:
                return media(self._directory, values, name, self._files)
        is_file = TYPES.get(number(row.type), ("other", ""))[0] == "media"
        return Media(issue="MEDIA_NOT_KEPT" if is_file else "")

    def _people(
        self, row: _Message, kind: Kind, chat: Chat, issues: list[str]
    ) -> tuple[str | None, str, tuple[Party, ...]]:
        """Label of the sender, direction, and the accounts on both sides."""
        directory = self._directory
        whole = directory.party("to", chat.jid, chat.name)
        if kind == "system":
            jid, name = directory.member(row.member)
            return None, "", (directory.party("member", jid, name),) if jid else ()
        if number(row.mine) == 1:
            return directory.owner, "out", (whole,)
        jid, name = directory.member(row.member)
        if chat.is_group and not jid:
            issues.append("UNKNOWN_SENDER")
            return None, "in", ()
        if not jid:
            jid, name = chat.jid or directory.text(row.from_jid), chat.name
        sender = directory.label(jid, name) if jid else None
        return sender, "in", (directory.party("from", jid, name),)

    def _unmapped(self, values: tuple[Value, ...]) -> dict[str, str]:
        pairs = zip(self._rest, values, strict=True)
        return {name: _verbatim(self._database, value) for name, value in pairs if value}


def _detail(row: _Message, sort: _Sort, found: Media) -> dict[str, str]:
    detail = dict(found.detail)
    if sort.name != "text":
        detail |= without_empty(type=str(number(row.type)), meaning=sort.meaning)
    if sort.kind in {"system", "call"}:
        detail["event"] = str(number(row.event))
    return detail


def _stated(row: _Message, direction: str) -> tuple[str, ...]:
    """What the row says of its own fate: starred, forwarded, and for one's own whether it arrived."""
    state = ("starred",) if number(row.starred) == 1 else ()
    if number(row.flags) & _FORWARDED:
        state = (*state, "forwarded")
    status = _STATUS.get(number(row.status)) if direction == "out" else None
    return (*state, status) if status else state


def _sort(row: _Message) -> _Sort:
    type_, event = number(row.type), number(row.event)
    kind, name = TYPES.get(type_, ("other", "unknown"))
    if type_ == 6:
        return _Sort(kind, name, GROUP_EVENTS.get(event, ""), 0, ())
    if type_ == 10:
        if event in _CALLS:
            missed = event in _MISSED
            state = ("missed",) if missed else ()
            return _Sort("call", name, NOTICES[event], FLAG_MISSED if missed else 0, state)
        return _Sort(kind, name, NOTICES.get(event, ""), 0, ())
    flags = {"media": FLAG_MEDIA, "deleted": FLAG_DELETED}.get(kind, 0)
    return _Sort(kind, name, name, flags, ("deleted",) if kind == "deleted" else ())


def number(value: Value) -> int:
    """A whole number; 0 for NULL, and -1 for what is none, so that it is no known one."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) else 0 if value is None else -1


def _verbatim(database: Database, value: Value) -> str:
    if isinstance(value, bytes):
        text, broken = database.text(value)
        if broken or len(value) > 4096:
            return f"{len(value)} bytes"
        return text
    return str(value)


def without_empty(**values: str) -> dict[str, str]:
    """The pairs that say something."""
    return {name: value for name, value in values.items() if value}
