"""The desk takes in a pack with any kind of record, also one that only a later version knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.packmaker import ident, make_pack, record
from every_body import every_body
from tallymark.desk import Desk
from tallymark.errors import PackRefused

NEEDS_A_FILE = {"exhibit"}
NEEDS_A_HEAD = {"epoch"}
"""One that goes on from no head is refused by check 7; true ones come in ``test_real_packs``."""


@pytest.mark.parametrize("tag", sorted(set(every_body()) - NEEDS_A_FILE - NEEDS_A_HEAD))
def test_a_pack_with_this_kind_is_taken_in_and_read(tag: str, desk: Desk, tmp_path: Path) -> None:
    """Nothing about this kind stops the report from being listed, linked and read."""
    bodies = every_body(reference=ident(0))
    pack = make_pack(tmp_path / "pack", [record(0, bodies["incident"]), record(1, bodies[tag])])
    report = desk.add(pack.with_suffix(".zip"))
    assert len(desk.list()) == 1
    assert desk.read(report.id)
    assert desk.links() == []


def test_an_epoch_that_goes_on_from_nothing_is_not_taken_in(desk: Desk, tmp_path: Path) -> None:
    """It would say that another key may sign this log."""
    bodies = every_body(reference=ident(0))
    pack = make_pack(tmp_path / "pack", [record(0, bodies["incident"]), record(1, bodies["epoch"])])
    with pytest.raises(PackRefused, match="check 7"):
        desk.add(pack.with_suffix(".zip"))
    assert desk.list() == []
