"""Entries are written quickly, completed as new versions, and never point at a place that stays."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from every_body import WRITTEN_BY_TALLYMARK, every_body, tag_of
from tallymark.diary import Diary
from tallymark.diary.forms import FORMS, Desk, fields, read
from tallymark.diary.writing import OWN_KINDS, body_of
from tallymark.errors import RecordError, TallymarkError, UnknownRecord
from tallymark.integrity.keyslot import CHEAP
from tallymark.model.moment import Moment
from tallymark.model.record import (
    Identifier,
    Incident,
    Person,
    Place,
    PoliceContact,
    SameEvent,
    Witness,
)

PASSPHRASE = "river lantern copper seventeen walnut"
NOW = datetime(2026, 11, 23, 14, 2)


@pytest.fixture
def diary(tmp_path: Path):
    """An open, empty diary."""
    with Diary.create(tmp_path / "v", passphrase=PASSPHRASE, cost=CHEAP) as made:
        yield made


def _desk(diary: Diary) -> Desk:
    return Desk(now=NOW, zone="Europe/London", stored=diary.vault.records())


def _entry(words: str = "He stood outside.", **more: object) -> Incident:
    return Incident(happened=Moment("2026-05-03T21:10"), what_happened=words, **more)


def test_one_line_is_an_entry(diary: Diary) -> None:
    """Words alone are enough; the time is now until it is said otherwise."""
    body = read(FORMS["incident"], {"what_happened": "He waved."}, about=_desk(diary))
    assert body == Incident(happened=Moment("2026-11-23T14:02"), what_happened="He waved.")


def test_typed_words_become_what_they_mean(diary: Diary) -> None:
    """Names, numbers, answers, witnesses and times are read by the kind of their field."""
    him = diary.record(Person(label="Colin", names=("Colin Dray",)))
    typed = {
        "happened": "yesterday 9pm",
        "what_happened": "x",
        "actor": "colin dray",
        "behaviours": "P04, V01",
        "fear_of_violence": "y",
        "witnesses": "Lena Moss: heard, colin",
        "exhibits": f"#{him.index}",
        "order": f"#{him.index}",
    }
    body = read(FORMS["incident"], typed, about=_desk(diary))
    assert body == Incident(
        happened=Moment("2026-11-22T21:00"),
        what_happened="x",
        actor=him.record.id,
        behaviours=("P04", "V01"),
        fear_of_violence="yes",
        witnesses=(Witness("Lena Moss", "heard"), Witness(him.record.id)),
        exhibits=(him.record.id,),
        order=him.record.id,
    )


def test_identifiers_are_read_with_or_without_their_kind(diary: Diary) -> None:
    """A number, an address and an account are told apart when nobody says what they are."""
    typed = {"label": "him", "identifiers": "07700 900222, a@b.example, @col, plate:Y?68"}
    body = read(FORMS["person"], typed, about=_desk(diary))
    assert body.identifiers == (
        Identifier("phone", "07700 900222"),
        Identifier("email", "a@b.example"),
        Identifier("handle", "@col"),
        Identifier("plate", "Y?68"),
    )


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("incident", {}),
        ("incident", {"what_happened": "x", "colour": "red"}),
        ("incident", {"what_happened": "x", "exhibits": "#99"}),
        ("incident", {"what_happened": "x", "fear_of_violence": "maybe so"}),
        ("incident", {"what_happened": "x", "condition": "two"}),
        ("incident", {"what_happened": "x", "happened": "some time"}),
        ("quiet-period", {"reason": "away"}),
        ("same-event", {"sources": "#0"}),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_is_written(diary, kind, typed) -> None:
    """A plain sentence, and no half record."""
    with pytest.raises(RecordError):
        diary.record(read(FORMS[kind], typed, about=_desk(diary)))
    assert len(diary.vault.records()) == 1


def test_every_kind_that_people_write_has_a_form() -> None:
    """No kind can be added to the model without a way in, and each question is about a field."""
    written = set(every_body()) - OWN_KINDS - {"correction"}
    assert {tag_of(form.body) for form in FORMS.values()} == written
    assert OWN_KINDS == WRITTEN_BY_TALLYMARK
    for form in FORMS.values():
        known = set(form.body.__struct_fields__)
        assert {form.words, *(name for name, _ in form.ask)} <= known
        assert not form.time or form.time in known


@given(st.dictionaries(st.sampled_from(Incident.__struct_fields__), st.text(max_size=20)))
def test_any_typed_words_are_read_or_refused(typed: dict[str, str]) -> None:
    """Whatever is typed into whatever field, it is a value or a sentence, never a fault."""
    about = Desk(now=NOW, zone="Europe/London", stored=())
    with suppress(TallymarkError):
        assert fields(Incident, typed, about=about).keys() == typed.keys()


def test_a_new_version_keeps_the_old_one(diary: Diary) -> None:
    """The newest is current; the old is there with what replaced it and why."""
    first = diary.record(_entry())
    second = diary.amend("#1", {"effect": "I shook."}, reason="had no time")
    third = diary.amend("#1", {"what_happened": "He stood at the gate."})
    assert second.record.supersedes == first.record.id
    assert third.record.supersedes == second.record.id
    assert third.record.body.effect == "I shook."
    assert [s.index for s in diary.entries()] == [third.index]
    fate = diary.fates()[first.record.id]
    assert (fate.word, fate.by, fate.why) == ("replaced", second.index, "had no time")
    assert diary.entry("1").record == first.record


def test_a_field_can_be_emptied_and_no_unknown_one_written(diary: Diary) -> None:
    """None empties; a name that is no field is refused."""
    diary.record(_entry(effect="bad"))
    assert diary.amend("1", {"effect": None}).record.body.effect == ""
    with pytest.raises(RecordError):
        diary.amend("1", {"colour": "red"})
    with pytest.raises(RecordError):
        diary.amend("1", {"what_happened": None})


def test_a_withdrawn_entry_is_not_amended(diary: Diary) -> None:
    """What was taken back stays taken back."""
    diary.record(_entry())
    diary.withdraw("1", why="another day")
    with pytest.raises(RecordError, match="withdrawn by #2"):
        diary.amend("1", {"effect": "x"})


def test_an_entry_cannot_point_at_a_place_that_never_leaves(diary: Diary) -> None:
    """Neither at the marked version nor at an older one; without the place it is written."""
    old = diary.record(Place(label="flat"))
    new = diary.record(Place(label="flat", safe_location=True), supersedes=old.record.id)
    for ident in (old.record.id, new.record.id):
        with pytest.raises(RecordError, match="never leaves"):
            diary.record(_entry(place=ident))
    assert diary.record(_entry()).index == 3


def test_who_wrote_and_for_whom_is_kept(diary: Diary) -> None:
    """An entry for a child says whom it is for and who wrote it."""
    child = diary.record(Person(label="my son", roles=("child",)))
    stored = diary.record(_entry(for_person=child.record.id, dictated_to="aunt"), author="aunt")
    assert stored.record.author == "aunt"
    assert stored.record.body.for_person == child.record.id


def test_a_decision_about_several_sources_is_a_record(diary: Diary) -> None:
    """Nothing is merged: the decision stands beside its sources."""
    one, two = diary.record(_entry("a")), diary.record(_entry("b"))
    body = SameEvent(sources=(one.record.id, two.record.id), decision="same")
    stored = diary.record(body)
    assert stored.record.body == body
    assert {s.index for s in diary.entries()} == {one.index, two.index, stored.index}


def test_erased_entries_are_named_as_erased_in_a_pack(diary: Diary, tmp_path: Path) -> None:
    """A pack made afterwards says erased, not withheld, and passes every check."""
    from tallymark.verify import verify

    gone = diary.record(_entry("zebrafinch"))
    diary.record(PoliceContact(at=Moment("2026-05-04"), incidents=(gone.record.id,)))
    diary.record(_entry("kept"))
    (stone,) = diary.erase("#1", reason="my sister's name")
    with pytest.raises(UnknownRecord):
        diary.entry("1")
    made = diary.pack(tmp_path / "pack")
    verdict = verify(made.zip)
    assert verdict.ok
    assert "1 erased" in verdict.text()
    data = b"".join(p.read_bytes() for p in made.folder.rglob("*") if p.is_file())
    assert b"zebrafinch" not in data
    assert stone.record.id.encode() in data


def test_the_person_is_told_which_entries_stayed(diary: Diary, tmp_path: Path) -> None:
    """An entry with the address of a private place is not in the pack, and only its writer is told."""
    diary.record(Place(label="flat", address="1 Quiet Court", safe_location=True))
    diary.record(_entry("He drove by 1 Quiet Court."))
    diary.record(_entry("He rang."))
    made = diary.pack(tmp_path / "pack")
    assert made.stayed == (2,)
    data = b"".join(p.read_bytes() for p in made.folder.rglob("*") if p.is_file())
    assert b"Quiet Court" not in data
    assert b"He rang." in data


def test_a_misspelt_field_is_refused_and_not_dropped() -> None:
    """What a person gave is kept or refused, never lost in silence."""
    value = {"type": "incident", "happened": {"value": "2026-05-03"}, "what_happened": "x"}
    assert body_of(value).what_happened == "x"
    with pytest.raises(RecordError, match="no field witneses"):
        body_of({**value, "witneses": []})
