"""The folder of copies in the place that the person named: where it is, which copies it has."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from tallymark import disk
from tallymark.errors import (
    CopyDamaged,
    CopyMismatch,
    EnvelopeError,
    IntegrityError,
    NoCopyHere,
    VaultDamaged,
    VaultNotFound,
)
from tallymark.integrity.envelope import Identity
from tallymark.vault import keys, place
from tallymark.vault.backup import index as indexes
from tallymark.vault.backup import pieces as parts
from tallymark.vault.backup.index import Index
from tallymark.vault.backup.pieces import Pieces

NAME = "notes-copy"
"""Says nothing of what is in it."""
MANIFEST = "manifest-sha256.txt"
_NUMBER = re.compile(r"[1-9][0-9]{0,8}\Z")
_LARGEST_INDEX = 256 << 20


class Home:
    """A folder of copies of one vault. It may not be there yet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.pieces = Pieces(path)

    def numbers(self) -> list[int]:
        """The copies that exist, oldest first."""
        if not self.path.is_dir():
            return []
        found = [int(one.name) for one in self.path.iterdir() if _NUMBER.match(one.name)]
        return sorted(number for number in found if (self.of(number) / indexes.FILE).is_file())

    def newest(self, number: int | None = None) -> int:
        """``number``, or the newest copy. Raises NoCopyHere."""
        there = self.numbers()
        if not there or (number is not None and number not in there):
            raise NoCopyHere
        return there[-1] if number is None else number

    def of(self, number: int) -> Path:
        """The folder of one copy."""
        return self.path / str(number)

    def slots(self, number: int) -> keys.Slots:
        """The locked keys of one copy. Raises CopyDamaged, VaultTooNew."""
        try:
            return keys.read(self.of(number))
        except (VaultDamaged, VaultNotFound) as problem:
            raise CopyDamaged("The locked keys in the copy are damaged.") from problem

    def must_be_of(self, vault: str) -> None:
        """Raises CopyMismatch when a copy of another vault is here."""
        for number in reversed(self.numbers()):
            if self.slots(number).vault != vault:
                raise CopyMismatch

    def index(self, number: int, identity: Identity) -> tuple[Index, bytes]:
        """The index of a copy and who signed it. Raises CopyDamaged, WrongKey."""
        with disk.reading(self.of(number) / indexes.FILE) as file:
            data = file.read(_LARGEST_INDEX)
        try:
            found, signer = indexes.read(data, identity=identity)
        except IntegrityError as problem:
            raise CopyDamaged("The index of the copy is not signed by this vault.") from problem
        if found.number != number:
            raise CopyDamaged("The index belongs to another copy.")
        return found, signer

    def earlier(self, identity: Identity) -> Index | None:
        """The newest index that this key opens; None before the first copy and after a rotation."""
        for number in reversed(self.numbers()):
            try:
                return self.index(number, identity)[0]
            except (EnvelopeError, CopyDamaged):
                continue
        return None

    def write_manifest(self, number: int, names: set[str]) -> str:
        """Write the list of digests of copy ``number``; its SHA-256."""
        slots = self.of(number) / place.SLOTS
        listed = {
            f"{number}/{place.SLOTS}": hashlib.sha256(slots.read_bytes()).hexdigest(),
            **{f"{parts.FOLDER}/{name[:2]}/{name}": name for name in names},
        }
        text = "".join(f"{digest}  {path}\n" for path, digest in sorted(listed.items())).encode()
        place.write_file(self.of(number) / MANIFEST, lambda file: file.write(text))
        return hashlib.sha256(text).hexdigest()

    def manifest(self, number: int) -> tuple[str, dict[str, str]]:
        """SHA-256 of the list of copy ``number``, and digest by path. Raises CopyDamaged."""
        try:
            text = (self.of(number) / MANIFEST).read_bytes()
            lines = [line.partition("  ") for line in text.decode("ascii").splitlines()]
        except (OSError, UnicodeDecodeError) as problem:
            raise CopyDamaged("The list of digests in the copy cannot be read.") from problem
        return hashlib.sha256(text).hexdigest(), {path: digest for digest, _, path in lines}

    def prune(self, keep: int) -> list[int]:
        """Take away all but the newest ``keep`` copies; their numbers.

        A kill leaves a copy whole, or without its index and so not there.
        """
        doomed = self.numbers()[:-keep]
        for number in doomed:
            disk.unlink(self.of(number) / indexes.FILE, missing_ok=True)
            disk.sync_folder(self.of(number))
            self.clear(number)
        kept = {digest for number in self.numbers() for digest in self.manifest(number)[1].values()}
        if doomed:
            self.pieces.sweep(kept)
        return doomed

    def clear(self, number: int) -> None:
        """Take away what is in the folder of a number that is no copy, and the folder."""
        if self.of(number).is_dir():
            disk.remove_tree(self.of(number))


def home_for(chosen: Path) -> Home:
    """Where copies go when the person names ``chosen``: itself, or a folder of ours in it."""
    fresh = not chosen.exists() or (chosen.is_dir() and not any(chosen.iterdir()))
    if _is_home(chosen) or (fresh and not os.path.ismount(chosen)):
        return Home(chosen)
    return Home(chosen / NAME)


def find(chosen: Path) -> Home:
    """The folder of copies at ``chosen`` or in it. Raises NoCopyHere."""
    for home in (Home(chosen), Home(chosen / NAME)):
        if home.numbers():
            return home
    raise NoCopyHere


def _is_home(folder: Path) -> bool:
    if not (folder / parts.FOLDER).is_dir():
        return False
    return all(
        one.name == parts.FOLDER or _NUMBER.match(one.name) or one.name.endswith(place.PART)
        for one in folder.iterdir()
    )
