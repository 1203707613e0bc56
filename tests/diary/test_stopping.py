"""Stopping an import, going on with it, and what is told meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tallymark import importers
from tallymark.diary import Diary
from tallymark.diary.progress import Progress, Watch
from tallymark.errors import DiskFull, ReaderFailed, TallymarkError, UnknownRecord
from tallymark.integrity.keyslot import CHEAP
from tallymark.vault.events import EventWriter

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
SECRET = "another quiet lantern on the quay"
MANY = 60_000


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    """An export that needs several batches."""
    path = tmp_path / "WhatsApp Chat.txt"
    path.write_bytes(
        b"".join(
            b"%02d/%02d/2026, %02d:%02d - %s: message %d and some more words to fill the line\n"
            % (
                n // 1440 % 28 + 1,
                n // 40_320 + 1,
                n // 60 % 24,
                n % 60,
                (b"Ann", b"Ben")[n % 2],
                n,
            )
            for n in range(MANY)
        )
    )
    return path


@pytest.fixture
def diary(tmp_path: Path) -> Iterator[Diary]:
    """An open, empty diary."""
    with Diary.create(tmp_path / "d", passphrase=SECRET, cost=CHEAP, now=lambda: NOW) as made:
        yield made


def _until(events: int):
    """A watcher that stops when so many events were found."""

    def told(step: Progress) -> None:
        if step.events >= events:
            raise KeyboardInterrupt

    return told


def _digest(diary: Diary) -> str:
    (source,) = diary.casefile().sources
    return source.events_digest


def test_a_stopped_import_goes_on_without_its_file(diary: Diary, chat: Path) -> None:
    """Nothing is seen in between; at the end everything is as if it had never stopped."""
    with pytest.raises(KeyboardInterrupt):
        diary.import_file(chat, progress=_until(20_000))
    (left,) = diary.unfinished_imports()
    assert len(diary.casefile().events) == 0
    (kept,) = diary.vault.unfinished()
    assert 8_192 <= kept.kept < MANY
    wanted = importers.inspect(chat, ask=False)["events_digest"]
    chat.unlink()
    diary.close()
    with Diary.open(diary.vault.folder, passphrase=SECRET, now=lambda: NOW) as again:
        found = again.go_on(left.record.id)
        assert found.summary["counts"]["events"] == MANY
        assert again.unfinished_imports() == []
        assert _digest(again) == wanted
        assert again.check() == []
        with pytest.raises(UnknownRecord):
            again.go_on(left.record.id)


def test_the_same_file_again_goes_on_by_itself(diary: Diary, chat: Path) -> None:
    """Whoever just starts again does not start at nothing; one original, one import."""
    with pytest.raises(KeyboardInterrupt):
        diary.import_file(chat, progress=_until(20_000))
    kept = diary.vault.unfinished()[0].kept
    begun = []
    original = EventWriter.add

    def counted(writer: EventWriter, batch: object) -> None:
        begun.append(writer.kept)
        original(writer, batch)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EventWriter, "add", counted)
        assert not diary.import_file(chat).already
    assert set(begun) == {kept}
    assert [s.record.type for s in diary.vault.records()].count("exhibit") == 1
    assert len(diary.casefile().events) == MANY
    assert diary.import_file(chat).already


def test_letting_it_be_keeps_the_file(diary: Diary, chat: Path) -> None:
    """The exhibit stays, no event does, and the file can be brought in again."""
    with pytest.raises(KeyboardInterrupt):
        diary.import_file(chat, progress=_until(1))
    (left,) = diary.unfinished_imports()
    diary.let_be(left.record.id)
    assert diary.unfinished_imports() == []
    assert diary.import_file(chat).summary["counts"]["events"] == MANY


def test_an_entry_is_saved_while_an_import_runs(diary: Diary, chat: Path) -> None:
    """Between two steps, by another hand; and the import goes on."""
    from tallymark.model.moment import Moment
    from tallymark.model.record import Incident

    entry = Incident(happened=Moment("2026-05-03T21:10"), what_happened="He stood outside.")
    saved = []

    def told(step: Progress) -> None:
        if step.events and not saved:
            saved.append(diary.record(entry))

    diary.import_file(chat, progress=told)
    assert [s.record.type for s in diary.vault.records()][-2:] == ["incident", "import"]


def _failing(problem: type[TallymarkError], *, after: int):
    """An ``add`` that works so many times and then raises."""
    original, left = EventWriter.add, [after]

    def add(writer: EventWriter, batch: object) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise problem
        original(writer, batch)  # type: ignore[arg-type]

    return add


def test_an_error_leaves_nothing_to_finish(diary: Diary, chat: Path, monkeypatch) -> None:
    """What was read is taken back, and the original stays."""
    monkeypatch.setattr(EventWriter, "add", _failing(ReaderFailed, after=2))
    with pytest.raises(ReaderFailed):
        diary.import_file(chat)
    assert diary.unfinished_imports() == []
    assert [s.record.type for s in diary.vault.records()][-1] == "exhibit"


def test_a_full_disk_says_what_is_kept_and_how_to_go_on(diary: Diary, chat: Path) -> None:
    """The file is kept by name, and with room again the import goes on where it was."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EventWriter, "add", _failing(DiskFull, after=2))
        with pytest.raises(DiskFull, match="kept") as full:
            diary.import_file(chat)
    assert "--resume" in full.value.next_step
    (left,) = diary.unfinished_imports()
    assert diary.go_on(left.record.id).summary["counts"]["events"] == MANY


def test_what_is_told(diary: Diary, chat: Path) -> None:
    """First bytes kept, then bytes read, with rate, days and the busiest senders."""
    told: list[Progress] = []
    diary.import_file(chat, progress=told.append)
    size = chat.stat().st_size
    stages = [step.is_reading for step in told]
    assert stages == sorted(stages)
    assert {step.total for step in told} == {size}
    last = told[-1]
    assert (last.done, last.first, last.last) == (size, "2026-01-01", "2026-02-14")
    assert {who for who, _ in last.senders} == {"Ann", "Ben"}
    assert last.rate > 0
    assert last.left is None or last.left == 0


def test_a_watch_that_nobody_looks_at() -> None:
    """It costs nothing and tells nothing."""
    watch = Watch(None)
    watch.read(1, 2, 3)
    assert watch.kept(10) is None
    assert not watch.is_wanted


def test_time_left_is_said_once_it_can_be_told() -> None:
    """Not in the first second, and by the bytes that are still to read."""
    assert Progress(True, 10, 100, seconds=0.5).left is None
    assert Progress(True, 10, 100, seconds=2).left == pytest.approx(18)
    assert Progress(True, 100, 100, seconds=2).left == 0
