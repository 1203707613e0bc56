"""A whole import of a large backup of texts (SMS Backup & Restore), beside two readers of XML.

Usage: ``python bench/texts.py [--messages N]``; 1,000,000 texts, about 350 MB, by default, and a tenth
of that first, so that memory can be seen to stay flat. All read the same generated file in the same
run, each in a fresh process. Ours seals the original, reads it in the jail with its ledger, encrypts
and indexes; the others walk through the elements and keep nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".tools" / "bench-texts"
TARGET = "target: 60,000 texts/s on 2 cores, flat memory"

_OURS = """
import json, resource, sys, time
from pathlib import Path
from tallymark.diary import Diary
from tallymark.integrity.keyslot import CHEAP
start = time.perf_counter()
with Diary.create(Path(sys.argv[2]), passphrase="bench bench words here", cost=CHEAP) as diary:
    many = diary.import_file(Path(sys.argv[1])).summary["counts"]["events"]
took = time.perf_counter() - start
peak = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps({"messages": many, "seconds": took, "peak": peak}))
"""
_WALK = """
import json, resource, sys, time
{front}
start, many = time.perf_counter(), 0
for _, element in iterparse(sys.argv[1]{more}):
    if element.tag == "sms":
        many += 1
        element.get("body"), int(element.get("date")), element.get("address")
    element.clear()
took = time.perf_counter() - start
print(json.dumps({{"messages": many, "seconds": took,
    "peak": [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]}}))
"""
READERS = (
    ("tallymark", _OURS, "seal, parse, ledger, encrypt, index"),
    (
        "lxml",
        _WALK.format(front="from lxml.etree import iterparse", more=", huge_tree=True"),
        "walk",
    ),
    (
        "xml.etree",
        _WALK.format(front="from xml.etree.ElementTree import iterparse", more=""),
        "walk",
    ),
)


def write_backup(path: Path, many: int) -> None:
    """Texts between the phone's owner and twenty others, each with what the app writes beside it."""
    draw = random.Random(1)
    words = [f"word{n}" for n in range(3000)] + ["the", "you", "me", "call", "home", "why"] * 200
    with path.open("w", encoding="utf-8") as file:
        file.write(
            f"<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<smses count=\"{many}\">\n"
        )
        at = 1_500_000_000_000
        for _ in range(many):
            at += draw.randint(5_000, 480_000)
            who = draw.randint(10, 29)
            said = " ".join(draw.choices(words, k=draw.randint(4, 18)))
            file.write(
                f'  <sms protocol="0" address="+4477009001{who}" date="{at}" type="{draw.randint(1, 2)}"'
                f' subject="null" body="{said}" toa="null" sc_toa="null" service_center="null" read="1"'
                f' status="-1" locked="0" date_sent="{at - 1000}" sub_id="1"'
                f' readable_date="1 May 2026 10:00:00" contact_name="Person {who}" />\n'
            )
        file.write("</smses>")


def measure(script: str, backup: Path) -> dict[str, Any]:
    """One reading in a fresh process."""
    vault = FOLDER / "vault"
    shutil.rmtree(vault, ignore_errors=True)
    command = [sys.executable, "-c", script, str(backup), str(vault)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Write the files, measure, print."""
    ask = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    ask.add_argument("--messages", type=int, default=1_000_000)
    given = ask.parse_args()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    try:
        backup = FOLDER / "sms.xml"
        print(
            f"{'reader':11} {'texts':>10} {'MB':>5} {'seconds':>8} {'per second':>11}  peak MiB a process; {TARGET}"
        )
        for many in (given.messages // 10, given.messages):
            write_backup(backup, many)
            for name, script, does in READERS:
                found = measure(script, backup)
                assert found["messages"] == many
                unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
                peak = " + ".join(f"{one / unit:.0f}" for one in found["peak"])
                rate = many / found["seconds"]
                size = backup.stat().st_size / 1e6
                print(
                    f"{name:11} {many:10,} {size:5.0f} {found['seconds']:8.2f} {rate:11,.0f}  {peak}  ({does})"
                )
        print(f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "")
    finally:
        shutil.rmtree(FOLDER)


if __name__ == "__main__":
    main()
