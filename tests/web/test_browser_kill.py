"""The program is killed at work: what is left on the disk, and what is not lost."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from tallymark.diary import Diary
from web.tabs import ARGUMENTS, CHROMIUM, MARKER, Walk, kept_in, open_diary, write_entry
from web.test_journey import CHAT
from web.test_launch import PROGRAM
from web.window import PASSPHRASE

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

pytestmark = pytest.mark.browser
if CHROMIUM is None:
    pytest.skip("Chromium is not installed", allow_module_level=True)


@pytest.fixture
def short() -> Iterator[Path]:
    """A temporary folder for the browser: its sockets take no long path."""
    with TemporaryDirectory(prefix="w") as folder:
        yield Path(folder)


def _launched(vault: Path, home: Path) -> subprocess.Popen[str]:
    """The program as it is started, with its folders under ``home``."""
    folders = {name: str(home / name.lower()) for name in ("TMPDIR", "XDG_RUNTIME_DIR")}
    for folder in folders.values():
        Path(folder).mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(vault)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "HOME": str(home), **folders},
        text=True,
    )


def test_after_a_kill_the_marker_is_nowhere_and_the_diary_has_it(
    driver: Playwright, vault: Path, tmp_path: Path, short: Path
) -> None:
    """Entry, draft, file and chat; then SIGKILL: no copy in the clear, and nothing kept is lost."""
    home, given = tmp_path / "home", tmp_path / "given"
    given.mkdir()
    export = given / "WhatsApp Chat.txt"
    export.write_text(CHAT.replace("message", MARKER) + "\n", encoding="utf-8")
    child = _launched(vault, home)
    context = driver.chromium.launch_persistent_context(
        str(tmp_path / "profile"),
        executable_path=CHROMIUM,
        args=[*ARGUMENTS, "--incognito"],
        env={**os.environ, "HOME": str(home), "TMPDIR": str(short)},
    )
    try:
        assert child.stdout is not None
        walk = Walk(context.new_page(), (768,))
        walk.tab.goto(child.stdout.readline().strip())
        walk.tab.wait_for_selector("#passphrase")
        open_diary(walk)
        write_entry(walk)
        walk.link("Add a photo or file to it")
        note = {"name": f"{MARKER}.txt", "mimeType": "text/plain", "buffer": MARKER.encode() * 900}
        walk.tab.set_input_files("#file", note)
        walk.press()
        walk.tab.wait_for_url("**/i/*")
        _chat_by_path(walk, export)
        walk.link("Write down what happened")
        walk.tab.fill("#from_time", f"about nine {MARKER}")
        walk.tab.wait_for_timeout(3500)
    finally:
        child.kill()
        out, err = child.communicate(timeout=20)
        context.close()
    assert MARKER not in out + err
    assert [hit for hit in kept_in(tmp_path, MARKER) if not hit.startswith("given/")] == []
    assert kept_in(short, MARKER) == []
    assert not list(home.rglob(f"*{MARKER}*"))
    with Diary.open(vault, passphrase=PASSPHRASE) as diary:
        assert len(diary.entries()) == 1
        assert MARKER in diary.vault.drafts()["entry"]
        assert {s.record.type for s in diary.vault.records()} >= {"incident", "exhibit", "import"}


def _chat_by_path(walk: Walk, export: Path) -> None:
    walk.link("Home")
    walk.link("Bring in messages")
    walk.tab.fill("#path", str(export))
    walk.press()
    walk.tab.wait_for_url("**/bring/3")
    walk.tab.get_by_label("Sam").check()
    walk.press()
    walk.tab.wait_for_selector("text=The chat is in your diary")
    walk.press()
    walk.tab.wait_for_url("**/home")
