"""The text files: commands that run as printed, and words that claim no more than they can."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tallymark.integrity import signature
from tallymark.model.moment import Moment
from tallymark.pack import say

CLAIMS = re.compile(
    r"\b(proves?|proven|guaranteed?|court-admissible|100 ?%|low risk|corroborated|escalat\w+)\b",
    re.IGNORECASE,
)


def _commands(text):
    return [
        line.strip() for line in text.splitlines() if re.match(r" {4}(sha256sum|ssh-keygen)", line)
    ]


def _run(command, folder):
    return subprocess.run(
        ["/bin/sh", "-c", command], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def _tools():
    for tool in ("sha256sum", "ssh-keygen"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not on this machine")


@pytest.mark.usefixtures("_tools")
def test_commands_run_as_printed(built, log):
    """Each command of READ-ME-FIRST, run as it stands in the folder, says that all is well."""
    text = (built.folder / "READ-ME-FIRST.txt").read_text()
    commands = _commands(text)
    assert len(commands) == 4
    results = [_run(command, built.folder) for command in commands]
    assert [r.returncode for r in results] == [0, 0, 0, 0], [r.stderr for r in results]
    assert "FAILED" not in "".join(r.stdout for r in results)
    assert signature.fingerprint(log.key.public) in results[2].stdout
    assert signature.fingerprint(log.key.public) in text
    assert results[3].stdout.startswith('Good "tallymark-bundle" signature')


@pytest.mark.usefixtures("_tools")
def test_commands_notice_a_changed_byte(built, tmp_path):
    """After one byte of an original, or of a manifest, is changed, a printed command fails."""
    for name in ("data/originals/AB-2_door_bell clip.mp4", "manifest-sha256.txt", "statement.json"):
        copy = tmp_path / Path(name).name
        shutil.copytree(built.folder, copy)
        target = copy / name
        data = target.read_bytes()
        target.write_bytes(data[:-2] + bytes([data[-2] ^ 1]) + data[-1:])
        commands = _commands((copy / "READ-ME-FIRST.txt").read_text())
        assert any(_run(command, copy).returncode for command in commands)


def test_read_me_says_what_it_cannot_show(built, log):
    """The six words, the warning about checkers, and the limits of a seal are all there."""
    text = " ".join((built.folder / "READ-ME-FIRST.txt").read_text().split())
    assert " ".join(signature.six_words(log.key.public)) in text
    assert "Do not trust a checker that came with what it checks." in text
    assert "WHAT THE SEAL DOES NOT SHOW" in text
    assert "private safety notebook, which is outside this log and never exported" in text
    assert "That an account is true." in text


def test_summary_is_plain_and_short(built):
    """At most 4,000 characters, without control characters, with the same figures as the page."""
    text = (built.folder / "summary.txt").read_text()
    assert len(text) <= 4_000
    assert all(c == "\n" or c.isprintable() for c in text)
    assert "24 episodes on 6 days" in text


def test_no_words_that_judge_or_promise(built):
    """No text, template or label of the pack claims more than a count."""
    room = Path(say.__file__).parent
    texts = [
        p.read_text() for p in [*room.rglob("*.py"), *room.rglob("*.typ"), *room.rglob("*.toml")]
    ]
    texts += [(built.folder / name).read_text() for name in ("READ-ME-FIRST.txt", "summary.txt")]
    assert [found[0] for text in texts for found in CLAIMS.finditer(text)] == []


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Moment(value="2026-11-20T21:40"), "Fri 20 Nov 2026 21:40"),
        (Moment(value="2026-11-20", precision="day"), "Fri 20 Nov 2026"),
        (Moment(value="2026-11-20T21:00", precision="about"), "Fri 20 Nov 2026 21:00 (about)"),
        (
            Moment(value="2026-11-20T21:00", end="2026-11-20T23:00", precision="range"),
            "Fri 20 Nov 2026 21:00 to 23:00",
        ),
        (
            Moment(value="2026-11-19", end="2026-11-20", precision="range"),
            "Thu 19 Nov 2026 to Fri 20 Nov 2026",
        ),
        (
            Moment(value="2026-10-25T01:30"),
            "Sun 25 Oct 2026 01:30 (that hour came twice; which one is not known)",
        ),
        (
            Moment(value="2026-11-20T21:40", zone="Asia/Karachi"),
            "Fri 20 Nov 2026 21:40, Asia/Karachi time",
        ),
    ],
)
def test_a_time_is_shown_as_it_was_stated(value, shown):
    """No minute is made up, and no zone is hidden."""
    assert say.moment(value) == shown


def test_delay_between_happening_and_writing(log):
    """How long after is said in whole units; a day without a time is counted in days."""
    record = log.records[0]
    assert say.delay(record, Moment(value="2026-11-20T21:40")) == "20 minutes after"
    assert say.delay(record, Moment(value="2026-11-20T22:00")) == "at once"
    assert say.delay(record, Moment(value="2026-11-20", precision="day")) == "the same day"
    assert say.delay(record, Moment(value="2026-11-18", precision="day")) == "2 days after"
    assert say.delay(record, Moment(value="2026-12-18T10:00")) == ""


@pytest.mark.parametrize(
    ("many", "shown"),
    [(1, "1 byte"), (9_999, "9,999 bytes"), (12_345, "12.3 kB"), (3_000_000_000, "3.0 GB")],
)
def test_sizes(many, shown):
    """Sizes are exact when small and rounded when large."""
    assert say.size(many) == shown
