"""Post-boxes of a vault: making one, bringing its entries in, and what shows by their numbers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from tallymark.contributions.letter import Header, Letter, Section, key_of, read_letter
from tallymark.contributions.post_box import SUFFIX, set_up_bytes
from tallymark.diary import intake, writing
from tallymark.errors import (
    EnvelopeError,
    NoteChanged,
    NoteDamaged,
    OutputExists,
    RecordError,
    SourceMissing,
    UnknownBox,
    WrongKey,
)
from tallymark.integrity.envelope import Identity, SealedReader
from tallymark.model.record import Incident, PostBoxNote
from tallymark.vault import Stored, Vault
from tallymark.vault.boxes import Box, BroughtIn, note
from tallymark.vault.place import write_file


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one sealed file. ``state`` is a term of docs/spec/post-box.md section 4.

    ``box`` and ``number`` are None when no box of this vault opens it; ``stored`` is the record when
    it was brought in now.
    """

    file: str
    state: str
    box: str | None = None
    number: int | None = None
    stored: Stored | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A box and what its numbers show: the last one here, those missing below, and turned clocks.

    ``clock_back`` are numbers whose time lies before that of the number below. Whether newer
    entries were removed cannot be seen from here.
    """

    box: Box
    last: int
    missing: tuple[int, ...]
    clock_back: tuple[int, ...]


def make(vault: Vault, out: Path, *, label: str, now: datetime) -> Box:
    """Make a box and write its set-up file, mode 0600. Raises OutputExists, DiskFull."""
    if out.exists():
        raise OutputExists
    box = vault.boxes.add(label=label, made=now)
    data = set_up_bytes(
        box=box.box, recipient=_identity(box).recipient, key=box.first_key or b"", zone=vault.zone
    )
    write_file(out, lambda file: file.write(data))
    vault.act("post-box made", box.box)
    return box


def find(vault: Vault, name: str) -> Box:
    """The box with this label, or whose id begins so. Raises UnknownBox, also when it is not one."""
    wanted = name.casefold()
    boxes = vault.boxes.all()
    found = [
        b for b in boxes if wanted and (b.label.casefold() == wanted or b.box.startswith(wanted))
    ]
    if len(found) != 1:
        raise UnknownBox
    return found[0]


def revoke(vault: Vault, name: str, *, now: datetime) -> Box:
    """Delete the keys of a box: nothing more can be brought in from it. Raises UnknownBox."""
    box = find(vault, name)
    vault.boxes.revoke(box.box, at=now)
    vault.act("post-box revoked", box.box)
    return box


def standings(vault: Vault) -> list[Standing]:
    """Every box and what its numbers show."""
    return [_standing(box, vault.boxes.brought_in(box.box)) for box in vault.boxes.all()]


def _standing(box: Box, here: Sequence[BroughtIn]) -> Standing:
    numbers = {one.number for one in here}
    last = max(numbers, default=0)
    pairs = list(pairwise(here))
    return Standing(
        box=box,
        last=last,
        missing=tuple(n for n in range(1, last) if n not in numbers),
        clock_back=tuple(after.number for before, after in pairs if after.written < before.written),
    )


def accept(
    vault: Vault, paths: Sequence[Path], *, progress: Callable[[int, int], None] | None = None
) -> list[Outcome]:
    """Bring in sealed entries: files, or folders that hold them; each by the number it has.

    Nothing that was brought in before is brought in again. ``progress`` gets files done and in all.
    Raises SourceMissing when there is no sealed file at all, DiskFull.
    """
    files = sorted(_sealed(paths), key=lambda path: path.name)
    if not files:
        raise SourceMissing(
            "There is no sealed entry here.",
            next_step="Name the folder that the entries were taken out to.",
        )
    boxes = [box for box in vault.boxes.all() if box.identity]
    outcomes = []
    for done, path in enumerate(files, 1):
        outcomes.append(_one(vault, boxes, path))
        if progress is not None:
            progress(done, len(files))
    return outcomes


def _sealed(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from (Path(e.path) for e in os.scandir(path) if e.name.endswith(SUFFIX))
        elif path.is_file():
            yield path
        else:
            raise SourceMissing


def _one(vault: Vault, boxes: Sequence[Box], path: Path) -> Outcome:
    for box in boxes:
        try:
            reader = SealedReader(path.open("rb"), identity=_identity(box))
        except WrongKey:
            continue
        except EnvelopeError:
            return Outcome(path.name, "damaged")
        with closing(reader):
            return _opened(vault, box, path.name, cast("BinaryIO", reader))
    return Outcome(path.name, "not for this vault")


def _opened(vault: Vault, box: Box, file: str, plain: BinaryIO) -> Outcome:
    try:
        letter = read_letter(plain, key=partial(_key, box))
        body = _body(letter.header)
    except NoteChanged:
        return Outcome(file, "changed", box.box)
    except (NoteDamaged, EnvelopeError, RecordError):
        return Outcome(file, "damaged", box.box)
    number = letter.header.number
    before = {one.number: one.digest for one in vault.boxes.brought_in(box.box)}
    if number in before:
        state = "here already" if before[number] == letter.digest else "number used twice"
        return Outcome(file, state, box.box, number)
    stored = _bring_in(vault, box, letter, body, plain)
    return Outcome(file, "brought in", box.box, number, stored)


def _key(box: Box, header: Header) -> bytes:
    if header.box != box.box:
        raise NoteDamaged
    return key_of(box.first_key or b"", header.number)


def _body(header: Header) -> Incident:
    """The entry. Raises RecordError for anything but an incident that names no other record."""
    body = writing.body_of({**header.entry, "type": "incident"})
    if not isinstance(body, Incident) or body.exhibits or body.post_box is not None:
        raise RecordError("This is not an entry that a post-box writes.")
    return body


def _bring_in(vault: Vault, box: Box, letter: Letter, body: Incident, plain: BinaryIO) -> Stored:
    """Files first, then the entry with the note of its number in one transaction."""
    header, exhibits = letter.header, []
    for enclosed, start in zip(header.files, letter.starts, strict=True):
        part = cast("BinaryIO", Section(plain, start=start, size=enclosed.size))
        stored = intake.attach(
            vault,
            part,
            name=enclosed.name,
            modified=enclosed.modified or None,
            fields={"method": "post_box", "source_device": f"post-box {box.box[:8]}"},
        )
        exhibits.append(stored.record.id)
    stated = PostBoxNote(
        box=box.box, number=header.number, digest=letter.digest, written=header.written
    )
    entry = msgspec.structs.replace(body, exhibits=tuple(exhibits), post_box=stated)
    here = BroughtIn(header.number, letter.digest, header.written)
    return vault.append(entry, beside=lambda connection: note(connection, box.box, here))


def _identity(box: Box) -> Identity:
    return Identity.parse(box.identity or "")
