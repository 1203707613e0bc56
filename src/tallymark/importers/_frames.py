"""The frames between the reading child and its parent: length, then msgpack of one of these."""

from __future__ import annotations

import os
import struct
from typing import Any

import msgspec

from tallymark.errors import ReaderFailed
from tallymark.importers._mark import Place
from tallymark.jail.supply import Given
from tallymark.model.event import EventBatch

MAX_FRAME = 128 << 20
_LENGTH = struct.Struct(">I")


class Request(msgspec.Struct, frozen=True):
    """What the child is asked for. ``ask``: stop at an open question, before any event.

    ``mark`` is the descriptor of ``_mark``, ``skip`` are records that ended an earlier child.
    """

    work: str
    source: Given = Given(0)
    options: dict[str, str] = {}
    format: str | None = None
    ask: bool = False
    lines: int = 40
    chunk: int = 1 << 20
    mark: int = -1
    skip: tuple[Place, ...] = ()


class Progress(msgspec.Struct, frozen=True, array_like=True, tag="p"):
    """Bytes done, bytes in all, events so far."""

    done: int
    total: int
    events: int


class Batch(msgspec.Struct, frozen=True, array_like=True, tag="b"):
    """Events, in file order."""

    batch: EventBatch


class Refused(msgspec.Struct, frozen=True, array_like=True, tag="r"):
    """An error of ``tallymark.errors`` by class name, with its sentence and next step."""

    error: str
    message: str
    next_step: str
    questions: list[dict[str, Any]] = []


class Done(msgspec.Struct, frozen=True, array_like=True, tag="d"):
    """The result, and the last frame."""

    result: dict[str, Any]


Frame = Progress | Batch | Refused | Done

_encoder = msgspec.msgpack.Encoder()
_frames: msgspec.msgpack.Decoder[Frame] = msgspec.msgpack.Decoder(Frame)


def send(fd: int, frame: Frame) -> None:
    """Write one frame whole."""
    body = _encoder.encode(frame)
    view = memoryview(_LENGTH.pack(len(body)) + body)
    while view:
        view = view[os.write(fd, view) :]


def receive(fd: int) -> Frame | None:
    """The next frame, or ``None`` at the end. Raises ``ReaderFailed`` on anything that is no frame."""
    head = _exactly(fd, _LENGTH.size)
    if not head:
        return None
    length = _LENGTH.unpack(head)[0]
    if length > MAX_FRAME:
        raise ReaderFailed("The reader sent more than it may.")
    try:
        return _frames.decode(_exactly(fd, length))
    except msgspec.MsgspecError:
        raise ReaderFailed("The reader sent something that is not an answer.") from None


def _exactly(fd: int, count: int) -> bytearray:
    """``count`` bytes, or nothing at a clean end."""
    found = bytearray(count)
    view = memoryview(found)
    have = 0
    while have < count:
        got = os.readv(fd, [view[have:]]) if hasattr(os, "readv") else _read_into(fd, view[have:])
        if not got:
            if have:
                raise ReaderFailed
            return bytearray()
        have += got
    return found


def _read_into(fd: int, view: memoryview) -> int:
    piece = os.read(fd, len(view))
    view[: len(piece)] = piece
    return len(piece)
