"""``python -m tallymark.verify``, the one-file verifier, and the words of a verdict."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tallymark.verify import zipapp
from tallymark.verify.__main__ import main
from verify.bundle_maker import OWNER, STRANGER, Plan, incident, small

MEMBERS = ["ok", "checks", "signer", "signer_trusted", "outside_time", "not_proved"]
NAMES = [
    "container",
    "inventory",
    "digests",
    "signature",
    "statement",
    "checkpoint",
    "records",
    "originals",
    "signer",
]
# words that a count can never carry
JUDGING = ("proves", "proven", "guaranteed", "court-admissible", "100 %", "corroborated", "safe ")


def test_json_is_the_contract(bundle: Path, capsys) -> None:
    """Exactly these members, in this order, for programs."""
    assert main([str(bundle), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == MEMBERS
    assert [list(check) for check in found["checks"]] == [["number", "name", "ok", "detail"]] * 9
    assert [check["name"] for check in found["checks"]] == NAMES
    assert found["signer"] == OWNER.fingerprint
    assert (found["ok"], found["signer_trusted"], found["outside_time"]) == (True, False, None)
    assert "signer not known" in found["checks"][8]["detail"]
    assert any("the PDF says what the records say" in line for line in found["not_proved"])


def test_a_named_key_is_compared(bundle: Path, capsys) -> None:
    """The right fingerprint is trusted, another one fails check 9 alone."""
    assert main([str(bundle), "--json", "--key", OWNER.fingerprint]) == 0
    assert json.loads(capsys.readouterr().out)["signer_trusted"] is True
    assert main([str(bundle), "--json", "--key", STRANGER.fingerprint]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [check["number"] for check in found["checks"] if not check["ok"]] == [9]
    assert found["signer_trusted"] is False
    assert main([str(bundle), "--key", STRANGER.fingerprint]) == 1
    assert "another key than the one you named" in capsys.readouterr().out


def test_words_for_an_officer(tmp_path: Path, capsys) -> None:
    """Three sentences first; then each check; then what they do not show. It counts only."""
    path = tmp_path / "withheld.zip"
    path.write_bytes(Plan([incident(i, f"No. {i}") for i in range(7)], {}, withheld=[2, 5]).zip())
    assert main([str(path)]) == 0
    text = capsys.readouterr().out
    first = text.split("\n")[0]
    assert first.startswith("Nothing in this pack has changed since it was sealed.")
    assert "signer not known" in first
    assert "5 of the 7 records" in first
    assert "2 are withheld and 0 erased" in first
    assert "what the 2 withheld records say" in text
    assert text.count("  ok  ") == 9
    assert not [word for word in JUDGING if word in text.lower()]


def test_a_changed_pack_names_its_check(bundle: Path, capsys) -> None:
    """Exit 1, and the first sentence has the number of the first check that failed."""
    bundle.write_bytes(bundle.read_bytes().replace(b"you park", b"you work"))
    assert main([str(bundle)]) == 1
    text = capsys.readouterr().out
    assert text.startswith("Do not rely on this copy: check 1 (container) failed.")
    assert "  3  FAIL" in text
    assert not [word for word in JUDGING if word in text.lower()]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["missing.zip"], 2),
        ([], 64),
        (["a.zip", "--key", "words"], 64),
        (["a.zip", "--nonsense"], 64),
        (["a.zip", "--max-files", "many"], 64),
    ],
)
def test_wrong_commands_and_places(arguments: list[str], code: int, capsys) -> None:
    """Plain words on stderr with the next step, nothing on stdout, the exit code of the tree."""
    assert main(arguments) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.strip().split("\n")) == 2
    assert "Traceback" not in said.err


def test_limits_from_the_command_line(bundle: Path, capsys) -> None:
    """The limits for strangers can be set by the reader."""
    assert main([str(bundle), "--max-files", "3"]) == 1
    assert "more than 3 files" in capsys.readouterr().out
    assert main([str(bundle), "--max-files", "20000", "--max-bytes", "9999"]) == 0


def test_the_one_file_verifier(bundle: Path, tmp_path: Path, capsys) -> None:
    """The same bytes each time, the printed SHA-256 is theirs, and it runs with nothing beside it."""
    target = tmp_path / "tallymark-verify.pyz"
    assert zipapp.main([str(target)]) == 0
    data = target.read_bytes()
    printed = capsys.readouterr().out
    assert printed == f"{hashlib.sha256(data).hexdigest()}  tallymark-verify.pyz\n"
    assert data == zipapp.build()
    assert zipapp.main([]) == 64
    done = subprocess.run(
        [sys.executable, "-I", "-S", target, bundle, "--json"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout)["ok"] is True
    bad = subprocess.run([sys.executable, "-I", "-S", target, target], capture_output=True)  # noqa: PLW1510
    assert bad.returncode == 2
    assert b"Traceback" not in bad.stderr


def test_the_verifier_stands_on_the_standard_library(bundle: Path) -> None:
    """Loading and running it imports no other room and no package from outside."""
    script = (
        "import sys; before = set(sys.modules);"
        "from tallymark.verify.__main__ import main; main([sys.argv[1]]);"
        "new = {name.split('.')[0] for name in set(sys.modules) - before};"
        "rooms = {name for name in sys.modules if name.startswith('tallymark.')};"
        "print(sorted(new - set(sys.stdlib_module_names) - {'tallymark'}));"
        "print(sorted(r for r in rooms if not r.startswith(('tallymark.verify', 'tallymark.errors'))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, bundle], capture_output=True, check=True, text=True
    )
    assert done.stdout.endswith("\n[]\n[]\n")


def test_output_survives_a_narrow_terminal(bundle: Path) -> None:
    """A terminal that is not UTF-8 gets the verdict all the same."""
    done = subprocess.run(
        [sys.executable, "-m", "tallymark.verify", bundle.with_name("\u00e9\u4e2d.zip")],
        capture_output=True,
        check=False,
        env={"PYTHONIOENCODING": "ascii", "PATH": ""},
    )
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    small()
