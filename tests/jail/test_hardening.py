"""No core file, and memory that another program of the same user cannot open."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tallymark.jail.hardening import harden

NOBODY = 65534
_SET_DUMPABLE, _END_WITH_PARENT = 4, 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None

linux = pytest.mark.skipif(sys.platform != "linux", reason="what holds is looked up in /proc")


def _forked(work: Callable[[], None]) -> int:
    """A child that does ``work`` as a person of no special right and then waits to be ended."""
    ready, say = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            if os.geteuid() == 0:
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            # A change of user closes the memory by itself; begin as any program does.
            LIBC.prctl(_SET_DUMPABLE, 1, 0, 0, 0)
            LIBC.prctl(_END_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
            work()
            os.write(say, b"x")
            os.read(os.pipe()[0], 1)
        finally:
            os._exit(1)
    os.close(say)
    assert os.read(ready, 1) == b"x"
    os.close(ready)
    return pid


def _end(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _can_open_memory(pid: int) -> bool:
    """Whether another process of the same person opens the memory of ``pid``."""
    told, tell = os.pipe()

    def attempt() -> None:
        try:
            with Path(f"/proc/{pid}/mem").open("rb"):
                os.write(tell, b"y")
        except OSError:
            os.write(tell, b"n")

    other = _forked(attempt)
    try:
        return os.read(told, 1) == b"y"
    finally:
        _end(other)
        os.close(told)
        os.close(tell)


@linux
def test_another_program_of_the_same_person_cannot_open_the_memory() -> None:
    """A real second process: it can open the memory of an open program, if the system lets it, and not of ours."""
    pytest.importorskip("resource")  # here: the other person may not read where it lies
    open_one = _forked(lambda: None)
    closed_one = _forked(lambda: harden() and None)
    try:
        if not _can_open_memory(open_one):
            pytest.skip("this system closes the memory of every program already (Yama)")
        assert not _can_open_memory(closed_one)
    finally:
        _end(open_one)
        _end(closed_one)


@linux
def test_what_holds_is_what_is_said() -> None:
    """The flag and the limit, asked of the system by the process itself."""
    script = (
        "import ctypes, resource; from tallymark.jail.hardening import harden;"
        "print(harden(), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0),"
        " resource.getrlimit(resource.RLIMIT_CORE))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "['no core file', 'memory closed'] 0 (0, 0)"


@linux
def test_every_command_begins_closed(tmp_path) -> None:
    """While it waits for the passphrase, no core file could be written any more."""
    reader, writer = os.pipe()
    command = [sys.executable, "-m", "tallymark", "--vault", str(tmp_path), "list"]
    with subprocess.Popen(
        [*command, "--passphrase-fd", str(reader)], pass_fds=[reader], stderr=subprocess.DEVNULL
    ) as child:
        os.close(reader)
        limits = Path(f"/proc/{child.pid}/limits")
        core = ""
        while child.poll() is None and not core.startswith("0 0"):
            lines = limits.read_text().splitlines()
            found = next(line for line in lines if line.startswith("Max core file size"))
            core = " ".join(found.split()[4:6])
        os.close(writer)
    assert core == "0 0"
