"""Which of Meta's two apps an export is from, and in which dialect it is written.

Both write the same JSON. A file is told by what only one of them writes, and by where it lay in the
download. Where nothing tells, a file with participants is read as Messenger and one without as
Instagram, the other can be asked for by name, and an issue says so (decision 025).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tallymark.importers._meta_labels import has_words
from tallymark.importers._protocol import UNSURE, Source

HEAD = 1 << 16
MESSENGER, INSTAGRAM = "messenger", "instagram"
DOWNLOAD, ENCRYPTED, LABELS, PAGE = "json", "json_e2ee", "json_labels", "html"

_START = rb"\A(?:\xef\xbb\xbf)?[ \t\r\n]*+"
_B = rb"[ \t\r\n]*+"
_OBJECT = re.compile(_START + rb"\{")
_PEOPLE = re.compile(
    _START
    + rb"\{"
    + _B
    + rb"\"participants\""
    + _B
    + rb":"
    + _B
    + rb"\["
    + _B
    + rb"(?:\{"
    + _B
    + rb"\"name\"|\]|(\"))"
)
_NO_MESSAGES = re.compile(rb"\"messages\"" + _B + rb":" + _B + rb"\[" + _B + rb"\]")
_LIST = re.compile(
    _START + rb"(?:\[|\{" + _B + rb"\"messages\"" + _B + rb":" + _B + rb"\[)" + _B + rb"\{"
)
_PAGE = re.compile(_START + rb"(?:<!DOCTYPE html>" + _B + rb")?<html", re.IGNORECASE)
_PAGE_MARKS = (b"uiBoxWhite noborder", b"_a6-g")
_PATHS = (
    (INSTAGRAM, ("your_instagram_activity", "instagram")),
    (MESSENGER, ("your_facebook_activity", "facebook")),
)
_ONLY = {ENCRYPTED: MESSENGER, LABELS: INSTAGRAM}
_MARKS = (
    (INSTAGRAM, b"your_instagram_activity"),
    (MESSENGER, b"your_facebook_activity"),
    (INSTAGRAM, b'"original_content_owner"'),
    (INSTAGRAM, b'"Instagram User"'),
    (MESSENGER, b'"Facebook user"'),
    (MESSENGER, b'"Facebook User"'),
    (MESSENGER, b'"bumped_message_metadata"'),
    (MESSENGER, b'"joinable_mode"'),
    (MESSENGER, b'"is_taken_down"'),
    (MESSENGER, b'"type": "Generic"'),
    (MESSENGER, b'"type":"Generic"'),
    (MESSENGER, b"messages/stickers_used"),
    (MESSENGER, b"messages\\/stickers_used"),
)


class Origin(NamedTuple):
    """The app, whether something in the file says so, and the dialect."""

    app: str
    is_sure: bool
    dialect: str


def dialect(head: bytes) -> str | None:
    """The dialect that begins with these bytes, or ``None``."""
    if _PAGE.match(head):
        return PAGE if any(mark in head for mark in _PAGE_MARKS) else None
    if _LIST.match(head) and b'"label_values"' in head:
        return LABELS if has_words(head) else None
    people = _PEOPLE.match(head)
    if people and people[1] and b'"sender_name"' not in head:  # which only old downloads have
        return ENCRYPTED
    if not _OBJECT.match(head):
        return None
    is_empty = b'"thread_path"' in head and _NO_MESSAGES.search(head)
    if people or is_empty or (b'"sender_name"' in head and b'"timestamp_ms"' in head):
        return DOWNLOAD
    names = b'"threadName"' in head or b'"senderName"' in head
    return ENCRYPTED if names and b'"timestamp"' in head else None


def sample(source: Source) -> bytes:
    """The beginning of a source and, where that costs nothing, its end: both hold what tells."""
    head = source.head(HEAD)
    if len(head) < HEAD or not source.is_seekable:
        return head
    return head + source.read(max(HEAD, source.size - HEAD), source.size)


def origin(head: bytes, member: str | None) -> Origin | None:
    """What the first bytes and the place in the download say; ``None`` for another kind of file."""
    found = dialect(head)
    place = (member or "").lower()
    if found is None or (member and not _is_thread(found, place)):
        return None
    told = [app for app, names in _PATHS if any(name in place for name in names)]
    told += [app for app, mark in _MARKS if mark in head]
    told += [_ONLY[found]] if found in _ONLY else []
    if told:
        return Origin(told[0], is_sure=True, dialect=found)
    bare = found == DOWNLOAD and b'"participants"' not in head
    return Origin(INSTAGRAM if bare else MESSENGER, is_sure=False, dialect=found)


def _is_thread(found: str, place: str) -> bool:
    """Whether a member of an archive is one of a thread: other files of it are built alike."""
    if found == PAGE:
        return place.rpartition("/")[2].startswith("message_")
    return found != LABELS or "messages/" in place


def variant(app: str, head: bytes, member: str | None) -> str | None:
    """What the reader of ``app`` calls this file; ends in ``?`` where the other is likelier."""
    found = origin(head, member)
    if found is None or (found.is_sure and found.app != app):
        return None
    return found.dialect if found.app == app else found.dialect + UNSURE
