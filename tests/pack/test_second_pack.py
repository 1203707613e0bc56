"""A second pack knows the first: hand-over records are shown like any other."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tallymark.diary import Diary
from tallymark.integrity.keyslot import CHEAP
from tallymark.model.moment import Moment
from tallymark.model.record import Incident
from tallymark.verify import verify


def test_a_second_pack_of_one_diary_is_made_and_verifies(tmp_path: Path) -> None:
    """The record of the first hand-over does not stand in the way of the next."""
    words = "river lantern copper seventeen walnut"
    with Diary.create(
        tmp_path / "v",
        passphrase=words,
        cost=CHEAP,
        now=lambda: datetime(2026, 11, 23, 14, tzinfo=UTC),
    ) as diary:
        diary.record(
            Incident(happened=Moment("2026-11-20T21:40"), what_happened="He stood at the gate.")
        )
        first = diary.pack(tmp_path / "one")
        second = diary.pack(tmp_path / "two")
    assert verify(first.zip).ok
    verdict = verify(second.zip)
    assert verdict.ok, verdict.text()
    assert second.records == first.records + 1
