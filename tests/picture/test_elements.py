"""Entries per element and what is open: it counts up, whatever the order, and concludes nothing."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from picture.casefiles import Ev, casefile, record, rid, secs, typed
from tallymark import law
from tallymark.model.moment import Moment
from tallymark.model.record import (
    Attribution,
    Condition,
    Exhibit,
    Impact,
    Order,
    Person,
    PoliceContact,
    SafetyAction,
    ToldToStop,
    Witness,
)
from tallymark.picture import breach_sheet, elements, screening, time_limits
from tallymark.picture._looks import LOOKS
from tallymark.picture._view import day_text
from tallymark.picture.summary import summarise

STALKING = law.rule("EW-PHA-2A")[1]
EVERY_RULE = [rule for name in law.jurisdictions() for rule in law.jurisdiction(name).rules]
CODES = [term.code for term in law.vocabulary("behaviours").terms]
CONCLUDES = re.compile(
    r"\b(made out|is met|are met|satisf\w+|guilty|is an offence|was an offence|you have a case"
    r"|strong|weak|likely to be charged|too late|expired|must act)\b",
    re.IGNORECASE,
)


def _rule(**changed: object) -> law.Rule:
    base = {
        "id": "MADE-UP",
        "title": "A made-up rule",
        "provision": "none",
        "kind": "course",
        "elements": (law.Element(key="acts", words="Acts", codes=("C*", "P*")),),
        "sources": ("made up for this test",),
        "checked": "not_read",
    }
    return law.Rule(**{**base, **changed})


def _element(found: elements.Collection, key: str) -> elements.Collected:
    return next(one for one in found.elements if one.key == key)


def test_each_element_has_its_entries_and_the_rest_is_named() -> None:
    """Acts, told to stop, effect and identity are found where they were written; gaps are in words."""
    basis = Attribution(basis=("saw_face",))
    case = casefile(
        [
            typed("a", "2026-03-01T10:00", behaviours=("P01",), attribution=basis),
            typed("b", "2026-03-09T10:00", behaviours=("C04",), effect="I shook."),
            record("stop", ToldToStop(at=Moment("2026-03-05T09:00"))),
        ]
    )
    found = elements.collect(case, STALKING)
    assert set(_element(found, "acts").entries) == {rid("a"), rid("b")}
    assert _element(found, "unwanted").entries == (rid("stop"),)
    assert _element(found, "effect").entries == (rid("b"),)
    assert _element(found, "identity").without == (rid("b"),)
    assert found.gaps == (
        "How it left you: alarm or distress: left open in 1 entry.",
        "How you know who it was: left open in 1 entry.",
    )
    assert {line.key: line.entries for line in found.acts if line.entries} == {
        "a": (rid("a"),),
        "b": (rid("b"),),
    }


def test_nothing_recorded_gives_only_open_points() -> None:
    """An empty diary names what is open, and how often the rule speaks of."""
    found = elements.collect(casefile(), STALKING)
    assert "The rule speaks of 2 occasions; 0 recorded so far." in found.gaps
    assert all(one.entries == () for one in found.elements)
    assert found.limit is not None
    assert found.limit.day is None


def test_own_messages_and_wanted_contact_are_not_counted() -> None:
    """What the person sent, and what they said was wanted, stands apart."""
    case = casefile(
        [
            typed("mine", "2026-03-01T10:00", behaviours=("C04",), direction="out"),
            typed("wanted", "2026-03-02T10:00", behaviours=("C04",), wanted="yes"),
            typed("theirs", "2026-03-03T10:00", behaviours=("C04",), wanted="no"),
        ]
    )
    found = elements.collect(case, STALKING)
    assert found.occasions.entries.refs == (rid("theirs"),)
    assert found.left_out == (rid("wanted"),)


def test_an_older_version_does_not_stand_up_again() -> None:
    """A correction that takes the code away leaves no entry behind."""
    old = typed("old", "2026-03-01T10:00", behaviours=("P01",), written="2026-03-01T12:00:00Z")
    new = typed("new", "2026-03-01T10:00", behaviours=("N01",), written="2026-03-02T12:00:00Z")
    new = msgspec.structs.replace(new, supersedes=old.id)
    found = elements.collect(casefile([old, new]), _rule())
    assert found.occasions.entries.value == 0
    assert found.occasions.days == 0


def test_imported_contact_counts_beside_entries() -> None:
    """A chat alone is contact: its items, episodes and file are named, and acts are not 'open'."""
    events = [Ev(secs("2026-03-01T10:00")), Ev(secs("2026-03-05T10:00"))]
    found = elements.collect(casefile(events=events), STALKING)
    assert found.occasions.imported.value == 2
    assert found.occasions.episodes.value == 2
    assert found.occasions.imported.refs == (rid("exhibit one"),)
    assert not any(gap.startswith("Acts that go with stalking") for gap in found.gaps)
    single = elements.collect(casefile(events=events), law.rule("EW-CD")[1])
    assert single.occasions.imported.value == 0


def test_a_message_is_contact_by_its_channel_alone() -> None:
    """With no kind of act chosen a text still counts as contact, and that is said; a visit does not."""
    text = typed("text", "2026-03-01T10:00", channel="sms_mms")
    visit = typed("visit", "2026-03-02T10:00", channel="in_person")
    chosen = typed("chosen", "2026-03-03T10:00", channel="sms_mms", behaviours=("V01",))
    found = elements.collect(casefile([text, visit, chosen]), STALKING)
    assert set(found.occasions.entries.refs) == {rid("text"), rid("chosen")}
    assert found.by_channel == (rid("text"),)
    assert "1 entry with no kind of act chosen: no rule can find them yet." in found.gaps
    named = elements.by_themselves(casefile([text]), law.jurisdiction().rules)
    assert named == ()


def test_a_ticked_sign_counts_as_the_act_it_names() -> None:
    """Who ticks "threat to kill" and "at home" need not choose the same again as codes."""
    case = casefile([typed("a", "2026-03-01T10:00", danger_flags=("threat_to_kill", "at_home"))])
    found = elements.collect(case, STALKING)
    assert {line.key for line in found.acts if line.entries} == {"e"}
    named = {rule.id for rule, _ in elements.by_themselves(case, law.jurisdiction().rules)}
    assert "EW-OAPA16" in named


def test_fear_is_asked_for_twice() -> None:
    """Where the rule speaks of two occasions of fear, one is named as one."""
    rule = law.rule("EW-PHA-4")[1]
    one = typed("a", "2026-03-01T10:00", behaviours=("V02",), fear_of_violence="yes")
    two = typed("b", "2026-04-01T10:00", behaviours=("V02",), fear_of_violence="yes")
    first = elements.collect(casefile([one]), rule)
    assert "Fear that violence will be used: the rule speaks of 2; 1 recorded so far." in first.gaps
    both = elements.collect(casefile([one, two]), rule)
    assert not any(gap.startswith("Fear") for gap in both.gaps)


def test_a_window_counts_days_inside_it() -> None:
    """Two years is data: days further apart are counted, and are not inside one window."""
    rule = _rule(occasions=law.Occasions(least=2, window_days=730))
    near = [
        typed("a", "2024-01-10", behaviours=("C09",)),
        typed("b", "2026-01-09", behaviours=("C09",)),
    ]
    far = [
        typed("a", "2024-01-10", behaviours=("C09",)),
        typed("b", "2026-01-10", behaviours=("C09",)),
    ]
    assert elements.collect(casefile(near), rule).occasions.in_window == 2
    apart = elements.collect(casefile(far), rule)
    assert (apart.occasions.in_window, apart.occasions.days) == (1, 2)
    assert "inside 730 days" in apart.gaps[-1]


def test_collective_conduct_counts_each_person() -> None:
    """Once for each of two people: one entry each is named for each of them."""
    rule = law.rule("EW-PHA-1A")[1]
    sister = record("sister", Person(label="my sister", roles=("third_party",)))
    me = record("me", Person(label="me", roles=("victim",)))
    first = typed("a", "2026-03-01T10:00", behaviours=("C04",), targets=(me.id,))
    second = typed("b", "2026-03-02T10:00", behaviours=("C04",), targets=(sister.id,))
    alone = elements.collect(casefile([sister, me, first]), rule)
    assert any("speaks of 2 people" in gap for gap in alone.gaps)
    both = elements.collect(casefile([sister, me, first, second]), rule)
    assert dict(both.occasions.persons) == {"my sister": (rid("b"),), "yourself": (rid("a"),)}
    assert not any("people;" in gap for gap in both.gaps)


def test_what_others_did_for_them_stays_linked() -> None:
    """An entry through a friend counts for the one it was done for; a missing name is open."""
    other = record("him", Person(label="C.D.", roles=("suspect",)))
    friend = record("friend", Person(label="a friend of C.D.", roles=("proxy",)))
    case = casefile(
        [
            other,
            friend,
            typed("a", "2026-03-01", behaviours=("C12",), actor=friend.id, on_behalf_of=other.id),
            typed("b", "2026-03-02", behaviours=("C12",), actor=friend.id),
            typed("c", "2026-03-03", behaviours=("C04",), actor=other.id),
        ]
    )
    found = elements.collect(case, STALKING)
    assert dict(found.whose)["C.D."] == tuple(sorted((rid("a"), rid("c")), key=_index(case)))
    assert {p.entry: p.principal for p in found.proxies} == {rid("a"): "C.D.", rid("b"): ""}
    assert "1 entry through others: for whom is not recorded." in found.gaps


def _index(case):
    return lambda ref: case.leaves[ref].index


def test_a_single_act_is_named_beside_the_course() -> None:
    """A threat to kill is also looked at by itself; nothing is called a crime."""
    case = casefile([typed("a", "2026-03-01", behaviours=("V01", "D07"))])
    named = elements.by_themselves(case, law.jurisdiction().rules)
    assert {rule.id for rule, _ in named} >= {"EW-OAPA16", "EW-CD", "EW-OSA181"}
    assert all(ids == (rid("a"),) for _, ids in named)


# Time limits ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("newest", "day"),
    [("2026-11-20", "2027-05-19"), ("2026-08-31", "2027-02-27"), ("2026-09-01", "2027-02-28")],
)
def test_six_months_is_one_day_early(newest: str, day: str) -> None:
    """Counted by months, also where the later month is shorter; one day early on purpose."""
    assert time_limits.one_day_early(date.fromisoformat(newest), months=6).isoformat() == day


def test_the_words_of_a_limit_ask_to_raise_it_now() -> None:
    """A date of long ago says the same as one to come, and never that it is over."""
    old = time_limits.limit(STALKING, last=date(2001, 1, 1))
    assert old is not None
    assert old.words.startswith("Raise this with police now.")
    assert "30 Jun 2001" in old.words
    assert not CONCLUDES.search(old.words)
    assert time_limits.limit(law.rule("EW-PHA-4A-ii")[1], last=date(2001, 1, 1)) is None
    some = time_limits.limits(law.jurisdiction().rules, last=date(2026, 1, 1))
    assert [one.months for one in some] == sorted(one.months for one in some)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.dates(date(2024, 1, 1), date(2026, 11, 20)), max_size=4), st.booleans())
def test_the_first_page_and_the_rules_give_one_date(days, imported) -> None:
    """What the first page of a pack says and what a rule says come from one place and agree."""
    records = [typed(f"e{n}", day.isoformat()) for n, day in enumerate(days)]
    case = casefile(records, EXPORT if imported else [])
    found = elements.collect(case, STALKING).limit.day
    assert summarise(case).six_months == (day_text(found) if found else "")


# Orders -----------------------------------------------------------------------------------------


def test_the_breach_sheet_has_every_condition_and_what_is_missing() -> None:
    """A condition with no entry stands there too; reported and not reported are told apart."""
    paper = record("paper", Exhibit(number="AB/9", sha256="0" * 64, size=1, name="order.pdf"))
    order = record(
        "order",
        Order(
            kind="nmo",
            court="Leeds",
            served=Moment("2026-08-01", precision="day"),
            proof_of_service=paper.id,
            conditions=(Condition(1, "No contact by any means"), Condition(2, "Not in Mill Rd")),
        ),
    )
    case = casefile(
        [
            paper,
            order,
            typed("a", "2026-08-05T10:00", order=order.id, condition=1),
            typed("b", "2026-08-06T10:00", order=order.id),
            typed("c", "2026-08-07T10:00"),
            typed("early", "2026-07-07T10:00"),
            record("told", PoliceContact(at=Moment("2026-08-06"), incidents=(rid("a"),))),
        ]
    )
    (sheet,) = breach_sheet.sheets(case)
    lines = [(line.number, line.entries, line.reported) for line in sheet.conditions]
    assert lines == [(1, (rid("a"),), (rid("a"),)), (2, (), ()), (None, (rid("b"),), ())]
    assert sheet.after_service == (rid("c"),)
    assert (sheet.served, sheet.proof) == ("1 Aug 2026", "AB/9")
    assert "a copy of the order" in sheet.gaps
    assert "which condition, for some entries" in sheet.gaps


# Screening and accounts -------------------------------------------------------------------------


def test_screening_points_at_entries_and_adds_nothing_up() -> None:
    """Each question has its own records; there is no total, level or colour in what is returned."""
    case = casefile(
        [
            typed("a", "2026-03-01", behaviours=("M04",)),
            record("stop", ToldToStop(at=Moment("2026-03-05"))),
        ]
    )
    found = {one.key: one.records for one in screening.screened(case, law.jurisdiction().prompts)}
    assert found["monitoring"] == (rid("a"),)
    assert found["told"] == (rid("stop"),)
    assert found["pets"] == ()
    assert set(screening.Answered.__dataclass_fields__) == {"key", "words", "list", "records"}


def test_a_line_of_accounts_has_a_slot_for_what_shows_it() -> None:
    """A step that names the line brings its entry and the entry's file into the slot."""
    photo = record("photo", Exhibit(number="AB/3", sha256="1" * 64, size=1, name="tag.jpg"))
    case = casefile(
        [
            photo,
            typed("tag", "2026-03-01", behaviours=("M04",), exhibits=(photo.id,)),
            record(
                "step",
                SafetyAction(
                    at=Moment("2026-03-02"),
                    code="device_secured",
                    account="tracker",
                    incidents=(rid("tag"),),
                ),
            ),
        ]
    )
    found = {slot.key: slot for slot in screening.slots(case, law.jurisdiction().checklist)}
    assert found["tracker"].files == ("AB/3",)
    assert found["tracker"].actions == (rid("step"),)
    assert found["car_app"].entries == (rid("tag"),)
    assert found["bank"].entries == ()


# For every rule ---------------------------------------------------------------------------------

moments = st.dates(min_value=date(2024, 1, 1), max_value=date(2026, 11, 20))
entry = st.fixed_dictionaries(
    {
        "day": moments,
        "hour": st.one_of(st.none(), st.integers(0, 23)),
        "behaviours": st.lists(st.sampled_from(CODES), max_size=3).map(tuple),
        "effect": st.sampled_from(["", "I shook."]),
        "fear_of_violence": st.sampled_from([None, "yes", "no"]),
        "wanted": st.sampled_from([None, "no", "unsure"]),
        "direction": st.sampled_from(["in", "third_party"]),
        "attribution": st.sampled_from([None, Attribution(basis=("cctv",))]),
        "targets": st.sampled_from([(), ("a",), ("b",), ("a", "b")]),
        "witnesses": st.sampled_from([(), (Witness(person="w"),)]),
        "words_said": st.sampled_from(["", "soon"]),
        "danger_flags": st.sampled_from([(), ("weapon",), ("went_quiet",)]),
        "channel": st.sampled_from(["in_person", "voice", "whatsapp", "letter"]),
    }
)


def _records(drawn: list[dict]) -> list:
    found = []
    for place, fields in enumerate(drawn):
        held = dict(fields)
        day, hour = held.pop("day"), held.pop("hour")
        at = day.isoformat() if hour is None else f"{day.isoformat()}T{hour:02d}:10"
        written = f"2026-11-23T{place // 60:02d}:{place % 60:02d}:00Z"
        found.append(typed(f"e{place}", at, written=written, **held))
    return found


def _numbers(found: elements.Collection) -> list[int]:
    how = found.occasions
    return [
        *(len(one.entries) for one in found.elements),
        *(len(line.entries) for line in found.acts),
        how.entries.value,
        how.episodes.value,
        how.days,
        how.imported.value,
        how.in_window or 0,
        sum(len(ids) for _, ids in how.persons),
        len(found.proxies),
    ]


EXPORT = [
    Ev(int(secs("2026-02-01T10:00")) + step * 1900, channel=channel)
    for step in range(6)
    for channel in ("whatsapp", "voice")
]


@settings(max_examples=60, deadline=None)
@given(st.lists(entry, max_size=6), entry, st.sampled_from(EVERY_RULE), st.booleans())
def test_another_entry_never_lowers_a_count(drawn, more, rule, imported) -> None:
    """Whatever is added, no number of any rule goes down and no date comes nearer."""
    rule = _window(rule)
    events = EXPORT if imported else []
    before = elements.collect(casefile(_records(drawn), events), rule)
    after = elements.collect(casefile(_records([*drawn, more]), events), rule)
    pairs = list(zip(_numbers(before), _numbers(after), strict=True))
    assert all(old <= new for old, new in pairs), pairs
    if before.limit is not None and before.limit.day is not None:
        assert after.limit.day >= before.limit.day


def _window(rule: law.Rule) -> law.Rule:
    occasions = msgspec.structs.replace(rule.occasions, window_days=90)
    return msgspec.structs.replace(rule, occasions=occasions)


@settings(max_examples=40, deadline=None)
@given(st.lists(entry, max_size=6), st.sampled_from(EVERY_RULE), st.randoms(use_true_random=False))
def test_the_order_of_records_changes_nothing(drawn, rule, random) -> None:
    """The same records in another order give the same collection, to the last id."""
    case = casefile(_records(drawn), EXPORT)
    mixed = list(case.records)
    random.shuffle(mixed)
    again = elements.collect(replace(case, records=tuple(mixed)), rule)
    assert again == elements.collect(case, rule)


@pytest.mark.parametrize("rule", EVERY_RULE, ids=lambda rule: rule.id)
def test_no_rule_concludes(rule: law.Rule) -> None:
    """Full or empty, what is printed for a rule says nothing about guilt, chance or lateness."""
    full = [
        typed(
            f"x{n}", f"2026-03-{n + 1:02d}", behaviours=(code,), effect="x", fear_of_violence="yes"
        )
        for n, code in enumerate(CODES[:28])
    ]
    full.append(record("impact", Impact(at=Moment("2026-04-01"), code="sleep")))
    for case in (casefile(), casefile(full)):
        said = json.dumps(elements.collect(case, rule).to_json())
        assert CONCLUDES.findall(said) == []


def test_every_look_is_used_and_every_rule_names_looks_that_exist() -> None:
    """Law data and the engine agree, both ways."""
    named = {name for rule in EVERY_RULE for one in rule.elements for name in one.looks}
    asked = {n for j in law.jurisdictions() for p in law.jurisdiction(j).prompts for n in p.looks}
    assert named | asked <= set(LOOKS)
    assert set(LOOKS) <= named | asked
    assert all(one.codes or one.looks for rule in EVERY_RULE for one in rule.elements)


def test_the_window_is_measured_in_days() -> None:
    """The same day of the next year lies within 365 days and not within 364."""
    days = {date(2025, 3, 1), date(2025, 3, 1) + timedelta(days=365)}
    assert elements._most_days(days, 365) == 2
    assert elements._most_days(days, 364) == 1
