"""The project's own vectors: every file does what its header says, by the code of integrity."""

from __future__ import annotations

import hashlib
import io
import json

import pytest

from integrity import envelope_vectors, epoch_vectors, log_vectors
from integrity.vector_format import VECTORS, Vector, read
from tallymark.errors import (
    EnvelopeDamaged,
    EnvelopeError,
    IntegrityError,
    WrongKey,
    WrongPassphrase,
    WrongWords,
)
from tallymark.integrity import (
    canonical,
    checkpoint,
    envelope,
    envelope_header,
    epoch,
    keyslot,
    merkle,
    recovery_words,
    signature,
    wordslot,
)
from tallymark.integrity.envelope import Identity

FILES = sorted([*(VECTORS / "log").iterdir(), *(VECTORS / "envelope").iterdir()])


def _hex(vector: Vector, name: str) -> bytes:
    return bytes.fromhex(vector[name])


def run_record(vector: Vector) -> str:
    """Strict reading, then the leaf."""
    try:
        canonical.decode(vector.content)
    except IntegrityError:
        return "not canonical"
    same = merkle.leaf_hash(vector.content) == _hex(vector, "leaf")
    return "success" if same else "leaf mismatch"


def run_tree(vector: Vector) -> str:
    """The root by both ways, and the stored frontier."""
    leaves, root = vector.lines(), _hex(vector, "root")
    grown = merkle.Frontier()
    for leaf in leaves:
        grown.append(leaf)
    try:
        stored = merkle.Frontier.from_bytes(_hex(vector, "frontier"))
    except IntegrityError:
        return "frontier failure"
    assert grown.root() == merkle.Tree(leaves).root()
    same = grown.root() == root == stored.root() and stored.size == int(vector["size"])
    return "success" if same else "root mismatch"


def run_inclusion(vector: Vector) -> str:
    """An audit path."""
    fits = merkle.verify_inclusion(
        _hex(vector, "leaf"),
        index=int(vector["index"]),
        size=int(vector["size"]),
        proof=vector.lines(),
        root=_hex(vector, "root"),
    )
    return "success" if fits else "proof failure"


def run_consistency(vector: Vector) -> str:
    """A proof that a log only grew."""
    fits = merkle.verify_consistency(
        old_size=int(vector["old-size"]),
        old_root=_hex(vector, "old-root"),
        new_size=int(vector["new-size"]),
        new_root=_hex(vector, "new-root"),
        proof=vector.lines(),
    )
    return "success" if fits else "proof failure"


def run_checkpoint(vector: Vector) -> str:
    """A signed note."""
    try:
        found = checkpoint.open_note(
            vector.content.decode(), public=_hex(vector, "public"), name=vector["name"]
        )
    except IntegrityError:
        return "note failure"
    assert (found.size, found.root) == (int(vector["size"]), _hex(vector, "root"))
    return "success"


def run_heads(vector: Vector) -> str:
    """How two heads stand to each other."""
    known, other = (
        checkpoint.Checkpoint(
            vector[f"{name}-origin"], int(vector[f"{name}-size"]), _hex(vector, f"{name}-root")
        )
        for name in ("known", "other")
    )
    named = "known-public" in vector.header
    keys = (_hex(vector, "known-public"), _hex(vector, "other-public")) if named else None
    return checkpoint.compare(known, other, proof=tuple(vector.lines()), keys=keys)


def run_epoch(vector: Vector) -> str:
    """The body of an epoch record, against the line before it."""
    before = None
    if "before-origin" in vector.header:
        origin = vector["before-origin"]
        before = epoch.Line(origin, _hex(vector, "before-public"), int(origin.rpartition("/")[2]))
    body = canonical.decode(vector.content)
    assert isinstance(body, dict)
    try:
        found = epoch.read(body, before=before)
    except IntegrityError:
        return "epoch failure"
    if found.prior is not None:
        assert (found.prior.size, found.prior.root.hex()) == (int(vector["size"]), vector["root"])
    return found.standing


def run_signature(vector: Vector) -> str:
    """An SSHSIG."""
    try:
        public = signature.verify_sshsig(
            vector.content.decode(),
            message=_hex(vector, "message"),
            namespace=vector["namespace"],
        )
    except IntegrityError:
        return "signature failure"
    assert public == _hex(vector, "public")
    return "success"


def run_age(vector: Vector) -> str:
    """A sealed file, read from front to back and then from anywhere."""
    scalar = Identity.parse(vector["identity"]).scalar
    try:
        header = envelope_header.parse(vector.content)
        file_key = envelope_header.find_key(header, secret=scalar)
    except EnvelopeDamaged:
        return "header failure"
    except WrongKey:
        return "no match"
    try:
        envelope_header.check_mac(header, file_key=file_key)
    except EnvelopeDamaged:
        return "HMAC failure"
    if len(vector.content) < header.length + envelope.NONCE:
        return "header failure"
    return _payload(vector, Identity(scalar))


def _payload(vector: Vector, identity: Identity) -> str:
    size = int(vector["size"]) if "size" in vector.header else None
    out = io.BytesIO()
    result = "success"
    try:
        envelope.open_all(io.BytesIO(vector.content), out, identity=identity, size=size)
    except EnvelopeDamaged:
        result = "payload failure"
    assert hashlib.sha256(out.getvalue()).hexdigest() == vector["payload"]
    if result == "success":
        file = io.BytesIO(vector.content)
        with envelope.SealedReader(file, identity=identity, size=size) as reader:
            assert reader.read() == out.getvalue()
    return result


def run_slot(vector: Vector) -> str:
    """A slot of any kind, opened by what its header gives."""
    try:
        key = _slot_key(vector, json.loads(vector.content))
    except WrongPassphrase:
        return "wrong passphrase"
    except WrongKey:
        return "no match"
    except (IntegrityError, EnvelopeError):
        return "slot failure"
    except WrongWords:
        return "wrong words"
    if key is None:
        return "wrong words"
    assert bytes(key) == _hex(vector, "key")
    return "success"


def _slot_key(vector: Vector, slot: dict) -> bytearray | None:
    label = vector["label"]
    if "passphrase" in vector.header:
        return keyslot.open_slot(slot, _hex(vector, "passphrase").decode(), label=label)
    if "identity" in vector.header:
        copy = wordslot.sealed_copy(slot)[1]
        secret = wordslot.secret_in(copy, envelope.Identity.parse(vector["identity"]))
    else:
        secret = recovery_words.secret_of(recovery_words.numbers_of(_hex(vector, "words").decode()))
    return None if secret is None else wordslot.open_slot(slot, secret, label=label)


RUN = {
    "record": run_record,
    "tree": run_tree,
    "inclusion": run_inclusion,
    "consistency": run_consistency,
    "checkpoint": run_checkpoint,
    "heads": run_heads,
    "epoch": run_epoch,
    "signature": run_signature,
    "age": run_age,
    "slot": run_slot,
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_vector(path) -> None:
    """The file is accepted or refused as its header says, and for that reason."""
    vector = read(path.read_bytes())
    assert RUN[vector["kind"]](vector) == vector["expect"], vector["about"]


def test_the_files_are_the_ones_the_script_makes() -> None:
    """Nobody edits a vector by hand: each comes from a fixed seed, byte for byte."""
    log = log_vectors.everything() | epoch_vectors.everything()
    made = {"log": log, "envelope": envelope_vectors.everything()}
    wanted = {
        f"{folder}/{name}": data for folder, new in made.items() for name, data in new.items()
    }
    found = {f"{path.parent.name}/{path.stem}": path.read_bytes() for path in FILES}
    assert sorted(found) == sorted(wanted)
    assert [name for name, data in wanted.items() if found[name] != data] == []


def test_every_kind_has_good_and_broken_files() -> None:
    """A kind with only good files shows nothing."""
    seen: dict[str, set[str]] = {}
    for path in FILES:
        vector = read(path.read_bytes())
        seen.setdefault(vector["kind"], set()).add(vector["expect"])
    assert set(seen) == set(RUN)
    assert all(len(expectations) > 1 for expectations in seen.values())
