"""The resource attacks of the formats reference: each ends in a named error or a named issue.

The child has 512 MiB and no network, and both are asked of the jail itself; the parent opens no
socket, which is watched here.
"""

from __future__ import annotations

import sys
from array import array
from pathlib import Path
from typing import Any

import pytest

from importers.attacks import ATTACKS
from tallymark import importers
from tallymark.errors import DamagedArchive, LimitExceeded, TallymarkError, UnknownFormat
from tallymark.model.event import NO_TIME, EventBatch

REFUSED: dict[str, type[TallymarkError]] = {
    "zip_bomb": LimitExceeded,
    "bomb_of_archives": LimitExceeded,
    "overlapping_members": LimitExceeded,
    "locked_members": UnknownFormat,
    "part_of_an_archive": DamagedArchive,
    "entity_bomb": UnknownFormat,
    "outside_entity": UnknownFormat,
    "huge_numbers": UnknownFormat,
    "huge_picture": UnknownFormat,
    "paper_that_acts": UnknownFormat,
    "database_with_tricks": UnknownFormat,
}
READ: dict[str, tuple[int, set[str]]] = {
    "names_that_climb": (2, set()),
    "names_in_old_alphabets": (2, set()),
    "huge_attribute": (4, set()),
    "deep_mime": (1, {"DEPTH_LIMIT"}),
    "many_parts": (1, {"PARTS_LIMIT"}),
    "header_flood": (1, {"HEADER_LIMIT"}),
    "deep_json": (2, {"DEPTH_LIMIT"}),
    "one_line": (4, {"TOO_LONG"}),
    "nothing_but_nul": (3, {"TOO_LONG"}),
    "page_that_acts": (1, set()),
    "slow_for_expressions": (4, set()),
    "turned_names": (6, set()),
    "impossible_dates": (7, {"UNKNOWN_TIME"}),
    "programs_inside": (2, set()),
    "secrets_inside": (2, set()),
}
_SOCKETS: list[str] = []


def _watch(event: str, _arguments: tuple[Any, ...]) -> None:
    if event.startswith("socket."):
        _SOCKETS.append(event)


sys.addaudithook(_watch)


@pytest.fixture
def attack(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The file of the attack that is named."""
    path = tmp_path / "export"
    path.write_bytes(ATTACKS[request.param]())
    return path


def test_every_attack_has_an_expectation() -> None:
    """None is forgotten, and none is expected twice."""
    assert sorted([*REFUSED, *READ]) == sorted(ATTACKS)


@pytest.mark.parametrize(("attack", "error"), REFUSED.items(), indirect=["attack"], ids=REFUSED)
def test_refused_by_name(attack: Path, error: type[TallymarkError]) -> None:
    """A named error with a next step, no socket, and the file as it was."""
    before = attack.read_bytes()
    _SOCKETS.clear()
    with pytest.raises(error) as refused:
        importers.inspect(attack, ask=False)
    assert refused.value.next_step
    assert _SOCKETS == []
    assert attack.read_bytes() == before


@pytest.mark.parametrize(("attack", "expected"), READ.items(), indirect=["attack"], ids=READ)
def test_read_with_its_issues(attack: Path, expected: tuple[int, set[str]]) -> None:
    """What can be read is, what cannot is an issue, the ledger adds up, and the jail held."""
    events, codes = expected
    _SOCKETS.clear()
    summary: dict[str, Any] = importers.inspect(attack, ask=False)
    assert summary["counts"]["events"] == events
    assert codes <= {issue["code"] for issue in summary["issues"]}
    coverage = dict(summary["coverage"])
    whole = coverage.pop("members", None) or coverage.pop("bytes")
    assert sum(coverage.values()) == whole
    assert _SOCKETS == []
    if sys.platform == "linux":
        assert summary["jail"]["network"] == "blocked"
        assert summary["jail"]["memory"] == "512 MiB"


def test_a_file_of_two_gigabytes_of_nothing(tmp_path: Path) -> None:
    """A hole in the disk that reads as NUL bytes: refused after its beginning."""
    path = tmp_path / "hole.txt"
    with path.open("wb") as file:
        file.truncate(2 << 30)
    with pytest.raises(UnknownFormat):
        importers.inspect(path)


def test_impossible_dates_are_not_on_the_timeline(tmp_path: Path) -> None:
    """1904, 1970, 2038 and 3609 are kept as they are written, and have no place in time."""
    path = tmp_path / "sms.xml"
    path.write_bytes(ATTACKS["impossible_dates"]())
    seconds: list[int] = []

    def take(batch: EventBatch) -> None:
        seconds.extend(array("q", batch.seconds))

    importers.inspect(path, on_batch=take, ask=False)
    assert [second for second in seconds if second != NO_TIME] == [1_777_000_000]


def test_a_name_that_turns_the_line_stays_as_it_is(tmp_path: Path) -> None:
    """Two that look alike are two senders; signs that cannot be seen are kept."""
    path = tmp_path / "chat.txt"
    path.write_bytes(ATTACKS["turned_names"]())
    senders = importers.inspect(path)["senders"]
    assert {"\u202eevil", "An", "A\u043d"} <= set(senders)  # type: ignore[call-overload]


def test_what_a_mail_would_run_is_text(tmp_path: Path) -> None:
    """No script, no picture from elsewhere; the words stand there as words."""
    path = tmp_path / "mail.eml"
    path.write_bytes(ATTACKS["page_that_acts"]())
    texts: list[str] = []
    importers.inspect(path, on_batch=lambda batch: texts.extend(batch.texts))
    assert "<script" not in "".join(texts)


@pytest.mark.parametrize("name", ["huge_picture", "paper_that_acts"])
def test_files_that_are_no_export_are_looked_at_in_a_jail(tmp_path: Path, name: str) -> None:
    """A picture that would fill the memory and a paper that would act: named for what they are."""
    from tallymark.diary.examination import inspect_file

    path = tmp_path / "file"
    path.write_bytes(ATTACKS[name]())
    _SOCKETS.clear()
    found = inspect_file(path)
    assert found is None or found["source"]
    assert _SOCKETS == []
