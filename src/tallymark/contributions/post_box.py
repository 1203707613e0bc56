"""The device that may be searched: it seals entries that it cannot read, and keeps no key to them.

Folder, set-up file and order of writing are fixed by ``docs/spec/post-box.md``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast
from zoneinfo import ZoneInfo

import msgspec

from tallymark import disk
from tallymark.contributions.letter import (
    KEY_SIZE,
    MOST_NUMBER,
    Enclosed,
    Header,
    Writing,
    next_key,
)
from tallymark.errors import (
    DiskReadOnly,
    EnvelopeError,
    NoPostBox,
    OutputExists,
    PostBoxError,
    SourceMissing,
)
from tallymark.integrity import canonical
from tallymark.integrity.digest import sha256_stream
from tallymark.integrity.envelope import recipient_key, seal
from tallymark.vault import place

STATE = "box"
OUT = "out"
SUFFIX = ".age"
_LARGEST = 4096
_NAME = re.compile(r"(\d{6,7})\.age\Z", re.ASCII)
_BOX = re.compile(r"[0-9a-f]{32}\Z")


class State(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the device keeps: whose entries it writes, for whom, the next number and its key."""

    v: str
    kind: str
    box: str
    recipient: str
    zone: str
    key: str
    next: int = 1


@dataclass(frozen=True, slots=True)
class Waiting:
    """One sealed entry that lies on this device: its number and the size of its file in bytes."""

    number: int
    size: int


class PostBox:
    """One post-box, open. Use as a context manager or call ``close``.

    What ``write`` has returned is on disk. Nothing here can read an entry.
    """

    def __init__(self, folder: Path) -> None:
        """Open the post-box at ``folder``. Raises NoPostBox, VaultInUse, PostBoxError if damaged."""
        if not is_set_up(folder):
            raise NoPostBox
        self.folder = folder
        self._owner = place.Ownership(folder)
        try:
            self._state = _state((folder / STATE).read_bytes()[: _LARGEST + 1])
            self._catch_up()
        except BaseException:
            self._owner.release()
            raise

    @classmethod
    def set_up(cls, folder: Path, set_up: Path) -> Self:
        """Make a post-box from a set-up file, which is then overwritten and deleted.

        Raises PostBoxError for another file or when there is a post-box already.
        """
        if (folder / STATE).exists():
            raise PostBoxError(
                "There is a post-box at this place already.",
                next_step="Use it, or choose another place with --box.",
            )
        try:
            with set_up.open("rb") as file:
                data = file.read(_LARGEST + 1)
        except OSError:
            raise SourceMissing("The set-up file is not there or cannot be read.") from None
        state = _state(data)
        disk.make_folder(folder)
        disk.make_folder(folder / OUT)
        _write_state(folder, state)
        _destroy(set_up, len(data))
        return cls(folder)

    def __enter__(self) -> Self:
        """The post-box itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Let others open it. Twice is harmless."""
        self._owner.release()

    @property
    def next_number(self) -> int:
        """The number of the next entry."""
        return self._state.next

    def local_now(self, now: datetime) -> datetime:
        """``now`` as a clock on the wall shows it in the zone of this post-box."""
        return now.astimezone(ZoneInfo(self._state.zone))

    @property
    def zone(self) -> str:
        """The IANA zone of the vault, for times that a person types."""
        return self._state.zone

    def write(
        self,
        entry: Mapping[str, object],
        *,
        now: datetime,
        files: Sequence[Path] = (),
        progress: Callable[[int], None] | None = None,
    ) -> int:
        """Seal an entry with its files; gives its number. When this returns it is on disk.

        ``entry`` is the body of an incident as JSON-like values; ``now`` is aware. ``progress`` gets
        bytes done. Raises SourceMissing, SourceChanged, DiskFull; then nothing is kept of it.
        """
        state = self._state
        if state.next > MOST_NUMBER:
            raise PostBoxError(
                "This post-box is full.", next_step="Make a new one on your other device."
            )
        with ExitStack() as stack:
            opened = [stack.enter_context(_opened(path)) for path in files]
            header = Header(
                v="1",
                kind="entry",
                box=state.box,
                number=state.next,
                written=now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                entry=dict(entry),
                files=tuple(enclosed for _, enclosed in opened),
            )
            key = bytes.fromhex(state.key)
            plain = cast("BinaryIO", Writing(header, [file for file, _ in opened], key=key))
            place.write_file(
                self._file(state.next),
                lambda file: seal(
                    plain, file, recipients=[state.recipient], pad=True, progress=progress
                ),
            )
        self._advance()
        return header.number

    def waiting(self) -> list[Waiting]:
        """The sealed entries on this device, by number."""
        found = [
            Waiting(int(match[1]), entry.stat().st_size)
            for entry in os.scandir(self.folder / OUT)
            if (match := _NAME.match(entry.name)) and entry.is_file(follow_symlinks=False)
        ]
        return sorted(found, key=lambda one: one.number)

    def take_out(self, target: Path, *, progress: Callable[[int, int], None] | None = None) -> int:
        """Copy every sealed entry into the folder ``target`` and read each copy back; how many.

        What is there already with the same bytes is left; other bytes under the same name raise
        OutputExists. Nothing is removed here.
        """
        disk.make_folder(target)
        waiting = self.waiting()
        for done, one in enumerate(waiting, 1):
            _copy(self._file(one.number), target / _name(one.number))
            if progress is not None:
                progress(done, len(waiting))
        return len(waiting)

    def forget(self, up_to: int) -> int:
        """Delete the sealed entries up to a number that the vault has said it has; how many."""
        gone = [one for one in self.waiting() if one.number <= up_to]
        for one in gone:
            disk.unlink(self._file(one.number), missing_ok=True)
        disk.sync_folder(self.folder / OUT)
        return len(gone)

    def _file(self, number: int) -> Path:
        return self.folder / OUT / _name(number)

    def _advance(self) -> None:
        key = next_key(bytes.fromhex(self._state.key)).hex()
        state = msgspec.structs.replace(self._state, next=self._state.next + 1, key=key)
        _write_state(self.folder, state)
        self._state = state

    def _catch_up(self) -> None:
        """An entry was sealed and the device stopped before its key was forgotten: forget it now."""
        for entry in os.scandir(self.folder / OUT):
            if entry.name.endswith(place.PART):
                disk.unlink(Path(entry.path), missing_ok=True)
        while self._file(self._state.next).exists():
            self._advance()


def is_set_up(folder: Path) -> bool:
    """Whether there is a post-box at this place."""
    return (folder / STATE).is_file()


def set_up_bytes(*, box: str, recipient: str, key: bytes, zone: str) -> bytes:
    """The set-up file of a new box: who has it can write entries, and read none."""
    value = {"v": "1", "kind": "post-box", "box": box, "recipient": recipient}
    return canonical.encode({**value, "key": key.hex(), "zone": zone}) + b"\n"


def _state(data: bytes) -> State:
    try:
        state = msgspec.json.decode(data, type=State)
        recipient_key(state.recipient)
        key = bytes.fromhex(state.key)
        ZoneInfo(state.zone)
    except (msgspec.MsgspecError, EnvelopeError, ValueError, OSError) as problem:
        raise _not_set_up() from problem
    fits = (state.v, state.kind) == ("1", "post-box") and _BOX.match(state.box) is not None
    if not fits or len(key) != KEY_SIZE or not 1 <= state.next <= MOST_NUMBER + 1:
        raise _not_set_up()
    return state


def _not_set_up() -> PostBoxError:
    return PostBoxError(
        "This is not a set-up file, or the post-box is damaged.",
        next_step="Make a new set-up file on your other device; sealed entries stay as they are.",
    )


def _write_state(folder: Path, state: State) -> None:
    data = canonical.encode(msgspec.to_builtins(state)) + b"\n"
    place.write_file(folder / STATE, lambda file: file.write(data))


def _destroy(path: Path, size: int) -> None:
    """Overwrite and delete; a read-only stick keeps it, and the caller says that it is a secret."""
    with suppress(OSError, DiskReadOnly):
        with disk.change(path) as file:
            file.write(bytes(size))
            disk.sync(file)
        disk.unlink(path)


def _name(number: int) -> str:
    return f"{number:06}{SUFFIX}"


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, Enclosed]]:
    if not path.is_file():
        raise SourceMissing("A file that should go with the entry is not there.")
    try:
        file = path.open("rb")
    except OSError:
        raise SourceMissing("A file that should go with the entry cannot be read.") from None
    with file:
        status = os.fstat(file.fileno())
        changed = datetime.fromtimestamp(status.st_mtime, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        yield file, Enclosed(name=path.name, size=status.st_size, modified=changed)


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as file:
        expected = sha256_stream(file)
        if not target.exists():
            file.seek(0)
            place.write_file(target, lambda out: _pour(file, out))
    with target.open("rb") as copy:
        if sha256_stream(copy) != expected:
            raise OutputExists("Another file of that name is there already.")


def _pour(source: BinaryIO, target: BinaryIO) -> None:
    while piece := source.read(1 << 20):
        target.write(piece)
