"""A read-only stream over bytes that are made only when they are read."""

from __future__ import annotations

import io
from abc import abstractmethod


class Seekable(io.RawIOBase):
    """Seeking and reading over ``size`` bytes; a subclass sets ``size`` and gives the pieces."""

    size: int
    _at = 0

    @abstractmethod
    def piece(self, at: int, wanted: int) -> bytes:
        """At most ``wanted`` bytes from ``at``, which lies before the end; at least one."""

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """Where the next read begins."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place; beyond the end is allowed and reads nothing."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        if base + offset < 0:
            message = "a place before the beginning"
            raise ValueError(message)
        self._at = base + offset
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        """The next ``size`` bytes (all that is left if negative); fewer only at the end."""
        left = max(0, self.size - self._at)
        wanted = left if size is None or size < 0 else min(size, left)
        parts: list[bytes] = []
        while wanted:
            part = self.piece(self._at, wanted)
            parts.append(part)
            self._at += len(part)
            wanted -= len(part)
        return b"".join(parts)

    def readall(self) -> bytes:
        """Everything from here to the end."""
        return self.read()

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill ``buffer`` as far as there is anything; how many bytes."""
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)
