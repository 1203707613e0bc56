"""WhatsApp chat exports: ``.txt`` and ``.zip``, Android and iPhone, in the languages known so far.

The grammar is in ``_whatsapp_header``, its words in ``_whatsapp_words``; ``_whatsapp_survey`` looks
at the whole file first, ``_whatsapp_split`` cuts it, ``_whatsapp_read`` makes events.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tallymark.errors import UsageProblem
from tallymark.importers._batch import Sink
from tallymark.importers._protocol import Question, Source
from tallymark.importers._whatsapp_clock import Clocks
from tallymark.importers._whatsapp_dates import ORDERS, Decision, Form, Parts, question, reading
from tallymark.importers._whatsapp_read import Reader
from tallymark.importers._whatsapp_split import style_of
from tallymark.importers._whatsapp_survey import Found, decided, look
from tallymark.importers._whatsapp_words import chat_name
from tallymark.importers._zone import zone_of

CAPS = ((40_000, "without media"), (10_000, "with media"))

LIMITS = (
    "which time zone the phone was in: times are as its clock showed them, and the zone is assumed",
    "messages that were deleted before the export, beyond a line that says so",
    "disappearing messages whose time had run out, and what view-once media showed",
    "what a message said before it was edited",
    "whether and when a message was delivered or read",
    "phone numbers behind saved names: senders are named as in the contacts of the phone that exported",
    "message identities: two exports of one chat can only be compared by time and text",
    "chats whose other side has switched export off (Advanced Chat Privacy)",
    "anything older than the last 40,000 messages, or 10,000 when media are included",
)


@dataclass(frozen=True, slots=True)
class WhatsAppSurvey:
    """The first pass over one export, and the way to the second."""

    source: Source
    found: Found
    decisions: Mapping[Form, Decision]
    variant: str
    options: Mapping[str, str]
    questions: tuple[Question, ...]
    limits: tuple[str, ...] = LIMITS
    declared: Mapping[str, int] = field(default_factory=dict)

    def read(self, sink: Sink) -> None:
        """Put every event and every byte into the sink, in file order."""
        clocks = Clocks(self.options["zone"], dict(self.decisions))
        Reader(self.source, self.found, clocks, sink).run()
        if any(d.how == "mixed" for d in self.decisions.values()):
            sink.issues.add("MIXED_DATE_ORDER")
        sink.finish()
        for cap, how in CAPS:
            if cap * 0.9975 <= sink.events <= cap * 1.0025:
                sink.issues.add(
                    "EXPORT_CAP",
                    detail=f"about {cap:,} messages, the most that an export {how} holds; older ones are not in it",
                )


class WhatsApp:
    """The importer."""

    NAME = "whatsapp"
    VERSION = "2"
    CHANNEL = "whatsapp"
    SUFFIXES = (".txt",)
    MANY = False
    SENTENCES: Mapping[str, str] = {
        "AMBIGUOUS_DATE": "dates that can be read in two ways; both readings are kept",
        "AMBIGUOUS_HEADER": "lines that begin like a message but may be text pasted into the message before; both readings are kept",
        "AMBIGUOUS_SENDER": "senders whose name may go on after its colon; both readings are kept",
        "BAD_ENCODING": "messages with bytes that are not UTF-8; shown with a mark, kept as they are",
        "BLANK_LINES": "blank lines before the first message",
        "EMPTY_BODY": "messages without text",
        "EXPORT_CAP": "the export is as long as an export can be; older messages are not in it",
        "FOLD_UNKNOWN": "times in the hour that happens twice in autumn; which of the two is not known",
        "HOUR_OVER_12": "times with an hour above 12 and a half of the day; read as 24 hours",
        "HOUR_ZERO": "times with hour 0 and a half of the day; read as the hour after midnight or noon",
        "MEDIA_APART": "files named in messages; they are not in a text file",
        "MEDIA_MISSING": "files named in messages that are not in the archive",
        "MEDIA_OMITTED": "photos, videos or other files left out when the chat was exported",
        "MIXED_DATE_ORDER": "day and month change places within the file",
        "NOT_RECEIVED": "messages that this phone had not received when the chat was exported",
        "NO_SUCH_HOUR": "times in the hour that spring leaves out",
        "OTHER_DAY_ORDER": "lines that only fit the other order of day and month; they may be pasted text",
        "OUT_OF_ORDER": "lines with a time before that of the line above them",
        "PLACEHOLDER_UNSURE": "lines in angle brackets that look like left-out media in a language not known here",
        "STYLE_CHANGED": "lines with another date style than the rest of the file",
        "TOO_LONG": "pieces of more than 16 MiB without the start of a message; not read",
        "UNKNOWN_TIME": "lines whose time no clock shows; kept without a time",
        "UNKNOWN_DATE": "lines whose date is on no calendar known here; kept without a time",
        "UNKNOWN_NOTICE": "lines marked as written by the app, in words not known here",
        "UNPARSED": "text that is part of no message",
    }

    def sniff(self, head: bytes) -> str | None:
        """``android``, ``ios`` or ``ios_old`` when a line near the start is a message header."""
        if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            return None
        style = style_of(b"\n".join(head.split(b"\n")[:200]))
        if style is None:
            return None
        if style.sample.bracketed:
            return "ios"
        return "ios_old" if style.sample.match["close"].startswith(":") else "android"

    def chat_name(self, file_name: str) -> str:
        """The name of the chat, from the name that the phone gave the file in its language."""
        return chat_name(file_name)

    def survey(self, source: Source, *, options: Mapping[str, str]) -> WhatsAppSurvey:
        """Look at the whole source once. Raises ``UsageProblem`` on an answer that cannot be."""
        zone = zone_of(options)
        order = options.get("day_order")
        if order is not None and order not in ORDERS:
            raise UsageProblem("--day-order is dmy, mdy or ymd.")
        found = look(source)
        decisions = decided(found, options)
        form = found.style.sample.form
        main = decisions.get(form) or Decision("dmy", "none")
        kept = {key: options[key] for key in ("owner",) if options.get(key)}
        decided_options = {
            "zone": zone,
            "zone_basis": "assumed",
            "day_order": main.order,
            "day_order_basis": main.how,
            **kept,
        }
        variant = (self.sniff(source.head(1 << 16)) or "android") + (
            "_zip" if source.member else "_txt"
        )
        questions = question(decisions, _example(found, decisions))
        return WhatsAppSurvey(source, found, decisions, variant, decided_options, questions)


def _example(found: Found, decisions: Mapping[Form, Decision]) -> Parts | None:
    """The first date that can be read in two ways, for the question."""
    unsettled = {form for form, decision in decisions.items() if decision.how == "open"}
    dates = (parts for form, parts in found.dates.seen if form in unsettled)
    return next((p for p in dates if reading(p, "dmy") != reading(p, "mdy")), None)


IMPORTER = WhatsApp()
