"""Half a page to read out to 101 or to copy into a force's form: the person's words and counts.

Pure over a casefile. It sends nothing, needs no evidence, and works with a single entry. The order
is fixed: safe now, who, last, how long and how often, told to stop, orders, fear, witnesses, safe
contact.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from tallymark.errors import NothingChosen
from tallymark.model.casefile import Casefile, EventColumns
from tallymark.model.record import Incident, Order, Person, PoliceContact, Record, ToldToStop
from tallymark.pack import say
from tallymark.pack.telling import order_kind
from tallymark.picture.summary import Summary, summarise

MOST_WORDS = 260
"""About half a printed page."""

_NOT_RECORDED = "Not recorded."
_CUTS = (400, 240, 160, 110, 70, 40)
_SAFE = {
    "yes": "I am safe at the moment.",
    "no": "NO. I am not safe. Call 999 now.",
    "unsure": "I am not sure. If anything changes, call 999.",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph of the report: its heading and its words."""

    heading: str
    words: str


@dataclass(frozen=True, slots=True)
class Report:
    """What to say, in order. ``entries`` are the ids that it was made from, oldest first."""

    lines: tuple[Line, ...]
    entries: tuple[str, ...]

    def text(self) -> str:
        """Plain characters, one paragraph each, to read out or copy."""
        return "\n".join(f"{line.heading.upper()}: {line.words}" for line in self.lines)


ANSWER = (
    "Log or crime number",
    "Name or number of the officer",
    "What they will do next",
    "By when",
)
"""What to write down while speaking with them."""


def report(
    casefile: Casefile,
    *,
    chosen: Collection[str] = (),
    safe: str = "",
) -> Report:
    """The report over the chosen entries (ids), or over everything.

    ``safe`` is the person's answer now: yes, no, unsure, or empty when they did not say. Raises
    ``NothingChosen`` when there is no entry.
    """
    entries = _entries(casefile, chosen)
    if not entries:
        raise NothingChosen("There is no entry to tell about yet.", next_step="tallymark add")
    scope = _scope(casefile, entries) if chosen else casefile
    summary = summarise(scope)
    tries = (_lines(casefile, entries, summary, safe=safe, cut=cut) for cut in _CUTS)
    shortest: tuple[Line, ...] = ()
    for shortest in tries:
        if sum(len(line.words.split()) for line in shortest) <= MOST_WORDS:
            break
    return Report(shortest, tuple(r.id for r in entries))


def _entries(casefile: Casefile, chosen: Collection[str]) -> list[Record]:
    """The incidents told about, in order of happening; what the person did is no incident of theirs."""
    found = [r for r in casefile.current() if isinstance(r.body, Incident)]
    if chosen:
        found = [r for r in found if r.id in chosen]
    return sorted(found, key=lambda r: (_incident(r).happened.utc(), r.id))


def _scope(casefile: Casefile, entries: list[Record]) -> Casefile:
    """The casefile with no other entries and no messages, so that counts are of what was chosen."""
    kept = {r.id for r in entries}
    records = tuple(r for r in casefile.records if r.id in kept or not isinstance(r.body, Incident))
    return replace(casefile, records=records, events=EventColumns(), sources=())


def _lines(
    casefile: Casefile, entries: list[Record], summary: Summary, *, safe: str, cut: int
) -> tuple[Line, ...]:
    names = _Names(casefile)
    received = [r for r in entries if _incident(r).direction != "out"]
    last = (received or entries)[-1]
    told = [
        Line("Am I safe now", _SAFE.get(safe, "Say first: are you safe now? If not, call 999.")),
        Line("Who", _who(summary, names, last, cut)),
        Line("What happened last", _last(last, names, cut)),
        Line("How long, how often", _how_often(summary, len(entries))),
        Line("Told to stop", _told(casefile, names, cut)),
        Line("Orders", _orders(casefile)),
        Line("Fear, in my words", _fear(entries, cut)),
        Line("Who else knows", _witnesses(entries, names)),
        Line("Reach me safely", _contact(summary)),
    ]
    return tuple(told)


class _Names:
    """Labels of people by any of their ids. Places are said only in the person's free words."""

    def __init__(self, casefile: Casefile) -> None:
        self._labels = {
            r.id: (r.body.names or (r.body.label,))[0]
            for r in casefile.records
            if isinstance(r.body, Person)
        }

    def label(self, reference: str | None) -> str:
        """The name, else the words themselves."""
        return "" if reference is None else self._labels.get(reference, reference)


def _incident(record: Record) -> Incident:
    assert isinstance(record.body, Incident)  # noqa: S101 - chosen by this type
    return record.body


def _who(summary: Summary, names: _Names, last: Record, cut: int) -> str:
    parts = []
    for one in summary.other[:2]:
        told = [" ".join(one.names[:1]) or one.label, say.code(one.relationship)]
        told += [f"born {say.date_text(one.born)}"] if one.born else []
        told += [i.value for i in one.identifiers[:3]]
        told += [_cut(one.vehicle, cut)] if one.vehicle else []
        told += [f"weapons: {_cut(one.weapons, cut)}"] if one.weapons else []
        parts.append(", ".join(t for t in told if t))
    if parts:
        return "; ".join(parts) + "."
    actor = names.label(_incident(last).actor)
    return f"{actor}." if actor else "I do not know, or it is not recorded."


def _last(record: Record, names: _Names, cut: int) -> str:
    body = _incident(record)
    parts = [f"{say.moment(body.happened)}."]
    where = ", ".join(t for t in (say.code(body.channel), _cut(body.place_text, cut)) if t)
    parts += [f"{where[0].upper()}{where[1:]}."] if where else []
    parts += [_sentence(_cut(body.what_happened, cut))] if body.what_happened else []
    parts += [f"Words used: \u201c{_cut(body.words_said, cut)}\u201d."] if body.words_said else []
    parts += [f"Injuries: {_cut(body.injuries, cut)}."] if body.injuries else []
    parts += ["Children were there."] if body.children_present == "yes" else []
    if body.for_person:
        parts.append(f"I keep this entry for {names.label(body.for_person)}.")
    return " ".join(parts)


def _how_often(summary: Summary, many: int) -> str:
    counts = summary.counts
    entries = say.count(many, "entry", "entries")
    if not counts.first_day:
        return f"{entries} in my diary."
    span = f"on {counts.last_day}"
    if counts.first_day != counts.last_day:
        span = f"from {counts.first_day} to {counts.last_day}, on {say.count(counts.days.value, 'day')}"
    words = f"{entries} in my diary. In all {say.count(counts.items.value, 'item')} {span}."
    rows = summary.grid.rows if summary.grid else ()
    by = [f"{row.label} {row.items.value:,}" for row in rows if row.items.value]
    return f"{words} {', '.join(by)}." if len(by) > 1 else words


def _told(casefile: Casefile, names: _Names, cut: int) -> str:
    found = [r.body for r in casefile.current() if isinstance(r.body, ToldToStop)]
    if not found:
        return f"{_NOT_RECORDED} Nobody has to have said it."
    first = min(found, key=lambda body: body.at.utc())
    by = "I told them" if first.by == "self" else f"{names.label(first.by)} told them"
    how = f" ({say.code(first.channel)})" if first.channel else ""
    words = f": \u201c{_cut(first.exact_words, cut)}\u201d" if first.exact_words else ""
    after = sum(
        _incident(r).happened.utc() > first.at.utc() and _incident(r).direction != "out"
        for r in _entries(casefile, ())
    )
    later = f" Entries after it: {after}."
    return f"{say.moment(first.at)}, {by}{how}{words}.{later}"


def _orders(casefile: Casefile) -> str:
    found = [(r.id, r.body) for r in casefile.current() if isinstance(r.body, Order)]
    parts = []
    for ident, body in found[:3]:
        told = [order_kind(body.kind), body.court, body.case_number and f"case {body.case_number}"]
        told += [f"served {say.moment(body.served)}"] if body.served else ["service not recorded"]
        told += [f"ends {say.moment(body.expires)}"] if body.expires else []
        linked = sum(_incident(r).order == ident for r in _entries(casefile, ()))
        told += [f"entries that I linked to it: {linked}"] if linked else []
        parts.append(", ".join(t for t in told if t))
    return "; ".join(parts) + "." if parts else _NOT_RECORDED


def _fear(entries: list[Record], cut: int) -> str:
    felt = [_incident(r) for r in reversed(entries)]
    feared = sum(body.fear_of_violence == "yes" for body in felt)
    words = [f"\u201c{_cut(body.effect, cut)}\u201d" for body in felt if body.effect][:2]
    said = [f"I feared violence in {say.count(feared, 'entry', 'entries')}."] if feared else []
    return " ".join([*words, *said]) or _NOT_RECORDED


def _witnesses(entries: list[Record], names: _Names) -> str:
    found: dict[str, str] = {}
    for record in entries:
        for one in _incident(record).witnesses:
            will = {"yes": ", will speak", "no": ", would not speak"}.get(one.will_speak, "")
            found[names.label(one.person)] = f"{names.label(one.person)} ({one.how}{will})"
    return "; ".join(list(found.values())[:5]) + "." if found else _NOT_RECORDED


def _contact(summary: Summary) -> str:
    found = next((one.safe_contact for one in summary.reporting if one.safe_contact), "")
    return found or f"{_NOT_RECORDED} Say how they may reach you, and which number not to use."


def _cut(text: str, most: int) -> str:
    flat = " ".join(text.split()).rstrip(".")
    return flat if len(flat) <= most else flat[: most - 1].rsplit(" ", 1)[0] + "\u2026"


def _sentence(text: str) -> str:
    return text if text.endswith(("\u2026", "!", "?")) else f"{text}."


def last_told(casefile: Casefile) -> Record | None:
    """The newest contact with police or an agency, answered or not; None when there is none."""
    found = [r for r in casefile.current() if isinstance(r.body, PoliceContact)]
    return max(found, key=lambda r: (r.body.at.utc(), r.id), default=None)  # type: ignore[union-attr]


def since_told(casefile: Casefile) -> tuple[Record | None, tuple[Record, ...]]:
    """The newest contact with police, and the entries that it cannot have told.

    Those are entries written after that contact was recorded or of something later, unless the
    contact names them. Without a contact, every entry.
    """
    contact = last_told(casefile)
    entries = _entries(casefile, ())
    if contact is None:
        return None, tuple(entries)
    body = contact.body
    assert isinstance(body, PoliceContact)  # noqa: S101 - chosen by this type
    first = _first_versions(casefile)
    told = {first.get(ident, ident) for ident in body.incidents}
    order = {r.id: place for place, r in enumerate(casefile.records)}
    return contact, tuple(
        r
        for r in entries
        if first[r.id] not in told
        and (
            _incident(r).happened.utc() > body.at.utc()
            or order[first[r.id]] > order[first[contact.id]]
        )
    )


def _first_versions(casefile: Casefile) -> dict[str, str]:
    """The id of the first version of each record: a correction does not make it news."""
    found: dict[str, str] = {}
    for record in casefile.records:
        found[record.id] = found.get(record.supersedes or "", record.id)
    return found
