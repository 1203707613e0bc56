"""Each kind of record has its words in a pack, whatever kinds there are."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from every_body import every_body
from pack.conftest import Log
from tallymark.pack.chronology import DATED, items
from tallymark.pack.contents import Contents, Seal, choose
from tallymark.pack.exports.entries_csv import EXPORT
from tallymark.pack.sections.chronology.section import blocks

NOT_DATED = {
    "derived_text",
    "exhibit",
    "person",
    "place",
    "correction",
    "import",
    "epoch",
    "hand_over",
}
SEAL = Seal(fingerprint="", words=(), origin="v/1", size=30, root="", program="")


def _contents(tag: str, *, purpose: str) -> Contents:
    log = Log()
    first = log.add(every_body()["incident"])
    log.add(every_body(reference=first)[tag])
    casefile = log.casefile()
    return choose(
        casefile,
        purpose=purpose,
        made=datetime(2026, 11, 23, tzinfo=UTC),
        pack_id="p",
        series="s",
        sequence=1,
        seal=SEAL,
    )


def test_every_kind_is_either_dated_or_named_here() -> None:
    """A new kind of record cannot be forgotten: it stands in the chronology or in this list."""
    assert set(every_body()) == DATED | NOT_DATED


@pytest.mark.parametrize("purpose", ["police", "disclosure"])
@pytest.mark.parametrize("tag", sorted(every_body()))
def test_every_kind_has_words_in_the_chronology(tag: str, purpose: str) -> None:
    """Its heading and at least one text are on the page and in the table of entries."""
    contents = _contents(tag, purpose=purpose)
    told = blocks(contents, items(contents))
    table = io.BytesIO()
    EXPORT.write(contents, table)
    if tag in DATED:
        block = next(b for b in told if b["n"] == 2)
        assert block["heading"]
        assert block["texts"] or block["facts"]
        assert b"#2," in table.getvalue()


@pytest.mark.parametrize("field", ["appearance", "injuries", "vehicle_seen", "my_words"])
def test_what_is_seldom_recorded_of_an_entry_is_printed(field: str) -> None:
    """Looks, injuries, a vehicle and the person's own words stand on the page."""
    contents = _contents("incident", purpose="police")
    told = blocks(contents, items(contents))[0]
    assert f"{field} é😀" in str(told)
