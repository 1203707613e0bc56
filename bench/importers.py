"""A whole import of a large WhatsApp export, beside the two Python readers that others use.

Usage: ``python bench/importers.py [--messages N] [--rounds R] [--peers PYTHON]``; 1,000,000 messages
(about 100 MB, Android, day first) by default. All three read the same generated file in the same
run, each in a fresh process. Ours makes a vault, seals the original, reads it in the jail with its ledger, encrypts and
indexes; the others parse into a table in memory and keep nothing. The peers live in an environment
of their own, ``.tools/bench``; where it is not there the command that makes it is printed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".tools" / "bench-importers"
PEERS = ROOT / ".tools" / "bench" / ("Scripts" if os.name == "nt" else "bin") / "python"
INSTALL = "python3 -m venv .tools/bench && .tools/bench/bin/pip install -r bench/requirements.txt"
TARGET = "target: 80,000 messages/s on 2 cores, 256 MiB in any process"

_OURS = """
import json, resource, sys, time
from pathlib import Path
from tallymark.diary import Diary
from tallymark.integrity.keyslot import CHEAP
chat, vault = Path(sys.argv[1]), Path(sys.argv[2])
start = time.perf_counter()
with Diary.create(vault, passphrase="bench bench words here", cost=CHEAP) as diary:
    summary = diary.import_file(chat, answers={"owner": "Anna"}).summary
took = time.perf_counter() - start
coverage = summary["coverage"]
assert sum(coverage[k] for k in ("records", "framing", "skipped", "unparsed")) == chat.stat().st_size
peak = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps({"messages": summary["counts"]["message"], "seconds": took, "peak": peak}))
"""
_WHATSTK = """
import json, resource, sys, time
from whatstk import WhatsAppChat
start = time.perf_counter()
table = WhatsAppChat.from_source(sys.argv[1], max_size=None).df
took = time.perf_counter() - start
peak = [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]
print(json.dumps({"messages": len(table), "seconds": took, "peak": peak}))
"""
_CHAT_MINER = """
import json, resource, sys, time
from chatminer.chatparsers import WhatsAppParser
start = time.perf_counter()
parser = WhatsAppParser(sys.argv[1])
parser.parse_file()
table = parser.parsed_messages.get_df()
took = time.perf_counter() - start
peak = [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]
print(json.dumps({"messages": len(table), "seconds": took, "peak": peak}))
"""
READERS = (
    ("tallymark", _OURS, "seal, parse, ledger, encrypt, index"),
    ("whatstk", _WHATSTK, "parse"),
    ("chat-miner", _CHAT_MINER, "parse"),
)


def write_export(path: Path, many: int) -> None:
    """A chat between two over years: dd/mm/yyyy, 24 hours, 4 to 18 words a message."""
    draw = random.Random(1)
    words = [f"word{n}" for n in range(3000)] + ["the", "you", "me", "call", "home", "why"] * 200
    at = datetime(2018, 1, 1, 8)  # noqa: DTZ001 - wall time, as an export has it
    with path.open("w", encoding="utf-8") as file:
        for _ in range(many):
            at += timedelta(seconds=draw.randint(5, 480))
            name = "Anna" if draw.random() < 0.4 else "Boris"
            said = " ".join(draw.choices(words, k=draw.randint(4, 18)))
            file.write(f"{at:%d/%m/%Y, %H:%M} - {name}: {said}\n")


def measure(name: str, script: str, chat: Path, peers: Path) -> dict[str, Any] | None:
    """One reading in a fresh process, or ``None`` where the reader is not installed or fails."""
    python = Path(sys.executable) if name == "tallymark" else peers
    if not python.exists():
        return None
    vault = FOLDER / "vault"
    shutil.rmtree(vault, ignore_errors=True)
    command = [str(python), "-c", script, str(chat), str(vault)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    shutil.rmtree(vault, ignore_errors=True)
    if done.returncode:
        print(f"{name} failed: {(done.stderr.strip().splitlines() or ['no words'])[-1]}")
        return None
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(chat: Path, rounds: int, peers: Path) -> None:
    """Interleave the readers, and print a line for each: median time, highest memory."""
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name, _, _ in READERS}
    for _ in range(rounds):
        for name, script, _ in READERS:
            if (found := measure(name, script, chat, peers)) is not None:
                runs[name].append(found)
    print(f"{'reader':11} {'messages':>10} {'seconds':>8} {'per second':>11}  peak MiB a process")
    for name, _, does in READERS:
        if not runs[name]:
            print(f"{name:11} {'-':>10} {'-':>8} {'-':>11}  not measured")
            continue
        many = runs[name][0]["messages"]
        took = statistics.median(run["seconds"] for run in runs[name])
        unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
        peak = " + ".join(
            f"{max(p) / unit:.0f}" for p in zip(*(r["peak"] for r in runs[name]), strict=True)
        )
        print(f"{name:11} {many:10,} {took:8.2f} {many / took:11,.0f}  {peak}  ({does})")


def main() -> None:
    """Write the file, measure, print."""
    ask = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    ask.add_argument("--messages", type=int, default=1_000_000)
    ask.add_argument("--rounds", type=int, default=1)
    ask.add_argument("--peers", type=Path, default=PEERS, help="a Python that has the peers")
    given = ask.parse_args()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    try:
        chat = FOLDER / "chat.txt"
        write_export(chat, given.messages)
        load = f", load before {os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else ""
        print(f"{given.messages:,} messages, {chat.stat().st_size / 1e6:.0f} MB{load}; {TARGET}")
        if not given.peers.exists():
            print(f"To measure the peers too: {INSTALL}")
        compare(chat, given.rounds, given.peers)
    finally:
        shutil.rmtree(FOLDER)


if __name__ == "__main__":
    main()
