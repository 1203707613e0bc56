"""A clock, a place and a cheap vault for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tallymark.integrity.keyslot import CHEAP
from tallymark.vault import Vault
from vault.making import PASSPHRASE, Ticking

# A disk that is busy with other work is no fault of what is tested.
settings.register_profile("vault", deadline=None)
settings.load_profile("vault")


@pytest.fixture
def clock() -> Ticking:
    """A clock of this test's own."""
    return Ticking()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where this test's vault goes."""
    return tmp_path / "v"


@pytest.fixture
def vault(folder: Path, clock: Ticking) -> Iterator[Vault]:
    """An open, empty vault, closed afterwards."""
    with Vault.create(folder, passphrase=PASSPHRASE, now=clock, cost=CHEAP) as made:
        yield made


@pytest.fixture
def reopen(folder: Path, clock: Ticking) -> Callable[[], Vault]:
    """Opens this test's vault again."""
    return lambda: Vault.open(folder, passphrase=PASSPHRASE, now=clock)
