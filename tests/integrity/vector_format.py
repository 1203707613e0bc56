"""Vector files: header lines ``name: value``, an empty line, then the content to the last byte."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

VECTORS = Path(__file__).resolve().parents[2] / "vectors"


@dataclass(frozen=True)
class Vector:
    """One scenario."""

    header: dict[str, str]
    content: bytes

    def __getitem__(self, name: str) -> str:
        return self.header[name]

    def lines(self) -> list[bytes]:
        """The content as hashes, one hex a line."""
        return [bytes.fromhex(line) for line in self.content.decode().splitlines()]


def read(data: bytes) -> Vector:
    """Split a vector file; the published age vectors have the same layout."""
    head, _, content = data.partition(b"\n\n")
    pairs = (line.split(": ", 1) for line in head.decode().split("\n"))
    return Vector(dict(pairs), content)


def render(content: bytes, **header: object) -> bytes:
    """A vector file. ``_`` in a name becomes ``-``; bytes become hex."""
    lines = []
    for name, value in header.items():
        shown = value.hex() if isinstance(value, bytes) else str(value)
        lines.append(f"{name.replace('_', '-')}: {shown}\n".encode())
    return b"".join(lines) + b"\n" + content


def hex_lines(hashes: list[bytes]) -> bytes:
    """Hashes as content, one hex a line."""
    return b"".join(value.hex().encode() + b"\n" for value in hashes)


@contextmanager
def seeded(seed: str) -> Iterator[None]:
    """``os.urandom`` gives the same bytes each time, so that a file can be made again."""
    count = 0

    def drawn(size: int) -> bytes:
        nonlocal count
        count += 1
        return hashlib.shake_256(f"{seed}/{count}".encode()).digest(size)

    with patch("os.urandom", drawn):
        yield
