"""The tables of the desk's own encrypted database, in SQLAlchemy Core. One version row.

``report`` is one case: all packs of one series from one signer. ``pack`` is one file taken in,
whose bytes stay sealed in ``packs/`` under an identity that only this database holds.
``access_log`` is append-only: two triggers refuse to change or delete a row.
"""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    event,
)

SCHEMA_VERSION = 1
"""Raised by one with every change of a table; a desk of a higher version is not opened."""

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", String, nullable=False),
)

report = Table(
    "report",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("series", String, nullable=False),
    Column("signer", String, nullable=False),
    Column("vault", String, nullable=False),
    Column("received", String, nullable=False),
    Column("measured", String, nullable=False),  # what "in the last 14 days" counts back from
    Column("first_event", String),
    Column("latest_event", String),
    Column("entries", Integer, nullable=False),
    Column("exhibits", Integer, nullable=False),
    Column("band", Integer, nullable=False),
    Column("band_since", String, nullable=False),
    Column("due", String, nullable=False),
    Column("touched", String),
    Column("rule_version", String, nullable=False),
    Column("reasons", String, nullable=False),  # JSON: triage.Assessment
    Column("raised", String, nullable=False),  # JSON: how the band came to differ from the reasons
    Column("names", String, nullable=False),  # JSON list, of the other side
    Column("born", String, nullable=False),  # JSON list, of the other side
    Column("lowered_by", String),
    Column("reread_due", String),
    UniqueConstraint("series", "signer"),
)

pack = Table(
    "pack",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("report_id", ForeignKey("report.id"), nullable=False, index=True),
    Column("tagmanifest_sha256", String, nullable=False, unique=True),
    Column("sha256", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("blob", String, nullable=False, unique=True),
    Column("identity", String, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("made", String, nullable=False),
    Column("received", String, nullable=False),
    Column("received_by", String, nullable=False),
    Column("sealed_to_desk", Integer, nullable=False),
    Column("log_size", Integer, nullable=False),
    Column("log_root", String, nullable=False),
    Column("statement", LargeBinary, nullable=False),
    Column("verdict", String, nullable=False),
    Column("unread", Integer, nullable=False),
)

record = Table(
    "record",
    metadata,
    Column("report_id", ForeignKey("report.id"), primary_key=True),
    Column("sha256", String, primary_key=True),
    Column("record_id", String, nullable=False),
    Column("log_index", Integer, nullable=False),
    Column("pack_id", ForeignKey("pack.id"), nullable=False),
    Column("data", LargeBinary, nullable=False),
)

identifier = Table(
    "identifier",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("report_id", ForeignKey("report.id"), nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("token", String, nullable=False, index=True),
    Column("spelling", String, nullable=False),
    Column("rule", String, nullable=False),
    Column("place", String, nullable=False),  # "person record" or where in the text
    Column("record_id", String, nullable=False),
    Column("ref", String, nullable=False),
    Column("person", String, nullable=False),
    Column("platform", String, nullable=False),
)

link = Table(
    "link",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("report_a", ForeignKey("report.id"), nullable=False),
    Column("report_b", ForeignKey("report.id"), nullable=False),
    Column("proposed", String, nullable=False),
    UniqueConstraint("report_a", "report_b"),
)

decision = Table(
    "decision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("link_id", ForeignKey("link.id"), nullable=False, index=True),
    Column("at", String, nullable=False),
    Column("by", String, nullable=False),
    Column("decision", String, nullable=False),
    Column("why", String, nullable=False),
    Column("evidence", String, nullable=False),  # digest of the evidence that was decided on
)

access_log = Table(
    "access_log",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("at", String, nullable=False),
    Column("who", String, nullable=False),
    Column("action", String, nullable=False),
    Column("object", String, nullable=False),
    Column("detail", String, nullable=False),
    Column("hash", String, nullable=False),
)

for _verb in ("UPDATE", "DELETE"):
    event.listen(
        metadata,
        "after_create",
        DDL(  # type: ignore[no-untyped-call]
            f"CREATE TRIGGER access_log_no_{_verb.lower()} BEFORE {_verb} ON access_log "
            "BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"
        ),
    )
