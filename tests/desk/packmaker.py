"""Makes small real packs by the bundle layout, so that the desk is tested without the pack room."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from tallymark.integrity import bag, canonical, checkpoint, merkle, signature
from tallymark.model.record import Body, Record

NOTEBOOK = (
    "The program offers a private safety notebook, which is outside this log and never exported."
)
MADE = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def record(
    number: int, body: Body, *, written: str = "2026-06-01T10:00:00Z", **more: Any
) -> Record:
    """A record whose id and salt follow from its number."""
    salt = hashlib.sha256(f"salt{number}".encode()).hexdigest()[:32]
    ident = f"01J{number:023d}"
    return Record(id=ident, written=written, zone="Europe/London", salt=salt, body=body, **more)


def ident(number: int) -> str:
    """The id that ``record`` gives to this number."""
    return f"01J{number:023d}"


def record_bytes(one: Record) -> bytes:
    """The exact bytes that are hashed into the log."""
    return canonical.encode(msgspec.to_builtins(one))


def make_pack(  # noqa: PLR0913 - each test changes one thing
    target: Path,
    records: Sequence[Record | bytes],
    *,
    key: signature.SigningKey | None = None,
    originals: Sequence[tuple[str, bytes]] = (),
    series: str = "series-1",
    sequence: int = 1,
    made: datetime = MADE,
    vault: str = "vault-1",
    withheld: Sequence[int] = (),
    extra: dict[str, bytes] | None = None,
    statement_changes: dict[str, Any] | None = None,
) -> Path:
    """Write ``target``.zip with these records as leaves 0, 1, ...; returns its path."""
    signer = key or signature.SigningKey.from_seed(hashlib.sha256(series.encode()).digest())
    leaves = [one if isinstance(one, bytes) else record_bytes(one) for one in records]
    tree = merkle.Tree([merkle.leaf_hash(leaf) for leaf in leaves])
    origin = f"{vault}/1"
    note = checkpoint.sign(
        checkpoint.Checkpoint(origin, tree.size, tree.root()), key=signer
    ).encode()
    shown = [n for n in range(len(leaves)) if n not in withheld]
    payload = _payload(leaves, shown, originals, extra or {})
    proofs = {
        "v": "1",
        "origin": origin,
        "size": tree.size,
        "root": tree.root().hex(),
        "shown": [
            {
                "index": n,
                "path": f"data/records/{n:06d}.json",
                "proof": [part.hex() for part in tree.inclusion(n)],
            }
            for n in shown
        ],
        "withheld": sorted(withheld),
        "erased": [],
    }
    statement = {
        "v": "1",
        "purpose": "police",
        "recipients": [],
        "pack_id": hashlib.sha256(f"{series}{sequence}".encode()).hexdigest()[:32],
        "series": series,
        "sequence": sequence,
        "made": made.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "program": "tallymark test",
        "vault": vault,
        "epoch": 1,
        "origin": origin,
        "size": tree.size,
        "root": tree.root().hex(),
        "checkpoint_sha256": hashlib.sha256(note).hexdigest(),
        "signer": signature.fingerprint(signer.public),
        "casefile": "0" * 64,
        "selection": {},
        "update_of": None,
        "notes": [NOTEBOOK],
    } | (statement_changes or {})
    return _write(target, signer, payload, statement, note, proofs)


def _payload(
    leaves: Sequence[bytes],
    shown: Sequence[int],
    originals: Sequence[tuple[str, bytes]],
    extra: dict[str, bytes],
) -> dict[str, bytes]:
    files = {
        "data/entries.csv": b"number\n",
        "data/events.csv": b"row\n",
        "data/exhibits.csv": b"number\n",
        "data/casefile.json": b"{}",
    }
    files |= {f"data/originals/{name}": data for name, data in originals}
    files |= {f"data/records/{n:06d}.json": leaves[n] for n in shown}
    return files | extra


def _write(
    target: Path,
    key: signature.SigningKey,
    payload: dict[str, bytes],
    statement: dict[str, Any],
    note: bytes,
    proofs: dict[str, Any],
) -> Path:
    line = signature.public_line(key.public)
    line = line if line.endswith("\n") else line + "\n"
    size = sum(map(len, payload.values()))
    tags = {
        "1-START-HERE.pdf": b"%PDF-1.7\n",
        "2-everything.pdf": b"%PDF-1.7\n",
        "READ-ME-FIRST.txt": b"read me\n",
        "summary.txt": b"summary\n",
        "bagit.txt": bag.BAGIT_TXT,
        "bag-info.txt": f"Payload-Oxum: {size}.{len(payload)}\n".encode(),
        "statement.json": canonical.encode(statement),
        "signer.pub": line.encode(),
        "allowed_signers": f'tallymark namespaces="tallymark-bundle" {line}'.encode(),
        "manifest-sha256.txt": bag.manifest(
            (path, hashlib.sha256(data).hexdigest()) for path, data in payload.items()
        ),
    }
    proof_files = {
        "proofs/checkpoint.txt": note,
        "proofs/log.json": canonical.encode(proofs),
    }
    everything = {**tags, **proof_files}
    tagmanifest = bag.manifest(
        (path, hashlib.sha256(data).hexdigest()) for path, data in everything.items()
    )
    seal = signature.sshsig(key, tagmanifest, namespace="tallymark-bundle").encode()
    ordered = {
        **tags,
        "tagmanifest-sha256.txt": tagmanifest,
        "tagmanifest-sha256.txt.sig": seal,
        **proof_files,
        **dict(sorted(payload.items(), key=lambda pair: pair[0].encode())),
    }
    buffer = io.BytesIO()
    archive = bag.StoredZip(buffer)
    for path, data in ordered.items():
        archive.add(f"{target.name}/{path}", data)
    archive.close()
    path = target.with_name(target.name + ".zip")
    path.write_bytes(buffer.getvalue())
    return path


def flip(path: Path, needle: bytes) -> Path:
    """The same pack with one bit changed in the first place where ``needle`` stands."""
    data = bytearray(path.read_bytes())
    data[data.index(needle)] ^= 1
    path.write_bytes(bytes(data))
    return path


def unknown_kind(number: int) -> bytes:
    """A record of a kind that no version knows yet, in canonical bytes."""
    value = {
        "v": "2",
        "id": ident(number),
        "written": "2026-06-01T10:00:00Z",
        "zone": "Europe/London",
        "salt": "00" * 16,
        "body": {"type": "something_newer", "words": "kept"},
    }
    assert json.loads(canonical.encode(value)) == value
    return canonical.encode(value)
