"""The commands for keys, each in a process of its own: lose the passphrase and lose nothing."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from chain import PASSPHRASE, Home
from tallymark.diary import Diary
from tallymark.integrity.envelope import Identity
from tallymark.integrity.keyslot import CHEAP

NEW = "another lantern over the copper bridge"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A vault without a choice, with one entry."""
    home = Home(tmp_path)
    Diary.create(home.vault, passphrase=PASSPHRASE, cost=CHEAP).close()
    assert home.add("He stood by the gate.").code == 0
    return home


def _file(home: Home, name: str, text: str) -> str:
    path = home.root / name
    path.write_text(text)
    return str(path)


def _talk(home: Home, *arguments: str, typing) -> tuple[int, str]:
    """Run a command whose questions are answered by ``typing(what was printed)``, through pipes."""
    _file(home, "secret", PASSPHRASE + "\n")
    process = subprocess.Popen(
        [*home.command(*arguments), "--passphrase-file", str(home.root / "secret")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**home.environment(), "PYTHONUNBUFFERED": "1"},
    )
    said = b""
    while chunk := os.read(process.stdout.fileno(), 4096):
        said += chunk
        answer = typing(said.decode())
        if answer is not None and process.poll() is None:
            process.stdin.write(answer.encode() + b"\n")
            process.stdin.flush()
    process.stdin.close()
    process.stdout.close()
    return process.wait(), said.decode()


def _words_in(said: str) -> list[str]:
    pairs = re.findall(r"(?:^|\s)(\d{1,2})  ([a-z]+)", said)
    return [word for _, word in sorted((int(n), word) for n, word in pairs)]


def _writer(first: str | None = None):
    """Answers as somebody does who wrote the words down."""
    answered: set[str] = set()

    def typing(said: str) -> str | None:
        if first is not None and "1, 2 or 3" in said and "choice" not in answered:
            answered.add("choice")
            return first
        asked = re.search(r"Word (\d+): $", said)
        if asked and asked[0] not in answered:
            answered.add(asked[0])
            return _words_in(said)[int(asked[1]) - 1]
        return None

    return typing


def test_words_bring_everything_back(home: Home) -> None:
    """Shown once, practised, then used when the passphrase is forgotten; the old one is void."""
    before = home.run("show", "1", "--json").out
    code, said = _talk(home, "slots", "choose", typing=_writer("1"))
    assert code == 0, said
    words = _words_in(said)
    assert len(words) == 24
    paper = _file(home, "paper", "\n".join(words))
    new = _file(home, "new", NEW + "\n")
    done = home.run("recover", "--words-file", paper, "--new-passphrase-file", new, secret=None)
    assert done.code == 0, done.err
    assert home.run("show", "1", "--json").code == 13
    assert home.run("show", "1", "--json", secret=NEW).out == before
    listed = home.run("slots", "--json", secret=NEW).json
    assert [slot["kind"] for slot in listed["slots"]] == ["passphrase", "words"]
    assert listed["way_back"] == {"choice": "words", "tried": True}
    assert home.run("slots", "try", "--words-file", paper, secret=NEW).code == 0
    wrong = _file(home, "wrong", " ".join(["zoo", *words[1:]]))
    tried = home.run("slots", "try", "--words-file", wrong, secret=NEW)
    assert tried.code == 22
    assert "Word 1 " in tried.err


def test_a_helper_brings_everything_back(home: Home) -> None:
    """A copy for a key; the key opens the vault; ``age`` shows words that do the same."""
    helper = Identity.generate()
    copy = home.root / "copy.age"
    assert home.run("slots", "add-helper", helper.recipient, str(copy)).code == 0
    assert home.run("slots", "add-helper", helper.recipient, str(copy)).code == 61
    again = home.root / "again.age"
    assert home.run("slots", "copy", "2", str(again)).code == 0
    assert again.read_bytes() == copy.read_bytes()
    key = _file(home, "key", f"# a key\n{helper.secret}\n")
    assert home.run("slots", "--json").json["way_back"]["tried"] is False
    assert home.run("slots", "try", "--identity-file", key).code == 0
    assert home.run("slots", "--json").json["way_back"]["tried"] is True
    read_out = subprocess.run(["age", "-d", "-i", key, str(copy)], capture_output=True, check=True)
    words = _file(home, "words", read_out.stdout.decode())
    assert home.run("slots", "try", "--words-file", words).code == 0
    new = _file(home, "new", NEW)
    done = home.run("recover", "--identity-file", key, "--new-passphrase-file", new, secret=None)
    assert done.code == 0, done.err
    assert home.run("show", "1", secret=NEW).code == 0
    assert home.run("slots", "add-helper", "age1nobody", str(again) + "2", secret=NEW).code == 50
    assert home.run("slots", "remove", "2", secret=NEW).code == 0
    assert home.run("slots", "remove", "1", secret=NEW).code == 20
    assert home.run("slots", "remove", "9", secret=NEW).code == 28


def test_a_script_is_told_at_the_third_opening_and_never_locked_out(home: Home) -> None:
    """It cannot be asked, so it is told each time until somebody has chosen; then no more."""
    assert "slots choose" not in home.run("list", "--json").err
    told = home.run("list", "--json")
    assert told.code == 0
    assert "tallymark slots choose" in told.err
    assert home.run("slots", "none", "whatever").code == 64
    assert home.run("slots", "none", "no", "way", "back").code == 0
    assert "slots choose" not in home.run("list", "--json").err
    assert home.run("slots", "--json").json["way_back"] == {"choice": "none", "tried": False}


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal by pty is POSIX")
def test_a_person_at_a_terminal_is_asked_in_place(home: Home) -> None:
    """One question, typed consent, and the list is shown, all in one command."""
    assert home.run("list").code == 0
    terminal, far_end = pty.openpty()
    process = subprocess.Popen(
        home.command("list"),
        **dict.fromkeys(("stdin", "stdout", "stderr"), far_end),
        env=home.environment(),
        start_new_session=True,
    )
    os.close(far_end)
    said, steps = (
        "",
        {"Passphrase": PASSPHRASE, "1, 2 or 3": "3", "type: no way back": "no way back"},
    )
    while True:
        try:
            chunk = os.read(terminal, 4096)
        except OSError:
            break
        if not chunk:
            break
        said += chunk.decode()
        for question in [q for q in steps if q in said]:
            os.write(terminal, steps.pop(question).encode() + b"\n")
    os.close(terminal)
    assert process.wait() == 0, said
    assert "by the gate" in said
    assert PASSPHRASE not in said


def test_a_second_and_another_passphrase(home: Home) -> None:
    """Add one, change one; weak ones are refused by name."""
    new = _file(home, "new", NEW + "\n")
    assert home.run("slots", "add-passphrase", "--new-passphrase-file", new).code == 0
    weak = _file(home, "weak", "short\n")
    assert (
        home.run("slots", "change-passphrase", "--new-passphrase-file", weak, secret=NEW).code == 19
    )
    third = _file(home, "third", "a third passphrase of many words\n")
    changed = home.run("slots", "change-passphrase", "--new-passphrase-file", third, secret=NEW)
    assert changed.code == 0
    assert home.run("slots", secret=NEW).code == 13
    used = home.run("slots", "--json", secret="a third passphrase of many words").json["slots"]
    assert [slot["used"] for slot in used] == [False, True]


def test_every_key_is_changed_and_the_old_paper_is_void(home: Home) -> None:
    """With words there are new ones to practise; files are sealed anew when asked."""
    (home.root / "letter.txt").write_text("a letter")
    assert home.run("slots", "none", "no way back").code == 0
    assert home.run("attach", str(home.root / "letter.txt")).code == 0
    _, said = _talk(home, "slots", "add-words", typing=_writer())
    old = _file(home, "old", " ".join(_words_in(said)))
    names = {path.name for path in (home.vault / "blobs").iterdir()}
    code, said = _talk(home, "rotate", "--blobs", typing=_writer())
    assert code == 0, said
    paper = _file(home, "paper", " ".join(_words_in(said)))
    assert not names & {path.name for path in (home.vault / "blobs").iterdir()}
    assert home.run("slots", "try", "--words-file", old).code == 22
    assert home.run("slots", "try", "--words-file", paper).code == 0
    assert home.run("check").code == 0
    assert home.run("rotate", "--no-words").code == 0
    assert home.run("slots", "--json").json["way_back"] is None


def test_practice_that_fails_changes_nothing(home: Home) -> None:
    """Three wrong tries, and the words open nothing."""
    asked = []

    def typing(said: str) -> str | None:
        if said.endswith(": ") and said not in asked:
            asked.append(said)
            return "zebra"
        return None

    code, said = _talk(home, "slots", "add-words", typing=typing)
    assert code == 29, said
    listed = home.run("slots", "--json").json
    assert [slot["kind"] for slot in listed["slots"]] == ["passphrase"]


def test_no_secret_is_left_on_the_disk_or_in_an_argument(home: Home) -> None:
    """Words and passphrases stand in no file of vault, home or temporary folder."""
    code, said = _talk(home, "slots", "add-words", typing=_writer())
    assert code == 0
    words = _words_in(said)
    canaries = [" ".join(words), "\n".join(words), PASSPHRASE, NEW]
    (home.root / "secret").unlink()
    for path in home.root.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert [
                c for c in canaries if c.encode() in data or c.encode("utf-16-le") in data
            ] == []
    help_text = home.run("recover", "--help", secret=None).out
    assert "--words-file" in help_text
    assert "--words " not in help_text
    assert json.loads((home.vault / "slots").read_text())["v"] == "1"
