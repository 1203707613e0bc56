"""Writes vectors/vault: ``PYTHONPATH=tests python tests/vault/make_vectors.py``."""

from __future__ import annotations

import base64
import hashlib
import json
import tempfile
from array import array
from collections.abc import Callable
from pathlib import Path

from integrity.vector_format import VECTORS, render, seeded
from tallymark.integrity import recovery_words, wordslot
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
    "keys-copying": ("swept", "killed while the copy under the next key was made", "next part"),
    "keys-copied": ("swept", "killed before the rename of slots", "next copied"),
    "keys-switched": ("kept", "killed after the rename of slots", "next switched"),
    "keys-journal": ("kept", "the same, and the old journal is still there", "next journal"),
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
        slot = keys.passphrase_slot(VAULT, KEY, passphrase=PASSPHRASE, cost=CHEAP)
        keys.write(place, keys.make(VAULT, inbox=box, slots=(slot,)))
        good = (place / "slots").read_bytes()
    value = json.loads(good)

    def one(content: bytes | dict[str, object], expect: str, about: str, **more: object) -> bytes:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        if not {"words", "identity"} & set(more):
            more = {"passphrase": str(more.pop("passphrase", PASSPHRASE)).encode(), **more}
        return render(data, expect=expect, kind="slots", about=about, **more)

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
        "slots-seventeen": one(
            {**value, "slots": value["slots"] * 17}, "damaged", "more than sixteen slots"
        ),
    } | _several(value, one)


def _several(value: dict[str, object], one: Callable[..., bytes]) -> dict[str, bytes]:
    """One key behind two passphrases, words and a helper's copy; one damaged slot bars no other."""
    with seeded("vault slots of every kind"):
        paper, helper, other = (Identity.generate() for _ in range(3))
        second = keys.passphrase_slot(VAULT, KEY, passphrase="the second one", cost=CHEAP)
        words = keys.words_slot(VAULT, KEY, secret=paper.scalar)
        copy = keys.helper_slot(VAULT, KEY, recipient=helper.recipient)
    spoken = wordslot.secret_in(base64.b64decode(str(copy["sealed"])), helper)
    written, read_out = (" ".join(recovery_words.words_of(s)) for s in (paper.scalar, spoken))
    every = {**value, "slots": [*value["slots"], second, words, copy]}
    hungry = {**second, "memory_kib": 1 << 21}
    beside = {**value, "slots": [hungry, {"kind": "words"}, {"kind": "helper"}, *every["slots"]]}
    swapped = written.split()
    swapped[0], swapped[6] = swapped[6], swapped[0]
    success, wrong = "success", "wrong words"
    return {
        "slots-every-first": one(every, success, "the first passphrase of two", key=KEY),
        "slots-every-second": one(
            every, success, "the second passphrase", passphrase="the second one", key=KEY
        ),
        "slots-every-words": one(every, success, "words", words=written.encode(), key=KEY),
        "slots-every-identity": one(
            every, success, "a helper's key", identity=helper.secret, key=KEY
        ),
        "slots-every-read-out": one(
            every, success, "the words in a helper's copy", words=read_out.encode(), key=KEY
        ),
        "slots-every-other-words": one(
            every, wrong, "24 other words", words=" ".join(recovery_words.words_of(KEY)).encode()
        ),
        "slots-every-two-swapped": one(
            every, wrong, "two words changed places", words=" ".join(swapped).encode()
        ),
        "slots-every-other-identity": one(
            every, "wrong key", "the key of nobody's copy", identity=other.secret
        ),
        "slots-beside-damaged": one(
            beside, success, "slots that ask for too much or are none come first", key=KEY
        ),
        "slots-beside-damaged-words": one(
            beside, success, "the same, by words", words=written.encode(), key=KEY
        ),
        "slots-hungry": one(
            {**value, "slots": [hungry]}, "damaged", "the only slot asks for 2 GiB"
        ),
        "slots-words-damaged": one(
            {**value, "slots": [{**words, "wrapped": _flip(words["wrapped"])}]},
            "damaged", "the words are right and the wrapped key is not", words=written.encode(),
        ),
        "slots-helper-swapped": one(
            {**value, "slots": [{**copy, "recipient": other.recipient}]},
            "damaged", "another recipient was written over the helper's", identity=other.secret,
        ),
    }  # fmt: skip


def _flip(text: object) -> str:
    return ("0" if str(text)[0] != "0" else "1") + str(text)[1:]


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
