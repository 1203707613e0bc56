"""How far a long piece of work is, in bytes, for whoever wants to be told."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Gets (bytes done, bytes in all)."""


class Meter:
    """Counts up to ``total`` and never back."""

    def __init__(self, tell: Progress | None, *, total: int) -> None:
        self._tell, self._total, self._done = tell, total, 0

    def add(self, count: int) -> None:
        """So many bytes more are done."""
        self.reach(self._done + count)

    def reach(self, done: int) -> None:
        """So many bytes are done by now."""
        self._done = min(self._total, max(self._done, done))
        if self._tell is not None:
            self._tell(self._done, self._total)

    def share(self, size: int) -> Progress:
        """The next ``size`` bytes are done by a part of the work that counts in its own way."""
        start = self._done
        return lambda done, total: self.reach(start + (size * done // total if total else size))
