"""Two devices through the real pages without JavaScript: one can read, one can only write."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tallymark.diary import Diary
from tallymark.integrity.keyslot import CHEAP
from tallymark.web import places
from web.window import PASSPHRASE, window

WORDS = "damson: he stood by the gate"


@pytest.fixture
def stick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one folder that the pages offer, as if it were a memory stick."""
    folder = tmp_path / "stick"
    folder.mkdir()
    monkeypatch.setattr(places, "offered_folders", lambda: [folder])
    return folder


def make_set_up(path: Path, stick: Path) -> None:
    """On the device that can read: make the set-up file."""
    with Diary.create(path, passphrase=PASSPHRASE, cost=CHEAP):
        pass
    with window(path) as shown:
        shown.arrive()
        shown.send(passphrase=PASSPHRASE)
        shown.go("/boxes/new")
        shown.send(name="my phone")
        assert "Choose a place." in shown.page.says
        shown.send(name="my phone", place="0")
        assert "Take it to the other device by hand" in shown.page.says
    assert (stick / "box").is_file()


def write_there(path: Path, stick: Path, photo: Path) -> None:
    """On the device that may be searched: set up, two notes, copy out."""
    with window(path) as shown:
        shown.arrive()
        shown.go("/put/new")
        shown.send(path="box")
        assert "Type the whole way to the file." in shown.page.says
        shown.send(path=str(stick / "box"))
        shown.send(what="")
        assert "Say in a few words what happened." in shown.page.says
        shown.send(what=WORDS, when="whenever")
        assert "The time was not understood" in shown.page.says
        assert WORDS in shown.page.text
        shown.send(what=WORDS, when="3/5/2026 21:10", said="You cannot hide.", file=str(photo))
        assert "The last number on this device is 1" in shown.page.says
        assert "Only your number can show it" in shown.page.says
        assert WORDS not in shown.page.text
        shown.go("/put")
        assert WORDS not in shown.page.text
        shown.send(what="He rang.")
        shown.go("/put/out")
        shown.send(place="0")
        assert "2 sealed notes are in" in shown.page.says
    with window(path) as shown:
        shown.arrive()
        assert shown.path == "/put"


def test_from_a_device_that_may_be_searched_to_one_that_can_read(
    tmp_path: Path, stick: Path
) -> None:
    """Written there, sealed, copied, brought in here; nothing of it can be read there."""
    home, other = tmp_path / "home" / "data", tmp_path / "other" / "data"
    photo = tmp_path / "IMG_1.jpg"
    photo.write_bytes(b"damson" * 100)
    make_set_up(home, stick)
    other.parent.mkdir()
    write_there(other, stick, photo)
    assert not (stick / "box").exists()
    kept = [p.read_bytes() for p in other.parent.rglob("*") if p.is_file()]
    assert len(kept) == 4
    assert not any(b"damson" in data for data in kept)
    with window(home) as shown:
        shown.arrive()
        shown.send(passphrase=PASSPHRASE)
        shown.go("/boxes")
        shown.send(path="nowhere")
        assert "Type the whole way to the folder." in shown.page.says
        shown.send(path=str(stick / "out"))
        assert "Came in: 2" in shown.page.says
        assert "cannot show if the newest notes were removed" in shown.page.says
        bodies = [one.record.body for one in shown.book.diary.vault.records()]
        assert WORDS in [getattr(body, "what_happened", "") for body in bodies]
        shown.send(path=str(stick / "out"))
        assert "Here already: 2" in shown.page.says
        shown.go(re.findall(r'href="(/boxes/end/\w+)"', shown.page.text)[0])
        shown.send()
        assert "ended" in shown.page.says
        shown.send(path=str(stick / "out"))
        assert "not for you, or from a post-box that you ended: 2" in shown.page.says
