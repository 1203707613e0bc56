"""Bytes that were written once are read and written again the same by every later version."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import msgspec
import pytest
import rfc8785

from tallymark.model.record import Body, Record

LINES = Path(__file__).with_name("records_first.jsonl").read_bytes().splitlines()
"""Each kind of record of the first version, once with every field and once with the fewest."""


@pytest.mark.parametrize("line", LINES, ids=lambda line: str(line[30:60]))
def test_first_records_keep_their_bytes(line: bytes) -> None:
    """A record of the first version reads, and its bytes come out the same, so its leaf holds."""
    record = msgspec.json.decode(line, type=Record)
    assert rfc8785.dumps(msgspec.to_builtins(record)) == line


def test_every_kind_of_the_first_version_is_there() -> None:
    """The file holds the thirteen kinds that the first version wrote."""
    tags = {msgspec.json.decode(line)["body"]["type"] for line in LINES}
    known = {str(kind.__struct_config__.tag) for kind in get_args(Body)}
    assert len(tags) == 13
    assert tags < known
