"""What a confined child may not do, tried in one."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tallymark.errors import LimitExceeded
from tallymark.jail.process import death

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


BURNS = """
from tallymark.jail import limits
limits.CPU_BASE = 1
limits.lock_down(size=0)
while True:
    pass
"""


def test_too_much_processor_time_is_named() -> None:
    """The signal that says so comes before the end, so the person is told of the limit."""
    ended = subprocess.run([sys.executable, "-c", BURNS], timeout=30, check=False)
    assert isinstance(death(ended.returncode), LimitExceeded)


PARENT = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {child!r}], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
os.kill(os.getpid(), 9)
"""
WAITS = """
import time
from tallymark.jail.limits import lock_down
lock_down(size=0)
print("ready", flush=True)
time.sleep(60)
"""


def test_a_child_does_not_outlive_its_parent() -> None:
    """A parent that is killed leaves no reader behind."""
    said = subprocess.run(
        [sys.executable, "-c", PARENT.format(child=WAITS)],
        capture_output=True,
        text=True,
        check=False,
    )
    place = Path("/proc") / said.stdout.strip() / "stat"
    for _ in range(100):
        if not place.exists() or place.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.1)
    pytest.fail("the child is still there")
