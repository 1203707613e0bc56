"""Packs as the diary makes them: the whole way from an entry to a report and a link."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tallymark.desk import Desk
from tallymark.diary import Diary
from tallymark.integrity.keyslot import CHEAP
from tallymark.model.moment import Moment
from tallymark.model.record import Identifier, Incident, Person

MADE = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
SECRET = "another quiet lantern on the quay"
PLATES = ("AB12 CDE", "ab12cde")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three packs: one, a later one of the same diary, and one of another diary."""
    place = tmp_path_factory.mktemp("diaries")
    for number, plate in enumerate(PLATES, start=1):
        path = place / f"diary-{number}"
        with Diary.create(path, passphrase=SECRET, cost=CHEAP, now=lambda: MADE) as diary:
            _write(diary, plate)
            note = place / "note.txt"
            note.write_text(f"a note under the door, {number}")
            diary.attach(note, title="a note")
            diary.pack(place / f"pack-{number}")
            if number == 1:
                diary.record(Incident(happened=Moment("2026-05-31T08:00"), behaviours=("V13",)))
                diary.pack(place / "pack-1b")
    return place


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


def test_packs_of_the_diary_come_in_link_and_rise(desk: Desk, folder: Path) -> None:
    """Two diaries share a plate in two spellings; the first one's second pack raises it."""
    first = desk.add(folder / "pack-1.zip")
    second = desk.add(folder / "pack-2.zip")
    assert (first.entries, first.exhibits, first.band, first.notices) == (1, 1, 3, ())
    assert second.links == ("L1",)
    (link,) = desk.links()
    assert {s.spelling for s in link.shared[0].spellings} == set(PLATES)
    later = desk.add(folder / "pack-1b.zip")
    assert (later.id, later.band, later.entries, later.notices) == ("R1", 0, 2, ())
    case = desk.read("R1")
    assert [p.sequence for p in case.packs] == [1, 2]
    assert case.safe_contact[0].how == "text only"
    assert case.exhibits[0].title == "a note"


def test_the_later_pack_alone_says_that_an_earlier_one_was_not_seen(
    desk: Desk, folder: Path
) -> None:
    """The second pack of a series without the first is taken in and says so."""
    assert desk.add(folder / "pack-1b.zip").notices == ("earlier pack not seen: 1 of this series",)


def test_a_pack_that_the_diary_sealed_to_this_desk_is_read(
    desk: Desk, tmp_path: Path, clock: object
) -> None:
    """``--to-key`` with the key that ``desk new`` prints: nothing in the clear on the way."""
    with Diary.create(tmp_path / "d", passphrase=SECRET, cost=CHEAP, now=lambda: MADE) as diary:
        _write(diary, PLATES[0])
        made = diary.pack(tmp_path / "out", to_keys=(desk.recipient,))
    assert made.sealed is not None
    report = desk.add(made.sealed)
    assert report.entries == 1
    assert desk.read(report.id).packs[0].sealed
    assert clock is not None
