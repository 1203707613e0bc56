"""One message of Messenger or Instagram as an event, in the three dialects of their JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tallymark.importers._epoch import clock, counted
from tallymark.importers._json_scan import Members
from tallymark.importers._meta_app import ENCRYPTED, LABELS
from tallymark.importers._meta_labels import labelled
from tallymark.importers._meta_thread import Thread, mend, text_of, written
from tallymark.importers._mojibake import REPAIR, REPAIRED, Mended
from tallymark.importers._plausible import Window
from tallymark.model.event import (
    FLAG_DELETED,
    FLAG_MEDIA,
    FLAG_MISSED,
    NO_TIME,
    Event,
    Kind,
    Locator,
    Part,
    Party,
)

MEDIA = {
    "photos": "photo",
    "videos": "video",
    "audio_files": "audio",
    "gifs": "gif",
    "files": "file",
    "media": "media",
    "sticker": "sticker",
}
MAX_NAMED = 12  # people of a thread that are named beside each message
NOBODY = frozenset({"Facebook user", "Facebook User", "Instagram User", "Instagram user"})
UNSENT_WORDS = frozenset({"User unsent a message", "This message was unsent"})
_NOTICES = frozenset({"Subscribe", "Unsubscribe"})
_REACTED = re.compile(
    r"(?:(.{1,100}) reacted|Reacted) .{1,24} to your message ?|(Liked a message) ?"
)


class Made(NamedTuple):
    """An event with what the columns need. ``media`` is how many files it names."""

    event: Event
    seconds: int
    flags: int = 0
    media: int = 0


@dataclass(slots=True)
class Draft:
    """One message on its way: members are taken one by one, what is left over is kept."""

    item: Members
    thread: Thread
    states: Callable[[str], str]
    issues: dict[str, None] = field(default_factory=dict)
    repairs: bool = False

    def take(self, *names: str) -> Any:
        """The first of the members that is there; ``None`` where none is."""
        found = [self.item.pop(name) for name in names if name in self.item]
        return found[0] if found else None

    def mend(self, item: Any) -> Mended:
        """A string, repaired where it needs it; what was done is noted."""
        found = mend(item, self.thread.dialect)
        if found.issue:
            self.issues[found.issue] = None
        self.repairs |= found.issue == REPAIRED
        return found

    def rest(self, extra: Mapping[str, str]) -> dict[str, str]:
        """What nobody took, verbatim; of names that stand twice the earlier values as well."""
        found = {name: written(item) for name, item in self.item.items()}
        for place, (name, item) in enumerate(self.item.again, 1):
            found[f"{name} ({place})"] = written(item)
            self.issues["DUPLICATE_KEY"] = None
        return {name: text for name, text in (found | dict(extra)).items() if text}


def make(
    item: Any,
    thread: Thread,
    locator: Locator,
    *,
    owner: str,
    plausible: Window,
    states: Callable[[str], str],
    extra: Mapping[str, str],
) -> Made | None:
    """The event of one element; ``None`` when it is no message at all.

    ``states`` gives the state of a file that a message names; ``extra`` is kept beside it.
    """
    if not isinstance(item, Members):
        return None
    draft = Draft(item, thread, states)
    if thread.dialect == LABELS or "label_values" in item:
        labelled(item)
        draft.issues["LOW_CONFIDENCE"] = None
    raw = text_of(draft.take("timestamp_ms", "timestamp"))
    time = counted(raw, plausible)
    if time.seconds == NO_TIME:
        draft.issues["UNKNOWN_TIME"] = None
    sender = draft.mend(draft.take("sender_name", "senderName"))
    said = draft.mend(draft.take("content", "text"))
    parts, media = _parts(draft)
    kind, state, flags = _kind(draft, sender.text, said.text)
    if not said.text and not parts and kind == "message":
        draft.issues["EMPTY_BODY"] = None
    detail = _detail(draft, thread)
    event = Event(
        kind=kind,
        at=(clock("sent", raw, time.seconds, chosen=time.seconds != NO_TIME),),
        sender=sender.text or None,
        text=said.text,
        locator=locator,
        media=next((p.name for p in parts if p.type in _FILES), None),
        state=(*state, *thread.states),
        detail=detail,
        direction=_direction(sender.text, owner),
        conversation=thread.conversation,
        parties=_parties(sender, thread, in_full=bool(extra)),
        parts=tuple(parts),
        raw=said.raw,
        repairs=(REPAIR,) if draft.repairs else (),
        unmapped=draft.rest(extra),
        issues=tuple(draft.issues),
    )
    return Made(event, time.seconds, flags | (FLAG_MEDIA if media else 0), media)


_FILES = frozenset(MEDIA.values())


def _direction(sender: str, owner: str) -> str:
    if not (sender and owner):
        return ""
    return "out" if sender == owner else "in"


def _kind(draft: Draft, sender: str, text: str) -> tuple[Kind, tuple[str, ...], int]:
    """What it is, its state and its flags: taken back, a call, a notice, a reaction or a message."""
    dialect = draft.thread.dialect
    unsent = draft.take("is_unsent", "isUnsent")
    form = text_of(draft.take("type"))
    if form and form not in {"Generic", "text", "media", "link", "Share"}:
        draft.item["type"] = form
    if unsent is True or (dialect == ENCRYPTED and text in UNSENT_WORDS):
        return "deleted", ("unsent",), FLAG_DELETED
    if "call_duration" in draft.item or form == "Call":
        missed = draft.item.get("missed") is True
        return "call", ("missed",) if missed else (), FLAG_MISSED if missed else 0
    if form in _NOTICES:
        return "system", (), 0
    reacted = _REACTED.fullmatch(text)
    if reacted and reacted[1] in {None, sender}:
        return "reaction", (), 0
    if form == "placeholder":
        draft.issues["PLACEHOLDER"] = None
        return "message", ("placeholder",), 0
    return "message", (), 0


def _detail(draft: Draft, thread: Thread) -> dict[str, str]:
    """Facts that have no place of their own in an event."""
    found = {
        "thread": thread.title.text,
        "duration": written(draft.take("call_duration") or ""),
        "ip": text_of(draft.take("ip")),
    }
    for name in ("missed", "is_geoblocked_for_viewer", "is_unsent_image_by_messenger_kid_parent"):
        if draft.take(name) is True:
            found[name] = "true"
    if len(thread.people) > MAX_NAMED:
        found["participants"] = str(len(thread.people))
    return {name: text for name, text in found.items() if text}


def _parties(sender: Mended, thread: Thread, *, in_full: bool) -> tuple[Party, ...]:
    """Who wrote and who else is in the thread; in a large group all of them once."""
    found = [_party("from", sender)] if sender.text else []
    if in_full or len(thread.people) <= MAX_NAMED:
        found += [_party("to", one) for one in thread.people if one.text != sender.text]
    return tuple(found)


def _party(role: str, who: Mended) -> Party:
    label = "a closed or hidden account" if who.text in NOBODY else ""
    return Party(role=role, value=who.text, label=label, raw=who.raw or "")


def _parts(draft: Draft) -> tuple[list[Part], int]:
    """Files, stickers, links and reactions; and how many of them are files."""
    parts: list[Part] = []
    for name, kind in MEDIA.items() if draft.item.keys() & MEDIA.keys() else ():
        parts += [_file(draft, one, kind) for one in _objects(draft.take(name))]
    media = len(parts)
    for one in _objects(draft.take("share")):
        link = draft.mend(one.pop("link", None))
        detail = {name: draft.mend(item).text or written(item) for name, item in one.items()}
        parts.append(Part("link", link.text, detail=detail))
    parts += [_reaction(draft, one) for one in _objects(draft.take("reactions"))]
    return parts, media


def _objects(item: Any) -> Iterable[Members]:
    many = item if isinstance(item, list) else [item]
    return [one for one in many if isinstance(one, Members)]


def _file(draft: Draft, one: Members, kind: str) -> Part:
    name = draft.mend(one.pop("uri", None))
    detail = {key: draft.mend(item).text or written(item) for key, item in one.items()}
    if name.raw is not None:
        detail["uri_raw"] = name.raw
    state = draft.states(name.text)
    if state != "present":
        draft.issues["MEDIA_MISSING"] = None
    return Part(kind, name.text, state=state, detail=detail)


def _reaction(draft: Draft, one: Members) -> Part:
    sign = draft.mend(one.pop("reaction", None))
    actor = draft.mend(one.pop("actor", None))
    detail = {"actor": actor.text} if actor.text else {}
    detail |= {key: written(item) for key, item in one.items()}
    if sign.raw is not None:
        detail["reaction_raw"] = sign.raw
    return Part("reaction", sign.text, detail=detail)
