"""Making and opening a vault: the lock of the system, the key, the sweep of what never was.

``slots`` is written last, so a folder without it holds nothing that anybody was told is saved.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tallymark import disk
from tallymark.errors import (
    DiskFull,
    DiskReadOnly,
    TallymarkError,
    UsageProblem,
    VaultDamaged,
    WrongKey,
    WrongPassphrase,
    WrongWords,
)
from tallymark.integrity.envelope import Identity
from tallymark.integrity.keyslot import Cost
from tallymark.integrity.signature import SigningKey
from tallymark.model.record import Epoch
from tallymark.vault import (
    blobs,
    generations,
    inbox,
    keys,
    log,
    place,
    recovery,
    reserve,
    rotation,
    search,
)
from tallymark.vault.clock import THIS_DEVICE, Clocks, Device
from tallymark.vault.log import ACTS, DIARY, Log
from tallymark.vault.migrating import newest_schema, too_new
from tallymark.vault.store import Connection, Database, open_database, open_reading

Clock = Callable[[], datetime]
_FIRST_EPOCH = 1
_FULL = "The disk is full. This opening could not be written down. Make room on the disk."
_ONLY_READ = (
    "This disk can only be read. You can look at everything. Nothing can be saved, and this"
    " opening was not written down."
)
_COPY_FIRST = "Copy the whole folder to a disk that can be written to, and open it there."


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
    slot: keys.Slot = field(repr=False)
    """The slot that opened it."""
    trouble: str = ""
    writable: bool = True

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
        vault_id, box = secrets.token_hex(16), Identity.generate()
        slot = keys.passphrase_slot(vault_id, master, passphrase=passphrase, cost=cost)
        slots = keys.make(vault_id, inbox=box.recipient, slots=(slot,))
        with closed_on_error(
            open_database(path / place.DATABASE, key=master, create=True)
        ) as database:
            _fill(database, slots=slots, zone=zone, box=box, now=now, device=device)
            keys.write(path, slots)
            place.finished(path)
            reserve.keep(path)
            return parts(path, database, owner, master, slot=slot, device=device)


def open_vault(
    path: Path, *, secret: keys.Secret, now: Clock, device: Device = THIS_DEVICE
) -> Opened:
    """Open a vault and tidy it. See ``Vault.open``."""
    place.must_be_vault(path)
    writable = place.is_writable(path)
    with owned(path, writable=writable) as owner:
        slots = keys.read(path)
        master, number = _master(path, slots, secret, now)
        opener = open_database if writable else _open_unwritable
        with closed_on_error(
            rotation.open_current(path, master, opener=opener, writable=writable)
        ) as database:
            slot = slots.slots[number - 1]
            opened = parts(path, database, owner, master, slot=slot, device=device)
            if slots.vault != opened.vault_id:
                raise VaultDamaged("The locked keys belong to another vault.")
            if not writable:
                return replace(opened, trouble=_ONLY_READ, writable=False)
            _tidy(opened)
            return _noted(opened, now, slots)


def _noted(opened: Opened, now: Clock, slots: keys.Slots) -> Opened:
    """With the act of opening written down. A full disk does not keep the person out."""

    def note() -> None:
        with opened.database.transaction() as connection:
            detail = _detail(connection, opened, slots)
            log.act_now(connection, opened.acts, opened.clocks(now), what="opened", detail=detail)
            recovery.count_opening(connection)

    try:
        reserve.spend(opened.folder, note)
    except DiskFull:
        return replace(opened, trouble=_FULL)
    return opened


def _open_unwritable(path: Path, *, key: bytearray) -> Database:
    """The database on a disk that can only be read. Raises DiskReadOnly when that is not enough."""
    for end in ("-wal", "-journal"):
        journal = path.with_name(path.name + end)
        if journal.exists() and journal.stat().st_size:
            raise DiskReadOnly(
                "This vault was not closed before the disk was locked, so its last entries cannot"
                " be read here.",
                next_step=_COPY_FIRST,
            )
    database = open_reading(path, key=key)
    schema = database.schema()
    if schema != newest_schema():
        with database.read() as connection, closed_on_error(database):
            if schema > newest_schema():
                raise too_new(connection)
        database.close()
        raise DiskReadOnly(
            "This vault is of an earlier version and has to be brought up to date first.",
            next_step=_COPY_FIRST,
        )
    return database


def _detail(connection: Connection, opened: Opened, slots: keys.Slots) -> str:
    """How it was opened where that was not by passphrase, and what had been changed from outside."""
    kind = opened.slot.get("kind")
    said = [f"by {kind}"] if kind != keys.PASSPHRASE else []
    if slots.inbox != opened.inbox.recipient:
        said.append("the address for wrong tries had been changed")
    if (known := keys.noted(connection)) is not None and known != slots:
        said.append("the ways to open it are not those that were written last")
    return "; ".join(said)


@contextmanager
def owned(path: Path, *, writable: bool = True) -> Iterator[place.Ownership]:
    """The system's lock, given back on any error and else kept. Raises VaultInUse."""
    owner = place.Ownership(path, writable=writable)
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
    *,
    slot: keys.Slot,
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
        slot=slot,
    )


def _fill(
    database: Database,
    *,
    slots: keys.Slots,
    zone: str,
    box: Identity,
    now: Clock,
    device: Device,
) -> None:
    """The first transaction of a vault: who it is, its keys, the first record and the first act."""
    vault_id, key = slots.vault, SigningKey.generate()
    origin = f"{vault_id}/{_FIRST_EPOCH}"
    body = Epoch(vault=vault_id, epoch=_FIRST_EPOCH, public_key=key.public.hex())
    record, data = log.make_record(body, now=Clocks(now, device, vault_id), zone=zone)
    meta = dict([("vault", vault_id), ("zone", zone), ("epoch", str(_FIRST_EPOCH)), search.STAMP])
    hidden = {f"signing/{_FIRST_EPOCH}": key.seed, "inbox": box.secret.encode()}
    with database.transaction() as connection:
        connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
        connection.executemany("INSERT INTO secrets VALUES (?, ?)", hidden.items())
        log.insert_record(connection, Log(DIARY, origin, key), record, data)
        acts = Log(ACTS, f"{origin}/acts", key)
        log.insert_act(connection, acts, at=record.written, what="created", clock=record.clock)
        keys.note(connection, slots)


def _master(
    folder: Path, slots: keys.Slots, secret: keys.Secret, now: Clock
) -> tuple[bytearray, int]:
    try:
        return keys.open_master(slots, secret)
    except (WrongPassphrase, WrongWords, WrongKey):
        # A full or read-only disk must not hide what the person needs to know.
        with suppress(TallymarkError, OSError):
            inbox.leave(
                folder, recipient=slots.inbox, what=inbox.WRONG_TRIES[secret.kind], at=now()
            )
        raise


def _tidy(opened: Opened) -> None:
    """Sweep what was never acknowledged and take in the notes that wait.

    Files go first, because that needs no room. What a full disk does not let happen now happens at
    the next opening.
    """
    for name in (place.SLOTS + place.PART, place.LOCK_NOW):
        disk.unlink(opened.folder / name, missing_ok=True)
    place.finished(opened.folder)
    with opened.database.read() as connection:
        blobs.sweep(opened.folder, connection)
    with suppress(DiskFull):
        generations.sweep(opened.database)
        search.bring_up(opened.database)
        inbox.collect(opened.folder, opened.database, identity=opened.inbox, log=opened.acts)
    reserve.keep(opened.folder)


def _must_be_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageProblem(
            "The time zone is not known; use a name such as Europe/London."
        ) from None
