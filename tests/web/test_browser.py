"""Real Chromium: leaving, the small script, the policy, and other ways of seeing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from web.tabs import ARGUMENTS, CHROMIUM, MARKER, Walk, arrive, open_diary
from web.window import Window, window

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

pytestmark = pytest.mark.browser
if CHROMIUM is None:
    pytest.skip("Chromium is not installed", allow_module_level=True)


@pytest.fixture
def tab(chromium: Browser, vault: Path, tmp_path: Path) -> Iterator[tuple[Walk, Window]]:
    """An open diary in a tab with JavaScript."""
    with window(vault) as shown:
        context = chromium.new_context()
        walk = Walk(arrive(context, shown, tmp_path))
        open_diary(walk)
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
    walk.link("Write down what happened")
    walk.tab.fill("#from_d", MARKER)
    walk.press("Save and stop")
    walk.link("Go on with it")
    assert MARKER in walk.tab.content()
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
    walk.link("Write down what happened")
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
        walk = Walk(arrive(context, shown, tmp_path))
        open_diary(walk)
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
        writers: list[asyncio.StreamWriter] = []

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writers.append(writer)
            with suppress(asyncio.IncompleteReadError):
                got.append(await reader.readuntil(b"\r\n\r\n"))
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")
                writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        ready.append(server.sockets[0].getsockname()[1])
        await until.wait()
        server.close()
        # A browser opens connections ahead of need; one may come in while this ends.
        for _ in range(20):
            for writer in writers:
                writer.transport.abort()
            await asyncio.sleep(0.05)

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
        walk = Walk(arrive(context, shown, tmp_path))
        open_diary(walk)
        for words in ("Who to call", "Home", "Give it to the police"):
            walk.link(words)
            walk.tab.evaluate("scrollTo(0, document.body.scrollHeight)")
            box = walk.tab.locator("#leave").bounding_box()
            assert box is not None
            assert 0 <= box["y"] < 200
            wide = walk.tab.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0
        context.close()
