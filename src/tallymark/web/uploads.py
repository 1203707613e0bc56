"""Takes one file straight from the browser into the sealer: no temporary file, flat memory.

``Multipart`` is a push parser for the one shape that our forms send: small fields first, then one
file, then the end. ``Feed`` is the file as the diary reads it, filled from the other side.
"""

from __future__ import annotations

import asyncio
import io
import re
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from threading import Condition
from typing import Any

from tallymark.errors import EvidenceError
from tallymark.web.forms import BadForm

LARGEST_FILE = 4 * 2**30
_FIELD, _HEAD, _FIELDS = 16 * 1024, 4 * 1024, 20
_WAITING = 16
_REPLAY = 64 * 1024
_BOUNDARY = re.compile(r"multipart/form-data; *boundary=\"?([0-9A-Za-z'()+_,./:=?-]{1,70})\"?\Z")
_DISPOSITION = re.compile(
    r'content-disposition: *form-data; *name="([a-z_]{1,40})"(?:; *filename="([^"\r\n]*)")?\Z',
    re.IGNORECASE,
)


class UploadStopped(EvidenceError):
    """The file did not arrive whole, so it was not kept."""

    next_step = "Choose the file again. Nothing else was changed."


class UploadTooBig(EvidenceError):
    """The file is bigger than 4 GB, so it was not kept."""

    next_step = "Cut it into parts, or keep it from the command line. Nothing else was changed."


def boundary_of(content_type: str) -> bytes:
    """The boundary in the Content-Type. Raises ``BadForm``."""
    found = _BOUNDARY.match(content_type)
    if not found:
        raise BadForm
    return found[1].encode("ascii")


class Feed(io.RawIOBase):
    """A file whose bytes arrive while it is read. Only the first 64 KiB can be read twice."""

    def __init__(self) -> None:
        super().__init__()
        self._chunks: deque[bytes] = deque()
        self._change = Condition()
        self._head = bytearray()
        self._at = self._taken = 0
        self._done = self._failed = self._big = False
        self._room: Callable[[], object] | None = None

    # The side of the browser ------------------------------------------------------------------

    def put(self, data: bytes) -> None:
        """Add bytes; see ``wait_for_room``."""
        with self._change:
            if self.closed:
                return
            self._chunks.append(data)
            self._change.notify_all()

    async def wait_for_room(self) -> None:
        """Come back when the reader has caught up, so that memory stays flat."""
        loop = asyncio.get_running_loop()
        free = asyncio.Event()
        with self._change:
            if self._done or self._failed or self.closed or len(self._chunks) < _WAITING:
                return
            self._room = partial(loop.call_soon_threadsafe, free.set)
        await free.wait()

    def finish(self) -> None:
        """The file is whole."""
        with self._change:
            self._done = True
            self._change.notify_all()

    def fail(self, *, too_big: bool = False) -> None:
        """The file will never be whole: the reader gets ``UploadStopped`` or ``UploadTooBig``."""
        with self._change:
            self._big = self._big or too_big
            self._failed = not self._done
            self._change.notify_all()
            self._let_go_on()

    # The side of the diary --------------------------------------------------------------------

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can go back to the start while little has been read."""
        return True

    def tell(self) -> int:
        """Bytes read so far."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go back within the first 64 KiB; any other move raises ``UnsupportedOperation``."""
        if whence != io.SEEK_SET or not 0 <= offset <= len(self._head) or self._taken > _REPLAY:
            raise io.UnsupportedOperation
        self._at = offset
        return offset

    def readinto(self, target: Any) -> int:
        """Bytes as they come; 0 only when the file is whole."""
        view = memoryview(target).cast("B")
        if self._at < self._taken:
            part = bytes(self._head[self._at : self._at + len(view)])
        else:
            part = self._next(len(view))
        view[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _next(self, size: int) -> bytes:
        with self._change:
            while not self._chunks and not self._done and not self._failed:
                self._change.wait()
            if self._failed:
                raise UploadTooBig if self._big else UploadStopped
            if not self._chunks:
                return b""
            first = self._chunks.popleft()
            part, rest = first[:size], first[size:]
            if rest:
                self._chunks.appendleft(rest)
            self._taken += len(part)
            if self._taken <= _REPLAY:
                self._head += part
            if len(self._chunks) < _WAITING:
                self._let_go_on()
            return part

    def _let_go_on(self) -> None:
        """Wake the browser's side once, if it waits; it may be gone when the program ends."""
        room, self._room = self._room, None
        if room is not None:
            with suppress(RuntimeError):
                room()

    def close(self) -> None:
        """The reader wants no more; the browser's side is let go on."""
        with self._change:
            super().close()
            self._chunks.clear()
            self._let_go_on()


@dataclass(frozen=True, slots=True)
class Upload:
    """One file on its way: the name as sent and the stream."""

    name: str
    stream: Feed


class Multipart:
    """Push parser: ``feed`` bytes, read ``fields``; ``upload`` is set when the file begins."""

    def __init__(self, boundary: bytes, *, largest: int = LARGEST_FILE) -> None:
        self.fields: dict[str, str] = {}
        self.upload: Upload | None = None
        self.ended = False
        self._mark = b"\r\n--" + boundary
        self._buffer = bytearray(b"\r\n")
        self._largest, self._size = largest, 0
        self._state: Callable[[], bool] = self._at_mark
        self._name = ""

    def feed(self, data: bytes) -> None:
        """Take more of the body. Raises ``BadForm`` and lets the reader of the file know."""
        self._buffer += data
        try:
            while self._state():
                pass
        except BadForm:
            self.stop()
            raise

    def stop(self) -> None:
        """No more will come: a file that is not whole fails."""
        if self.upload is not None:
            self.upload.stream.fail()

    def _at_mark(self) -> bool:
        if len(self._buffer) < len(self._mark) + 2:
            return False
        if not self._buffer.startswith(self._mark):
            raise BadForm
        after = bytes(self._buffer[len(self._mark) : len(self._mark) + 2])
        if after not in {b"\r\n", b"--"} or (after == b"--" and not self._named()):
            raise BadForm
        del self._buffer[: len(self._mark) + 2]
        self._state = self._at_head if after == b"\r\n" else self._at_end
        return True

    def _named(self) -> bool:
        return bool(self.fields) or self.upload is not None

    def _at_end(self) -> bool:
        if self._buffer.strip(b"\r\n"):
            raise BadForm
        self._buffer.clear()
        if not self.ended and self.upload is not None:
            self.upload.stream.finish()
        self.ended = True
        return False

    def _at_head(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > _HEAD:
                raise BadForm
            return False
        if end > _HEAD or self.upload is not None or len(self.fields) >= _FIELDS:
            raise BadForm
        head = bytes(self._buffer[:end])
        del self._buffer[: end + 4]
        self._begin(_disposition(head))
        return True

    def _begin(self, named: tuple[str, str | None]) -> None:
        self._name, filename = named
        if filename is not None:
            self.upload = Upload(name=filename, stream=Feed())
            self._state = self._in_file
        elif self._name in self.fields:
            raise BadForm
        else:
            self._state = self._in_field

    def _in_field(self) -> bool:
        end = self._buffer.find(self._mark)
        if (end if end >= 0 else len(self._buffer) - len(self._mark)) > _FIELD:
            raise BadForm
        if end < 0:
            return False
        try:
            self.fields[self._name] = bytes(self._buffer[:end]).decode("utf-8")
        except UnicodeDecodeError:
            raise BadForm from None
        del self._buffer[:end]
        self._state = self._at_mark
        return True

    def _in_file(self) -> bool:
        end = self._buffer.find(self._mark)
        ready = end if end >= 0 else max(0, len(self._buffer) - len(self._mark) + 1)
        self._size += ready
        if self._size > self._largest:
            if self.upload is not None:
                self.upload.stream.fail(too_big=True)
            raise BadForm
        if ready and self.upload is not None:
            self.upload.stream.put(bytes(self._buffer[:ready]))
            del self._buffer[:ready]
        if end < 0:
            return False
        self._state = self._at_mark
        return True


def _disposition(head: bytes) -> tuple[str, str | None]:
    try:
        lines = head.decode("utf-8").split("\r\n")
    except UnicodeDecodeError:
        raise BadForm from None
    for line in lines:
        found = _DISPOSITION.match(line)
        if found:
            filename = found[2]
            return found[1], None if filename is None else _clean(filename)
    raise BadForm


def _clean(filename: str) -> str:
    """The last part of the name as sent; browsers write quotes and line ends in percent form."""
    last = re.split(r"[/\\]", filename)[-1]
    for coded, sign in (("%22", '"'), ("%0D", ""), ("%0A", "")):
        last = last.replace(coded, sign)
    return "".join(sign for sign in last if sign.isprintable())[:200]
