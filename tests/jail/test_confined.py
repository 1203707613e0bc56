"""What a confined child may not do, tried in one."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the filter is for Linux")

TRIES = """
import os, socket, threading, sys
from tallymark.jail.limits import lock_down
held = lock_down(size=0, threads={threads})
def tried(act):
    try:
        act()
        return "done"
    except (OSError, RuntimeError, MemoryError) as problem:
        return type(problem).__name__
def thread():
    one = threading.Thread(target=lambda: None); one.start(); one.join()
print(held["network"], held["writing"],
      tried(lambda: socket.socket()), tried(lambda: open({target!r}, "w")), tried(os.fork),
      tried(lambda: os.execv("/bin/true", ["true"])), tried(lambda: bytearray(2 << 30)),
      tried(thread), tried(lambda: os.kill(os.getppid(), 0)))
"""


@pytest.mark.parametrize(("threads", "thread"), [(True, "done"), (False, "RuntimeError")])
def test_nothing_but_reading_is_left(tmp_path, threads: bool, thread: str) -> None:
    """No socket, file, process, program, signal or great memory; threads only where allowed."""
    code = TRIES.format(threads=threads, target=str(tmp_path / "x"))
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    refused = "PermissionError"
    assert said.stdout.split() == [
        "blocked", "blocked", refused, refused, refused, refused, "MemoryError", thread, refused,
    ]  # fmt: skip
    assert list(tmp_path.iterdir()) == []
