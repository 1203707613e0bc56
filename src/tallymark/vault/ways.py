"""The ways into an open vault: list them, add and remove them, change the keys behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tallymark.errors import (
    IntegrityError,
    LastWayIn,
    UnknownSlot,
    VaultDamaged,
    VaultError,
    WrongPassphrase,
)
from tallymark.integrity import wordslot
from tallymark.integrity.envelope import Identity
from tallymark.integrity.keyslot import Cost
from tallymark.vault import inbox, keys, log, recovery, rotation
from tallymark.vault.clock import Clocks
from tallymark.vault.opening import Opened
from tallymark.vault.recovery import Choice, Decision
from tallymark.vault.store import Connection

_MOST_PASSPHRASES = 4
_OTHER: dict[Choice, Choice] = {"words": "helper", "helper": "words"}


@dataclass(frozen=True, slots=True)
class WayIn:
    """One slot: its number from 1, and whether it opened the vault this time.

    ``kind`` is ``passphrase``, ``words``, ``helper`` or one of a later version; ``recipient`` is
    a helper's, else empty.
    """

    number: int
    kind: str
    recipient: str
    used: bool


@dataclass(frozen=True, slots=True)
class Rotated:
    """What changing the keys led to: the numbers of exhibits that could not be sealed again."""

    damaged: tuple[int, ...]


class Ways:
    """The ways into one open vault. Each change is on disk, and in the acts log, when it returns."""

    def __init__(self, opened: Opened, *, now: Clocks) -> None:
        self._opened, self._now = opened, now
        self._database = opened.database

    def all(self) -> list[WayIn]:
        """Every slot in the order of the file."""
        return [
            WayIn(
                number=number,
                kind=str(slot.get("kind", "")),
                recipient=str(slot.get("recipient", "")),
                used=slot == self._opened.slot,
            )
            for number, slot in enumerate(self._slots(), 1)
        ]

    def fits(self, passphrase: str) -> bool:
        """Whether this passphrase opens the vault. Takes about a second for each such slot."""
        try:
            found, _ = keys.open_master(
                keys.read(self._opened.folder), keys.Secret("passphrase", passphrase)
            )
        except WrongPassphrase:
            return False
        keys.wipe(found)
        return True

    def change_passphrase(self, passphrase: str, *, cost: Cost | None = None) -> None:
        """Replace the passphrase that opened the vault; nothing else is encrypted again.

        If it was not opened by a passphrase, this one replaces every passphrase there is.
        Raises WeakPassphrase, DiskFull.
        """
        made = self._passphrase_slot(passphrase, cost)
        with self._database.turn:
            slots, used = self._slots(), dict(self._opened.slot)
            if used in slots and used.get("kind") == keys.PASSPHRASE:
                slots[slots.index(used)] = made
            else:
                slots = [made, *(one for one in slots if one.get("kind") != keys.PASSPHRASE)]
            self._rewrite(slots, "passphrase changed")
            self._opened = replace(self._opened, slot=made)

    def add_passphrase(self, passphrase: str, *, cost: Cost | None = None) -> None:
        """One more passphrase that opens the vault, up to four."""
        made = self._passphrase_slot(passphrase, cost)
        with self._database.turn:
            slots = self._slots()
            if sum(one.get("kind") == keys.PASSPHRASE for one in slots) >= _MOST_PASSPHRASES:
                raise VaultError(
                    f"There are {_MOST_PASSPHRASES} passphrases already.",
                    next_step="Remove one first with tallymark slots remove.",
                )
            self._rewrite([*slots, made], "passphrase added")

    def add_words(self, secret: bytes) -> None:
        """24 words open the vault from now on: those of ``secret``, 32 random bytes."""
        made = keys.words_slot(self._opened.vault_id, self._opened.master, secret=secret)
        with self._database.turn:
            self._rewrite(
                [*self._slots(), made], "words added", self._deciding("words", tried=True)
            )

    def add_helper(self, recipient: str) -> bytes:
        """Seal a copy to a helper's age recipient; gives the age file to hand to the helper.

        Raises EnvelopeError for a recipient that is none.
        """
        made = keys.helper_slot(self._opened.vault_id, self._opened.master, recipient=recipient)
        with self._database.turn:
            then = self._deciding("helper", tried=False)
            self._rewrite([*self._slots(), made], f"copy sealed to {recipient}", then)
        return wordslot.sealed_copy({k: v for k, v in made.items() if k != "kind"})[1]

    def helper_copy(self, number: int) -> bytes:
        """The age file in a helper's slot. Raises UnknownSlot when that is no helper's slot."""
        slot = dict(self._slot(number))
        if slot.pop("kind") != keys.HELPER:
            raise UnknownSlot("That is not a helper's copy.")
        try:
            return wordslot.sealed_copy(slot)[1]
        except IntegrityError as problem:
            raise VaultDamaged("The helper's copy is damaged.") from problem

    def remove(self, number: int) -> None:
        """Take one way in away. Raises UnknownSlot, and LastWayIn for the last passphrase."""
        with self._database.turn:
            kind = self._slot(number).get("kind")
            slots = self._slots()
            del slots[number - 1]
            if not any(one.get("kind") == keys.PASSPHRASE for one in slots):
                raise LastWayIn
            self._rewrite(slots, f"{kind} removed")

    def practise(self, *, words: str | None = None, identity: str | None = None) -> None:
        """Try words or a helper's key on this vault, and note that they open it.

        Raises WrongWords or WrongKey.
        """
        secret = keys.one_secret(None, words, identity)
        found, number = keys.open_master(keys.read(self._opened.folder), secret)
        keys.wipe(found)
        kind: Choice = "words" if self._slot(number).get("kind") == keys.WORDS else "helper"
        with self._database.transaction() as connection:
            self._deciding(kind, tried=True)(connection)
            self._act(connection, f"{kind} practised")

    def refuse(self) -> None:
        """The person chose to have no way back."""
        with self._database.transaction() as connection:
            self._deciding("none", tried=False)(connection)
            self._act(connection, "no way back chosen")

    @property
    def decision(self) -> Decision | None:
        """What was chosen for the day on which the passphrase is forgotten."""
        with self._database.read() as connection:
            return recovery.decided(connection)

    @property
    def is_undecided(self) -> bool:
        """Whether there is no choice yet and one could be kept.

        Never on a disk to which nothing can be written: there nothing must stand before reading.
        """
        can_keep = self._opened.writable and not self._opened.trouble
        return can_keep and self.decision is None

    @property
    def is_due(self) -> bool:
        """Whether this is the third opening, or a later one, without a choice."""
        with self._database.read() as connection:
            return self.is_undecided and recovery.openings(connection) >= recovery.DUE

    def rotate(
        self,
        *,
        passphrase: str,
        words: bytes | None = None,
        files: bool = False,
        cost: Cost | None = None,
        progress: rotation.Progress | None = None,
    ) -> None:
        """A new master key and database key; see docs/spec/vault.md section 4.

        The vault opens afterwards by ``passphrase``, by each helper's copy (made anew) and by the
        words of ``words``, 32 random bytes; by no other words or passphrases. With ``files`` the
        exhibits then wait for ``seal_files``. ``progress`` gets pages done and in all. When it
        raises, the vault may be locked, and opens by the old or the new ways. Raises
        WrongPassphrase for a passphrase that does not open it now, DiskFull, VaultDamaged.
        """
        if not self.fits(passphrase):
            raise WrongPassphrase
        opened, master, box = self._opened, bytearray(keys.new_master()), Identity.generate()
        with self._database.turn:
            # Notes of wrong tries are sealed to the address of now, which goes.
            inbox.collect(opened.folder, self._database, identity=opened.inbox, log=opened.acts)
            new = self._anew(master, box, passphrase=passphrase, words=words, cost=cost)
            rotation.copy(
                opened.folder,
                self._database,
                key=bytes(master),
                fill=self._telling(new, box, files=files),
                progress=progress,
            )
            self._switch(new, master)
            self._opened = replace(opened, inbox=box, slot=new.slots[0])

    def waiting_files(self) -> int:
        """How many exhibits wait to be sealed again since the keys were changed."""
        with self._database.read() as connection:
            return rotation.waiting(connection)[0]

    def seal_files(self, progress: rotation.Progress | None = None) -> Rotated:
        """Seal what waits under fresh keys; goes on where it was cut off.

        ``progress`` gets bytes done and in all. Raises DiskFull; then what is done is done.
        """
        return Rotated(rotation.seal_again(self._opened.folder, self._database, progress))

    def _anew(
        self,
        master: bytearray,
        box: Identity,
        *,
        passphrase: str,
        words: bytes | None,
        cost: Cost | None,
    ) -> keys.Slots:
        """Slots for another master key: the passphrase first, new words, each helper's copy anew."""
        ident = self._opened.vault_id
        made = [keys.passphrase_slot(ident, master, passphrase=passphrase, cost=cost)]
        if words is not None:
            made.append(keys.words_slot(ident, master, secret=words))
        for slot in self._slots():
            if slot.get("kind") == keys.HELPER:
                recipient = str(slot["recipient"])
                made.append(keys.helper_slot(ident, master, recipient=recipient))
        return keys.make(ident, inbox=box.recipient, slots=tuple(made))

    def _telling(
        self, new: keys.Slots, box: Identity, *, files: bool
    ) -> Callable[[Connection], None]:
        """What only the database under the new key says."""

        def fill(connection: Connection) -> None:
            self._act(connection, "keys changed")
            connection.execute(
                "UPDATE secrets SET secret = ? WHERE name = 'inbox'", (box.secret.encode(),)
            )
            self._settle(connection, new)
            if files:
                rotation.plan_sealing(connection)

        return fill

    def _switch(self, new: keys.Slots, master: bytearray) -> None:
        """From the old slots and file to the new ones; whatever stops it, one pair opens."""
        opened = self._opened
        self._database.close()
        keys.write(opened.folder, new)
        opened.master[:] = master
        keys.wipe(master)
        rotation.switch(opened.folder)
        self._database.go_on_with(rotation.open_current(opened.folder, opened.master))

    def _passphrase_slot(self, passphrase: str, cost: Cost | None) -> dict[str, object]:
        opened = self._opened
        return keys.passphrase_slot(
            opened.vault_id, opened.master, passphrase=passphrase, cost=cost
        )

    def _slots(self) -> list[dict[str, object]]:
        """The slots of the file, without helpers' slots that this program did not write."""
        with self._database.read() as connection:
            known = keys.noted(connection)
        ours = {one.get("recipient") for one in known.slots} if known is not None else set()
        return [
            one
            for one in keys.read(self._opened.folder).slots
            if one.get("kind") != keys.HELPER or one.get("recipient") in ours
        ]

    def _slot(self, number: int) -> dict[str, object]:
        slots = self._slots()
        if not 0 < number <= len(slots):
            raise UnknownSlot
        return slots[number - 1]

    def _rewrite(
        self,
        slots: list[dict[str, object]],
        what: str,
        then: Callable[[Connection], object] | None = None,
    ) -> None:
        """The act and the note of what the file holds, then the file, then COMMIT."""
        opened = self._opened
        new = keys.make(opened.vault_id, inbox=opened.inbox.recipient, slots=tuple(slots))
        with self._database.transaction() as connection:
            self._act(connection, what)
            self._settle(connection, new)
            if then is not None:
                then(connection)
            keys.write(opened.folder, new)

    def _settle(self, connection: Connection, new: keys.Slots) -> None:
        """What the file will hold; a choice for which nothing is left is a choice no more."""
        keys.note(connection, new)
        chosen = recovery.decided(connection)
        left = {slot.get("kind") for slot in new.slots}
        if chosen is None or chosen.choice == "none" or chosen.choice in left:
            return
        if _OTHER[chosen.choice] in left:
            self._deciding(_OTHER[chosen.choice], tried=False)(connection)
        else:
            recovery.forget(connection)

    def _act(self, connection: Connection, what: str) -> None:
        log.act_now(connection, self._opened.acts, self._now, what=what)

    def _deciding(self, choice: Choice, *, tried: bool) -> Callable[[Connection], None]:
        decision = Decision(log.stamp(self._now()), choice, tried)
        return lambda connection: recovery.decide(connection, decision)
