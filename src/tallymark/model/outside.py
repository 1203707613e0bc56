"""Heads of the log that somebody outside holds: what says that an entry is not later than a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

OutsideKind = Literal["words", "receipt", "pack", "backup", "stamp"]
OUTSIDE_KINDS: tuple[OutsideKind, ...] = get_args(OutsideKind)


@dataclass(frozen=True, slots=True)
class OutsideHead:
    """The log as it was with ``size`` entries, known to somebody who is not its keeper.

    ``at`` (``YYYY-MM-DDTHH:MM:SSZ``) is the time in the token for a ``stamp``, else this device's
    clock when the head was given: then whoever holds it can say the day. ``holder`` is who, in the
    person's words, or the authority's name.
    """

    kind: OutsideKind
    at: str
    size: int
    holder: str = ""


def earliest(heads: Iterable[OutsideHead], index: int) -> OutsideHead | None:
    """The earliest of ``heads`` that covers the record at ``index``; None when none does.

    A backup does not count here: it tells an old copy, but nobody else can say its day.
    """
    covering = (head for head in heads if head.size > index and head.kind != "backup")
    return min(covering, key=lambda head: (head.at, head.size), default=None)
