"""All that is derived can be dropped and made again, with the same digest for every import."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from pathlib import Path

import pytest

from chain import Home, whatsapp
from shared_samples import samples
from tallymark import importers
from tallymark.diary import Diary
from tallymark.errors import EvidenceError
from tallymark.integrity.keyslot import CHEAP
from vault.making import Ticking, incident

PASSPHRASE = "river lantern copper seventeen"
DERIVED = ("event_blocks", "event_columns", "event_keys", "generations")


@pytest.fixture
def diary(tmp_path):
    """An empty diary."""
    made = Diary.create(tmp_path / "v", passphrase=PASSPHRASE, cost=CHEAP, now=Ticking())
    with made:
        yield made


def _drop_all(diary: Diary) -> None:
    """What ``docs/spec/vault.md`` calls derived: gone, as if it had never been there."""
    database = diary.vault._database
    with database.transaction() as connection:
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE event_words_%'"
        ).fetchall()
        for (name,) in names:
            connection.execute(f"DROP TABLE {name}")
        for table in DERIVED:
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - fixed names
        connection.execute("INSERT INTO record_words (record_words) VALUES ('delete-all')")
    diary.vault._snapshots.forget()


def _seen(diary: Diary) -> dict[str, object]:
    """What a person sees of it all."""
    casefile = diary.casefile()
    texts = casefile.texts(casefile.events.row)
    return {
        "digests": [(s.import_id, s.events_digest, s.count) for s in casefile.sources],
        "identity": casefile.identity,
        "texts": [(t.at, t.sender, t.text, t.start, t.end, t.member) for t in texts],
        "found": [hit.id for hit in diary.find("message", limit=10**6)],
        "entries": [hit.id for hit in diary.find("corner")],
    }


def test_dropped_and_made_again_it_is_the_same(diary, tmp_path) -> None:
    """Two exports, one read twice with other answers, and entries."""
    for name, lines in (("one.txt", 300), ("two.txt", 5000)):
        (tmp_path / name).write_text(whatsapp(lines, marker="damson"))
        diary.import_file(tmp_path / name, answers={"owner": "Anna"})
    diary.import_file(tmp_path / "one.txt", answers={"owner": "Boris"})
    diary.record(incident("He stood at the corner."))
    before = _seen(diary)
    assert len(before["digests"]) == 2
    _drop_all(diary)
    assert {one.what for one in diary.check()} == {"search"}
    done = diary.rebuild()
    assert (done.imports, done.findings) == (2, ())
    assert _seen(diary) == before
    assert diary.check() == []


def test_made_again_over_what_is_there_nothing_changes(diary, tmp_path) -> None:
    """The record of the import stays the only one, and an entry can be found all the time."""
    (tmp_path / "one.txt").write_text(whatsapp(900))
    diary.import_file(tmp_path / "one.txt", answers={"owner": "Anna"})
    before, records = _seen(diary), diary.vault.leaf_hashes()
    steps = []
    assert diary.rebuild(progress=lambda done, total: steps.append((done, total))).imports == 1
    assert _seen(diary) == before
    assert diary.vault.leaf_hashes() == records
    assert steps == [(1, 1)]
    assert diary.acts()[-1].what == "read again"
    assert diary.check() == []


def test_what_is_read_in_another_way_now_stays_as_it_was(diary, tmp_path, monkeypatch) -> None:
    """Another version of a reader that finds other events takes nothing away."""
    (tmp_path / "one.txt").write_text(whatsapp(300))
    diary.import_file(tmp_path / "one.txt", answers={"owner": "Anna"})
    before, real = _seen(diary), importers.inspect

    def shorter(source, **given):
        return real(io.BytesIO(source.read(2000)), **given)

    monkeypatch.setattr(importers, "inspect", shorter)
    done = diary.rebuild()
    assert done.imports == 0
    assert "What was kept stays" in done.findings[0].detail
    monkeypatch.undo()
    assert _seen(diary) == before
    assert diary.check() == []


def test_samples_of_every_kind_give_their_digest_again(diary) -> None:
    """What can be imported of the first two small files of each folder of samples."""
    folders: dict[Path, list[Path]] = {}
    for path in sorted(samples(".").rglob("*")):
        if path.is_file() and path.stat().st_size < 300_000:
            folders.setdefault(path.parent, []).append(path)
    for path in [path for files in folders.values() for path in files[:2]]:
        with suppress(EvidenceError):
            diary.import_file(path, answers={"owner": "Anna", "day_order": "dmy"})
    readers = {s.record.body.importer for s in diary.vault.records_of("import")}
    assert len(readers) > 3
    before = [(s.import_id, s.events_digest) for s in diary.casefile().sources]
    _drop_all(diary)
    done = diary.rebuild()
    assert done.findings == ()
    assert [(s.import_id, s.events_digest) for s in diary.casefile().sources] == before
    assert diary.check() == []


def test_the_command_makes_it_anew_and_checks(tmp_path) -> None:
    """``tallymark check --rebuild``."""
    home = Home(tmp_path)
    home.make()
    (tmp_path / "chat.txt").write_text(whatsapp(60))
    assert home.run("import", str(tmp_path / "chat.txt"), "--owner", "Anna").code == 0
    said = home.run("check", "--rebuild")
    assert said.code == 0, said.err
    assert "Everything reads back" in said.out
    assert json.loads(home.run("check", "--rebuild", "--json").out) == []
    assert home.run("check", "--rebuild", "--backup", str(tmp_path)).code == 64
