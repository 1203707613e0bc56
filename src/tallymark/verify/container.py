"""What a zip and a folder have in common: files taken in once, in order, with their digests.

Every byte is read once. SHA-256 of large files runs in a second thread beside reading and CRC-32.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from tallymark.errors import VerificationError
from tallymark.verify import names

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Limits:
    """How much of a stranger's bundle is read: number of files, bytes of data, bytes in memory."""

    files: int = 10_000
    data: int = 4 << 30
    kept: int = 256 << 20


@dataclass(frozen=True)
class Stored:
    """One file as stored: SHA-256 in hex, size in bytes."""

    sha256: str
    size: int


@dataclass
class Contents:
    """All files of a bundle by their path below the top folder, in the order they came.

    ``kept`` holds the bytes of those that later checks read. ``problems`` says what is wrong with
    the container though it could be read on; ``stopped`` why reading stopped, if it did.
    """

    files: dict[str, Stored] = field(default_factory=dict)
    kept: dict[str, bytes] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    stopped: str | None = None
    ordered: bool = True


class Intake:
    """Takes files into ``Contents`` within ``Limits``. Use as a context manager (it owns a thread).

    ``keep`` gives how many bytes of a path are to be kept, 0 for none; ``progress`` is called with
    the bytes of data read so far.
    """

    def __init__(
        self,
        contents: Contents,
        *,
        limits: Limits,
        keep: Callable[[str], int],
        progress: Callable[[int], None] | None = None,
    ) -> None:
        self._contents = contents
        self._limits = limits
        self._keep = keep
        self._progress = progress
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._buffers = (memoryview(bytearray(_CHUNK)), memoryview(bytearray(_CHUNK)))
        self._folded: dict[str, str] = {}
        self._data = 0
        self._kept = 0

    def __enter__(self) -> Intake:  # noqa: PYI034 - typing.Self would need Python 3.11
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the thread."""
        self._pool.shutdown()

    def take(self, path: str, *, size: int, readinto: Callable[[memoryview], int | None]) -> int:
        """Read ``size`` bytes of ``path``; return their CRC-32. Raises ``VerificationError``."""
        self._admit(path, size)
        kept = self._wanted(path, size)
        digest = hashlib.sha256()
        crc, left, turn = 0, size, 0
        hashing: Future[None] | None = None
        while left:
            chunk = self._buffers[turn][: min(left, _CHUNK)]
            self._fill(chunk, readinto)
            left -= len(chunk)
            if hashing is not None:
                hashing.result()
            if kept is not None:
                kept += chunk
            # a lone chunk is hashed here: handing it over would cost more than it saves
            hashing = self._pool.submit(digest.update, chunk) if size > _CHUNK else None
            if hashing is None:
                digest.update(chunk)
            crc = zlib.crc32(chunk, crc)
            turn = 1 - turn
            self._count(len(chunk))
        if hashing is not None:
            hashing.result()
        self._contents.files[path] = Stored(digest.hexdigest(), size)
        if kept is not None:
            self._contents.kept[path] = bytes(kept)
        return crc

    def _admit(self, path: str, size: int) -> None:
        twin = self._folded.setdefault(names.folded(path), path)
        if path in self._contents.files or twin != path:
            raise VerificationError("Two files have one name.")
        if len(self._contents.files) >= self._limits.files:
            raise VerificationError(
                f"There are more than {self._limits.files:,} files. The limit can be raised."
            )
        if self._data + size > self._limits.data:
            raise VerificationError(
                f"There are more than {self._limits.data:,} bytes. The limit can be raised."
            )

    def _wanted(self, path: str, size: int) -> bytearray | None:
        most = self._keep(path)
        if not most:
            return None
        self._kept += size
        if size > most or self._kept > self._limits.kept:
            raise VerificationError(f"{names.shown(path)} is larger than it may be.")
        return bytearray()

    def _fill(self, chunk: memoryview, readinto: Callable[[memoryview], int | None]) -> None:
        done = 0
        while done < len(chunk):
            got = readinto(chunk[done:])
            if not got:
                raise VerificationError("The file is cut short.")
            done += got

    def _count(self, size: int) -> None:
        self._data += size
        if self._progress is not None:
            self._progress(self._data)
