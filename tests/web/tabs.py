"""A tab of real Chromium that looks at every page it stops at."""

from __future__ import annotations

import io
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from tallymark.web import browser
from tallymark.web.launch import Opening
from web.window import PASSPHRASE, Window

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext
    from playwright.sync_api import Page as Tab

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MARKER = "zebrawool7141"
WIDTHS = (320, 1280)


class Walk:
    """A tab that checks every page it stops at, in two widths or those given."""

    def __init__(self, tab: Tab, widths: tuple[int, ...] = WIDTHS) -> None:
        self.tab = tab
        self.widths = widths
        self.seen: list[str] = []

    def stop(self, name: str) -> None:
        """Look at the page: no sideways scrolling, targets large enough, every field labelled."""
        self.tab.wait_for_load_state("load")
        self.tab.wait_for_selector("main")
        self.seen.append(name)
        for width in self.widths:
            self.tab.set_viewport_size({"width": width, "height": 900})
            wide = self.tab.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} scrolls sideways at {width}"
        assert self.tab.evaluate(SMALL) == [], name
        assert self.tab.evaluate(UNNAMED) == [], name
        assert self.tab.title() == "Notes"

    def press(self, words: str = "") -> None:
        """Press the page's own button, or the one with these words."""
        button = self.tab.locator("main form button.button")
        (button.filter(has_text=words) if words else button).first.click()
        self.tab.wait_for_load_state("load")

    def link(self, words: str) -> None:
        """Follow a link."""
        self.tab.locator("a", has_text=words).first.click()
        self.tab.wait_for_load_state("load")


SMALL = """[...document.querySelectorAll(
  'button, .button, .bar a, .foot a, .back, input:not([type=hidden]):not([type=radio]):not([type=checkbox]),'
  + 'textarea, summary, .choice, .big a, td a, th a, .problems a, .plain-list > li > a')]
  .filter(e => e.checkVisibility() && e.getBoundingClientRect().width > 0)
  .map(e => [e.tagName, e.textContent.trim().slice(0, 30), e.getBoundingClientRect()])
  .filter(([t, w, r]) => r.height < 43.5 || r.width < 43.5).map(([t, w, r]) => `${t} ${w} ${r.width}x${r.height}`)"""

UNNAMED = """[...document.querySelectorAll('input:not([type=hidden]), textarea, select')]
  .filter(e => e.labels.length === 0).map(e => e.name)
  .concat([...document.querySelectorAll('img')].filter(e => !e.alt).map(e => e.src))
  .concat(document.querySelectorAll('h1').length === 1 ? [] : ['h1'])
  .concat(document.documentElement.lang ? [] : ['lang'])"""


def arrive(context: BrowserContext, shown: Window, folder: Path) -> Tab:
    """Come as a person does: the browser opens the redirect file."""
    tab = context.new_page()
    opening = Opening(shown.book)
    opening.file = browser.write_redirect(folder, opening.address)
    tab.goto(opening.file.as_uri())
    tab.wait_for_url(f"http://{shown.host}/**")
    tab.wait_for_selector("main")
    return tab


def photo() -> bytes:
    """A JPEG of 600 by 400."""
    target = io.BytesIO()
    Image.effect_mandelbrot((600, 400), (-2, -1.2, 1, 1.2), 40).save(target, "JPEG")
    return target.getvalue()


def open_diary(walk: Walk) -> None:
    """Give the passphrase."""
    walk.tab.fill("#passphrase", PASSPHRASE)
    walk.press()
    walk.tab.wait_for_url("**/home")


def write_entry(walk: Walk) -> None:
    """Answer every question, one wrongly first, and save."""
    walk.link("Write down what happened")
    walk.stop("when")
    walk.tab.check("#sure-exact")
    walk.press()
    walk.stop("when-problem")
    for name, value in (("d", "3"), ("m", "5"), ("y", "2026"), ("time", "9.10pm")):
        walk.tab.fill(f"#from_{name}", value)
    walk.press()
    walk.stop("where")
    walk.tab.fill("#place_text", "Outside my flat")
    walk.tab.check("#channel-in_person")
    walk.press()
    walk.stop("what")
    walk.tab.fill("#what_happened", f"He stood by the gate. {MARKER}")
    walk.tab.fill("#words_said", "You cannot hide.")
    walk.press()
    walk.stop("who")
    walk.tab.check("#seen-yes")
    walk.tab.fill("#seen_by", "Priya")
    walk.press()
    walk.stop("check")
    walk.press("Save this entry")
    walk.stop("saved")


def kept_in(profile: Path, words: str) -> list[str]:
    """Files of the profile that hold the words, as UTF-8 or UTF-16."""
    forms = (words.encode(), words.encode("utf-16-le"))
    found = []
    for path in profile.rglob("*"):
        with suppress(OSError):
            data = path.read_bytes() if path.is_file() else b""
            if any(form in data for form in forms):
                found.append(path.relative_to(profile).as_posix())
    return found
