"""The tag files that bind a pack together: manifests, statement, signature and proofs.

Layout and members are those of docs/spec/bundle.md; nothing here is read by the person.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC

from tallymark.integrity import canonical, signature
from tallymark.integrity.bag import BAGIT_TXT, manifest
from tallymark.integrity.merkle import Tree
from tallymark.pack.contents import Contents, kept_back_lines

NAMESPACE = "tallymark-bundle"
NOTEBOOK = (
    "The program offers a private safety notebook, which is outside this log and never exported."
)
TAGMANIFEST = "tagmanifest-sha256.txt"

TagFile = tuple[str, bytes]


def record_path(index: int) -> str:
    """Where the record with this place in the log lies."""
    return f"data/records/{index:06d}.json"


def tag_files(
    contents: Contents,
    *,
    before: Sequence[TagFile],
    key: signature.SigningKey,
    tree: Tree,
    checkpoint: str,
    identity: str,
    recipients: Sequence[str],
    payload: Mapping[str, tuple[str, int]],
) -> list[TagFile]:
    """Every tag file after ``before`` (the pages for people), in the order of the spec.

    ``payload`` maps each path below ``data`` to its digest (hex) and size; ``identity`` is that of
    the casefile as it was chosen.
    """
    files: list[TagFile] = [
        ("bagit.txt", BAGIT_TXT),
        ("bag-info.txt", _bag_info(contents, payload=payload)),
        (
            "statement.json",
            _statement(contents, checkpoint=checkpoint, identity=identity, recipients=recipients),
        ),
        ("signer.pub", f"{signature.public_line(key.public).strip()}\n".encode()),
        ("allowed_signers", _allowed(key.public)),
        ("manifest-sha256.txt", manifest((path, sha) for path, (sha, _) in payload.items())),
    ]
    proofs: list[TagFile] = [
        ("proofs/checkpoint.txt", checkpoint.encode()),
        ("proofs/log.json", _log(contents, tree=tree)),
        *_stamps(contents, tree=tree),
    ]
    listed = [*before, *files, *proofs]
    covered = manifest((name, hashlib.sha256(data).hexdigest()) for name, data in listed)
    signed = signature.sshsig(key, covered, namespace=NAMESPACE).encode()
    return [*files, (TAGMANIFEST, covered), (f"{TAGMANIFEST}.sig", signed), *proofs]


def stamp_paths(number: int) -> tuple[str, str]:
    """Where the note and the answer of a time stamp lie; ``number`` counts from 1."""
    return f"proofs/stamp-{number}.txt", f"proofs/stamp-{number}.tsr"


def _stamps(contents: Contents, *, tree: Tree) -> list[TagFile]:
    """Each time stamp as it came, its note, and the way from that head to the head of this pack."""
    if not contents.stamps:
        return []
    files: list[TagFile] = []
    listed = []
    for number, stamp in enumerate(contents.stamps, start=1):
        note, answer = stamp_paths(number)
        files += [(note, stamp.note.encode()), (answer, stamp.response)]
        proof = [node.hex() for node in tree.consistency(stamp.size)]
        listed.append({"note": note, "answer": answer, "proof": proof})
    return [*files, ("proofs/stamps.json", canonical.encode({"v": "1", "stamps": listed}))]


def tagmanifest_sha256(tags: Sequence[TagFile]) -> str:
    """The digest (hex) by which a pack is named in receipts and hand-over records."""
    return hashlib.sha256(dict(tags)[TAGMANIFEST]).hexdigest()


def _allowed(public: bytes) -> bytes:
    kind, encoded = signature.public_line(public).split()[:2]
    return f'tallymark namespaces="{NAMESPACE}" {kind} {encoded}\n'.encode()


def _bag_info(contents: Contents, *, payload: Mapping[str, tuple[str, int]]) -> bytes:
    size = sum(size for _, size in payload.values())
    lines = (
        f"Bagging-Date: {contents.made.astimezone(UTC):%Y-%m-%d}",
        f"Bag-Software-Agent: {contents.seal.program}",
        f"External-Identifier: {contents.pack_id}",
        f"Bag-Group-Identifier: {contents.series}",
        f"Payload-Oxum: {size}.{len(payload)}",
    )
    return ("\n".join(lines) + "\n").encode()


def _statement(
    contents: Contents, *, checkpoint: str, identity: str, recipients: Sequence[str]
) -> bytes:
    origin = contents.seal.origin
    vault, _, epoch = origin.rpartition("/")
    return canonical.encode(
        {
            "v": "1",
            "purpose": contents.purpose,
            "recipients": list(recipients),
            "pack_id": contents.pack_id,
            "series": contents.series,
            "sequence": contents.sequence,
            "made": f"{contents.made.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "program": contents.seal.program,
            "vault": vault,
            "epoch": int(epoch),
            "origin": origin,
            "size": contents.seal.size,
            "root": contents.seal.root,
            "checkpoint_sha256": hashlib.sha256(checkpoint.encode()).hexdigest(),
            "signer": contents.seal.fingerprint,
            "casefile": identity,
            "selection": dict(contents.casefile.selection),
            "update_of": None,
            "notes": [NOTEBOOK, *kept_back_lines(contents)],
        }
    )


def _log(contents: Contents, *, tree: Tree) -> bytes:
    shown = [contents.numbers[record.id] for record in contents.shown]
    return canonical.encode(
        {
            "v": "1",
            "origin": contents.seal.origin,
            "size": contents.seal.size,
            "root": contents.seal.root,
            "shown": [
                {
                    "index": index,
                    "path": record_path(index),
                    "proof": [node.hex() for node in tree.inclusion(index)],
                }
                for index in shown
            ],
            "withheld": list(contents.withheld),
            "erased": list(contents.erased),
        }
    )
