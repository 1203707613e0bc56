"""Databases as WhatsApp keeps them on an iPhone, made from SQL of our own; nobody in them exists."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

APPLE = 978_307_200  # 2001-01-01 in seconds since 1970
T0 = 762_345_600.5  # 2025-02-27T10:40:00.5 in UTC

SCHEMA = """
CREATE TABLE Z_PRIMARYKEY (Z_ENT INTEGER PRIMARY KEY, Z_NAME VARCHAR, Z_SUPER INTEGER, Z_MAX INTEGER);
CREATE TABLE Z_METADATA (Z_VERSION INTEGER PRIMARY KEY, Z_UUID VARCHAR(255), Z_PLIST BLOB);
CREATE TABLE ZWACHATSESSION (Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZSESSIONTYPE INTEGER,
  ZGROUPINFO INTEGER, ZREMOVED INTEGER, ZLASTMESSAGEDATE TIMESTAMP, ZCONTACTJID VARCHAR, ZPARTNERNAME VARCHAR);
CREATE TABLE ZWAGROUPMEMBER (Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZCHATSESSION INTEGER,
  ZMEMBERJID VARCHAR, ZCONTACTNAME VARCHAR, ZFIRSTNAME VARCHAR);
CREATE TABLE ZWAPROFILEPUSHNAME (Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZJID VARCHAR,
  ZPUSHNAME VARCHAR);
CREATE TABLE ZWAMESSAGE (Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZFLAGS INTEGER,
  ZGROUPEVENTTYPE INTEGER, ZISFROMME INTEGER, ZMESSAGEERRORSTATUS INTEGER, ZMESSAGESTATUS INTEGER,
  ZMESSAGETYPE INTEGER, ZSORT INTEGER, ZSTARRED INTEGER, ZCHATSESSION INTEGER, ZGROUPMEMBER INTEGER,
  ZMEDIAITEM INTEGER, ZMESSAGEINFO INTEGER, ZPARENTMESSAGE INTEGER, ZMESSAGEDATE TIMESTAMP,
  ZSENTDATE TIMESTAMP, ZFROMJID VARCHAR, ZTOJID VARCHAR, ZPUSHNAME VARCHAR, ZSTANZAID VARCHAR, ZTEXT VARCHAR);
CREATE TABLE ZWAMEDIAITEM (Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZFILESIZE INTEGER,
  ZMOVIEDURATION INTEGER, ZMESSAGE INTEGER, ZLATITUDE FLOAT, ZLONGITUDE FLOAT, ZMEDIALOCALPATH VARCHAR,
  ZMEDIAURL VARCHAR, ZTITLE VARCHAR, ZVCARDNAME VARCHAR, ZVCARDSTRING VARCHAR, ZMETADATA BLOB);
CREATE TABLE ZWAMESSAGEINFO (Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZMESSAGE INTEGER,
  ZRECEIPTINFO BLOB);
CREATE INDEX ZWAMESSAGE_ZCHATSESSION_INDEX ON ZWAMESSAGE (ZCHATSESSION);
"""
CALLS = """
CREATE TABLE ZWAAGGREGATECALLEVENT (Z_PK INTEGER PRIMARY KEY, ZINCOMING INTEGER, ZMISSED INTEGER, ZVIDEO INTEGER);
CREATE TABLE ZWACDCALLEVENT (Z_PK INTEGER PRIMARY KEY, Z1CALLEVENTS INTEGER, ZOUTCOME INTEGER, ZDATE TIMESTAMP,
  ZDURATION FLOAT, ZCALLIDSTRING VARCHAR, ZGROUPJIDSTRING VARCHAR, ZGROUPCALLCREATORUSERJIDSTRING VARCHAR);
CREATE TABLE ZWACDCALLEVENTPARTICIPANT (Z_PK INTEGER PRIMARY KEY, Z1PARTICIPANTS INTEGER, ZJIDSTRING VARCHAR);
"""

ALEX = "447700900123@s.whatsapp.net"
OTHER_ALEX = "447700900456@s.whatsapp.net"
STRANGER = "447700900789@s.whatsapp.net"
HIDDEN = "184467440737095@lid"
GROUP = "120363000000000001@g.us"

CHATS = (
    {"Z_PK": 1, "ZCONTACTJID": ALEX, "ZPARTNERNAME": "Alex", "ZSESSIONTYPE": 0},
    {"Z_PK": 2, "ZCONTACTJID": GROUP, "ZPARTNERNAME": "Running club", "ZSESSIONTYPE": 1},
    {"Z_PK": 3, "ZCONTACTJID": OTHER_ALEX, "ZPARTNERNAME": "Alex", "ZSESSIONTYPE": 0},
)
MEMBERS = (
    {"Z_PK": 1, "ZCHATSESSION": 2, "ZMEMBERJID": ALEX, "ZCONTACTNAME": "Alex"},
    {"Z_PK": 2, "ZCHATSESSION": 2, "ZMEMBERJID": STRANGER},
    {"Z_PK": 3, "ZCHATSESSION": 2, "ZMEMBERJID": HIDDEN},
)
MEDIA = (
    {
        "Z_PK": 1,
        "ZMESSAGE": 4,
        "ZMEDIALOCALPATH": f"Media/{ALEX}/a/b/photo.jpg",
        "ZFILESIZE": 70_123,
        "ZTITLE": "your window",
        "ZVCARDSTRING": "image/jpeg",
    },
    {"Z_PK": 2, "ZMESSAGE": 5, "ZLATITUDE": 51.5007, "ZLONGITUDE": -0.1246},
    {"Z_PK": 3, "ZMESSAGE": 7, "ZMETADATA": b"\x2a\x143EB0A1B2C3D4E5F60718\x32\x00"},
    {"Z_PK": 4, "ZMESSAGE": 10, "ZVCARDNAME": "Sam", "ZVCARDSTRING": "BEGIN:VCARD\nEND:VCARD"},
)


def message(number: int, **columns: Any) -> dict[str, Any]:
    """A row of ZWAMESSAGE: a text of Alex unless told otherwise, one minute after the row before."""
    return {
        "Z_PK": number,
        "Z_ENT": 9,
        "Z_OPT": 1,
        "ZMESSAGEDATE": T0 + 60 * number,
        "ZISFROMME": 0,
        "ZMESSAGETYPE": 0,
        "ZCHATSESSION": 1,
        "ZFROMJID": ALEX,
        "ZSTANZAID": f"3A{number:018X}",
        **columns,
    }


MESSAGES = (
    message(1, ZTEXT="who is with you?"),
    message(
        2,
        ZTEXT="please stop",
        ZISFROMME=1,
        ZFROMJID=None,
        ZTOJID=ALEX,
        ZMESSAGESTATUS=8,
        ZSENTDATE=T0 + 125,
    ),
    message(3, ZMESSAGETYPE=10, ZGROUPEVENTTYPE=1),
    message(4, ZMESSAGETYPE=1, ZMEDIAITEM=1, ZSTARRED=1),
    message(5, ZMESSAGETYPE=5, ZMEDIAITEM=2),
    message(6, ZMESSAGETYPE=14),
    message(7, ZTEXT="and this?", ZMEDIAITEM=3, ZPARENTMESSAGE=1, ZFLAGS=1 << 7),
    message(8, ZTEXT="hi all", ZCHATSESSION=2, ZGROUPMEMBER=2, ZFROMJID=GROUP),
    message(9, ZMESSAGETYPE=6, ZGROUPEVENTTYPE=3, ZCHATSESSION=2, ZGROUPMEMBER=2, ZFROMJID=GROUP),
    message(10, ZMESSAGETYPE=4, ZMEDIAITEM=4),
    message(11, ZTEXT="another Alex", ZCHATSESSION=3, ZFROMJID=OTHER_ALEX),
    message(12, ZMESSAGETYPE=77, ZTEXT="?", ZSORT=12),
    message(13, ZTEXT="from an id", ZCHATSESSION=2, ZGROUPMEMBER=3, ZFROMJID=GROUP),
    message(14, ZTEXT="nobody", ZCHATSESSION=2, ZFROMJID=GROUP),
    message(15, ZTEXT="when?", ZMESSAGEDATE=None),
    message(16, ZTEXT="long ago", ZMESSAGEDATE=-600_000_000.0),
    message(17, ZMESSAGETYPE=3),
    message(18, ZMESSAGETYPE=10, ZGROUPEVENTTYPE=35),
)


def put(connection: sqlite3.Connection, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows given by column name."""
    for row in rows:
        marks = ", ".join("?" * len(row))
        sql = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})"  # noqa: S608 - names of ours
        connection.execute(sql, tuple(row.values()))


def fill(connection: sqlite3.Connection, messages: Iterable[Mapping[str, Any]] = MESSAGES) -> None:
    """The schema and all rows of the small example."""
    connection.executescript(SCHEMA)
    rows = list(messages)
    put(connection, "ZWACHATSESSION", CHATS)
    put(connection, "ZWAGROUPMEMBER", MEMBERS)
    put(connection, "ZWAMEDIAITEM", MEDIA)
    put(connection, "ZWAPROFILEPUSHNAME", [{"Z_PK": 1, "ZJID": STRANGER, "ZPUSHNAME": "Neil"}])
    put(connection, "ZWAMESSAGEINFO", [{"Z_PK": 1, "ZMESSAGE": 2, "ZRECEIPTINFO": b"\x08\x01"}])
    put(connection, "ZWAMESSAGE", rows)
    highest = max((row["Z_PK"] for row in rows), default=0)
    put(connection, "Z_PRIMARYKEY", [{"Z_ENT": 9, "Z_NAME": "WAMessage", "Z_MAX": highest}])
    connection.commit()


def fill_calls(connection: sqlite3.Connection) -> None:
    """Three calls: an answered one, a missed one with picture, one that was made."""
    connection.executescript(CALLS)
    kinds = ((1, 1, 0, 0), (2, 1, 1, 1), (3, 0, 0, 0))
    put(
        connection,
        "ZWAAGGREGATECALLEVENT",
        [
            dict(zip(("Z_PK", "ZINCOMING", "ZMISSED", "ZVIDEO"), kind, strict=True))
            for kind in kinds
        ],
    )
    put(
        connection,
        "ZWACDCALLEVENT",
        [
            {
                "Z_PK": n,
                "Z1CALLEVENTS": n,
                "ZOUTCOME": int(n == 2),
                "ZDATE": T0 + 1000 * n,
                "ZDURATION": 12.5 * (n != 2),
                "ZCALLIDSTRING": f"call-{n}",
            }
            for n in (1, 2, 3)
        ],
    )
    put(
        connection,
        "ZWACDCALLEVENTPARTICIPANT",
        [{"Z_PK": n, "Z1PARTICIPANTS": n, "ZJIDSTRING": ALEX} for n in (1, 2, 3)],
    )
    connection.commit()


def chat_storage(path: Path, messages: Iterable[Mapping[str, Any]] = MESSAGES) -> Path:
    """The example as a file."""
    connection = sqlite3.connect(path)
    fill(connection, messages)
    connection.close()
    return path


def call_history(path: Path) -> Path:
    """The calls as a file."""
    connection = sqlite3.connect(path)
    fill_calls(connection)
    connection.close()
    return path


def in_wal_mode(folder: Path, messages: Iterable[Mapping[str, Any]]) -> tuple[bytes, bytes]:
    """The example with ``messages`` written after it, in a WAL that nobody applied: both files."""
    path = folder / "ChatStorage.sqlite"
    writer = sqlite3.connect(path)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("PRAGMA wal_autocheckpoint=0")
    fill(writer)
    writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    put(writer, "ZWAMESSAGE", messages)
    writer.commit()
    wal = path.with_name(path.name + "-wal")
    both = path.read_bytes(), wal.read_bytes()
    writer.close()
    return both


def backup_id(path: str) -> str:
    """The name of a file of WhatsApp in an iPhone backup, worked out from the published rule."""
    domain = "AppDomainGroup-group.net.whatsapp.WhatsApp.shared"
    return hashlib.sha1(f"{domain}-{path}".encode()).hexdigest()  # noqa: S324 - Apple's rule
