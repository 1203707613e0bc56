"""Every file of vectors/ledger means what it says, and can be made again byte for byte."""

from __future__ import annotations

import json

import pytest

from importers import make_vectors
from importers.ledger_rules import broken, lines_of
from integrity.vector_format import Vector, read
from tallymark import errors, importers
from tallymark.errors import ReaderFailed
from tallymark.importers._ledger import check_sum

FILES = sorted(make_vectors.FOLDER.glob("*.txt"))
SUCCESS, REFUSED, BROKEN = "success", "refused", "ledger failure"


def _that(expect: str) -> list[object]:
    vectors = ((path, read(path.read_bytes())) for path in FILES)
    return [pytest.param(v, id=path.stem) for path, v in vectors if v["expect"] == expect]


def _answers(vector: Vector) -> dict[str, str]:
    return json.loads(vector.header.get("options", "{}"))


def test_there_are_enough() -> None:
    """Good ones, refusals, and one for each rule that can be broken."""
    rules = {read(p.read_bytes()).header.get("rule") for p in FILES} - {None}
    assert rules == {"1", "2.1", "2.2", "2.3", "2.4", "2.5", "4"}
    assert len(FILES) >= 35


def test_the_files_can_be_made_again(tmp_path, monkeypatch) -> None:
    """The maker gives exactly the files that are kept; one put there by hand is worked out anew."""
    monkeypatch.setattr(make_vectors, "FOLDER", tmp_path)
    for path in FILES:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    by_hand = tmp_path / "by-hand.txt"
    by_hand.write_bytes(b"about: a new style\n\n" + make_vectors.CHAT)
    monkeypatch.setattr(make_vectors, "samples", list)
    make_vectors.main()
    assert read(by_hand.read_bytes())["counts"].startswith('{"events":2,')
    by_hand.unlink()
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_bytes() for path in FILES}


@pytest.mark.parametrize("vector", _that(SUCCESS))
def test_success(vector: Vector) -> None:
    """The importer finds what is stated, and what is stated keeps every rule of the page."""
    found = make_vectors.observed(vector.content, _answers(vector))
    for name, value in found.items():
        assert (
            vector[name] == value if isinstance(value, str) else json.loads(vector[name]) == value
        )
    if vector["kind"] == "text":
        claim = {k: json.loads(vector[k]) for k in ("coverage", "spans", "counts", "lines")}
        assert broken(vector.content, **claim) == set()
        lines = claim["lines"]
        assert sum(lines.values()) == 2 * lines["lines"]
        assert lines["starts"] == claim["counts"]["events"]


@pytest.mark.parametrize("vector", _that(REFUSED))
def test_refused(vector: Vector, tmp_path) -> None:
    """The error that is named, and not one event."""
    path = tmp_path / "export"
    path.write_bytes(vector.content)
    given: list[object] = []
    with pytest.raises(getattr(errors, vector["error"])):
        importers.inspect(path, options=_answers(vector), on_batch=given.append)
    assert given == []


@pytest.mark.parametrize("vector", _that(BROKEN))
def test_broken(vector: Vector) -> None:
    """The rule that is named is broken, and it alone; a sum that is wrong never gets past us."""
    claim = {k: json.loads(vector[k]) for k in ("coverage", "spans", "counts", "lines")}
    assert broken(vector.content, **claim) == {vector["rule"]}
    if vector["rule"] == "1":
        with pytest.raises(ReaderFailed):
            check_sum(claim["coverage"], size=len(vector.content))
    else:
        check_sum(claim["coverage"], size=len(vector.content))


@pytest.mark.parametrize("sample", make_vectors.samples(), ids=lambda path: path.name)
def test_samples(sample) -> None:
    """Each of our own exports gives the events that are written down beside it, byte for byte."""
    lines = b"".join(line + b"\n" for line in importers.event_lines(sample))
    assert lines == make_vectors.expected_events(sample).read_bytes()
    summary = importers.inspect(sample)
    assert summary["counts"]["events"] == lines.count(b"\n")
    assert summary["questions"] == []


def test_lines_are_counted_by_the_rule() -> None:
    """The line ledger of a small file, by hand."""
    data = b"\nwords\nrec\nmore\n\n"
    assert lines_of(data, [[7, 15]]) == {
        "lines": 5,
        "starts": 1,
        "continued": 1,
        "blank": 2,
        "unparsed": 1,
    }
