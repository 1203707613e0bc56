"""Which records a choice of days or ids brings along into a casefile."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tallymark.errors import UnknownRecord, UsageProblem
from tallymark.model.moment import Moment
from tallymark.model.record import (
    Correction,
    DerivedText,
    EvidenceRequest,
    Exhibit,
    HandOver,
    Impact,
    Import,
    Incident,
    Phrase,
    PoliceContact,
    QuietPeriod,
    Record,
    SafetyAction,
    SameEvent,
    SecondSource,
    Trigger,
    strings,
)
from tallymark.vault.log import Stored

_DATED = (
    *(Incident, Impact, PoliceContact, QuietPeriod, HandOver),
    *(Trigger, SafetyAction, EvidenceRequest),
)
_ABOUT = (SecondSource, SameEvent, Phrase, DerivedText)
"""Statements about other records; they come along with any of those."""
_ALWAYS = frozenset({"epoch", "person", "order", "told_to_stop", "tombstone"})
_LONGEST_CHAIN = 100_000


def day(text: str | None) -> date | None:
    """A date written ``YYYY-MM-DD``. Raises UsageProblem for anything else."""
    if text is None:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.isoformat() != text:
        raise UsageProblem("A date is written as 2026-05-03.")
    return found


def midnight(on: date | None, zone: str) -> int | None:
    """UTC seconds at which the day begins in ``zone``."""
    if on is None:
        return None
    return int(datetime(on.year, on.month, on.day, tzinfo=ZoneInfo(zone)).timestamp())


class Choice:
    """Picks records: by day (in ``zone``), by id, or all; and what the picked ones refer to.

    With dates: accounts that happened on those days, exhibits they cite or that hold events
    (``eventful``) or were made then, and everyone, every order and every telling to stop. The
    newest version of an entry decides; its older versions and corrections come along.
    """

    def __init__(
        self,
        stored: Sequence[Stored],
        *,
        since: date | None,
        until: date | None,
        only: Collection[str] | None,
        zone: str,
        eventful: Collection[str] = (),
    ) -> None:
        self._by_id = {one.record.id: one for one in stored}
        self._since = since or date.min
        self._until = until or date.max
        self._dates = since is not None or until is not None
        self._zone = ZoneInfo(zone)
        self._only = None if only is None else set(only)
        self._eventful = set(eventful)
        self._next = {
            one.record.supersedes: one.record.id for one in stored if one.record.supersedes
        }
        if self._only is not None and not self._only <= self._by_id.keys():
            raise UnknownRecord("One of the chosen entries does not exist.")

    def records(self) -> list[Stored]:
        """The chosen records, in order of writing."""
        if not self._dates and self._only is None:
            return list(self._by_id.values())
        chosen = {one.record.id for one in self._by_id.values() if self._picked(one.record)}
        waiting = list(chosen)
        while waiting:
            fresh = set(self._cited(self._by_id[waiting.pop()].record)) - chosen
            chosen |= fresh
            waiting.extend(fresh)
            if not waiting:
                waiting = list(self._followers(chosen) - chosen)
                chosen.update(waiting)
        return [one for ident, one in self._by_id.items() if ident in chosen]

    def _picked(self, record: Record) -> bool:
        if record.type == "epoch":
            return True
        if self._only is not None:
            dated = isinstance(record.body, _DATED)
            return record.id in self._only and (not dated or self._in_range(self._head(record)))
        if isinstance(record.body, Exhibit):
            return record.id in self._eventful or self._in_range(self._head(record))
        if isinstance(record.body, _DATED):
            return self._in_range(self._head(record))
        return record.type in _ALWAYS

    def _head(self, record: Record) -> Record:
        """The newest version of ``record``."""
        for _ in range(_LONGEST_CHAIN):
            after = self._next.get(record.id)
            if after is None or after not in self._by_id:
                break
            record = self._by_id[after].record
        return record

    def _in_range(self, record: Record) -> bool:
        if not self._dates:
            return True
        first, last = span(record, self._zone)
        return first <= self._until and last >= self._since

    def _cited(self, record: Record) -> Iterator[str]:
        """Records that this one names; another account never comes along only for being named."""
        for text in strings(record.body):
            found = self._by_id.get(text)
            if found is not None and not isinstance(found.record.body, (*_DATED, *_ABOUT)):
                yield text

    def _followers(self, chosen: set[str]) -> set[str]:
        """Older and newer versions, corrections and imports of what is chosen."""
        found: set[str] = set()
        for one in self._by_id.values():
            record, body = one.record, one.record.body
            if record.supersedes in chosen or (
                (isinstance(body, Correction) and body.target in chosen)
                or (isinstance(body, Import) and body.exhibit in chosen)
                or (isinstance(body, _ABOUT) and not chosen.isdisjoint(strings(body)))
            ):
                found.add(record.id)
            if record.id in chosen and record.supersedes in self._by_id:
                found.add(str(record.supersedes))
        return found


def span(record: Record, zone: ZoneInfo) -> tuple[date, date]:
    """First and last day of what the record tells of; for an exhibit, of the file itself."""
    body = record.body
    if isinstance(body, QuietPeriod):
        return _days(body.start)[0], _days(body.end)[1]
    moment = body.happened if isinstance(body, Incident) else getattr(body, "at", None)
    if isinstance(body, Exhibit):
        moment = body.acquired
        if body.modified:
            return _local(body.modified, zone), _local(body.modified, zone)
    if moment is None:
        written = _local(record.written, zone)
        return written, written
    return _moment_days(moment, zone)


def _moment_days(moment: Moment, zone: ZoneInfo) -> tuple[date, date]:
    if not moment.has_clock_time:
        last = _days(moment.end)[1] if moment.end else moment.wall().date()
        return moment.wall().date(), last
    first = moment.utc().astimezone(zone).date()
    end = first if moment.end is None else datetime.fromisoformat(moment.end).date()
    return first, max(first, end)


def _days(text: str) -> tuple[date, date]:
    try:
        found = datetime.fromisoformat(text).date()
    except ValueError:
        # A spell whose end was written in words: it cannot be left out by its date.
        return date.min, date.max
    return found, found


def _local(text: str, zone: ZoneInfo) -> date:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return date.min
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(zone).date()


def after(on: date | None) -> date | None:
    """The day after, or None."""
    return None if on is None or on == date.max else on + timedelta(days=1)
