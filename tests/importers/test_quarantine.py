"""A record that breaks its reader is left out by name; every other one is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.importers.crashing_child import FIRST

from tallymark import importers
from tallymark.errors import ReaderFailed, TooManyFailures
from tallymark.importers import _jail
from tallymark.importers._mark import Place, watched


@pytest.fixture
def inspect(monkeypatch, tmp_path: Path):
    """A function that reads lines with the format whose records can break."""
    monkeypatch.setattr(_jail, "_CHILD", "tests.importers.crashing_child")
    monkeypatch.setattr(_jail, "RECORD_SECONDS", 0.6)
    path = tmp_path / "breaks"

    def read(lines: list[str]) -> tuple[dict[str, Any], list[str]]:
        path.write_bytes(FIRST + "".join(f"{line}\n" for line in lines).encode())
        texts: list[str] = []
        summary = importers.inspect(path, on_batch=lambda batch: texts.extend(batch.texts))
        return summary, texts  # type: ignore[return-value]

    return read


@pytest.mark.parametrize("way", ["crash", "memory", "deep", "spin", "value"])
def test_one_record_that_breaks_its_reader(inspect, way: str) -> None:
    """Its bytes are named and counted as unparsed, its half of an event is gone, the rest is read."""
    summary, texts = inspect(["say one", f"{way} two", "say three"])
    assert texts == ["one", "three"]
    assert summary["counts"]["events"] == 2
    assert summary["counts"]["rejected"] == 1
    start = len(FIRST) + len("say one\n")
    broken = {key: summary["quarantined"][0][key] for key in ("start", "end")}
    assert broken == {"start": start, "end": start + len(way) + len(" two\n")}
    assert summary["coverage"]["unparsed"] == broken["end"] - broken["start"]
    assert [issue["code"] for issue in summary["issues"]] == ["QUARANTINED"]


def test_events_are_handed_on_once(inspect) -> None:
    """What came before the end of a child is not given again by the next one."""
    lines = [f"say {n}" for n in range(20_000)]
    lines[9_000], lines[18_000] = "crash a", "crash b"
    summary, texts = inspect(lines)
    assert texts == [str(n) for n in range(20_000) if n not in {9_000, 18_000}]
    assert summary["counts"]["events"] == 19_998
    assert len(summary["quarantined"]) == 2


def test_a_slow_file_is_not_a_stuck_record(inspect) -> None:
    """The limit is for one record: many that each take a while are all read."""
    summary, texts = inspect([f"sleep {n}" for n in range(100)])
    assert len(texts) == 100
    assert "quarantined" not in summary


def test_too_many_of_them(inspect) -> None:
    """Sixteen are borne; one more and the file is refused with what to do."""
    lines = ["say hello", *(f"crash {n}" for n in range(16))]
    assert len(inspect(lines)[0]["quarantined"]) == 16
    with pytest.raises(TooManyFailures) as refused:
        inspect([*lines, "crash more"])
    assert "attach" in refused.value.next_step


def test_a_reader_that_breaks_at_everything(inspect) -> None:
    """Nothing read is a failure, not an import of nothing."""
    with pytest.raises(ReaderFailed):
        inspect(["value one", "value two"])


def test_the_mark_across_two_processes() -> None:
    """What the child notes is what the parent sees; between records there is nothing to see."""
    from tallymark.importers._mark import Mark

    with watched() as parent:
        child = Mark(parent.fd)
        assert parent.place() is None
        child.begin(1, 2, 1 << 40)
        assert parent.place() == Place(1, 2, 1 << 40)
        assert not parent.is_stuck(5.0, limit=3.0)
        assert parent.is_stuck(8.5, limit=3.0)
        child.begin(1, 3, 4)
        assert not parent.is_stuck(20.0, limit=3.0)
        child.end()
        assert parent.place() is None
        assert not parent.is_stuck(40.0, limit=3.0)
