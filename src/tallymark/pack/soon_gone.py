"""What may soon be gone: things that others hold, how many days ago it was, and whether it was asked.

How long something is kept is data with a source, or "ask". Nothing is guessed from it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from tallymark.model.casefile import Casefile
from tallymark.model.record import EvidenceRequest, Incident, Record
from tallymark.pack import say

_STATES = {
    "not_asked": "not asked",
    "asked": "asked",
    "kept": "kept",
    "gone": "gone",
    "refused": "refused",
}


@dataclass(frozen=True, slots=True)
class Held:
    """One thing that somebody may hold. ``days`` since, None when the day is not known.

    ``refs`` are the ids behind it. ``recorded`` is false for what the channel of an entry suggests.
    """

    what: str
    holder: str
    day: str
    days: int | None
    state: str
    kept: str
    refs: tuple[str, ...]
    recorded: bool


def soon_gone(casefile: Casefile, *, today: date) -> tuple[Held, ...]:
    """What was recorded as held by others and is not settled, then what entries suggest; oldest first.

    An entry suggests nothing once something of its kind was recorded for it, or it names an exhibit.
    """
    requests = [r for r in casefile.current() if isinstance(r.body, EvidenceRequest)]
    covered = {ident for r in requests for ident in r.body.incidents}  # type: ignore[union-attr]
    found = [_recorded(r, today) for r in requests if _open(r)]
    for record in casefile.current():
        body = record.body
        if isinstance(body, Incident) and record.id not in covered and not body.exhibits:
            found += _suggested(record, body, today)
    return tuple(sorted(found, key=lambda h: (not h.recorded, -(h.days or 0), h.refs)))


def _open(record: Record) -> bool:
    assert isinstance(record.body, EvidenceRequest)  # noqa: S101 - chosen by this type
    return record.body.state in {"not_asked", "asked"}


def _recorded(record: Record, today: date) -> Held:
    body = record.body
    assert isinstance(body, EvidenceRequest)  # noqa: S101 - chosen by this type
    at = body.at.wall().date() if body.at else None
    return Held(
        what=body.what,
        holder=body.holder,
        day=say.moment(body.at) if body.at else "",
        days=None if at is None else max(0, (today - at).days),
        state=_STATES[body.state],
        kept=body.until or "ask",
        refs=(record.id, *body.incidents),
        recorded=True,
    )


def _suggested(record: Record, body: Incident, today: date) -> list[Held]:
    days = max(0, (today - body.happened.wall().date()).days)
    return [
        Held(
            what=row["what"],
            holder=row["holder"],
            day=say.moment(body.happened),
            days=days,
            state="not asked",
            kept=f"{row['kept']} ({row['source']})" if row["source"] else row["kept"],
            refs=(record.id,),
            recorded=False,
        )
        for row in _rows()
        if body.channel in row["channels"]
    ]


@cache
def _rows() -> tuple[dict[str, str], ...]:
    data = tomllib.loads(files("tallymark.pack").joinpath("held.toml").read_text("utf-8"))
    return tuple(data["held"])
