"""SIGKILL at random moments of a process that saves without pause.

One warmed process forks a worker for each cycle, kills it, opens what it left and looks at it. The
worker writes one line for each thing that has been acknowledged; what is in that file stays there
whatever happens to the process. A kill is no power cut: see ``states`` for those.
"""

from __future__ import annotations

import io
import os
import random
import signal
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tallymark.integrity.keyslot import CHEAP
from tallymark.integrity.merkle import Tree
from tallymark.model.record import Exhibit, Import
from tallymark.vault import Stored, Vault
from vault.making import (
    PASSPHRASE,
    Ticking,
    attach,
    batch,
    event,
    exhibit,
    imported,
    incident,
)

FRESH_EVERY = 8
WORD = "damson"


@dataclass(slots=True)
class Tally:
    """Kills, saves that were acknowledged before them, and what was lost or half there."""

    kills: int = 0
    acknowledged: int = 0
    broken: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count another's too."""
        self.kills += other.kills
        self.acknowledged += other.acknowledged
        self.broken += other.broken


class Worker:
    """Writes, attaches, imports, amends and types in random order until it is killed."""

    def __init__(self, folder: Path, *, seed: int, says: int) -> None:
        self.folder, self.says = folder, says
        self.seed, self.draw = seed, random.Random(seed)

    def work(self) -> None:
        """Until killed."""
        with Vault.open(self.folder, passphrase=PASSPHRASE, now=_now) as vault:
            self.say("open", "-", "-")
            held = attach(vault, b"chat %d" % self.seed)
            self.say("attach", held.record.id, held.record.body.sha256)
            while True:
                choices = (self.append, self.append, self.attach, self.bring_in, self.type_words)
                self.draw.choice(choices)(vault, held)

    def append(self, vault: Vault, _held: Stored) -> None:
        """One entry, and now and then a new version of it."""
        stored = vault.append(incident("w" * self.draw.randrange(1, 20_000)))
        self.say("append", stored.record.id, stored.leaf.hex())
        if self.draw.random() < 0.3:
            anew = vault.append(incident("anew"), supersedes=stored.record.id, reason="a slip")
            self.say("append", anew.record.id, anew.leaf.hex())

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
            events = [event(n, WORD) for n in range(at, min(count, at + 700))]
            writer.add(batch(events, seconds=range(len(events)), senders=senders))
        stored = writer.finish(lambda digest, found: imported(held, digest, found))
        self.say("import", stored.record.id, str(count))

    def type_words(self, vault: Vault, _held: Stored) -> None:
        """Words that are not an entry yet."""
        words = str(self.draw.random())
        vault.save_draft("k", words)
        self.say("draft", "-", words)

    def say(self, *words: str) -> None:
        """Acknowledge."""
        os.write(self.says, (" ".join(words) + "\n").encode())


def _now() -> datetime:
    return datetime.now(UTC)


def run(
    root: Path,
    *,
    kills: int,
    seed: int,
    until: float = float("inf"),
    worker: type[Worker] = Worker,
) -> Tally:
    """So many cycles below ``root``, or as many as there is time for (``until`` on the steady clock)."""
    draw, tally = random.Random(seed), Tally()
    folder, said = root, root
    for turn in range(kills):
        if time.monotonic() > until:
            break
        if turn % FRESH_EVERY == 0:
            # A fresh vault now and then, so that looking through it stays quick.
            folder, said = root / f"v{turn}", root / f"said{turn}"
            with Vault.create(folder, passphrase=PASSPHRASE, now=Ticking(), cost=CHEAP):
                said.touch()
        # One in four is killed while it opens and sweeps, before it has said anything.
        early = turn % 4 == 3
        after = draw.uniform(0.0, 0.01 if early else 0.04)
        _kill(worker, folder, said, seed=seed + turn, after=after, early=early)
        tally.kills += 1
        tally.broken += [f"kill {turn} of seed {seed}: {what}" for what in _looked_at(folder, said)]
        if turn % FRESH_EVERY == FRESH_EVERY - 1:
            tally.acknowledged += len(_acknowledged(said))
    return tally


def _kill(
    worker: type[Worker], folder: Path, said: Path, *, seed: int, after: float, early: bool
) -> None:
    """Let a worker work for ``after`` seconds, from its open vault or its start, and kill it."""
    before = said.stat().st_size
    pid = os.fork()
    if pid == 0:
        try:
            says = os.open(said, os.O_WRONLY | os.O_APPEND)
            worker(folder, seed=seed, says=says).work()
        finally:
            os._exit(1)
    while not early and said.stat().st_size == before and os.waitpid(pid, os.WNOHANG) == (0, 0):
        time.sleep(0.0005)
    time.sleep(after)
    os.kill(pid, signal.SIGKILL)
    ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert ended == -signal.SIGKILL, f"the worker ended by itself: {ended}"


def _acknowledged(said: Path) -> list[list[str]]:
    lines = [line.split() for line in said.read_text().splitlines()]
    return [line for line in lines if line[0] != "open"]


def _looked_at(folder: Path, said: Path) -> list[str]:
    """What does not hold: everything acknowledged is there, and nothing is half there."""
    with Vault.open(folder, passphrase=PASSPHRASE, now=Ticking()) as vault:
        found = [f"check: {one.what}: {one.detail}" for one in vault.check()]
        found += _lost(vault, _acknowledged(said)) + _half(vault)
    if list(folder.glob("**/*.part")):
        found.append("a part of a file was left")
    return found


def _lost(vault: Vault, acknowledged: list[list[str]]) -> list[str]:
    there = {one.record.id: one for one in vault.records()}
    held = {"-": "-"}
    for ident, one in there.items():
        body = one.record.body
        held[ident] = one.leaf.hex()
        if isinstance(body, Exhibit | Import):
            held[ident] = body.sha256 if isinstance(body, Exhibit) else str(body.events)
    lost = [f"{what} {ident}" for what, ident, then in acknowledged if what != "draft"
            and held.get(ident) != then]  # fmt: skip
    typed = [words for what, _, words in acknowledged if what == "draft"]
    if typed and "k" not in vault.drafts():
        lost.append("typed words")
    return [f"{one} was acknowledged and is lost" for one in lost]


def _half(vault: Vault) -> list[str]:
    """Each run of the worker imports one exhibit again and again: its last import is what is seen."""
    imports = [s.record for s in vault.records() if isinstance(s.record.body, Import)]
    newest = {record.body.exhibit: record for record in imports}
    casefile = vault.casefile()
    seen = {source.import_id for source in casefile.sources}
    whole = (
        seen == {record.id for record in newest.values()}
        and len(casefile.events) == sum(record.body.events for record in newest.values())
        and len(vault.search(WORD, limit=10**6)) == len(casefile.events)
        and casefile.log_root == Tree(vault.leaf_hashes()).root()
    )
    return [] if whole else ["something is half there"]
