"""Beginning the next epoch of a vault: a fresh key, under a name of its own, citing the last head.

A copy that is restored may live on beside the vault it was taken from. With a key and a name of its
own, what it signs is a second line that says where it left the first, and never a contradiction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import msgspec

from tallymark.integrity import epoch
from tallymark.integrity.signature import SigningKey
from tallymark.model.record import Epoch
from tallymark.vault import log
from tallymark.vault.opening import Opened


def begin_epoch(opened: Opened, *, now: Callable[[], datetime]) -> Opened:
    """Start the next epoch of an open vault; gives its parts with the new key, to go on with.

    One transaction: an ``epoch`` record that cites the head so far (its whole signed note) and is
    endorsed by the key so far, the new key in place of the old one, and an act. The old seed is
    overwritten: only the copy that still has it can go on under the old name. Raises DiskFull,
    VaultDamaged; then the vault is in its old epoch. ``opened`` must not be used afterwards.
    """
    clocks = opened.clocks(now)
    new = replace(opened, epoch=opened.epoch + 1, key=SigningKey.generate())
    with opened.database.overwriting(), opened.database.transaction() as connection:
        prior = opened.diary.note(connection)
        body = Epoch(
            vault=new.vault_id, epoch=new.epoch, public_key=new.key.public.hex(), prior=prior
        )
        signed = epoch.endorse(msgspec.to_builtins(body), key=opened.key)
        body = msgspec.structs.replace(body, endorsed=signed)
        record, data = log.make_record(body, now=clocks, zone=new.zone)
        connection.execute("UPDATE meta SET value = ? WHERE key = 'epoch'", (str(new.epoch),))
        connection.execute("DELETE FROM secrets WHERE name = ?", (f"signing/{opened.epoch}",))
        connection.execute(
            "INSERT INTO secrets VALUES (?, ?)", (f"signing/{new.epoch}", new.key.seed)
        )
        stored = log.insert_record(connection, new.diary, record, data)
        detail = f"{new.epoch}, from #{stored.index}"
        log.insert_act(
            connection,
            new.acts,
            at=record.written,
            what="epoch begun",
            detail=detail,
            clock=record.clock,
        )
    return new
