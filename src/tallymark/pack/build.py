"""Builds a pack: pages, tables, originals and proofs into one folder and one zip, signed.

Order of work: choose what leaves; write tables, records and pages into ``NAME.part``; sign; then
one pass writes the zip and copies each original into both places, reading it once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from tallymark import disk, plugins
from tallymark.errors import IntegrityError
from tallymark.integrity import checkpoint as notes
from tallymark.integrity import digest, signature
from tallymark.integrity.bag import StoredZip
from tallymark.integrity.merkle import Tree, leaf_hash
from tallymark.model.casefile import Casefile
from tallymark.pack import pages, seal, words
from tallymark.pack.contents import Contents, Progress, Seal, StampFile, choose
from tallymark.pack.names import Original
from tallymark.pack.parts import Copying, Parts, plain_errors
from tallymark.pack.pictures import redrawn

PROGRAM = "tallymark 0.1.0"


@dataclass(frozen=True, slots=True)
class Built:
    """A pack as it lies on disk. ``folder`` is None when the pack is going to be sealed to keys."""

    folder: Path | None
    zip: Path
    tagmanifest_sha256: str
    files: int


@dataclass(frozen=True, slots=True)
class _Sources:
    record_data: Callable[[str], bytes]
    open_original: Callable[[str], BinaryIO]


def build(  # noqa: PLR0913 - everything that differs from pack to pack is named
    casefile: Casefile,
    *,
    target: Path,
    key: signature.SigningKey,
    checkpoint: str,
    leaf_hashes: Sequence[bytes],
    record_data: Callable[[str], bytes],
    open_original: Callable[[str], BinaryIO],
    made: datetime,
    pack_id: str,
    series: str,
    sequence: int,
    purpose: str,
    recipients: Sequence[str] = (),
    vault: str,
    epoch: int,
    erased: Collection[int] = (),
    stamps: Sequence[StampFile] = (),
    progress: Progress | None = None,
) -> Built:
    """Write ``target`` (a folder) and ``target.zip`` and return where they are.

    ``made`` is aware; ``checkpoint`` is the signed note over exactly ``leaf_hashes``; ``stamps`` are
    of earlier heads of the same log. With
    ``recipients`` (age keys) only the zip is left, for the caller to seal. The same arguments give
    the same bytes. Raises ``OutputExists``, ``NothingChosen``, ``DiskFull``, ``PackError``, and
    ``IntegrityError`` when a record or an original is not what the log says; then nothing is left.
    """
    origin = f"{vault}/{epoch}"
    tree = Tree(leaf_hashes)
    head = notes.open_note(checkpoint, public=key.public, name=origin)
    if (head.size, head.root) != (tree.size, tree.root()):
        raise IntegrityError("The signed head is not the head of this log.")
    contents = choose(
        casefile,
        purpose=purpose,
        made=made,
        pack_id=pack_id,
        series=series,
        sequence=sequence,
        seal=_seal(key, head),
        erased=erased,
    )
    sources = _Sources(record_data, open_original)
    with plain_errors(), Parts(target) as parts:
        contents = replace(
            contents,
            pictures=redrawn(contents, open_original=open_original),
            stamps=tuple(stamps),
        )
        payload = _payload(contents, parts, sources=sources, leaf_hashes=leaf_hashes)
        tags = [*pages.write(contents), *words.write(contents)]
        tags += seal.tag_files(
            contents,
            before=tags,
            key=key,
            tree=tree,
            checkpoint=checkpoint,
            identity=casefile.identity,
            recipients=recipients,
            payload=payload,
        )
        _write(parts, contents, tags=tags, payload=payload, sources=sources, progress=progress)
        folder = parts.finish(keep_folder=not recipients)
    return Built(
        folder=folder,
        zip=parts.zip,
        tagmanifest_sha256=seal.tagmanifest_sha256(tags),
        files=len(tags) + len(payload),
    )


def _seal(key: signature.SigningKey, head: notes.Checkpoint) -> Seal:
    return Seal(
        fingerprint=signature.fingerprint(key.public),
        words=signature.six_words(key.public),
        origin=head.origin,
        size=head.size,
        root=head.root.hex(),
        program=PROGRAM,
    )


def _payload(
    contents: Contents, parts: Parts, *, sources: _Sources, leaf_hashes: Sequence[bytes]
) -> dict[str, tuple[str, int]]:
    """Tables and records are written; each payload path with its digest and size, as in the manifest."""
    found: dict[str, tuple[str, int]] = {}
    package = "tallymark.pack.exports"
    for name in plugins.names(package):
        export = plugins.load(package, name, "EXPORT")
        with parts.create(export.path) as file:
            export.write(contents, file)
        with parts.open(export.path) as file:
            found[export.path] = digest.sha256_stream(file)
    for record in contents.shown:
        index = contents.numbers[record.id]
        data = sources.record_data(record.id)
        if leaf_hashes[index] != leaf_hash(data):
            raise IntegrityError("A record is not the one in the log.")
        path = seal.record_path(index)
        with parts.create(path) as file:
            file.write(data)
        with parts.open(path) as file:
            found[path] = digest.sha256_stream(file)
    found.update({o.path: (o.sha256, o.size) for o in contents.originals})
    return dict(sorted(found.items(), key=lambda item: item[0].encode()))


def _write(
    parts: Parts,
    contents: Contents,
    *,
    tags: Sequence[tuple[str, bytes]],
    payload: dict[str, tuple[str, int]],
    sources: _Sources,
    progress: Progress | None,
) -> None:
    originals = {o.path: o for o in contents.originals}
    total = sum(size for _, size in payload.values())
    done = 0

    def step(count: int) -> None:
        nonlocal done
        done += count
        if progress is not None:
            progress(done, total)

    with disk.change(parts.zip_part) as file, StoredZip(file) as container:
        top = parts.folder.name
        for name, data in tags:
            with parts.create(name) as beside:
                beside.write(data)
            container.add(f"{top}/{name}", data)
        for path, (_, size) in payload.items():
            if path in originals:
                _copy(parts, container, originals[path], sources=sources, step=step)
            else:
                with parts.open(path) as source:
                    container.add(f"{top}/{path}", source)
                step(size)
        container.close()
        disk.sync(file)


def _copy(
    parts: Parts,
    container: StoredZip,
    original: Original,
    *,
    sources: _Sources,
    step: Callable[[int], None],
) -> None:
    """One original into both places, read once."""
    with sources.open_original(original.exhibit_id) as source, parts.create(original.path) as file:
        single = Copying(source, file, size=original.size, sha256=original.sha256, progress=step)
        container.add(f"{parts.folder.name}/{original.path}", cast("BinaryIO", single))
        single.finish()
