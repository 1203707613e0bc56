"""Works on vaults until killed. Imported once, it forks for each run, so that runs start at once.

Reads lines ``FOLDER SEED SAYS`` on stdin; for each it forks a worker, prints its pid, and when
the worker is gone its exit status. The worker appends to the file SAYS one line for each thing
that has been acknowledged: what, id, digest.
"""

from __future__ import annotations

import io
import os
import random
import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tallymark.vault import Stored, Vault
from vault.making import PASSPHRASE, attach, batch, event, exhibit, imported, incident


class Worker:
    """Appends, attaches and imports in random order for ever."""

    def __init__(self, folder: Path, *, seed: int, says: int) -> None:
        self.folder, self.says = folder, says
        self.seed, self.draw = seed, random.Random(seed)

    def work(self) -> None:
        """Until killed."""
        now = lambda: datetime.now(UTC)  # noqa: E731 - one word for one use
        with Vault.open(self.folder, passphrase=PASSPHRASE, now=now) as vault:
            self.say("open", "-", "-")
            held = attach(vault, b"chat %d" % self.seed)
            self.say("attach", held.record.id, held.record.body.sha256)
            while True:
                choices = (self.append, self.append, self.attach, self.bring_in)
                self.draw.choice(choices)(vault, held)

    def append(self, vault: Vault, _held: Stored) -> None:
        """One entry."""
        stored = vault.append(incident("w" * self.draw.randrange(1, 20_000)))
        self.say("append", stored.record.id, stored.leaf.hex())

    def attach(self, vault: Vault, _held: Stored) -> None:
        """One exhibit."""
        data = self.draw.randbytes(self.draw.choice((0, 100, 70_000, 900_000)))
        stored = vault.attach(io.BytesIO(data), describe=exhibit())
        self.say("attach", stored.record.id, stored.record.body.sha256)

    def bring_in(self, vault: Vault, held: Stored) -> None:
        """One import, in batches of 700."""
        writer = vault.begin_events(exhibit_id=held.record.id, channel="chat", zone="UTC")
        senders = [""]
        count = self.draw.choice((1, 500, 3000))
        for at in range(0, count, 700):
            events = [event(n, "damson") for n in range(at, min(count, at + 700))]
            writer.add(batch(events, seconds=range(len(events)), senders=senders))
        stored = writer.finish(lambda digest, found: imported(held, digest, found))
        self.say("import", stored.record.id, str(count))

    def say(self, *words: str) -> None:
        """Acknowledge: what is in the file stays there whatever happens to this process."""
        os.write(self.says, (" ".join(words) + "\n").encode())


def main() -> None:
    """Fork a worker for each line."""
    for line in sys.stdin:
        folder, seed, says = line.rstrip("\n").split("\t")
        pid = os.fork()
        if pid == 0:
            file = os.open(says, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
            Worker(Path(folder), seed=int(seed), says=file).work()
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
