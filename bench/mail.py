"""Reading a large mailbox, beside the standard library's ``mailbox`` and ``email``.

Usage: ``python bench/mail.py [--megabytes N] [--rounds R]``; 1,000 MB by default, in the shape of a
mailbox of Gmail: long headers, text and page, one mail in eight with a picture of up to 200 kB. All
readers read the same generated file in the same run, each in a fresh process, one after another.
The standard library is measured twice: parsing and decoding alone, and with the fields taken that ours
gives. So is ours: the reader in its jail as ``inspect`` runs it (ledger, people, clocks, text,
digests of attachments and of signed bodies), and a whole import, which also seals, encrypts and
indexes. The standard library keeps nothing.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import textwrap
import time
from email.utils import formatdate
from pathlib import Path
from typing import Any, BinaryIO

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".tools" / "bench-mail"
TARGET = "target: 3 times the standard library"
WORDS = [f"word{n}" for n in range(2000)] + ["the", "you", "me", "call", "home", "why"] * 100

_STDLIB = """
import json, mailbox, resource, sys, time
start, cpu = time.perf_counter(), time.process_time()
many = 0
for mail in mailbox.mbox(sys.argv[1], create=False):
    many += 1
    mail["from"], mail["subject"], mail["date"]
    for part in mail.walk():
        if not part.is_multipart():
            part.get_payload(decode=True)
peak = [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]
print(json.dumps({"mails": many, "seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu, "peak": peak}))
"""
_SAME = """
import email, hashlib, json, mailbox, resource, sys, time
from email.header import decode_header, make_header
from email.utils import getaddresses, parsedate_to_datetime
start, cpu = time.perf_counter(), time.process_time()
many = 0
for mail in mailbox.mbox(sys.argv[1], create=False):
    many += 1
    people = getaddresses(mail.get_all("from", []) + mail.get_all("to", []) + mail.get_all("cc", []))
    subject, date = str(make_header(decode_header(mail["subject"]))), parsedate_to_datetime(mail["date"])
    received = parsedate_to_datetime(mail["received"].rpartition(";")[2])
    kept = mail.items()
    for part in mail.walk():
        if not part.is_multipart():
            data = part.get_payload(decode=True)
            if part.get_content_type() == "text/plain":
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
    ("mailbox+email", _STDLIB, "open, parse, decode"),
    ("same fields", _SAME, "with people, clocks, subject, text and digests as ours gives them"),
    ("inspect", _OURS.format(work=_READ), "jail, ledger, parse, decode, digests, DKIM bodies"),
    ("import", _OURS.format(work=_IMPORT), "the same, and seal, encrypt, index"),
)


def write_mailbox(file: BinaryIO, size: int) -> int:
    """Mails until there are ``size`` bytes; gives how many."""
    draw, at, many = random.Random(1), 1_577_836_800, 0
    picture = random.Random(2).randbytes(200_000)
    while file.tell() < size:
        at += draw.randint(60, 9000)
        many += 1
        file.write(_mail(draw, at, many, picture).encode())
    return many


def _mail(draw: random.Random, at: int, number: int, picture: bytes) -> str:
    date, who = formatdate(at), f"boris{number % 40}@example.org"
    stamp = time.strftime("%a %b %d %H:%M:%S +0000 %Y", time.gmtime(at))
    seal = base64.b64encode(draw.randbytes(200)).decode()
    head = f"""From {number}@xxx {stamp}
X-GM-THRID: {1600000000000000000 + number // 4}
X-Gmail-Labels: Inbox,Opened
Delivered-To: anna@example.com
Received: by 2002:a05:6a10:1234:0:0:0:0 with SMTP id x20csp{number};
        {date}
ARC-Seal: i=1; a=rsa-sha256; t={at}; cv=none; d=google.com; s=arc-20160816;
        b={seal}
Return-Path: <{who}>
Received: from mail.example.org (mail.example.org. [192.0.2.{number % 250}])
        by mx.google.com with ESMTPS id a{number} for <anna@example.com>
        (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256);
        {date}
Received-SPF: pass (google.com: domain of {who} designates 192.0.2.1 as permitted sender);
Authentication-Results: mx.google.com;
       dkim=pass header.i=@example.org header.s=sel header.b=abc;
       spf=pass (google.com: domain of {who} designates 192.0.2.1) smtp.mailfrom={who};
       dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=example.org
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=sel; t={at};
        h=from:to:subject:date; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b={seal}
MIME-Version: 1.0
From: "Boris {number % 40}" <{who}>
To: Anna Example <anna@example.com>
Subject: =?UTF-8?Q?hello_{number}_=C3=A9?=
Date: {date}
Message-ID: <m{number}@example.org>
In-Reply-To: <m{number - 1}@example.org>
References: <m{number - 2}@example.org> <m{number - 1}@example.org>
"""
    return head + _body(draw, number, picture)


def _body(draw: random.Random, number: int, picture: bytes) -> str:
    lines = textwrap.wrap(" ".join(draw.choices(WORDS, k=draw.randint(20, 250))), 72)
    page = "".join(f'<p style=3D"margin:0">{line}</p>\n' for line in lines)
    text = "\n".join(lines)
    both = (
        f'Content-Type: multipart/alternative; boundary="alt{number}"\n\n--alt{number}\n'
        f'Content-Type: text/plain; charset="UTF-8"\n\n{text}\n--alt{number}\n'
        'Content-Type: text/html; charset="UTF-8"\nContent-Transfer-Encoding: quoted-printable\n\n'
        f"<html><body>{page}</body></html>\n--alt{number}--\n"
    )
    if draw.random() >= 0.125:
        return both + "\n"
    packed = base64.encodebytes(picture[: draw.randint(5_000, len(picture))]).decode()
    return (
        f'Content-Type: multipart/mixed; boundary="mix{number}"\n\n--mix{number}\n{both}\n'
        f'--mix{number}\nContent-Type: image/jpeg; name="p{number}.jpg"\n'
        f'Content-Disposition: attachment; filename="p{number}.jpg"\n'
        f"Content-Transfer-Encoding: base64\n\n{packed}\n--mix{number}--\n\n"
    )


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
    base = statistics.median(run["seconds"] for run in runs["mailbox+email"])
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    print(
        f"{'reader':14} {'mails':>8} {'seconds':>8} {'cpu':>7} {'per second':>11} {'times':>6}  peak MiB"
    )
    for name, _, does in READERS:
        took = statistics.median(run["seconds"] for run in runs[name])
        cpu = statistics.median(run["cpu"] for run in runs[name])
        many = runs[name][0]["mails"]
        peak = " + ".join(
            f"{max(p) / unit:.0f}" for p in zip(*(r["peak"] for r in runs[name]), strict=True)
        )
        print(
            f"{name:14} {many:8,} {took:8.1f} {cpu:7.1f} {many / took:11,.0f} {base / took:6.2f}  {peak}  ({does})"
        )


def main() -> None:
    """Write the file, measure, print."""
    ask = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    ask.add_argument("--megabytes", type=int, default=1000)
    ask.add_argument("--rounds", type=int, default=1)
    given = ask.parse_args()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    try:
        box = FOLDER / "box.mbox"
        with box.open("wb") as file:
            many = write_mailbox(file, given.megabytes * 1_000_000)
        load = f", load before {os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else ""
        print(f"{many:,} mails, {box.stat().st_size / 1e6:.0f} MB{load}; {TARGET}")
        compare(box, given.rounds)
    finally:
        shutil.rmtree(FOLDER)


if __name__ == "__main__":
    main()
