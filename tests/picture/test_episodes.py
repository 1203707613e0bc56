"""Episodes and items: what counts, what starts a new one, and what never changes them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from picture.casefiles import IN, OUT, UNKNOWN, Ev, casefile, record, secs, typed
from tallymark import picture
from tallymark.model.casefile import Casefile
from tallymark.model.record import Correction
from tallymark.picture.episodes import compared, episodes

BASE = secs("2026-10-20T00:00")
CHANNELS = ("whatsapp", "voice", "email")

events = st.builds(
    Ev,
    at=st.integers(0, 14 * 86_400).map(lambda s: BASE + s // 300 * 300),
    channel=st.sampled_from(CHANNELS),
    party=st.sampled_from(("", "Colin", "Kim")),
    direction=st.sampled_from((UNKNOWN, IN, OUT)),
    kind=st.sampled_from(("message", "call", "system", "other")),
    source=st.sampled_from(("one", "two")),
)


def tidy(found: list[Ev]) -> list[Ev]:
    """One channel for each import, as in a vault."""
    return [
        Ev(e.at, e.channel, e.party, e.direction, e.kind, f"{e.channel} {e.source}") for e in found
    ]


def entry_of(place: int, minutes: int | None, channel: str, direction: str):
    """A typed entry some minutes into the fortnight, or on a bare day."""
    name = f"entry {place} {minutes} {channel} {direction}"
    if minutes is None:
        return typed(name, f"2026-10-{21 + place % 9}", channel=channel, direction=direction)
    day, rest = divmod(minutes, 1440)
    at = f"2026-10-{20 + day:02}T{rest // 60:02}:{rest % 60:02}"
    return typed(name, at, channel=channel, direction=direction)


entries = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(0, 10 * 1440 - 1)),
        st.sampled_from(("voice", "in_person", "whatsapp")),
        st.sampled_from(("in", "out", "third_party")),
    ),
    max_size=8,
).map(lambda found: [entry_of(place, *one) for place, one in enumerate(found)])

cases = st.tuples(entries, st.lists(events, max_size=30).map(tidy)).map(lambda p: casefile(*p))


def by_hand(case: Casefile, *, gap: int) -> tuple[int, int]:
    """(episodes, items) the slow way: one object a time."""
    exported: dict[str, list[int]] = {}
    typed_at: dict[str, list[int]] = {}
    alone = 0
    columns = case.events
    for place, at in enumerate(columns.seconds):
        kind, way = columns.kind[place], columns.direction[place]
        if kind in {0, 1} and way != OUT:
            exported.setdefault(columns.channels[columns.channel[place]], []).append(at)
    for one in case.records:
        body = one.body
        if body.direction == "out":
            continue
        if body.happened.has_clock_time:
            at = int(body.happened.utc().timestamp())
            typed_at.setdefault(body.channel, []).append(at)
        else:
            alone += 1
    many = alone
    for times in exported.values():
        many += 1 + sum(b - a > gap * 60 for a, b in itertools.pairwise(sorted(times)))
    for channel, times in typed_at.items():
        many += spans_by_hand(sorted(times), exported.get(channel, []), gap=gap * 60)
    held = [*exported.values(), *typed_at.values()]
    return many, alone + sum(map(len, held))


def spans_by_hand(times: list[int], exported: list[int], *, gap: int) -> int:
    """How many spans hold the typed times that have no exported item near."""
    begun, many = None, 0
    for at in times:
        near = any(abs(at - other) <= gap for other in exported)
        if not near and (begun is None or at - begun > gap):
            begun, many = at, many + 1
    return many


@given(case=cases, gap=st.sampled_from((30, 60, 120)))
def test_columns_count_what_a_plain_loop_counts(case: Casefile, gap: int) -> None:
    """The fast way over arrays gives the numbers of the definition, one object at a time."""
    found = episodes(case, gap_minutes=gap)
    assert (found.count(), found.items()) == by_hand(case, gap=gap)


@given(case=cases)
def test_a_longer_gap_never_gives_more_episodes(case: Casefile) -> None:
    """30 minutes give at least as many as 60, and 60 as 120; each equals its own grouping."""
    found = compared(episodes(case))
    assert found[30] >= found[60] >= found[120]
    assert all(episodes(case, gap_minutes=gap).count() == many for gap, many in found.items())


@given(case=cases, more=events)
def test_adding_an_item_never_lowers_items_or_days(case: Casefile, more: Ev) -> None:
    """Items and days only grow; an exported item can close one pause, and joins no more than that."""
    held = [
        Ev(
            at,
            case.events.channels[case.events.channel[place]],
            case.events.parties[case.events.party[place]],
            case.events.direction[place],
            ("message", "call", "system", "poll", "deleted", "media", "location", "other")[
                case.events.kind[place]
            ],
            case.events.channels[case.events.channel[place]],
        )
        for place, at in enumerate(case.events.seconds)
    ]
    one = Ev(more.at, more.channel, more.party, more.direction, more.kind, more.channel)
    before, after = (
        episodes(casefile(case.records, held)),
        episodes(casefile(case.records, [*held, one])),
    )
    assert after.items() >= before.items()
    assert after.days() >= before.days()
    assert before.count() - 1 <= after.count() <= before.count() + 1


additions = st.tuples(
    st.one_of(st.none(), st.integers(0, 10 * 1440 - 1)),
    st.sampled_from(("voice", "in_person", "whatsapp")),
    st.sampled_from(("in", "out", "third_party")),
)


@given(case=cases, one=additions, gap=st.sampled_from((30, 60, 120)))
def test_adding_a_typed_entry_never_lowers_a_count(case: Casefile, one, gap: int) -> None:
    """Episodes, items and days, in all and in each channel, never go down; entries go up by one."""
    added = entry_of(99, *one)
    grown = Casefile(
        records=(*case.records, added), events=case.events, sources=case.sources, zone=case.zone
    )
    before, after = (episodes(c, gap_minutes=gap) for c in (case, grown))
    assert after.items() == before.items() + (one[2] != "out")
    assert after.days() >= before.days()
    assert before.count() <= after.count() <= before.count() + 1
    lanes = {lane.lane.key: lane for lane in after.lanes}
    for lane in before.lanes:
        assert len(lanes[lane.lane.key]) >= len(lane)
    rows = [picture.build("completeness", one).data["entries"] for one in (case, grown)]
    assert rows[0] + 1 == rows[1]


@given(case=cases, gap=st.sampled_from((30, 60, 120)))
def test_episodes_lie_apart_and_hold_every_item_once(case: Casefile, gap: int) -> None:
    """No two episodes of a channel touch, and each item lies in exactly one."""
    for lane in episodes(case, gap_minutes=gap).lanes:
        assert all(end < start for end, start in zip(lane.ends, lane.starts[1:], strict=False))
        for at in (*lane.lane.seconds, *(entry.at for entry in lane.clocked())):
            place = lane.index(at)
            assert lane.starts[place] <= at <= lane.ends[place]


def test_a_call_noted_between_two_others_does_not_make_them_one() -> None:
    """Calls typed at 10:00 and 11:10 are two episodes; one noted at 10:40 later does not lower that."""
    two = [typed("a", "2026-05-04T10:00"), typed("b", "2026-05-04T11:10")]
    assert episodes(casefile(two)).count() == 2
    assert episodes(casefile([*two, typed("c", "2026-05-04T10:40")])).count() == 2


def test_a_typed_entry_between_two_exported_episodes_belongs_to_the_earlier() -> None:
    """It is near both, joins neither to the other, and is listed with the first."""
    at = secs("2026-05-04T10:00")
    case = casefile(
        [typed("a", "2026-05-04T10:50", channel="whatsapp")], [Ev(at), Ev(at + 100 * 60)]
    )
    found = episodes(case)
    assert (found.count(), found.items()) == (2, 3)
    assert found.lanes[0].ends[0] == at + 50 * 60


@given(
    found=st.lists(events, max_size=25).map(tidy),
    typed_entries=entries,
    turn=st.randoms(use_true_random=False),
)
@settings(deadline=None)
def test_order_of_writing_and_import_changes_no_view(found, typed_entries, turn) -> None:
    """Records in any order and imports in any order give the same views, byte for byte."""
    names = sorted({e.source for e in found})
    other_names, other_records = list(names), list(typed_entries)
    turn.shuffle(other_names)
    turn.shuffle(other_records)
    one = casefile(typed_entries, found, source_order=names)
    two = casefile(other_records, found, source_order=other_names)
    for name in picture.names():
        assert picture.build(name, one) == picture.build(name, two)


def test_out_and_system_are_no_contact_and_unknown_counts_and_is_told() -> None:
    """What she sent and notices of the app are left out; unknown direction counts, and it is said."""
    at = secs("2026-05-04T10:00")
    case = casefile(
        [],
        [
            Ev(at, direction=IN),
            Ev(at + 60, direction=OUT),
            Ev(at + 120, direction=UNKNOWN),
            Ev(at + 180, kind="system", party=""),
            Ev(at + 240, kind="call"),
        ],
    )
    found = episodes(case)
    assert (found.count(), found.items(), found.contacts.unknown_direction) == (1, 3, 1)
    assert "does not say who wrote to whom" in picture.build("lanes", case).sentence


def test_a_gap_of_exactly_the_minutes_does_not_start_a_new_episode() -> None:
    """Sixty minutes join, sixty minutes and one second part; channels never join."""
    at = secs("2026-05-04T10:00")
    assert episodes(casefile([], [Ev(at), Ev(at + 3600)])).count() == 1
    assert episodes(casefile([], [Ev(at), Ev(at + 3601)])).count() == 2
    apart = [Ev(at), Ev(at + 60, channel="email", source="two")]
    assert episodes(casefile([], apart)).count() == 2


def test_an_entry_without_a_time_of_day_is_an_episode_of_its_own() -> None:
    """Nobody can say what a bare day was near to, so it never joins and never parts others."""
    at = secs("2026-05-04T00:10")
    case = casefile([typed("a", "2026-05-04", channel="whatsapp")], [Ev(at), Ev(at + 60)])
    found = episodes(case)
    assert (found.count(), found.items(), len(found.days())) == (2, 3, 1)


def test_a_typed_entry_joins_the_export_of_its_channel() -> None:
    """A call typed ten minutes after the call log's last is one episode and one more item."""
    at = secs("2026-05-04T10:00")
    case = casefile(
        [typed("a", "2026-05-04T10:10", channel="voicemail")],
        [Ev(at, channel="voice", kind="call")],
    )
    found = episodes(case)
    assert (found.count(), found.items()) == (1, 2)


def test_a_corrected_entry_counts_once() -> None:
    """A newer version takes the place of the old one; a withdrawn entry is left out."""
    first = typed("a", "2026-05-04T10:00")
    second = typed("b", "2026-05-04T11:00", written="2026-11-24T12:00:00Z")
    newer = record("c", second.body, written="2026-11-25T12:00:00Z", supersedes=first.id)
    assert episodes(casefile([first, newer])).items() == 1
    gone = record("d", Correction(target=second.id, why="twice"), written="2026-11-26T12:00:00Z")
    assert episodes(casefile([first, second, gone])).items() == 1


def test_refs_name_the_import_that_each_event_came_from() -> None:
    """With two imports of one channel, a week that holds one of them names only that one."""
    early, late = secs("2026-05-04T10:00"), secs("2026-05-20T10:00")
    case = casefile(
        [], [Ev(early, source="one"), Ev(late, source="two"), Ev(early + 60, source="two")]
    )
    lane = episodes(case).lanes[0]
    one, two = (source.exhibit_id for source in case.sources)
    assert lane.refs(high=secs("2026-05-10T00:00")) == tuple(sorted((one, two)))
    assert lane.refs(low=secs("2026-05-10T00:00")) == (two,)


@pytest.mark.parametrize("many", [3, 300])
def test_refs_name_the_import_however_many_there_are(many: int) -> None:
    """With three imports of one channel and with three hundred, each day names its own."""
    at = secs("2024-05-04T10:00")
    found = [Ev(at + 86_400 * n + k, source=f"s{n:03}") for n in range(many) for k in range(300)]
    case = casefile([], found)
    lane = episodes(case).lanes[0]
    for n in (0, 1, many - 1):
        (only,) = lane.lane.exhibits(at + 86_400 * n, at + 86_400 * n + 300)
        assert only == case.sources[n].exhibit_id
    assert len(lane.lane.exhibits()) == many


def test_a_gap_below_a_minute_is_refused() -> None:
    """Zero minutes would make every message an episode, which is no picture of anything."""
    with pytest.raises(ValueError, match="at least one minute"):
        episodes(Casefile(records=()), gap_minutes=0)
