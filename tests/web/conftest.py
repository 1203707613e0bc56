"""Windows for the tests of this room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from web.tabs import ARGUMENTS, CHROMIUM
from web.window import Window, make_vault, window

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright


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


@pytest.fixture(scope="module")
def driver() -> Iterator[Playwright]:
    """One driver for all tests of a file: a second one in the same thread is refused."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def chromium(driver: Playwright) -> Iterator[Browser]:
    """One browser for the tests that need no profile of their own."""
    found = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield found
    found.close()
