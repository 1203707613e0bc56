"""Real small disks for tests: a file system of a few MiB, mounted and taken away again."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(place: Path, *, mib: int) -> Iterator[Path]:
    """A disk of its own of ``mib`` MiB at ``place``. Skips, by name, where nobody may mount one."""
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=0700", "tmpfs", str(place)]
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def read_only(place: Path, *, on: bool = True) -> None:
    """Lock the disk mounted at ``place`` against writing, or unlock it."""
    mode = "remount,ro" if on else "remount,rw"
    subprocess.run(["mount", "-o", mode, str(place)], check=True)


def fill(place: Path, *, leave: int = 0) -> Path:
    """Fill the disk at ``place`` to the last byte but ``leave``; the file that does it."""
    path = place / "films"
    block = b"\0" * 4096
    with path.open("ab", buffering=0) as file:
        try:
            while file.write(block) == len(block):
                pass
        except OSError:
            pass
        if leave:
            file.truncate(max(0, file.tell() - leave))
    return path


@contextmanager
def fat_stick(place: Path, *, mib: int = 64, live: bool = False) -> Iterator[Path]:
    """A real FAT file system at ``place``, by the kernel or, unless ``live``, by a FUSE driver.

    The driver writes files from begin to end only, so a database cannot lie on it. Skips, by name,
    where neither is there.
    """
    place.mkdir()
    image = place.with_suffix(".img")
    with image.open("wb") as file:
        file.truncate(mib << 20)
    made = shutil.which("mkfs.vfat") and _ran("mkfs.vfat", str(image))
    kernel = made and _ran("mount", "-o", "loop", str(image), str(place))
    if not kernel and (live or not (shutil.which("fusefat") and made)):
        pytest.skip("this machine cannot mount a FAT file system")
    if not kernel and not _ran("fusefat", "-o", "rw+", str(image), str(place)):
        pytest.skip("this machine cannot mount a FAT file system")
    try:
        yield place
    finally:
        _ran("umount", "-l", str(place))


def _ran(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
