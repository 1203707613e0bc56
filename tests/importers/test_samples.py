"""Published exports of other projects, where they are beside this checkout."""

from __future__ import annotations

import json

import pytest

from shared_samples import samples
from tallymark import importers

FILES = (
    "test_[mmddyy]_24hrs.txt",
    "test_ddmmyy_24hrs.txt",
    "test_mmddyy_24hrs.txt",
    "test_mmddyyyy_12hrs.txt",
    "test_yyyymmdd_24hrs.txt",
)


@pytest.mark.parametrize("name", FILES)
def test_five_header_forms_of_one_chat(name: str) -> None:
    """Each form gives seven messages of named senders, two notices, and every byte."""
    path = samples("whatsapp/chat-miner") / name
    found = importers.inspect(path)
    assert found["counts"]["events"] == 9
    assert found["counts"]["message"] == 7
    assert found["counts"]["system"] == 2
    assert sorted(found["senders"].values()) == [1, 1, 1, 1, 3]
    assert (found["first"], found["last"]) == ("2019-01-01T11:25", "2021-12-30T22:01")
    assert found["coverage"] == {
        "bytes": path.stat().st_size,
        "records": path.stat().st_size - 8,
        "framing": 8,
        "skipped": 0,
        "unparsed": 0,
    }
    assert found["questions"] == []


@pytest.mark.parametrize("name", FILES)
def test_times_and_senders_agree_with_the_published_target(name: str) -> None:
    """The six messages that the other project expects are here with the same time, sender and words."""
    folder = samples("whatsapp/chat-miner")
    target = json.loads((folder / "target.json").read_text(encoding="utf-8"))
    events = [json.loads(line) for line in importers.event_lines(folder / name)]
    ours = {
        (e["at"][0]["value"] + ":00", e["sender"], e["text"].replace("\n", " ")) for e in events
    }
    assert {(t["timestamp"], t["author"], t["message"]) for t in target} <= ours


def test_archives_of_others_are_refused_by_name_of_the_trouble() -> None:
    """A zip that holds itself and a zip with a locked member end in a plain refusal."""
    from tallymark.errors import UnknownFormat

    folder = samples("hostile/tika")
    for name in ("droste.zip", "testZipEncrypted.zip", "testXXE.xml"):
        with pytest.raises(UnknownFormat):
            importers.inspect(folder / name)


def test_exports_of_other_programs_are_refused() -> None:
    """No file of the formats that nobody reads yet is taken for one that somebody does."""
    root = samples("whatsapp").parent
    for folder in ("telegram", "web"):
        for path in (root / folder).rglob("*"):
            if path.is_file() and path.suffix in {".xml", ".json", ".warc"} and "_" in path.name:
                assert importers.detect(path) == [], path.name


def test_each_file_is_taken_by_its_own_reader_alone() -> None:
    """A backup is read as one, whole or not, a mail as a mail, and what lies beside them by nobody."""
    for path in samples("sms/shruggietech").iterdir():
        assert importers.detect(path) == (["sms_backup_restore"] if path.suffix == ".xml" else [])
    for path in samples("email/stalwart").glob("*/*03.*"):
        assert importers.detect(path) == (["email"] if path.suffix == ".eml" else []), path.name
    for path in samples("instagram/chat-miner").iterdir():
        assert importers.detect(path) == ([] if path.name == "target.json" else ["instagram"])
