"""Backups of the Android app SMS Backup & Restore: texts, picture messages and calls, as XML.

``_xml_scan`` cuts the file, ``_sms_plain`` reads plain texts fast, ``_sms_event`` and ``_sms_mms``
read the rest with care. Decision 024 says why no XML library is used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tallymark.importers._batch import Sink
from tallymark.importers._epoch import counted, shown
from tallymark.importers._plausible import Window
from tallymark.importers._protocol import THIS_PHONE, Question, Source
from tallymark.importers._sms_event import Phone
from tallymark.importers._sms_people import People
from tallymark.importers._sms_read import ROOTS, STREAMS, Beginning, Reader, begin
from tallymark.importers._stretch import Stretch
from tallymark.importers._xml_scan import Scanner
from tallymark.model.event import NO_TIME

_HEAD = re.compile(
    rb"(?:\xef\xbb\xbf)?[ \t\r\n]*+(?:(?:<\?[^>]*+>|<!--.*?-->)[ \t\r\n]*+){0,20}+"
    rb"(?:<!DOCTYPE.*?)?<(?:smses|calls)(?=[ \t\r\n/>])",
    re.DOTALL,
)
_DIGITS = 12  # of a stated count that can be one

LIMITS = (
    "the number of the phone that made the backup: what it sent is shown under one name",
    "chat messages (RCS) of Google Messages; only some Samsung phones write theirs. Take pictures of the screen",
    "WhatsApp, Signal, Messenger and other apps: it holds only texts, picture messages and calls",
    "messages and calls that were deleted on the phone before the backup",
    "calls older than the phone's own list, which holds about the last 500 on many phones",
    "what was said in a call or left as a voicemail",
    "the number behind a call that was withheld",
    "who in a group sent a picture message, where the app wrote the same number for everybody",
    "whether the other phone showed a message; only what the network reported is kept",
)


@dataclass(frozen=True, slots=True)
class BackupSurvey:
    """What the beginning of one backup says, and the way to its elements."""

    source: Source
    beginning: Beginning
    options: Mapping[str, str]
    plausible: Window
    variant: str = "xml"
    questions: tuple[Question, ...] = ()
    limits: tuple[str, ...] = LIMITS

    @property
    def declared(self) -> Mapping[str, int]:
        """The count that the backup states, by what it counts."""
        count = self.beginning.attributes.get("count", "")
        if not (count.isascii() and count.isdecimal() and len(count) <= _DIGITS):
            return {}
        return {ROOTS[self.beginning.root]: int(count)}

    def read(self, sink: Sink) -> None:
        """Put every event and every byte into the sink, in file order."""
        phone = Phone(People(self.options["owner"]), self.plausible)
        reader = Reader(self.source, phone, sink)
        reader.run()
        for stated in self.declared.values():
            if stated != reader.events:
                sink.issues.add(
                    "COUNT_MISMATCH", detail=f"declared {stated}, found {reader.events}"
                )


class SmsBackupRestore:
    """The importer."""

    NAME = "sms_backup_restore"
    VERSION = "1"
    CHANNEL = "sms_mms"
    SUFFIXES = (".xml",)
    MANY = True
    SENTENCES: Mapping[str, str] = {
        "ADDRESS_DIFFERS": "picture messages that name another sender than the chat they stand in; both are kept",
        "BAD_BASE64": "attachments whose bytes in the backup are damaged; the message is kept",
        "BAD_ENCODING": "values with bytes that are not UTF-8; shown with a mark, kept as they are",
        "BAD_ENTITY": "values with a sign that is written wrongly; kept as they are",
        "BODY_ABSENT": "messages whose text is the word null: the app writes that where there is none",
        "COMMENT": "comments between the messages; not read",
        "COUNT_MISMATCH": "the backup states another number of messages than it holds",
        "DUPLICATE_ATTRIBUTE": "values that are stated twice; both are kept",
        "EMPTY_BODY": "messages without text",
        "LONE_SURROGATE": "half of an emoji without its other half; shown with a mark",
        "MALFORMED": "elements that are not XML; counted and passed over",
        "MEDIA_MISSING": "attachments that are named without their bytes",
        "SENDER_UNKNOWN": "group messages that do not say who sent them",
        "SURROGATES_JOINED": "emoji that were written as two halves; joined, and kept as written too",
        "TIME_IN_SECONDS": "times in seconds where milliseconds are usual",
        "TOO_LONG": "elements with more text than 16 MiB; not read",
        "TRUNCATED": "the file ends before the backup does",
        "TYPE_DIFFERS": "attachments whose bytes are of another type than the backup says; both are shown",
        "UNKNOWN_TIME": "messages or calls without a time that can be; kept without one",
        "UNKNOWN_TYPE": "messages or calls of a type not known here; kept without a direction",
        "UNPARSED": "what is no message and no call",
    }

    def sniff(self, head: bytes) -> str | None:
        """``xml`` when the root is a list of messages or of calls."""
        return "xml" if _HEAD.match(head) else None

    def survey(self, source: Source, *, options: Mapping[str, str]) -> BackupSurvey:
        """Read the root. Raises ``UnknownFormat`` on a DOCTYPE or where no backup begins."""
        beginning = begin(Scanner(Stretch(source.chunks()), STREAMS))
        plausible = Window(options)
        decided = {"owner": options.get("owner") or THIS_PHONE, "owner_basis": "in_data"}
        if options.get("zone"):
            decided["zone"] = options["zone"]
        made = counted(beginning.attributes.get("backup_date", ""), plausible)
        if made.seconds != NO_TIME:
            decided["backup_date"] = shown(made.seconds)
        if beginning.attributes.get("backup_set"):
            decided["backup_set"] = beginning.attributes["backup_set"][:100]
        return BackupSurvey(source, beginning, decided, plausible)


IMPORTER = SmsBackupRestore()
