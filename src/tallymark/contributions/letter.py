"""One sealed entry of a post-box as bytes: written in one pass, and read without trust.

The bytes are fixed by ``docs/spec/post-box.md`` section 3. A key of the chain authenticates them and
is forgotten afterwards (forward-secure MAC; Bellare and Yee, CT-RSA 2003).
"""

from __future__ import annotations

import hashlib
import hmac
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

import msgspec

from tallymark.errors import IntegrityError, NoteChanged, NoteDamaged, SourceChanged
from tallymark.integrity import canonical
from tallymark.integrity.seekable import Seekable

MOST_HEADER: Final = 1 << 20
MOST_FILES: Final = 100
MOST_NUMBER: Final = 1_000_000
KEY_SIZE: Final = 32
TRAILER: Final = 65
_READ = 1 << 20
_NEXT = b"tallymark/post-box/next\n"
_ENTRY = b"tallymark/post-box/entry\n"
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z", re.ASCII)


class Enclosed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file that goes with an entry: its name, its size in bytes, its own time in UTC or ``""``."""

    name: str
    size: int
    modified: str = ""


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands before the files. ``written`` is the device's clock in UTC, a claim and no more."""

    v: str
    kind: str
    box: str
    number: int
    written: str
    entry: dict[str, object]
    files: tuple[Enclosed, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """An entry whose trailer fits. ``digest`` is SHA-256 (hex) over header and files.

    ``starts`` is where each file begins in the plaintext, in bytes.
    """

    header: Header
    digest: str
    starts: tuple[int, ...]


def next_key(key: bytes) -> bytes:
    """The key of the next entry; the one before cannot be worked out from it."""
    return hashlib.sha256(_NEXT + key).digest()


def key_of(first: bytes, number: int) -> bytes:
    """The key of entry ``number``, from 1. Raises NoteDamaged beyond 1,000,000."""
    if not 1 <= number <= MOST_NUMBER:
        raise NoteDamaged("An entry has a number that no post-box gives.")
    key = first
    for _ in range(number - 1):
        key = next_key(key)
    return key


def trailer(key: bytes, digest: bytes) -> bytes:
    """What stands after the files: 64 hex digits and LF."""
    return hmac.new(key, _ENTRY + digest, hashlib.sha256).hexdigest().encode() + b"\n"


class Writing(io.RawIOBase):
    """The plaintext of an entry as a stream: header, files, trailer. Reading it is writing it once.

    Raises SourceChanged when a file has not the size that the header says. Padding is the sealer's.
    """

    def __init__(self, header: Header, files: Sequence[BinaryIO], *, key: bytes) -> None:
        super().__init__()
        head = canonical.encode(msgspec.to_builtins(header)) + b"\n"
        if len(head) > MOST_HEADER or len(header.files) > MOST_FILES:
            raise IntegrityError(
                "An entry for a post-box has at most 1 MiB of words and 100 files."
            )
        self._pieces: list[tuple[BinaryIO, int]] = [(io.BytesIO(head), len(head))]
        self._pieces += [
            (file, enclosed.size) for file, enclosed in zip(files, header.files, strict=True)
        ]
        self._digest = hashlib.sha256()
        self._key = key
        self._sealed = False

    def readable(self) -> bool:
        """Yes."""
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes, at most ``size``; as many as are asked for until the end."""
        wanted = -1 if size is None else size
        found = bytearray()
        while len(found) != wanted and (piece := self._some(wanted - len(found))):
            found += piece
        return bytes(found)

    def _some(self, size: int) -> bytes:
        while self._pieces:
            file, left = self._pieces[0]
            if not left:
                if file.read(1):
                    raise SourceChanged
                self._pieces.pop(0)
                continue
            piece = file.read(min(left, _READ if size < 0 else size))
            if not piece:
                raise SourceChanged
            self._pieces[0] = (file, left - len(piece))
            self._digest.update(piece)
            return piece
        if self._sealed:
            return b""
        self._sealed = True
        end = io.BytesIO(trailer(self._key, self._digest.digest()))
        self._pieces = [(end, TRAILER)]
        return self._some(size)


def read_header(source: BinaryIO) -> tuple[Header, int]:
    """The header at the start of the plaintext, and where the files begin. Raises NoteDamaged."""
    line = source.read(MOST_HEADER + 1)
    end = line.find(b"\n")
    try:
        header = msgspec.json.decode(line[: max(end, 0)], type=Header)
        same = canonical.encode(msgspec.to_builtins(header)) == line[:end]
    except (msgspec.MsgspecError, IntegrityError, ValueError) as problem:
        raise NoteDamaged from problem
    fits = (
        same
        and (header.v, header.kind) == ("1", "entry")
        and _STAMP.match(header.written) is not None
        and len(header.files) <= MOST_FILES
        and all(enclosed.size >= 0 for enclosed in header.files)
    )
    if not fits:
        raise NoteDamaged
    return header, end + 1


def read_letter(source: BinaryIO, *, key: Callable[[Header], bytes]) -> Letter:
    """Read a seekable plaintext whole; ``key`` is asked for the key of a header's number.

    Raises NoteDamaged when it is cut or not of this form, NoteChanged when the trailer does not fit.
    """
    source.seek(0)
    header, at = read_header(source)
    starts = []
    for enclosed in header.files:
        starts.append(at)
        at += enclosed.size
    digest = _digest(source, at)
    stated, rest = source.read(TRAILER), source.read(1)
    if len(stated) < TRAILER or rest.strip(b"\0") or not _only_zeros(source):
        raise NoteDamaged
    if not hmac.compare_digest(stated, trailer(key(header), digest)):
        raise NoteChanged
    return Letter(header, digest.hex(), tuple(starts))


def _digest(source: BinaryIO, size: int) -> bytes:
    source.seek(0)
    digest, left = hashlib.sha256(), size
    while left:
        piece = source.read(min(_READ, left))
        if not piece:
            raise NoteDamaged
        digest.update(piece)
        left -= len(piece)
    return digest.digest()


def _only_zeros(source: BinaryIO) -> bool:
    while piece := source.read(_READ):
        if piece.strip(b"\0"):
            return False
    return True


class Section(Seekable):
    """The bytes [start, start + size) of a seekable stream as a stream of their own."""

    def __init__(self, source: BinaryIO, *, start: int, size: int) -> None:
        super().__init__()
        self._source, self._start, self.size = source, start, size

    def piece(self, at: int, wanted: int) -> bytes:
        """What the source has there. Raises NoteDamaged where it has ended."""
        self._source.seek(self._start + at)
        data = self._source.read(wanted)
        if not data:
            raise NoteDamaged
        return data
