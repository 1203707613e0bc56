"""Two keys for one series: a copy that was restored and went on, or somebody else's key.

A restored diary goes on under a new key, and its log says from which head and by whose word
(docs/spec/log.md section 5). That is a branch with a name and no contradiction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tallymark.errors import IntegrityError
from tallymark.integrity import epoch, signature
from tallymark.integrity.canonical import decode
from tallymark.integrity.epoch import Line, Link


@dataclass(frozen=True, slots=True)
class Side:
    """One report: its name, the fingerprint that signed it, the epochs that its records begin."""

    name: str
    signer: str
    links: tuple[Link, ...]


def links(records: Iterable[bytes]) -> tuple[Link, ...]:
    """The epochs among ``records`` (in order of their index), each checked against the one before.

    Stops at the first that does not go on from the one before it.
    """
    found: list[Link] = []
    before: Line | None = None
    for data in records:
        if b'"type":"epoch"' not in data:
            continue
        try:
            value = decode(data)
            body = value.get("body") if isinstance(value, dict) else None
            found.append(epoch.read(body if isinstance(body, dict) else {}, before=before))
        except IntegrityError:
            break
        before = found[-1].line
    return tuple(found)


def notice(mine: Side, other: Side) -> str:
    """What a reader of ``mine`` has to know of another report of the same series."""
    if (word := _went_on(other.signer, mine.links)) is not None:
        return f"this log goes on from {other.name} under a new key, after a restore; {word}"
    if (word := _went_on(mine.signer, other.links)) is not None:
        return f"this log went on in {other.name} under a new key, after a restore; {word}"
    return f"the same series came from another signer: {other.name}"


def _went_on(signer: str, found: Sequence[Link]) -> str | None:
    """Whether ``found`` go on from the key ``signer``, and by whose word; None when they do not."""
    prints = [signature.fingerprint(link.line.public) for link in found]
    if signer not in prints[:-1]:
        return None
    later = found[prints.index(signer) + 1 :]
    if all(link.standing == "endorsed" for link in later):
        return "the earlier key vouches for it"
    return "the earlier key does not vouch for it: ask the sender"
