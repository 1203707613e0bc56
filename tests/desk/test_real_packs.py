"""Packs as the diary makes them: the whole way from an entry to a report and a link."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tallymark.desk import Desk
from tallymark.diary import Diary
from tallymark.integrity.keyslot import CHEAP
from tallymark.model.moment import Moment
from tallymark.model.record import Identifier, Incident, Person

MADE = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
SECRET = "another quiet lantern on the quay"
PLATES = ("AB12 CDE", "ab12cde")


def _diary_with_pack(place: Path, number: int) -> Diary:
    """An open diary that has made its first pack, ``pack-<number>.zip``."""
    diary = Diary.create(place / f"diary-{number}", passphrase=SECRET, cost=CHEAP, now=lambda: MADE)
    _write(diary, PLATES[number - 1])
    note = place / "note.txt"
    note.write_text(f"a note under the door, {number}")
    diary.attach(note, title="a note")
    diary.pack(place / f"pack-{number}")
    return diary


def _second_pack(diary: Diary, place: Path) -> Path:
    """The diary's next pack, with a weapon in a new entry."""
    diary.record(Incident(happened=Moment("2026-05-31T08:00"), behaviours=("V13",)))
    diary.pack(place / "later")
    return place / "later.zip"


def _write(diary: Diary, plate: str) -> None:
    diary.record(
        Person(
            label="me",
            roles=("victim",),
            identifiers=(Identifier(scheme="phone", value="07700 900111"),),
            safe_contact="text only",
        )
    )
    other = Person(
        label="him", roles=("suspect",), identifiers=(Identifier(scheme="plate", value=plate),)
    )
    diary.record(other)
    diary.record(
        Incident(happened=Moment("2026-05-30T21:00"), what_happened="He waited in the car.")
    )


def test_packs_of_two_diaries_come_in_and_link(desk: Desk, tmp_path: Path) -> None:
    """Two diaries share a plate in two spellings; the case shows what the diary wrote."""
    for number in (1, 2):
        _diary_with_pack(tmp_path, number).close()
    first = desk.add(tmp_path / "pack-1.zip")
    second = desk.add(tmp_path / "pack-2.zip")
    assert (first.entries, first.exhibits, first.band, first.notices) == (1, 1, 3, ())
    assert second.links == ("L1",)
    (link,) = desk.links()
    assert {s.spelling for s in link.shared[0].spellings} == set(PLATES)
    case = desk.read("R1")
    assert case.safe_contact[0].how == "text only"
    assert case.exhibits[0].title == "a note"


def test_the_next_pack_of_a_diary_joins_its_report_and_raises_it(
    desk: Desk, tmp_path: Path
) -> None:
    """A second pack of one diary is the same report, higher up."""
    with _diary_with_pack(tmp_path, 1) as diary:
        later = _second_pack(diary, tmp_path)
    assert desk.add(tmp_path / "pack-1.zip").band == 3
    report = desk.add(later)
    assert (report.id, report.band, report.entries, report.notices) == ("R1", 0, 2, ())
    assert [p.sequence for p in desk.read("R1").packs] == [1, 2]


def test_a_later_pack_alone_says_that_an_earlier_one_was_not_seen(
    desk: Desk, tmp_path: Path
) -> None:
    """The second pack of a series without the first is taken in and says so."""
    with _diary_with_pack(tmp_path, 1) as diary:
        later = _second_pack(diary, tmp_path)
    assert desk.add(later).notices == ("earlier pack not seen: 1 of this series",)


def test_a_restored_diary_is_a_branch_with_a_name(desk: Desk, tmp_path: Path) -> None:
    """Its pack is signed by a new key, for which the old one vouches: each report says so."""
    with _diary_with_pack(tmp_path, 1) as diary:
        diary.back_up(tmp_path / "stick")
    restored, _ = Diary.restore(
        tmp_path / "stick", tmp_path / "w", passphrase=SECRET, now=lambda: MADE
    )
    with restored as again:
        again.pack(tmp_path / "pack-w")
    first = desk.add(tmp_path / "pack-1.zip")
    second = desk.add(tmp_path / "pack-w.zip")
    assert (first.id, second.id) == ("R1", "R2")
    branch = "under a new key, after a restore; the earlier key vouches for it"
    assert f"this log goes on from R1 {branch}" in second.notices
    assert f"this log went on in R2 {branch}" in desk.read("R1").notices


def test_a_pack_that_the_diary_sealed_to_this_desk_is_read(desk: Desk, tmp_path: Path) -> None:
    """``--to-key`` with the key that ``desk new`` prints: nothing in the clear on the way."""
    with Diary.create(tmp_path / "d", passphrase=SECRET, cost=CHEAP, now=lambda: MADE) as diary:
        _write(diary, PLATES[0])
        made = diary.pack(tmp_path / "out", to_keys=(desk.recipient,))
    assert made.sealed is not None
    report = desk.add(made.sealed)
    assert report.entries == 1
    assert desk.read(report.id).packs[0].sealed
