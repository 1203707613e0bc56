"""Opens the pages in a private window, by a file that only this user can read.

The launch secret is never an argument of a program, where others on this computer could see it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread

_PRIVATE = {
    "firefox": "-private-window",
    "firefox-esr": "-private-window",
    "chromium": "--incognito",
    "chromium-browser": "--incognito",
    "google-chrome": "--incognito",
    "google-chrome-stable": "--incognito",
    "chrome": "--incognito",
    "microsoft-edge": "--inprivate",
    "msedge": "--inprivate",
    "brave-browser": "--incognito",
}
_MAC = {
    "/Applications/Firefox.app/Contents/MacOS/firefox": "-private-window",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome": "--incognito",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge": "--inprivate",
}
_WINDOWS = {
    r"Mozilla Firefox\firefox.exe": "-private-window",
    r"Google\Chrome\Application\chrome.exe": "--incognito",
    r"Microsoft\Edge\Application\msedge.exe": "--inprivate",
}


def find() -> tuple[str, str] | None:
    """A browser and its option for a private window, or ``None``."""
    for name, option in _PRIVATE.items():
        found = shutil.which(name)
        if found:
            return found, option
    places = list(_MAC.items()) if sys.platform == "darwin" else []
    if sys.platform == "win32":
        roots = [
            os.environ.get(n, "") for n in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
        ]
        places = [
            (str(Path(r) / end), option) for r in roots if r for end, option in _WINDOWS.items()
        ]
    return next(((path, option) for path, option in places if Path(path).exists()), None)


def command(program: tuple[str, str], page: Path) -> list[str]:
    """The arguments: nothing in them but the page's place."""
    return [program[0], program[1], page.as_uri()]


def _nobody() -> None:
    """Nobody wants to know."""


def start(program: tuple[str, str], page: Path, *, failed: Callable[[], None] = _nobody) -> bool:
    """Open the page in a private window; ``False`` when the browser could not be started.

    ``failed`` is called from another thread when it started and then ended with an error.
    """
    quiet = subprocess.DEVNULL
    try:
        child = subprocess.Popen(
            command(program, page),
            stdin=quiet,
            stdout=quiet,
            stderr=quiet,
            start_new_session=True,
        )
    except OSError:
        return False
    Thread(target=lambda: failed() if child.wait() else None, daemon=True).start()
    return True


def redirect_folder() -> Path:
    """Where the redirect file may stand: a folder of this user alone, in memory where there is one."""
    given = os.environ.get("XDG_RUNTIME_DIR")
    if given and Path(given).is_dir():
        return Path(given)
    from tallymark.diary.place import default_place

    return default_place().parent


def write_redirect(folder: Path, address: str) -> Path:
    """A 0600 file that sends the browser to ``address``. Its name says nothing."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"notes-{secrets.token_hex(8)}.html"
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Notes</title>'
        f'<meta http-equiv="refresh" content="0; url={address}">'
        f'<p><a rel="noreferrer" href="{address}">Go on</a></p></html>'
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(page)
    return path
