"""A real launch in its own process: what it leaves, who may read it, and how it ends."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from threading import Event

import pytest

from tallymark.web import browser
from tallymark.web.book import Book
from tallymark.web.launch import Opening
from tallymark.web.session import Clocks, Session

ADDRESS = re.compile(r"http://([a-z2-7]{26}\.localhost):(\d+)(/in/[A-Za-z0-9_-]{43})")
PROGRAM = (
    "import sys\nfrom pathlib import Path\nfrom tallymark.web import launch\n"
    "sys.exit(launch(Path(sys.argv[1]), browser=False, on_ready=lambda a: print(a, flush=True)))"
)


@pytest.fixture
def running(vault: Path) -> subprocess.Popen[str]:
    """A launch as a process of its own."""
    child = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(vault)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield child
    child.kill()
    child.communicate()


def _ask(port: int, host: str, path: str, *, site: str = "none") -> tuple[int, list[str], str]:
    line = HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {
        "Host": f"{host}:{port}",
        "Sec-Fetch-Site": site,
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
    }
    line.request("GET", path, headers=headers)
    got = line.getresponse()
    body = got.read().decode()
    line.close()
    return got.status, got.headers.get_all("set-cookie", []), body


def test_a_launch_serves_one_window_and_ends_with_zero(running: subprocess.Popen[str]) -> None:
    """The address works once; a signal locks and ends it; nothing was printed on the way."""
    assert running.stdout is not None
    found = ADDRESS.match(running.stdout.readline())
    assert found
    host, port, path = found[1], int(found[2]), found[3]
    status, cookies, _ = _ask(port, host, path)
    assert status == 200
    assert [cookie.startswith("__Host-") for cookie in cookies] == [True, False]
    assert _ask(port, host, path)[0] == 403
    assert _ask(port, "127.0.0.1", "/")[0] == 421
    running.send_signal(2)
    out, err = running.communicate(timeout=20)
    assert (out, err) == ("", "")
    assert running.returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="Linux keeps /proc")
def test_a_launch_leaves_no_core_file_and_closes_its_memory(
    running: subprocess.Popen[str],
) -> None:
    """The core limit is zero, the secret is in no argument, only 127.0.0.1 is listened on."""
    assert running.stdout is not None
    found = ADDRESS.match(running.stdout.readline())
    assert found
    process = Path(f"/proc/{running.pid}")
    limits = (process / "limits").read_text()
    assert re.search(r"Max core file size\s+0\s+0", limits)
    assert found[3].encode() not in (process / "cmdline").read_bytes()
    port = f":{int(found[2]):04X}"
    heard = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    assert [place for place in heard if place.endswith(port)] == [f"0100007F{port}"]
    owner = (process / "mem").stat().st_uid
    assert owner == 0


def _opening(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Opening:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    session = Session(clocks=Clocks(wall=lambda: 0.0, steady=lambda: 0.0))
    book = Book(path=folder / "data", session=session)
    book.hosts = ("x.localhost:1", "127.0.0.1:1")
    return Opening(book)


def test_the_redirect_file_is_for_one_user_and_goes_at_first_use(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """0600, no telling name, the secret in no argument, and gone when the window has arrived."""
    started: list[list[str]] = []
    monkeypatch.setattr(browser, "find", lambda: ("/usr/bin/some-browser", "--incognito"))
    monkeypatch.setattr(
        browser, "start", lambda p, f, **_: bool(started.append(browser.command(p, f))) or True
    )
    opening = _opening(monkeypatch, tmp_path)
    opening.show(browser=True, on_ready=None)
    assert opening.file is not None
    assert stat.S_IMODE(opening.file.stat().st_mode) == 0o600
    assert re.fullmatch(r"notes-[0-9a-f]{16}\.html", opening.file.name)
    page = opening.file.read_text(encoding="utf-8")
    assert opening.address in page
    assert "<title>Notes</title>" in page
    secret = opening.address.rsplit("/", 1)[1]
    assert secret not in " ".join(started[0])
    assert started[0][1] == "--incognito"
    opening.book.arrived("x.localhost:1")
    assert list(tmp_path.iterdir()) == []


def test_without_a_browser_it_says_where_to_go(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both names, on the terminal only."""
    monkeypatch.setattr(browser, "find", lambda: None)
    opening = _opening(monkeypatch, tmp_path)
    told: list[str] = []
    opening.show(browser=True, on_ready=told.append)
    said = capsys.readouterr()
    assert opening.address in said.err
    assert opening.plain_address in said.err
    assert said.out == ""
    assert told == [opening.address]
    assert list(tmp_path.iterdir()) == []


def test_a_browser_that_does_not_start_is_not_an_error(tmp_path: Path) -> None:
    """Then the address is printed instead."""
    assert not browser.start((str(tmp_path / "missing"), "--incognito"), tmp_path / "x.html")


def test_a_browser_that_ends_at_once_leaves_the_person_an_address(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It started and fell over: the address is printed, unless a window came already."""
    program = tmp_path / "browser"
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    ended = Event()
    for came in (False, True):
        opening = _opening(monkeypatch, tmp_path)
        if came:
            opening.book.session.land(opening.book.session.landing_secret or "")
        ended.clear()
        say = opening._say_if_late
        browser.start(
            (str(program), "--incognito"), tmp_path, failed=lambda say=say: (say(), ended.set())
        )
        assert ended.wait(20)
        assert (opening.address in capsys.readouterr().err) is not came


def test_a_browser_is_found_with_its_private_option(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each known program has its own word for a private window."""
    for name, option in (("chromium", "--incognito"), ("firefox", "-private-window")):
        folder = tmp_path / name
        folder.mkdir()
        program = folder / name
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(folder))
        assert browser.find() == (str(program), option)
    monkeypatch.setenv("PATH", os.devnull)
    assert browser.find() is None
