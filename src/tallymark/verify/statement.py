"""The shapes of ``statement.json``, ``proofs/log.json`` and a record (sections 5 and 6)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tallymark.errors import VerificationError
from tallymark.verify import strict_json

NOTEBOOK = (
    "The program offers a private safety notebook, which is outside this log and never exported."
)
_HEX = re.compile(r"[0-9a-f]{64}")
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")


@dataclass(frozen=True)
class Shown:
    """A record that travels: its index in the log, its file, its inclusion path."""

    index: int
    path: str
    proof: tuple[bytes, ...]


@dataclass(frozen=True)
class LogFile:
    """What ``proofs/log.json`` says."""

    origin: str
    size: int
    root: str
    shown: tuple[Shown, ...]
    withheld: tuple[int, ...]
    erased: tuple[int, ...]


@dataclass(frozen=True)
class StampFacts:
    """What ``proofs/stamps.json`` says of one time stamp: its files, and the way to this pack's head."""

    note: str
    answer: str
    proof: tuple[bytes, ...]


@dataclass(frozen=True)
class ExhibitFacts:
    """What an exhibit record says of its original."""

    number: str
    sha256: str
    size: int


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _filled(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _positive(value: Any) -> bool:
    return _whole(value) and value > 0


def _hex(value: Any) -> bool:
    return isinstance(value, str) and bool(_HEX.fullmatch(value))


def _fingerprint(value: Any) -> bool:
    return isinstance(value, str) and bool(_FINGERPRINT.fullmatch(value))


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _rising(value: Any) -> bool:
    if not isinstance(value, list) or not all(map(_whole, value)):
        return False
    return value == sorted(set(value))


_STATEMENT: dict[str, Callable[[Any], bool]] = {
    "v": lambda value: value == "1",
    "purpose": _text,
    "recipients": _texts,
    "pack_id": _filled,
    "series": _filled,
    "sequence": _whole,
    "made": _text,
    "program": _text,
    "vault": _filled,
    "epoch": _whole,
    "origin": _filled,
    "size": _positive,
    "root": _hex,
    "checkpoint_sha256": _hex,
    "signer": _fingerprint,
    "casefile": _text,
    "selection": lambda value: isinstance(value, dict),
    "update_of": lambda value: value is None,
    "notes": lambda value: _texts(value) and NOTEBOOK in value,
}
_LOG: dict[str, Callable[[Any], bool]] = {
    "v": lambda value: value == "1",
    "origin": _filled,
    "size": _positive,
    "root": _hex,
    "shown": lambda value: isinstance(value, list),
    "withheld": _rising,
    "erased": _rising,
}
_STAMPS: dict[str, Callable[[Any], bool]] = {
    "v": lambda value: value == "1",
    "stamps": lambda value: isinstance(value, list) and 0 < len(value) <= 1000,
}
_STAMP: dict[str, Callable[[Any], bool]] = {
    "note": _text,
    "answer": _text,
    "proof": lambda value: isinstance(value, list) and len(value) <= 128 and all(map(_hex, value)),
}
_SHOWN: dict[str, Callable[[Any], bool]] = {
    "index": _whole,
    "path": _text,
    "proof": lambda value: isinstance(value, list) and len(value) <= 64 and all(map(_hex, value)),
}


def _fit(value: Any, shape: Mapping[str, Callable[[Any], bool]], *, what: str) -> dict[str, Any]:
    """``value`` when it has exactly the members of ``shape``, each as it should be."""
    if not isinstance(value, dict) or set(value) != set(shape):
        raise VerificationError(f"{what} does not have exactly the members it should have.")
    for name, fits in shape.items():
        if not fits(value[name]):
            raise VerificationError(f"{what} has a wrong value for {name}.")
    return value


def read_statement(data: bytes) -> dict[str, Any]:
    """The statement's members, or ``VerificationError``."""
    found = _fit(strict_json.parse(data), _STATEMENT, what="statement.json")
    if found["origin"] != f"{found['vault']}/{found['epoch']}":
        raise VerificationError("statement.json has an origin of another vault or epoch.")
    return found


def read_log(data: bytes) -> LogFile:
    """The proofs of the log, or ``VerificationError``."""
    found = _fit(strict_json.parse(data), _LOG, what="proofs/log.json")
    shown = tuple(map(_read_shown, found["shown"]))
    if not _rising([one.index for one in shown]):
        raise VerificationError("proofs/log.json does not list the shown records in order.")
    head = (found["origin"], found["size"], found["root"])
    return LogFile(*head, shown, tuple(found["withheld"]), tuple(found["erased"]))


def read_stamps(data: bytes) -> tuple[StampFacts, ...]:
    """The time stamps that the pack brings, or ``VerificationError``."""
    found = _fit(strict_json.parse(data), _STAMPS, what="proofs/stamps.json")
    return tuple(_read_stamp(value, number) for number, value in enumerate(found["stamps"], 1))


def _read_stamp(value: Any, number: int) -> StampFacts:
    found = _fit(value, _STAMP, what="A time stamp in proofs/stamps.json")
    paths = (f"proofs/stamp-{number}.txt", f"proofs/stamp-{number}.tsr")
    if (found["note"], found["answer"]) != paths:
        raise VerificationError("proofs/stamps.json names a file that is not its own.")
    return StampFacts(*paths, tuple(map(bytes.fromhex, found["proof"])))


def _read_shown(value: Any) -> Shown:
    found = _fit(value, _SHOWN, what="A shown record in proofs/log.json")
    path = f"data/records/{found['index']:06d}.json"
    if found["path"] != path:
        raise VerificationError("proofs/log.json gives a record a path that is not its index.")
    return Shown(found["index"], path, tuple(map(bytes.fromhex, found["proof"])))


def read_record(data: bytes) -> ExhibitFacts | None:
    """The facts of an exhibit record; None for any other well-formed record."""
    found = strict_json.parse(data, fractions=True)
    body = found.get("body") if isinstance(found, dict) else None
    if not isinstance(body, dict) or not _filled(body.get("type")):
        raise VerificationError("A record has no body with a type.")
    if not _filled(found.get("v")) or not _filled(found.get("id")):
        raise VerificationError("A record has no version or id.")
    if body["type"] != "exhibit":
        return None
    number: Any = body.get("number")
    sha256: Any = body.get("sha256")
    size: Any = body.get("size")
    facts = ExhibitFacts(number, sha256, size)
    if not (_filled(facts.number) and _hex(facts.sha256) and _whole(facts.size)):
        raise VerificationError("An exhibit record has no number, digest or size.")
    return facts
