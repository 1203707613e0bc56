"""Writes vectors/backup: ``PYTHONPATH=tests python tests/vault/backup_vectors.py``."""

from __future__ import annotations

import io

import msgspec

from integrity.vector_format import VECTORS, render, seeded
from tallymark.integrity import canonical
from tallymark.integrity.envelope import seal
from tallymark.integrity.signature import SigningKey, sshsig
from tallymark.vault.backup import index as indexes
from tallymark.vault.backup.index import Index, Original, Whole

FOLDER = VECTORS / "backup"
VAULT = "00112233445566778899aabbccddeeff"
MASTER = bytes(range(32))
KEY = SigningKey.from_seed(bytes(range(32, 64)))
GOOD = Index(
    vault=VAULT,
    number=2,
    builds_on=1,
    made="2026-05-06T07:08:09Z",
    head="a signed note\n",
    acts="another\n",
    manifest="ab" * 32,
    database=Whole(1_048_577, ("00" * 32, "11" * 32)),
    blobs=(Original("0" * 32, "age1x", 3, ("22" * 32,)),),
)


def main() -> None:
    """Write every file."""
    FOLDER.mkdir(exist_ok=True)
    with seeded("backup index"):
        for name, data in everything().items():
            (FOLDER / f"{name}.txt").write_bytes(data)


def everything() -> dict[str, bytes]:
    """The index as written, and each way to break it."""
    good = msgspec.to_builtins(GOOD)
    file = {**good["blobs"][0]}
    values: dict[str, tuple[str, str, dict[str, object]]] = {
        "index-good": ("success", "as written", good),
        "index-newer": ("too new", "version 2", {**good, "v": "2", "more": 1}),
        "index-member": ("damaged", "one member too many", {**good, "more": 1}),
        "index-missing": ("damaged", "no number", _without(good, "number")),
        "index-number": ("damaged", "there is no copy 0", {**good, "number": 0}),
        "index-piece": (
            "damaged",
            "the name of a piece is a path",
            {**good, "database": {"size": 1, "pieces": ["../../slots"]}},
        ),
        "index-blob": (
            "damaged",
            "the name of an original is a path",
            {**good, "blobs": [{**file, "name": "../../slots"}]},
        ),
        "index-twice": ("damaged", "one original twice", {**good, "blobs": [file, file]}),
    }
    made = {name: _file(*rest) for name, rest in values.items()}
    line = canonical.encode(good)
    signature = sshsig(KEY, line, namespace=indexes.NAMESPACE)
    other = sshsig(KEY, line, namespace="tallymark-bundle")
    return {
        **made,
        "index-spaces": _made("damaged", "not the canonical form", b" " + line, signature),
        "index-signature": _made("signature failure", "another namespace", line, other),
        "index-unsigned": _made("signature failure", "no signature", line, ""),
        "index-key": _made("wrong key", "another master key", line, signature, master=bytes(32)),
        "index-vault": _made("wrong key", "another vault", line, signature, vault="ff" * 16),
    }


def _without(value: dict[str, object], name: str) -> dict[str, object]:
    return {key: value[key] for key in value if key != name}


def _file(expect: str, about: str, value: dict[str, object]) -> bytes:
    line = canonical.encode(value)
    return _made(expect, about, line, sshsig(KEY, line, namespace=indexes.NAMESPACE))


def _made(
    expect: str,
    about: str,
    line: bytes,
    signature: str,
    *,
    master: bytes = MASTER,
    vault: str = VAULT,
) -> bytes:
    sealed = io.BytesIO()
    recipient = indexes.identity_of(MASTER, VAULT).recipient
    seal(io.BytesIO(line + b"\n" + signature.encode()), sealed, recipients=[recipient])
    return render(
        sealed.getvalue(),
        expect=expect,
        kind="index",
        about=about,
        master=master,
        vault=vault,
        public=KEY.public,
    )


if __name__ == "__main__":
    main()
