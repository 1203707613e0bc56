"""What can be done to a log, done to a real vault with its own key, and what the check calls it.

Two kinds of attackers: one who edits the database, and one who also holds the signing key and
writes leaves, head and dated heads anew, so that the vault fits itself. Against the second, only a
head that somebody outside holds tells.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable

import msgspec
import pytest

from tallymark.integrity import canonical, checkpoint
from tallymark.integrity.checkpoint import Checkpoint
from tallymark.integrity.keyslot import CHEAP
from tallymark.integrity.merkle import Frontier, leaf_hash
from tallymark.integrity.signature import SigningKey
from tallymark.model.record import Epoch
from tallymark.vault import Vault, epochs, heads, keys, log, opening
from tallymark.vault.search import index_all
from tallymark.vault.store import Connection
from vault.making import PASSPHRASE, Machine, Ticking, incident

WORDS = ("One.", "Two.", "Three.", "Four.")


@pytest.fixture
def victim(folder, clock) -> Vault:
    """An open vault of five records (the epoch and four entries), whose head is dated."""
    with Vault.create(folder, passphrase=PASSPHRASE, now=clock, cost=CHEAP) as made:
        for words in WORDS:
            made.append(incident(words))
        made.heads.date()
        yield made


def _edit(vault: Vault, *statements: tuple[str, tuple[object, ...]]) -> None:
    with vault._database.transaction() as connection:
        for statement, values in statements:
            connection.execute(statement, values)
    vault._stored = None


def _rows(connection: Connection) -> list[bytes]:
    return [data for (data,) in connection.execute("SELECT data FROM records ORDER BY idx")]


def _write_anew(vault: Vault, change: Callable[[list[bytes]], list[bytes]]) -> None:
    """Everything that one with the keys can do: records, words, leaves, head and dated heads."""
    with vault._database.transaction() as connection:
        rows = change(_rows(connection))
        connection.execute("DELETE FROM records")
        connection.execute("DELETE FROM leaves WHERE log = 0")
        connection.execute("DELETE FROM log_heads WHERE log = 0")
        for data in rows:
            log.insert_record(connection, vault._diary, log.read_record(data), data)
        index_all(connection, log.load_records(connection))
        dated = [act for act in log.load_acts(connection) if act.what != "checkpoint"]
        connection.execute("DELETE FROM acts")
        connection.execute("DELETE FROM leaves WHERE log = 1")
        connection.execute("DELETE FROM log_heads WHERE log = 1")
        for act in dated:
            log.insert_act(
                connection,
                vault._acts,
                at=act.at,
                what=act.what,
                detail=act.detail,
                clock=act.clock,
            )
    vault._stored = None
    assert vault.check() == [], "by itself, a vault that was written anew fits"


def _named(vault: Vault, name: str, *, outside: tuple[Checkpoint, ...] = ()) -> bool:
    return any(name in found.detail for found in vault.check(outside=outside))


def _swapped(rows: list[bytes]) -> list[bytes]:
    return [rows[0], rows[2], rows[1], *rows[3:]]


def _changed(rows: list[bytes]) -> list[bytes]:
    return [*rows[:2], rows[2].replace(b"Two.", b"Too."), *rows[3:]]


def _forged(rows: list[bytes]) -> list[bytes]:
    other = canonical.decode(rows[2])
    return [*rows[:2], canonical.encode({**other, "id": "0" * 26, "salt": "00" * 16}), *rows[2:]]


def test_a_changed_record_is_named(victim) -> None:
    """One byte of what was written."""
    _edit(
        victim,
        ("UPDATE records SET data = CAST(replace(data, 'Two.', 'Too.') AS BLOB) WHERE idx = 2", ()),
    )
    assert _named(victim, "Changed record: number 2")


def test_a_record_changed_with_its_leaf_is_named(victim) -> None:
    """The leaf is made to fit; the head does not."""
    with victim._database.read() as connection:
        data = _changed(_rows(connection))[2]
    _edit(
        victim,
        ("UPDATE records SET data = ? WHERE idx = 2", (data,)),
        ("UPDATE leaves SET hash = ? WHERE log = 0 AND idx = 2", (leaf_hash(data),)),
    )
    assert _named(victim, "a leaf was changed, moved, taken out or put in")
    assert _named(victim, "Written anew: up to number 4")


def test_a_moved_record_is_named(victim) -> None:
    """Two records change places; their leaves do not."""
    with victim._database.read() as connection:
        rows = _rows(connection)
    _edit(
        victim,
        ("UPDATE records SET data = ? WHERE idx = 1", (rows[2],)),
        ("UPDATE records SET data = ? WHERE idx = 2", (rows[1],)),
    )
    assert _named(victim, "Moved record: number 1 is not what was written; what stands there was")


def test_a_missing_leaf_is_named(victim) -> None:
    """One leaf is gone from the middle."""
    _edit(victim, ("DELETE FROM leaves WHERE log = 0 AND idx = 2", ()))
    assert _named(victim, "Missing leaf: there is none for number 2")


def test_a_missing_record_is_named(victim) -> None:
    """A row is gone, and no tombstone says that it was erased."""
    _edit(victim, ("DELETE FROM records WHERE idx = 2", ()))
    assert _named(victim, "Missing row: number 2")


def test_a_record_erased_in_silence_is_named(victim) -> None:
    """Its bytes are gone as if erased, and the leaf stays; one that was erased properly is no fault."""
    _edit(victim, ("UPDATE records SET data = NULL WHERE idx = 2", ()))
    assert _named(victim, "Erased in silence: number 2")
    victim.erase(victim.records()[-1].record.id, reason="wrong person")
    assert [one.detail[:27] for one in victim.check()] == ["Erased in silence: number 2"]


def test_a_log_cut_off_is_named(victim) -> None:
    """The last record goes with its leaf; the signed head and the dated one remember it."""
    _edit(
        victim,
        ("DELETE FROM records WHERE idx = 4", ()),
        ("DELETE FROM leaves WHERE log = 0 AND idx = 4", ()),
    )
    assert _named(victim, "Cut off: the signed head is of 5 leaves and 4 are there")
    assert _named(victim, "Cut off: on 2026-05-06 it had 5 entries, and it has 4")


def test_a_record_put_in_at_the_end_unsigned_is_named(victim) -> None:
    """A record and its leaf that no head covers."""
    with victim._database.read() as connection:
        data = _forged(_rows(connection))[2]
    _edit(
        victim,
        ("INSERT INTO records VALUES (5, ?, 'incident', ?)", ("0" * 26, data)),
        ("INSERT INTO leaves VALUES (0, 5, ?)", (leaf_hash(data),)),
    )
    assert _named(victim, "Added unsigned: the signed head is of 5 leaves and 6 are there")


def test_a_replaced_head_is_named(victim) -> None:
    """The right size and root, signed by another key."""
    other = checkpoint.sign(victim.heads.current(), key=SigningKey.generate())
    _edit(victim, ("UPDATE log_heads SET note = ? WHERE log = 0", (other,)))
    assert _named(victim, "Replaced head")


def test_an_older_head_put_in_place_of_the_newest_is_named(victim) -> None:
    """The head of yesterday, properly signed, with a longer log behind it."""
    old = victim.checkpoint()
    victim.append(incident("Five."))
    _edit(victim, ("UPDATE log_heads SET note = ? WHERE log = 0", (old,)))
    assert _named(victim, "Added unsigned")


def test_a_foreign_epoch_is_named(victim) -> None:
    """A record that begins an epoch, signed in by this vault's key, for somebody else's key."""
    body = Epoch(
        vault=victim.vault_id,
        epoch=2,
        public_key=SigningKey.generate().public.hex(),
        prior=victim.checkpoint(),
    )
    record, data = log.make_record(body, now=victim._now, zone="Europe/London")
    with victim._database.transaction() as connection:
        log.insert_record(connection, victim._diary, record, data)
    assert _named(victim, "Foreign epoch: the last one is not of this vault's own key")


def test_an_epoch_that_cites_another_head_is_named(victim, folder, clock) -> None:
    """A restored copy that says it goes on from a head which is not the one before it."""
    victim.close()
    opened = opening.open_vault(folder, secret=keys.Secret("passphrase", PASSPHRASE), now=clock)
    other = checkpoint.sign(Checkpoint(opened.diary.origin, 5, b"x" * 32), key=opened.key)
    with opened.database.transaction() as connection:
        connection.execute("UPDATE log_heads SET note = ? WHERE log = 0", (other,))
    with Vault(epochs.begin_epoch(opened, now=clock), now=clock) as vault:
        assert _named(vault, "It goes on from another head than the one before it")


def test_records_in_another_order_written_anew_need_an_outside_head(victim) -> None:
    """Reorder: the vault fits itself; the noted head names it."""
    held = victim.heads.current()
    _write_anew(victim, _swapped)
    assert _named(victim, "Two histories: with 5 entries", outside=(held,))


def test_a_record_put_in_between_and_written_anew_needs_an_outside_head(victim) -> None:
    """Insertion: as above."""
    held = victim.heads.current()
    _write_anew(victim, _forged)
    assert _named(victim, "Two histories: with 5 entries", outside=(held,))


def test_a_changed_record_written_anew_needs_an_outside_head(victim) -> None:
    """And only heads from the change on tell; the earlier one still fits."""
    early, held = victim.heads.history().head(2), victim.heads.current()
    _write_anew(victim, _changed)
    assert _named(victim, "Two histories", outside=(held,))
    assert victim.check(outside=(early,)) == []


def test_a_log_cut_off_and_written_anew_needs_an_outside_head(victim) -> None:
    """Truncation: the head outside is longer than the log."""
    held = victim.heads.current()
    _write_anew(victim, lambda rows: rows[:-1])
    assert _named(victim, "it had 5 entries and has 4", outside=(held,))


def test_a_record_dated_back_and_written_anew_needs_an_outside_head(victim) -> None:
    """Back-dating of a record that is there already; its new date also lies before the one before."""
    held = victim.heads.current()

    def dated_back(rows: list[bytes]) -> list[bytes]:
        old = canonical.decode(rows[4])
        return [*rows[:4], canonical.encode({**old, "written": "2025-01-01T00:00:00Z"})]

    _write_anew(victim, dated_back)
    assert _named(victim, "Two histories", outside=(held,))
    assert [(jump.index, jump.what) for jump in victim.heads.clock_changes().diary] == [
        (4, "moved")
    ]


def test_an_entry_about_long_ago_shows_as_a_gap(victim) -> None:
    """Back-dating by the person: happened and written are two fields, and no clock was moved."""
    late = victim.append(incident("Last year.", on="2025-05-01T10:00"))
    assert (late.record.body.happened.value, late.record.written[:4]) == (
        "2025-05-01T10:00",
        "2026",
    )
    assert victim.heads.clock_changes().diary == ()
    assert victim.check() == []


def test_a_clock_set_back_to_date_an_entry_earlier_is_named(folder) -> None:
    """Within one start of the device, and over a restart; the check finds no fault in either."""
    machine = Machine()
    with Vault.create(
        folder, passphrase=PASSPHRASE, now=machine.now, cost=CHEAP, device=machine.device
    ) as vault:
        machine.waits(600)
        vault.append(incident("Today."))
        machine.sets(hours=-240)
        vault.append(incident("Ten days ago, it says."))
        machine.restarts("second")
        machine.sets(hours=-24)
        vault.append(incident("Eleven."))
        found = vault.heads.clock_changes().diary
        assert vault.check() == []
    assert [(one.index, one.what, one.seconds) for one in found] == [
        (2, "moved", -864000),
        (3, "set back", -86400),
    ]


@pytest.fixture
def put_back(victim, folder, clock, tmp_path) -> tuple[Vault, Checkpoint]:
    """A whole old image in the place of a vault that went on; and the head that it had."""
    victim.close()
    image = tmp_path / "image"
    shutil.copytree(folder, image)
    with Vault.open(folder, passphrase=PASSPHRASE, now=clock) as vault:
        vault.append(incident("Five."))
        held = vault.heads.give("words", holder="Anna").head
    shutil.rmtree(folder)
    shutil.copytree(image, folder)
    with Vault.open(folder, passphrase=PASSPHRASE, now=clock) as old:
        yield old, held


def test_an_old_image_put_back_is_named_by_an_outside_head(put_back) -> None:
    """Whoever holds the six words or the head can tell."""
    old, held = put_back
    assert _named(
        old, "This log is older than that head: it had 6 entries and has 5", outside=(held,)
    )
    assert old.heads.history().find(heads.six_words(held)) is None


def test_an_old_image_put_back_cannot_be_told_without_one(put_back) -> None:
    """And that is what is said, as for every vault that has no head outside."""
    old, _ = put_back
    assert old.check() == []
    assert heads.cannot_tell(old.heads.check(), size=5) == heads.CANNOT_TELL


def test_two_histories_of_one_key_are_told_from_two_branches(
    victim, folder, clock, tmp_path
) -> None:
    """A copy that goes on under the old name contradicts; a restored one is a named branch."""
    victim.close()
    copies = [tmp_path / name for name in ("fork", "restored")]
    for copy in copies:
        shutil.copytree(folder, copy)
    with Vault.open(copies[0], passphrase=PASSPHRASE, now=clock) as fork:
        fork.append(incident("Another five."))
        forked = fork.heads.current()
    opened = opening.open_vault(copies[1], secret=keys.Secret("passphrase", PASSPHRASE), now=clock)
    with Vault(epochs.begin_epoch(opened, now=clock), now=clock) as restored:
        branched = restored.heads.current()
    with Vault.open(folder, passphrase=PASSPHRASE, now=clock) as vault:
        vault.append(incident("Five."))
        assert _named(vault, "Two histories: with 6 entries", outside=(forked,))
        assert vault.check(outside=(branched,)) == []
        assert [one.standing for one in vault.heads.check((branched,))] == ["branch"]


def test_a_head_of_another_vault_is_named(victim, tmp_path) -> None:
    """It is of no use here, and said so."""
    with Vault.create(
        tmp_path / "other", passphrase=PASSPHRASE, now=Ticking(), cost=CHEAP
    ) as other:
        head = other.heads.current()
    assert _named(victim, "Not of this log", outside=(head,))


def test_the_acts_log_is_held_by_its_own_head(victim) -> None:
    """A wrong try that somebody takes out of the log of acts."""
    victim.act("wrong passphrase")
    other = "UPDATE acts SET data = CAST(replace(data, 'wrong', 'right') AS BLOB) WHERE idx = 2"
    _edit(victim, (other, ()))
    assert [found.what for found in victim.check()] == ["acts log"]


def test_an_act_that_is_no_act_is_damage(victim) -> None:
    """Bytes that are not an act do not end the check."""
    _edit(victim, ("UPDATE acts SET data = ? WHERE idx = 1", (msgspec.json.encode([1]),)))
    assert "acts log" in {found.what for found in victim.check()}


def test_frontier_and_leaves_are_compared(victim) -> None:
    """The state from which the next entry goes on is part of what is checked."""
    _edit(victim, ("UPDATE log_heads SET frontier = ? WHERE log = 0", (Frontier().to_bytes(),)))
    assert _named(victim, "The head does not fit the leaves")
