"""Time stamps in a vault: waiting, answered, checked later, counted for what they cover."""

from __future__ import annotations

import pytest

from integrity.authority import Authority, root, signer
from tallymark.errors import StampRefused, UnknownRecord
from tallymark.model.outside import earliest
from vault.making import incident

ROOT = root()
URL = "https://stamps.example/"


@pytest.fixture
def authority(tmp_path) -> Authority:
    """One under ROOT."""
    return Authority(tmp_path / "tsa", signer=signer(ROOT), sent=())


def test_a_question_waits_and_is_asked_once_for_each_head(vault, reopen) -> None:
    """The same authority and head wait once; a new entry makes a new head."""
    one = vault.stamps.ask(URL)
    assert vault.stamps.ask(URL) == one
    assert one.waits
    assert one.head == vault.heads.current()
    other = vault.stamps.ask("https://other.example/")
    vault.append(incident())
    assert vault.stamps.ask(URL).number not in {one.number, other.number}
    vault.close()
    with reopen() as again:
        assert [kept.waits for kept in again.stamps.all()] == [True] * 3


def test_an_answer_is_kept_as_it_came_and_counts_once_it_has_a_root(vault, authority) -> None:
    """Without a root it covers nothing; checked later, offline, it is an outside head."""
    entry = vault.append(incident())
    kept = vault.stamps.ask(URL)
    response = authority.answer(kept.request)
    assert vault.stamps.answer(kept.number, response).root == ""
    assert vault.stamps.all()[0].response == response
    assert vault.casefile().outside == ()
    stamp = vault.stamps.check(kept.number, roots=ROOT.pem)
    found = earliest(vault.casefile().outside, entry.index)
    assert (found.kind, found.holder, found.size) == ("stamp", "Test stamps", 2)
    assert found.at == f"{stamp.not_later:%Y-%m-%dT%H:%M:%SZ}"
    assert vault.stamps.check(kept.number, roots=ROOT.pem) == stamp
    assert vault.stamps.check(kept.number) == stamp
    assert len(vault.heads.all()) == 1
    assert vault.check() == []


def test_an_answer_that_does_not_hold_goes_on_waiting(vault, authority) -> None:
    """To another question, or under another root: nothing is kept."""
    one, other = vault.stamps.ask(URL), vault.stamps.ask("https://other.example/")
    with pytest.raises(StampRefused):
        vault.stamps.answer(one.number, authority.answer(other.request))
    with pytest.raises(StampRefused):
        vault.stamps.answer(one.number, authority.answer(one.request), roots=root().pem)
    assert all(kept.waits for kept in vault.stamps.all())
    with pytest.raises(UnknownRecord):
        vault.stamps.check(one.number)
    vault.stamps.drop(one.number)
    assert [kept.number for kept in vault.stamps.all()] == [other.number]


def test_an_answered_stamp_cannot_be_dropped(vault, authority) -> None:
    """And what is not there cannot be checked."""
    kept = vault.stamps.ask(URL)
    vault.stamps.answer(kept.number, authority.answer(kept.request), roots=ROOT.pem)
    for number in (kept.number, 99):
        with pytest.raises(UnknownRecord):
            vault.stamps.drop(number)
    with pytest.raises(UnknownRecord):
        vault.stamps.check(99)


def test_a_stamp_of_a_log_that_was_written_anew_is_named(vault, authority) -> None:
    """The head in the token does not stand in the log any more."""
    vault.append(incident())
    kept = vault.stamps.ask(URL)
    vault.stamps.answer(kept.number, authority.answer(kept.request), roots=ROOT.pem)
    with vault._database.transaction() as connection:
        connection.execute("UPDATE outside_heads SET root = ?", (b"x" * 32,))
    vault._covered._known.clear()
    assert any("Two histories" in found.detail for found in vault.check())
    assert vault.casefile().outside == ()
