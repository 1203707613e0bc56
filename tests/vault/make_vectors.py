"""Writes vectors/vault: ``PYTHONPATH=tests python tests/vault/make_vectors.py``."""

from __future__ import annotations

import hashlib
import json
import tempfile
from array import array
from pathlib import Path

from integrity.vector_format import VECTORS, render, seeded
from tallymark.integrity.envelope import Identity
from tallymark.integrity.keyslot import CHEAP
from tallymark.model.event import canonical_line
from tallymark.vault import keys
from vault.making import event

FOLDER = VECTORS / "vault"
PASSPHRASE = "six words are easier to remember"
VAULT = "00112233445566778899aabbccddeeff"
KEY = bytes(range(32))

CRASHES = {
    "attach-while-sealing": ("swept", "killed before the rename", "blob part"),
    "attach-before-commit": ("swept", "killed between rename and commit", "blob file"),
    "attach-committed": ("kept", "file and row", "blob file\nblob row"),
    "attach-file-gone": ("damage", "a row without its file", "blob row"),
    "import-midway": ("swept", "events without a record", "generation events"),
    "import-committed": ("kept", "events and record", "generation events\ngeneration record"),
    "import-replaced": (
        "swept",
        "an old generation whose rows are still there",
        "generation events\ngeneration record\ngeneration doomed",
    ),
    "inbox-before-commit": ("kept", "a note not yet taken in", "inbox note"),
    "inbox-before-unlink": ("kept", "a note taken in, file still there", "inbox note\ninbox seen"),
    "slots-part": ("swept", "killed before the rename of slots", "slots part"),
}


def main() -> None:
    """Write every file."""
    FOLDER.mkdir(exist_ok=True)
    for name, data in {**slots(), **events(), **columns(), **crashes()}.items():
        (FOLDER / f"{name}.txt").write_bytes(data)


def slots() -> dict[str, bytes]:
    """The file of locked keys, and ways to break it."""
    with seeded("vault slots"), tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        box = Identity.generate().recipient
        keys.write(place, vault_id=VAULT, inbox=box, master=KEY, passphrase=PASSPHRASE, cost=CHEAP)
        good = (place / "slots").read_bytes()
    value = json.loads(good)

    def one(content: bytes | dict[str, object], expect: str, about: str, **more: object) -> bytes:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        secret = str(more.pop("passphrase", PASSPHRASE)).encode()
        return render(data, expect=expect, kind="slots", about=about, passphrase=secret, **more)

    recovery = {**value["slots"][0], "kind": "recovery"}
    return {
        "slots-good": one(good, "success", "as written", key=KEY),
        "slots-good-other-kind": one(
            {**value, "slots": [recovery, *value["slots"]]},
            "success",
            "a slot of an unknown kind comes first and is passed over",
            key=KEY,
        ),
        "slots-passphrase": one(good, "wrong passphrase", "another one", passphrase="another"),
        "slots-moved": one({**value, "vault": "ff" * 16}, "wrong passphrase", "of another vault"),
        "slots-newer": one({**value, "v": "2", "x": 1}, "too new", "version 2"),
        "slots-unknown-member": one({**value, "x": 1}, "damaged", "one member too many"),
        "slots-none": one({**value, "slots": []}, "damaged", "no slot"),
        "slots-only-other-kind": one(
            {**value, "slots": [recovery]}, "damaged", "no passphrase slot"
        ),
        "slots-inbox": one({**value, "inbox": "age1x"}, "damaged", "no recipient for notes"),
        "slots-vault": one({**value, "vault": "x"}, "damaged", "an id that is none"),
        "slots-cut": one(good[:-20], "damaged", "cut short"),
        "slots-empty": one(b"", "damaged", "an empty file"),
        "slots-long": one(good + b" " * 70_000, "damaged", "more than 64 KiB"),
    }


def events() -> dict[str, bytes]:
    """Canonical lines and their digest."""
    lines = [canonical_line(event(n, text)) for n, text in enumerate(("one", "zwei 😡", "三"))]
    whole = b"".join(line + b"\n" for line in lines)
    digest = hashlib.sha256(whole).hexdigest()

    def one(content: bytes, expect: str, about: str) -> bytes:
        return render(content, expect=expect, kind="events", about=about, digest=digest, count=3)

    swapped = b"".join(line + b"\n" for line in (lines[1], lines[0], lines[2]))
    empty = hashlib.sha256(b"").hexdigest()
    return {
        "events-good": one(whole, "success", "three lines"),
        "events-none": render(
            b"", expect="success", kind="events", about="no event", digest=empty, count=0
        ),
        "events-order": one(swapped, "digest mismatch", "two lines have changed places"),
        "events-last-newline": one(whole[:-1], "digest mismatch", "the last newline is missing"),
        "events-missing": one(whole[len(lines[0]) + 1 :], "digest mismatch", "a line is missing"),
    }


def columns() -> dict[str, bytes]:
    """Columns as bytes, and what follows from them."""
    good = render(
        b"",
        expect="success",
        kind="columns",
        about="four events, one without time, one out of order, one without sender",
        parties=json.dumps(["", "Alex", "Sam"]),
        owner="Sam",
        seconds=_little("q", [100, -(2**63), 40, 160]),
        party=_little("H", [1, 2, 0, 2]),
        flags=bytes([0, 4, 0, 1]),
        rises=60,
        falls=120,
        direction=bytes([1, 2, 0, 2]),
    )
    return {"columns-good": good.replace(b"flags:", b"kind-codes: 00000100\nflags:", 1)}


def _little(code: str, values: list[int]) -> bytes:
    size = array(code).itemsize
    return b"".join(value.to_bytes(size, "little", signed=code == "q") for value in values)


def crashes() -> dict[str, bytes]:
    """What a kill leaves, and what opening makes of it."""
    return {
        f"crash-{name}": render(state.encode() + b"\n", expect=expect, kind="crash", about=about)
        for name, (expect, about, state) in CRASHES.items()
    }


if __name__ == "__main__":
    main()
