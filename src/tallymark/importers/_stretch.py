"""A stretch of a source held in memory and moved forward, so that a scanner never holds the file.

``data[at:]`` is what has not been read; ``offset`` counts from the start of the source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

AHEAD = 1 << 16  # what a scanner may look at without asking for more, unless the source ends


class Stretch:
    """Bytes of ``chunks`` in order. ``moved`` is told how many bytes have come in so far."""

    def __init__(
        self, chunks: Iterator[bytes], *, moved: Callable[[int], None] = lambda _done: None
    ) -> None:
        self.data = b""
        self.at = 0
        self.ended = False
        self._base = 0
        self._lines = 0
        self._line_start = 0
        self._counted = 0
        self._chunks = chunks
        self._moved = moved

    @property
    def offset(self) -> int:
        """Where ``at`` stands in the source."""
        return self._base + self.at

    @property
    def left(self) -> int:
        """How many bytes are held and not read."""
        return len(self.data) - self.at

    def more(self) -> bool:
        """Drop what was read and take in as much again as is kept; false when there is no more.

        Doubling keeps the cost of one very long token linear, however small the chunks are.
        """
        if self.ended:
            return False
        self._note_lines()
        kept = self.data[self.at :]
        self._base += self.at
        self.at = self._counted = 0
        pieces, wanted = [kept], max(1, len(kept))
        while wanted > 0:
            piece = next(self._chunks, None)
            if piece is None:
                self.ended = True
                break
            pieces.append(piece)
            wanted -= len(piece)
        self.data = b"".join(pieces)
        self._moved(self._base + len(self.data))
        return len(self.data) > len(kept)

    def ahead(self) -> None:
        """See to it that ``AHEAD`` bytes can be looked at, or all that are left."""
        while self.left < AHEAD and self.more():
            pass

    def holds(self, count: int) -> bool:
        """Whether ``count`` bytes can be looked at; takes in more for it."""
        while self.left < count and self.more():
            pass
        return self.left >= count

    def search(self, mark: bytes) -> bool:
        """Go to the next ``mark``; to the end of the source and false when there is none."""
        while (found := self.data.find(mark, self.at)) < 0:
            self.at = max(self.at, len(self.data) - len(mark) + 1)
            if not self.more():
                self.at = len(self.data)
                return False
        self.at = found
        return True

    def place(self) -> str:
        """Where ``at`` stands, for a person: line from 1, and column from 0 in bytes.

        Line ends are counted once, so that it may be asked for at every step forward.
        """
        self._note_lines()
        return f"line {self._lines + 1:,}, column {self.offset - self._line_start:,}"

    def _note_lines(self) -> None:
        lines = self.data.count(b"\n", self._counted, self.at)
        if lines:
            self._line_start = self._base + self.data.rfind(b"\n", self._counted, self.at) + 1
        self._lines += lines
        self._counted = max(self._counted, self.at)
