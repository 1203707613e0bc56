"""What a mail program noted about a mail: labels, flags, folders; and its thread and number there."""

from __future__ import annotations

import re

from tallymark.importers._email_fields import Fields
from tallymark.importers._email_words import readable

_MAILDIR = re.compile(r"[:;!_]2,([A-Za-z]{0,20})$")
_LETTERS = {
    "S": "read",
    "R": "answered",
    "F": "flagged",
    "T": "deleted",
    "D": "draft",
    "P": "forwarded",
}
_LABELS = {
    "sent": "sent",
    "draft": "draft",
    "drafts": "draft",
    "spam": "spam",
    "trash": "trash",
    "unread": "unread",
    "opened": "read",
    "chat": "chat",
}
_MOZILLA = ((0x1, "read"), (0x2, "answered"), (0x4, "flagged"), (0x8, "deleted"))
_IDS = re.compile(rb"<([^<>\s]{1,900})>")


def states(fields: Fields, labels: str, member: str | None) -> tuple[str, ...]:
    """What the export says of the mail's state, in words; the flags of a Maildir are in its file name."""
    found = [
        _LABELS[label.strip().lower()]
        for label in labels.split(",")
        if label.strip().lower() in _LABELS
    ]
    if member and (flags := _MAILDIR.search(member)):
        found += [_LETTERS[letter] for letter in flags[1] if letter in _LETTERS]
    if mark := fields.get(b"x-mozilla-status"):
        found += _of_mozilla(mark)
    if (mark := fields.get(b"status")) and len(mark) < 5:
        found += ["read"] if b"R" in mark else []
    return tuple(dict.fromkeys(found))


def _of_mozilla(mark: bytes) -> list[str]:
    try:
        bits = int(mark[:4], 16)
    except ValueError:
        return []
    return [word for bit, word in _MOZILLA if bits & bit]


def identity(fields: Fields) -> tuple[dict[str, str], dict[str, str], str]:
    """Native ids by scheme, relations to other mails, and the thread.

    The thread of a mailbox is no id of the mail: the same mail saved alone has none.
    """
    ids: dict[str, str] = {}
    relations: dict[str, str] = {}
    if own := _listed(fields.get(b"message-id")) or [readable(fields.get(b"message-id"))[:900]]:
        ids |= {"message_id": own[0]} if own[0] else {}
    answered = _listed(fields.get(b"in-reply-to"))
    earlier = _listed(fields.get(b"references"))
    if answered or earlier:
        relations["reply_to"] = (answered or earlier[-1:])[0]
    if earlier:
        relations["references"] = " ".join(earlier[:200])
    root = (earlier or answered or own)[0]
    return ids, relations, readable(fields.get(b"x-gm-thrid"))[:100] or root


def _listed(value: bytes) -> list[str]:
    return [readable(found) for found in _IDS.findall(value)] if b"<" in value else []
