"""From a vault to a device that may be searched and back, by the command line alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chain import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home with a vault."""
    made = Home(tmp_path)
    made.make()
    return made


def test_the_whole_way(home: Home, tmp_path: Path) -> None:
    """Set up, write by prompt and by JSON, take out, bring in, list, forget, revoke."""
    file, device, stick = tmp_path / "file", str(tmp_path / "dev"), str(tmp_path / "stick")
    assert home.run("post-box", "new", str(file), "--label", "phone").code == 0
    assert home.run("post-box", "set-up", str(file), "--box", device, secret=None).code == 0
    assert not file.exists()
    typed = b"tomorrow-ish\n3/5/2026 21:10\nHe was at the gate\n\nI see you\n\n"
    said = home.run("note", "--box", device, stdin=typed, secret=None)
    assert (said.code, "Sealed as number 1." in said.out) == (0, True)
    one = json.dumps({"happened": {"value": "2026-05-04"}, "what_happened": "He rang."}).encode()
    assert home.run("note", "--box", device, "--json", "-", stdin=one, secret=None).code == 0
    status = home.run("post-box", "status", "--box", device, "--json", secret=None)
    assert (status.json["last"], status.json["here"]) == (2, 2)
    assert home.run("post-box", "take-out", stick, "--box", device, secret=None).code == 0
    found = home.run("accept", stick, "--json").json
    assert [row["state"] for row in found["entries"]] == ["brought in", "brought in"]
    told = home.run("accept", stick)
    assert "2 were here already." in told.out
    assert "removed" in told.err
    entry = home.run("show", str(found["entries"][0]["entry"]), "--json").json
    assert entry["body"]["words_said"] == "I see you"
    assert entry["body"]["post_box"]["number"] == 1
    listed = home.run("post-box", "list", "--json").json
    assert listed[0] | {"box": ""} == {
        "box": "", "label": "phone", "last": 2, "missing": [], "clock_back": [], "state": "in use",
    }  # fmt: skip
    assert home.run("post-box", "forget", "2", "--box", device, "--yes", secret=None).code == 0
    assert home.run("post-box", "revoke", "phone").code == 0
    assert home.run("post-box", "revoke", "phone").code == 89


def test_a_bad_time_asks_again_and_loses_nothing(home: Home, tmp_path: Path) -> None:
    """Nothing is sealed for words that were never finished, and the next number stays."""
    file, device = tmp_path / "file", str(tmp_path / "dev")
    home.run("post-box", "new", str(file))
    home.run("post-box", "set-up", str(file), "--box", device, secret=None)
    assert home.run("note", "--box", device, stdin=b"whenever\n", secret=None).code != 0
    assert home.run("post-box", "status", "--box", device, "--json", secret=None).json["last"] == 0


def test_without_a_post_box_the_next_step_is_said(home: Home, tmp_path: Path) -> None:
    """The error has its own code and names the command that helps."""
    said = home.run("note", "--box", str(tmp_path / "none"), secret=None)
    assert said.code == 86
    assert "post-box new" in said.err
