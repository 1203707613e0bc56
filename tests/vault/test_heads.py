"""Giving a head to somebody outside, noting one that came back, and what it covers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallymark.errors import ForeignHead, VaultDamaged
from tallymark.integrity.checkpoint import Checkpoint
from tallymark.model.outside import OutsideHead, earliest
from tallymark.vault import heads
from vault.making import incident

outside = st.builds(
    OutsideHead,
    kind=st.sampled_from(["words", "pack", "stamp", "backup"]),
    at=st.integers(1, 28).map(lambda day: f"2026-05-{day:02d}T00:00:00Z"),
    size=st.integers(0, 20),
    holder=st.just(""),
)


@given(st.lists(outside), st.integers(0, 20))
def test_the_earliest_head_that_covers_an_entry(held: list[OutsideHead], index: int) -> None:
    """It covers the entry, and none that covers it is earlier; none where none does."""
    found = earliest(held, index)
    covering = [one for one in held if one.size > index and one.kind != "backup"]
    assert (found is None) == (not covering)
    if found is not None:
        assert found in covering
        assert found.at == min(one.at for one in covering)


def test_a_head_that_was_given_is_known_after_opening_again(vault, reopen) -> None:
    """With when, to whom and which; an act says so without saying to whom."""
    vault.append(incident())
    given_ = vault.heads.give("words", holder="Anna")
    assert given_.head == vault.heads.current()
    assert vault.acts()[-1].detail == f"words, {heads.short(given_.head)}"
    vault.close()
    with reopen() as again:
        assert again.heads.all() == [given_]
        assert [one.standing for one in again.heads.check()] == ["same"]
        assert again.check() == []


def test_a_receipt_of_an_earlier_head_is_noted_and_another_is_not(vault) -> None:
    """Only a head of this log counts; a refused one changes nothing."""
    early = vault.heads.current()
    vault.append(incident())
    held = vault.heads.note(early, kind="receipt", holder="Officer 1234")
    assert (held.kind, held.head) == ("receipt", early)
    acts = vault.acts()
    for other in (
        Checkpoint(vault.origin, 2, b"x" * 32),
        Checkpoint(vault.origin, 9, b"x" * 32),
        Checkpoint("another/1", early.size, early.root),
    ):
        with pytest.raises(ForeignHead):
            vault.heads.note(other, kind="receipt")
    assert vault.heads.all() == [held]
    assert vault.acts() == acts


def test_a_casefile_carries_the_heads_that_fit(vault) -> None:
    """Earliest first; what a changed log no longer holds covers nothing."""
    assert vault.casefile().outside == ()
    one = vault.append(incident("One."))
    vault.heads.give("words", holder="Anna")
    two = vault.append(incident("Two."))
    vault.heads.give("pack", holder="police")
    three = vault.append(incident("Three."))
    with vault._database.transaction() as connection:
        forged = Checkpoint(vault.origin, 4, b"x" * 32)
        heads.insert(connection, kind="receipt", at="2020-01-01T00:00:00Z", holder="", head=forged)
    before = vault.casefile().identity
    found = vault.casefile().outside
    assert [(head.kind, head.size) for head in found] == [("words", 2), ("pack", 3)]
    covered = [earliest(found, stored.index) for stored in (one, two, three)]
    assert [head.kind if head else None for head in covered] == ["words", "pack", None]
    vault.heads.give("backup")
    assert vault.casefile().outside == found
    vault.heads.give("words", holder="Sam")
    assert len(vault.casefile().outside) == 3
    assert vault.casefile().identity != before


def test_a_head_that_is_no_head_is_damage(vault) -> None:
    """A row that somebody changed."""
    vault.heads.give("words")
    with vault._database.transaction() as connection:
        connection.execute("UPDATE outside_heads SET origin = 'a b'")
    with pytest.raises(VaultDamaged):
        vault.heads.all()
    assert "database" in {found.what for found in vault.check()}


def test_what_cannot_be_told_is_said_of_the_part_without_a_head(vault) -> None:
    """Nothing outside; some of it; all of it."""
    size = vault.heads.current().size
    assert heads.cannot_tell(vault.heads.check(), size=size) == heads.CANNOT_TELL
    vault.heads.give("words")
    assert heads.cannot_tell(vault.heads.check(), size=size) == ""
    vault.append(incident())
    assert heads.cannot_tell(vault.heads.check(), size=size + 1).startswith(
        "The newest head held outside covers the first 1 of 2"
    )


def test_a_good_copy_is_a_head_kept_elsewhere(vault, tmp_path) -> None:
    """The head of the moment of the copy, by its number."""
    vault.append(incident())
    copy = vault.copies.make(tmp_path)
    held = vault.heads.all()
    assert [(one.kind, one.holder, one.head) for one in held] == [
        ("backup", f"copy {copy.number}", vault.heads.current())
    ]
    assert earliest(vault.casefile().outside, 1) is None
