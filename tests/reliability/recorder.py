"""Writes down every call that changes the disk, and what had been acknowledged by then."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from reliability.watch import Call, Watched

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Data:
    """Bytes for file ``inode`` at ``offset``; with ``data`` None the file is cut to ``offset``."""

    inode: int
    offset: int
    data: bytes | None


@dataclass(frozen=True, slots=True)
class Name:
    """A change of names in ``folder``: ``old`` loses its name, ``new`` points at ``inode``.

    ``inode`` is 0 for a folder.
    """

    folder: str
    old: str | None
    new: str | None
    inode: int


@dataclass(frozen=True, slots=True)
class Sync:
    """What was written to ``inode`` before the operation number ``upto`` lasts."""

    inode: int
    upto: int


@dataclass(frozen=True, slots=True)
class SyncFolder:
    """The names of ``folder`` as they were before the operation number ``upto`` last."""

    folder: str
    upto: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Everything before was acknowledged; ``said`` is what is there from now on."""

    said: Any


Operation = Data | Name | Sync | SyncFolder | Mark


class Recorder(Watched):
    """The system, and a list of what was done to it below ``root``, in order."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.root = root
        self.operations: list[Operation] = []
        self._inodes: dict[str, int] = {}
        self._made = 0
        self._turn = threading.Lock()

    def mark(self, said: Any) -> None:
        """Say that all that was done so far has been acknowledged."""
        self.operations.append(Mark(said))

    def call(self, call: Call, do: Callable[[], T]) -> T:
        """Do it and write it down, or neither."""
        if not str(call.path).startswith(str(self.root)):
            return do()
        with self._turn:
            before = len(self.operations)
        if call.what == "sync":
            # Another thread may write meanwhile; what it writes is not promised by this call.
            result = do()
            with self._turn:
                self.operations.append(Sync(self._inodes[self._name(call.path)], before))
            return result
        with self._turn:
            result = do()
            self._note(call, result)
        return result

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def _note(self, call: Call, result: object) -> None:
        note = getattr(self, f"_note_{call.what}", None)
        if note is not None:
            name = self._name(call.path)
            note(call, name, name.rpartition("/")[0] or ".", result)

    def _note_open(self, call: Call, name: str, folder: str, _result: object) -> None:
        if call.new:
            self._made += 1
            self._inodes[name] = self._made
            self.operations.append(Name(folder, None, name, self._made))
        elif call.data:
            self.operations.append(Data(self._inodes[name], 0, None))

    def _note_write(self, call: Call, name: str, _folder: str, result: object) -> None:
        taken = call.data if result is None else call.data[: int(str(result))]
        self.operations.append(Data(self._inodes[name], call.offset, taken))

    def _note_truncate(self, call: Call, name: str, _folder: str, _result: object) -> None:
        self.operations.append(Data(self._inodes[name], call.offset, None))

    _note_allocate = _note_truncate

    def _note_rename(self, call: Call, name: str, folder: str, _result: object) -> None:
        assert call.other is not None
        new = self._name(call.other)
        assert call.path.parent == call.other.parent, "a rename between folders is not modelled"
        inside = {k: v for k, v in self._inodes.items() if k.startswith(name + "/")}
        for path, inode in inside.items():
            del self._inodes[path]
            self._inodes[new + path.removeprefix(name)] = inode
        inode = self._inodes.pop(name, 0)
        if inode:
            self._inodes[new] = inode
        self.operations.append(Name(folder, name, new, inode))

    def _note_unlink(self, _call: Call, name: str, folder: str, _result: object) -> None:
        self.operations.append(Name(folder, name, None, self._inodes.pop(name)))

    def _note_make_folder(self, _call: Call, name: str, folder: str, _result: object) -> None:
        self.operations.append(Name(folder, None, name, 0))

    def _note_remove_folder(self, _call: Call, name: str, folder: str, _result: object) -> None:
        self.operations.append(Name(folder, name, None, 0))

    def _note_sync_folder(self, _call: Call, name: str, _folder: str, _result: object) -> None:
        self.operations.append(SyncFolder(name, len(self.operations)))
