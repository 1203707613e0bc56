"""The desk's commands from end to end, with the secret by file and every answer as JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from desk.conftest import PASSPHRASE
from desk.packmaker import flip, make_pack, record
from desk.people import MARKER, happened, other, victim
from tallymark.cli import desk as commands
from tallymark.cli.main import run
from tallymark.errors import PackRefused, UnsafePlace, UsageProblem, WrongPassphrase
from tallymark.integrity import keyslot


class Terminal:
    """Runs desk commands against one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.secret = folder / "secret"
        self.secret.write_text(PASSPHRASE + "\n", encoding="utf-8")

    def __call__(self, *arguments: str, who: str = "Asha") -> Result:
        """One command with its folder, secret and name given."""
        shared = ["--desk", str(self.folder / "desk"), "--as", who]
        command, *rest = arguments
        secret = ["--passphrase-file", str(self.secret)]
        runner = CliRunner()
        return runner.invoke(commands.desk, [*shared, command, *secret, *rest])

    def json(self, *arguments: str, who: str = "Asha") -> Any:
        """What a command says with ``--json``."""
        result = self(*arguments, "--json", who=who)
        assert result.exception is None, result.exception
        return json.loads(result.stdout)


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A folder with a desk that was made by the command."""
    monkeypatch.setattr(keyslot, "calibrate", lambda: keyslot.CHEAP)
    made = Terminal(tmp_path)
    assert made("new").exit_code == 0
    return made


def a_pack(folder: Path, name: str, phone: str) -> Path:
    """A pack from a diary of its own with one number of the other side."""
    bodies = [victim(), other("Neil G", phone=phone), happened(behaviours=("D01",))]
    records = [record(n, body) for n, body in enumerate(bodies)]
    return make_pack(folder / name, records, series=name, vault=name)


def test_new_prints_the_key_that_people_seal_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On standard output stands an age recipient; as JSON too."""
    monkeypatch.setattr(keyslot, "calibrate", lambda: keyslot.CHEAP)
    said = Terminal(tmp_path).json("new")
    assert said["recipient"].startswith("age1")
    assert said["desk"] == str(tmp_path / "desk")


def test_the_chain_from_add_to_log_as_json(terminal: Terminal, tmp_path: Path) -> None:
    """add, list, links, decide, band, read and log each answer in JSON."""
    first = a_pack(tmp_path, "a", "07700 900222")
    second = a_pack(tmp_path, "b", "+44 7700 900222")
    came = terminal.json("add", str(first), str(second))
    assert [c["report"]["id"] for c in came] == ["R1", "R2"]
    assert [r["band"] for r in terminal.json("list")] == [2, 2]
    (link,) = terminal.json("links")
    assert link["reports"] == ["R1", "R2"]
    decided = terminal.json("decide", "L1", "confirmed", "--why", "same name")
    assert decided["state"] == "confirmed by one"
    assert terminal.json("band", "R1", "1", "--why", "she rang")["band"] == 1
    assert terminal.json("read", "R1")["entries"][0]["behaviours"] == ["D01"]
    acts = terminal.json("log", who="Ben")
    assert acts[0]["action"] == "made"
    assert acts[-1]["who"] == "Ben"


def test_people_read_the_same_in_words(terminal: Terminal, tmp_path: Path) -> None:
    """Each reading command says it for people as well, the way to reach the person first."""
    terminal("add", str(a_pack(tmp_path, "a", "07700 900222")))
    added = terminal("add", str(a_pack(tmp_path, "b", "(0)7700-900-222")))
    assert "taken in as R2" in added.stdout
    assert "L1" in added.stdout
    assert "pet or property" in " ".join(terminal("list").stdout.split())
    links = terminal("links").stdout
    assert "(0)7700-900-222" in links
    assert "against: " in links
    page = terminal("read", "R1").stdout
    assert page.startswith("HOW TO REACH THE PERSON WITHOUT DANGER\n  me: text only, mornings")
    for words in ("signer not known", "These checks do not show", "Not stated, so ask", MARKER):
        assert words in page
    assert "confirmed by one" in terminal("decide", "L1", "confirmed", "--why", "x").stdout
    assert "band 0" in terminal("band", "R1", "0", "--why", "x").stdout
    assert "fits together" in terminal("log").stderr


def test_one_refused_pack_does_not_stop_the_others(terminal: Terminal, tmp_path: Path) -> None:
    """The bad one is named with its check; the good one is in; the exit code is the refusal's."""
    bad = flip(a_pack(tmp_path, "bad", "07700 900333"), MARKER.encode())
    good = a_pack(tmp_path, "good", "07700 900222")
    result = terminal("add", str(bad), str(good), "--json")
    assert isinstance(result.exception, PackRefused)
    said = json.loads(result.stdout)
    assert [c["ok"] for c in said] == [False, True]
    assert "check 3 (digests)" in said[0]["refused"]
    assert len(terminal.json("list")) == 1


def test_control_characters_in_a_pack_do_not_drive_the_terminal(
    terminal: Terminal, tmp_path: Path
) -> None:
    """An escape sequence in an entry is shown, not obeyed."""
    body = happened(what_happened="a\x1b[2Jb\u202ec\r\nd")
    terminal("add", str(make_pack(tmp_path / "p", [record(0, body)])))
    page = terminal("read", "R1").stdout
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "<U+001B>[2Jb" in page


def test_packs_can_be_saved_and_a_synced_place_needs_a_word(
    terminal: Terminal, tmp_path: Path
) -> None:
    """``save`` names the files; ``new`` in a synced folder is refused without the option."""
    pack = a_pack(tmp_path, "a", "07700 900222")
    terminal("add", str(pack))
    (tmp_path / "out").mkdir()
    (saved,) = terminal.json("save", "R1", str(tmp_path / "out"))
    assert Path(saved).read_bytes() == pack.read_bytes()
    synced = str(tmp_path / "Dropbox" / "desk")
    assert isinstance(terminal("new", synced).exception, UnsafePlace)
    assert terminal("new", synced, "--allow-synced-folder").exit_code == 0


def test_nobody_opens_a_desk_without_a_name(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without --as and without a terminal to ask at, the command is refused."""
    monkeypatch.delenv("TALLYMARK_DESK_AS", raising=False)
    options = ["--desk", str(terminal.folder / "desk"), "--passphrase-file", str(terminal.secret)]
    result = CliRunner().invoke(commands.desk, ["list", *options])
    assert isinstance(result.exception, UsageProblem)
    named = CliRunner().invoke(commands.desk, ["list", *options], env={"TALLYMARK_DESK_AS": "Cara"})
    assert named.exit_code == 0


def test_a_wrong_passphrase_is_its_own_error(terminal: Terminal) -> None:
    """The exit code is that of a vault's wrong passphrase."""
    terminal.secret.write_text("another passphrase altogether", encoding="utf-8")
    result = terminal("list")
    assert isinstance(result.exception, WrongPassphrase)


def test_the_whole_command_speaks_plainly_and_exits_by_the_tree(
    terminal: Terminal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Through the top command: 72 for an unknown report, with the next step, no traceback."""
    where = [
        "--desk",
        str(tmp_path / "desk"),
        "--as",
        "Asha",
        "--passphrase-file",
        str(terminal.secret),
    ]
    assert run(["desk", "read", "R9", *where]) == 72
    said = capsys.readouterr().err
    assert said.splitlines() == [
        "The desk holds no report with that number.",
        "Next: Run: tallymark desk list",
    ]
    assert run(["desk", "list", *where]) == 0


def test_the_secret_comes_by_descriptor_too(terminal: Terminal, tmp_path: Path) -> None:
    """As a program of its own: the passphrase through a pipe, never in the arguments."""
    readable, writable = os.pipe()
    os.write(writable, PASSPHRASE.encode())
    os.close(writable)
    arguments = ["desk", "list", "--desk", str(tmp_path / "desk"), "--as", "Asha", "--json"]
    done = subprocess.run(
        [sys.executable, "-c", "from tallymark.cli.main import main; main()", *arguments,
         "--passphrase-fd", str(readable)],
        pass_fds=[readable], capture_output=True, text=True, check=True,
    )  # fmt: skip
    os.close(readable)
    assert (json.loads(done.stdout), done.stderr) == ([], "")
    assert terminal.folder == tmp_path
