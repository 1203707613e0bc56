"""What hangs on a message in a WhatsApp database of an iPhone: a file, a place, a contact, a quoted message."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tallymark.importers._sqlite import Value
from tallymark.importers._whatsapp_iphone_names import Directory
from tallymark.model.event import Part

COLUMNS = (
    "ZMEDIALOCALPATH",
    "ZFILESIZE",
    "ZTITLE",
    "ZVCARDSTRING",
    "ZVCARDNAME",
    "ZLATITUDE",
    "ZLONGITUDE",
    "ZMOVIEDURATION",
    "ZMETADATA",
)
DOMAINS = (
    "AppDomainGroup-group.net.whatsapp.WhatsApp.shared",
    "AppDomainGroup-group.net.whatsapp.WhatsAppSMB.shared",
)
_MIME = re.compile(r"[a-z]{1,20}/[a-zA-Z0-9.+;= -]{1,80}")
_STANZA = re.compile(rb"[0-9A-Za-z.-]{8,64}")
_QUOTED = 0x2A  # field 5 of the metadata, length-delimited: the native id of the quoted message


@dataclass(slots=True)
class Media:
    """What the row of a media item gives an event. ``file`` is its path, empty where it is none."""

    caption: str = ""
    file: str = ""
    part: Part | None = None
    issue: str = ""
    quoted: str = ""
    detail: dict[str, str] = field(default_factory=dict)


def backup_name(path: str, domain: str = DOMAINS[0]) -> str:
    """What a file of WhatsApp is called in an iPhone backup: SHA-1 of its domain and path."""
    return hashlib.sha1(f"{domain}-{path}".encode(), usedforsecurity=False).hexdigest()


def media(
    directory: Directory, values: tuple[Value, ...], kind: str, files: Mapping[str, str] | None
) -> Media:
    """What the row of a media item says; ``kind`` is that of its message, ``files`` what came along."""
    path, size, title, string, name, latitude, longitude, seconds, metadata = values
    shown = directory.text(path)
    found = Media(caption=directory.text(title), quoted=quoted(metadata))
    if isinstance(latitude, float) and isinstance(longitude, float) and (latitude or longitude):
        found.detail["position"] = f"{latitude},{longitude}"
    if isinstance(seconds, int | float) and seconds:
        found.detail["seconds"] = str(seconds)
    if kind == "contact":
        found.detail["contact"] = directory.text(name)
        found.part = Part("contact", name=directory.text(name), mime="text/vcard")
        return found
    if kind in {"text", "link", "location"} and not shown:
        return found
    found.file = shown
    state, found.issue = _state(shown, files)
    mime = directory.text(string)
    found.part = Part(
        kind,
        name=shown,
        mime=mime if _MIME.fullmatch(mime) else "",
        size=size if isinstance(size, int) and size > 0 else 0,
        state=state,
    )
    return found


def _state(path: str, files: Mapping[str, str] | None) -> tuple[str, str]:
    """Whether the file came along, and the issue where it did not."""
    if not path:
        return "missing", "MEDIA_NOT_KEPT"
    if files is None:
        return "missing", "MEDIA_APART"
    names = [
        path.rsplit("/", 1)[-1],
        *(
            backup_name(f"{folder}{path}", domain)
            for domain in DOMAINS
            for folder in ("Message/", "")
        ),
    ]
    state = next((files[name] for name in names if name in files), None)
    return ("missing", "MEDIA_MISSING") if state is None else (state, "")


def quoted(metadata: Value) -> str:
    """The native id of the message that one answers, where the metadata begin with it; else empty."""
    if not isinstance(metadata, bytes) or len(metadata) < 2 or metadata[0] != _QUOTED:
        return ""
    stanza = metadata[2 : 2 + metadata[1]]
    return stanza.decode("ascii") if _STANZA.fullmatch(stanza) else ""
