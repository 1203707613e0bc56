"""Scenarios of vectors/bundle about time stamps and about epochs."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

from verify.bundle_maker import (
    ORIGIN,
    OWNER,
    STRANGER,
    Key,
    Plan,
    compact,
    incident,
    record,
    root_of,
)

Scenario = tuple[str, bytes, tuple[int, ...]]
NEXT = Key(9)
VAULT = ORIGIN.partition("/")[0]
Change = Callable[[dict[str, bytes]], object]


def seals() -> dict[str, Scenario]:
    """All of them by file name: what it is about, the bundle, the checks that fail."""
    return {**_stamps(), **_epochs()}


def leaves(records: list[bytes]) -> list[bytes]:
    """Leaf hashes."""
    return [hashlib.sha256(b"\0" + data).digest() for data in records]


def consistency(size: int, of: list[bytes], *, whole: bool = True) -> list[bytes]:
    """RFC 6962 section 2.1.2, by its recursive definition."""
    if size == len(of):
        return [] if whole else [root_of(of)]
    half = 1 << (len(of) - 1).bit_length() - 1
    if size <= half:
        return [*consistency(size, of[:half], whole=whole), root_of(of[half:])]
    return [*consistency(size - half, of[half:], whole=False), root_of(of[:half])]


def head(records: list[bytes], size: int, *, key: Key = OWNER, origin: str = ORIGIN) -> bytes:
    """The signed checkpoint of the first ``size`` records."""
    root = base64.b64encode(root_of(leaves(records)[:size])).decode()
    return key.note(f"{origin}\n{size}\n{root}\n")


def answer(note: bytes) -> bytes:
    """What stands for a token: its imprint is all that a verifier of bundles looks for."""
    return b"\x30\x2f" + hashlib.sha256(note).digest() + b" no real token"


LOG = [incident(number, f"No. {number}") for number in range(7)]


def _stamped(
    size: int = 3, *, change: Change = lambda _: None, proof: list[bytes] | None = None
) -> bytes:
    note = head(LOG, size)
    steps = consistency(size, leaves(LOG)) if proof is None else proof
    listed = {"note": "proofs/stamp-1.txt", "answer": "proofs/stamp-1.tsr"}
    listed["proof"] = [step.hex() for step in steps]
    more = {
        "proofs/stamp-1.txt": note,
        "proofs/stamp-1.tsr": answer(note),
        "proofs/stamps.json": compact({"v": "1", "stamps": [listed]}),
    }
    change(more)
    return Plan(LOG, {}, amend_tags=lambda tags: tags.update(more)).zip()


def _put(path: str, data: bytes) -> Change:
    return lambda files: files.update({path: data})


def _stamps() -> dict[str, Scenario]:
    note, tsr, listed = "proofs/stamp-1.txt", "proofs/stamp-1.tsr", "proofs/stamps.json"
    other = [*LOG[:2], incident(2, "Another."), *LOG[3:]]

    def noted(data: bytes) -> Change:
        return lambda files: files.update({note: data, tsr: answer(data)})

    return {
        "good-stamp": ("an earlier head was time-stamped and leads to this one", _stamped(), ()),
        "good-stamp-of-this-head": ("the head of this bundle was time-stamped", _stamped(7), ()),
        "good-stamp-power-of-two": ("a proof that begins with the old root", _stamped(4), ()),
        "stamp-proof-short": (
            "a hash of the proof is missing",
            _stamped(proof=consistency(3, leaves(LOG))[:-1]),
            (6,),
        ),
        "stamp-proof-of-another": (
            "the proof of another size", _stamped(proof=consistency(5, leaves(LOG))), (6,),
        ),
        "stamp-of-another-history": (
            "the stamped head is signed by the same key, of other records",
            _stamped(change=noted(head(other, 3))),
            (6,),
        ),
        "stamp-of-a-longer-log": (
            "the stamped head is longer than this log",
            _stamped(7, change=noted(head([*LOG, LOG[0]], 8)), proof=[]),
            (6,),
        ),
        "stamp-by-another-key": (
            "the stamped head is signed by another key",
            _stamped(change=noted(head(LOG, 3, key=STRANGER))),
            (6,),
        ),
        "stamp-of-another-log": (
            "the stamped head has another origin",
            _stamped(change=noted(head(LOG, 3, origin="another/1"))),
            (6,),
        ),
        "stamp-of-other-bytes": (
            "the answer does not hold the digest of the note",
            _stamped(change=_put(tsr, answer(b"other"))),
            (6,),
        ),
        "stamp-answer-missing": (
            "the answer is not there", _stamped(change=lambda files: files.pop(tsr)), (6,),
        ),
        "stamp-unknown-member": (
            "a member that the list does not have",
            _stamped(change=_put(listed, b'{"more":1,"stamps":[],"v":"1"}')),
            (6,),
        ),
        "stamp-list-empty": (
            "a list of none", _stamped(change=_put(listed, b'{"stamps":[],"v":"1"}')), (6,),
        ),
        "stamp-other-path": (
            "the list names another file as the note",
            _stamped(change=_put(listed, compact({"v": "1", "stamps": [
                {"note": "proofs/checkpoint.txt", "answer": tsr, "proof": []}]}))),
            (6,),
        ),
    }  # fmt: skip


def _body(number: int, key: Key, **more: object) -> dict[str, object]:
    first = {"type": "epoch", "vault": VAULT, "epoch": number, "public_key": key.public.hex()}
    return {**first, **more}


def _endorsed(body: dict[str, object], *, by: Key = OWNER) -> dict[str, object]:
    signed = by.sshsig(compact(body), namespace="tallymark-epoch").decode()
    return {**body, "endorsed": signed}


BEFORE = [record(0, _body(1, OWNER)), incident(1, "One."), incident(2, "Two.")]


def _second(second: dict[str, object] | None = None, *, key: Key = NEXT, **plan: object) -> bytes:
    """A log that goes on under a second epoch; ``second`` is the body that begins it."""
    body = second or _endorsed(_body(2, NEXT, prior=head(BEFORE, 3).decode()))
    records = [*BEFORE, record(3, body), incident(4, "After.")]
    origin = f"{VAULT}/2"

    def renamed(value: dict) -> dict:
        return {**value, "origin": origin}

    fields = {
        "key": key,
        "amend_body": lambda text: text.replace(ORIGIN, origin),
        "amend_log": renamed,
        "amend_statement": lambda value: {**renamed(value), "epoch": 2},
        **plan,
    }
    made = Plan(records, {}, **fields)
    return made.zip()


def _stamped_before() -> bytes:
    """A head of the first epoch was stamped; the bundle is of the second."""
    body = _endorsed(_body(2, NEXT, prior=head(BEFORE, 3).decode()))
    records = [*BEFORE, record(3, body), incident(4, "After.")]
    note = head(BEFORE, 2)
    steps = [step.hex() for step in consistency(2, leaves(records))]
    listed = {"note": "proofs/stamp-1.txt", "answer": "proofs/stamp-1.tsr", "proof": steps}
    more = {
        "proofs/stamp-1.txt": note,
        "proofs/stamp-1.tsr": answer(note),
        "proofs/stamps.json": compact({"v": "1", "stamps": [listed]}),
    }
    return _second(amend_tags=lambda tags: tags.update(more))


def _epochs() -> dict[str, Scenario]:
    prior = head(BEFORE, 3).decode()
    plain = _body(2, NEXT, prior=prior)
    return {
        "good-epoch": ("the log went on under a second key, by the first one's word", _second(), ()),
        "good-epoch-not-endorsed": ("the first key was not held any more", _second(plain), ()),
        "good-epoch-stamped-before": (
            "a head of the first epoch was time-stamped", _stamped_before(), (),
        ),
        "epoch-endorsed-by-another": (
            "a stranger's word for the second key",
            _second(_endorsed(plain, by=STRANGER)),
            (7,),
        ),
        "epoch-endorsed-another": (
            "the word for another epoch",
            _second({**plain, "endorsed": _endorsed({**plain, "epoch": 3})["endorsed"]}),
            (7,),
        ),
        "epoch-prior-of-another-size": (
            "it goes on from a head that is not the one before it",
            _second(_body(2, NEXT, prior=head(BEFORE, 2).decode())),
            (7,),
        ),
        "epoch-prior-by-another-key": (
            "the head it cites is signed by another key",
            _second(_body(2, NEXT, prior=head(BEFORE, 3, key=STRANGER).decode())),
            (7,),
        ),
        "epoch-without-prior": ("a later epoch that cites nothing", _second(_body(2, NEXT)), (7,)),
        "epoch-number-again": (
            "the number does not rise", _second(_body(1, NEXT, prior=prior)), (7,),
        ),
        "epoch-of-another-key": (
            "the bundle is signed by a key that begins no epoch", _second(plain, key=STRANGER), (7,),
        ),
    }  # fmt: skip
