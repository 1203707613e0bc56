"""The resource attacks of the formats reference, each as a function that gives a file."""

from __future__ import annotations

import io
import json
import sqlite3
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

CHAT = b"13/01/2026, 09:00 - Ann: hi\n13/01/2026, 09:01 - Ben: yes\n"
SMS = '<sms protocol="0" address="+447700900123" date="{date}" type="1" body="{body}" />\n'
MAIL = (
    b"From: a@example.org\nTo: b@example.org\nDate: Sat, 02 May 2026 10:00:00 +0100\nSubject: s\n"
)
BIG = 40 << 20


def _zip(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


def _sms(*records: str, front: str = "", count: int | None = None) -> bytes:
    many = len(records) if count is None else count
    head = f"<?xml version='1.0' encoding='UTF-8' ?>\n{front}<smses count=\"{many}\">\n"
    return (head + "".join(records) + "</smses>\n").encode()


def _thread(messages: str) -> bytes:
    return (
        '{"participants": [{"name": "Ann"}, {"name": "Ben"}], "messages": [' + messages + "],"
        ' "title": "Ann", "is_still_participant": true, "thread_path": "inbox/ann_1"}'
    ).encode()


_MESSAGE = '{"sender_name": "Ann", "timestamp_ms": 1777000000000, "content": "hi"}'


def zip_bomb() -> bytes:
    """300 MB of zeros in 300 kB, beside a chat."""
    return _zip({"_chat.txt": CHAT, "zeros": bytes(300 << 20)})


def bomb_of_archives() -> bytes:
    """Archives in archives in archives, sixteen wide, in the manner of 42.zip."""
    data = _zip({"0": bytes(4 << 20)})
    for _ in range(4):
        data = _zip({f"{n}.zip": data for n in range(16)}, zipfile.ZIP_STORED)
    return _zip({"_chat.txt": CHAT, "lib.zip": data})


def overlapping_members() -> bytes:
    """Many entries of the list that all point at one member."""
    data = _zip({"_chat.txt": CHAT * 100})
    at, end = data.index(b"PK\x01\x02"), data.rindex(b"PK\x05\x06")
    entry = data[at:end]
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 900, 900, len(entry) * 900, at, 0)
    return data[:at] + entry * 900 + tail


def names_that_climb() -> bytes:
    """Paths up, from the root, of devices, and two that differ in case alone."""
    names = ("../../x", "/etc/passwd", "C:\\x", "CON", "a/../../b", "A", "a", "/private/var/x")
    return _zip({"_chat.txt": CHAT, **dict.fromkeys(names, b"x")})


def names_in_old_alphabets() -> bytes:
    """Shift_JIS and GBK without the flag that says UTF-8."""
    raw = {"写真アルバム.jpg".encode("shift_jis"), "聊天.jpg".encode("gbk")}
    data = _zip({"_chat.txt": CHAT, **{f"{len(one):0{len(one)}}": b"x" for one in raw}})
    for one in raw:
        data = data.replace(f"{len(one):0{len(one)}}".encode(), one)
    return data


def locked_members() -> bytes:
    """All locked."""
    data = bytearray(_zip({"_chat.txt": CHAT}, zipfile.ZIP_STORED))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def part_of_an_archive() -> bytes:
    """The last part of three."""
    data = bytearray(_zip({"_chat.txt": CHAT}))
    struct.pack_into("<HH", data, data.rindex(b"PK\x05\x06") + 4, 2, 0)
    return bytes(data)


def entity_bomb() -> bytes:
    """Billion laughs."""
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    front = f'<!DOCTYPE smses [<!ENTITY l0 "lol">{lines}]>\n'
    return _sms(SMS.format(date=1777000000000, body="&l9;"), front=front)


def outside_entity() -> bytes:
    """An entity that names a file of this machine."""
    front = '<!DOCTYPE smses [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n'
    return _sms(SMS.format(date=1777000000000, body="&x;"), front=front)


def huge_attribute() -> bytes:
    """One attribute of 12 MB, four times."""
    return _sms(*(SMS.format(date=1777000000000 + n, body="QUJD" * (3 << 20)) for n in range(4)))


def deep_mime() -> bytes:
    """Three thousand multiparts, each in the one before."""
    deep = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(3000)
    )
    return MAIL + b"MIME-Version: 1.0\n" + deep + b"\nend\n"


def many_parts() -> bytes:
    """Half a million parts in one mail."""
    head = b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n'
    return MAIL + head + b"--b\n\nx\n" * 500_000 + b"--b--\n"


def header_flood() -> bytes:
    """Two hundred thousand header lines."""
    return MAIL + b"".join(b"X-%d: %s\n" % (n, b"y" * 60) for n in range(200_000)) + b"\nend\n"


def deep_json() -> bytes:
    """A hundred thousand arrays inside a message."""
    deep = '{"sender_name": "Ann", "content": ' + "[" * 100_000 + "]" * 100_000 + "}"
    return _thread(f"{_MESSAGE}, {deep}, {_MESSAGE}")


def huge_numbers() -> bytes:
    """A number of a million digits, twice the same key, and no number at all."""
    huge = f'{{"sender_name": "Ann", "timestamp_ms": {"9" * 1_000_000}, "content": "x"}}'
    twice = '{"sender_name": "Ann", "timestamp_ms": 1, "timestamp_ms": NaN, "content": "y"}'
    return _thread(f"{_MESSAGE}, {huge}, {twice}")


def one_line() -> bytes:
    """Forty megabytes without a line end inside a chat."""
    return CHAT + b"x" * BIG + b"\n" + CHAT


def nothing_but_nul() -> bytes:
    """NUL bytes inside a chat, and lone carriage returns."""
    return CHAT + bytes(BIG) + b"\r" * 1000 + CHAT


def huge_picture() -> bytes:
    """A picture of 30,000 by 30,000 dots in a few kilobytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + crc

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0)
    body = zlib.compress(bytes(3_751 * 30_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def paper_that_acts() -> bytes:
    """A PDF that wants to run a script when it is opened."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF\n"
    )


def page_that_acts() -> bytes:
    """A mail that is a page with scripts, a picture elsewhere and a formula."""
    return MAIL + (
        b"MIME-Version: 1.0\nContent-Type: text/html\n\n<html><script>alert(1)</script>"
        b"<img src='http://example.org/x.png'><svg onload='alert(1)'></svg>=cmd|' /C calc'!A0</html>\n"
    )


def database_with_tricks() -> bytes:
    """Triggers, a view that never ends, and damaged pages in what looks like a phone's database."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ChatStorage.sqlite"
        made = sqlite3.connect(path)
        made.executescript(
            "CREATE TABLE ZWAMESSAGE (Z_PK INTEGER PRIMARY KEY, ZTEXT TEXT);"
            "CREATE TABLE ZWACHATSESSION (Z_PK INTEGER PRIMARY KEY);"
            "CREATE TRIGGER t AFTER INSERT ON ZWAMESSAGE BEGIN DELETE FROM ZWAMESSAGE; END;"
            "CREATE VIEW ZWAMEDIAITEM AS WITH RECURSIVE c(x) AS"
            " (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c;"
        )
        made.executemany("INSERT INTO ZWACHATSESSION VALUES (?)", ((n,) for n in range(500)))
        made.commit()
        made.close()
        data = bytearray(path.read_bytes())
    data[4096:4200] = b"\xff" * 104
    return bytes(data)


def slow_for_expressions() -> bytes:
    """Lines that make a careless expression try for ever."""
    digits, colons = b"1/" * 500_000, b"a:" * 500_000
    return CHAT + digits + b"\n" + colons + b"\n" + b" " * 500_000 + b"x\n" + CHAT


def turned_names() -> bytes:
    """A sender that turns the reading direction, and two that look alike."""
    names = ("\u202eevil", "A\u043d", "An", "\u200b", "Zoe\u0308", "Zo\u00eb")
    return "".join(f"13/01/2026, 09:0{n} - {name}: x\n" for n, name in enumerate(names)).encode()


def impossible_dates() -> bytes:
    """1904, 1970, before it, 2038 and the year 3609."""
    dates = (0, -1, -2082844800000, 2147483648000, 51_722_000_000_000, 9**18, 1777000000000)
    return _sms(*(SMS.format(date=date, body=f"at {date}") for date in dates))


def programs_inside() -> bytes:
    """A program among the photos."""
    return _zip({"_chat.txt": CHAT, "IMG-1.jpg.exe": b"MZ" + bytes(2000), "run.sh": b"#!/bin/sh\n"})


def secrets_inside() -> bytes:
    """Keys and sessions of other programs beside a chat."""
    secret = json.dumps({"mediaRootBackupKey": "AAAA", "sessions": ["token"]}).encode()
    return _zip({"_chat.txt": CHAT, "metadata.json": secret})


ATTACKS: dict[str, Callable[[], bytes]] = {
    name: made
    for name, made in list(globals().items())
    if callable(made) and not name.startswith("_") and getattr(made, "__module__", "") == __name__
}
