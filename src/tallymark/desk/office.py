"""``Desk``: the one door to the receiving side. Every opening, listing and reading is logged.

Who acts is asked once, when the desk is opened. The clock is passed in. Nothing here decides:
packs are verified and ordered by the printed rule, links are proposed, people do the rest.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa

from tallymark.desk import accesslog, intake, links, reports, schema, showing, triage, views
from tallymark.desk.reading import Contents
from tallymark.desk.store import Store, create_store, open_store
from tallymark.errors import DeskError, SourceMissing, TallymarkError
from tallymark.integrity import envelope
from tallymark.integrity.keyslot import Cost
from tallymark.verify import Verdict

Clock = Callable[[], datetime]
Rows = list[views.ReportRow]
Links = list[views.Link]
Entries = list[accesslog.Entry]
Paths = list[Path]
UNNAMED = "not named"


class Desk:
    """One open desk. Make it with ``create`` or ``open``; close it, or use it in ``with``."""

    def __init__(self, store: Store, *, now: Clock, who: str) -> None:
        self._store = store
        self._now = now
        self.who = who.strip() or UNNAMED
        with store.begin() as connection:
            rows = connection.execute(sa.select(schema.meta)).all()
        self._meta = {row.key: row.value for row in rows}
        self._identity = envelope.Identity.parse(self._meta["identity"])

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        passphrase: str,
        now: Clock,
        cost: Cost | None = None,
        who: str = UNNAMED,
    ) -> Desk:
        """Make a desk in a new or empty folder, with its own key to seal packs to.

        ``cost`` is measured on this machine when left out. Raises ``VaultExists``,
        ``WeakPassphrase`` or ``DiskFull``.
        """
        meta = {
            "identity": envelope.Identity.generate().secret,
            "desk": secrets.token_hex(8),
            "created": accesslog.stamp(now()),
        }
        store = create_store(path, passphrase=passphrase, cost=cost, meta=meta)
        return cls._begun(store, now=now, who=who, act="made")

    @classmethod
    def open(cls, path: Path, *, passphrase: str, now: Clock, who: str = UNNAMED) -> Desk:
        """Open a desk for one person, who stands in its log from then on.

        Raises ``VaultNotFound``, ``VaultInUse``, ``WrongPassphrase``, ``VaultTooNew`` or
        ``VaultDamaged``.
        """
        store = open_store(path, passphrase=passphrase)
        return cls._begun(store, now=now, who=who, act="opened")

    @classmethod
    def _begun(cls, store: Store, *, now: Clock, who: str, act: str) -> Self:
        """The desk over an open store, its first act logged; the store is closed if that fails."""
        try:
            desk = cls(store, now=now, who=who)
            desk._log(act)
        except BaseException:
            store.close()
            raise
        return desk

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Closes it."""
        self.close()

    def close(self) -> None:
        """Close the database and let others open the desk."""
        self._store.close()

    @property
    def recipient(self) -> str:
        """``age1…``: what people seal packs for this desk to."""
        return self._identity.recipient

    def add(
        self,
        pack: Path,
        *,
        key: str | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> views.Report:
        """Take a pack in: sealed copy, every check on that copy, and only then its records.

        ``key`` is the fingerprint that the signer must have. ``progress`` gets the bytes copied. Raises ``PackRefused`` naming the check that failed,
        ``NotABundle``, ``WrongKey`` or another ``TallymarkError``; then nothing of the pack stays
        here but a line in the log.
        """
        blob = self._store.new_blob()
        try:
            held = intake.copy_in(pack, blob=blob, desk=self._identity, progress=progress)
        except TallymarkError as error:
            self._log("refused", detail=f"{type(error).__name__} before any check")
            raise
        try:
            verdict = intake.check(held, key=key)
            return self._take_in(held, verdict, intake.read(held))
        except TallymarkError as error:
            reason = f"{error} sha256 {held.sha256}"
            self._log("refused", detail=reason)
            raise
        finally:
            blob.unlink(missing_ok=True)

    def list(self) -> Rows:
        """The reports in the order to look at them, without names or words from them.

        By band; within a band those nobody looked at first, by the time they are due, then by the
        latest event, then by receipt. Raises the band of what waited too long.
        """
        now = self._now()
        with self._store.begin() as connection:
            self._raise_waiting(connection, now)
            found = links.all_links(connection, now=now)
            rows = connection.execute(sa.select(schema.report)).all()
            listed = [showing.row(connection, row, found) for row in rows]
            self._note(connection, "listed", detail=f"{len(listed)} reports")
        listed.sort(key=lambda row: row.received)
        listed.sort(key=lambda row: row.latest_event or "", reverse=True)
        listed.sort(key=lambda row: (row.band, row.looked_at is not None, row.due))
        return listed

    def links(self) -> Links:
        """The proposed and decided links, with every spelling and what speaks for and against."""
        with self._store.begin() as connection:
            found = links.all_links(connection, now=self._now())
            self._note(connection, "listed links", detail=f"{len(found)} links")
        return found

    def decide(self, link_id: str, *, decision: str, by: str, why: str) -> views.Link:
        """Write down that a named person confirmed, rejected or could not tell, and why.

        Two different people must confirm before a link is ``confirmed``. Raises ``UnknownReport``
        or ``DeskError``; nothing is joined either way.
        """
        now = self._now()
        with self._store.begin() as connection:
            link = links.decide(connection, link_id, decision=decision, by=by, why=why, now=now)
            self._note(connection, "decided", about=link.id, detail=f"{decision} by {by.strip()}")
            self._refresh(connection, link.reports, now)
        return link

    def set_band(self, report_id: str, *, band: int, by: str, why: str) -> views.ReportRow:
        """A named person moves a report to another band, with a reason.

        Moving it down asks for another person to read it within 72 hours. Raises
        ``UnknownReport``, or ``DeskError`` for a band that is none or a missing name or reason.
        """
        if band not in {b.number for b in triage.rule().band}:
            raise DeskError("There is no such band.", next_step="Give a band from 0 to 3.")
        if not by.strip() or not why.strip():
            raise DeskError(
                "Moving a report needs a person's name and a reason.",
                next_step="Give your name with --as and the reason with --why.",
            )
        now = self._now()
        with self._store.begin() as connection:
            row = reports.find(connection, report_id)
            reports.set_band(connection, row, number=band, by=by.strip(), why=why.strip(), now=now)
            detail = f"from {row.band} to {band} by {by.strip()}"
            self._note(connection, "moved", about=reports.name(row.id), detail=detail)
            changed = reports.find(connection, report_id)
            return showing.row(connection, changed, links.all_links(connection, now=now))

    def read(self, report_id: str) -> views.CaseView:
        """One case whole; the reading is in the log before anything is shown.

        Raises ``UnknownReport``.
        """
        now = self._now()
        with self._store.begin() as connection:
            self._raise_waiting(connection, now)
            row = reports.find(connection, report_id)
            self._note(connection, "read", about=reports.name(row.id))
            reports.touch(connection, row, by=self.who, now=now)
            row = reports.find(connection, report_id)
            return showing.case(connection, row, links.all_links(connection, now=now))

    def save(self, report_id: str, folder: Path) -> Paths:
        """Write a report's packs, as they came and unsealed, into a folder that a person chose.

        The saving is in the log before a byte is written. Raises ``UnknownReport``,
        ``SourceMissing`` without such a folder, ``OutputExists``, ``VaultDamaged``, ``DiskFull``.
        """
        if not folder.is_dir():
            raise SourceMissing("The folder to save to is not there.")
        with self._store.begin() as connection:
            row = reports.find(connection, report_id)
            name = reports.name(row.id)
            held = reports.packs(connection, row.id)
            self._note(connection, "saved out", about=name, detail=f"{len(held)} packs")
        targets = []
        for pack in held:
            target = folder / f"{name}-{pack.id}.zip"
            identity = envelope.Identity.parse(pack.identity)
            blob = self._store.blob(pack.blob)
            intake.give_back(blob, identity=identity, sha256=pack.sha256, target=target)
            targets.append(target)
        return targets

    def log(self) -> Entries:
        """Every act at this desk, oldest first. ``IntegrityError`` when it was tampered with."""
        with self._store.begin() as connection:
            self._note(connection, "read the log")
            return accesslog.entries(connection)

    def _take_in(
        self, held: intake.Quarantined, verdict: Verdict, contents: Contents
    ) -> views.Report:
        now = self._now()
        with self._store.begin() as connection:
            known = self._known(connection, contents.tagmanifest_sha256)
            if known is not None:
                report_id, number, duplicate = known.report_id, known.id, True
                detail = f"the same pack again; sha256 {held.sha256}"
            else:
                self._store.keep(held.blob)
                report_id, number = self._write(connection, held, verdict, contents, now)
                duplicate = False
                detail = f"pack {contents.statement.sequence}; sha256 {held.sha256}"
            self._note(connection, "took in", about=reports.name(report_id), detail=detail)
            row = reports.find(connection, reports.name(report_id))
            found = links.all_links(connection, now=now)
            listed = showing.row(connection, row, found)
        mine = links.of_report(found, listed.id)
        return views.Report(
            id=listed.id,
            pack=number,
            duplicate=duplicate,
            band=listed.band,
            band_name=listed.band_name,
            due=listed.due,
            entries=listed.entries,
            exhibits=listed.exhibits,
            first_event=listed.first_event,
            latest_event=listed.latest_event,
            signer=verdict.signer or "",
            signer_trusted=verdict.signer_trusted,
            notices=listed.notices,
            links=tuple(link.id for link in mine),
        )

    def _write(
        self,
        connection: sa.Connection,
        held: intake.Quarantined,
        verdict: Verdict,
        contents: Contents,
        now: datetime,
    ) -> tuple[int, int]:
        """The report's and the pack's numbers, everything about them written."""
        statement = contents.statement
        earlier = reports.series_row(connection, statement)
        report_id = earlier.id if earlier else reports.add_report(connection, statement, now=now)
        values = {
            "report_id": report_id,
            "tagmanifest_sha256": contents.tagmanifest_sha256,
            "sha256": held.sha256,
            "size": held.size,
            "blob": held.blob.name,
            "identity": held.identity.secret,
            "sequence": statement.sequence,
            "made": statement.made,
            "received": accesslog.stamp(now),
            "received_by": self.who,
            "sealed_to_desk": int(held.sealed_to_desk),
            "log_size": statement.size,
            "log_root": statement.root,
            "statement": contents.statement_data,
            "verdict": json.dumps(showing.verdict_values(verdict)),
            "unread": sum(1 for shown in contents.records if shown.record is None),
        }
        done = connection.execute(schema.pack.insert(), values)
        pack_id = reports.inserted(done)
        reports.add_records(connection, contents, report_id=report_id, pack_id=pack_id)
        name = reports.name(report_id)
        before = links.counts(links.all_links(connection, now=now), name)
        reports.work_out(connection, report_id, now=now, fresh=True, counts=before)
        mine = links.of_report(links.all_links(connection, now=now), name)
        self._refresh(connection, {report for link in mine for report in link.reports}, now)
        return report_id, pack_id

    def _refresh(self, connection: sa.Connection, names: Collection[str], now: datetime) -> None:
        """Assess reports anew whose links have changed."""
        found = links.all_links(connection, now=now)
        for name in sorted(names):
            row = reports.find(connection, name)
            counted = links.counts(found, name)
            reports.work_out(connection, row.id, now=now, fresh=False, counts=counted)

    def _known(self, connection: sa.Connection, digest: str) -> sa.Row[Any] | None:
        same = schema.pack.c.tagmanifest_sha256 == digest
        return connection.execute(sa.select(schema.pack).where(same)).first()

    def _raise_waiting(self, connection: sa.Connection, now: datetime) -> None:
        for report in reports.raise_waiting(connection, now=now):
            self._note(connection, "raised by waiting", about=report)

    def _log(self, action: str, *, detail: str = "") -> None:
        with self._store.begin() as connection:
            self._note(connection, action, detail=detail)

    def _note(
        self, connection: sa.Connection, action: str, *, about: str = "", detail: str = ""
    ) -> None:
        at = accesslog.stamp(self._now().astimezone(UTC))
        accesslog.append(connection, at=at, who=self.who, action=action, about=about, detail=detail)
