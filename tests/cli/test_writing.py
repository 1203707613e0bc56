"""Every kind of record has a way in from the terminal and a way to be seen there."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from every_body import WRITTEN_BY_TALLYMARK, every_body, tag_of
from tallymark.cli.main import cli
from tallymark.cli.write import KINDS
from tallymark.diary import Diary
from tallymark.diary.forms import FORMS
from tallymark.diary.keys import CONSENT
from tallymark.integrity.keyslot import CHEAP

PASSPHRASE = "river lantern copper seventeen walnut"
BY_HAND = sorted(set(every_body()) - WRITTEN_BY_TALLYMARK)
ONE_LINE = {
    "incident": ("He stood at the gate",),
    "told-to-stop": ("Leave me alone",),
    "police-contact": ("I told them about #1",),
    "order": ("nmo",),
    "impact": ("I changed my shifts",),
    "safety-action": ("on the phone", "--set", "code=blocked"),
    "trigger": ("hearing", "--set", "kind=court_date"),
    "quiet-period": ("away", "--set", "start=2026-06-03", "--set", "end=2026-06-17"),
    "second-source": ("she saw it", "--set", "entries=#1"),
    "same-event": ("one act", "--set", "sources=#1 #2", "--set", "decision=same"),
    "phrase": ("nice curtains", "--set", "why=he cannot see them from the street"),
    "evidence-request": ("shop camera", "--set", "holder=Mill Rd shop"),
    "person": ("unknown-1", "--set", "roles=suspect"),
    "place": ("gym", "--set", "role=gym"),
}


class Terminal:
    """Runs commands on one vault in this process."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "secret").write_text(PASSPHRASE + "\n")
        with Diary.create(root / "v", passphrase=PASSPHRASE, cost=CHEAP) as diary:
            diary.keys.refuse(CONSENT)

    def run(self, *arguments: str, stdin: str | bytes = "") -> Result:
        """One command; its output and exit code."""
        extra = ["--passphrase-file", str(self.root / "secret")]
        command = ["--vault", str(self.root / "v"), *arguments, *extra]
        return CliRunner().invoke(cli, command, input=stdin)

    def says(self, *arguments: str, stdin: str | bytes = "") -> str:
        """What a command that works prints."""
        done = self.run(*arguments, stdin=stdin)
        assert done.exit_code == 0, f"{done.output} {done.exception!r}"
        return done.stdout

    def json(self, *arguments: str) -> object:
        """What a command prints as JSON."""
        return json.loads(self.says(*arguments, "--json"))


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """A vault with two entries."""
    made = Terminal(tmp_path)
    made.says("add", "first", "--when", "2026-05-03 21:10")
    made.says("add", "second", "--when", "2026-05-04 21:10")
    return made


def test_the_names_of_the_kinds_are_those_of_the_forms() -> None:
    """The command's own list cannot fall behind."""
    assert set(KINDS) == set(FORMS) == set(ONE_LINE)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_written_in_one_line(terminal: Terminal, kind: str) -> None:
    """One line is enough for each kind, and it is listed and shown."""
    assert terminal.says("add", "--type", kind, *ONE_LINE[kind]) == "Saved as #3.\n"
    shown = terminal.json("show", "3")
    assert shown["body"]["type"] == tag_of(FORMS[kind].body)
    assert any(row["number"] == 3 for row in terminal.json("list", "--all"))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_asked_for_in_plain_questions(terminal: Terminal, kind: str) -> None:
    """With no words every question is asked, and answers make the record."""
    given = {
        "happened": "now", "at": "yesterday", "start": "2026-06-03", "end": "2026-06-17",
        "entries": "#1", "sources": "#1 #2", "decision": "same", "kind": "other",
        "code": "blocked", "served": "3/5/2026", "words": "w", "why": "y", "label": "x",
        "what_happened": "a", "what": "camera", "exact_words": "stop",
    }  # fmt: skip
    answers = [given.get(name, "") for name, _ in FORMS[kind].ask]
    said = terminal.says("add", "--type", kind, stdin="\n".join(answers) + "\n")
    assert "Saved as #3." in said
    asked = terminal.json("show", "3")["asked"]
    assert [q["text"] for q in asked] == [q for _, q in FORMS[kind].ask]


@pytest.mark.parametrize("tag", BY_HAND)
def test_each_kind_comes_in_as_json_and_is_listed_and_shown(terminal: Terminal, tag: str) -> None:
    """Standard input takes one record of any kind; list and show print it whole."""
    body = every_body(reference=terminal.json("show", "1")["id"])[tag]
    said = terminal.says("add", "--json", "-", stdin=msgspec.json.encode(body))
    assert said == "Saved as #3.\n"
    assert terminal.json("show", "3")["body"] == json.loads(msgspec.json.encode(body))
    assert terminal.says("show", "3")
    assert "#3" in terminal.says("list", "--all")


@pytest.mark.parametrize("tag", sorted(WRITTEN_BY_TALLYMARK))
def test_what_the_program_writes_by_itself_is_refused(terminal: Terminal, tag: str) -> None:
    """Nobody can slip in an exhibit without its file, or a note of an erasing that was none."""
    body = msgspec.json.encode(every_body()[tag])
    assert terminal.run("add", "--json", "-", stdin=body).exit_code != 0


def test_an_entry_is_completed_and_the_old_words_are_struck_through(terminal: Terminal) -> None:
    """The old number says by what it was replaced and why."""
    terminal.says("amend", "#1", "first, longer", "--felt", "cold", "--why", "no time then")
    old, new = terminal.json("show", "1"), terminal.json("show", "3")
    assert (old["state"], old["why"]) == ("replaced by #3", "no time then")
    assert new["supersedes"] == old["id"]
    assert (new["body"]["what_happened"], new["body"]["effect"]) == ("first, longer", "cold")
    assert "struck through" in terminal.says("show", "1")
    assert [row["number"] for row in terminal.json("list")] == [2, 3]
    terminal.says("amend", "3", "--set", "effect=")
    assert "effect" not in terminal.json("show", "4")["body"]


def test_an_entry_is_erased_after_a_warning(terminal: Terminal) -> None:
    """Without a yes nothing happens; with it the words are gone and the number says so."""
    assert terminal.run("erase", "1", "--why", "r", stdin="n\n").exit_code != 0
    assert terminal.says("show", "1")
    done = terminal.run("erase", "1", "--why", "r", "--yes")
    assert "cannot be undone" in done.output
    assert terminal.run("show", "1").exit_code != 0
    assert next(row["type"] for row in terminal.json("list")) == "tombstone"
    assert terminal.says("check")


def test_a_search_is_narrowed_from_the_terminal(terminal: Terminal) -> None:
    """Days and codes hold, and with a filter no word is needed."""
    terminal.says("add", "third", "--code", "V01", "--when", "2026-05-05 08:00")
    assert len(terminal.json("find", "first", "--from", "2026-05-03", "--to", "2026-05-03")) == 1
    assert terminal.json("find", "first", "--from", "2026-05-04") == []
    assert [row["snippet"][:5] for row in terminal.json("find", "--code", "v")] == ["third"]
    assert "#3" in terminal.says("find", "third")


def test_a_report_is_made_and_their_answer_is_kept(terminal: Terminal, tmp_path: Path) -> None:
    """The words come out, a PDF on request, and nothing is written by it."""
    said = terminal.says("report", "#2", "--safe", "no", "--out", str(tmp_path / "r.pdf"))
    assert said.startswith("AM I SAFE NOW: NO.")
    assert "second" in said
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")
    assert len(terminal.json("list", "--all")) == 3
    terminal.says("add", "--type", "police-contact", "both", "--set", "incidents=#1 #2")
    assert terminal.json("since-police") == {"last_contact": 3, "entries": []}
    terminal.says("add", "again")
    assert terminal.json("since-police") == {"last_contact": 3, "entries": [4]}


def test_on_a_terminal_their_answer_becomes_a_record(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Safe or not is asked first and never needed; a no keeps nothing, a yes keeps what was said."""
    monkeypatch.setattr("tallymark.cli.report._somebody_is_there", lambda: True)
    assert "999" in terminal.says("report", stdin="\nn\n")
    assert len(terminal.json("list")) == 2
    answers = ["no", "y", "101", "yes", "CAD 9", "PC Day", "call back", "Friday"]
    said = terminal.run("report", "2", stdin="\n".join(answers) + "\n")
    assert "NO. I am not safe." in said.stdout
    body = terminal.json("show", "3")["body"]
    assert body["type"] == "police_contact"
    assert (body["reference"], body["officer"], body["promised"]) == (
        "CAD 9",
        "PC Day",
        "call back",
    )
    assert body["incidents"] == [terminal.json("show", "2")["id"]]


def test_a_hard_copy_has_the_next_number_and_nothing_is_overwritten(
    terminal: Terminal, tmp_path: Path
) -> None:
    """Copies are counted, and a file that is there stays."""
    assert terminal.says("print", "1", str(tmp_path / "a.pdf")).startswith("Hard copy 1:")
    assert terminal.says("print", "1", str(tmp_path / "b.pdf")).startswith("Hard copy 2:")
    assert terminal.run("print", "1", str(tmp_path / "b.pdf")).exit_code != 0
    assert terminal.says("print", "1", str(tmp_path / "c.pdf")).startswith("Hard copy 3:")


def test_an_unknown_person_is_linked_later(terminal: Terminal) -> None:
    """Unknown-1 stays a person of its own and says whom it turned out to be."""
    terminal.says("add", "--type", "person", "unknown-1")
    terminal.says("add", "--type", "person", "Colin")
    terminal.says("amend", "3", "--set", "same_as=Colin")
    assert terminal.json("show", "5")["body"]["same_as"] == terminal.json("show", "4")["id"]


def test_a_code_that_is_not_known_is_kept_and_said(terminal: Terminal) -> None:
    """A slip is not lost and not hidden."""
    done = terminal.run("add", "he waved", "--code", "P04, P4")
    assert "P4 is not a known code" in done.output
    assert "P04 is not" not in done.output
    assert terminal.json("show", "3")["body"]["behaviours"] == ["P04", "P4"]


def test_a_private_place_says_what_stays_out(terminal: Terminal) -> None:
    """Marking a place tells which entries already point at it."""
    terminal.says("add", "--type", "place", "flat")
    terminal.says("add", "there", "--set", "place=flat")
    done = terminal.run("amend", "3", "--set", "safe_location=yes")
    assert done.exit_code == 0
    assert "#4" in done.output
    assert terminal.run("add", "there again", "--set", "place=flat").exit_code != 0


def test_notes_go_to_the_notebook_and_not_to_the_diary(terminal: Terminal) -> None:
    """What is kept there is found only there."""
    assert terminal.says("notebook", "add", "zebrafinch lane") == "Saved as note 1.\n"
    assert terminal.json("notebook", "list")[0]["words"] == "zebrafinch lane"
    assert "zebrafinch" in terminal.says("notebook", "show", "1")
    assert terminal.json("find", "zebrafinch") == []


def test_what_may_soon_be_gone_and_a_card(terminal: Terminal) -> None:
    """A call suggests call records; a card needs no diary."""
    terminal.says("add", "silent", "--channel", "voice")
    (row,) = terminal.json("soon-gone")
    assert (row["entries"], row["asked"], row["kept"]) == ([3], "not asked", "ask")
    assert CliRunner().invoke(cli, ["card", "school"]).exit_code == 0
