"""What is left of the key in memory: looked for in a real second process, byte for byte."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tallymark.vault import Vault
from vault.making import PASSPHRASE, Ticking, incident

CHILD = """
import gc, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from tallymark.vault import Vault
from vault.making import PASSPHRASE, Ticking, incident
vault = Vault.open(Path(sys.argv[1]), passphrase=PASSPHRASE, now=Ticking())
vault.append(incident("y" * 3000))
for at_the_end in (False, True):
    if at_the_end:
        vault.close()
        del vault
    gc.collect()
    print("ready", flush=True)
    sys.stdin.readline()
"""


def _memory(pid: int) -> list[bytes]:
    """Everything that a process holds and may read itself."""
    found = []
    with Path(f"/proc/{pid}/mem").open("rb") as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights = line.split()[:2]
            start, end = (int(side, 16) for side in span.split("-"))
            if "r" in rights and "[v" not in line:
                memory.seek(start)
                try:
                    found.append(memory.read(end - start))
                except OSError:  # a page of a device
                    continue
    return found


def _count(pid: int, needle: bytes) -> int:
    return sum(part.count(needle) for part in _memory(pid))


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read through /proc")
def test_no_copy_of_the_key_outlives_the_lock(vault, folder) -> None:
    """Open: it is there and nowhere spelt out. Locked: neither it nor its hexadecimal form."""
    master = bytes(vault._opened.master)
    vault.close()
    command = [sys.executable, "-c", CHILD, str(folder), str(Path(__file__).parents[1])]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    counts = []
    with subprocess.Popen(command, **pipes) as child:
        for _ in range(2):
            assert child.stdout.readline() == b"ready\n"
            counts.append((_count(child.pid, master), _count(child.pid, master.hex().encode())))
            child.stdin.write(b"\n")
            child.stdin.flush()
    opened, locked = counts
    assert opened[0] > 0
    assert opened[1] == 0
    assert locked == (0, 0)


def test_an_error_while_locking_wipes_the_key_all_the_same(vault, monkeypatch) -> None:
    """Whatever the disk says at the last moment."""

    def failing() -> None:
        raise OSError(5, "no")

    monkeypatch.setattr(vault._database, "close", failing)
    with pytest.raises(OSError, match="no"):
        Vault.close(vault)
    assert bytes(vault._opened.master) == bytes(32)
    monkeypatch.undo()
    vault._database.close()


def test_what_is_wiped_was_the_key(vault, folder) -> None:
    """The same buffer is used from opening to locking; a second opening has its own."""
    buffer = vault._opened.master
    vault.append(incident("one"))
    assert any(buffer)
    vault.close()
    assert not any(buffer)
    with Vault.open(folder, passphrase=PASSPHRASE, now=Ticking()) as again:
        assert any(again._opened.master)
