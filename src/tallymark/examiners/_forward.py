"""Bytes that are read once, from front to end, with nothing kept: how a long clip is looked into."""

from __future__ import annotations

from typing import BinaryIO

from tallymark.examiners._frames import LENGTH

_PIECE = 1 << 20


class Pieces:
    """A file as it comes over a pipe: pieces with their length before them, and one of none at the end."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._left = 0
        self._ended = False

    def read(self, count: int) -> bytes:
        """At most ``count`` bytes; none at the end."""
        if not self._left and not self._ended:
            head = self._stream.read(LENGTH.size)
            self._left = LENGTH.unpack(head)[0] if len(head) == LENGTH.size else 0
            self._ended = not self._left
        found = self._stream.read(min(count, self._left)) if self._left else b""
        self._left -= len(found)
        self._ended = self._ended or not found
        return found


class Forward:
    """A file from front to end. ``at`` is how many bytes were read."""

    def __init__(self, stream: Pieces | BinaryIO) -> None:
        self._stream = stream
        self.at = 0
        self._again = b""

    def read(self, count: int) -> bytes:
        """The next ``count`` bytes, or fewer at the end."""
        found = bytearray(self._again[:count])
        self._again = self._again[count:]
        while len(found) < count and (piece := self._stream.read(count - len(found))):
            found += piece
        self.at += len(found)
        return bytes(found)

    def unread(self, data: bytes) -> None:
        """Put back what was read last."""
        self._again = data + self._again
        self.at -= len(data)

    def skip(self, count: int) -> None:
        """Pass over ``count`` bytes."""
        while count > 0 and (piece := self.read(min(count, _PIECE))):
            count -= len(piece)

    def rest(self) -> None:
        """Pass over all that is left."""
        while self.read(_PIECE):
            pass
