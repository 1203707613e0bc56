"""Reading a large mailbox, beside the standard library's ``mailbox`` and ``email``.

Usage: ``python bench/mail.py [--megabytes N] [--rounds R]``; 1,000 MB by default. Two mailboxes: one
mixed as people have it (``MIXES``), one of many small mails; each is the same bytes on every machine.
All readers read the same file in the same run, each in a fresh process, one after another. The
standard library is measured twice: going through the mailbox, which parses each mail and decodes
nothing; and reading what evidence needs (date, people, subject, id, text, attachments decoded and
hashed). So is ours: the reader in its jail as ``inspect`` runs it (ledger, people, clocks, text,
digests of attachments and of signed bodies), and a whole import, which also seals, encrypts and
indexes. The standard library keeps nothing.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import quopri
import random
import shutil
import statistics
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Mapping
from email.utils import formatdate
from pathlib import Path
from typing import Any, BinaryIO

from tallymark.importers._email_trust import canonical

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".tools" / "bench-mail"
TARGET = "target: 3 times the standard library"
WORDS = [f"word{n}" for n in range(2000)] + ["the", "you", "me", "call", "home", "why"] * 100
_ROW = (
    '<tr><td style="padding:0 12px; font-size:14px"><a href="https://example.org/{word}?u={number:x}">'
    "{word} \u2013 {number}</a></td></tr>"
)

_STDLIB = """
import json, mailbox, resource, sys, time
start, cpu = time.perf_counter(), time.process_time()
many = sum(1 for mail in mailbox.mbox(sys.argv[1], create=False))
peak = [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]
print(json.dumps({"mails": many, "seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu, "peak": peak}))
"""
_SAME = """
import hashlib, json, mailbox, resource, sys, time
from email.header import decode_header, make_header
from email.utils import getaddresses, parsedate_to_datetime
start, cpu = time.perf_counter(), time.process_time()
many = 0
for mail in mailbox.mbox(sys.argv[1], create=False):
    many += 1
    people = getaddresses(mail.get_all("from", []) + mail.get_all("to", []))
    subject, date = str(make_header(decode_header(mail["subject"]))), parsedate_to_datetime(mail["date"])
    number = mail["message-id"]
    for part in mail.walk():
        if not part.is_multipart():
            data = part.get_payload(decode=True)
            if part.get_content_maintype() == "text":
                text = data.decode(part.get_content_charset("utf-8"), "replace")
            else:
                name, digest = part.get_filename(), hashlib.sha256(data).hexdigest()
peak = [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]
print(json.dumps({"mails": many, "seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu, "peak": peak}))
"""
_OURS = """
import json, resource, sys, time
from pathlib import Path
def used():
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
start, cpu = time.perf_counter(), used()
{work}
peak = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps({{"mails": found["counts"]["message"], "seconds": time.perf_counter() - start, "cpu": used() - cpu, "peak": peak}}))
"""
_READ = """
from tallymark import importers
found = importers.inspect(sys.argv[1], on_batch=lambda _batch: None)
"""
_IMPORT = """
from tallymark.diary import Diary
from tallymark.integrity.keyslot import CHEAP
with Diary.create(Path(sys.argv[2]), passphrase="bench bench words here", cost=CHEAP) as diary:
    found = diary.import_file(Path(sys.argv[1]), answers={"owner": "anna@example.com"}).summary
"""
READERS = (
    ("mailbox+email", _STDLIB, "parse each mail, decode nothing"),
    ("with content", _SAME, "and date, people, subject, id, text, attachments hashed"),
    ("inspect", _OURS.format(work=_READ), "jail, ledger, all fields, text, digests, DKIM bodies"),
    ("import", _OURS.format(work=_IMPORT), "the same, and seal, encrypt, index"),
)


def write_mailbox(file: BinaryIO, size: int, mix: Mix) -> int:
    """Mails in the shares of ``mix`` until there are ``size`` bytes; gives how many."""
    draw, at, many = random.Random(1), 1_577_836_800, 0
    kinds, shares = tuple(mix), tuple(mix.values())
    while file.tell() < size:
        at += draw.randint(60, 9000)
        many += 1
        content, body = _BODIES[draw.choices(kinds, shares)[0]](draw, many)
        body = body.removesuffix(b"\n") + b"\n"
        file.write(_header(draw, at, many, body) + content + b"\n\n" + body + b"\n")
    return many


def _header(draw: random.Random, at: int, number: int, body: bytes) -> bytes:
    """Twenty-odd fields as Gmail keeps them, with a seal and a signature that fits the body."""
    date, who = formatdate(at), f"boris{number % 40}@example.org"
    stamp = time.strftime("%a %b %d %H:%M:%S +0000 %Y", time.gmtime(at))
    digest = hashlib.sha256(b"".join(canonical(body, relaxed=True))).digest()
    seals = [_folded(draw.randbytes(256)) for _ in range(4)]
    return f"""From {number}@xxx {stamp}
X-GM-THRID: {1600000000000000000 + number // 4}
X-Gmail-Labels: Inbox,Opened,Category Updates
Delivered-To: anna@example.com
Received: by 2002:a05:6a10:1234:0:0:0:0 with SMTP id x20csp{number};
        {date}
X-Google-Smtp-Source: {base64.b64encode(draw.randbytes(60)).decode()}
X-Received: by 2002:a17:907:1c8a:: with SMTP id nb10mr{number}ejc.4.{at};
        {date}
ARC-Seal: i=1; a=rsa-sha256; t={at}; cv=none;
        d=google.com; s=arc-20160816;
        b={seals[0]}
ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed; d=google.com; s=arc-20160816;
        h=list-unsubscribe:date:message-id:subject:from:to:mime-version:dkim-signature;
        bh={base64.b64encode(digest).decode()};
        b={seals[1]}
ARC-Authentication-Results: i=1; mx.google.com;
       dkim=pass header.i=@example.org header.s=sel header.b=abc;
       spf=pass (google.com: domain of {who} designates 192.0.2.1) smtp.mailfrom={who};
       dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=example.org
Return-Path: <{who}>
Received: from mail.example.org (mail.example.org. [192.0.2.{number % 250}])
        by mx.google.com with ESMTPS id a{number} for <anna@example.com>
        (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256);
        {date}
Received-SPF: pass (google.com: domain of {who} designates 192.0.2.1 as permitted sender) client-ip=192.0.2.1;
Authentication-Results: mx.google.com;
       dkim=pass header.i=@example.org header.s=sel header.b=abc;
       dkim=pass header.i=@sender.example header.s=s1 header.b=def;
       spf=pass (google.com: domain of {who} designates 192.0.2.1) smtp.mailfrom={who};
       dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=example.org
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=sel; t={at};
        h=content-type:mime-version:from:to:subject:date:message-id;
        bh={base64.b64encode(digest).decode()};
        b={seals[2]}
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=sender.example; s=s1; t={at};
        h=content-type:mime-version:from:to:subject:date:message-id;
        bh={base64.b64encode(digest).decode()};
        b={seals[3]}
Received: from app{number % 7}.example.org ([198.51.100.{number % 250}]) by mail.example.org (Postfix)
        with ESMTPA id {number:X} for <anna@example.com>; {date}
Received: by app{number % 7}.example.org (Postfix, from userid 1000) id {number + 9:X}; {date}
MIME-Version: 1.0
From: "Boris {number % 40}" <{who}>
To: Anna Example <anna@example.com>
Reply-To: "Boris {number % 40}" <{who}>
Subject: =?UTF-8?Q?hello_{number}_=C3=A9?=
Date: {date}
Message-ID: <m{number}@example.org>
In-Reply-To: <m{number - 1}@example.org>
References: <m{number - 2}@example.org> <m{number - 1}@example.org>
List-Unsubscribe: <https://example.org/off?{number}>, <mailto:off@example.org>
X-Mailer: Example Mailer 4.2
""".encode()


def _folded(data: bytes) -> str:
    return "\n         ".join(textwrap.wrap(base64.b64encode(data).decode(), 64))


def _words(draw: random.Random, least: int, most: int) -> str:
    return "\n".join(textwrap.wrap(" ".join(draw.choices(WORDS, k=draw.randint(least, most))), 72))


def _html(draw: random.Random, text: str, size: int) -> bytes:
    """A page about ``size`` bytes long: the text, and cells with style and links about it."""
    rows = [f"<p>{line}</p>" for line in text.split("\n")]
    while size > 0:
        word = draw.choice(WORDS)
        rows.append(_ROW.format(word=word, number=draw.randint(1, 1 << 40)))
        size -= len(rows[-1])
    return f"<html><head><style>td{{color:#333}}</style></head><body>{chr(10).join(rows)}</body></html>".encode()


def _qp(page: bytes) -> bytes:
    return quopri.encodestring(page)


Made = tuple[bytes, bytes]


def _plain(draw: random.Random, _number: int) -> Made:
    return b'Content-Type: text/plain; charset="UTF-8"', _words(draw, 10, 300).encode() + b"\n"


def _two_forms(draw: random.Random, number: int) -> Made:
    text = _words(draw, 20, 400)
    page = _qp(_html(draw, text, draw.randint(500, 25_000)))
    kind = f'Content-Type: multipart/alternative; boundary="000000000000alt{number}"'.encode()
    mark = f"--000000000000alt{number}".encode()
    return kind, (
        mark + b'\nContent-Type: text/plain; charset="UTF-8"\n\n' + text.encode() + b"\n\n"
        + mark + b'\nContent-Type: text/html; charset="UTF-8"\n'
        + b"Content-Transfer-Encoding: quoted-printable\n\n" + page + b"\n" + mark + b"--\n"
    )  # fmt: skip


def _page(draw: random.Random, _number: int) -> Made:
    page = _html(draw, _words(draw, 50, 600), draw.randint(10_000, 50_000))
    kind = b'Content-Type: text/html; charset="UTF-8"\nContent-Transfer-Encoding: '
    if draw.random() < 0.5:
        return kind + b"base64", base64.encodebytes(page)
    return kind + b"quoted-printable", _qp(page)


def _with_file(draw: random.Random, number: int, name: str, mime: str, data: bytes) -> Made:
    inner, both = _two_forms(draw, number)
    mark = f"--000000000000mix{number}".encode()
    kind = f'Content-Type: multipart/mixed; boundary="000000000000mix{number}"'.encode()
    about = (
        f'Content-Type: {mime}; name="{name}"\n'
        f'Content-Disposition: attachment; filename="{name}"\nContent-Transfer-Encoding: base64\n'
        f"Content-ID: <f_{number}>\nX-Attachment-Id: f_{number}\n\n"
    )
    return kind, (
        mark + b"\n" + inner + b"\n\n" + both + b"\n"
        + mark + b"\n" + about.encode() + base64.encodebytes(data) + mark + b"--\n"
    )  # fmt: skip


def _document(draw: random.Random, number: int) -> Made:
    data = b"%PDF-1.7\n" + draw.randbytes(draw.randint(20_000, 200_000))
    return _with_file(draw, number, f"letter {number}.pdf", "application/pdf", data)


def _photo(draw: random.Random, number: int) -> Made:
    """0.2 to 4 MB, each size as likely as its double: 1.3 MB on average."""
    data = b"\xff\xd8\xff\xe0" + draw.randbytes(int(200_000 * 20 ** draw.random()))
    return _with_file(draw, number, f"IMG_{number}.jpg", "image/jpeg", data)


_BODIES: Mapping[str, Callable[[random.Random, int], Made]] = {
    "plain text": _plain,
    "text + HTML": _two_forms,
    "HTML alone": _page,
    "with a PDF of 20-200 kB": _document,
    "with a photo of 0.2-4 MB": _photo,
}
Mix = Mapping[str, float]
MIXES: Mapping[str, Mix] = {
    "as in a Takeout part": {
        "plain text": 30,
        "text + HTML": 47.5,
        "HTML alone": 16,
        "with a PDF of 20-200 kB": 5,
        "with a photo of 0.2-4 MB": 1.5,
    },
    "many small mails": {"plain text": 70, "text + HTML": 30},
}
"""In percent. A part of a Takeout is given as 4.2 GB with 82,140 mails: 51 kB a mail."""


def measure(script: str, box: Path) -> dict[str, Any]:
    """One reading in a fresh process."""
    vault = FOLDER / "vault"
    shutil.rmtree(vault, ignore_errors=True)
    command = [sys.executable, "-c", script, str(box), str(vault)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    shutil.rmtree(vault, ignore_errors=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(box: Path, rounds: int) -> None:
    """Interleave the readers, and print a line for each: medians, highest memory, how many times as fast."""
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name, _, _ in READERS}
    for _ in range(rounds):
        for name, script, _ in READERS:
            runs[name].append(measure(script, box))
    took = {name: statistics.median(run["seconds"] for run in runs[name]) for name in runs}
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    print(
        f"{'reader':14} {'mails':>8} {'seconds':>8} {'cpu':>7} {'MB/s':>6} {'x parse':>8} {'x read':>7}  peak MiB"
    )
    for name, _, does in READERS:
        cpu = statistics.median(run["cpu"] for run in runs[name])
        peak = " + ".join(
            f"{max(p) / unit:.0f}" for p in zip(*(r["peak"] for r in runs[name]), strict=True)
        )
        print(
            f"{name:14} {runs[name][0]['mails']:8,} {took[name]:8.1f} {cpu:7.1f}"
            f" {box.stat().st_size / 1e6 / took[name]:6.1f} {took['mailbox+email'] / took[name]:8.2f}"
            f" {took['with content'] / took[name]:7.2f}  {peak}  ({does})"
        )


def table(name: str, size: int, rounds: int) -> None:
    """Write one mailbox, say what is in it, measure."""
    box = FOLDER / "box.mbox"
    with box.open("wb") as file:
        many = write_mailbox(file, size, MIXES[name])
    load = f", load before {os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else ""
    whole = box.stat().st_size
    print(f"{name}: {many:,} mails, {whole / 1e6:.0f} MB, {whole / many / 1e3:.1f} kB each{load}")
    print("  " + ", ".join(f"{share:g} % {kind}" for kind, share in MIXES[name].items()))
    compare(box, rounds)
    print()


def main() -> None:
    """Write the files, measure, print."""
    ask = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    ask.add_argument("--megabytes", type=int, default=1000)
    ask.add_argument("--rounds", type=int, default=1)
    given = ask.parse_args()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    try:
        print(TARGET)
        size = given.megabytes * 1_000_000
        table("as in a Takeout part", size, given.rounds)
        table("many small mails", size // 5, given.rounds)
    finally:
        shutil.rmtree(FOLDER)


if __name__ == "__main__":
    main()
