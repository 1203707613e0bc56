"""Runs the real command line in its own process, with an empty home, for the tests of the chain."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tallymark.diary import Diary
from tallymark.diary.keys import CONSENT
from tallymark.integrity.keyslot import CHEAP

PASSPHRASE = "river lantern copper seventeen walnut"


@dataclass(frozen=True)
class Said:
    """What a command printed and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Home:
    """An empty home with one vault place in it."""

    root: Path

    @property
    def vault(self) -> Path:
        """Where the vault stands."""
        return self.root / "v"

    def environment(self) -> dict[str, str]:
        """A home and a temporary folder of its own, so that traces can be searched."""
        temp = self.root / "tmp"
        temp.mkdir(exist_ok=True)
        kept = {
            k: v for k, v in os.environ.items() if k in {"PATH", "LANG", "SYSTEMROOT", "PYTHONPATH"}
        }
        return {
            **kept,
            "HOME": str(self.root),
            "TMPDIR": str(temp),
            "TALLYMARK_VAULT": str(self.vault),
        }

    def command(self, *arguments: str) -> list[str]:
        """The command line as a list."""
        return [sys.executable, "-m", "tallymark", *arguments]

    def run(self, *arguments: str, stdin: bytes = b"", secret: str | None = PASSPHRASE) -> Said:
        """Run one command to its end; the secret goes in by a file, never as an argument."""
        extra: list[str] = []
        if secret is not None:
            place = self.root / "secret"
            place.write_text(secret + "\n")
            extra = ["--passphrase-file", str(place)]
        done = subprocess.run(
            [*self.command(*arguments), *extra],
            input=stdin,
            capture_output=True,
            env=self.environment(),
            timeout=120,
            check=False,
        )
        return Said(done.returncode, done.stdout.decode(), done.stderr.decode())

    def make(self) -> None:
        """A vault whose passphrase is cheap to try, so that commands start at once."""
        with Diary.create(self.vault, passphrase=PASSPHRASE, cost=CHEAP) as diary:
            diary.keys.refuse(CONSENT)

    def add(self, what: str, when: str = "2026-05-03T21:10") -> Said:
        """Write one incident from JSON on standard input."""
        body = {"type": "incident", "happened": {"value": when}, "what_happened": what}
        return self.run("add", "--json", "-", stdin=json.dumps(body).encode())


def whatsapp(lines: int = 40, *, marker: str = "") -> str:
    """A small Android export with two people; the marker stands in every tenth message."""
    found = ["01/03/2026, 08:00 - Messages and calls are end-to-end encrypted."]
    for n in range(lines):
        who = "Anna" if n % 3 == 0 else "Boris"
        word = f" {marker}" if marker and n % 10 == 0 else ""
        found.append(
            f"{13 + n // 60 % 15:02}/03/2026, {n // 60 % 24:02}:{n % 60:02} - {who}: message {n}{word}"
        )
    return "\n".join(found) + "\n"
