"""Any order of writing, importing, failing and opening again agrees with a plain model."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tallymark.integrity.keyslot import CHEAP
from tallymark.integrity.merkle import Tree, leaf_hash
from tallymark.vault import Vault
from vault.making import PASSPHRASE, Ticking, attach, batch, bring_in, event, incident


class VaultMachine(RuleBasedStateMachine):
    """The model: a list of record bytes, the bytes of exhibits, and who holds which events."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        self.clock = Ticking()
        self.vault = Vault.create(
            self.root / "v", passphrase=PASSPHRASE, now=self.clock, cost=CHEAP
        )
        self.data = [one.data for one in self.vault.records()]
        self.files: dict[str, bytes] = {}
        self.events: dict[tuple[bytes, str], int] = {}
        self.drafts: dict[str, str] = {}
        self.open = None

    def teardown(self) -> None:
        """Lock and remove."""
        self.vault.close()
        shutil.rmtree(self.root)

    @rule(words=st.text("abc 😡é", min_size=1, max_size=30))
    def append(self, words: str) -> None:
        """One entry."""
        stored = self.vault.append(incident(words))
        self.data.append(stored.data)

    @rule(data=st.binary(max_size=300))
    def attach(self, data: bytes) -> None:
        """One exhibit."""
        stored = attach(self.vault, data)
        self.data.append(stored.data)
        self.files[stored.record.id] = data

    @precondition(lambda self: self.files)
    @rule(
        pick=st.integers(0, 50), count=st.integers(0, 300), channel=st.sampled_from(["sms", "chat"])
    )
    def bring_in(self, pick: int, count: int, channel: str) -> None:
        """A whole import, in the place of the same exhibit's and channel's."""
        held = self.vault.record(sorted(self.files)[pick % len(self.files)])
        events = [event(n, "mango") for n in range(count)]
        stored = bring_in(self.vault, held, events, channel=channel)
        self.data.append(stored.data)
        self.events[self.files[held.record.id], channel] = count

    @precondition(lambda self: self.files and self.open is None)
    @rule(count=st.integers(1, 50))
    def begin(self, count: int) -> None:
        """An import that stays unfinished."""
        writer = self.vault.begin_events(exhibit_id=min(self.files), channel="half", zone="UTC")
        writer.add(batch([event(n) for n in range(count)], seconds=range(count), senders=[""]))
        self.open = writer

    @precondition(lambda self: self.open is not None)
    @rule()
    def abandon(self) -> None:
        """It is given up."""
        self.open.abandon()
        self.open = None

    @rule(key=st.sampled_from("ab"), text=st.text(max_size=5))
    def draft(self, key: str, text: str) -> None:
        """A draft."""
        self.vault.save_draft(key, text)
        self.drafts[key] = text

    @rule()
    def reopen(self) -> None:
        """Lock and open: what was unfinished is gone."""
        self.vault.close()
        self.vault = Vault.open(self.root / "v", passphrase=PASSPHRASE, now=self.clock)
        self.open = None

    @rule()
    def check(self) -> None:
        """Everything reads back."""
        assert self.vault.check() == []

    @invariant()
    def agrees(self) -> None:
        """The vault is what the model says."""
        assert [one.data for one in self.vault.records()] == self.data
        leaves = [leaf_hash(data) for data in self.data]
        assert self.vault.leaf_hashes() == leaves
        casefile = self.vault.casefile()
        assert (casefile.log_size, casefile.log_root) == (len(leaves), Tree(leaves).root())
        assert len(casefile.events) == sum(self.events.values())
        assert len(self.vault.search("mango", limit=10**6)) == sum(self.events.values())
        assert self.vault.drafts() == self.drafts
        for ident, data in self.files.items():
            with self.vault.open_exhibit(ident) as reader:
                assert reader.read() == data


TestVaultMachine = VaultMachine.TestCase
TestVaultMachine.settings = settings(max_examples=20, stateful_step_count=20, deadline=None)
