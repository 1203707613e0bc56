"""Copies from the pages, without JavaScript: made on a stick, read back, and everything read again."""

from __future__ import annotations

import time
from pathlib import Path

from tallymark.vault import check_copy, filesystem
from web.test_journey import write_entry
from web.window import PASSPHRASE, Window


def _to_the_end(opened: Window, path: str, **fields: str) -> str:
    """Send the form at ``path`` and look until the work has ended; what the page says then."""
    opened.send(path, **fields)
    while "Working on it" in opened.page.says:
        time.sleep(0.05)
        opened.go("/keep/2")
    return opened.page.says


def test_a_copy_is_made_and_its_age_is_shown(opened: Window, tmp_path: Path) -> None:
    """Home says none, then today; the copy reads back, and the next one goes to the same place."""
    write_entry(opened)
    assert "Last good copy: none yet." in opened.go("/home").says
    assert "Last good copy: none yet." in opened.go("/keep").says
    opened.send("/keep")
    assert "Choose where to put it." in opened.page.says
    opened.send("/keep", folder_typed=str(tmp_path / "nowhere"))
    assert "There is no such folder" in opened.page.says
    stick = tmp_path / "stick"
    stick.mkdir()
    for number in ("1", "2"):
        says = _to_the_end(opened, "/keep", folder_typed=str(stick))
        assert "The copy is good" in says, says
        assert f"copy number {number}" in says
        assert "on the same disk as your notes" in says
        opened.send("/keep/2")
        assert "Last good copy: today." in opened.page.says
        opened.go("/keep")
    assert check_copy(stick, passphrase=PASSPHRASE)[1] == []


def test_only_other_disks_are_offered(opened: Window, monkeypatch) -> None:
    """A copy beside the notes goes with them; a stick is offered by its name."""
    assert "We see no memory stick." in opened.go("/keep").says
    monkeypatch.setattr(filesystem, "device", lambda path: len(str(path)))
    assert "The folder for downloads" in opened.go("/keep").says


def test_everything_is_read_again(opened: Window, vault: Path) -> None:
    """All well says so; a file that is gone is named by its exhibit, and the rest stands."""
    ident = write_entry(opened)
    assert opened.book.diary is not None
    source = vault.parent / "a.bin"
    source.write_bytes(b"bytes")
    opened.book.diary.attach(source)
    opened.go("/keep")
    assert "All is as it was written" in _to_the_end(opened, "/keep/check")
    opened.send("/keep/2")
    next(iter((vault / "blobs").iterdir())).unlink()
    opened.go("/keep")
    says = _to_the_end(opened, "/keep/check")
    assert "Not all of it fits" in says
    assert "Exhibit" in says
    opened.send("/keep/2")
    assert opened.go(f"/i/{ident}").status == 200


def test_a_place_that_does_not_work_is_said_in_words(opened: Window, tmp_path: Path) -> None:
    """A synced folder and one in the diary's own folder; nothing is made there."""
    assert opened.book.diary is not None
    inside = opened.book.diary.vault.folder / "blobs"
    synced = tmp_path / "Dropbox"
    synced.mkdir()
    for place, words in ((synced, "online account"), (inside, "outside")):
        opened.go("/keep")
        assert words in _to_the_end(opened, "/keep", folder_typed=str(place))
        assert list(place.iterdir()) == []
