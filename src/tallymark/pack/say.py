"""How times, durations, counts and codes are written on the pages, in one place."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from tallymark import law
from tallymark.model.moment import Moment
from tallymark.model.outside import OutsideHead
from tallymark.model.record import PostBoxNote, Record

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LONG_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_PRECISION = {
    "hour": "about the hour",
    "part_of_day": "part of the day",
    "about": "about",
    "day": "",
    "range": "",
    "minute": "",
}
_BASIS = {
    "memory": "from memory",
    "clock": "from a clock",
    "device": "from the device",
    "message_metadata": "from the message",
    "witness": "from a witness",
    "estimate": "an estimate",
    "document": "from a document",
}
_DIRECTION = {"in": "from them", "out": "by the person", "third_party": "through or to others"}


_SPELT = {"whatsapp": "WhatsApp", "sms_mms": "text message", "email": "e-mail", "voice": "call"}


def code(text: str) -> str:
    """A vocabulary code as words: ``in_person`` as ``in person``, ``ex_partner`` as ``ex-partner``."""
    spelt = _SPELT.get(text, text)
    return (f"ex-{spelt[3:]}" if spelt.startswith("ex_") else spelt).replace("_", " ").strip()


def behaviour(text: str) -> str:
    """A behaviour code with its words: ``P04 uninvited at home``."""
    words = law.label("behaviours", text)
    return f"{text} {words}" if words else code(text)


def date_text(text: str) -> str:
    """``1991-03-04`` as ``4 Mar 1991``; anything else as it stands."""
    try:
        at = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}"


def direction(value: str) -> str:
    """Which way a contact went, in words."""
    return _DIRECTION.get(value, code(value))


def day(at: datetime, *, year: bool = True) -> str:
    """``Fri 20 Nov 2026``."""
    text = f"{DAYS[at.weekday()]} {at.day} {MONTHS[at.month - 1]}"
    return f"{text} {at.year}" if year else text


def clock(at: datetime) -> str:
    """``21:40``."""
    return f"{at.hour:02d}:{at.minute:02d}"


def moment(value: Moment, *, basis: bool = False) -> str:
    """A stated time with as much as was stated, and no more."""
    at = value.wall()
    text = f"{day(at)} {clock(at)}" if value.has_clock_time else day(at)
    if value.end:
        last = datetime.fromisoformat(value.end)
        end = f"{day(last)} {clock(last)}" if "T" in value.end else day(last)
        if at.date() == last.date() and "T" in value.end:
            end = clock(last)
        text = f"{text} to {end}"
    if words := _PRECISION.get(value.precision, ""):
        text = f"{text} ({words})"
    if value.is_ambiguous():
        text = f"{text} (that hour came twice; which one is not known)"
    if value.zone != "Europe/London":
        text = f"{text}, {value.zone} time"
    return f"{text}, {_BASIS[value.basis]}" if basis else text


def written_at(record: Record) -> datetime:
    """When the record was written by the device's clock, aware, UTC."""
    return datetime.fromisoformat(record.written).astimezone(UTC)


def written(record: Record) -> str:
    """When a record was written, on the clock of its own zone."""
    at = written_at(record).astimezone(ZoneInfo(record.zone))
    return f"{day(at)} {clock(at)} {at.tzname()}"


OUTSIDE = {
    "words": "six words read out",
    "receipt": "receipt",
    "pack": "pack",
    "backup": "backup",
    "stamp": "time stamp",
}
"""Kinds of heads that somebody outside holds, in words."""


def not_later(head: OutsideHead | None, zone: str) -> str:
    """By when something was there, and by whose word: "not later than 12 May 2026, by ..."."""
    if head is None:
        return "no outside time"
    at = datetime.fromisoformat(head.at).astimezone(ZoneInfo(zone))
    who = f" ({head.holder})" if head.holder else ""
    return f"not later than {day(at)}, by {OUTSIDE[head.kind]}{who}"


def other_device(note: PostBoxNote | None) -> str:
    """That an entry was written on another device, with its number and that device's own clock."""
    if note is None:
        return ""
    at = datetime.fromisoformat(note.written).astimezone(UTC)
    return (
        f"entry {note.number:,} of post-box {note.box[:8]}, {day(at)} {clock(at)} UTC by its clock"
    )


def delay(record: Record, happened: Moment) -> str:
    """How long after the event it was written, in the largest whole unit; empty when not after."""
    seconds = int((written_at(record) - happened.utc()).total_seconds())
    if not happened.has_clock_time:
        days = (
            written_at(record).astimezone(ZoneInfo(happened.zone)).date() - happened.wall().date()
        ).days
        return "the same day" if days == 0 else f"{count(days, 'day')} after" if days > 0 else ""
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{count(seconds // size, unit)} after"
    return "at once" if seconds >= 0 else ""


def count(many: int, one: str, several: str | None = None) -> str:
    """``1 entry``, ``1,212 entries``."""
    return f"{many:,} {one if many == 1 else several or one + 's'}"


def size(many: int) -> str:
    """Bytes for people: ``1.2 MB``; exact below 10,000."""
    if many < 10_000:
        return count(many, "byte")
    for unit, step in (("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000)):
        if many < step * 1_000 or unit == "GB":
            return f"{many / step:,.1f} {unit}"
    return ""
