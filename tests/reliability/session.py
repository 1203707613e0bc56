"""The scripted session: what a person does in a day, each step by name, each save acknowledged.

To have one more thing cut off at every point and faulted at every call, add its step to ``STEPS``.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from chain import whatsapp
from reliability.recorder import Recorder
from tallymark import importers
from tallymark.diary import Diary
from tallymark.errors import WrongPassphrase
from tallymark.integrity.keyslot import CHEAP
from tallymark.model.event import EventBatch
from tallymark.model.record import Import
from tallymark.vault import Act
from vault.making import Ticking, attach, incident

MESSAGES = 200
ENTRIES = 50
WORD = "damson"
FIRST, SECOND = "river lantern copper seventeen", "walnut pocket seven harbour"


@dataclass(frozen=True, slots=True)
class Said:
    """What is there for sure: how much of each log, and what can change without one."""

    made: bool = False
    records: int = 0
    acts: int = 0
    erased: frozenset[int] = frozenset()
    drafts: tuple[tuple[str, str], ...] = ()
    passphrases: tuple[str, ...] = (FIRST,)
    packs: tuple[str, ...] = ()
    copies: int = 0


def _nobody(said: Said) -> None:
    """Who is told when nobody asked."""
    del said


@dataclass(slots=True)
class Session:
    """A person's day with a vault below ``root``."""

    root: Path
    said: Said = field(default_factory=Said)
    leaves: tuple[bytes, ...] = ()
    acts: tuple[Act, ...] = ()
    tell: Callable[[Said], None] = _nobody
    diary: Diary | None = None
    now: Ticking = field(default_factory=Ticking)

    @property
    def vault(self) -> Path:
        """The vault's folder."""
        return self.root / "v"

    @property
    def out(self) -> Path:
        """Where packs go."""
        return self.root / "out"

    @property
    def copies(self) -> Path:
        """Where copies go, on another disk."""
        return self.root / "copies"

    def open(self) -> Diary:
        """The diary, opened unless it is open."""
        if self.diary is None:
            secret = self.said.passphrases[-1]
            self.diary = Diary.open(self.vault, passphrase=secret, now=self.now)
            self.saved()
        return self.diary

    def saved(self, **changed: object) -> None:
        """The step before was acknowledged: tell what is there from now on."""
        assert self.diary is not None
        vault = self.diary.vault
        leaves, acts = tuple(vault.leaf_hashes()), tuple(vault.acts())
        self.said = replace(
            self.said,
            made=True,
            records=len(leaves),
            acts=len(acts),
            erased=frozenset(vault.erased()),
            drafts=tuple(sorted(vault.drafts().items())),
            **changed,
        )
        self.leaves, self.acts = leaves, acts
        self.tell(self.said)

    def close(self) -> None:
        """Lock, if it is open."""
        if self.diary is not None:
            open_now, self.diary = self.diary, None
            open_now.close()


def make(day: Session) -> None:
    """A new vault."""
    day.diary = Diary.create(day.vault, passphrase=FIRST, cost=CHEAP, now=day.now)
    day.saved()


def keep_export(day: Session) -> None:
    """The original of an export."""
    day.open().attach(io.BytesIO(_export()), name="chat.txt", kind="message_export")
    day.saved()


def bring_in(day: Session) -> None:
    """200 messages found in it, in the batches in which the confined reader hands them over."""
    vault = day.open().vault
    held = next(s for s in vault.records() if getattr(s.record.body, "name", "") == "chat.txt")
    writer = vault.begin_events(exhibit_id=held.record.id, channel="whatsapp", zone="UTC")
    for batch in _batches():
        writer.add(batch)
    writer.finish(
        lambda digest, count: Import(
            exhibit=held.record.id,
            importer="whatsapp",
            importer_version="1",
            events=count,
            events_digest=digest,
        )
    )
    day.saved()


def bring_in_again(day: Session) -> None:
    """The same once more, which takes the place of the first."""
    bring_in(day)


def entry(day: Session) -> None:
    """One entry."""
    number = day.said.records
    day.open().record(incident(f"{WORD} entry {number} " + "and so on " * (number % 7 * 20)))
    day.saved()


def attach_photo(day: Session) -> None:
    """A file of several blocks."""
    attach(day.open().vault, bytes(range(256)) * 400, name="photo.bin")
    day.saved()


def amend(day: Session) -> None:
    """A new version of the newest entry."""
    diary = day.open()
    newest = next(s for s in reversed(diary.vault.records()) if s.record.type == "incident")
    diary.amend(newest.record.id, {"what_happened": f"{WORD} as it was"}, reason="a slip")
    day.saved()


def type_words(day: Session) -> None:
    """Words typed and not yet saved as an entry."""
    day.open().vault.save_draft("k", "half a sen")
    day.saved()


def type_more(day: Session) -> None:
    """More of them, in place of the first."""
    day.open().vault.save_draft("k", "half a sentence")
    day.saved()


def drop_words(day: Session) -> None:
    """They are not needed any more."""
    day.open().vault.drop_draft("k")
    day.saved()


def erase_entry(day: Session) -> None:
    """The newest entry erased for good."""
    _erase(day, "incident")


def erase_file(day: Session) -> None:
    """The newest exhibit erased for good."""
    _erase(day, "exhibit")


def _erase(day: Session, kind: str) -> None:
    diary = day.open()
    doomed = [s for s in diary.vault.records() if s.record.type == kind][-1]
    diary.erase(doomed.record.id, reason="my wish")
    day.saved()


def change_passphrase(day: Session) -> None:
    """A new passphrase; the act that notes it comes after."""
    day.open().vault.ways.change_passphrase(SECOND, cost=CHEAP)
    day.saved(passphrases=(SECOND,))


def choose_words(day: Session) -> None:
    """24 words that open it too."""
    day.open().vault.ways.add_words(bytes(range(32)))
    day.saved()


def change_keys(day: Session) -> None:
    """Every key of the vault."""
    day.open().vault.ways.rotate(passphrase=SECOND, files=True, cost=CHEAP)
    day.saved()


def seal_files(day: Session) -> None:
    """Each original sealed again under a key of its own."""
    assert day.open().vault.ways.seal_files().damaged == ()
    day.saved()


def back_up(day: Session) -> None:
    """A copy in another place, which is read back."""
    copy = day.open().back_up(day.copies)
    day.saved(copies=copy.number)


def pack(day: Session) -> None:
    """A pack for the police."""
    day.open().pack(day.out / "pack")
    day.saved(packs=("out/pack", "out/pack.zip"))


def wrong_try(day: Session) -> None:
    """Somebody guesses while it is locked; the next opening tells."""
    day.close()
    with suppress(WrongPassphrase):
        Diary.open(day.vault, passphrase="somebody else's guess", now=day.now)


def lock(day: Session) -> None:
    """Lock."""
    day.close()
    day.tell(day.said)


Step = Callable[[Session], None]
STEPS: tuple[Step, ...] = (
    *(make, keep_export, bring_in, *[entry] * 20, lock, wrong_try),
    *(*[entry] * 20, attach_photo, amend, type_words, type_more, drop_words, bring_in_again, lock),
    *(change_passphrase, choose_words, back_up, *[entry] * 5, pack, lock),
    *(change_keys, entry, seal_files, *[entry] * 4, back_up, erase_entry, erase_file, lock),
)


def run(
    root: Path, steps: tuple[Step, ...] = STEPS, *, recorder: Recorder | None = None
) -> Session:
    """The whole day below ``root``; the recorder is told of each acknowledgement."""
    day = Session(root)
    if recorder is not None:
        day.tell = recorder.mark
    try:
        for step in steps:
            step(day)
    finally:
        day.close()
    return day


def _export() -> bytes:
    return whatsapp(MESSAGES, marker=WORD).encode()


def _batches(held: list[EventBatch] = []) -> list[EventBatch]:  # noqa: B006 - read once on purpose
    """What the confined reader finds in the export; asked once, because it touches no disk of ours."""
    if not held:
        with _readable(_export()) as source:
            importers.inspect(
                source,
                format="whatsapp",
                options={"zone": "UTC", "day_order": "dmy"},
                on_batch=held.append,
            )
    return held


def _readable(data: bytes):
    handle = os.memfd_create("export")
    os.write(handle, data)
    os.lseek(handle, 0, os.SEEK_SET)
    return os.fdopen(handle, "rb")
