"""The chained log: a changed, moved or missing row shows."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from tallymark.desk import accesslog, schema
from tallymark.errors import IntegrityError


def chain(rows: list[tuple[str, str]]) -> list[accesslog.Entry]:
    """These (who, action) rows written to a log and read back."""
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        schema.metadata.create_all(connection)
        for who, action in rows:
            accesslog.append(connection, at="2026-06-02T09:00:00Z", who=who, action=action)
        found = accesslog.entries(connection)
    engine.dispose()
    return found


def test_a_log_that_was_left_alone_fits_together() -> None:
    """The head is the last row's hash, and an empty log's head is all zeros."""
    found = chain([("Asha", "opened"), ("Asha", "read"), ("Ben", "opened")])
    assert accesslog.verify_chain(found) == found[-1].hash
    assert accesslog.verify_chain([]) == accesslog.START


def test_a_head_noted_outside_shows_a_cut_tail() -> None:
    """A shorter log fits by itself, but its head is another one."""
    found = chain([("Asha", "opened"), ("Asha", "read")])
    assert accesslog.verify_chain(found[:1]) != accesslog.verify_chain(found)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.text(st.characters(codec="utf-8"), max_size=9), st.text(st.characters(codec="utf-8"), max_size=9)), min_size=2, max_size=6),
    st.data(),
)  # fmt: skip
def test_any_changed_or_missing_row_is_noticed(
    rows: list[tuple[str, str]], data: st.DataObject
) -> None:
    """Change any field of any row, or drop any row but the last: the chain breaks."""
    found = chain(rows)
    at = data.draw(st.integers(0, len(found) - 1))
    field = data.draw(st.sampled_from(["at", "who", "action", "object", "detail", "hash"]))
    changed = list(found)
    changed[at] = replace(found[at], **{field: getattr(found[at], field) + "x"})
    with pytest.raises(IntegrityError):
        accesslog.verify_chain(changed)
    gone = data.draw(st.integers(0, len(found) - 2))
    with pytest.raises(IntegrityError):
        accesslog.verify_chain(found[:gone] + found[gone + 1 :])
