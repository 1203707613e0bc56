"""Opens what a power cut left, and says what is not as was promised.

Acknowledged means present and equal; what was not acknowledged is absent or complete; the vault
opens, checks out, and takes the next entry.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reliability.recorder import Mark, Operation
from reliability.session import FIRST, SECOND, WORD, Said
from reliability.states import Image
from tallymark.errors import TallymarkError, VaultNotFound, WrongPassphrase
from tallymark.integrity.keyslot import CHEAP
from tallymark.model.record import Exhibit, Import
from tallymark.vault import Act, Vault, place
from vault.making import Ticking, incident

NOTHING = Said()
GO_ON_EVERY = 5


@dataclass(frozen=True, slots=True)
class Truth:
    """What a session came to, as far as it is known: leaves, acts, packs, acknowledgements."""

    leaves: tuple[bytes, ...]
    acts: tuple[Act, ...]
    outside: Mapping[str, bytes]
    said: tuple[Said, ...]

    def between(self, acknowledged: int) -> tuple[Said, Said]:
        """What was there for sure, and what is there once the act under way is done."""
        known = (NOTHING, *self.said)
        return known[acknowledged], known[min(acknowledged + 1, len(known) - 1)]


def truth_of(root: Path, operations: list[Operation], *, passphrase: str = SECOND) -> Truth:
    """What is there at the end of an undisturbed session below ``root``."""
    with Vault.open(root / "v", passphrase=passphrase, now=Ticking()) as vault:
        leaves, acts = tuple(vault.leaf_hashes()), tuple(vault.acts()[:-1])
    said = tuple(one.said for one in operations if isinstance(one, Mark))
    outside = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for name in ("out", "copies")
        for path in (root / name).rglob("*")
        if path.is_file()
    }
    return Truth(leaves, acts, outside, said)


@dataclass(slots=True)
class Judge:
    """Looks at images in a scratch folder; remembers which vaults it has seen."""

    scratch: Path
    truth: Truth
    seen: dict[bytes, list[str]] = field(default_factory=dict)
    opened: int = 0

    def faults(self, image: Image) -> list[str]:
        """Each promise that is broken, in a sentence; none when all hold."""
        found = self._packs(image) + self._copies(image)
        inside = {p: d for p, d in image.files.items() if p == "v" or p.startswith("v/")}
        alone = Image(inside, image.prefix, image.how, image.acknowledged)
        key = alone.digest()
        if key not in self.seen:
            self.seen[key] = self._vault(alone)
        return found + self.seen[key]

    def _packs(self, image: Image) -> list[str]:
        """A pack that has its name is whole, and one that was acknowledged has it."""
        found = []
        least, _ = self.truth.between(image.acknowledged)
        for name in ("out/pack", "out/pack.zip"):
            own = {
                p: d for p, d in self.truth.outside.items() if p == name or p.startswith(name + "/")
            }
            there = {p for p in image.files if p == name or p.startswith(name + "/")}
            if there and any(image.files.get(path) != data for path, data in own.items()):
                found.append(f"{name} has its name and is not whole")
            if not there and name in least.packs:
                found.append(f"{name} was acknowledged and is gone")
        return found

    def _copies(self, image: Image) -> list[str]:
        """Each copy that exists is whole, without a key: its index is there, and every byte fits."""
        least, _ = self.truth.between(image.acknowledged)
        found = [
            f"copy {number} was acknowledged and is gone"
            for number in range(1, least.copies + 1)
            if f"copies/{number}/index.age" not in image.files
        ]
        for path in [p for p in image.files if p.endswith("/index.age")]:
            listed = image.files.get(path.replace("index.age", "manifest-sha256.txt")) or b""
            lines = [line.split("  ", 1) for line in listed.decode("ascii").splitlines()]
            fits = all(
                _sha256(image.files.get(f"copies/{name}")) == stated for stated, name in lines
            )
            if not lines or not fits or image.files[path] != self.truth.outside[path]:
                found.append(f"{path} is there and its copy is not whole")
        return found

    def _vault(self, image: Image) -> list[str]:
        self.opened += 1
        folder = self.scratch / "v"
        shutil.rmtree(folder, ignore_errors=True)
        laid_out(image.files, self.scratch)
        least, most = self.truth.between(image.acknowledged)
        return look(folder, least, most, self.truth, go_on=self.opened % GO_ON_EVERY == 0)


def _sha256(data: bytes | None) -> str:
    return "" if data is None else hashlib.sha256(data).hexdigest()


def laid_out(files: Mapping[str, bytes | None], root: Path) -> None:
    """Write an image below ``root``."""
    for path, data in sorted(files.items()):
        if data is None:
            (root / path).mkdir(exist_ok=True)
        elif data.count(0) == len(data):
            # Room that is only set aside is not written, as on the disk.
            with (root / path).open("wb") as file:
                file.truncate(len(data))
        else:
            (root / path).write_bytes(data)


def look(folder: Path, least: Said, most: Said, truth: Truth, *, go_on: bool) -> list[str]:
    """Open the vault; each promise that is broken. ``go_on`` writes one more entry to it."""
    try:
        return _opened(folder, least, most, truth, go_on=go_on)
    except TallymarkError as problem:
        return [f"{type(problem).__name__}: {problem}"]
    except Exception as problem:  # noqa: BLE001 - an error without a name is a broken promise
        return [f"an error without a name: {problem!r}"]


def _opened(folder: Path, least: Said, most: Said, truth: Truth, *, go_on: bool) -> list[str]:
    used, vault = _any_passphrase(folder, least, most)
    if vault is None:
        return [] if not least.made else ["the vault that was acknowledged is gone"]
    with vault:
        found = _compare(vault, least, most, truth)
        if go_on:
            vault.append(incident("and life goes on"))
    if go_on:
        with Vault.open(folder, passphrase=used, now=Ticking()) as again:
            if len(again.records()) == 0 or again.check():
                found.append("what is written after it does not hold")
    return found


def _any_passphrase(folder: Path, least: Said, most: Said) -> tuple[str, Vault | None]:
    """The vault, with a passphrase that has to open it; made anew where none was finished."""
    inbox = folder / place.INBOX
    before = {*inbox.iterdir()} if inbox.is_dir() else set()
    for secret in dict.fromkeys((*least.passphrases, *most.passphrases)):
        try:
            return secret, Vault.open(folder, passphrase=secret, now=Ticking())
        except WrongPassphrase:
            # Which one opens it may not be known yet; our own try is no act of the session.
            for name in {*inbox.iterdir()} - before:
                name.unlink()
        except VaultNotFound:
            if least.made:
                return secret, None
            # A making that was cut short must not stand in the way of the next.
            with Vault.create(folder, passphrase=FIRST, now=Ticking(), cost=CHEAP) as made:
                made.append(incident())
            return secret, None
    raise WrongPassphrase


def _compare(vault: Vault, least: Said, most: Said, truth: Truth) -> list[str]:
    found = [f"check: {f.what}: {f.detail}" for f in vault.check()]
    leaves = vault.leaf_hashes()
    if not least.records <= len(leaves) <= most.records:
        found.append(f"{len(leaves)} records, not {least.records} to {most.records}")
    if least.made and not _agree(leaves, truth.leaves):
        found.append("a record is not the one that was written")
    if vault.erased() not in (sorted(least.erased), sorted(most.erased)):
        found.append("half of an erasing")
    # Since the power came back, only our own opening was added.
    acts = vault.acts()[:-1]
    if least.made and (len(acts) < least.acts or not _agree(acts, truth.acts)):
        found.append("an act is not the one that was written")
    if tuple(sorted(vault.drafts().items())) not in (least.drafts, most.drafts):
        found.append("typed words are lost or cut")
    return found + _files_and_events(vault)


def _agree(found: Sequence[object], known: Sequence[object]) -> bool:
    """Whether both are the same as far as both go."""
    both = min(len(found), len(known))
    return list(found[:both]) == list(known[:both])


def _files_and_events(vault: Vault) -> list[str]:
    found = []
    stored = vault.records()
    for one in stored:
        if isinstance(one.record.body, Exhibit):
            vault.open_exhibit(one.record.id).close()
    newest = {
        one.record.body.exhibit: one.record for one in stored if isinstance(one.record.body, Import)
    }
    casefile = vault.casefile()
    if {source.import_id for source in casefile.sources} != {r.id for r in newest.values()}:
        found.append("the events that are seen are not those of the newest import")
    hits = vault.search(WORD, limit=10**6)
    worded = sum(WORD in getattr(s.record.body, "what_happened", "") for s in stored)
    told = sum(WORD in text.text for text in casefile.texts(casefile.events.row))
    if len(hits) != worded + told:
        found.append("the words that are found are not those that are there")
    return found
