"""SHA-256 over streams, in one pass, and beside other work in a second thread."""

from __future__ import annotations

import hashlib
import threading
from queue import Queue
from types import TracebackType
from typing import BinaryIO, Self

READ_SIZE = 1 << 20


def sha256_stream(stream: BinaryIO) -> tuple[str, int]:
    """SHA-256 of the rest of ``stream`` as 64 hex digits, and its length in bytes.

    Reads 1 MiB at a time. Raises whatever ``stream.read`` raises.
    """
    state = hashlib.sha256()
    size = 0
    while block := stream.read(READ_SIZE):
        state.update(block)
        size += len(block)
    return state.hexdigest(), size


class BesideSha256:
    """SHA-256 in a second thread, so that hashing and sealing share two cores.

    A context manager: ``add`` hands over a block that must not change afterwards, ``hexdigest``
    waits for all blocks and ends the thread. At most ``depth`` blocks wait at a time. Leaving the
    block early, also by an error, ends the thread.
    """

    def __init__(self, *, depth: int = 4) -> None:
        self._state = hashlib.sha256()
        self._waiting: Queue[bytes | None] = Queue(maxsize=depth)
        self._thread = threading.Thread(target=self._work, name="sha256", daemon=True)
        self._ended = False
        self.size = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def add(self, block: bytes) -> None:
        """Hash ``block`` after all earlier ones. Waits while ``depth`` blocks are in line."""
        self.size += len(block)
        self._waiting.put(block)

    def hexdigest(self) -> str:
        """The digest of all blocks as 64 hex digits. Nothing can be added afterwards."""
        self._end()
        return self._state.hexdigest()

    def _end(self) -> None:
        if not self._ended:
            self._ended = True
            self._waiting.put(None)
            self._thread.join()

    def _work(self) -> None:
        while (block := self._waiting.get()) is not None:
            self._state.update(block)
