"""WhatsApp as an iPhone keeps it: ``ChatStorage.sqlite`` and ``CallHistory.sqlite``, from a backup.

``_sqlite`` reads the tables without trusting them; ``_whatsapp_iphone_rows`` makes events of rows.
The ledger counts rows (docs/spec/ledger.md, section 6). Which messages are one's own, and the time
in UTC, are in the data, so nothing has to be asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import apsw

from tallymark.errors import LimitExceeded, TallymarkError, UnknownFormat
from tallymark.importers._batch import Sink
from tallymark.importers._plausible import Window
from tallymark.importers._protocol import THIS_PHONE, Question, Source
from tallymark.importers._sqlite import Database, opens
from tallymark.importers._whatsapp_iphone_calls import Calls
from tallymark.importers._whatsapp_iphone_media import DOMAINS, backup_name
from tallymark.importers._whatsapp_iphone_names import Directory
from tallymark.importers._whatsapp_iphone_rows import Messages

FILES = ("ChatStorage.sqlite", "CallHistory.sqlite")
_IDS = {backup_name(file, domain): (file, domain) for file in FILES for domain in DOMAINS}
_EVENTS: dict[str, type[Messages | Calls]] = {"ZWAMESSAGE": Messages, "ZWACDCALLEVENT": Calls}
_NEEDED = {"ZWAMESSAGE": {"ZMESSAGEDATE", "ZTEXT"}, "ZWACDCALLEVENT": {"ZDATE"}}
_MADE_WITH = {
    "ZWACHATSESSION",
    "ZWAGROUPMEMBER",
    "ZWAMEDIAITEM",
    "ZWAPROFILEPUSHNAME",
    "ZWAAGGREGATECALLEVENT",
    "ZWACDCALLEVENTPARTICIPANT",
    "Z_PRIMARYKEY",
    "Z_METADATA",
    "Z_MODELCACHE",
}

LIMITS = (
    "messages that were deleted on this phone only, or before the backup was made",
    "what a message said before it was edited or deleted for everyone",
    "disappearing messages whose time had run out, and what view-once media showed",
    "reactions, and when a message was delivered or read: they are in the file, but are not read here",
    "calls, where the backup holds them in a file of its own (CallHistory.sqlite)",
    "the number of an account that the app keeps under an id without a number",
    "whether the clock of the phone was right",
)


@dataclass(frozen=True, slots=True)
class PhoneSurvey:
    """The first look at one database, and the way to its rows."""

    source: Source
    window: Window
    variant: str
    options: Mapping[str, str]
    questions: tuple[Question, ...] = ()
    limits: tuple[str, ...] = LIMITS
    declared: Mapping[str, int] = field(default_factory=dict)

    def read(self, sink: Sink) -> None:
        """Put every event into the sink and every row into its ledger, table by table."""
        wal = _beside(self.source)
        with Database(self.source, wal=wal) as database:
            _Reader(self, database, sink).run()
            _say_of_wal(database, wal, sink)
        for _ in self.source.chunks():
            pass  # the digest of the whole file, which single pages do not give


class _Reader:
    """Reads one database into a sink."""

    def __init__(self, survey: PhoneSurvey, database: Database, sink: Sink) -> None:
        self._survey, self._database, self._sink = survey, database, sink
        self._directory = Directory(database, owner=survey.options["owner"])
        self._highest = _highest(database)
        self._number = 0

    def run(self) -> None:
        """Events first, then a count of every other table."""
        # one's own side is known even where nothing went out, so that what came in is known as such
        self._sink.sender(self._directory.owner)
        sink, tables = self._sink, self._database.tables
        for name, reader in _EVENTS.items():
            if name in tables and _NEEDED[name] <= set(tables[name].columns):
                made = reader(
                    self._survey.source, self._database, self._directory, sink, self._survey.window
                )
                self._events(name, made)
        self._others()
        ledger = sink.ledger
        ledger.unparsed += sum(gap.count for gap in self._database.gaps)
        ledger.rows = ledger.total
        self._say()

    def _events(self, name: str, reader: Messages | Calls) -> None:
        table, last = self._database.tables[name], self._highest.get(name)
        size = self._survey.source.size
        for rowid, values in self._database.rows(table, reader.columns, last=last):
            # the number of a row in the order of reading names it where a record breaks its reader
            self._sink.guarded(self._number, self._number + 1, reader.put, rowid, values)
            self._number += 1
            if not self._number % 4096:
                self._sink.flush_if_full()
                self._sink.progress(size * rowid // (last or rowid) if rowid > 0 else 0)

    def _others(self) -> None:
        ledger, left = self._sink.ledger, []
        for name, table in self._database.tables.items():
            if name in _EVENTS and _NEEDED[name] <= set(table.columns):
                continue
            count = self._directory.read_whole.get(name)
            if count is None:
                count = self._database.count(table, last=self._highest.get(name))
            if name in _MADE_WITH:
                ledger.framing += count
            elif count:
                ledger.skipped += count
                left.append(name)
        if left:
            names = ", ".join(sorted(left)[:20])
            self._sink.issues.add(
                "TABLES_NOT_READ", count=len(left), detail=f"tables that are not read here: {names}"
            )

    def _say(self) -> None:
        """Name what was damaged, and the tables whose rows cannot be counted."""
        issues, database = self._sink.issues, self._database
        if database.pages.is_cut:
            issues.add("CUT_SHORT")
        if database.gaps:
            first = database.gaps[0]
            detail = f"damaged stretches of tables; the first in {first.table}, from row {first.first} on"
            issues.add("DAMAGED_ROWS", count=len(database.gaps), detail=detail)
        if database.not_counted:
            issues.add("TABLES_NOT_COUNTED", count=len(database.not_counted))


def _highest(database: Database) -> dict[str, int]:
    """The highest row number ever given out in each table, as Core Data notes it."""
    table = database.tables.get("Z_PRIMARYKEY")
    if table is None:
        return {}
    rows = database.rows(table, ("Z_NAME", "Z_MAX"))
    found = {
        f"Z{database.text(name)[0].upper()}": most
        for _, (name, most) in rows
        if isinstance(most, int) and 0 < most < 2**40
    }
    database.gaps.clear()  # that table is counted with the others
    return found


def _beside(source: Source) -> Source | None:
    """The WAL of a database in an archive, under its plain name or its name in a backup."""
    member = source.member or ""
    folder, _, name = member.rpartition("/")
    if name in _IDS:
        file, domain = _IDS[name]
        wal = backup_name(f"{file}-wal", domain)
        above = folder.rpartition("/")[0]
        places = [f"{above}/{wal[:2]}/{wal}".lstrip("/"), f"{folder}/{wal}".lstrip("/")]
    else:
        places = [f"{member}-wal"]
    return next((found for place in places if (found := source.beside(place))), None)


def _say_of_wal(database: Database, wal: Source | None, sink: Sink) -> None:
    pages = len(database.pages.overlay.places)
    if pages:
        sink.issues.add("WAL_APPLIED", count=pages)
    elif wal is not None and wal.size:
        sink.issues.add("WAL_NOT_APPLIED", detail="the file with its newest rows does not fit it")
    elif wal is None and database.pages.in_wal_mode:
        sink.issues.add("WAL_NOT_APPLIED")


class WhatsAppPhone:
    """The importer."""

    NAME = "whatsapp_iphone"
    VERSION = "1"
    CHANNEL = "whatsapp"
    SUFFIXES = (*(file.lower() for file in FILES), *_IDS)
    MANY = True
    SENTENCES: Mapping[str, str] = {
        "BAD_ENCODING": "messages with bytes that are not text; shown with a mark, kept as they are",
        "CUT_SHORT": "the file is shorter than it says; what is missing was not read",
        "DAMAGED_ROWS": "damaged stretches of tables",
        "EMPTY_BODY": "messages without text",
        "IMPLAUSIBLE_TIME": "times before 1990 or after the day of reading; kept, but not on the timeline",
        "MEDIA_APART": "files of messages; they are not in the database",
        "MEDIA_MISSING": "files of messages that are not in the archive",
        "MEDIA_NOT_KEPT": "photos, videos or other files that this phone did not hold any more, or never loaded",
        "TABLES_NOT_COUNTED": "tables without row numbers, which are not counted",
        "TABLES_NOT_READ": "tables that are not read here",
        "UNKNOWN_DATE": "messages without a time",
        "UNKNOWN_SENDER": "messages of a group whose sender is not in the database",
        "UNKNOWN_TYPE": "messages of a type not known here; kept with its number",
        "WAL_APPLIED": "pages that were taken from the file with its newest rows",
        "WAL_NOT_APPLIED": "the newest rows may be in a second file, whose name ends in -wal; bring both in as one zip",
    }

    def sniff(self, head: bytes) -> str | None:
        """``sqlite`` when it begins like a database; which one it is takes a look inside."""
        return "sqlite" if head.startswith(b"SQLite format 3\x00") else None

    def look(self, source: Source) -> str | None:
        """``chat_storage``, ``call_history`` or both joined; ``None`` where neither table is there."""
        name = (source.member or "").rpartition("/")[2]
        if not opens(source):
            return None
        try:
            with Database(source) as database:
                tables = database.tables
        except LimitExceeded:
            return "chat_storage" if name in {*FILES, *_IDS} else None  # the survey says why
        except (TallymarkError, apsw.Error):
            return None
        names = {"ZWAMESSAGE": "chat_storage", "ZWACDCALLEVENT": "call_history"}
        found = [
            n for t, n in names.items() if t in tables and _NEEDED[t] <= set(tables[t].columns)
        ]
        return "+".join(found) or None

    def survey(self, source: Source, *, options: Mapping[str, str]) -> PhoneSurvey:
        """Look at the tables. Raises ``LimitExceeded``, and ``UnknownFormat`` where they are not there."""
        variant = self.look(source)
        if variant is None:
            raise UnknownFormat("The database holds no messages that this reader knows.")
        owner = options.get("owner") or THIS_PHONE
        kept = {key: options[key] for key in ("zone",) if options.get(key)}
        decided = {**kept, "zone_basis": "in_data", "owner": owner, "owner_basis": "in_data"}
        return PhoneSurvey(source, Window(options), variant, decided)


IMPORTER = WhatsAppPhone()
