"""Canonical bytes: one spelling for each value, and nothing without one."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallymark.errors import IntegrityError
from tallymark.integrity import canonical

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def _rounded(value: float) -> bool:
    """Printed as digits only, and beyond what every reader keeps exact."""
    return 2**53 - 1 < abs(value) < 1e21


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: not _rounded(x))
    | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_round_trip(value: object) -> None:
    """What is written reads back as the same value, and writing again gives the same bytes."""
    data = canonical.encode(value)
    assert json.loads(data) == value
    assert canonical.encode(json.loads(data)) == data


@given(st.dictionaries(texts, texts, max_size=6))
def test_the_strict_reader_takes_its_own_spelling(value: dict[str, str]) -> None:
    """Canonical bytes are accepted; the same value with a space is not."""
    data = canonical.encode(value)
    assert canonical.decode(data) == value
    with pytest.raises(IntegrityError):
        canonical.decode(data + b" ")


@given(st.binary(max_size=60))
def test_arbitrary_bytes_are_read_only_in_their_one_spelling(data: bytes) -> None:
    """Whatever is read is what writing gives; the rest is an IntegrityError."""
    try:
        value = canonical.decode(data)
    except IntegrityError:
        return
    assert canonical.encode(value) == data


@pytest.mark.parametrize(
    "value",
    [2.0**53, -1e17, [1e20], math.nan, math.inf, 2**53, -(2**53), {1: 2}, {None: 1}, "\ud800", {"\udfff": 1}, b"x", {1, 2},
     Path(), [Path()]],
    ids=ascii,
)  # fmt: skip
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    """Refused by name, and the error does not repeat the value."""
    with pytest.raises(IntegrityError) as caught:
        canonical.encode(value)
    assert repr(value) not in str(caught.value)


def test_depth_has_an_end() -> None:
    """Nesting of 200 is written, of 201 refused, and a bomb costs no stack."""
    value: object = 1
    for _ in range(199):
        value = [value]
    assert canonical.decode(canonical.encode(value)) == value
    for _ in range(2):
        value = [value]
    with pytest.raises(IntegrityError):
        canonical.encode(value)
    with pytest.raises(IntegrityError):
        canonical.decode(b"[" * 100_000 + b"]" * 100_000)
