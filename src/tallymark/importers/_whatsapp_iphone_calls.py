"""Rows of the call list that WhatsApp keeps on an iPhone (``CallHistory.sqlite``) as events."""

from __future__ import annotations

from tallymark.importers._apple_time import Clocks
from tallymark.importers._batch import Sink
from tallymark.importers._plausible import Window
from tallymark.importers._protocol import Source
from tallymark.importers._sqlite import Database, Table, Value
from tallymark.importers._whatsapp_iphone_names import Directory
from tallymark.importers._whatsapp_iphone_rows import number, without_empty
from tallymark.model.event import FLAG_MISSED, Event, Locator

CALL = (
    "ZDATE",
    "ZDURATION",
    "ZOUTCOME",
    "ZCALLIDSTRING",
    "ZGROUPJIDSTRING",
    "ZGROUPCALLCREATORUSERJIDSTRING",
    "Z1CALLEVENTS",
)
_AGGREGATE = ("ZINCOMING", "ZMISSED", "ZVIDEO")
_OUTCOMES = {0: "ended", 1: "missed", 4: "rejected"}


class Calls:
    """Makes events of the rows of ZWACDCALLEVENT."""

    columns = CALL

    def __init__(
        self, source: Source, database: Database, directory: Directory, sink: Sink, window: Window
    ) -> None:
        self._database, self._directory, self._sink = database, directory, sink
        self._clocks = Clocks(window)
        self._member = source.member
        self._aggregate: Table | None = database.tables.get("ZWAAGGREGATECALLEVENT")
        self._others = _participants(database, directory)

    def put(self, rowid: int, values: tuple[Value, ...]) -> None:
        """The event of one row."""
        date, duration, outcome, call, group, creator, aggregate = values
        issues: list[str] = []
        clocks, seconds = self._clocks.of(date, None, issues)
        incoming, missed, video = self._whole(aggregate)
        is_missed = number(missed) == 1 or number(outcome) == 1
        direction = "" if incoming is None else {1: "in", 0: "out"}.get(number(incoming), "")
        text = self._directory.text
        jids = [jid for jid in self._others.get(rowid) or [text(creator)] if jid]
        role = "callee" if direction == "out" else "caller"
        event = Event(
            kind="call",
            at=clocks,
            sender=self._sender(direction, jids),
            text="",
            locator=Locator(0, 0, self._member, "ZWACDCALLEVENT", rowid),
            state=("missed",) if is_missed else (),
            issues=tuple(issues),
            detail=without_empty(
                seconds="" if duration is None else str(duration),
                outcome=_OUTCOMES.get(number(outcome), str(number(outcome))),
                medium="" if video is None else {1: "video", 0: "voice"}.get(number(video), ""),
            ),
            direction=direction,
            conversation=text(group) or (jids[0] if jids else ""),
            ids=without_empty(call=text(call)),
            parties=tuple(self._directory.party(role, jid) for jid in jids),
        )
        self._sink.add(event, seconds=seconds, flags=FLAG_MISSED if is_missed else 0)

    def _sender(self, direction: str, jids: list[str]) -> str | None:
        if direction == "out":
            return self._directory.owner
        return self._directory.label(jids[0]) if direction == "in" and jids else None

    def _whole(self, number: Value) -> tuple[Value, ...]:
        if self._aggregate is None or not isinstance(number, int):
            return (None, None, None)
        return self._database.row(self._aggregate, _AGGREGATE, number) or (None, None, None)


def _participants(database: Database, directory: Directory) -> dict[int, list[str]]:
    """The accounts of each call by its row, for at most 100,000 calls."""
    found: dict[int, list[str]] = {}
    table = database.tables.get("ZWACDCALLEVENTPARTICIPANT")
    if table is None:
        return found
    directory.read_whole[table.name] = 0
    for _, (call, jid) in database.rows(table, ("Z1PARTICIPANTS", "ZJIDSTRING")):
        directory.read_whole[table.name] += 1
        if isinstance(call, int) and (call in found or len(found) < 100_000):
            found.setdefault(call, []).append(directory.text(jid))
    return found
