"""Opens what a path points at, zip or folder, or says that it is not a bundle."""

from __future__ import annotations

from collections.abc import Callable
from io import BufferedReader
from pathlib import Path

from tallymark.errors import NotABundle, VerificationError
from tallymark.verify import folder, inventory, stored_zip
from tallymark.verify.container import Contents, Intake, Limits

_PEEK = 4 << 20
_ZIP = b"PK\3\4"
_SEALED = (b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE-----")


def read(path: Path, *, limits: Limits, progress: Callable[[int], None] | None = None) -> Contents:
    """All files at ``path``, each read once. Raises ``NotABundle`` where section 8 says so."""
    try:
        if path.is_dir():
            return _read_folder(path, limits, progress)
        with path.open("rb") as file:
            return _read_zip(file, limits, progress)
    except (OSError, ValueError):
        raise NotABundle("There is no file or folder here that can be read.") from None


def _read_folder(path: Path, limits: Limits, progress: Callable[[int], None] | None) -> Contents:
    if not (path / "bagit.txt").is_file():
        raise NotABundle
    contents = Contents()
    with Intake(contents, limits=limits, keep=inventory.keep, progress=progress) as intake:
        try:
            folder.read(path, contents=contents, intake=intake)
        except VerificationError as error:
            contents.stopped = str(error)
        except OSError:
            contents.stopped = "A file in the folder cannot be read."
    return contents


def _read_zip(
    file: BufferedReader, limits: Limits, progress: Callable[[int], None] | None
) -> Contents:
    head = file.read(64)
    if head.startswith(_SEALED):
        raise NotABundle("This pack is sealed.", next_step="Open it with your key first: age -d")
    if not head.startswith(_ZIP):
        raise NotABundle
    file.seek(0)
    contents = Contents()
    with Intake(contents, limits=limits, keep=inventory.keep, progress=progress) as intake:
        try:
            stored_zip.read(file, contents=contents, intake=intake)
        except VerificationError as error:
            contents.stopped = str(error)
        except OSError:
            contents.stopped = "The file cannot be read to its end."
    damaged = contents.stopped or contents.problems
    if "bagit.txt" not in contents.files and not (damaged and _names_a_bag(file)):
        raise NotABundle
    return contents


def _names_a_bag(file: BufferedReader) -> bool:
    """A damaged bundle still names its bagit.txt near the beginning or the end."""
    file.seek(0)
    if b"/bagit.txt" in file.read(_PEEK):
        return True
    size = file.seek(0, 2)
    file.seek(max(0, size - _PEEK))
    return b"/bagit.txt" in file.read(_PEEK)
