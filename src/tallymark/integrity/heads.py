"""How a head that somebody holds stands to a log: the whole history of it, and what differs.

``docs/spec/log.md`` section 5. A head that was noted outside is all that tells an old copy, or a log
written anew from the start, from the one that it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tallymark.errors import IntegrityError
from tallymark.integrity import signature
from tallymark.integrity.checkpoint import Checkpoint
from tallymark.integrity.epoch import Line
from tallymark.integrity.merkle import EMPTY_ROOT, Frontier

Standing = Literal["same", "older", "ahead", "branch", "equivocation", "foreign"]


@dataclass(frozen=True, slots=True)
class Match:
    """What six words belong to: a head of the log, or the nearest one.

    ``wrong`` are the places (1 to 6) of words that differ; empty when all six fit.
    """

    head: Checkpoint
    wrong: tuple[int, ...]


class History:
    """Every head that a log has had, size by size. Built with two hashes a leaf.

    ``lines`` are its epochs, each with the index of its ``epoch`` record, rising from 0.
    """

    def __init__(self, leaves: Sequence[bytes], lines: Sequence[tuple[int, Line]]) -> None:
        if not lines or lines[0][0] != 0:
            raise IntegrityError("The log does not begin with the record of an epoch.")
        self._lines = tuple(lines)
        self._roots = [EMPTY_ROOT]
        frontier = Frontier()
        for leaf in leaves:
            frontier.append(leaf)
            self._roots.append(frontier.root())

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self._roots) - 1

    @property
    def lines(self) -> tuple[Line, ...]:
        """The epochs of the log, the first one first."""
        return tuple(line for _, line in self._lines)

    def head(self, size: int) -> Checkpoint:
        """The head at ``size`` leaves, 1 up to ``self.size``, under the origin it had then."""
        line = next(line for start, line in reversed(self._lines) if start < size)
        return Checkpoint(line.origin, size, self._roots[size])

    def standing(self, head: Checkpoint, *, public: bytes | None = None) -> Standing:
        """How ``head``, held by somebody, stands to this log; ``public`` signed it, where known.

        ``same`` is the head of now, ``older`` one that the log has gone on from. ``ahead`` is longer
        than this log: an old copy was put back, or the newest records are gone. ``equivocation``:
        one name and size, another root, so one of the two was made otherwise. ``branch`` is of this
        vault, of an epoch that this log does not hold or has left; ``foreign`` is another log's.
        """
        vault = self._lines[0][1].origin.rpartition("/")[0]
        if head.origin.rpartition("/")[0] != vault:
            return "foreign"
        found = self._span(head.origin)
        if found is None or (public is not None and public != found[0].public):
            return "branch"
        _, last = found
        if last is not None and head.size > last:
            return "branch"
        if head.size > self.size:
            return "ahead"
        if self._roots[head.size] != head.root:
            return "equivocation"
        return "same" if head.size == self.size else "older"

    def find(self, words: Sequence[str]) -> Match | None:
        """The head whose six words are ``words``, else the one with five of them, else None.

        Looks at every size. Five of six by chance is once in about 10^15 logs of 10,000 records.
        Raises IntegrityError for a word that is not in the list, or another number of them.
        """
        asked = signature.numbers_of(words)
        near: Match | None = None
        for size in range(self.size, 0, -1):
            head = self.head(size)
            said = signature.six_numbers(head.body().encode())
            pairs = enumerate(zip(asked, said, strict=True), 1)
            wrong = tuple(place for place, (one, other) in pairs if one != other)
            if not wrong:
                return Match(head, ())
            if len(wrong) == 1:
                near = Match(head, wrong)
        return near

    def _span(self, origin: str) -> tuple[Line, int | None] | None:
        """The line of ``origin``, and the greatest size it had here; None while it goes on."""
        for place, (_, line) in enumerate(self._lines):
            if line.origin == origin:
                later = self._lines[place + 1 : place + 2]
                return line, later[0][0] if later else None
        return None


def code(head: Checkpoint) -> tuple[str, ...]:
    """The six words of a head, to be read to somebody who notes them down with the date."""
    return signature.six_words(head.body().encode())
