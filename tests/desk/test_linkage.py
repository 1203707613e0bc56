"""Reports that share an identifier of the other side; what speaks for and against; who decides."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.packmaker import record
from desk.people import happened, other, victim
from desk.test_triage import case_of
from tallymark.desk import linkage
from tallymark.model.record import Body, Import, Person


def side(report: str, *bodies: Body, vault: str | None = None) -> linkage.Side:
    """A report as linkage compares it."""
    case = case_of([record(n, body) for n, body in enumerate(bodies)])
    return linkage.Side(
        report, vault or report, tuple(linkage.marks(case)), linkage.names(case), linkage.born(case)
    )


def test_spellings_of_one_number_link_and_each_is_shown() -> None:
    """Three spellings in three reports: three pairs, each with its own spellings."""
    spellings = {"R1": "07700 900222", "R2": "+44 7700 900222", "R3": "(0)7700-900-222"}
    found = linkage.compare([side(r, other(phone=s)) for r, s in spellings.items()])
    assert [e.reports for e in found] == [("R1", "R2"), ("R1", "R3"), ("R2", "R3")]
    for evidence in found:
        (shared,) = evidence.shared
        assert {r: rows[0][0] for r, rows in shared.spellings.items()} == {
            r: spellings[r] for r in evidence.reports
        }
    assert any("more than two reports" in words for words in found[0].speaks_against)


def test_a_plate_links_whatever_its_spaces_and_capitals() -> None:
    """AB12 CDE and ab12cde are one plate and are said once, not twice."""
    (evidence,) = linkage.compare(
        [side("R1", other(plate="AB12 CDE")), side("R2", other(plate="ab12cde"))]
    )
    assert [s.kind for s in evidence.shared] == ["number plate"]


def test_a_plate_read_in_part_links_to_a_whole_one_and_says_how_weak_that_is() -> None:
    """``AB12`` beside ``AB12 CDE`` is proposed, with the words against it."""
    (evidence,) = linkage.compare(
        [side("R1", other(plate="AB12 C??")), side("R2", other(plate="ab12cde"))]
    )
    assert [s.kind for s in evidence.shared] == ["part of a number plate"]
    assert any("only in part" in words for words in evidence.speaks_against)


@pytest.mark.parametrize(
    "roles", [("victim",), ("reporting",), ("child",), ("witness",), ("victim", "suspect")]
)
def test_numbers_of_the_person_and_their_people_do_not_link(roles: tuple[str, ...]) -> None:
    """A number that is the victim's own, their child's or a witness's is never compared."""
    mine = Person(label="x", roles=roles, identifiers=victim(phone="07700 900111").identifiers)
    both = [
        side("R1", mine, happened(what_happened="my number is 07700 900111")),
        side("R2", other(phone="+447700900111")),
    ]
    assert linkage.compare(both) == []


def test_an_own_number_on_the_other_side_too_is_left_out() -> None:
    """A number given for both sides says nothing about either."""
    both = [
        side("R1", victim(phone="07700 900111"), other(phone="07700900111")),
        side("R2", other(phone="07700 900111")),
    ]
    assert linkage.compare(both) == []


def test_seen_in_text_links_only_to_a_stated_identifier() -> None:
    """Text to person record is proposed with a word of caution; text to text is not."""
    text = happened(what_happened="a call from +44 7700 900222")
    (evidence,) = linkage.compare([side("R1", other(phone="07700 900222")), side("R2", text)])
    assert any("only seen in text" in words for words in evidence.speaks_against)
    assert evidence.shared[0].spellings["R2"] == (("+44 7700 900222", "#0", "seen in text"),)
    assert linkage.compare([side("R1", text), side("R2", text)]) == []


def test_an_unsaved_sender_of_an_export_is_seen_but_not_its_owner() -> None:
    """Numbers that an export shows as senders count as seen; the person's own label does not."""
    senders = {"+44 7700 900222": 3, "+44 7700 900111": 5}
    imported = Import(
        exhibit="x", importer="whatsapp", importer_version="1",
        options={"owner": "+44 7700 900111"}, summary={"senders": senders},
    )  # fmt: skip
    stated = [other(phone="07700 900222"), other(phone="07700 900111")]
    found = [linkage.compare([side("R1", one), side("R2", imported)]) for one in stated]
    assert [len(links) for links in found] == [1, 0]


def test_withdrawn_numbers_do_not_link_and_stay_out_of_the_own_side() -> None:
    """A corrected person record counts as it stands now."""
    first = record(0, other(phone="07700 900333"))
    second = record(1, other(phone="07700 900222"), supersedes=first.id, reason="wrong number")
    marks = linkage.marks(case_of([first, second]))
    assert {m.token.value for m in marks} == {"+447700900222"}


def test_what_speaks_for_and_against_is_said() -> None:
    """Two identifiers and a name for; different birth dates and one diary against."""
    a = Person(label="o", roles=("suspect",), names=("Neil G",), born="1980-01-01",
               identifiers=other(phone="07700 900222", email="n@example.org").identifiers)  # fmt: skip
    b = Person(label="o", roles=("suspect",), names=("neil g",), born="1981-01-01",
               identifiers=other(phone="07700900222", email="N@example.org").identifiers)  # fmt: skip
    (evidence,) = linkage.compare([side("R1", a, vault="v"), side("R2", b, vault="v")])
    assert "2 different identifiers are shared" in evidence.speaks_for
    assert "a name is the same" in evidence.speaks_for
    assert "the birth dates differ" in evidence.speaks_against
    assert "both reports come from the same diary" in evidence.speaks_against


def test_a_handle_on_two_platforms_is_said_to_be_so() -> None:
    """The same name on another platform is weaker, and the words say it."""
    one, two = other(handle="ig: sam.k_99"), other(handle="snap: sam.k_99")
    (evidence,) = linkage.compare([side("R1", one), side("R2", two)])
    assert any("different platforms" in words for words in evidence.speaks_against)


def test_standing_needs_two_people_on_the_same_evidence() -> None:
    """One person twice is one person; a rejection ends it; new evidence begins anew."""
    assert linkage.standing([], "e") == "proposed"
    assert linkage.standing([("confirmed", "Asha", "e")], "e") == "confirmed by one"
    twice = [("confirmed", "Asha", "e"), ("confirmed", " asha ", "e")]
    assert linkage.standing(twice, "e") == "confirmed by one"
    two = [("confirmed", "Asha", "e"), ("confirmed", "Ben", "e")]
    assert linkage.standing(two, "e") == "confirmed"
    assert linkage.standing([*two, ("rejected", "Cara", "e")], "e") == "rejected"
    assert linkage.standing(two, "more") == "proposed"
    assert (
        linkage.standing([*two, ("rejected", "C", "e"), ("confirmed", "D", "e")], "e")
        == "confirmed by one"
    )


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.sampled_from(["07700 900222", "+447700900223", "n@example.org", ""]), max_size=6)
)
def test_links_do_not_depend_on_the_order_of_reports(values: list[str]) -> None:
    """The same pairs share the same things whichever report came first."""
    sides = [
        side(f"R{n}", other(**{"email" if "@" in v else "phone": v}))
        for n, v in enumerate(values, start=1)
    ]
    forward = {(frozenset(e.reports), e.digest) for e in linkage.compare(sides)}
    backward = {(frozenset(e.reports), e.digest) for e in linkage.compare(sides[::-1])}
    assert forward == backward
