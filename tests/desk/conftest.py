"""A desk with a clock that the test holds, and a way to make packs beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tallymark.desk import Desk
from tallymark.integrity.keyslot import CHEAP

PASSPHRASE = "seven quiet lanterns on the quay"


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    at: datetime = field(default_factory=lambda: datetime(2026, 6, 2, 9, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        """The time it shows."""
        return self.at

    def move(self, **by: float) -> None:
        """Move it on."""
        self.at += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    """A clock at 09:00 UTC on 2 June 2026."""
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    """An open desk in an empty folder, in the hands of Asha."""
    folder = tmp_path / "desk"
    with Desk.create(folder, passphrase=PASSPHRASE, now=clock, cost=CHEAP, who="Asha") as made:
        yield made


@pytest.fixture
def reopen(tmp_path: Path, clock: Clock) -> Callable[..., Desk]:
    """Opens the desk of ``desk`` again, after the test closed it."""

    def opened(who: str = "Ben", passphrase: str = PASSPHRASE) -> Desk:
        return Desk.open(tmp_path / "desk", passphrase=passphrase, now=clock, who=who)

    return opened
