"""Real Chromium: the whole chain without JavaScript, and what stays on the disk afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from web.tabs import (
    ARGUMENTS,
    CHROMIUM,
    MARKER,
    WIDTHS,
    Walk,
    arrive,
    kept_in,
    open_diary,
    photo,
    write_entry,
)
from web.test_journey import CHAT
from web.window import PASSPHRASE, window

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

pytestmark = pytest.mark.browser
if CHROMIUM is None:
    pytest.skip("Chromium is not installed", allow_module_level=True)


def _file(walk: Walk) -> None:
    walk.link("Add a photo or file to it")
    walk.stop("file")
    walk.tab.fill("#title", "Photo of the gate")
    walk.tab.check("#method-photographed")
    walk.tab.set_input_files(
        "#file", {"name": "gate.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    walk.press()
    walk.stop("file-kept")
    assert walk.tab.locator("img.pixels").evaluate("e => e.naturalWidth") == 600
    walk.tab.locator("summary", has_text="Save a copy").click()
    with walk.tab.expect_download() as kept:
        walk.link("Save a copy")
    assert kept.value.suggested_filename == "item-1.jpg"


def _chat(walk: Walk) -> None:
    walk.link("Home")
    walk.link("Bring in messages")
    walk.stop("bring")
    walk.tab.check("#chat-0")
    walk.press()
    walk.tab.wait_for_url("**/bring/3")
    walk.stop("bring-owner")
    walk.tab.get_by_label("Sam").check()
    walk.press()
    walk.tab.wait_for_selector("text=The chat is in your diary")
    walk.stop("bring-done")
    walk.press()


def _look(walk: Walk, *, views: int) -> None:
    walk.tab.wait_for_url("**/home")
    walk.stop("home")
    walk.link("See what you have")
    walk.stop("see")
    walk.link("Entries")
    walk.stop("list")
    walk.tab.locator("main li a").first.click()
    walk.stop("entry")
    assert MARKER in walk.tab.inner_text("main")
    walk.tab.go_back()
    walk.tab.go_back()
    walk.link("The bigger picture")
    walk.stop("views")
    links = walk.tab.locator("main ul.plain-list li a").count()
    assert links >= 7
    widths, walk.widths = walk.widths, walk.widths[:1]
    for number in range(min(links, views)):
        walk.tab.locator("main ul.plain-list li a").nth(number).click()
        walk.stop(f"view-{number + 1}")
        assert walk.tab.locator("img.chart").evaluate("e => e.naturalWidth") > 0
        walk.link("Back to the bigger picture")
    walk.widths = widths


def _pack(walk: Walk) -> None:
    walk.link("Home")
    walk.link("Give it to the police")
    walk.stop("give")
    walk.tab.check("#purpose-police")
    walk.tab.fill("#folder_typed", str(Path.home() / "Downloads"))
    walk.press()
    walk.stop("give-check")
    walk.press("Make the pack")
    walk.tab.wait_for_selector("text=The pack is ready", timeout=60_000)
    walk.stop("give-made")
    assert list((Path.home() / "Downloads").glob("notes-*.zip"))


@pytest.mark.parametrize("private", [True, False], ids=["private window", "normal window"])
def test_the_whole_chain_without_javascript(
    driver: Playwright,
    vault: Path,
    tmp_path: Path,
    *,
    private: bool,
) -> None:
    """Redirect file to lock in real Chromium, and then nothing typed is in its profile."""
    export = Path.home() / "Downloads" / "WhatsApp Chat.txt"
    export.write_text(CHAT.replace("message", MARKER) + "\n", encoding="utf-8")
    profile = tmp_path / "profile"
    with window(vault) as shown:
        context = driver.chromium.launch_persistent_context(
            str(profile),
            executable_path=CHROMIUM,
            args=[*ARGUMENTS, *(["--incognito"] if private else [])],
            java_script_enabled=False,
        )
        walk = Walk(arrive(context, shown, tmp_path), WIDTHS if private else (768,))
        walk.stop("unlock")
        open_diary(walk)
        write_entry(walk)
        _file(walk)
        _chat(walk)
        _look(walk, views=99 if private else 1)
        _pack(walk)
        walk.link("In danger?")
        walk.stop("help")
        walk.tab.locator("header button").click()
        walk.tab.wait_for_url("**/locked")
        walk.stop("locked")
        context.close()
    assert len(walk.seen) >= 24
    assert kept_in(profile, MARKER) == []
    assert kept_in(profile, PASSPHRASE) == []
    assert kept_in(profile, "Outside my flat") == []
    assert not list(tmp_path.glob("notes-*.html"))
