"""Diary: one vault, opened, with everything a person can do to it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from tallymark.diary import copies, handover, intake, passphrase, place, replay, writing
from tallymark.diary.keys import Keys
from tallymark.diary.progress import Watcher
from tallymark.errors import RecordError, UnknownRecord
from tallymark.model.casefile import Casefile
from tallymark.model.moment import Moment
from tallymark.model.record import (
    Body,
    Correction,
    Exhibit,
    Import,
    Incident,
    Order,
    Question,
    QuietPeriod,
)
from tallymark.vault import Act, Finding, Hit, Narrow, Stored, Vault
from tallymark.vault.choice import after, day, midnight

if TYPE_CHECKING:
    from tallymark.integrity.envelope import SealedReader
    from tallymark.integrity.keyslot import Cost

ENTRY_KINDS = frozenset(
    {
        *("incident", "told_to_stop", "order", "police_contact", "impact", "quiet_period"),
        *("trigger", "safety_action", "evidence_request", "second_source", "same_event"),
        *("phrase", "tombstone"),
    }
)
"""Records that a person thinks of as entries in the diary."""


def system_clock() -> datetime:
    """The device's clock, aware, in UTC. A claim, not a fact: see docs/security.md."""
    return datetime.now(UTC)


class Diary:
    """One vault, open. Use as a context manager, or call ``close``.

    All times returned are aware or carry their zone; every method raises the errors of
    ``tallymark.errors`` and loses nothing that was saved before.
    """

    def __init__(self, vault: Vault, *, now: Callable[[], datetime] = system_clock) -> None:
        """Wrap an open vault; ``create`` and ``open`` are the usual ways in."""
        self.vault = vault
        self._now = now

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        passphrase: str,
        zone: str = "Europe/London",
        allow_synced: bool = False,
        cost: Cost | None = None,
        now: Callable[[], datetime] = system_clock,
    ) -> Self:
        """Make a vault in a new or empty folder.

        Raises ``WeakPassphrase``, ``UnsafePlace`` for a synced folder unless ``allow_synced``,
        and ``VaultExists``.
        """
        chosen = _passphrase(passphrase)
        if not allow_synced:
            place.must_be_private(path)
        vault = Vault.create(path, passphrase=chosen, now=now, zone=zone, cost=cost)
        return cls(vault, now=now)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        passphrase: str | None = None,
        words: str | None = None,
        identity: str | None = None,
        now: Callable[[], datetime] = system_clock,
    ) -> Self:
        """Open a vault by its passphrase, 24 words, or the text of a helper's age key.

        Raises ``VaultNotFound``, ``WrongPassphrase``, ``WrongWords``, ``WrongKey``, ``VaultInUse``
        and others. From the third time on ``keys.is_due`` is true until somebody has chosen what
        happens when the passphrase is forgotten: whoever opens it for a person asks that first.
        """
        vault = Vault.open(path, passphrase=passphrase, words=words, identity=identity, now=now)
        return cls(vault, now=now)

    @property
    def keys(self) -> Keys:
        """The ways in, and what was chosen for a forgotten passphrase."""
        return Keys(self.vault)

    @classmethod
    def restore(
        cls,
        kept: Path,
        path: Path,
        *,
        passphrase: str | None = None,
        words: str | None = None,
        number: int | None = None,
        allow_synced: bool = False,
        progress: Callable[[int, int], None] | None = None,
        now: Callable[[], datetime] = system_clock,
    ) -> tuple[Self, copies.Restored]:
        """Make a copy a vault in a new or empty folder, check all of it, and open it.

        ``kept`` is where the copies are. What is returned names what is missing. Raises
        ``NoCopyHere``, ``WrongPassphrase``, ``WrongWords``, ``CopyDamaged``, ``VaultExists``,
        ``UnsafePlace``.
        """
        vault, restored = copies.restore(
            kept,
            path,
            passphrase=passphrase,
            words=words,
            now=now,
            number=number,
            allow_synced=allow_synced,
            progress=progress,
        )
        return cls(vault, now=now), restored

    def __enter__(self) -> Self:
        """The diary itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Lock it."""
        self.close()

    def close(self) -> None:
        """Lock: drop keys, close the database. Nothing can be read until it is opened again."""
        self.vault.close()

    def record(
        self,
        body: Body,
        *,
        asked: Sequence[Question] = (),
        supersedes: str | None = None,
        reason: str | None = None,
        author: str = "self",
    ) -> Stored:
        """Write one record. When this returns, it is on disk.

        ``supersedes`` names an earlier record of the same kind, which stays; ``author`` is who
        wrote it when that is not the keeper of the diary. Raises ``UnknownRecord`` when the earlier
        one does not exist, ``RecordError`` when the body points at a place that can never leave.
        """
        if writing.names_safe_place(body, self.vault.records_of("place")):
            raise RecordError(
                "This place is marked as one that never leaves, so an entry cannot point at it.",
                next_step="Leave the place out, or say in your own words what may be read by others.",
            )
        if supersedes is not None and type(self.entry(supersedes).record.body) is not type(body):
            raise UnknownRecord(
                "A new version has to be of the same kind as the entry it replaces."
            )
        return self.vault.append(
            body, asked=tuple(asked), supersedes=supersedes, reason=reason, author=author
        )

    def amend(self, ident: str, changes: Mapping[str, Any], *, reason: str = "") -> Stored:
        """Write a new version of an entry with some fields said anew; the old one stays.

        ``changes`` are fields of its body as JSON-like values; ``None`` empties one. Takes the
        number or id of any version and goes on from the newest. Raises ``RecordError``.
        """
        newest = self.newest(ident)
        body = writing.changed(newest.record.body, changes)
        return self.record(body, supersedes=newest.record.id, reason=reason or None)

    def newest(self, ident: str) -> Stored:
        """The newest version of a record. Raises ``RecordError`` when it was withdrawn."""
        found = self.entry(ident)
        while (later := self.vault.after(found.record.id)) is not None:
            found = later
            if isinstance(later.record.body, Correction):
                if later.record.body.replacement is None:
                    raise RecordError(f"This entry was withdrawn by #{later.index}.")
                found = self.entry(later.record.body.replacement)
        return found

    def fates(self) -> dict[str, writing.Fate]:
        """By id, what became of each record that is no longer current."""
        return writing.fates(self.vault.records())

    def erase(self, ident: str, *, reason: str, asked_by: str = "self") -> list[Stored]:
        """Erase an entry or exhibit for good, with all its versions; its place in the log stays.

        Gives the tombstones. Raises ``UnknownRecord``, ``RecordError``.
        """
        return self.vault.erase(self.entry(ident).record.id, reason=reason, asked_by=asked_by)

    def withdraw(self, ident: str, *, why: str) -> Stored:
        """Withdraw an entry; it stays in the log and is shown struck through with the reason."""
        return self.vault.append(Correction(target=self.entry(ident).record.id, why=why))

    def entry(self, number_or_id: str) -> Stored:
        """The record with this id, or with this number (``12`` or ``#12``: its line in the log)."""
        text = number_or_id.removeprefix("#")
        return self.vault.numbered(int(text)) if text.isdecimal() else self.vault.record(text)

    def attach(
        self,
        source: Path | BinaryIO,
        *,
        name: str | None = None,
        title: str = "",
        method: str = "handed_over",
        progress: Callable[[int], None] | None = None,
        **fields: Any,
    ) -> Stored:
        """Keep one file byte for byte. ``fields`` are further fields of ``model.record.Exhibit``.

        The same bytes are kept once: then the exhibit that holds them is returned. A stream must
        be seekable. Raises ``SourceMissing``, ``SourceChanged``, ``DiskFull``.
        """
        stated = {"title": title, "method": method, **fields}
        if not isinstance(source, Path):
            return intake.attach(
                self.vault, source, name=name or "file", fields=stated, progress=progress
            )
        with intake.opened(source) as stream:
            return intake.attach(
                self.vault,
                stream,
                name=name or source.name,
                modified=intake.file_time(stream),
                fields=stated,
                progress=progress,
            )

    def import_file(
        self,
        path: Path,
        *,
        format: str | None = None,  # noqa: A002 - the word people use
        answers: Mapping[str, str] | None = None,
        progress: Watcher | None = None,
    ) -> intake.ImportResult:
        """Keep an export and find its events. See ``tallymark.diary.intake.import_file``.

        ``answers``: ``day_order`` (dmy, mdy, ymd), ``owner`` (the diary keeper's own name in the
        export), ``zone``. ``progress`` gets a ``tallymark.diary.progress.Progress`` at every step;
        when it raises, the import stops and can go on later.
        """
        return intake.import_file(
            self.vault, path, wanted=format, answers=answers or {}, progress=progress
        )

    def unfinished_imports(self) -> list[Stored]:
        """The exhibits whose import was stopped or cut off."""
        return [self.vault.record(left.exhibit) for left in self.vault.unfinished()]

    def go_on(self, exhibit_id: str, *, progress: Watcher | None = None) -> intake.ImportResult:
        """Finish the import of an exhibit that was stopped, from its sealed original.

        Raises ``UnknownRecord`` when there is none to finish.
        """
        return intake.go_on(self.vault, exhibit_id, progress=progress)

    def let_be(self, exhibit_id: str) -> None:
        """Do not finish the import of an exhibit. The exhibit stays, and can be imported again."""
        self.vault.drop_unfinished(exhibit_id)

    def entries(self) -> list[Stored]:
        """Current entries, the newest happening first; withdrawn and replaced ones left out."""
        stored = self.vault.records()
        gone = {s.record.supersedes for s in stored}
        gone |= {s.record.body.target for s in stored if isinstance(s.record.body, Correction)}
        kept = [s for s in stored if s.record.type in ENTRY_KINDS and s.record.id not in gone]
        return sorted(kept, key=_when, reverse=True)

    def find(
        self,
        words: str,
        *,
        limit: int = 50,
        since: str | None = None,
        until: str | None = None,
        narrow: Narrow | None = None,
    ) -> list[Hit]:
        """Full text over entries and events, newest first.

        ``since`` and ``until`` are inclusive days (``YYYY-MM-DD``); ``narrow`` asks for a person, a
        channel, a code or a place. Raises ``UsageProblem`` for a bad date.
        """
        zone = self.vault.zone
        asked = replace(
            narrow or Narrow(),
            since=midnight(day(since), zone),
            until=midnight(after(day(until)), zone),
        )
        return self.vault.search(words, limit=limit, narrow=asked)

    def casefile(
        self,
        *,
        since: str | None = None,
        until: str | None = None,
        only: Collection[str] | None = None,
    ) -> Casefile:
        """A snapshot for the picture and the pack; dates are inclusive days in the vault's zone."""
        return self.vault.casefile(since=since, until=until, only=only)

    def pack(
        self,
        out: Path,
        *,
        purpose: str = "police",
        since: str | None = None,
        until: str | None = None,
        to_keys: Sequence[str] = (),
        progress: Callable[[int, int], None] | None = None,
    ) -> handover.PackResult:
        """Make a sealed pack at ``out`` (a folder) and ``out.zip``; with keys only ``out.zip.age``.

        Raises ``OutputExists``, ``NothingChosen``, ``PackError``.
        """
        return handover.hand_over(
            self.vault,
            self.casefile(since=since, until=until),
            out=out,
            purpose=purpose,
            to_keys=to_keys,
            made=self._now(),
            progress=progress,
        )

    def open_exhibit(self, ident: str) -> SealedReader:
        """The original's bytes, seekable, decrypted as they are read and never to disk."""
        return self.vault.open_exhibit(ident)

    def acts(self) -> list[Act]:
        """Who opened this vault and when, wrong tries, packs: newest last."""
        return self.vault.acts()

    def back_up(
        self,
        to: Path,
        *,
        keep: int | None = None,
        allow_synced: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> copies.Copy:
        """Make a sealed copy in another place and read every byte of it back.

        After a good one ``keep`` takes away all but the newest so many. ``progress(done, total)``
        in bytes. Raises ``UnsafePlace``, ``CopyMismatch``, ``CopyDamaged``, ``DiskFull``; earlier
        copies stay whole.
        """
        return copies.back_up(
            self.vault, to, keep=keep, allow_synced=allow_synced, progress=progress
        )

    def remove(
        self,
        to: Path,
        *,
        same_disk: bool = False,
        allow_synced: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> copies.Copy:
        """Make a last copy at ``to``, read it back, and only then delete this vault, keys first.

        Afterwards the diary is closed. Raises ``SameDisk`` for a place on the same disk unless
        ``same_disk``, and what ``back_up`` raises; then nothing is deleted.
        """
        if not allow_synced:
            place.must_be_private(to)
        return self.vault.remove(to, same_disk=same_disk, progress=progress)

    def last_copy(self) -> str:
        """How long ago the last good copy was made, in words: ``6 days ago``, ``none yet``."""
        return copies.how_old(self.vault.copies.last, now=self._now(), zone=self.vault.zone)

    def counts(self) -> dict[str, int]:
        """How many records, files and messages there are, erased ones left out."""
        bodies = [stored.record.body for stored in self.vault.records()]
        replaced = {body.replaces for body in bodies if isinstance(body, Import)}
        imports = [s.record for s in self.vault.records() if isinstance(s.record.body, Import)]
        return {
            "records": len(bodies),
            "files": sum(isinstance(body, Exhibit) for body in bodies),
            "messages": sum(
                record.body.events
                for record in imports
                if isinstance(record.body, Import) and record.id not in replaced
            ),
        }

    def rebuild(self, *, progress: Callable[[int, int], None] | None = None) -> replay.Replayed:
        """Make all that is derived anew: words to find, and events from the sealed originals.

        ``progress(done, total)`` in imports. See ``tallymark.diary.replay``.
        """
        return replay.replay(self.vault, progress=progress)

    def check(self, *, progress: Callable[[int, int], None] | None = None) -> list[Finding]:
        """Read every exhibit and record again and say what does not fit. Empty when all fits."""
        return self.vault.check(progress=progress)


def _passphrase(text: str) -> str:
    return passphrase.check(text)


def _when(stored: Stored) -> tuple[datetime, int]:
    """When it happened, else when it was written; the log's order decides between equals."""
    moment = moment_of(stored.record.body)
    if moment is None:
        return datetime.fromisoformat(stored.record.written), stored.index
    return moment.utc(), stored.index


def moment_of(body: Body) -> Moment | None:
    """The time that a body states for what it tells of; None when it states none."""
    if isinstance(body, Incident):
        return body.happened
    if isinstance(body, Order):
        return body.served or body.made
    if isinstance(body, QuietPeriod):
        with suppress(ValueError):
            return Moment(body.start, precision="range", end=body.end)
    found: Moment | None = getattr(body, "at", None)
    return found
