"""The printed rule: each line by its examples, and what the machine may never do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.packmaker import record
from tallymark.desk import triage
from tallymark.desk.case import Case
from tallymark.desk.reading import Shown
from tallymark.model.moment import Moment
from tallymark.model.record import Import, Incident, Order, Person, Place, Record, ToldToStop

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
EXAMPLES = [
    pytest.param(line, example, id=f"{line.id}-{number}")
    for line in triage.rule().line
    for number, example in enumerate(line.example, start=1)
]


def ago(days: float) -> Moment:
    """A minute so many days before the time of the test."""
    return Moment((NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M"), zone="UTC")


def case_of(records: list[Record]) -> Case:
    """A case of these records, in this order of writing."""
    return Case(Shown(n, "", b"", one) for n, one in enumerate(records))


def example_case(example: triage.Example) -> Case:
    """The case that an example states: person 1 reports, person 2 is the other side."""
    other = Person(
        label="the other one",
        roles=("suspect",),
        weapons=example.weapons,
        employer=example.employer,
        separated=ago(example.separated_days_ago).value[:10]
        if example.separated_days_ago
        else None,
    )
    found = [record(0, Person(label="me", roles=("victim",))), record(1, other)]
    ids = [one.id for one in found]

    def add(body: object, written_days_ago: float = 0.0) -> str:
        when = (NOW - timedelta(days=written_days_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")
        found.append(record(len(found), body, written=when))
        return found[-1].id

    order = None
    if example.order is not None:
        served, expires = example.order.served_days_ago, example.order.expires_days_ago
        order = add(
            Order(kind="nmo", served=ago(served), expires=ago(expires) if expires else None)
        )
    if example.stopped_days_ago is not None:
        add(ToldToStop(at=ago(example.stopped_days_ago)))
    for channel in example.imported:
        add(Import(exhibit="x", importer=channel, importer_version="1", events=9))
    for entry in example.entries:
        place = add(Place(label="p", role=entry.place_role)) if entry.place_role else None
        target = entry.target_role and add(Person(label="t", roles=(entry.target_role,)))
        for _ in range(entry.times):
            body = Incident(
                happened=ago(entry.days_ago),
                what_happened="words",
                behaviours=entry.behaviours,
                danger_flags=entry.flags,
                direction=entry.direction,
                channel=entry.channel,
                fear_of_violence=entry.fear,
                actor=ids[1],
                place=place,
                targets=(target,) if target else (),
                order=order if entry.tied_to_order else None,
            )
            add(body, written_days_ago=entry.days_ago)
    return case_of(found)


def outcome_of(line: triage.Line, assessment: triage.Assessment) -> str:
    """What an assessment says of one line."""
    if any(match.line == line.id for match in assessment.matches):
        return "yes"
    return "ask" if any(ask.line == line.id for ask in assessment.asks) else "no"


@pytest.mark.parametrize(("line", "example"), EXAMPLES)
def test_each_line_holds_as_its_examples_say(line: triage.Line, example: triage.Example) -> None:
    """The rule file's own examples come out as it says."""
    found = triage.assess(
        example_case(example), measured=NOW, linked=example.linked, proposed=example.proposed
    )
    assert outcome_of(line, found) == example.then, example.says


@pytest.mark.parametrize("line", triage.rule().line, ids=lambda line: line.id)
def test_each_line_has_three_examples_and_a_yes(line: triage.Line) -> None:
    """No line is without an example of when it holds and at least two more."""
    assert len(line.example) >= 3
    assert "yes" in {example.then for example in line.example}


def test_lines_stand_in_order_of_band_and_have_different_names() -> None:
    """The file is read from top to bottom, so band 0 stands first; no two lines share an id."""
    bands = [line.band for line in triage.rule().line]
    assert bands == sorted(bands)
    assert len({line.id for line in triage.rule().line}) == len(bands)


def test_first_line_gives_the_band_and_all_are_listed() -> None:
    """A weapon gives band 0; the damaged car is listed as well."""
    body = Incident(happened=ago(2), behaviours=("D01", "V13"), channel="in_person")
    found = triage.assess(case_of([record(0, body)]), measured=NOW)
    assert found.band == 0
    assert {m.line for m in found.matches} == {"weapon-shown", "pet-or-property"}
    assert all(m.entries == ("#0",) for m in found.matches)


def test_nothing_stated_is_asked_and_never_taken_for_no() -> None:
    """An entry in words alone stands in band 3 with questions, not with answers."""
    body = Incident(happened=ago(0.1), what_happened="he came")
    found = triage.assess(case_of([record(0, body)]), measured=NOW)
    assert found.band == 3
    assert not found.matches
    asked = {ask.line for ask in found.asks}
    assert {"in-danger-now", "weapon-shown", "at-the-home-24h", "very-frightened"} <= asked


def test_a_bare_date_counts_until_its_end() -> None:
    """At the home "on 31 May" is within 24 hours of noon on 1 June."""
    body = Incident(happened=Moment("2026-05-31", precision="day"), behaviours=("P04",))
    found = triage.assess(case_of([record(0, body)]), measured=NOW)
    assert found.band == 0


def test_a_withdrawn_entry_does_not_count() -> None:
    """What the person took back is no reason."""
    first = record(0, Incident(happened=ago(1), behaviours=("V13",)))
    second = record(
        1, Incident(happened=ago(1), behaviours=("C04",)), supersedes=first.id, reason="wrong box"
    )
    assert triage.assess(case_of([first, second]), measured=NOW).band == 3


def test_what_the_person_sent_themselves_does_not_count() -> None:
    """Their own messages are no contact by the other side."""
    bodies = [Incident(happened=ago(n), what_happened="I wrote", direction="out") for n in range(9)]
    found = triage.assess(case_of([record(n, b) for n, b in enumerate(bodies)]), measured=NOW)
    assert not found.matches


@pytest.mark.parametrize("value", ["0001-01-01", "9999-12-31", "9999-12-31T23:59"])
def test_dates_at_the_end_of_the_calendar_are_no_trouble(value: str) -> None:
    """A record with an absurd date is read like any other."""
    body = Incident(happened=Moment(value, precision="about", zone="Asia/Tokyo"), effect="x")
    assert triage.assess(case_of([record(0, body)]), measured=NOW).version == "1"


def test_the_same_case_gives_the_same_assessment() -> None:
    """An assessment is a value: same records, same date, same bytes."""
    body = Incident(happened=ago(2), behaviours=("D01",))
    one, two = (triage.assess(case_of([record(0, body)]), measured=NOW) for _ in range(2))
    assert msgspec.json.encode(one) == msgspec.json.encode(two)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["V13", "P04", "C04", "D01", "F02", "M04", "V08"]),
            st.floats(0, 60),
            st.sampled_from(["voice", "email", ""]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_an_added_marked_fact_never_loses_a_line_but_the_comparison(
    stated: list[tuple[str, float, str]],
) -> None:
    """More facts never take a reason away, except in the line that compares two fortnights."""
    records = [
        record(n, Incident(happened=ago(days), behaviours=(code,), channel=channel))
        for n, (code, days, channel) in enumerate(stated)
    ]
    before = triage.assess(case_of(records[:-1]), measured=NOW)
    after = triage.assess(case_of(records), measured=NOW)
    lost = {m.line for m in before.matches} - {m.line for m in after.matches}
    assert lost <= {"twice-as-many-14d"}


def test_waiting_raises_step_by_step() -> None:
    """Band 3 unread for 48 hours is band 2, for 72 hours band 1; band 1 stays."""
    begin = NOW
    assert triage.waited(3, untouched_since=begin, now=begin + timedelta(hours=47)) is None
    two = triage.waited(3, untouched_since=begin, now=begin + timedelta(hours=48))
    assert two == (2, begin + timedelta(hours=48))
    one = triage.waited(3, untouched_since=begin, now=begin + timedelta(days=9))
    assert one == (1, begin + timedelta(hours=72))
    assert triage.waited(2, untouched_since=begin, now=begin + timedelta(hours=24))[0] == 1
    assert triage.waited(1, untouched_since=begin, now=begin + timedelta(days=99)) is None
