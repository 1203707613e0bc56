"""The times of a mail: what its writer's machine claimed, and when a server took it in.

``Date`` is a claim. A date with no zone, out of the window from 1990 to two days from now, or not to
be read gives no place on the time line; its text is kept. The time of import is never used.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from tallymark.importers._email_fields import Fields, unfolded
from tallymark.importers._email_words import readable
from tallymark.importers._plausible import Window
from tallymark.model.event import NO_TIME, Clock

MAX_DATE = 200
APART = 86_400  # a claim that is further than this from the receipt is named
_MONTHS = {
    name: number
    for number, name in enumerate(
        b"jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1
    )
}
_DAYS = {name: number for number, name in enumerate(b"mon tue wed thu fri sat sun".split())}
_ZONES = {
    b"": None,
    b"ut": 0,
    b"gmt": 0,
    b"utc": 0,
    b"z": 0,
    b"est": -300,
    b"edt": -240,
    b"cst": -360,
    b"cdt": -300,
    b"mst": -420,
    b"mdt": -360,
    b"pst": -480,
    b"pdt": -420,
}
_DATE = re.compile(
    rb"(?:([A-Za-z]{3,9})\.?\s*,?\s+)?(\d{1,2})[\s-]{1,3}([A-Za-z]{3})[a-z]{0,6}\.?,?[\s-]{1,3}(\d{2,4})\s{1,3}"
    rb"(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d{1,6})?)?\s*([^\s()]{0,40})(?:\s+[A-Z]{2,5})?\s*(?:\(.*)?",
    re.DOTALL,
)
_OFFSET = re.compile(rb"([+-])(\d\d):?(\d\d)")
_BY = re.compile(rb"\bby\s+([A-Za-z0-9_.\[\]:-]{1,255})")


class Timed(NamedTuple):
    """The clocks of a mail, its place on the time line in UTC seconds, and what is odd."""

    clocks: tuple[Clock, ...]
    seconds: int
    reason: str
    issues: tuple[str, ...] = ()


class _Read(NamedTuple):
    value: str = ""
    seconds: int = NO_TIME
    zone: str = ""
    issue: str = ""
    note: str = ""


def clocks(fields: Fields, window: Window, provider: str) -> Timed:
    """Every clock of a mail with one chosen, and why."""
    raw = fields.get(b"date")
    sent = _read(raw, window) if raw else _Read(issue="NO_DATE")
    receipt, host = _receipt(fields, window, provider)
    issues = [code for code in (sent.issue, sent.note) if code]
    takes_receipt = sent.seconds == NO_TIME and receipt.seconds != NO_TIME
    if (
        NO_TIME not in {sent.seconds, receipt.seconds}
        and abs(sent.seconds - receipt.seconds) > APART
    ):
        issues.append("CLOCKS_DIFFER")
    found = []
    if raw:
        found.append(_clock("sent", readable(raw), sent, chosen=sent.seconds != NO_TIME))
    if host is not None:
        received = _clock("received", readable(host), receipt, chosen=takes_receipt)
        found.append(received)
    reason = "as stated by the machine that wrote it" if sent.seconds != NO_TIME else ""
    if takes_receipt:
        reason = "when a server took it in, by its topmost stamp: the stated time cannot be used"
    found.sort(key=lambda clock: not clock.chosen)
    chosen = receipt.seconds if takes_receipt else sent.seconds
    return Timed(tuple(found) or (Clock("sent", "", ""),), chosen, reason, tuple(issues))


def _clock(role: str, raw: str, read: _Read, *, chosen: bool) -> Clock:
    source = "in_data" if read.zone else "none"
    return Clock(role, read.value, raw, read.zone, source, chosen, "second")


def _receipt(fields: Fields, window: Window, provider: str) -> tuple[_Read, bytes | None]:
    """The time of the topmost Received line, or of the topmost by the provider that was named."""
    for value in fields.all(b"received"):
        if provider and not _is_by(value, provider):
            continue
        stamp = unfolded(value.rpartition(b";")[2])
        return _read(stamp, window), stamp
    return _Read(), None


def _is_by(line: bytes, provider: str) -> bool:
    by = _BY.search(unfolded(line))
    host = by[1].decode("latin-1").lower() if by else ""
    return host == provider or host.endswith(f".{provider}")


def _read(raw: bytes, window: Window) -> _Read:
    found = _stated(raw) if len(raw) <= MAX_DATE else _Read(issue="BAD_DATE")
    if found.zone and found.seconds not in window:
        return found._replace(seconds=NO_TIME, issue="IMPLAUSIBLE_DATE")
    return found


@lru_cache(maxsize=1024)  # a server's stamp is often the very second of the stated date
def _stated(raw: bytes) -> _Read:
    """What a date says, whether or not it can be true."""
    match = _DATE.fullmatch(raw)
    month = _MONTHS.get(match[3].lower()) if match else None
    if match is None or month is None:
        return _Read(issue="BAD_DATE")
    year = int(match[4])
    if len(match[4]) < 4:
        year += (2000 if year < 50 else 1900) if len(match[4]) == 2 else 1900
    second = 59 if match[7] == b"60" else int(match[7] or 0)  # a leap second
    try:
        wall = datetime(
            year, month, int(match[2]), int(match[5]), int(match[6]), second, tzinfo=UTC
        )
    except ValueError:
        return _Read(issue="BAD_DATE")
    note = "WEEKDAY_MISMATCH" if _wrong_day(match[1], wall) else ""
    return _placed(wall, match[8].lower(), note)


def _wrong_day(name: bytes | None, wall: datetime) -> bool:
    return bool(name) and _DAYS.get((name or b"").lower()[:3]) != wall.weekday()


def _placed(wall: datetime, zone: bytes, note: str) -> _Read:
    offset = _OFFSET.fullmatch(zone)
    minutes = _ZONES.get(zone)
    if offset:
        minutes = (int(offset[2]) * 60 + int(offset[3])) * (-1 if offset[1] == b"-" else 1)
    if minutes is None or abs(minutes) > 24 * 60:
        code = "BAD_ZONE" if zone else "NO_ZONE"
        return _Read(wall.replace(tzinfo=None).isoformat(), issue=code, note=note)
    try:
        moment = wall - timedelta(minutes=minutes)
    except OverflowError:
        return _Read(wall.replace(tzinfo=None).isoformat(), issue="IMPLAUSIBLE_DATE", note=note)
    value = moment.replace(tzinfo=None).isoformat()
    return _Read(value, int(moment.timestamp()), "UTC", note=note)
