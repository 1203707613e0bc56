"""What a photo, clip, sound or document says of itself: its clocks, and a few facts beside them."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import BinaryIO

from tallymark.examiners._frames import Request
from tallymark.examiners.confined import Examiner, Look, look_of
from tallymark.model.filetype import OFFICE


def says_something(mime: str) -> bool:
    """Whether files of this media type can hold clocks."""
    return mime.startswith(("image/", "audio/", "video/")) or mime in {"application/pdf", OFFICE}


def look(source: BinaryIO, *, examiner: Examiner | None = None) -> Look:
    """What the rest of a stream says of itself. ``examiner`` serves many files faster."""
    if examiner is not None:
        return look_of(examiner.ask(Request("look"), source))
    with Examiner() as own:
        return look_of(own.ask(Request("look"), source))


class LookBeside(io.RawIOBase):
    """A stream that is looked into while somebody else reads it, once, from front to end.

    Reading goes on whatever becomes of the child. ``found`` is filled when the end has been read,
    and is empty before.
    """

    def __init__(self, source: BinaryIO) -> None:
        super().__init__()
        self.found = Look()
        self._source, self._ended = source, False
        self._examiner = Examiner()
        with suppress(OSError):  # where no child can be had, the file is kept all the same
            self._examiner.begin(Request("look"))

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """What the source gives; the child is told the same."""
        data = self._source.read(size)
        if data:
            self._examiner.tell(data)
        elif size and not self._ended:
            self._ended = True
            self.found = look_of(self._examiner.end())
        return data

    def close(self) -> None:
        """End the child. The source stays open."""
        self._examiner.close()
        super().close()
