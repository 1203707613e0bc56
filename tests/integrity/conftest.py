"""Other programs that the tests agree with, found once and skipped by name where absent."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[1] / ".tools" / "node" / "age"

Run = Callable[..., bytes]


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def _runner(*command: str) -> Run:
    def run(*arguments: str, data: bytes = b"") -> bytes:
        done = subprocess.run([*command, *arguments], input=data, capture_output=True, check=False)
        if done.returncode:
            raise ChildProcessError(done.stderr.decode(errors="replace"))
        return done.stdout

    return run


@pytest.fixture(scope="session")
def age() -> Run:
    """Debian's ``age``; raises ChildProcessError when it refuses."""
    return _runner(_program("age"))


@pytest.fixture(scope="session")
def ssh_keygen() -> Run:
    """OpenSSH's ``ssh-keygen``; raises ChildProcessError when it refuses."""
    return _runner(_program("ssh-keygen"))


@pytest.fixture(scope="session")
def openssl() -> Run:
    """``openssl``; raises ChildProcessError when it refuses."""
    return _runner(_program("openssl"))


@pytest.fixture(scope="session")
def node_age() -> Run:
    """Npm's ``age-encryption`` in the version of our lock, fetched once into ``.tools``."""
    node, npm = _program("node"), _program("npm")
    lock = (HERE / "node" / "package-lock.json").read_bytes()
    kept = CACHE / "package-lock.json"
    if not (CACHE / "ready").exists() or kept.read_bytes() != lock:
        shutil.rmtree(CACHE, ignore_errors=True)
        shutil.copytree(HERE / "node", CACHE)
        fetch = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        if subprocess.run(fetch, cwd=CACHE, capture_output=True, check=False).returncode:
            pytest.skip("npm could not fetch age-encryption")
        (CACHE / "ready").touch()
    shutil.copy(HERE / "node" / "age.mjs", CACHE / "age.mjs")
    return _runner(node, str(CACHE / "age.mjs"))
