"""E-mail: ``.eml``, mbox of every dialect, Maildir, Apple's ``.emlx``, Outlook's ``.msg``.

Bytes first: ``_email_split`` cuts messages out of the stream, ``_email_fields`` and ``_email_mime``
say where everything stands, and text, people, clocks and attachments are views of that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tallymark.importers._batch import Sink
from tallymark.importers._email_msg import looks_like
from tallymark.importers._email_read import Reader, told_aside
from tallymark.importers._email_split import BOM, is_separator
from tallymark.importers._protocol import Question, Source

LIMITS = (
    "who else got it as a blind copy (Bcc), unless it is your own sent mail",
    "mails that were deleted before the export, unless they were still in the bin",
    "whether and when a mail was read at the other end",
    "what the mail servers noted in their own logs; only the provider can give those, and not for long",
    "who sat at the keyboard: an address says which mailbox was used, not who used it",
    "which machine a mail came from, where the provider leaves the sender's address out",
    "pictures and pages that a mail only points to; nothing is fetched",
    "other folders and other accounts than those in this file",
)

_KNOWN = frozenset(
    b"from to cc bcc subject date message-id received return-path delivered-to reply-to sender"
    b" mime-version content-type content-transfer-encoding in-reply-to references dkim-signature"
    b" authentication-results x-gmail-labels x-gm-thrid x-mailer user-agent resent-from resent-to"
    b" envelope-to x-originating-ip arc-seal thread-index x-received x-original-to".split()
)
_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:")
_PAGE = re.compile(rb"(?im)^(?:Snapshot-Content-Location:|From:[ \t]*<Saved by )")
_NUMBER = re.compile(rb"\d{1,12}[ \t]*\r?\n")
_TYPE = re.compile(rb"(?i)content-type[ \t]*:[ \t]*[a-z]+/[a-z]")


@dataclass(frozen=True, slots=True)
class MailSurvey:
    """What is settled before the messages are read; nothing needs to be asked."""

    source: Source
    variant: str
    options: Mapping[str, str]
    questions: tuple[Question, ...] = ()
    limits: tuple[str, ...] = LIMITS
    declared: Mapping[str, int] = field(default_factory=dict)

    def read(self, sink: Sink) -> None:
        """Put every event and every byte into the sink, in file order."""
        Reader(self.source, self.variant, self.options, sink).run()
        sink.finish()


class Mail:
    """The importer."""

    NAME = "email"
    VERSION = "1"
    CHANNEL = "email"
    SUFFIXES = ("",)  # a Maildir's files have no ending; each is known by its content
    MANY = True
    SENTENCES: Mapping[str, str] = {
        "BAD_BASE64": "attachments or texts whose packing is damaged; what could be unpacked is kept",
        "BAD_DATE": "dates that cannot be read; kept as they stand, without a place in time",
        "BAD_ENCODED_WORD": "header words whose code does not decode; shown as they stand",
        "BAD_ENCODING": "texts with bytes that do not fit their character set; shown with a mark",
        "BAD_ZONE": "dates with a time zone that is not known; without a place in time",
        "BODY_ELSEWHERE": "parts that only point to a place elsewhere; nothing was fetched",
        "CHARSET_GUESSED": "texts whose character set is missing or wrong; it was guessed",
        "CHARSET_UNKNOWN": "texts in a character set with a name that is not known here",
        "CLOCKS_DIFFER": "mails whose stated date is more than a day from when a server took them in",
        "DEPTH_LIMIT": "mails nested more than 50 deep; the rest is kept unread",
        "DUPLICATE_FIELD": "mails that name a sender or receiver line twice; all are kept",
        "EMPTY_MESSAGE": "separators with no mail after them",
        "FROM_IN_BODY": "mails with lines that look like the start of another mail; read as their text",
        "HEADER_LIMIT": "mails with a header of more than 1 MB or 1,000 lines; the rest is kept unread",
        "HIDDEN_SIGNS": "file names with signs that cannot be seen; shown as <U+...>",
        "IMPLAUSIBLE_DATE": "dates before 1990 or in the future; without a place in time",
        "MALFORMED_MIME": "mails whose parts are not put together as they should be; no text was dropped",
        "MANY_WRITERS": "mails with more than one sender",
        "MEMBER_DAMAGED": "files of an archive that are damaged; what could be unpacked was read",
        "NAME_SPOOF": "senders or receivers whose shown name is another address than the real one",
        "NO_DATE": "mails without a date",
        "NO_SENDER": "mails without a sender",
        "NO_ZONE": "dates without a time zone; without a place in time",
        "OWNER_NOT_FOUND": "your own address is not among the senders; check how it is spelt",
        "PARTS_LIMIT": "mails with more parts than are read, 10,000 at most; the rest is kept unread",
        "PROGRAM_ATTACHED": "attachments that are programs; do not open them",
        "REPLY_TO_DIFFERS": "mails whose answers would go to another address than the sender's",
        "SPLIT_MESSAGE": "mails that are one part of a larger one; the other parts are not inside",
        "TEXT_CUT": "texts of more than a million signs; shown in part, kept whole",
        "TOO_LARGE": "mails of more than 64 MiB; only the header was read",
        "TOO_MANY_SENDERS": "mails from more different senders than can be listed; kept with their sender",
        "UNREADABLE": "mails that could not be read; kept as they are",
        "WEEKDAY_MISMATCH": "dates whose weekday is not that of the day",
    }

    def sniff(self, head: bytes) -> str | None:
        """``eml``, ``mbox``, ``emlx`` or ``msg`` by how the bytes begin."""
        if looks_like(head):
            return "msg"
        text = head.removeprefix(BOM).lstrip(b"\r\n")
        if text.startswith(b"From "):
            return "mbox" if _begins_mbox(text) else None
        number = _NUMBER.match(text)
        if number is not None:
            return "emlx" if text == head and _is_header(text[number.end() :]) else None
        return "eml" if _is_header(text) else None

    def survey(self, source: Source, *, options: Mapping[str, str]) -> MailSurvey:
        """Note the answers; the messages are looked at once, in ``read``."""
        kept = {key: value for key, value in options.items() if value}
        variant = self.sniff(source.head(1 << 16)) or "eml"
        return MailSurvey(source, variant, kept)

    def work_aside(self, body: bytes) -> bytes:
        """Messages in, events out: a part of every group of messages of a large mbox."""
        return told_aside(body)


def _begins_mbox(text: bytes) -> bool:
    line, _, below = text.partition(b"\n")
    return is_separator(line, below) or (len(line) < 1000 and _is_header(below))


def _is_header(text: bytes) -> bool:
    """Two fields that mails have; or one, where it names a type or where nothing else is in the file."""
    names: set[bytes] = set()
    only = True
    for line in text.split(b"\n", 400)[:400]:
        if not line.strip():
            break
        match = _FIELD.match(line)
        if match is not None:
            names.add(match[1].lower())
        elif line[:1] not in {b" ", b"\t"} and not line.startswith(b">From "):
            only = False
            break
    known = names & _KNOWN
    if _PAGE.search(text[: 1 << 13]):
        return False
    alone = only and len(text) < 1 << 12 and b"\n\n" not in text and b"\r\n\r\n" not in text
    return len(known) >= 2 or (len(known) == 1 and (bool(_TYPE.match(text)) or alone))


IMPORTER = Mail()
