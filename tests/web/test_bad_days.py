"""What goes wrong on a bad day: each time a plain sentence, a next step, and nothing lost."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Never
from urllib.parse import urlencode

import pytest

from tallymark.diary import Diary
from tallymark.errors import DiskFull
from tallymark.model.record import Exhibit, Import
from tallymark.vault import Vault
from tallymark.web import app
from tallymark.web.uploads import Multipart
from web.test_journey import WHAT, WHEN, WHERE, WHO, photo, write_entry
from web.window import MULTIPART, PASSPHRASE, Window, multipart, window

HOLD = (
    "import sys\nfrom pathlib import Path\nfrom tallymark.diary import Diary\n"
    "with Diary.open(Path(sys.argv[1]), passphrase=sys.argv[2]):\n"
    "    print('open', flush=True)\n    sys.stdin.read()\n"
)


def _full(*_: object, **__: object) -> Never:
    raise DiskFull


def _files(shown: Window) -> list[str]:
    assert shown.book.diary is not None
    stored = shown.book.diary.vault.records()
    return [s.record.id for s in stored if isinstance(s.record.body, Exhibit)]


def _send(shown: Window, path: str, **fields: str) -> int:
    sent = urlencode({"fit": shown.fit(), **fields}).encode()
    return shown.ask("POST", path, sent).status


def _work(shown: Window, **fields: str) -> None:
    shown.send(**fields)
    for _ in range(60):
        if "Working on it" not in shown.page.says:
            return
        assert shown.book.job is None or shown.book.job.wait(2) is not None
        shown.go(shown.path)


def test_a_diary_open_in_another_program_is_said_plainly(vault: Path) -> None:
    """The other process holds it: the next step is said, and it opens once that one ends."""
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(vault), PASSPHRASE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with window(vault) as shown:
            shown.arrive()
            shown.send(passphrase=PASSPHRASE)
            assert "open in another window or program. Lock them there" in shown.page.says
            other.communicate("", timeout=20)
            shown.send(passphrase=PASSPHRASE)
            assert "Your notes" in shown.page.says
    finally:
        other.kill()
        other.communicate()


def test_a_space_too_many_in_the_passphrase_does_no_harm(tmp_path: Path) -> None:
    """Made with one at the end, opened with two between words; and one made elsewhere still opens."""
    with window(tmp_path / "new") as shown:
        shown.arrive()
        shown.send(device="mine")
        shown.send(passphrase=PASSPHRASE + " ", passphrase_again="  " + PASSPHRASE)
        assert "Your notes" in shown.page.says, shown.page.says
    with window(tmp_path / "new") as shown:
        shown.arrive()
        shown.send(passphrase=PASSPHRASE.replace(" ", "  "))
        assert "Your notes" in shown.page.says


@pytest.mark.parametrize("where", ["answer", "entry", "file"])
def test_a_full_disk_is_said_with_the_next_step(
    opened: Window, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """Make room and try again: what was there before is there, and the second try goes through."""
    opened.go("/add")
    for answers in (WHEN, WHERE, WHAT, WHO):
        opened.send(**answers)
    with monkeypatch.context() as full:
        if where == "answer":
            full.setattr(Vault, "save_draft", _full)
            opened.go("/add/3")
            sent = urlencode({"fit": opened.fit(), **WHAT}).encode()
            says = opened.ask("POST", "/add/3", sent).says
        elif where == "entry":
            full.setattr(Diary, "record", _full)
            says = opened.send().says
            assert "Look it over" in says
        else:
            full.setattr(Diary, "attach", _full)
            opened.go("/file")
            says = opened.send_file("a.jpg", photo()).says
            assert _files(opened) == []
    assert "The disk is full. Make room on it, then try again." in says
    opened.go("/add")
    opened.send()
    assert "It is in your diary" in opened.page.says


def test_a_full_disk_while_a_pack_is_made(opened: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page for choosing a place says it, and another try goes through."""
    write_entry(opened)
    opened.go("/give")
    opened.send(purpose="police", folder="0")
    with monkeypatch.context() as full:
        full.setattr(Diary, "pack", _full)
        _work(opened)
    assert "The disk is full." in opened.page.says
    assert 'id="folder-problem"' in opened.page.text
    _work(opened, purpose="police", folder="0")
    _work(opened)
    assert "The pack is ready" in opened.page.says


def test_a_file_that_is_too_big_is_refused_on_a_page(
    opened: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest is taken and dropped, so that the browser shows our words and not its own."""
    monkeypatch.setattr(app, "Multipart", partial(Multipart, largest=300_000))
    opened.go("/file")
    opened.send_file("film.mp4", b"x" * 6_000_000)
    assert "bigger than 4 GB" in opened.page.says
    assert _files(opened) == []
    opened.send_file("small.mp4", b"x" * 1000)
    assert len(_files(opened)) == 1


def test_a_big_file_sent_to_a_locked_diary_leads_to_the_passphrase(opened: Window) -> None:
    """It locked itself while the person chose the file: no cut line, but the way back in."""
    opened.go("/file")
    opened.book.lock()
    opened.send_file("film.mp4", b"x" * 6_000_000)
    assert "Open your notes" in opened.page.says


def test_a_file_sent_twice_is_kept_once(opened: Window) -> None:
    """A double press, one after the other and at the same time; a new form keeps a new one."""
    opened.go("/file")
    first = opened.page
    opened.send_file("gate.jpg", photo())
    there = opened.path
    opened.page = first
    opened.send_file("gate.jpg", photo())
    assert opened.path == there
    assert len(_files(opened)) == 1
    opened.go("/file")
    _, hidden = opened._forms()[-1]
    body = multipart(hidden, "b.bin", b"y" * 500_000)
    went: list[str] = []

    def press() -> None:
        answer = opened.ask("POST", "/file", body, headers={"Content-Type": MULTIPART})
        went.append(answer.header("location"))

    both = [Thread(target=press), Thread(target=press)]
    for one in both:
        one.start()
    for one in both:
        one.join(30)
    assert len(set(went)) == 1
    assert len(_files(opened)) == 2


def test_a_chat_and_a_pack_sent_twice_are_made_once(opened: Window) -> None:
    """The second press shows the page of the first; nothing is read or made again."""
    export = Path.home() / "Downloads" / "WhatsApp Chat.zip"
    with zipfile.ZipFile(export, "w") as made:
        lines = [f"0{3 + n}/04/2026, 21:0{n} - Alex: message {n}" for n in range(3)]
        made.writestr("_chat.txt", "\n".join(lines) + "\n")
        made.writestr("IMG-20260403-WA0001.jpg", photo())
    opened.go("/bring")
    _work(opened, chat="0")
    assert "Which day was it?" in opened.page.says
    assert "4 March 2026" in opened.page.says
    _work(opened, order="dmy")
    _work(opened, owner="none")
    assert "The chat is in your diary" in opened.page.says
    assert "3 April 2026" in opened.page.says
    assert "1, kept inside the file" in opened.page.says
    assert _send(opened, "/bring/3", owner="none") == 303
    assert "The chat is in your diary" in opened.go("/bring/done").says
    opened.send()
    opened.go("/give")
    opened.send(purpose="police", folder="0")
    _work(opened)
    assert "The pack is ready" in opened.page.says
    assert _send(opened, "/give/2") == 303
    assert "The pack is ready" in opened.go("/give/3").says
    assert len(list((Path.home() / "Downloads").glob("notes-*.zip"))) == 1
    assert opened.book.diary is not None
    bodies = [s.record.body for s in opened.book.diary.vault.records()]
    assert len([b for b in bodies if isinstance(b, Import)]) == 1


def test_a_title_cannot_turn_the_reading_direction(opened: Window) -> None:
    """A file called ``photo[U+202E]gpj.exe`` shows the sign on every page that names it."""
    opened.go("/file")
    opened.send_file("a.jpg", photo(), title="photo\u202egpj.exe")
    for path in (opened.path, "/files"):
        text = opened.go(path).text
        assert "photo[U+202E]gpj.exe" in text
        assert "\u202e" not in text


def test_going_back_after_saving_shows_no_old_question(opened: Window) -> None:
    """Every page is fetched anew: the old question is empty, and the old check page leads home."""
    write_entry(opened)
    assert "He stood by the gate" not in opened.go("/add/3").text
    opened.go("/add/5")
    assert opened.path == "/add/1"
    assert opened.book.diary is not None
    assert len(opened.book.diary.entries()) == 1


def test_every_kind_of_entry_has_a_name() -> None:
    """No list shows the name of a record type, and none is nameless."""
    from tallymark.diary.diary import ENTRY_KINDS
    from tallymark.web import entries

    assert set(entries._KINDS) | {"incident"} == set(ENTRY_KINDS)


def test_a_chat_is_found_folder_by_folder(opened: Window) -> None:
    """No path is typed: into a folder, up again, and the file; what was not offered is not opened."""
    folder = Path.home() / "From phone"
    folder.mkdir()
    (Path.home() / ".hidden").mkdir()
    (folder / "chat.txt").write_text("13/06/2026, 21:01 - Alex: hello\n" * 3, encoding="utf-8")
    opened.go("/bring/find")
    assert ".hidden" not in opened.page.says
    into = re.search(r'value="(d\d)"[^>]*>From phone', opened.page.text)
    assert into
    opened.send(open=into[1])
    assert "chat.txt" in opened.page.says
    opened.send(open="up")
    assert "From phone" in opened.page.says
    opened.send(open="f99")
    opened.send(open=into[1])
    _work(opened, open="f0")
    assert "Which name is you?" in opened.page.says, opened.page.says
