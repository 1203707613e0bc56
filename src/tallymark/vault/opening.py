"""Making and opening a vault: the lock of the system, the key, the sweep of what never was.

``slots`` is written last, so a folder without it holds nothing that anybody was told is saved.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tallymark import disk
from tallymark.errors import TallymarkError, UsageProblem, VaultDamaged, WrongPassphrase
from tallymark.integrity.envelope import Identity
from tallymark.integrity.keyslot import Cost
from tallymark.integrity.signature import SigningKey
from tallymark.model.record import Epoch
from tallymark.vault import blobs, generations, inbox, keys, log, place
from tallymark.vault.clock import THIS_DEVICE, Clocks, Device
from tallymark.vault.log import ACTS, DIARY, Log
from tallymark.vault.store import Database, open_database

Clock = Callable[[], datetime]
_FIRST_EPOCH = 1


@dataclass(frozen=True, slots=True)
class Opened:
    """An open vault's parts: everything that only ``Vault`` may hold."""

    folder: Path
    database: Database
    owner: place.Ownership
    master: bytearray = field(repr=False)
    vault_id: str
    zone: str
    epoch: int
    key: SigningKey
    inbox: Identity
    device: Device

    def clocks(self, now: Clock) -> Clocks:
        """Every clock there is here: ``now`` is the wall clock."""
        return Clocks(now, self.device, self.vault_id)

    @property
    def diary(self) -> Log:
        """The log of records, whose origin is ``<vault>/<epoch>``."""
        return Log(DIARY, f"{self.vault_id}/{self.epoch}", self.key)

    @property
    def acts(self) -> Log:
        """The log of what was done to the vault; it stays home."""
        return Log(ACTS, f"{self.vault_id}/{self.epoch}/acts", self.key)


def create(
    path: Path,
    *,
    passphrase: str,
    now: Clock,
    zone: str,
    cost: Cost | None,
    device: Device = THIS_DEVICE,
) -> Opened:
    """Make a vault in a new or empty folder. See ``Vault.create``."""
    _must_be_zone(zone)
    place.make_folder(path)
    with owned(path) as owner:
        place.begin(path)
        master = bytearray(keys.new_master())
        box = Identity.generate()
        with closed_on_error(
            open_database(path / place.DATABASE, key=master, create=True)
        ) as database:
            vault_id = _fill(database, zone=zone, box=box, now=now, device=device)
            keys.write(
                path,
                vault_id=vault_id,
                inbox=box.recipient,
                master=master,
                passphrase=passphrase,
                cost=cost,
            )
            place.finished(path)
            return parts(path, database, owner, master, device)


def open_vault(path: Path, *, passphrase: str, now: Clock, device: Device = THIS_DEVICE) -> Opened:
    """Open a vault and tidy it. See ``Vault.open``."""
    slots = keys.read(path)
    with owned(path) as owner:
        master = _master(path, slots, passphrase, now)
        with closed_on_error(open_database(path / place.DATABASE, key=master)) as database:
            opened = parts(path, database, owner, master, device)
            if slots.vault != opened.vault_id:
                raise VaultDamaged("The locked keys belong to another vault.")
            _tidy(opened)
            changed = slots.inbox != opened.inbox.recipient
            detail = "the address for wrong tries had been changed" if changed else ""
            with database.transaction() as connection:
                at, clock = opened.clocks(now).reading()
                log.insert_act(
                    connection,
                    opened.acts,
                    at=log.stamp(at),
                    what="opened",
                    detail=detail,
                    clock=clock,
                )
            return opened


@contextmanager
def owned(path: Path) -> Iterator[place.Ownership]:
    """The system's lock, given back on any error and else kept. Raises VaultInUse."""
    owner = place.Ownership(path)
    try:
        yield owner
    except BaseException:
        owner.release()
        raise


@contextmanager
def closed_on_error(database: Database) -> Iterator[Database]:
    """The database, closed on any error and else kept open."""
    try:
        yield database
    except BaseException:
        database.close()
        raise


@dataclass(frozen=True, slots=True)
class Described:
    """What a database says of the vault that it is of."""

    vault_id: str
    zone: str
    epoch: int
    key: SigningKey
    inbox: Identity

    @property
    def logs(self) -> tuple[Log, Log]:
        """The log of records, and the log of what was done to the vault."""
        origin = f"{self.vault_id}/{self.epoch}"
        return Log(DIARY, origin, self.key), Log(ACTS, f"{origin}/acts", self.key)


def describe(database: Database) -> Described:
    """Whose database this is. Raises VaultDamaged."""
    with database.read() as connection:
        meta = dict(connection.execute("SELECT key, value FROM meta").fetchall())
        hidden = dict(connection.execute("SELECT name, secret FROM secrets").fetchall())
    try:
        epoch = int(meta["epoch"])
        return Described(
            vault_id=meta["vault"],
            zone=meta["zone"],
            epoch=epoch,
            key=SigningKey.from_seed(hidden[f"signing/{epoch}"]),
            inbox=Identity.parse(hidden["inbox"].decode()),
        )
    except (KeyError, ValueError) as problem:
        raise VaultDamaged("The vault's own description is missing.") from problem


def parts(
    path: Path,
    database: Database,
    owner: place.Ownership,
    master: bytearray,
    device: Device = THIS_DEVICE,
) -> Opened:
    """The parts of a vault whose database is open. Raises VaultDamaged."""
    said = describe(database)
    return Opened(
        folder=path,
        database=database,
        owner=owner,
        master=master,
        vault_id=said.vault_id,
        zone=said.zone,
        epoch=said.epoch,
        key=said.key,
        inbox=said.inbox,
        device=device,
    )


def _fill(database: Database, *, zone: str, box: Identity, now: Clock, device: Device) -> str:
    """The first transaction of a vault: who it is, its keys, the first record and the first act."""
    vault_id, key = secrets.token_hex(16), SigningKey.generate()
    origin = f"{vault_id}/{_FIRST_EPOCH}"
    body = Epoch(vault=vault_id, epoch=_FIRST_EPOCH, public_key=key.public.hex())
    record, data = log.make_record(body, now=Clocks(now, device, vault_id), zone=zone)
    meta = {"vault": vault_id, "zone": zone, "epoch": str(_FIRST_EPOCH)}
    hidden = {f"signing/{_FIRST_EPOCH}": key.seed, "inbox": box.secret.encode()}
    with database.transaction() as connection:
        connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
        connection.executemany("INSERT INTO secrets VALUES (?, ?)", hidden.items())
        log.insert_record(connection, Log(DIARY, origin, key), record, data)
        acts = Log(ACTS, f"{origin}/acts", key)
        log.insert_act(connection, acts, at=record.written, what="created", clock=record.clock)
    return vault_id


def _master(folder: Path, slots: keys.Slots, passphrase: str, now: Clock) -> bytearray:
    try:
        return keys.open_master(slots, passphrase)
    except WrongPassphrase:
        # A full or read-only disk must not hide what the person needs to know.
        with suppress(TallymarkError, OSError):
            inbox.leave(folder, recipient=slots.inbox, what=inbox.WRONG_TRY, at=now())
        raise


def _tidy(opened: Opened) -> None:
    """Sweep what was never acknowledged and take in the notes that wait."""
    disk.unlink(opened.folder / (place.SLOTS + place.PART), missing_ok=True)
    place.finished(opened.folder)
    with opened.database.read() as connection:
        blobs.sweep(opened.folder, connection)
    generations.sweep(opened.database)
    inbox.collect(opened.folder, opened.database, identity=opened.inbox, log=opened.acts)


def _must_be_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageProblem(
            "The time zone is not known; use a name such as Europe/London."
        ) from None
