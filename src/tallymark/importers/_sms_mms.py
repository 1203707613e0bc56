"""One ``<mms>`` of a backup as an event: its parts, its people, and what contradicts what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tallymark.importers._base64 import Base64
from tallymark.importers._sms_event import Fields, Made, Phone, Words, stamp, words
from tallymark.importers._sms_people import Named, People, exists, party, same, tail
from tallymark.importers._xml_scan import Tag
from tallymark.model.event import FLAG_MEDIA, FLAG_UNSENT, Event, Locator, Part, Party
from tallymark.model.filetype import sniff

INCOMING = "1"
BOXES = {"1": "", "2": "", "3": "draft", "4": "outbox", "5": "failed"}
ROLES = {"137": "from", "151": "to", "130": "cc", "129": "bcc"}
JOIN = "~"  # between the numbers of a group
SMIL = "application/smil"
_VAGUE = frozenset({"application/octet-stream", "text/plain"})
_ALIKE = (
    frozenset({"image/jpeg", "image/jpg", "image/pjpeg"}),
    frozenset({"audio/mp4", "audio/m4a", "audio/x-m4a", "audio/aac", "video/mp4"}),
    frozenset({"video/3gpp", "audio/3gpp", "video/mp4", "audio/mp4"}),
    frozenset({"audio/mpeg", "audio/mp3"}),
    frozenset({"audio/wav", "audio/x-wav"}),
    frozenset({"image/heic", "image/heif"}),
)


class Content(NamedTuple):
    """What the parts of a message say and hold."""

    said: Words
    parts: tuple[Part, ...]
    media: int
    issues: tuple[str, ...]


class Sides(NamedTuple):
    """Who is named in a message, and who sent it."""

    sender: str | None
    parties: tuple[Party, ...]
    issues: tuple[str, ...]


def mms(tags: Sequence[Tag], locator: Locator, phone: Phone) -> Made:
    """An ``<mms>`` with the tags inside it. ``date`` counts milliseconds, ``date_sent`` seconds."""
    fields = Fields.of(tags[0].attributes)
    box = fields.values.get("msg_box", b"").decode("ascii", errors="replace")
    if box in BOXES:
        fields.take("msg_box")
    else:
        fields.issues.append("UNKNOWN_TYPE")
    incoming = box == INCOMING
    time = stamp(fields, phone.plausible, is_incoming=incoming, in_seconds=True)
    content = _content([tag for tag in tags if tag.name == b"part"])
    address, contact = fields.take("address"), fields.take("contact_name")
    addresses = [Fields.of(tag.attributes) for tag in tags if tag.name == b"addr"]
    sides = _sides(address, contact, addresses, phone.people, incoming=incoming)
    subject, number = fields.take("sub"), fields.take("m_id")
    detail = {"subject": subject, "contact_name": contact if JOIN in address else ""}
    state = BOXES.get(box, "")
    event = Event(
        kind="message",
        at=time.clocks,
        sender=sides.sender if box in BOXES else None,
        text=content.said.text,
        locator=locator,
        media=next((part.name or part.mime for part in content.parts if _is_media(part)), None),
        state=(state,) if state else (),
        issues=tuple(
            dict.fromkeys(
                (*time.issues, *content.said.issues, *content.issues, *sides.issues, *fields.issues)
            )
        ),
        detail={key: value for key, value in detail.items() if exists(value)},
        direction=("in" if incoming else "out") if box in BOXES else "",
        conversation=address,
        ids={"m_id": number} if number else {},
        parties=sides.parties,
        parts=content.parts,
        raw=content.said.raw,
        repairs=content.said.repairs,
        unmapped=fields.rest(),
    )
    flags = (FLAG_MEDIA if content.media else 0) | (FLAG_UNSENT if state else 0)
    return Made(event, time.seconds, flags, content.media)


def _is_media(part: Part) -> bool:
    return part.type == "media"


def _content(tags: Sequence[Tag]) -> Content:
    texts: list[Words] = []
    parts: list[Part] = []
    issues: list[str] = []
    for tag in tags:
        fields = Fields.of(tag.attributes)
        mime = fields.take("ct")
        if mime == "text/plain" and not tag.streamed:
            found = words(fields.values.pop("text", None))
            if found.text:
                texts.append(found)
            issues += found.issues
            continue
        part, doubts = _part(tag, fields, mime)
        parts.append(part)
        issues += doubts
    media = sum(map(_is_media, parts))
    if not texts and not media:
        issues.append("EMPTY_BODY")
    return Content(
        _joined(texts), tuple(parts), media, tuple(i for i in issues if i != "BODY_ABSENT")
    )


def _joined(texts: Sequence[Words]) -> Words:
    """The texts of all parts, each on lines of its own."""
    raws = [text.text if text.raw is None else text.raw for text in texts]
    repairs = tuple(dict.fromkeys(name for text in texts for name in text.repairs))
    issues = tuple(dict.fromkeys(code for text in texts for code in text.issues))
    raw = "\n".join(raws) if repairs else None
    return Words("\n".join(text.text for text in texts), raw, repairs, issues)


def _part(tag: Tag, fields: Fields, mime: str) -> tuple[Part, list[str]]:
    """A part that is no text: what it says it is, what its bytes are, and whether they are whole."""
    issues: list[str] = list(fields.issues)
    found = next(((start, end, t) for _, start, end, t in tag.streamed), None)
    name = next((n for n in map(fields.take, ("name", "fn", "cl")) if n), "")
    detail = {key: value for key, value in fields.rest().items() if value}
    kind = "smil" if mime == SMIL else "media"
    start, end, data = found or (0, 0, None)
    if not isinstance(data, Base64) or data.written in {b"", b"null"}:
        state = "missing" if kind == "media" else "present"
        issues += ["MEDIA_MISSING"] if state == "missing" else []
        return Part(kind, name, mime, state=state, detail=detail), issues
    data.close()
    if not data.is_sound:
        return Part(kind, name, mime, state="corrupt", start=start, end=end, detail=detail), [
            *issues,
            "BAD_BASE64",
        ]
    sniffed = sniff(data.head)[0]
    if _differs(mime, sniffed):
        issues.append("TYPE_DIFFERS")
    return Part(
        type=kind,
        name=name,
        mime=mime,
        sniffed=sniffed,
        size=data.size,
        sha256=data.sha256,
        start=start,
        end=end,
        detail=detail,
    ), issues


def _differs(stated: str, sniffed: str) -> bool:
    """Whether the bytes are plainly something else than the export says."""
    if sniffed in _VAGUE or stated == sniffed or not stated:
        return False
    return not any({stated.lower(), sniffed} <= group for group in _ALIKE)


def _sides(
    address: str, contact: str, addresses: Sequence[Fields], people: People, *, incoming: bool
) -> Sides:
    """Everybody named; of a group the sender is the one whom the message itself names."""
    numbers = [n for n in address.split(JOIN) if exists(n)]
    is_group = len(numbers) > 1
    listed = [(ROLES.get(f.take("type"), "member"), f.take("address")) for f in addresses]
    listed = [(role, number) for role, number in listed if exists(number)]
    other = people.named(numbers[0], contact) if len(numbers) == 1 else Named("", "")
    names = {tail(other.number): other} if other.number else {}
    found: dict[str, tuple[str, str]] = {}
    for role, number in listed:
        found.setdefault(tail(number), (role, number))
    for number in numbers:
        found.setdefault(tail(number), ("from" if incoming and not is_group else "to", number))
    parties = tuple(
        party(role, names.get(key) or people.named(number, ""), written=number)
        for key, (role, number) in found.items()
    )
    if not incoming:
        return Sides(people.owner, parties, ())
    stated = [number for role, number in listed if role == "from"]
    if not is_group:
        differs = bool(stated and other.number and not same(stated[0], other.number))
        label = other.label or (people.named(stated[0], "").label if stated else "")
        return Sides(label or None, parties, ("ADDRESS_DIFFERS",) if differs else ())
    if not stated or (len(listed) > 1 and len({tail(n) for _, n in listed}) == 1):
        return Sides(None, parties, ("SENDER_UNKNOWN",))
    return Sides(people.named(stated[0], "").label or None, parties, ())
