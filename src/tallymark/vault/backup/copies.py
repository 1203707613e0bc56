"""The copies of one open vault in other places: made, noted in the vault, and the last before removal."""

from __future__ import annotations

from pathlib import Path

from tallymark.errors import CopyDamaged, SameDisk
from tallymark.integrity.checkpoint import open_note
from tallymark.vault import filesystem, log
from tallymark.vault.backup.home import home_for
from tallymark.vault.backup.making import Copy, back_up
from tallymark.vault.backup.meter import Progress
from tallymark.vault.heads import insert as insert_head
from tallymark.vault.opening import Clock, Opened
from tallymark.vault.store import Connection

_LAST = "last_copy"
REMOVED = "removed from this computer"


class Copies:
    """Makes copies of an open vault and says how old the last good one is."""

    def __init__(self, opened: Opened, now: Clock) -> None:
        self._opened, self._now = opened, now

    def make(self, to: Path, *, keep: int | None = None, progress: Progress | None = None) -> Copy:
        """Make a copy in another place and read every byte of it back.

        ``to`` is a folder or a disk; ``docs/spec/backup.md`` says where in it the copies lie.
        After a good one ``keep`` takes away all but so many. ``progress`` gets (bytes done, in
        all), reading back included. Entries can be saved meanwhile. Earlier copies stay whole on
        any error. Raises UsageProblem, CopyMismatch, CopyDamaged, DiskFull, DiskReadOnly.
        """
        copy = back_up(self._opened, to, now=self._now, keep=keep, progress=progress)
        with self._opened.database.transaction() as connection:
            good = not copy.findings
            what = "copy made" if good else "copy made with faults"
            self._act(connection, what, f"number {copy.number}")
            if good:
                self._note(connection, copy)
        return copy

    def make_last(
        self, to: Path, *, same_disk: bool = False, progress: Progress | None = None
    ) -> Copy:
        """The copy after which the vault may be removed here; its acts log says that it was.

        Raises SameDisk for a place on the same disk unless ``same_disk``, CopyDamaged when not
        everything is whole in the copy, and what ``make`` raises. Then the vault stays.
        """
        here = filesystem.device(self._opened.folder)
        if not same_disk and filesystem.device(home_for(to).path) == here:
            raise SameDisk
        try:
            self._say(REMOVED)
            copy = self.make(to, progress=progress)
        except BaseException:
            self._say("not removed")
            raise
        if copy.findings:
            self._say("not removed")
            raise CopyDamaged(
                "Not everything in the copy is whole, so nothing was removed.",
                next_step="Run: tallymark check",
            )
        return copy

    @property
    def last(self) -> str | None:
        """When the last good copy was made, by this device's clock in UTC; None before the first."""
        with self._opened.database.read() as connection:
            found = connection.execute("SELECT value FROM meta WHERE key = ?", (_LAST,)).get
        return None if found is None else str(found)

    def _note(self, connection: Connection, copy: Copy) -> None:
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_LAST, copy.made))
        head = open_note(copy.head, public=self._opened.key.public, name=self._opened.diary.origin)
        insert_head(
            connection, kind="backup", at=copy.made, holder=f"copy {copy.number}", head=head
        )

    def _say(self, what: str) -> None:
        with self._opened.database.transaction() as connection:
            self._act(connection, what, "")

    def _act(self, connection: Connection, what: str, detail: str) -> None:
        now = self._opened.clocks(self._now)
        log.act_now(connection, self._opened.acts, now, what=what, detail=detail)
