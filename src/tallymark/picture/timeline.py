"""The chronology: typed entries one by one, imports as one row for each episode."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tallymark.model.casefile import Casefile
from tallymark.model.record import (
    Impact,
    Import,
    Incident,
    Order,
    PoliceContact,
    Record,
    ToldToStop,
)
from tallymark.picture import charts
from tallymark.picture._clock import FAR, instant
from tallymark.picture._entries import anchors, first_written, numbers, place
from tallymark.picture._series import (
    at_place,
    axis,
    clock_text,
    direction_note,
    points,
    when_text,
)
from tallymark.picture._view import (
    Cell,
    Table,
    View,
    ViewSpec,
    count_cell,
    day_text,
    plural,
    span_text,
)
from tallymark.picture._words import lane_key, lane_label, order_label
from tallymark.picture.episodes import Episodes, LaneEpisodes, episodes, regroup

ORDERS = ("happened", "written")
_LINE = 160


@dataclass(frozen=True, slots=True)
class _Key:
    """Where a row stands, before its words are made: only the rows on the page are."""

    at: int
    written: int
    tie: str
    record: Record | None = None
    lane: int = -1
    place: int = -1


def _build(
    casefile: Casefile,
    *,
    gap_minutes: int = 60,
    order: str = "happened",
    limit: int = 200,
    offset: int = 0,
) -> View:
    if order not in ORDERS:
        message = "a timeline is in order of happened or written"
        raise ValueError(message)
    found = episodes(casefile, gap_minutes=gap_minutes)
    folded = _folded(found)
    keys = [*_record_keys(casefile, found), *_episode_keys(folded)]
    keys.sort(
        key=lambda k: (k.written, k.at, k.tie) if order == "written" else (k.at, k.written, k.tie)
    )
    page = keys[offset : offset + limit]
    number = numbers(casefile)
    typed = sum(1 for key in keys if key.record is not None)
    return View(
        name="timeline",
        title=VIEW.title,
        sentence=_sentence(found, typed, len(keys) - typed) + direction_note(found),
        caution=VIEW.caution,
        table=Table(
            ("When", "Written", "Channel", "What", "Items", "Entry"),
            tuple(_row(key, folded, number) for key in page),
        ),
        svg=_svg(found, casefile),
        data={
            "order": order,
            "gap_minutes": gap_minutes,
            "total": len(keys),
            "limit": limit,
            "offset": offset,
        },
    )


def _folded(found: Episodes) -> Episodes:
    """Episodes of the imports alone: each typed entry has a row of its own."""
    lanes = []
    for lane in found.lanes:
        bare = replace(found.contacts, lanes=(replace(lane.lane, entries=()),))
        same = not lane.clocked()
        alone = regroup(bare, gap_minutes=found.gap_minutes).lanes[0] if not same else lane
        lanes.append(alone)
    return replace(found, lanes=tuple(lanes))


def _record_keys(casefile: Casefile, found: Episodes) -> Iterator[_Key]:
    written = first_written(casefile.records)
    for record in casefile.current():
        body = record.body
        moment = None
        if isinstance(body, Incident):
            moment = body.happened
        elif isinstance(body, ToldToStop | PoliceContact | Impact):
            moment = body.at
        elif isinstance(body, Order):
            moment = body.served or body.made
        if moment is not None:
            at, _, _ = place(moment, clock=found.contacts.clock)
            yield _Key(at, written[record.id], record.id, record=record)


def _episode_keys(folded: Episodes) -> Iterator[_Key]:
    casefile = folded.contacts.casefile
    written: dict[str, int] = {}
    for record in casefile.records:
        if isinstance(record.body, Import):
            here = instant(record.written)
            written[record.body.exhibit] = min(here, written.get(record.body.exhibit, FAR))
    for row, lane in enumerate(folded.lanes):
        whole = _latest(written, lane.lane.exhibits())
        single = lane.lane.origin is None
        for spot, start in enumerate(lane.starts):
            stamp = whole if single else _latest(written, _behind(lane, spot))
            yield _Key(start, stamp, f"~{lane.lane.key}", lane=row, place=spot)


def _behind(lane: LaneEpisodes, spot: int) -> tuple[str, ...]:
    return lane.lane.exhibits(lane.starts[spot], lane.ends[spot] + 1)


def _latest(written: dict[str, int], exhibits: tuple[str, ...]) -> int:
    return max((written[ref] for ref in exhibits if ref in written), default=-FAR)


def _row(key: _Key, folded: Episodes, number: dict[str, int]) -> tuple[Cell, ...]:
    clock = folded.contacts.clock
    written = Cell("not recorded" if key.written == -FAR else clock_text(clock, key.written))
    if key.record is None:
        lane = folded.lanes[key.lane]
        one = at_place(lane, key.place, clock)
        return (
            Cell(when_text(one, clock=clock), one.refs),
            written,
            Cell(one.lane),
            Cell("from an import", one.refs),
            count_cell(one.items, one.refs),
            Cell(" ".join(f"#{number[ref]}" for ref in one.refs if ref in number), one.refs),
        )
    own = (key.record.id,)
    when, channel, what = _words(key.record, key.at, folded)
    late = max(0, (key.written - key.at) // 86_400)
    badge = f" ({plural(late, 'day')} later)" if late else ""
    many = count_cell(1, own) if isinstance(key.record.body, Incident) else Cell("")
    entry = Cell(f"#{number[key.record.id]}", own)
    return Cell(when, own), Cell(written.text + badge), Cell(channel), Cell(what, own), many, entry


def _words(record: Record, at: int, folded: Episodes) -> tuple[str, str, str]:
    """(when, channel, what) of a record, in its own words."""
    clock, body = folded.contacts.clock, record.body
    if isinstance(body, Incident):
        when, channel, what = body.happened, lane_label(lane_key(body.channel)), _own(body)
    elif isinstance(body, ToldToStop):
        when, channel, what = body.at, "", f"Told to stop. {body.exact_words}"
    elif isinstance(body, PoliceContact):
        when, channel, what = (
            body.at,
            body.how,
            f"Contact with {body.agency or 'police'}. {body.outcome}",
        )
    elif isinstance(body, Impact):
        when, channel, what = body.at, "", f"Change: {body.words or body.code}"
    elif isinstance(body, Order) and body.served is not None:
        when, channel, what = body.served, "", f"{order_label(body.kind)} served. {body.court}"
    elif isinstance(body, Order) and body.made is not None:
        when, channel, what = body.made, "", f"{order_label(body.kind)} made. {body.court}"
    else:
        return "", "", ""
    text = clock_text(clock, at) if when.has_clock_time else day_text(clock.day(at))
    return text, channel, _cut(what.strip())


def _own(body: Incident) -> str:
    text = body.what_happened or body.words_said or body.effect or " ".join(body.behaviours)
    return f"Sent by the person: {text}" if body.direction == "out" else text


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LINE else line[: _LINE - 1].rstrip() + "…"


def _sentence(found: Episodes, typed: int, folded: int) -> str:
    return (
        f"{plural(typed, 'typed entry', 'typed entries')} and "
        f"{plural(folded, 'episode')} from imports, {span_text(*(found.span() or (None, None)))}."
    )


def _svg(found: Episodes, casefile: Casefile) -> str:
    clock = found.contacts.clock
    return charts.dots(
        "timeline",
        title="Everything in order of time",
        description="A dot for each episode, by channel and day. Round ones come from an import, "
        "square ones hold a typed entry. The rows stand in the table.",
        rows=[lane.lane.label for lane in found.lanes],
        points=points(found),
        axis=axis(found.span(), clock=clock, anchors=anchors(casefile, clock=clock)),
    )


VIEW = ViewSpec(
    title="Everything in order of time",
    caution="Sorted by when things happened, as it was recorded; the table can also be sorted by "
    "when they were written. Both times are shown. An act that is both typed and in an export "
    "stands here twice.",
    build=_build,
)
