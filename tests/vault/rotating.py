"""Changes the keys of a vault and ends itself at a numbered step. Forks a worker for each line.

Reads lines ``FOLDER STEP`` on stdin. A step is each moment before and after a change of the disk:
a file written, deleted or renamed, a folder synced, a transaction committed. For each line it
prints the worker's exit status: -9 when it was ended at that step, 0 when there are fewer steps.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tallymark import disk
from tallymark.integrity.keyslot import CHEAP
from tallymark.vault import Vault
from tallymark.vault.store import Connection, Database
from vault.making import PASSPHRASE

OLD_WORDS, NEW_WORDS = (hashlib.sha256(name).digest() for name in (b"old", b"new"))


class Steps:
    """Counts what is done to the disk and ends the process at one of its moments."""

    def __init__(self, last: int) -> None:
        self._number, self._last = itertools.count(1), last

    def one(self) -> None:
        """The next moment."""
        if next(self._number) == self._last:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, change: Callable[..., object]) -> Callable[..., object]:
        """``change`` with a moment before and after it."""

        def counted(*args: object, **kwargs: object) -> object:
            self.one()
            found = change(*args, **kwargs)
            self.one()
            return found

        return counted

    def watch(self) -> None:
        """From now on every change of the vault's folder is counted."""
        here = disk.Disk()
        for name in ("write", "sync", "rename", "unlink", "sync_folder"):
            setattr(here, name, self.around(getattr(here, name)))
        disk._charge.append(here)
        begin = Database.transaction
        Database.copy_to = self.around(Database.copy_to)
        Database.close = self.around(Database.close)

        @contextmanager
        def transaction(database: Database) -> Iterator[Connection]:
            self.one()
            with begin(database) as connection:
                yield connection
                self.one()
            self.one()

        Database.transaction = transaction


def work(folder: Path, step: int) -> None:
    """Open, change every key, seal every file again."""
    with Vault.open(folder, passphrase=PASSPHRASE, now=lambda: datetime.now(UTC)) as vault:
        if step:
            Steps(step).watch()
        vault.ways.rotate(passphrase=PASSPHRASE, words=NEW_WORDS, files=True, cost=CHEAP)
        vault.ways.seal_files()


def main() -> None:
    """Fork a worker for each line."""
    for line in sys.stdin:
        folder, step = line.rstrip("\n").split("\t")
        pid = os.fork()
        if pid == 0:
            work(Path(folder), int(step))
            os._exit(0)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
