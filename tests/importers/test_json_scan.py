"""The JSON splitter: the same pieces as a whole parser sees, on any bytes, wherever it is cut."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallymark.errors import TallymarkError
from tallymark.importers._json_scan import BadJsonError, Document, Piece, value
from tallymark.importers._stretch import Stretch
from tallymark.importers.messenger import IMPORTER

from .conftest import outcome
from .test_meta import message, thread

PARTS = ("records", "framing", "skipped", "unparsed")
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(['"', "\\", "]}", '\\"']),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=20,
)


def pieces(data: bytes, chunk: int = 1 << 20) -> list[tuple[Piece, object]]:
    """Every piece with its value."""
    chunks = (data[at : at + chunk] for at in range(0, len(data), chunk))
    document = Document(Stretch(chunks), arrays=("messages",))
    return [(p, None if p.data is None else value(document, p).value) for p in document.pieces()]


def _as_text(item: object) -> object:
    """A value with its numbers as text, as the splitter gives them."""
    return json.loads(json.dumps(item), parse_int=str, parse_float=str)


@given(
    st.lists(json_values, max_size=8),
    st.dictionaries(
        st.text(max_size=5).filter(lambda name: name != "messages"), json_values, max_size=4
    ),
    st.sampled_from([None, 1]),
    st.booleans(),
    st.integers(1, 50),
)
@settings(max_examples=200, deadline=None)
def test_the_same_as_a_whole_parser(
    elements, members, indent, ascii_only: bool, chunk: int
) -> None:
    """Elements and members have the values that the standard library gives, from their own bytes."""
    data = json.dumps(
        {**members, "messages": elements}, indent=indent, ensure_ascii=ascii_only
    ).encode("utf-8", "surrogatepass")
    found = pieces(data, chunk)
    assert [item for piece, item in found if piece.is_element] == [_as_text(e) for e in elements]
    assert {p.name: item for p, item in found if not p.is_element} == {
        n: _as_text(m) for n, m in members.items()
    }
    for piece, item in found:
        assert _as_text(json.loads(data[piece.start : piece.end])) == item
    assert all(one.end <= two.start for (one, _), (two, _) in pairwise(found))
    assert found == pieces(data)


@given(st.binary(max_size=200), st.integers(1, 30))
@settings(max_examples=300, deadline=None)
def test_arbitrary_bytes_are_json_or_are_not(data: bytes, chunk: int) -> None:
    """Never another error; and the answer does not hang on where the bytes are cut."""
    try:
        whole = pieces(data)
    except BadJsonError as problem:
        with pytest.raises(BadJsonError, match=problem.place):
            pieces(data, chunk)
        return
    assert pieces(data, chunk) == whole


SIGNS = st.lists(
    st.sampled_from(
        [
            "{",
            "}",
            "[",
            "]",
            '"',
            ":",
            ",",
            "\\",
            "a",
            "1",
            " ",
            "\n",
            '"messages"',
            "NaN",
            '{"a":1}',
            "\\ud83d",
        ]
    ),
    max_size=25,
).map("".join)


@given(SIGNS, st.integers(1, 20))
@settings(max_examples=400, deadline=None)
def test_signs_in_any_order(text: str, chunk: int) -> None:
    """What the standard library takes is taken, and what it refuses is refused."""
    data = text.encode()
    try:
        known: object = json.loads(data, parse_constant=_refuse, strict=False)
    except ValueError:
        known = None
    try:
        found = pieces(data, chunk)
    except BadJsonError:
        assert not isinstance(known, dict | list)
    else:
        assert isinstance(known, dict | list)
        assert len(found) >= len(known) if isinstance(known, list) else True


def _refuse(word: str) -> None:
    raise ValueError(word)


@given(
    st.lists(
        st.sampled_from(
            [
                message("a"),
                message("é"),
                {},
                [],
                None,
                1,
                "x",
                {"timestamp_ms": 5},
            ]
        ),
        max_size=6,
    ),
    st.binary(max_size=12),
    st.integers(0, 400),
    st.integers(1, 60),
)
@settings(max_examples=300, deadline=None)
def test_threads_with_rubbish_in_them(messages, rubbish: bytes, place: int, chunk: int) -> None:
    """A thread with bytes put in anywhere is refused or every byte of it is accounted for."""
    data = thread(*messages)
    place %= len(data)
    data = data[:place] + rubbish + data[place:]
    try:
        whole = outcome(data, importer=IMPORTER)
    except TallymarkError as problem:
        with pytest.raises(type(problem)):
            outcome(data, importer=IMPORTER, chunk=chunk)
        return
    cut = outcome(data, importer=IMPORTER, chunk=chunk)
    assert (cut.figures, cut.coverage, cut.issues) == (whole.figures, whole.coverage, whole.issues)
    assert sum(whole.coverage[part] for part in PARTS) == len(data)
    spans = [(event.locator.start, event.locator.end) for event in whole.events]
    assert sum(end - start for start, end in spans) == whole.coverage["records"]
    assert all(one[1] <= two[0] for one, two in pairwise(spans))
    for start, end in spans:
        assert isinstance(
            json.loads(data[start:end].decode("utf-8", "replace"), strict=False), dict
        )


PAGE = b'<html><body><div class="uiBoxWhite noborder"><div class="_a6-h">A</div><div class="_a72d">Apr 3, 2026, 1:00 PM</div></div>'


@given(
    st.lists(
        st.sampled_from(
            [
                PAGE[12:],
                b"<div",
                b"</div>",
                b"<",
                b">",
                b'"',
                b"class=",
                b'<img src="x"/>',
                b"</body></html>",
                b"\xff",
                b"&#0;",
            ]
        ),
        max_size=10,
    ),
    st.integers(1, 70),
)
@settings(max_examples=200, deadline=None)
def test_pages_with_rubbish_in_them(parts: list[bytes], chunk: int) -> None:
    """Every byte of a page is accounted for, the same wherever it is cut."""
    data = PAGE + b"".join(parts)
    whole, cut = outcome(data, importer=IMPORTER), outcome(data, importer=IMPORTER, chunk=chunk)
    assert (cut.figures, cut.coverage, cut.issues) == (whole.figures, whole.coverage, whole.issues)
    assert sum(whole.coverage[part] for part in PARTS) == len(data)


def test_depth_and_length_are_limits_of_one_element() -> None:
    """Deeper than 200 or longer than 16 MiB: that element is passed over and the next one is read."""
    deep = "[" * 201 + "]" * 201
    long = '"' + "x" * (17 << 20) + '"'
    data = (
        f'{{"messages": [{deep}, 1, {long}, {{"a": {long}}}, 2, {"[" * 200 + "]" * 200}]}}'.encode()
    )
    for chunk in (1 << 20, 1 << 16):
        found = [piece for piece, _ in pieces(data, chunk)]
        assert [p.problem for p in found] == ["DEPTH_LIMIT", "", "TOO_LONG", "TOO_LONG", "", ""]
        assert [p.end - p.start for p in found][:3] == [402, 1, len(long)]


def test_half_characters_are_named() -> None:
    """Half of an emoji can be written in JSON and nowhere else."""
    document = Document(
        Stretch(iter([rb'["\ud83d x", "\\ud83d", "\ud83d\ude00", "\ude00"]'])), arrays=()
    )
    found = [value(document, piece) for piece in document.pieces()]
    assert [item.value for item in found] == ["\ufffd x", "\\ud83d", "\U0001f600", "\ufffd"]
    assert [item.is_sound for item in found] == [False, True, True, False]
