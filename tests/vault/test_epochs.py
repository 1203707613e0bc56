"""A restored copy goes on under a key and a name of its own, and says from where."""

from __future__ import annotations

import shutil

import msgspec
import pytest

from tallymark.errors import IntegrityError, VaultDamaged
from tallymark.integrity import checkpoint, epoch
from tallymark.integrity.merkle import Tree
from tallymark.model.record import Epoch
from tallymark.vault import Vault, epochs, keys, opening
from vault.making import PASSPHRASE, incident


def _next_epoch(folder, clock) -> Vault:
    opened = opening.open_vault(folder, secret=keys.Secret("passphrase", PASSPHRASE), now=clock)
    return Vault(epochs.begin_epoch(opened, now=clock), now=clock)


def _line(vault: Vault) -> epoch.Line:
    return epoch.Line(vault.origin, vault.public_key, vault.epoch)


@pytest.fixture
def copies(vault, folder, tmp_path):
    """A vault of three records, closed, and two copies of it; and its line."""
    vault.append(incident("One."))
    vault.append(incident("Two."))
    line, head = _line(vault), vault.checkpoint()
    vault.close()
    places = [tmp_path / name for name in ("one", "two")]
    for place in places:
        shutil.copytree(folder, place)
    return line, head, places


def test_the_next_epoch_cites_the_head_and_is_endorsed(copies, clock) -> None:
    """The record stands right after the head it cites; the old key vouches for the new one."""
    line, head, (place, _) = copies
    with _next_epoch(place, clock) as vault:
        first, last = (vault.records()[at].record.body for at in (0, -1))
        assert isinstance(last, Epoch)
        found = epoch.read(msgspec.to_builtins(last), before=line)
        assert (found.standing, vault.records()[-1].index) == ("endorsed", found.prior.size)
        assert last.prior == head
        assert found.prior.root == Tree(vault.leaf_hashes()).root(found.prior.size)
        assert (found.line.origin, found.line.public) == (vault.origin, vault.public_key)
        assert vault.public_key.hex() != first.public_key
        assert vault.acts()[-1].what == "epoch begun"
        assert vault.check() == []


def test_it_lasts_and_can_be_written_to(copies, clock) -> None:
    """After opening again the vault is in its new epoch, whole, and a third can begin."""
    _, _, (place, _) = copies
    _next_epoch(place, clock).close()
    with Vault.open(place, passphrase=PASSPHRASE, now=clock) as again:
        again.append(incident("After."))
        assert (again.epoch, again.check()) == (2, [])
        head = checkpoint.open_note(again.checkpoint(), public=again.public_key, name=again.origin)
        assert head.size == 5
    with _next_epoch(place, clock) as third:
        assert (third.epoch, third.origin, third.check()) == (3, f"{third.vault_id}/3", [])


def test_two_restored_copies_are_two_branches(copies, clock) -> None:
    """They have one name and one length, and differ; because their keys differ, no contradiction."""
    _, _, places = copies
    notes, keys = [], []
    for place in places:
        with _next_epoch(place, clock) as vault:
            name = vault.origin
            notes.append(vault.checkpoint())
            keys.append(vault.public_key)
    pairs = zip(notes, keys, strict=True)
    heads = [checkpoint.open_note(note, public=key, name=name) for note, key in pairs]
    assert (heads[0].origin, heads[0].size) == (heads[1].origin, heads[1].size)
    assert checkpoint.compare(*heads, keys=tuple(keys)) == "branch"
    with pytest.raises(IntegrityError):
        checkpoint.open_note(notes[0], public=keys[1], name=name)


def test_the_old_key_is_gone_from_the_copy(copies, clock) -> None:
    """A restored copy cannot sign under the old name."""
    _, _, (place, _) = copies
    opened = opening.open_vault(place, secret=keys.Secret("passphrase", PASSPHRASE), now=clock)
    old = opened.key.seed
    new = epochs.begin_epoch(opened, now=clock)
    with new.database.read() as connection:
        rows = dict(connection.execute("SELECT name, secret FROM secrets").fetchall())
    assert old not in rows.values()
    assert rows["signing/2"] == new.key.seed
    Vault(new, now=clock).close()


def test_a_failure_leaves_the_old_epoch(copies, clock) -> None:
    """All or nothing: when the act cannot be written, no new epoch has begun."""
    _, _, (place, _) = copies
    opened = opening.open_vault(place, secret=keys.Secret("passphrase", PASSPHRASE), now=clock)
    with opened.database.transaction() as connection:
        connection.execute(
            "CREATE TRIGGER no_acts BEFORE INSERT ON acts BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    with pytest.raises(VaultDamaged):
        epochs.begin_epoch(opened, now=clock)
    with opened.database.transaction() as connection:
        connection.execute("DROP TRIGGER no_acts")
    Vault(opened, now=clock).close()
    with Vault.open(place, passphrase=PASSPHRASE, now=clock) as again:
        assert (again.epoch, again.check()) == (1, [])
