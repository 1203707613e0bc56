"""An import that was cut off goes on from its last slice, and ends as if it had never stopped."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallymark.errors import ReaderFailed
from tallymark.vault import Vault
from tallymark.vault.columns import CHUNK
from vault.making import START, attach, batch, bring_in, event, imported

TASK = "whatsapp 1"
SIZE = 8192


def _feed(vault: Vault, held, events, *, upto: int | None = None, task: str = TASK):
    """Begin or go on, and give the batches up to one."""
    writer = vault.begin_events(
        exhibit_id=held.record.id, channel="whatsapp", zone="Europe/London", task=task
    )
    senders = [""]
    for number, at in enumerate(range(0, len(events), SIZE)):
        if upto is not None and number >= upto:
            break
        some = events[at : at + SIZE]
        times = [START + 60 * n for n in range(at, at + len(some))]
        writer.add(batch(some, seconds=times, senders=senders))
    return writer


def _rows(vault: Vault) -> list[object]:
    """Everything derived, without the numbers of the generations."""
    with vault._database.read() as connection:
        blocks = connection.execute("SELECT data FROM event_blocks ORDER BY key").fetchall()
        columns = connection.execute(
            "SELECT seconds, party, kind, flags FROM event_columns ORDER BY key"
        ).fetchall()
        shown = connection.execute(
            "SELECT first, count, events_digest, owner, parties, rises, falls FROM generations"
        ).fetchall()
    return [blocks, columns, shown]


def test_going_on_after_the_vault_was_closed(vault, reopen) -> None:
    """Stopped in the middle, closed, opened: the same rows and digest, and each word found once."""
    events = [
        event(n, f"kumquat {n}", sender=("Alex", "Sam")[n % 2]) for n in range(CHUNK + 20_000)
    ]
    held = attach(vault)
    whole = attach(vault, b"other")
    bring_in(vault, whole, events, size=SIZE)
    wanted = _rows(vault)
    vault.erase(whole.record.id, reason="only to compare")
    assert vault.unfinished() == []
    writer = _feed(vault, held, events, upto=9)
    assert writer.kept == 0
    assert len(vault.casefile().events) == 0
    vault.close()
    with reopen() as again:
        (left,) = again.unfinished()
        assert (left.exhibit, left.task, left.kept) == (held.record.id, TASK, 9 * SIZE)
        assert again.check() == []
        writer = _feed(again, held, events)
        assert writer.kept == 9 * SIZE
        writer.finish(lambda digest, count: imported(held, digest, count))
        assert again.unfinished() == []
        assert _rows(again)[:2] == wanted[:2]
        assert _rows(again)[2][0][2:] == wanted[2][0][2:]
        assert len(again.search("kumquat", limit=100_000)) == len(events)
        assert again.check() == []


@settings(max_examples=12, deadline=None)
@given(stops=st.lists(st.integers(0, 3), max_size=4).map(sorted))
def test_stopped_any_number_of_times(tmp_path_factory, stops: list[int]) -> None:
    """However often and wherever it is cut off, what is kept never shrinks and the end is the same."""
    from tallymark.integrity.keyslot import CHEAP
    from vault.making import Ticking

    events = [event(n) for n in range(2 * SIZE + 100)]
    folder = tmp_path_factory.mktemp("v") / "v"
    with Vault.create(
        folder, passphrase="seven small words here now", now=Ticking(), cost=CHEAP
    ) as v:
        held = attach(v)
        kept = [_feed(v, held, events, upto=upto).kept for upto in stops]
        assert all(one <= two for one, two in pairwise(kept))
        writer = _feed(v, held, events)
        stored = writer.finish(lambda digest, count: imported(held, digest, count))
        assert stored.record.body.events == len(events)
        assert len(v.casefile().events) == len(events)
        assert v.check() == []


def test_other_answers_begin_anew(vault) -> None:
    """What was kept for another task of the same file is dropped, not mixed in."""
    events = [event(n) for n in range(SIZE * 2)]
    held = attach(vault)
    _feed(vault, held, events, upto=1)
    writer = _feed(vault, held, events, task="whatsapp 1 other")
    assert writer.kept == 0
    assert [one.task for one in vault.unfinished()] == ["whatsapp 1 other"]
    writer.finish(lambda digest, count: imported(held, digest, count))
    assert len(vault.casefile().events) == len(events)


@pytest.mark.parametrize("changed", ["words", "shorter"])
def test_a_second_reading_that_differs(vault, changed: str) -> None:
    """Other events before the place of the cut are an error by name, never a mixture."""
    events = [event(n) for n in range(SIZE * 2)]
    held = attach(vault)
    _feed(vault, held, events, upto=2)
    if changed == "words":
        events[5] = event(5, "something else")
    else:
        events = events[:SIZE]
    with pytest.raises(ReaderFailed):
        _feed(vault, held, events).finish(lambda digest, count: imported(held, digest, count))


def test_letting_it_be(vault) -> None:
    """Dropping it, or erasing its file, leaves no row behind."""
    for drop in (vault.drop_unfinished, lambda ident: vault.erase(ident, reason="gone")):
        held = attach(vault, drop.__name__.encode())
        _feed(vault, held, [event(n) for n in range(SIZE)], upto=1)
        assert len(vault.unfinished()) == 1
        drop(held.record.id)
        assert vault.unfinished() == []
        assert _rows(vault) == [[], [], []]
