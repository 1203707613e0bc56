"""Turns one bit in each byte of a small vault and of a small pack, and sees who notices.

A vault is looked at as ``check`` looks at it: its database as it lies there first, because a page
that was changed is refused when it is read, and then, where that says nothing, all of it through
an opening and a whole check. A pack is looked at by the verifier of this program and by sha256sum and
ssh-keygen, as docs/guide/verify.md prints them.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tallymark.errors import TallymarkError, WrongPassphrase
from tallymark.integrity.keyslot import CHEAP
from tallymark.vault import Vault, check, place
from tallymark.vault.store import open_reading
from tallymark.verify import NotABundle, verify
from vault.making import PASSPHRASE, Ticking, exhibit, incident

IGNORABLE = {
    place.RESERVE: "room that is kept back; nothing is written in it and nothing is read from it",
    place.LOCK: "an empty file that is only ever locked",
}
"""Files of which no byte means anything."""


OLD_WITHOUT_HARM = {
    "drafts": "words that were typed and not saved as an entry",
    "meta": "what the program notes for itself, such as how often the vault was opened",
    "record_words_idx": "where the word index begins to look; it finds the same from the old one",
}
"""Tables of which an old page may be put back without a word, and what they hold."""


@dataclass(slots=True)
class Tally:
    """Bytes turned, by file; who noticed; and each that nobody noticed."""

    turned: Counter[str] = field(default_factory=Counter)
    noticed: Counter[str] = field(default_factory=Counter)
    unnoticed: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count another's too."""
        self.turned += other.turned
        self.noticed += other.noticed
        self.unnoticed += other.unnoticed


@dataclass(frozen=True, slots=True)
class Small:
    """A locked vault with one entry, one file and one waiting note, and what it holds."""

    folder: Path
    key: bytes
    holds: tuple[object, ...]


def small(folder: Path) -> Small:
    """Make it."""
    with Vault.create(folder, passphrase=PASSPHRASE, now=Ticking(), cost=CHEAP) as vault:
        vault.append(incident("He stood outside."))
        attach_all(vault, b"a photo")
        key = bytes(vault._opened.master)
    with suppress(WrongPassphrase):
        Vault.open(folder, passphrase="somebody else's guess", now=Ticking())
    (folder / place.RESERVE).unlink(missing_ok=True)
    copy = folder.with_name(folder.name + "-copy")
    shutil.copytree(folder, copy)
    with Vault.open(copy, passphrase=PASSPHRASE, now=Ticking()) as vault:
        assert vault.check() == []
        found = Small(folder, key, _holds(vault))
    shutil.rmtree(copy)
    return found


def attach_all(vault: Vault, *files: bytes) -> None:
    """Keep each as an exhibit."""
    for data in files:
        vault.attach(io.BytesIO(data), describe=exhibit())


def looks_wrong(folder: Path) -> bool:
    """Whether opening refuses what lies in a copy of ``folder``, or the check finds something."""
    copy = folder.with_name(folder.name + "-whole")
    shutil.copytree(folder, copy)
    try:
        with Vault.open(copy, passphrase=PASSPHRASE, now=Ticking()) as opened:
            return opened.check() != []
    except TallymarkError:
        return True
    finally:
        shutil.rmtree(copy)


def places(vault: Small) -> list[tuple[Path, int]]:
    """Every byte: file below the folder, and offset."""
    files = sorted(path for path in vault.folder.rglob("*") if path.is_file())
    return [
        (path.relative_to(vault.folder), at)
        for path in files
        if path.name not in IGNORABLE
        for at in range(path.stat().st_size)
    ]


def turn_vault(vault: Small, scratch: Path, where: list[tuple[Path, int]]) -> Tally:
    """Turn a bit in each of these bytes, one at a time, in a copy."""
    shutil.copytree(vault.folder, scratch)
    tally = Tally()
    for name, at in where:
        kind = name.parts[0] if len(name.parts) > 1 else name.name
        tally.turned[kind] += 1
        with _turned(scratch / name, at):
            is_database = name.name == place.DATABASE
            who = (is_database and _refused(vault, scratch)) or _noticed(vault, scratch)
        if who:
            tally.noticed[f"{kind}: {who}"] += 1
        else:
            tally.unnoticed.append(f"{name.as_posix()} byte {at}")
    shutil.rmtree(scratch)
    return tally


class _turned:  # noqa: N801 - reads as a word where it is used
    """One bit of the file is turned in the block; which one goes round with the offset."""

    def __init__(self, path: Path, at: int) -> None:
        self._path, self._at = path, at

    def _turn(self) -> None:
        with self._path.open("r+b") as file:
            file.seek(self._at)
            byte = file.read(1)[0]
            file.seek(self._at)
            file.write(bytes([byte ^ 1 << self._at % 8]))

    def __enter__(self) -> None:
        self._turn()

    def __exit__(self, *_: object) -> None:
        self._turn()


def _refused(vault: Small, folder: Path) -> str:
    """``check`` when the database cannot be read whole, which is the first thing that it does."""
    try:
        database = open_reading(folder / place.DATABASE, key=vault.key)
        try:
            return "check" if list(check._database(database)) else ""
        finally:
            database.close()
    except TallymarkError:
        return "check"


def _noticed(vault: Small, folder: Path) -> str:
    """Who notices: ``opening``, ``check`` or, when nobody does, nothing."""
    copy = folder.with_name(folder.name + "-whole")
    shutil.copytree(folder, copy)
    try:
        with Vault.open(copy, passphrase=PASSPHRASE, now=Ticking()) as opened:
            findings = opened.check()
            if findings or opened.acts()[-1].detail:
                return "check"
            assert _holds(opened) == vault.holds, "a changed vault read back as if it were whole"
            return ""
    except TallymarkError:
        return "opening"
    finally:
        shutil.rmtree(copy)


def _holds(vault: Vault) -> tuple[object, ...]:
    acts = [(act.what, act.detail) for act in vault.acts()]
    return vault.leaf_hashes(), vault.checkpoint(), vault.casefile().identity, acts


@dataclass(frozen=True, slots=True)
class OldPages:
    """Tables whose page of an earlier moment was put back: noticed, and not."""

    noticed: tuple[str, ...]
    unnoticed: tuple[str, ...]


def put_back(root: Path) -> OldPages:
    """Each page that an amended entry and typed words changed, as it was before, in its place.

    The cipher takes it, because it is its own; leaves, heads and digests do not.
    """
    folder = root / "v"
    with Vault.create(folder, passphrase=PASSPHRASE, now=Ticking(), cost=CHEAP) as vault:
        first = vault.append(incident("He said seven."))
        with vault._database.read() as connection:
            rows = connection.execute("SELECT rootpage - 1, name FROM sqlite_master").fetchall()
    before = _pages(folder / place.DATABASE)
    with Vault.open(folder, passphrase=PASSPHRASE, now=Ticking()) as vault:
        vault.append(incident("He said eight."), supersedes=first.record.id)
        vault.save_draft("k", "words")
    after = _pages(folder / place.DATABASE)
    found: dict[bool, list[str]] = {True: [], False: []}
    for at, page in enumerate(before):
        if page != after[at]:
            mixed = b"".join([*after[:at], page, *after[at + 1 :]])
            (folder / place.DATABASE).write_bytes(mixed)
            found[looks_wrong(folder)].append(dict(rows).get(at, f"page {at}"))
    (folder / place.DATABASE).write_bytes(b"".join(after))
    assert not looks_wrong(folder)
    return OldPages(tuple(found[True]), tuple(found[False]))


def _pages(path: Path) -> list[bytes]:
    data = path.read_bytes()
    return [data[at : at + 4096] for at in range(0, len(data), 4096)]


@dataclass(slots=True)
class Verdicts:
    """Bytes of a pack that were turned, and which verifier refused how many."""

    turned: int = 0
    ours: int = 0
    tools: int = 0
    unnoticed: list[str] = field(default_factory=list)

    def add(self, other: Verdicts) -> None:
        """Count another's too."""
        self.turned += other.turned
        self.ours += other.ours
        self.tools += other.tools
        self.unnoticed += other.unnoticed


def turn_pack(folder: Path, *, every: int = 1, start: int = 0) -> Verdicts:
    """Turn a bit in every ``every``-th byte of an unpacked pack, in place, and ask both."""
    found = Verdicts()
    for path, at in _bytes_of(folder, every, start):
        with _turned(path, at):
            ours, tools = _refused_by_us(folder), _refused_by_tools(folder)
        found.turned += 1
        found.ours += ours
        found.tools += tools
        if not ours:
            found.unnoticed.append(f"{path.relative_to(folder).as_posix()} byte {at}")
    return found


def _bytes_of(folder: Path, every: int, start: int) -> Iterator[tuple[Path, int]]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    everything = [(path, at) for path in files for at in range(path.stat().st_size)]
    yield from everything[start::every]


def _refused_by_us(folder: Path) -> bool:
    try:
        return bool(verify(folder).failed)
    except NotABundle:
        return True


def _refused_by_tools(folder: Path) -> bool:
    """One shell for all: starting a process costs more than what it does here."""
    commands = (
        "sha256sum --strict --status -c manifest-sha256.txt"
        " && sha256sum --strict --status -c tagmanifest-sha256.txt"
        " && ssh-keygen -Y verify -f allowed_signers -I tallymark -n tallymark-bundle"
        " -s tagmanifest-sha256.txt.sig < tagmanifest-sha256.txt"
    )
    done = subprocess.run(
        ["sh", "-c", commands],
        cwd=folder,
        capture_output=True,
        check=False,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
    )
    return done.returncode != 0
