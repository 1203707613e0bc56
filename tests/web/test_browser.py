"""Real Chromium: the journey without JavaScript, the small script, and what the profile keeps."""

from __future__ import annotations

import asyncio
import io
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tallymark.web.launch import Opening
from web.test_journey import CHAT
from web.window import PASSPHRASE, Window, window

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None:
    pytest.skip("Chromium is not installed", allow_module_level=True)

from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright  # noqa: E402

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
WIDTHS = (320, 768, 1280)


@pytest.fixture(scope="module")
def driver() -> Iterator[Playwright]:
    """One driver for all tests of this file: a second one in the same thread is refused."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def chromium(driver: Playwright) -> Iterator[Browser]:
    """One browser for the tests that need no profile of their own."""
    found = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield found
    found.close()


class Walk:
    """A tab that checks every page it stops at, in three widths."""

    def __init__(self, tab: Tab, shots: Path | None = None) -> None:
        self.tab = tab
        self.shots = shots
        self.seen: list[str] = []

    def stop(self, name: str) -> None:
        """Look at the page: no sideways scrolling, targets large enough, every field labelled."""
        self.tab.wait_for_load_state("load")
        self.tab.wait_for_selector("main")
        self.seen.append(name)
        for width in WIDTHS:
            self.tab.set_viewport_size({"width": width, "height": 900})
            wide = self.tab.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} scrolls sideways at {width}"
            if self.shots is not None:
                self.tab.screenshot(path=self.shots / f"{name}-{width}.png", full_page=True)
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


def _arrive(context: BrowserContext, shown: Window, folder: Path) -> Tab:
    """Come as a person does: the browser opens the redirect file."""
    from tallymark.web import browser

    tab = context.new_page()
    opening = Opening(shown.book)
    opening.file = browser.write_redirect(folder, opening.address)
    tab.goto(opening.file.as_uri())
    tab.wait_for_url(f"http://{shown.host}/**")
    tab.wait_for_selector("main")
    return tab


def _photo() -> bytes:
    target = io.BytesIO()
    Image.effect_mandelbrot((600, 400), (-2, -1.2, 1, 1.2), 40).save(target, "JPEG")
    return target.getvalue()


def _open(walk: Walk) -> None:
    walk.tab.fill("#passphrase", PASSPHRASE)
    walk.press()
    walk.tab.wait_for_url("**/home")


def _entry(walk: Walk) -> None:
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


def _file(walk: Walk) -> None:
    walk.link("Add a photo or file to it")
    walk.stop("file")
    walk.tab.fill("#title", "Photo of the gate")
    walk.tab.check("#method-photographed")
    walk.tab.set_input_files(
        "#file", {"name": "gate.jpg", "mimeType": "image/jpeg", "buffer": _photo()}
    )
    walk.press()
    walk.stop("file-kept")
    assert walk.tab.locator("img.pixels").evaluate("e => e.naturalWidth") == 600
    walk.tab.locator("summary").click()
    with walk.tab.expect_download() as kept:
        walk.link("Save a copy")
    assert kept.value.suggested_filename == "item-1.jpg"


def _chat(walk: Walk) -> None:
    walk.link("Home")
    walk.link("Bring in a WhatsApp chat")
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


def _look(walk: Walk) -> None:
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
    for number in range(walk.tab.locator("main ul.plain-list li a").count()):
        walk.tab.locator("main ul.plain-list li a").nth(number).click()
        walk.stop(f"view-{number + 1}")
        assert walk.tab.locator("img.chart").evaluate("e => e.naturalWidth") > 0
        walk.link("Back to the bigger picture")


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


def _kept_in(profile: Path, words: str) -> list[str]:
    """Files of the profile that hold the words, as UTF-8 or UTF-16."""
    forms = (words.encode(), words.encode("utf-16-le"))
    found = []
    for path in profile.rglob("*"):
        with suppress(OSError):
            data = path.read_bytes() if path.is_file() else b""
            if any(form in data for form in forms):
                found.append(path.relative_to(profile).as_posix())
    return found


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
    profile, shots = tmp_path / "profile", tmp_path / "shots"
    shots.mkdir()
    with window(vault) as shown:
        context = driver.chromium.launch_persistent_context(
            str(profile),
            executable_path=CHROMIUM,
            args=[*ARGUMENTS, *(["--incognito"] if private else [])],
            java_script_enabled=False,
        )
        walk = Walk(_arrive(context, shown, tmp_path), shots if private else None)
        walk.stop("unlock")
        _open(walk)
        _entry(walk)
        _file(walk)
        _chat(walk)
        _look(walk)
        _pack(walk)
        walk.link("In danger?")
        walk.stop("help")
        walk.tab.locator("header button").click()
        walk.tab.wait_for_url("**/locked")
        walk.stop("locked")
        context.close()
    assert len(walk.seen) >= 25
    assert _kept_in(profile, MARKER) == []
    assert _kept_in(profile, PASSPHRASE) == []
    assert _kept_in(profile, "Outside my flat") == []
    assert not list(tmp_path.glob("notes-*.html"))


@pytest.fixture
def tab(chromium: Browser, vault: Path, tmp_path: Path) -> Iterator[tuple[Walk, Window]]:
    """An open diary in a tab with JavaScript."""
    with window(vault) as shown:
        context = chromium.new_context()
        walk = Walk(_arrive(context, shown, tmp_path))
        _open(walk)
        yield walk, shown
        context.close()


def _until(walk: Walk, true: object) -> None:
    for _ in range(200):
        if true():  # type: ignore[operator]
            return
        walk.tab.wait_for_timeout(40)
    pytest.fail("it did not happen")


def test_exit_hides_locks_and_leaves_nothing_behind(tab: tuple[Walk, Window]) -> None:
    """Press: the page is gone, the keys are dropped, and Back shows nothing of the diary."""
    walk, shown = tab
    _entry(walk)
    walk.tab.click("#leave")
    walk.tab.wait_for_url("about:blank")
    _until(walk, lambda: shown.book.diary is None)
    assert shown.book.ended
    for _ in range(3):
        with suppress(Exception):
            walk.tab.go_back(timeout=2000)
        assert MARKER not in walk.tab.content()


def test_shift_three_times_leaves_too(tab: tuple[Walk, Window]) -> None:
    """Alone and three times; with a letter between it counts anew."""
    walk, shown = tab
    for key in ("Shift", "Shift", "a", "Shift", "Shift", "Shift+A"):
        walk.tab.keyboard.press(key)
    assert shown.book.diary is not None
    for _ in range(3):
        walk.tab.keyboard.press("Shift")
    walk.tab.wait_for_url("about:blank")
    _until(walk, lambda: shown.book.diary is None)


def test_typed_text_is_kept_after_three_seconds(tab: tuple[Walk, Window]) -> None:
    """Nobody pressed a button, and a new visit has the words."""
    walk, shown = tab
    walk.tab.goto(f"http://{shown.host}/") if False else walk.link("Write down what happened")
    walk.tab.fill("#from_d", "17")

    def kept() -> bool:
        assert shown.book.diary is not None
        return "17" in shown.book.diary.vault.drafts().get("entry", "")

    _until(walk, kept)


def test_the_policy_holds_against_script(tab: tuple[Walk, Window]) -> None:
    """Markup made by a script is refused, and nothing can be fetched from elsewhere."""
    walk, _ = tab
    assert "TrustedHTML" in walk.tab.evaluate(
        "(() => { try { document.body.innerHTML = '<b>x</b>' } catch (e) { return e.message } })()"
    )
    refused = walk.tab.evaluate(
        "fetch('http://127.0.0.1:9/', {mode: 'no-cors'}).then(() => 'went', e => e.message)"
    )
    assert refused == "Failed to fetch"


def test_a_page_under_a_rebound_name_sees_nothing(
    driver: Playwright, vault: Path, tmp_path: Path
) -> None:
    """A foreign page, even under a name that now leads here, reads nothing and changes nothing."""
    with window(vault) as shown:
        found = driver.chromium.launch(
            executable_path=CHROMIUM,
            args=[*ARGUMENTS, "--host-resolver-rules=MAP evil.test 127.0.0.1"],
        )
        context = found.new_context()
        walk = Walk(_arrive(context, shown, tmp_path))
        _open(walk)
        evil = context.new_page()
        got = evil.goto(f"http://evil.test:{shown.port}/home")
        assert got is not None
        assert got.status == 421
        targets = [f"http://{shown.host}{p}" for p in ("/home", "/add/3", "/exit", "/lock", "/e/1")]
        read = evil.evaluate(
            """async (targets) => { const out = [];
            for (const t of targets) for (const m of ['GET', 'POST'])
              try { const r = await fetch(t, {method: m, credentials: 'include', mode: 'cors'});
                    out.push(await r.text()); } catch (e) { out.push('') }
            return out.join('') }""",
            targets,
        )
        assert read == ""
        assert shown.book.diary is not None
        assert shown.book.diary.vault.drafts() == {}
        found.close()


def test_the_session_cookie_reaches_no_other_server(tab: tuple[Walk, Window]) -> None:
    """Other ports and other names on this computer never get it."""
    walk, shown = tab
    got: list[bytes] = []

    async def listen(ready: list[int], until: asyncio.Event) -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            got.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        ready.append(server.sockets[0].getsockname()[1])
        await until.wait()
        server.close()

    ready: list[int] = []
    loop = asyncio.new_event_loop()
    done = asyncio.Event()
    running = Thread(target=loop.run_until_complete, args=(listen(ready, done),))
    running.start()
    _until(walk, lambda: ready)
    other = walk.tab.context.new_page()
    for name in ("127.0.0.1", "localhost", "abc.localhost"):
        other.goto(f"http://{name}:{ready[0]}/")
    loop.call_soon_threadsafe(done.set)
    running.join()
    loop.close()
    held = {cookie["value"].encode() for cookie in walk.tab.context.cookies()}
    assert held
    assert len(got) >= 3
    assert not [value for value in held if any(value in request for request in got)]
    assert shown.book.diary is not None


@pytest.mark.parametrize("look", ["dark", "forced colours", "zoomed"])
def test_other_ways_of_seeing_hold_together(
    chromium: Browser, vault: Path, tmp_path: Path, look: str
) -> None:
    """Dark, high contrast and four times larger: nothing scrolls sideways, exit is in sight."""
    with window(vault) as shown:
        context = chromium.new_context(
            color_scheme="dark" if look == "dark" else "light",
            forced_colors="active" if look == "forced colours" else "none",
            viewport={"width": 320 if look == "zoomed" else 768, "height": 256},
        )
        walk = Walk(_arrive(context, shown, tmp_path))
        _open(walk)
        for words in ("Who to call", "Home", "Give it to the police"):
            walk.link(words)
            walk.tab.evaluate("scrollTo(0, document.body.scrollHeight)")
            box = walk.tab.locator("#leave").bounding_box()
            assert box is not None
            assert 0 <= box["y"] < 200
            wide = walk.tab.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0
        context.close()
