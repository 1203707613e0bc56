"""Records keep what was said, and nothing is said by an empty one."""

from __future__ import annotations

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from tallymark.model.casefile import Casefile
from tallymark.model.event import Clock, Event, Locator, canonical_line
from tallymark.model.moment import Moment
from tallymark.model.record import Body, Correction, Incident, Record

WHEN = Moment("2026-05-03T21:10")


def _record(body: Body, ident: str = "a") -> Record:
    return Record(
        id=ident, written="2026-05-03T22:00:00Z", zone="Europe/London", salt="00" * 16, body=body
    )


@given(st.text(min_size=1), st.text(), st.text())
def test_a_record_survives_its_own_bytes(what: str, said: str, effect: str) -> None:
    """Builtins and back is the same record, with any characters."""
    record = _record(Incident(happened=WHEN, what_happened=what, words_said=said, effect=effect))
    assert msgspec.convert(msgspec.to_builtins(record), Record) == record


def test_an_entry_without_words_is_refused() -> None:
    """An incident says something, or it is not an incident."""
    with pytest.raises(ValueError, match="what happened"):
        Incident(happened=WHEN)


def test_a_withdrawn_entry_is_not_current_but_stays() -> None:
    """A correction hides nothing: the old record is still in the casefile."""
    first = _record(Incident(happened=WHEN, what_happened="x"), "a")
    second = _record(Correction(target="a", why="wrong day"), "b")
    case = Casefile(records=(first, second))
    assert [r.id for r in case.current()] == ["b"]
    assert len(case.records) == 2


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.text(alphabet="ab\n\u2028é😀")
)
def test_event_lines_are_rfc_8785(text: str, sender: str) -> None:
    """The fast encoder writes the same bytes as the RFC 8785 library."""
    event = Event(
        kind="message",
        at=(Clock(role="sent", value="2026-01-02T03:04", raw="02/01/2026, 03:04", chosen=True),),
        sender=sender,
        text=text,
        locator=Locator(start=0, end=10),
    )
    line = canonical_line(event)
    assert b"\n" not in line
    assert line == rfc8785.dumps(msgspec.to_builtins(event))
