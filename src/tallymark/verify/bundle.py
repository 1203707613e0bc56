"""The numbered checks of docs/spec/bundle.md section 8, in their order.

Each check returns a few words about what it found, or raises ``VerificationError``. Stored bytes
are hashed; nothing is ever encoded again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tallymark.errors import VerificationError
from tallymark.verify import epochs, inventory, log, names, source, sshsig, stamps, statement
from tallymark.verify.container import Contents, Limits
from tallymark.verify.policy import Policy, Signer
from tallymark.verify.report import Check, Counts, Verdict
from tallymark.verify.statement import ExhibitFacts, LogFile

NAMESPACE = "tallymark-bundle"


class _NotReachedError(Exception):
    """An earlier check failed that this one stands on."""


@dataclass
class _Case:
    """What the checks have found so far."""

    contents: Contents
    policy: Policy
    payload: dict[str, str] | None = None
    tags: dict[str, str] | None = None
    signer: Signer | None = None
    trusted: bool = False
    statement: dict[str, Any] | None = None
    checkpoint: log.Checkpoint | None = None
    proofs: LogFile | None = None
    exhibits: list[ExhibitFacts] | None = None
    stamps: int = 0

    def kept(self, path: str) -> bytes:
        """The bytes of a file that check 2 found missing or not."""
        if path not in self.contents.kept:
            raise _NotReachedError
        return self.contents.kept[path]


def verify(
    path: Path | str,
    *,
    policy: Policy,
    limits: Limits,
    progress: Callable[[int], None] | None = None,
) -> Verdict:
    """Check the zip or folder at ``path``. Raises ``NotABundle`` and nothing else."""
    case = _Case(source.read(Path(path), limits=limits, progress=progress), policy)
    checks = tuple(
        _made(number, name, check, case) for number, (name, check) in enumerate(_CHECKS, start=1)
    )
    return Verdict(
        ok=all(check.ok for check in checks),
        checks=checks,
        signer=case.signer.fingerprint if case.signer else None,
        signer_trusted=case.trusted,
        public=case.signer.public if case.signer else None,
        statement=case.statement,
        counts=_counts(case),
        outside_time=stamps.said(case.stamps),
    )


def _made(number: int, name: str, check: Callable[[_Case], str], case: _Case) -> Check:
    not_reached = Check(number, name, ok=False, detail="not reached", reached=False)
    if number > 1 and case.contents.stopped:
        return not_reached
    try:
        return Check(number, name, ok=True, detail=check(case))
    except _NotReachedError:
        return not_reached
    except VerificationError as error:
        return Check(number, name, ok=False, detail=str(error))


def _counts(case: _Case) -> Counts | None:
    found = case.proofs
    if found is None:
        return None
    shown, withheld, erased = map(len, (found.shown, found.withheld, found.erased))
    return Counts(found.size, shown, withheld, erased, exhibits=len(case.exhibits or ()))


def _container(case: _Case) -> str:
    contents = case.contents
    if contents.stopped or contents.problems:
        more = len(contents.problems) - 1
        first = contents.stopped or contents.problems[0]
        raise VerificationError(first if more < 1 else f"{first} ({more} more like it)")
    size = sum(stored.size for stored in contents.files.values())
    return f"{len(contents.files)} files, {size:,} bytes, nothing before, between or after"


def _inventory(case: _Case) -> str:
    for path in (inventory.MANIFEST, inventory.TAGMANIFEST):
        if path not in case.contents.kept:
            raise VerificationError(f"{path} is missing.")
    case.payload = inventory.parse_manifest(case.contents.kept[inventory.MANIFEST])
    case.tags = inventory.parse_manifest(case.contents.kept[inventory.TAGMANIFEST])
    return inventory.check(case.contents, payload=case.payload, tags=case.tags)


def _digests(case: _Case) -> str:
    if case.payload is None or case.tags is None:
        raise _NotReachedError
    named = {**case.tags, **case.payload}
    files = case.contents.files
    other = [path for path in named if path not in files or files[path].sha256 != named[path]]
    if other:
        more = f" and {len(other) - 1} more" if len(other) > 1 else ""
        raise VerificationError(f"{names.shown(other[0])}{more}: other bytes than listed, or none.")
    return f"{len(named)} SHA-256 digests"


def _signature(case: _Case) -> str:
    public = sshsig.verify(
        case.kept(inventory.SIGNATURE),
        message=case.kept(inventory.TAGMANIFEST),
        namespace=NAMESPACE,
    )
    prefix = b'tallymark namespaces="tallymark-bundle" '
    allowed = case.kept(inventory.ALLOWED)
    if not allowed.startswith(prefix):
        raise VerificationError("allowed_signers is not the one line it should be.")
    lines = (case.kept(inventory.SIGNER), allowed[len(prefix) :])
    if any(sshsig.public_line(line) != public for line in lines):
        raise VerificationError("signer.pub or allowed_signers holds another key.")
    case.signer = Signer(public, sshsig.fingerprint(public))
    return f"by {case.signer.fingerprint}"


def _statement(case: _Case) -> str:
    signer = _signer(case)
    note = case.kept(inventory.CHECKPOINT)
    found = statement.read_statement(case.kept(inventory.STATEMENT))
    if found["signer"] != signer.fingerprint:
        raise VerificationError("statement.json names another signer.")
    if found["checkpoint_sha256"] != hashlib.sha256(note).hexdigest():
        raise VerificationError("statement.json names another checkpoint.")
    head = (found["origin"], found["size"], found["root"])
    for other in _heads(case):
        if other != head:
            raise VerificationError(
                "statement.json does not agree with the log on origin, size or root."
            )
    case.statement = found
    return f"pack {found['sequence']} of its series, log of {found['size']} records"


def _heads(case: _Case) -> list[tuple[str, int, str]]:
    """What the checkpoint and the proofs say of the log; a malformed one is 6's or 7's matter."""
    heads: list[tuple[str, int, str]] = []
    try:
        note = log.read_note(case.kept(inventory.CHECKPOINT))[0]
        heads.append((note.origin, note.size, note.root.hex()))
        proofs = statement.read_log(case.kept(inventory.LOG))
        heads.append((proofs.origin, proofs.size, proofs.root))
    except VerificationError:
        pass
    return heads


def _checkpoint(case: _Case) -> str:
    note = case.kept(inventory.CHECKPOINT)
    others = log.check_signed(note, public=_signer(case).public)
    head = log.read_note(note)[0]
    keys = {**epochs.keys(case.contents.kept), head.origin: _signer(case).public}
    case.stamps = stamps.check(case.contents.kept, head=head, keys=keys)
    case.checkpoint = head
    more = f", and {others} more not judged" if others else ""
    stamped = f"; {case.stamps} stamped heads lead to it" if case.stamps else ""
    return f"signed by the same key{more}{stamped}"


def _records(case: _Case) -> str:
    case.exhibits = _exhibits(case)
    if case.checkpoint is None:
        raise _NotReachedError
    found = statement.read_log(case.kept(inventory.LOG))
    _check_parts(found, size=case.checkpoint.size)
    files = {path for path in case.contents.files if path.startswith(inventory.RECORDS)}
    if files != {one.path for one in found.shown}:
        raise VerificationError("The record files are not those that proofs/log.json lists.")
    for one in found.shown:
        leaf = log.leaf_hash(case.contents.kept[one.path])
        root = log.root_from(
            leaf, index=one.index, size=case.checkpoint.size, proof=list(one.proof)
        )
        if root != case.checkpoint.root:
            raise VerificationError(f"Record {one.index} is not the one in the log.")
    epochs.check(
        [(one.index, case.contents.kept[one.path]) for one in found.shown],
        head=case.checkpoint,
        public=_signer(case).public,
    )
    case.proofs = found
    return f"{len(found.shown)} shown, {len(found.withheld)} withheld, {len(found.erased)} erased"


def _check_parts(found: LogFile, *, size: int) -> None:
    parts = [one.index for one in found.shown] + [*found.withheld, *found.erased]
    if len(parts) != size or len(set(parts)) != size or max(parts) >= size:
        raise VerificationError(
            "The shown, withheld and erased records are not together the whole log."
        )


def _exhibits(case: _Case) -> list[ExhibitFacts]:
    kept = case.contents.kept
    facts = (
        statement.read_record(kept[path]) for path in kept if path.startswith(inventory.RECORDS)
    )
    return [fact for fact in facts if fact is not None]


def _originals(case: _Case) -> str:
    if case.exhibits is None:
        raise _NotReachedError
    by_number: dict[str, ExhibitFacts] = {}
    for fact in case.exhibits:
        number = names.of_number(fact.number)
        if by_number.setdefault(number, fact) != fact:
            raise VerificationError(f"Two records of exhibit {names.shown(number)} differ.")
    files = [path for path in case.contents.files if path.startswith(inventory.ORIGINALS)]
    found = {_number_of(path, case, by_number) for path in files}
    if len(found) != len(files):
        raise VerificationError("Two originals stand for one exhibit.")
    absent = sorted(set(by_number) - found)
    if absent:
        raise VerificationError(f"The original of exhibit {names.shown(absent[0])} is missing.")
    return f"{len(files)} as their records say"


def _number_of(path: str, case: _Case, by_number: dict[str, ExhibitFacts]) -> str:
    """The exhibit that an original belongs to: its name begins with the number and ``_``."""
    name = path[len(inventory.ORIGINALS) :]
    heads = [
        name[:at] for at, letter in enumerate(name) if letter == "_" and name[:at] in by_number
    ]
    if not heads:
        raise VerificationError(f"{names.shown(path)} has no exhibit record.")
    stored = case.contents.files[path]
    for head in heads:
        if (by_number[head].sha256, by_number[head].size) == (stored.sha256, stored.size):
            return head
    raise VerificationError(f"{names.shown(path)} is not the file its exhibit record describes.")


def _policy(case: _Case) -> str:
    signer = _signer(case)
    case.trusted = case.policy.trusts(signer)
    return "the signer you named" if case.trusted else "signer not known"


def _signer(case: _Case) -> Signer:
    if case.signer is None:
        raise _NotReachedError
    return case.signer


_CHECKS: tuple[tuple[str, Callable[[_Case], str]], ...] = (
    ("container", _container),
    ("inventory", _inventory),
    ("digests", _digests),
    ("signature", _signature),
    ("statement", _statement),
    ("checkpoint", _checkpoint),
    ("records", _records),
    ("originals", _originals),
    ("signer", _policy),
)
