"""Time stamps and a restored vault, from a real diary through a real pack to other people's tools."""

from __future__ import annotations

import csv
import json
import shlex
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from integrity.authority import Authority, root, signer
from tallymark.diary import Diary
from tallymark.integrity.keyslot import CHEAP
from tallymark.model.moment import Moment
from tallymark.model.record import Incident
from tallymark.verify import verify

SECRET = "another quiet lantern on the quay"
ROOT = root()


def _now() -> datetime:
    """Later than any day on which this runs, because the stamps are of that day."""
    return datetime(2090, 6, 1, 12, 0, tzinfo=UTC)


def _entry(words: str) -> Incident:
    return Incident(happened=Moment("2026-05-30T20:00"), what_happened=words)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Packs of one diary: stamped once, then words read out, restored, and stamped once more."""
    home = tmp_path_factory.mktemp("real")
    authority = Authority(home / "tsa", signer=signer(ROOT), sent=())
    (home / "root.pem").write_bytes(ROOT.pem)
    with Diary.create(home / "v", passphrase=SECRET, cost=CHEAP, now=_now) as diary:
        diary.record(_entry("One."))
        _stamp(diary, authority, counted=True)
        diary.record(_entry("Two."))
        diary.vault.heads.give("words", holder="Anna")
        diary.record(_entry("Three."))
        diary.pack(home / "first")
        diary.pack(home / "other", purpose="supporter")
        diary.back_up(home / "stick")
    restored, _ = Diary.restore(home / "stick", home / "w", passphrase=SECRET, now=_now)
    with restored as diary:
        diary.record(_entry("Four."))
        _stamp(diary, authority, counted=False)
        diary.pack(home / "second")
    return home


def _stamp(diary: Diary, authority: Authority, *, counted: bool) -> None:
    kept = diary.vault.stamps.ask("https://stamps.example/")
    answer = authority.answer(kept.request)
    diary.vault.stamps.answer(kept.number, answer, roots=ROOT.pem if counted else None)


@pytest.mark.parametrize(("name", "count"), [("first", 1), ("second", 2), ("other", 1)])
def test_the_commands_in_the_pack_check_its_stamps(place: Path, name: str, count: int) -> None:
    """READ-ME-FIRST prints one line of openssl for each; run as printed, each says OK."""
    folder = place / name
    printed = (folder / "READ-ME-FIRST.txt").read_text().splitlines()
    commands = [line.strip() for line in printed if line.strip().startswith("openssl ts")]
    assert len(commands) == count
    shutil.copy(place / "root.pem", place / "ROOT.pem")
    for command in commands:
        words = [str(place / "ROOT.pem") if w == "ROOT.pem" else w for w in shlex.split(command)]
        done = subprocess.run(words, cwd=folder, capture_output=True, check=False)
        assert b"Verification: OK" in done.stdout + done.stderr, done.stderr


@pytest.mark.parametrize(("name", "count"), [("first", 1), ("second", 2), ("other", 1)])
def test_a_stranger_sees_that_the_stamped_heads_are_of_this_log(
    place: Path, name: str, count: int
) -> None:
    """All checks hold, across the two keys too; the times are left to openssl, and that is said."""
    verdict = verify(place / f"{name}.zip")
    assert verdict.ok, verdict.text()
    assert verdict.outside_time is not None
    assert f"{count} stamped heads lead to it" in verdict.checks[5].detail
    assert "openssl ts -verify" in verdict.text()
    assert json.loads(verdict.to_json())["outside_time"] == verdict.outside_time
    assert any("what openssl says" in line for line in verdict.not_proved)


def test_the_pack_says_for_each_entry_who_outside_can_say_when(place: Path) -> None:
    """By a stamp, by words read to somebody, by the first pack; else no outside time."""
    rows = list(
        csv.DictReader((place / "second/data/entries.csv").read_text("utf-8-sig").splitlines())
    )
    told = {row["what_happened"]: row["outside_time"] for row in rows}
    assert told["One."].startswith("not later than ")
    assert told["One."].endswith("by time stamp (Test stamps)")
    assert told["Two."].endswith("2090, by six words read out (Anna)")
    assert told["Three."].endswith("2090, by pack (police, pack 1)")
    assert told["Four."] == "no outside time"
    casefile = json.loads((place / "second/data/casefile.json").read_text())
    kinds = [one["kind"] for one in casefile["outside"]]
    assert kinds == ["stamp", "words", "pack", "pack"]


def test_a_pack_for_others_names_nobody_who_holds_a_head(place: Path) -> None:
    """Only time stamps: to whom words were read or packs were given is not told."""
    casefile = json.loads((place / "other/data/casefile.json").read_text())
    assert {one["kind"] for one in casefile["outside"]} == {"stamp"}
    written = [path for path in (place / "other").rglob("*") if path.is_file()]
    assert not [path.name for path in written if b"Anna" in path.read_bytes()]


def test_a_stamp_that_was_changed_is_noticed(place: Path, tmp_path: Path) -> None:
    """One byte of the answer, in the folder."""
    folder = tmp_path / "p"
    shutil.copytree(place / "first", folder)
    answer = folder / "proofs/stamp-1.tsr"
    data = bytearray(answer.read_bytes())
    data[-1] ^= 1
    answer.write_bytes(data)
    assert 3 in verify(folder).failed
