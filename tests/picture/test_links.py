"""Names given to an older version of a record count for the newest one, in every view."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picture.casefiles import Ev, casefile, record, rid, secs, typed
from tallymark import picture
from tallymark.model.moment import Moment
from tallymark.model.record import (
    Attribution,
    Condition,
    Correction,
    Exhibit,
    Identifier,
    Order,
    Person,
    PoliceContact,
    Witness,
)
from tallymark.picture._links import current, same_people, versions
from tallymark.picture.summary import summarise

LATER = "2026-11-25T12:00:00Z"


def order(**fields) -> Order:
    """An order served on 1 May 2026 with one condition."""
    return Order(
        kind="nmo",
        served=Moment("2026-05-01T09:00"),
        conditions=(Condition(1, "no contact"),),
        **fields,
    )


def test_an_entry_that_names_the_first_version_of_an_order_belongs_to_the_newest() -> None:
    """A court's name added to the order twice leaves its entries where they were."""
    records = [
        record("order", order(court="Norby")),
        typed("a", "2026-05-02T10:00", order=rid("order"), condition=1, reported="CR/1"),
        typed("b", "2026-05-03T10:00", order=rid("order v2"), condition=1),
        record("order v2", order(court="Northby"), written=LATER, supersedes=rid("order")),
        record(
            "order v3",
            order(court="Northby Family"),
            written="2026-11-26T12:00:00Z",
            supersedes=rid("order v2"),
        ),
    ]
    case = casefile(records)
    view = picture.build("breaches", case)
    assert [row[0].text for row in view.table.rows] == ["Non-molestation order, Northby Family"] * 2
    assert [row[4].text for row in view.table.rows] == ["1. no contact"] * 2
    (block,) = summarise(case).orders
    assert block.id == rid("order v3")
    assert [figure.value for _, figure in block.touching] == [2]
    assert block.reported.value == 1


def test_a_corrected_entry_stays_reported_and_keeps_its_witness_and_its_exhibit() -> None:
    """Police were told of the first version; the person and the file were described anew since."""
    records = [
        record("moss", Person(label="L. Mos", roles=("witness",))),
        record("bill", Exhibit(number="AB/1", sha256="00" * 32, size=1, name="x", kind="receipt")),
        typed("a", "2026-05-02T10:00", witnesses=(Witness(rid("moss"), will_speak="yes"),)),
        typed("b", "2026-05-09T10:00", exhibits=(rid("bill"),)),
        record("told", PoliceContact(at=Moment("2026-05-03"), how="101", incidents=(rid("a"),))),
        record(
            "moss v2",
            Person(label="L. Moss", roles=("witness",)),
            written=LATER,
            supersedes=rid("moss"),
        ),
        record(
            "bill v2",
            Exhibit(
                number="AB/1", sha256="00" * 32, size=1, name="x", kind="receipt", title="bill"
            ),
            written=LATER,
            supersedes=rid("bill"),
        ),
    ]
    newer = record("a v2", records[2].body, written=LATER, supersedes=rid("a"))
    page = summarise(casefile([*records, newer]))
    assert page.latest is not None
    assert {label: f.value for label, f in page.second.lines} == {
        "L. Moss": 1,
        "bill or receipt": 1,
    }
    assert page.police[0].refs[1:] == (rid("a v2"),)


def test_a_replacement_named_by_a_correction_counts_as_the_newest() -> None:
    """A withdrawn order with a replacement hands its entries to the replacement."""
    records = [
        record("order", order(court="one")),
        typed("a", "2026-05-02T10:00", order=rid("order")),
        record("new", order(court="two"), written=LATER),
        record(
            "fix", Correction(target=rid("order"), why="wrong court", replacement=rid("new")),
            written=LATER,
        ),
    ]  # fmt: skip
    assert picture.build("breaches", casefile(records)).data["named"][0]["order"] == rid("new")


def test_what_was_recorded_of_unknown_1_counts_once_they_are_linked() -> None:
    """The number of an unknown caller is his once she records that they are the same person."""
    at = secs("2026-05-04T10:00")
    event = Ev(at, channel="voice", party="07700 900333", kind="call")
    him = record("him", Person(label="Colin", roles=("suspect",)))
    unknown = Person(label="unknown-1", identifiers=(Identifier("phone", "07700900333"),))
    first = record("unknown", unknown)
    before = picture.build("people", casefile([him, first], [event])).data["basis"]
    assert (before["known_account"], before["not_known"]) == (0, 1)
    linked = Person(label="unknown-1", identifiers=unknown.identifiers, same_as=rid("him"))
    newer = record("unknown v2", linked, written=LATER, supersedes=rid("unknown"))
    him_too = record(
        "him v2", Person(label="Colin D", roles=("suspect",)), written=LATER, supersedes=rid("him")
    )
    case = casefile([him, first, newer, him_too], [event])
    assert same_people(case) == {rid("unknown v2"): rid("him v2"), rid("him v2"): rid("him v2")}
    after = picture.build("people", case).data["basis"]
    assert (after["known_account"], after["not_known"]) == (1, 0)


def test_two_people_linked_to_each_other_are_one_and_nothing_loops() -> None:
    """A ring of links ends, with one answer for all of it."""
    ring = [
        record(name, Person(label=name, same_as=rid(other)))
        for name, other in (("a", "b"), ("b", "c"), ("c", "a"))
    ]
    found = same_people(casefile(ring))
    assert len(set(found.values())) == 1


def test_a_correction_keeps_the_name_of_the_version_it_withdraws() -> None:
    """Only what points at a thing moves on; what withdraws a version does not."""
    first = typed("a", "2026-05-04T10:00")
    newer = record("b", first.body, written=LATER, supersedes=rid("a"))
    gone = record("c", Correction(target=rid("a"), why="twice"), written=LATER)
    case = casefile([first, newer, gone])
    assert {r.id: r.body for r in current(case)}[rid("c")].target == rid("a")
    assert [r.id for r in current(case)] == [r.id for r in case.current()]


@given(
    links=st.dictionaries(st.integers(0, 6), st.integers(0, 6), max_size=7),
    turn=st.randoms(use_true_random=False),
)
def test_versions_end_whatever_the_chain_and_its_order(links: dict[int, int], turn) -> None:
    """Chains, forks and rings of versions give one newest version each, in any order of records."""
    made = [
        record(
            f"r{new}",
            Person(label=str(new)),
            written=f"2026-01-0{1 + new}T00:00:00Z",
            supersedes=rid(f"r{old}"),
        )
        for new, old in links.items()
    ]
    found = versions(made)
    shuffled = list(made)
    turn.shuffle(shuffled)
    assert versions(shuffled) == found
    assert all(found.get(new, new) == new for new in found.values())


@pytest.mark.parametrize("name", ["timeline", "lanes", "people", "anchors"])
def test_a_case_with_nothing_superseded_is_left_alone(name: str) -> None:
    """Without newer versions the records are the very same objects."""
    case = casefile([typed("a", "2026-05-04T10:00", attribution=Attribution(("saw_face",)))])
    assert all(new is old for new, old in zip(current(case), case.current(), strict=True))
    assert picture.build(name, case).table.rows
