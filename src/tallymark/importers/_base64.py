"""Base64 decoded in pieces: only its digest, size and first bytes are kept, however long it is."""

from __future__ import annotations

import binascii
import hashlib
import re

HEAD = 512  # enough to know a file's type
_LINE_END = re.compile(rb"&#(?:10|13|[xX]0*[aAdD]);|[ \t\r\n]+")
_LONGEST_ENTITY = 8


class Base64:
    """One value. Line ends in it, also written as entities, are no part of it.

    ``written`` are its first 8 bytes as they stand in the file.

    After ``close``: ``is_sound`` says whether all of it could be decoded; only then ``sha256``,
    ``size`` and ``head`` are of the whole.
    """

    def __init__(self) -> None:
        self.size = 0
        self.head = b""
        self.is_sound = True
        self.written = b""
        self._digest = hashlib.sha256()
        self._left = b""
        self._is_padded = False

    @property
    def sha256(self) -> str:
        """Digest of the decoded bytes, in hex."""
        return self._digest.hexdigest()

    def take(self, piece: bytes) -> None:
        """The next bytes of the value."""
        self.written = (self.written + piece)[:8] if len(self.written) < 8 else self.written
        if self.is_sound:
            self._decode(self._left + piece, final=False)

    def close(self) -> None:
        """The value is through."""
        if self.is_sound:
            self._decode(self._left, final=True)

    def _decode(self, data: bytes, *, final: bool) -> None:
        entity = data.rfind(b"&", max(0, len(data) - _LONGEST_ENTITY))
        cut = len(data) if final or entity < 0 or b";" in data[entity:] else entity
        bare = _LINE_END.sub(b"", data[:cut])
        whole = len(bare) - len(bare) % 4
        self._left = bare[whole:] + data[cut:]
        if final and self._left:
            self.is_sound = False
        if not bare[:whole]:
            return
        try:
            made = binascii.a2b_base64(bare[:whole], strict_mode=True)
        except binascii.Error:
            self.is_sound = False
            return
        if self._is_padded:
            self.is_sound = False
        self._is_padded = bare[whole - 1 : whole] == b"="
        self._digest.update(made)
        self.size += len(made)
        if len(self.head) < HEAD:
            self.head = (self.head + made)[:HEAD]
