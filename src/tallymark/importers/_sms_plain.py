"""The short way for plain messages: one expression an element, pieces of JSON kept as they are met.

It writes the same bytes as ``canonical_line`` would for what ``_sms_event.sms`` makes (a test holds
the two together). It takes only messages that came in or went out, with their attributes in the
order of one met before, a plain time and words that need no care.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from json.encoder import encode_basestring as quoted
from typing import Any, NamedTuple

import msgspec

from tallymark.importers._batch import Sink
from tallymark.importers._epoch import shown
from tallymark.importers._sms_event import Fields, Phone
from tallymark.importers._sms_people import NULL, party
from tallymark.importers._stretch import AHEAD, Stretch
from tallymark.importers._xml_text import decoded, plain

MAX_KEPT = 50_000
MAX_LONG_VALUE = 4_096  # longer ones are not for the short way
MAX_NAMES = 60
_WHO = ("address", "contact_name", "type")
_OWN = "readable_date"  # differs in each message, so it is kept apart from the rest
_USED = frozenset({*_WHO, _OWN, "body", "date", "date_sent"})
_NEEDED = frozenset({"address", "body", "date", "type"})
_NO_DATE = frozenset({b"", b"0", b"null"})
_DIGITS = 13  # of milliseconds between 2001 and 2286
_DAY = 86_400
_encode = msgspec.json.Encoder(order="sorted").encode


class Who(NamedTuple):
    """Canonical text up to the end offset, text from the people to the words, sender, way."""

    before: str
    after: str
    sender: int
    role: str


class Days:
    """ISO date and time by day since 1970 and second of the day, made as they are met."""

    def __init__(self) -> None:
        self.dates: dict[int, str] = {}
        self.times: dict[int, str] = {}

    def text(self, seconds: int) -> str:
        """UTC, as ``_epoch.shown`` writes it."""
        day, second = divmod(seconds, _DAY)
        date, time = self.dates.get(day), self.times.get(second)
        if date is None:
            date = self.dates[day] = shown(seconds)[:10]
        if time is None:
            time = self.times[second] = shown(seconds)[10:]
        return date + time


class Plain:
    """Plain messages whose attributes have one order, and the pieces of JSON that they share.

    ``people`` and ``rests`` hold, by the bytes in the file, the pieces about who it was and about
    what is not mapped.
    """

    def __init__(
        self, names: Sequence[str], phone: Phone, sink: Sink, *, member: str | None
    ) -> None:
        expression = b" ".join(
            re.escape(name.encode()) + b'="([^"<]{0,%d}+)"' % MAX_LONG_VALUE for name in names
        )
        self.match = re.compile(rb"[ \t\r\n]*+<sms " + expression + rb" ?/>").match
        self.lead = len(f'<sms {names[0]}="')
        places = {name: place for place, name in enumerate(names)}
        self.body, self.date = places["body"], places["date"]
        self.sent, self.own = places.get("date_sent", -1), places.get(_OWN, -1)
        self.who = tuple(places[name] for name in _WHO if name in places)
        self.rest = tuple(place for name, place in places.items() if name not in _USED)
        self.people: dict[tuple[bytes, ...], Who | None] = {}
        self.rests: dict[tuple[bytes, ...], tuple[str, str]] = {}
        self.member = "," + ("" if member is None else f'"member":{quoted(member)},') + '"start":'
        self._names = tuple(names)
        self._people = phone.people
        self.plausible = phone.plausible
        self._sink = sink

    def learn_who(self, values: tuple[bytes, ...]) -> Who | None:
        """Learn the pieces of a person; ``None`` when the message is none for the short way."""
        named = {self._names[p]: value for p, value in zip(self.who, values, strict=True)}
        found = self._who(named) if named["type"] in {b"1", b"2"} else None
        _keep(self.people, values, found)
        return found

    def _who(self, named: dict[str, bytes]) -> Who | None:
        fields = Fields(dict(named))
        who = self._people.named(fields.take("address"), fields.take("contact_name"))
        if not who.number or fields.issues:
            return None
        incoming = named["type"] == b"1"
        label = who.label if incoming else self._people.owner
        before = (
            f'],"conversation":{quoted(who.number)},"direction":"{"in" if incoming else "out"}",'
            '"kind":"message","locator":{"end":'
        )
        parties = _encode([party("from" if incoming else "to", who)]).decode()
        after = f'}},"parties":{parties},"sender":{quoted(label)},"text":'
        role = "received" if incoming else "sent"
        return Who(before, after, self._sink.sender(label), role)

    def learn_rest(self, values: tuple[bytes, ...]) -> tuple[str, str]:
        """Learn the member of what is not mapped: before and after the text of ``readable_date``.

        All of it, with an empty second half, where messages have no such attribute.
        """
        texts = {self._names[p]: plain(v) for p, v in zip(self.rest, values, strict=True)}
        members = sorted((n, f"{quoted(n)}:{quoted(t)}") for n, t in texts.items() if t != NULL)
        before = [text for name, text in members if name < _OWN]
        after = [text for name, text in members if name > _OWN]
        if self.own >= 0:
            begun = ",".join([*before, f'"{_OWN}":'])
            found = f',"unmapped":{{{begun}', "".join(f",{text}" for text in after) + "}"
        else:
            whole = ",".join(before + after)
            found = f',"unmapped":{{{whole}}}' if whole else "", ""
        _keep(self.rests, values, found)
        return found

    def unmapped(self, values: tuple[bytes, ...]) -> str:
        """The ``unmapped`` member with its comma; empty where nothing is left over."""
        key = tuple([values[place] for place in self.rest])
        before, after = self.rests[key] if key in self.rests else self.learn_rest(key)
        if self.own < 0:
            return before
        own = values[self.own]
        text = own.decode() if own.isascii() and b"&" not in own else plain(own)
        return f"{before}{quoted(text)}{after}"


def _keep(kept: dict[Any, Any], key: object, value: object) -> None:
    if len(kept) >= MAX_KEPT:
        kept.clear()
    kept[key] = value


def learned(
    attributes: Sequence[tuple[bytes, bytes]], phone: Phone, sink: Sink, *, member: str | None
) -> Plain | None:
    """The short way for elements like this one; ``None`` when it is no plain message."""
    names = [name.decode("ascii", errors="replace") for name, _ in attributes]
    if len(set(names)) < len(names) or not set(names) >= _NEEDED or len(names) > MAX_NAMES:
        return None
    return Plain(names, phone, sink, member=member)


def _text(body: bytes) -> str:
    """The words of a plain body; empty when it needs care."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return ""
    if "&" in text:
        found = decoded(body)
        text = "" if found.issues or found.repairs else found.text
    return "" if text == NULL else text


def run(stretch: Stretch, plain_way: Plain, days: Days, sink: Sink) -> None:
    """Put the plain messages that stand next in the stretch, and stop before any other thing.

    Written out in one loop because a call for each of a million messages costs more than the rest.
    """
    match, people, who_places = plain_way.match, plain_way.people, plain_way.who
    date_at, body_at, sent_at = plain_way.date, plain_way.body, plain_way.sent
    own_at, lead, member = plain_way.own, plain_way.lead, plain_way.member
    when, unmapped = days.text, plain_way.unmapped
    put_line, put_text = sink.lines.append, sink.texts.append
    put_seconds, put_party = sink.seconds.append, sink.parties.append
    data, at, base = stretch.data, stretch.at, stretch.offset - stretch.at
    last = len(data) if stretch.ended else len(data) - AHEAD
    first_second, last_second = plain_way.plausible.first, plain_way.plausible.last
    records, begun = 0, at
    while at <= last and (found := match(data, at)) is not None:
        values = found.groups()
        who_key = tuple([values[place] for place in who_places])
        who = people[who_key] if who_key in people else plain_way.learn_who(who_key)
        date, text = values[date_at], _text(values[body_at])
        if who is None or not text or len(date) != _DIGITS or not date.isdigit():
            break
        seconds = int(date) // 1000
        if not first_second <= seconds <= last_second or (
            own_at >= 0 and values[own_at] == b"null"
        ):
            break
        second = ""
        if sent_at >= 0 and (sent := values[sent_at]) not in _NO_DATE:
            sent_seconds = int(sent) // 1000 if len(sent) == _DIGITS and sent.isdigit() else 0
            if not first_second <= sent_seconds <= last_second:
                break
            second = (
                f',{{"precision":"second","raw":"{sent.decode()}","role":"sent",'
                f'"source":"in_data","value":"{when(sent_seconds)}","zone":"UTC"}}'
            )
        start, end = base + found.start(1) - lead, base + found.end()
        put_line(
            f'{{"at":[{{"chosen":true,"precision":"second","raw":"{date.decode()}","role":"{who.role}",'
            f'"source":"in_data","value":"{when(seconds)}","zone":"UTC"}}{second}'
            f"{who.before}{end}{member}{start}{who.after}{quoted(text)}{unmapped(values)}}}\n".encode()
        )
        put_text(text)
        put_seconds(seconds)
        put_party(who.sender)
        records += end - start
        at = found.end()
    stretch.at = at
    sink.ledger.records += records
    sink.ledger.framing += at - begun - records
