"""Exports that overlap: nothing is merged, nothing is counted twice (formats: nasty case 25)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tallymark.diary import Diary
from tallymark.integrity.keyslot import CHEAP
from tallymark.model.record import Import
from tallymark.picture.episodes import contacts

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
FIRST = datetime(2026, 1, 13, 9, 0, tzinfo=UTC)


@pytest.fixture
def diary(tmp_path: Path) -> Iterator[Diary]:
    """An open, empty diary."""
    secret = "another quiet lantern on the quay"
    with Diary.create(tmp_path / "d", passphrase=secret, cost=CHEAP, now=lambda: NOW) as made:
        yield made


def _export(path: Path, first: int, last: int) -> Path:
    """Messages ``first`` to ``last`` of one chat; every tenth is the same words in one minute."""
    lines = []
    for n in range(first, last):
        at = FIRST + timedelta(minutes=7 * (n - n % 10 // 9))
        words = "again" if n % 10 in {8, 9} else f"message {n}"
        lines.append(f"{at:%d/%m/%Y, %H:%M} - {'Ann' if n % 10 > 7 or n % 2 else 'Ben'}: {words}\n")
    path.write_text("".join(lines), encoding="utf-8")
    return path


def _imported(diary: Diary) -> list[Import]:
    bodies = [stored.record.body for stored in diary.vault.records()]
    return [body for body in bodies if isinstance(body, Import)]


def test_two_overlapping_exports_hold_600_different_events(diary: Diary, tmp_path: Path) -> None:
    """450 and 400 with 250 in both: 600 are counted, 850 are kept, and each repeat names its first."""
    diary.import_file(_export(tmp_path / "one.txt", 0, 450), answers={"owner": "Ben"})
    diary.import_file(_export(tmp_path / "two.txt", 200, 600), answers={"owner": "Ben"})
    one, two = _imported(diary)
    assert (one.events, one.duplicates, two.events, two.duplicates) == (450, 0, 400, 250)
    casefile = diary.casefile()
    events = casefile.events
    assert len(events) == 600
    assert list(events.seconds) == sorted(events.seconds)
    assert len(events) + sum(body.duplicates for body in _imported(diary)) == 850
    again = events.repeats
    assert again is not None
    for repeat, first in zip(
        casefile.texts(again.events.row), casefile.texts(again.of), strict=True
    ):
        assert (repeat.at, repeat.sender, repeat.text) == (first.at, first.sender, first.text)
        assert repeat.id != first.id
        assert repeat.exhibit_id != first.exhibit_id


def test_the_views_and_the_search_count_once(diary: Diary, tmp_path: Path) -> None:
    """The same as if one export had held it all."""
    diary.import_file(_export(tmp_path / "whole.txt", 0, 600), answers={"owner": "Ben"})
    whole = {lane.key: lane.items for lane in contacts(diary.casefile()).lanes}
    assert len(diary.find("message", limit=1000)) == 480
    with Diary.create(
        tmp_path / "other", passphrase="seven other words for this one", cost=CHEAP, now=lambda: NOW
    ) as other:
        for name, first, last in (("a.txt", 0, 450), ("b.txt", 200, 600), ("c.txt", 100, 500)):
            other.import_file(_export(tmp_path / name, first, last), answers={"owner": "Ben"})
        assert {lane.key: lane.items for lane in contacts(other.casefile()).lanes} == whole
        assert len(other.find("message", limit=1000)) == 480
        assert len(other.casefile(since="2026-01-14", until="2026-01-14").events) == len(
            diary.casefile(since="2026-01-14", until="2026-01-14").events
        )
        assert other.check() == []


def test_equal_messages_in_one_minute_are_as_many_as_one_export_holds(
    diary: Diary, tmp_path: Path
) -> None:
    """Sent three times and exported twice, with two of them in the other: three, not five or one."""
    line = "13/01/2026, 09:00 - Ann: answer me\n"
    for name, many in (("a.txt", 2), ("b.txt", 3)):
        (tmp_path / name).write_text(line * many)
        diary.import_file(tmp_path / name)
    assert len(diary.casefile().events) == 3
    assert [body.duplicates for body in _imported(diary)] == [0, 2]


def test_another_sender_channel_or_kind_is_no_repeat(diary: Diary, tmp_path: Path) -> None:
    """Only the same words from the same person at the same time are the same thing."""
    for name, line in (
        ("a.txt", "13/01/2026, 09:00 - Ann: yes\n"),
        ("b.txt", "13/01/2026, 09:00 - Ben: yes\n"),
        ("c.txt", "13/01/2026, 09:01 - Ann: yes\n"),
        ("d.txt", "13/01/2026, 09:00 - Ann: no\n"),
    ):
        (tmp_path / name).write_text(line)
        diary.import_file(tmp_path / name)
    assert len(diary.casefile().events) == 4


def test_erasing_the_first_export_loses_no_event(diary: Diary, tmp_path: Path) -> None:
    """What it alone had shown is then shown by the second."""
    first = diary.import_file(_export(tmp_path / "one.txt", 0, 450))
    diary.import_file(_export(tmp_path / "two.txt", 200, 600))
    diary.vault.erase(first.exhibit.record.id, reason="asked for")
    assert len(diary.casefile().events) == 400


def test_leaving_an_import_out_of_a_pack_brings_its_events_back(
    diary: Diary, tmp_path: Path
) -> None:
    """``without`` shows an event from the next export that holds it, once."""
    for name, first, last in (("a.txt", 0, 100), ("b.txt", 50, 150), ("c.txt", 50, 150)):
        path = _export(tmp_path / name, first, last)
        path.write_text(path.read_text() + f"25/01/2026, 10:00 - Ann: end of {name}\n")
        diary.import_file(path)
    casefile = diary.casefile()
    source = casefile.sources[0]
    span = (source.first_row, source.first_row + source.count)
    left = casefile.events.without([span])
    assert len(casefile.events) == 153
    assert len(left) == 102
    assert list(left.seconds) == sorted(left.seconds)
    assert left.repeats is not None
    assert set(left.repeats.of) <= set(left.row)
