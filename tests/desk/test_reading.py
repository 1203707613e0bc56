"""What a checked pack says is read strictly and within bounds; the rest is refused in plain words."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.packmaker import MADE, make_pack, record, record_bytes
from desk.people import MARKER, happened
from tallymark.desk import Desk, reading
from tallymark.desk.accesslog import stamp
from tallymark.errors import PackRefused


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_record_an_unknown_kind_or_refused(data: bytes) -> None:
    """Arbitrary bytes never end in anything but a value or ``PackRefused``."""
    with contextlib.suppress(PackRefused):
        assert reading.read_record(data) is None


@settings(max_examples=150, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
        max_leaves=12,
    )
)  # fmt: skip
def test_any_value_in_place_of_a_body_is_read_or_kept(value: object) -> None:
    """A record with any body at all is read, or kept as a kind that is not known."""
    whole = msgspec.to_builtins(record(0, happened())) | {"body": value}
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    try:
        found = reading.read_record(text.encode("utf-8", "surrogatepass"))
    except PackRefused:
        return
    assert found is None or found.id == record(0, happened()).id


def test_a_record_reads_back_as_it_was_written() -> None:
    """Bytes to record to bytes is the same bytes."""
    data = record_bytes(record(7, happened(behaviours=("P04",))))
    found = reading.read_record(data)
    assert found is not None
    assert record_bytes(found) == data


def test_a_record_in_another_spelling_is_refused_though_it_is_in_the_log(
    desk: Desk, tmp_path: Path
) -> None:
    """JSON with spaces is not the form that the log is said to hold."""
    spaced = json.dumps(msgspec.to_builtins(record(0, happened()))).encode()
    pack = make_pack(tmp_path / "p", [spaced])
    with pytest.raises(PackRefused, match="strict JSON") as refusal:
        desk.add(pack)
    assert MARKER not in str(refusal.value)
    assert desk.list() == []


@pytest.mark.parametrize(
    "change", [{"sequence": -1}, {"sequence": "1"}, {"series": ["x"]}, {"made": 7}]
)
def test_a_statement_with_wrong_values_is_refused(
    desk: Desk, tmp_path: Path, change: dict[str, object]
) -> None:
    """By the verifier or by the desk: no such pack is in the list."""
    pack = make_pack(tmp_path / "p", [record(0, happened())], statement_changes=change)
    with pytest.raises(PackRefused):
        desk.add(pack)
    assert desk.list() == []


@pytest.mark.parametrize("made", ["soon", "", "2026-13-01", "2026-06-01T12:00:00", "2026-06-01"])
def test_a_pack_that_does_not_say_well_when_it_was_made_counts_from_the_day_it_came(
    desk: Desk, tmp_path: Path, made: str
) -> None:
    """A date without a zone is taken as UTC; what is no date is left aside."""
    body = happened("2026-06-02T05:00", behaviours=("P04",))
    pack = make_pack(tmp_path / "p", [record(0, body)], statement_changes={"made": made})
    assert desk.add(pack).band == 0
    measured = desk.read("R1").measured
    assert measured.startswith("2026-06-01" if made.startswith("2026-06") else "2026-06-02T09:00")
    assert stamp(MADE).endswith("Z")


@pytest.mark.parametrize(
    ("limit", "value"),
    [("MAX_RECORDS", 1), ("MAX_RECORD_BYTES", 500), ("MAX_RECORD", 100), ("MAX_STATEMENT", 100), ("MAX_TAGMANIFEST", 100)],
)  # fmt: skip
def test_more_than_the_caps_is_refused(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    """Each cap, made small, refuses a pack that is otherwise good; nothing stays."""
    monkeypatch.setattr(reading, limit, value)
    pack = make_pack(tmp_path / "p", [record(0, happened()), record(1, happened())])
    with pytest.raises(PackRefused):
        desk.add(pack)
    assert not list((tmp_path / "desk" / "packs").iterdir())
    assert not list((tmp_path / "desk" / "quarantine").iterdir())
