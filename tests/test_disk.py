"""There is one way onto the disk, and what it promises is what the system does."""

from __future__ import annotations

import ast
import errno
import os
from pathlib import Path

import pytest

import tallymark
from tallymark import disk
from tallymark.errors import DiskFailing, DiskFull, DiskReadOnly

ROOMS = ("vault", "diary", "pack")
SOURCE = Path(tallymark.__file__).parent
CHANGES = frozenset(
    {
        *("unlink", "rename", "rmdir", "mkdir", "touch", "write_bytes", "write_text", "truncate"),
        *("fsync", "fdatasync", "makedirs", "removedirs", "rmtree", "copytree", "move"),
        *("copyfile", "symlink_to", "hardlink_to"),
    }
)
"""Names of calls that change a disk, whatever they are called on."""


class Noting(disk.Disk):
    """The system, and a list of what was asked of it."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def make_folder(self, path: Path, mode: int) -> None:
        """One folder."""
        self.calls.append(f"make {path.name}")
        super().make_folder(path, mode)

    def sync_folder(self, path: Path) -> None:
        """One folder's names."""
        self.calls.append(f"sync {path.name}")
        super().sync_folder(path)

    def sync(self, handle: int) -> None:
        """One file's bytes."""
        self.calls.append("sync file")
        super().sync(handle)


def _changes(path: Path) -> list[str]:
    """Calls in this module that change a disk and are not asked of ``disk``."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        owner = node.func.value
        name = owner.id if isinstance(owner, ast.Name) else ""
        writes = node.func.attr == "open" and any(
            isinstance(mode, ast.Constant) and isinstance(mode.value, str) and set("wax+") & set(mode.value)
            for mode in (*node.args, *(word.value for word in node.keywords))
        )  # fmt: skip
        system = name == "os" and node.func.attr in {"open", "write", "replace", "remove", "fdopen"}
        if name != "disk" and (node.func.attr in CHANGES or writes or system):
            found.append(f"{path.name}:{node.lineno} {node.func.attr}")
    return found


def test_no_room_that_keeps_anything_goes_round_it() -> None:
    """What the vault, the diary and the pack do to a disk can be recorded and made to fail."""
    found = {
        str(path.relative_to(SOURCE)): calls
        for room in ROOMS
        for path in sorted((SOURCE / room).rglob("*.py"))
        if (calls := _changes(path))
    }
    assert found == {}


def test_the_scan_sees_what_it_looks_for(tmp_path) -> None:
    """Each way round would be found."""
    module = tmp_path / "module.py"
    ways = ["path.unlink()", "os.fsync(1)", "path.open('xb')", "os.open(p, 0)", "shutil.rmtree(p)"]
    module.write_text("\n".join(ways))
    assert len(_changes(module)) == len(ways)
    module.write_text("disk.unlink(path)\npath.open('rb')\n'a'.replace('a', 'b')\n")
    assert _changes(module) == []


NUMBERS_ONLY = {"importers/_mark.py"}
"""Shares a few numbers with its child where the system has no memory without a name."""


def test_no_plain_temporary_file_is_ever_made() -> None:
    """No module imports ``tempfile``: what the program holds would lie there unencrypted."""
    found = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        and "tempfile" in {getattr(node, "module", ""), *(alias.name for alias in node.names)}
    }
    assert found == NUMBERS_ONLY


def test_a_folder_and_those_above_it_last(tmp_path) -> None:
    """Each folder that is made is named in the one above it before anything goes into it."""
    noting = Noting()
    with disk.in_charge(noting):
        disk.make_folder(tmp_path / "a" / "b")
        disk.make_folder(tmp_path / "a" / "b")
    assert noting.calls == ["make a", f"sync {tmp_path.name}", "make b", "sync a"]
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700


def test_something_else_of_that_name_is_said(tmp_path) -> None:
    """A file where a folder is wanted is left as it is."""
    (tmp_path / "a").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        disk.make_folder(tmp_path / "a")
    with pytest.raises(FileExistsError):
        disk.create(tmp_path / "a", new=True)
    assert (tmp_path / "a").read_bytes() == b"mine"


def test_files_are_written_changed_and_read(tmp_path) -> None:
    """Buffered like any file, private to the person, and sent on to the disk when asked."""
    path, noting = tmp_path / "file", Noting()
    with disk.in_charge(noting):
        with disk.create(path) as file:
            file.write(b"0123456789")
            disk.sync(file)
            assert path.read_bytes() == b"0123456789"
        with disk.change(path) as file:
            file.seek(4)
            file.write(b"x")
            file.truncate(6)
            file.seek(0)
            assert file.read() == b"0123x5"
            disk.sync(file)
    assert noting.calls == ["sync file"] * 2
    assert path.stat().st_mode & 0o777 == 0o600
    with disk.reading(path) as file:
        assert file.seek(-2, os.SEEK_END) == 4
        assert file.read() == b"x5"
    disk.rename(path, tmp_path / "other")
    disk.unlink(path, missing_ok=True)
    with pytest.raises(FileNotFoundError):
        disk.unlink(path)


def test_a_tree_goes_without_following_links(tmp_path) -> None:
    """What a link points to stays."""
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_bytes(b"mine")
    (tmp_path / "tree" / "inner").mkdir(parents=True)
    (tmp_path / "tree" / "inner" / "file").write_bytes(b"x")
    (tmp_path / "tree" / "link").symlink_to(tmp_path / "kept")
    disk.remove_tree(tmp_path / "tree")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert (tmp_path / "kept" / "file").read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (errno.ENOSPC, DiskFull),
        (errno.EDQUOT, DiskFull),
        (errno.EACCES, DiskReadOnly),
        (errno.EROFS, DiskReadOnly),
        (errno.EIO, DiskFailing),
        (errno.ENOENT, OSError),
    ],
)
def test_what_the_system_says_gets_a_name(code, kind) -> None:
    """Full, locked and failing are three different things to do something about."""
    assert type(disk.named(OSError(code, "no"))) in {kind, FileNotFoundError}


class _NoFolderSync(disk.Disk):
    def __init__(self, code: int) -> None:
        self.code = code

    def sync_folder(self, path: Path) -> None:
        raise OSError(self.code, "no", path)


def test_a_disk_without_that_call_is_taken_as_it_is(tmp_path) -> None:
    """Some network disks refuse to sync a folder; a disk that fails to is another matter."""
    with disk.in_charge(_NoFolderSync(errno.EINVAL)):
        disk.sync_folder(tmp_path)
    with disk.in_charge(_NoFolderSync(errno.EIO)), pytest.raises(DiskFailing):
        disk.sync_folder(tmp_path)
