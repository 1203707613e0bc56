"""Windows for the tests of this room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from web.window import Window, make_vault, window


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new vault, with a home of its own around it."""
    home = tmp_path / "home"
    (home / "Downloads").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    return make_vault(home / "data")


@pytest.fixture
def opened(vault: Path) -> Iterator[Window]:
    """A window with the diary open."""
    with window(vault) as shown:
        shown.unlock()
        yield shown
