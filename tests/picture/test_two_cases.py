"""Two fictitious cases counted twice: by the picture, and by a plain loop over records and events.

The loop shares nothing with the picture: it reads each record and event once and follows the
definitions in the guide.
"""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from picture.bell_case import bell_case, bell_numbers, bell_records
from picture.bell_case import events as bell_events
from picture.casefiles import casefile, record, rid, secs
from picture.quill_case import quill_case, quill_events, quill_records
from tallymark import picture
from tallymark.model.casefile import Casefile
from tallymark.model.moment import Moment
from tallymark.model.record import Incident
from tallymark.picture.summary import summarise

CASES = {"bell": bell_case, "quill": quill_case}
CHANNELS = {
    "whatsapp": "WhatsApp", "voice": "Calls", "email": "E-mail", "sms": "Texts",
    "in_person": "In person / left", "via_person": "Through others",
    "letter": "Letters and parcels",
}  # fmt: skip
RANKS = (
    {"saw_face", "heard_voice"}, {"known_number", "known_account"},
    {"handwriting", "vehicle", "cctv"}, {"told_by_other"},
)  # fmt: skip


@dataclass
class Item:
    """One message, call or entry from the other side, as the loop sees it."""

    lane: str
    at: datetime | None
    day: date
    rank: int
    entry: str | None = None


def loop_items(case: Casefile) -> list[Item]:
    """Every item, one object each."""
    zone = ZoneInfo(case.zone)
    found = []
    columns = case.events
    known = loop_known(case)
    for spot, seconds in enumerate(columns.seconds):
        if columns.kind[spot] in {0, 1} and columns.direction[spot] != 2:
            at = datetime.fromtimestamp(seconds, UTC)
            label = columns.parties[columns.party[spot]].replace(" ", "").lower()
            rank = 1 if label in known else 4
            lane = CHANNELS[columns.channels[columns.channel[spot]]]
            found.append(Item(lane, at, at.astimezone(zone).date(), rank))
    for one in loop_current(case, "incident"):
        body = one.body
        if body.direction != "out":
            bases = set(body.attribution.basis) if body.attribution else set()
            rank = next((n for n, held in enumerate(RANKS) if held & bases), 4)
            clocked = "T" in body.happened.value
            at = body.happened.utc() if clocked else None
            day = at.astimezone(zone).date() if at else date.fromisoformat(body.happened.value)
            found.append(Item(CHANNELS[body.channel], at, day, rank, one.id))
    return found


def loop_current(case: Casefile, kind: str) -> list:
    """Records of a kind that nothing supersedes or withdraws."""
    gone = {r.supersedes for r in case.records}
    gone |= {r.body.target for r in case.records if r.type == "correction"}
    return [r for r in case.records if r.type == kind and r.id not in gone]


def loop_known(case: Casefile) -> set[str]:
    """Numbers and names of the suspect, and of anyone recorded to be the suspect."""
    older = {r.supersedes: r.id for r in case.records if r.supersedes}
    people = {r.id: r.body for r in loop_current(case, "person")}
    known = set()
    for body in people.values():
        linked = people.get(older.get(body.same_as, body.same_as) or "")
        if "suspect" in body.roles or (linked and "suspect" in linked.roles):
            labels = [body.label, *body.names, *(i.value for i in body.identifiers)]
            known |= {label.replace(" ", "").lower() for label in labels}
    return known


def loop_episodes(items: list[Item], *, minutes: int = 60) -> list[list[Item]]:
    """Episodes by the words of the guide, one item at a time."""
    found = [[one] for one in items if one.at is None]
    for lane in {one.lane for one in items}:
        own = sorted((i for i in items if i.lane == lane and i.at), key=lambda i: i.at)
        made: list[list[Item]] = []
        for one in (i for i in own if not i.entry):
            if made and (one.at - made[-1][-1].at).total_seconds() <= minutes * 60:
                made[-1].append(one)
            else:
                made.append([one])
        found += made + loop_typed([i for i in own if i.entry], made, minutes=minutes)
    return found


def loop_typed(typed: list[Item], exported: list[list[Item]], *, minutes: int) -> list[list[Item]]:
    """Entries join an exported episode near them; the rest go by the first of each."""
    apart: list[list[Item]] = []
    bare = [(held[0].at, held[-1].at) for held in exported]
    for one in typed:
        near = [
            held
            for held, (begin, end) in zip(exported, bare, strict=True)
            if (begin - one.at).total_seconds() <= minutes * 60
            and (one.at - end).total_seconds() <= minutes * 60
        ]
        if near:
            near[0].append(one)
        elif apart and (one.at - apart[-1][0].at).total_seconds() <= minutes * 60:
            apart[-1].append(one)
        else:
            apart.append([one])
    return apart


def began(held: list[Item]) -> Item:
    """The item that an episode begins with."""
    return min(held, key=lambda one: one.at or datetime.min.replace(tzinfo=UTC))


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest) -> Casefile:
    """Each of the two cases, built once."""
    return CASES[request.param]()


def test_the_head_counts_agree_with_the_loop(case: Casefile) -> None:
    """Episodes for three gaps, items and days."""
    items, counts = loop_items(case), summarise(case).counts
    assert counts.items.value == len(items)
    assert counts.days.value == len({one.day for one in items})
    assert counts.by_gap == {gap: len(loop_episodes(items, minutes=gap)) for gap in (30, 60, 120)}
    assert counts.episodes.value == counts.by_gap[60]


def test_channels_and_ways_of_knowing_agree_with_the_loop(case: Casefile) -> None:
    """Each row of the grid, and each way of knowing, adds up as the loop has it."""
    page, held = summarise(case), loop_episodes(loop_items(case))
    assert page.grid is not None
    rows = {row.label: (row.episodes.value, row.items.value) for row in page.grid.rows}
    lanes = Counter(one[0].lane for one in held)
    assert rows == {
        lane: (n, sum(len(h) for h in held if h[0].lane == lane)) for lane, n in lanes.items()
    }
    ranks = Counter(min(one.rank for one in episode) for episode in held)
    assert [basis.episodes.value for basis in page.basis] == [ranks[n] for n in range(5)]


def test_phases_agree_with_the_loop(case: Casefile) -> None:
    """Episodes and items on each side of told-to-stop and of the first order served."""
    page = summarise(case)
    cuts = [phase.low for phase in page.phases[1:]]
    held, items = loop_episodes(loop_items(case)), loop_items(case)

    def phase(one: Item) -> int:
        zone = ZoneInfo(case.zone)
        at = one.at or datetime(one.day.year, one.day.month, one.day.day, tzinfo=zone)
        return sum(at.timestamp() >= cut for cut in cuts)

    episodes_in = Counter(phase(began(one)) for one in held)
    items_in = Counter(map(phase, items))
    found = [(one.episodes.value, one.items.value) for one in page.phases]
    assert found == [(episodes_in[n], items_in[n]) for n in range(len(found))]


def test_days_and_hours_agree_with_the_loop(case: Casefile) -> None:
    """Each cell of the calendar and of the hours by weekday."""
    items, zone = loop_items(case), ZoneInfo(case.zone)
    held = loop_episodes(items)
    days, first = Counter(one.day for one in items), Counter(began(one).day for one in held)
    calendar = picture.build("calendar", case).data["days"]
    assert calendar == {day.isoformat(): [first[day], days[day]] for day in sorted(days)}
    hours = Counter(
        (here.weekday(), here.hour) for one in items if one.at for here in [one.at.astimezone(zone)]
    )
    grid = picture.build("rhythm", case).data["items"]
    assert {
        (d, h): grid[d][h] for d, h in itertools.product(range(7), range(24)) if grid[d][h]
    } == hours


def test_what_spread_agrees_with_the_loop(case: Casefile) -> None:
    """First and last day and number of items of each channel; people and places by their entries."""
    items = loop_items(case)
    seen = picture.build("spread", case).data["seen"]
    for one in (s for s in seen if s["kind"] == "channel"):
        days = [i.day.isoformat() for i in items if i.lane == one["label"]]
        assert (one["first"], one["last"], one["items"]) == (min(days), max(days), len(days))
    targets = Counter(ref for r in loop_current(case, "incident") for ref in r.body.targets)
    assert sorted(s["items"] for s in seen if s["kind"] == "person") == sorted(targets.values())


def test_the_second_case_has_its_numbers() -> None:
    """Worked out on paper: 17 episodes, 25 items, 13 days; 6, 4 and 7 around the two dates."""
    page = summarise(quill_case())
    counts = page.counts
    assert (counts.episodes.value, counts.items.value, counts.days.value) == (17, 25, 13)
    assert counts.by_gap == {30: 19, 60: 17, 120: 15}
    assert (counts.first_day, counts.last_day) == ("28 Mar 2026", "5 Nov 2026")
    assert counts.unknown_direction == 5
    assert [(p.episodes.value, p.items.value) for p in page.phases] == [(6, 7), (4, 6), (7, 12)]
    assert page.grid is not None
    rows = {r.label: (r.episodes.value, r.items.value) for r in page.grid.rows}
    assert rows == {
        "Calls": (5, 10), "Texts": (5, 7), "In person / left": (4, 4), "Through others": (2, 3),
        "Letters and parcels": (1, 1),
    }  # fmt: skip
    basis = {b.key: b.episodes.value for b in page.basis}
    assert basis == {
        "saw_or_heard": 4, "known_account": 6, "other_sign": 1, "told_by_other": 2, "not_known": 4,
    }  # fmt: skip


def test_the_second_case_keeps_its_orders_apart() -> None:
    """Two orders, one of them varied after its entries: each with its own conditions and reports."""
    bail, order = summarise(quill_case()).orders
    assert (bail.label, bail.served, order.label, order.id) == (
        "Bail conditions", "1 Jun 2026", "Non-molestation order", rid("varied"),
    )  # fmt: skip
    assert [(words, f.refs) for words, f in bail.touching] == [
        ("1. not to go to the school", (rid("q7"),))
    ]
    assert [(words, f.refs) for words, f in order.touching] == [
        ("1. no contact", (rid("q10"),)),
        ("2. not to come to her home", (rid("q11"),)),
    ]
    assert (bail.reported.refs, order.reported.refs) == ((rid("q7"),), ())


def test_the_second_case_knows_who_carried_what() -> None:
    """His sister twice, once to the child; once somebody who is not named."""
    paths = picture.build("proxies", quill_case()).data["paths"]
    assert [(p["for"], p["by"], p["to"], p["entries"]) for p in paths] == [
        ("Davy ROOK", "Ines ROOK", "Mara QUILL", [rid("q4")]),
        ("Davy ROOK", "Ines ROOK", "Tam (10)", [rid("q5")]),
        ("not recorded", "someone not named", "Mara QUILL", [rid("q6")]),
    ]


def test_the_second_case_counts_the_hour_that_comes_twice_and_the_call_abroad() -> None:
    """Two calls at 01:30 an hour apart, and 00:30 in Madrid, all stand on Sunday 25 October."""
    case = quill_case()
    grid = picture.build("rhythm", case).data["items"]
    assert (grid[6][1], grid[6][23]) == (4, 1)
    assert picture.build("calendar", case).data["days"]["2026-10-25"] == [2, 5]


def test_the_second_case_says_what_it_does_not_know() -> None:
    """No pack was made; the beginning tells records from memory; a place kept back has no name."""
    case = quill_case()
    page = summarise(case)
    assert page.missing == ("a head of the log that others hold",)
    assert page.counts.decided_same.value == 0  # taken back by a later decision
    phrases = picture.build("phrases", case).data["phrases"]
    assert [one["words"] for one in phrases] == ["a rose", "nice hat"]
    begun = page.beginning
    assert begun is not None
    assert (begun.day, begun.from_exports.value, begun.from_memory.value) == ("12 Apr 2026", 4, 3)
    assert page.second.total.refs == (rid("q3"), rid("q7"))
    assert (page.held.no_number.value, page.held.since_order.value) == (4, 2)
    spread = picture.build("spread", case)
    assert "New flat" not in str(spread.to_json()) + spread.svg
    assert [s["label"] for s in spread.data["seen"] if s["kind"] == "place"] == [
        "School gate",
        "a place that is kept back",
    ]


@given(turn=st.randoms(use_true_random=False), name=st.sampled_from(sorted(CASES)))
@settings(max_examples=20, deadline=None)
def test_no_order_of_records_or_imports_changes_a_view(turn, name: str) -> None:
    """Whatever was written or imported first, every view and the summary come out the same."""
    records, events = PARTS[name]
    numbers = bell_numbers(records) if name == "bell" else None
    sources = sorted({event.source for event in events})
    one = casefile(records, events, numbers=numbers, source_order=sources)
    turned, other = list(records), list(sources)
    turn.shuffle(turned)
    turn.shuffle(other)
    two = casefile(turned, events, numbers=numbers, source_order=other)
    for view in picture.names():
        assert picture.build(view, one) == picture.build(view, two), view
    assert summary_values(one) == summary_values(two)


def summary_values(case: Casefile) -> list[object]:
    """The figures of the page without the places of events, which depend on the order of import."""
    page = summarise(case)
    return [
        page.counts.by_gap, page.counts.items.value, page.grid, page.phases, page.basis,
        page.orders, page.second, page.effect, page.police, page.beginning, page.outside,
        page.danger, page.requests, page.quiet, page.missing,
    ]  # fmt: skip


PARTS = {"bell": (bell_records(), list(bell_events())), "quill": (quill_records(), quill_events())}


@given(
    minutes=st.lists(st.integers(0, 3 * 1440), min_size=1, max_size=10),
    begin=st.sampled_from(("2026-10-24T00:00", "2026-03-28T00:00", "2026-07-01T00:00")),
    zones=st.tuples(*[st.sampled_from(("Europe/London", "Europe/Madrid", "America/New_York"))] * 2),
)
def test_a_time_on_another_clock_is_the_same_time(minutes: list[int], begin: str, zones) -> None:
    """Entries noted on clocks of other places, over both changes of the clocks, count alike."""
    base = secs(begin)
    cases = []
    for zone in zones:
        made = []
        for place, minute in enumerate(minutes):
            here = datetime.fromtimestamp(base + minute * 60, ZoneInfo(zone))
            moment = Moment(here.strftime("%Y-%m-%dT%H:%M"), zone=zone, fold=here.fold)
            body = Incident(happened=moment, what_happened="x", channel="voice")
            made.append(record(f"e{place}", body))
        cases.append(casefile(made))
    for name in ("calendar", "rhythm", "lanes", "gaps", "spread"):
        one, two = (picture.build(name, case) for case in cases)
        assert one == two
    found = picture.build("calendar", cases[0]).data["days"]
    days = Counter(
        datetime.fromtimestamp(base + m * 60, ZoneInfo("Europe/London")).date().isoformat()
        for m in minutes
    )
    assert {day: items for day, (_, items) in found.items()} == days
