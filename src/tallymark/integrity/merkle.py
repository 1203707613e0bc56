"""The append-only tree of RFC 6962 (RFC 9162 section 2.1) over 32-byte leaf hashes.

Everywhere in this module a *leaf* is the 32-byte ``leaf_hash`` of a record's bytes, never the
bytes: the log keeps its leaves after the bytes are erased.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from tallymark.errors import IntegrityError

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256().digest()
_MAX_SIZE = 1 << 63


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 || data): the leaf of a record's bytes."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right): the node above two hashes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The roots of the full subtrees of a log, largest first: all that appending needs.

    As bytes: the size (8 bytes, big endian), then one 32-byte hash per set bit of the size.
    """

    def __init__(self) -> None:
        self._size = 0
        self._peaks: list[bytes] = []

    @property
    def size(self) -> int:
        """How many leaves were appended."""
        return self._size

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash (32 bytes). Raises IntegrityError for any other length."""
        _must_be_hash(leaf)
        carry, position = leaf, self._size
        while position & 1:
            carry = node_hash(self._peaks.pop(), carry)
            position >>= 1
        self._peaks.append(carry)
        self._size += 1

    def root(self) -> bytes:
        """The tree head over all leaves so far; ``EMPTY_ROOT`` when there are none."""
        if not self._peaks:
            return EMPTY_ROOT
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = node_hash(peak, root)
        return root

    def to_bytes(self) -> bytes:
        """8 bytes of size and 32 bytes per peak; ``from_bytes`` reads it back."""
        return self._size.to_bytes(8, "big") + b"".join(self._peaks)

    @classmethod
    def from_bytes(cls, data: bytes) -> Frontier:
        """Read what ``to_bytes`` wrote. Raises IntegrityError when the length does not fit."""
        frontier = cls()
        size = int.from_bytes(data[:8], "big")
        if size >= _MAX_SIZE or len(data) != 8 + HASH_SIZE * size.bit_count():
            raise IntegrityError("The stored tree frontier has the wrong length.")
        frontier._size = size
        frontier._peaks = [data[at : at + HASH_SIZE] for at in range(8, len(data), HASH_SIZE)]
        return frontier


class Tree:
    """The whole tree over ``leaves`` (32-byte leaf hashes), for roots and proofs.

    Building costs one hash per leaf; a root or proof afterwards costs at most 64 hashes.
    """

    def __init__(self, leaves: Sequence[bytes]) -> None:
        for leaf in leaves:
            _must_be_hash(leaf)
        level = list(leaves)
        self._levels = [level]
        while len(level) > 1:
            level = [node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
            self._levels.append(level)

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self._levels[0])

    def root(self, size: int | None = None) -> bytes:
        """The head over the first ``size`` leaves. Raises IntegrityError beyond the end."""
        size = self._within(size)
        return self._range(0, size) if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """The audit path of leaf ``index`` in the tree of ``size``, lowest sibling first.

        Raises IntegrityError when there is no such leaf.
        """
        size = self._within(size)
        if not 0 <= index < size:
            raise IntegrityError(f"There is no leaf {index} in a log of {size}.")
        path: list[bytes] = []
        start, end = 0, size
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append(self._range(middle, end))
                end = middle
            else:
                path.append(self._range(start, middle))
                start = middle
        return path[::-1]

    def consistency(self, old: int, new: int | None = None) -> list[bytes]:
        """The proof that the first ``old`` of ``new`` leaves are unchanged (RFC 6962 2.1.2).

        Empty when ``old`` is 0 or equals ``new``. Raises IntegrityError when ``old`` > ``new``.
        """
        new = self._within(new)
        if not 0 <= old <= new:
            raise IntegrityError(f"A log of {new} cannot go on from {old}.")
        proof: list[bytes] = []
        start, end, whole = 0, new, True
        while old and old != end:
            middle = start + _split(end - start)
            if old <= middle:
                proof.append(self._range(middle, end))
                end = middle
            else:
                proof.append(self._range(start, middle))
                start, whole = middle, False
        if old and not whole:
            proof.append(self._range(start, end))
        return proof[::-1]

    def _within(self, size: int | None) -> int:
        if size is None:
            return self.size
        if not 0 <= size <= self.size:
            raise IntegrityError(f"The log has {self.size} leaves, not {size}.")
        return size

    def _range(self, start: int, end: int) -> bytes:
        length = end - start
        if length & (length - 1) == 0:
            level = length.bit_length() - 1
            return self._levels[level][start >> level]
        middle = start + _split(length)
        return node_hash(self._range(start, middle), self._range(middle, end))


def verify_inclusion(
    leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Whether ``proof`` leads from leaf hash ``leaf`` at ``index`` to ``root`` of ``size`` leaves."""
    if not 0 <= index < size or not _all_hashes(leaf, root, *proof):
        return False
    position, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if position & 1 or position == last:
            found = node_hash(sibling, found)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(
    *, old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether ``proof`` shows that the log of ``new_size`` begins with the log of ``old_size``."""
    if not 0 <= old_size <= new_size or not _all_hashes(old_root, new_root, *proof):
        return False
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    if old_size == new_size:
        return not proof and old_root == new_root
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    return _walk(path, old_size=old_size, new_size=new_size) == (old_root, new_root)


def _walk(path: list[bytes], *, old_size: int, new_size: int) -> tuple[bytes, bytes] | None:
    """The two roots that a consistency path leads to (RFC 9162 section 2.1.4.2)."""
    if not path:
        return None
    position, last = old_size - 1, new_size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if position & 1 or position == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        position, last = position >> 1, last >> 1
    return (old, new) if last == 0 else None


def _split(length: int) -> int:
    """The largest power of two smaller than ``length``."""
    return 1 << ((length - 1).bit_length() - 1)


def _all_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_SIZE for value in values)


def _must_be_hash(leaf: bytes) -> None:
    if len(leaf) != HASH_SIZE:
        raise IntegrityError(f"A leaf hash has {HASH_SIZE} bytes, not {len(leaf)}.")
