"""What came after they were told: after told-to-stop, an order, a warning, a block; new accounts."""

from __future__ import annotations

from dataclasses import dataclass

from tallymark.model.casefile import Casefile
from tallymark.picture import charts
from tallymark.picture._clock import FAR
from tallymark.picture._marks import Told, told
from tallymark.picture._senders import Account, accounts
from tallymark.picture._series import axis, direction_note, flat, points, share
from tallymark.picture._view import (
    Cell,
    Table,
    View,
    ViewSpec,
    count_cell,
    day_text,
    plural,
    unique,
)
from tallymark.picture.charts import MOST_DOTS, Dot
from tallymark.picture.episodes import Episodes, episodes

MOST_DRAWN = 5
_LINE = 60
NEW_BASIS, NEW_CODE = "new_account_same_content", "C15"


@dataclass(frozen=True, slots=True)
class _Row:
    """What came after one date: numbers, and the accounts first seen after it."""

    told: Told
    going: int
    begun: int
    items: int
    days: int
    refs: tuple[str, ...]
    new: tuple[Account, ...]

    @property
    def episodes(self) -> int:
        """Episodes with contact after it: begun after it, or under way and gone on."""
        return self.begun + self.going


def _build(casefile: Casefile, *, gap_minutes: int = 60) -> View:
    found = episodes(casefile, gap_minutes=gap_minutes)
    seen = accounts(found)
    rows = [_row(found, one, seen) for one in told(casefile, clock=found.contacts.clock)]
    return View(
        name="knowledge",
        title=VIEW.title,
        sentence=_sentence(found, rows) + (direction_note(found) if rows else ""),
        caution=VIEW.caution,
        table=_table(found, rows),
        svg=_svg(found, rows),
        data={
            "gap_minutes": gap_minutes,
            "told": [_data(row) for row in rows],
            "new_by_entry": list(_said_new(found)),
        },
    )


def _row(found: Episodes, one: Told, seen: list[Account]) -> _Row:
    low, high = one.mark.cut, one.high
    return _Row(
        told=one,
        going=sum(lane.under_way(low) for lane in found.lanes),
        begun=found.count(low, high),
        items=found.items(low, high),
        days=len(found.days(low, high)),
        refs=found.item_refs(low, high),
        new=tuple(account for account in seen if low <= account.first < high),
    )


def _said_new(found: Episodes) -> tuple[str, ...]:
    """Entries that say themselves that it came from a new account or number."""
    return tuple(
        entry.id
        for entry in found.contacts.entries
        if entry.contact
        and (
            NEW_CODE in entry.body.behaviours
            or (entry.body.attribution and NEW_BASIS in entry.body.attribution.basis)
        )
    )


def _sentence(found: Episodes, rows: list[_Row]) -> str:
    if not rows:
        return "No date is recorded yet on which they were told to stop, warned or blocked."
    parts = [f"{plural(row.episodes, 'episode')} after {row.told.mark.text()}" for row in rows[:3]]
    more = f"; {plural(len(rows) - 3, 'more date')} in the table" if rows[3:] else ""
    said = _said_new(found)
    also = f" {plural(len(said), 'entry says', 'entries say')} that the account was new."
    return "; ".join(parts) + more + "." + (also if said else "")


def _table(found: Episodes, rows: list[_Row]) -> Table:
    columns = (
        "Told", "When", "Shown by", "Acknowledged", "Episodes after it", "Items after it",
        "Days with contact", "Accounts first seen after it",
    )  # fmt: skip
    made = [_cells(row) for row in rows]
    said = _said_new(found)
    if rows and said:
        blank = (Cell(""),) * 3
        last = count_cell(len(said), said)
        made.append((Cell("entries that name a new account", said), *blank, last, last, *blank[:2]))
    return Table(columns, tuple(made))


def _cells(row: _Row) -> tuple[Cell, ...]:
    mark, told_words = row.told.mark, _said(row.told.words)
    until = "" if row.told.high == FAR else " (until it was let in again)"
    names = ", ".join(account.label for account in row.new)
    return (
        Cell(mark.label[:1].upper() + mark.label[1:] + until + told_words, (mark.id,)),
        Cell(day_text(mark.day), (mark.id,)),
        Cell(", ".join(row.told.shown_by) or "not recorded", (mark.id,)),
        Cell(row.told.answer, (mark.id,)),
        count_cell(row.episodes, row.refs),
        count_cell(row.items, row.refs),
        count_cell(row.days, row.refs),
        Cell(names or "none", unique(ref for account in row.new for ref in account.refs)),
    )


def _said(words: str) -> str:
    line = " ".join(words.split())
    if not line:
        return ""
    return f": \u201c{line if len(line) <= _LINE else line[: _LINE - 1].rstrip() + '…'}\u201d"


def _svg(found: Episodes, rows: list[_Row]) -> str:
    span, clock = found.span(), found.contacts.clock
    drawn = rows[:MOST_DRAWN]
    dots: list[Dot] = []
    stands, labels = "", []
    if span is not None and drawn:
        since, until = min(drawn[0].told.mark.day, span[1]), span[1]
        for spot, row in enumerate(drawn):
            held, stands = points(
                found, low=row.told.mark.cut, since=since, until=until,
                most=MOST_DOTS // len(drawn),
            )  # fmt: skip
            over = share(row.told.high, low=clock.day_start(since), high=clock.day_end(until))
            dots += flat(tuple(dot for dot in held if dot.at <= over), row=spot)
            labels.append(f"After {chr(65 + spot)}")
        labels.append("New accounts")
        dots += _new(found, drawn, (clock.day_start(since), clock.day_end(until)))
        span = (since, until)
    more = f"The first {MOST_DRAWN} dates are drawn. " if rows != drawn else ""
    return charts.dots(
        "knowledge",
        title="After they were told",
        description=f"A row for each date with a dot for each episode after it. {more}The last row "
        "has a dot where an account was first seen after one of them.",
        rows=labels,
        points=(dots, stands),
        axis=axis(span, clock=clock, anchors=tuple(row.told.mark for row in drawn)),
    )


def _new(found: Episodes, rows: list[_Row], edges: tuple[int, int]) -> list[Dot]:
    clock = found.contacts.clock
    new = {account.label: account for row in rows for account in row.new}
    typed = {entry.id for entry in found.contacts.entries}
    made = []
    for account in new.values():
        noon = clock.day_start(clock.day(account.first)) + 43_200
        at = share(noon, low=edges[0], high=edges[1])
        note = f"{account.label}, first seen {day_text(clock.day(account.first))}"
        square = bool(typed.intersection(account.refs))
        made.append(Dot(at, len(rows), note, square=square, refs=tuple(account.refs)))
    return flat(tuple(made), row=len(rows))


def _data(row: _Row) -> dict[str, object]:
    return {
        "id": row.told.mark.id,
        "kind": row.told.mark.kind,
        "day": row.told.mark.day.isoformat(),
        "episodes": row.episodes,
        "under_way": row.going,
        "items": row.items,
        "days_with_contact": row.days,
        "new_accounts": [account.label for account in row.new],
    }


VIEW = ViewSpec(
    title="After they were told",
    caution="Contact after each date, from whichever account. What the other person knew, and when, "
    "is for others to decide. An account first seen after a date may be older: it is the first that "
    "was recorded.",
    build=_build,
)
