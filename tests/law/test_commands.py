"""The commands law, screen, help-lines and advice: danger first, counts only, drafts named as drafts."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

from chain import Home
from tallymark import law
from tallymark.cli import advice as commands
from tallymark.cli.law import law as law_command
from tallymark.cli.main import cli


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A diary with two entries that name an order, told to stop, and a threat."""
    home = Home(tmp_path_factory.mktemp("law"))
    home.make()
    bodies = [
        {"type": "told_to_stop", "at": {"value": "2026-05-03T18:12"}, "exact_words": "Stop."},
        {
            "type": "order", "kind": "nmo", "court": "Leeds",
            "served": {"value": "2026-08-01", "precision": "day"},
            "conditions": [{"number": 1, "words": "No contact by any means"}],
        },
        {
            "type": "incident", "happened": {"value": "2026-08-05T21:00"},
            "what_happened": "He rang and said it.", "behaviours": ["C01", "V01"],
            "fear_of_violence": "yes", "effect": "I could not sleep.",
        },
        {
            "type": "incident", "happened": {"value": "2026-08-07T21:00"},
            "what_happened": "A car at the gate.", "behaviours": ["P08"],
        },
    ]  # fmt: skip
    for body in bodies:
        said = home.run("add", "--json", "-", stdin=json.dumps(body).encode())
        assert said.code == 0, said.err
    return home


def _run(*arguments: str, typed: str | None = None):
    return CliRunner().invoke(cli, list(arguments), input=typed)


# law --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", law.jurisdictions())
def test_rules_are_listed_as_drafts_without_a_diary(place: str) -> None:
    """Every rule and order, none of them as checked, and no passphrase is asked for."""
    done = _run("law", "--jurisdiction", place, "--json")
    assert done.exit_code == 0
    rules = json.loads(done.output)["rules"]
    assert [one["id"] for one in rules] == [one.id for one in law.jurisdiction(place).rules]
    assert all(one["draft"] and one["sources"] and one["state"] for one in rules)
    shown = _run("law", "--jurisdiction", place).output
    assert "draft" in shown
    assert "You need none of this to call police." in " ".join(shown.split())


def test_entries_stand_beside_each_element(home: Home) -> None:
    """The collection over a real vault, as JSON: entries, gaps, the date, single acts, numbers."""
    said = home.run("law", "ew-pha-2a", "--json")
    assert said.code == 0, said.err
    found = said.json["collection"]
    acts = next(one for one in found["elements"] if one["key"] == "acts")
    assert [said.json["numbers"][ref] for ref in acts["entries"]] == [3, 4]
    assert found["occasions"]["entries"]["value"] == 2
    assert found["limit"]["day"] == "2027-02-06"
    assert any("How you know who it was" in gap for gap in found["gaps"])
    assert "EW-OAPA16" in {one["rule"] for one in said.json["by_themselves"]}


def test_a_rule_is_printed_with_its_state_and_its_caution(home: Home) -> None:
    """Draft first, then the table, what is open, the date to raise, the sources; no verdict."""
    said = home.run("law", "EW-PHA-2A")
    assert said.code == 0, said.err
    words = " ".join(said.out.split())
    assert words.index("Draft: no lawyer has checked this.") < words.index("How often")
    assert "#3 #4" in words
    assert "Raise this with police now." in words
    assert "6 Feb 2027" in words
    assert "police, prosecutors and courts do that" in words
    assert "Sources:" in words
    assert not re.search(r"\b(guilty|made out|strong|weak|too late)\b", words)


def test_each_order_is_printed_with_its_conditions(home: Home) -> None:
    """The breach sheet: conditions, service, what is open, and who decides."""
    said = home.run("law", "orders")
    assert said.code == 0, said.err
    words = " ".join(said.out.split())
    assert "No contact by any means" in words
    assert "After service, no order named: #3 #4" in words
    assert "for police and the court to say" in words
    data = home.run("law", "orders", "--json").json
    assert data["orders"][0]["conditions"][0]["number"] == 1


def test_the_days_by_which_to_raise_it_are_listed(home: Home) -> None:
    """Each rule with a limit has its day, one early; nothing says that it is over."""
    found = {one["rule"]: one["day"] for one in home.run("law", "dates", "--json").json["dates"]}
    assert found["EW-PHA-2"] == found["EW-PHA-2A"] == "2027-02-06"
    assert found["EW-CA127-1"] == "2029-08-06"
    words = " ".join(home.run("law", "dates").out.split())
    assert words.startswith("Raise this with police now.")
    assert "6 Feb 2027" in words
    assert not re.search(r"\b(too late|expired|over)\b", words)


def test_an_unknown_rule_or_place_says_the_next_step(home: Home) -> None:
    """Exit 64 and a plain sentence."""
    for arguments in (("law", "EW-NOTHING"), ("law", "--jurisdiction", "atlantis")):
        said = home.run(*arguments)
        assert said.code == 64
        assert "Next:" in said.err


# screen -----------------------------------------------------------------------------------------


def test_danger_comes_before_any_question_and_stops_nothing() -> None:
    """Ticking a sign prints the whole card, and the questions still come and are counted."""
    done = _run("screen", "--now", "weapon", "--yes", "following")
    assert done.exit_code == 0
    assert done.output.index("CALL 999") < done.output.index("Do they follow you?")
    for line in law.jurisdiction().danger.lines:
        assert line in done.output
    assert "P01 following on foot" in done.output


def test_a_person_at_a_terminal_is_asked_danger_first(monkeypatch) -> None:
    """Every sign is read out before the first question; Enter goes on; only yes is yes."""
    here = law.jurisdiction()
    asked: list[str] = []

    def answer(words: str, **_: object) -> str:
        asked.append(words)
        return "1" if len(asked) == 1 else "y" if "follow you" in words else ""

    monkeypatch.setattr(commands.click, "prompt", answer)
    runner = CliRunner()
    with runner.isolation() as streams:
        monkeypatch.setattr(commands, "sys", _Terminal())
        commands.screen.main(args=[], standalone_mode=False)
        said = streams[0].getvalue().decode()
    assert "CALL 999" in said
    assert len(asked) == 1 + len(here.prompts)
    assert "Do they follow you?" in said
    assert "Do they watch you" not in said.split("You said yes to")[1]


class _Terminal:
    class stdin:  # noqa: N801
        """A terminal that somebody sits at."""

        @staticmethod
        def isatty() -> bool:
            """It is one."""
            return True


def test_screening_gives_counts_and_codes_and_no_level() -> None:
    """JSON has the questions, what was said yes to, and the codes; nothing that could be a score."""
    done = _run("screen", "--yes", "watching", "--yes", "pets", "--json")
    found = json.loads(done.output)
    assert found["yes"] == ["watching", "pets"]
    assert found["codes"] == sorted(["P09", "M09", "M06", "A01", "A02", "A03", "V06"])
    assert found["danger"]["shown"] is False
    assert set(found) == {"danger", "questions", "yes", "codes"}
    assert _run("screen", "--yes", "nonsense").exit_code == 2


def test_screening_points_into_the_diary(home: Home) -> None:
    """With --diary each question has the records that touch it."""
    said = home.run("screen", "--diary", "--json")
    found = {one["key"]: one["records"] for one in said.json["questions"]}
    assert len(found["threats"]) == len(found["told"]) == len(found["fear"]) == 1
    assert len(found["four_repeated"]) == 2
    assert found["pets"] == []
    words = " ".join(home.run("screen", "--diary").out.split())
    assert "It does not mean no." in words
    assert words.startswith("In danger now? Call 999 now.")


# help-lines and advice --------------------------------------------------------------------------


@pytest.mark.parametrize("place", law.jurisdictions())
def test_numbers_are_printed_with_when_they_were_checked(place: str) -> None:
    """Emergency first; each line says checked or unchecked."""
    found = json.loads(_run("help-lines", "--jurisdiction", place, "--json").output)["services"]
    assert found[0]["emergency"] is True
    assert all(one["status"] == "unchecked" for one in found if not one.get("verified_on"))
    shown = _run("help-lines", "--jurisdiction", place)
    assert shown.exit_code == 0
    assert "unchecked" in shown.output


def test_an_answer_is_printed_with_its_sources() -> None:
    """The list, one page of it, and an unknown name."""
    names = [one["name"] for one in json.loads(_run("advice", "--json").output)["questions"]]
    assert names[0] == "danger"
    assert "accounts-and-devices" in names
    page = _run("advice", "do-not-respond").output
    assert "Sources:" in page
    assert "**" not in page
    assert json.loads(_run("advice", "four", "--json").output)["question"] == "What does FOUR mean?"
    assert _run("advice", "nothing").exception is not None


def test_the_list_of_accounts_is_empty_slots_without_a_diary(home: Home) -> None:
    """A line to fill by hand on paper; with the diary it shows what was kept."""
    assert "____" in _run("advice", "accounts-and-devices").output
    found = home.run("advice", "accounts-and-devices", "--diary", "--json").json["lines"]
    assert {one["key"] for one in found} == {one.key for one in law.jurisdiction().checklist}


def test_a_start_reads_no_law() -> None:
    """The command module alone brings in neither the data nor the picture."""
    import subprocess
    import sys

    code = (
        "import sys, tallymark.cli.law, tallymark.cli.advice;"
        "print([m for m in sys.modules if m in ('tallymark.law', 'msgspec', 'rich')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert law_command.name == "law"
