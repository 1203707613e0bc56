"""Bringing a chat in, stopped half way: what the page says, and how it goes on."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tallymark.diary.progress import Progress
from tallymark.web.jobs import Job, Tell
from tallymark.web.pages.bring_in.lines import progress_lines
from web.window import Window

CHAT = b"".join(b"13/0%d/2026, 10:00 - Ann: message %d\n" % (n % 9 + 1, n) for n in range(20_000))


def _stopped(opened: Window) -> Path:
    path = Path.home() / "Downloads" / "WhatsApp Chat.txt"
    path.write_bytes(CHAT)

    def told(step: Progress) -> None:
        if step.events:
            raise KeyboardInterrupt

    assert opened.book.diary is not None
    with pytest.raises(KeyboardInterrupt):
        opened.book.diary.import_file(path, progress=told)
    path.unlink()
    return path


def _until_done(opened: Window) -> None:
    while opened.book.job is not None and not opened.book.job.wait(1):
        pass
    opened.go("/bring/done")


def test_what_was_stopped_is_offered_and_finished(opened: Window) -> None:
    """The page names the exhibit; one press goes on, without the file."""
    _stopped(opened)
    assert "One file is not finished" in opened.go("/bring").says
    opened.send("/bring/left", left="0", then="go")
    _until_done(opened)
    assert "The chat is in your diary" in opened.page.says, opened.page.says
    assert "20,000 in all" in opened.page.says
    opened.send()
    assert "not finished" not in opened.go("/bring").says


def test_what_was_stopped_can_be_left(opened: Window) -> None:
    """The file stays, and the page no longer asks."""
    _stopped(opened)
    opened.go("/bring")
    opened.send("/bring/left", left="0", then="drop")
    assert "not finished" not in opened.go("/bring").says
    assert opened.book.diary is not None
    assert [s.record.type for s in opened.book.diary.vault.records()][-1] == "exhibit"


def test_the_page_shows_how_far_it_is_and_has_a_way_to_stop(opened: Window) -> None:
    """It goes on by itself without a script; the button ends the work between two steps."""

    def work(tell: Tell) -> None:
        while True:
            tell("10 of 100 parts read\n500 messages so far")
            time.sleep(0.01)

    opened.book.job = job = Job("/bring/done", work)
    while not job.told:
        time.sleep(0.01)
    shown = opened.go("/bring/done")
    assert 'http-equiv="refresh"' in shown.text
    assert "500 messages so far" in shown.says
    opened.send("/bring/stop")
    assert job.stopped
    assert opened.path == "/bring"


def test_the_lines_say_it_in_words() -> None:
    """How far, how long still, how many, from when to when, and from whom."""
    step = Progress(True, 25, 100, 3000, 30.0, "2026-05-03", "2026-06-01", (("A", 9), ("B", 2)))
    assert progress_lines(step) == [
        "25 of 100 parts read. About 2 minutes to go",
        "3,000 messages so far, 100 a second",
        "From Sunday 3 May 2026 to Monday 1 June 2026",
        "Most are from A (9) and B (2)",
    ]
    assert progress_lines(Progress(False, 0, 2_000_000)) == ["0 of 100 parts kept, 2.0 MB in all"]


def test_texts_of_a_phone_say_themselves_which_are_yours(opened: Window) -> None:
    """The backup is offered by its name; nobody has to find a name of their own in it."""
    one = (
        '<sms address="+447700900123" date="1775210340000" type="{}" body="x" contact_name="Sam" />'
    )
    path = Path.home() / "Downloads" / "sms-20260403.xml"
    path.write_text(f'<smses count="2">{one.format(1)}{one.format(2)}</smses>', encoding="utf-8")
    assert "sms-20260403.xml" in opened.go("/bring").says
    opened.send(chat="0")
    while "The file itself says which of them are yours" not in opened.page.says:
        assert opened.book.job is not None
        opened.book.job.wait(1)
        opened.go("/bring/look")
    assert "Sam" not in opened.page.says
    opened.send()
    _until_done(opened)
    assert "2 in all" in opened.page.says
    assert opened.book.diary is not None
    assert sorted(opened.book.diary.casefile().events.direction) == [1, 2]


def test_a_whole_folder_is_brought_in(opened: Window) -> None:
    """Found by pressing, looked into, and kept as one exhibit."""
    folder = Path.home() / "Mail"
    (folder / "cur").mkdir(parents=True)
    for n in range(3):
        (folder / "cur" / f"{n}.M1.host:2,S").write_bytes(
            b"From: him@example.org\nTo: me@example.org\nSubject: s\n"
            b"Date: Sat, 02 May 2026 10:0%d:00 +0100\nMessage-ID: <%d@x>\n\nhello\n" % (n, n)
        )
    opened.go("/bring")
    opened.send("/bring", path=str(folder))
    while opened.book.job is not None and not opened.book.job.wait(1):
        pass
    opened.go(opened.path)
    assert "Which name is you?" in opened.page.says, opened.page.says
    opened.send(owner="none")
    _until_done(opened)
    assert "3 in all" in opened.page.says, opened.page.says
    assert opened.book.diary is not None
    assert len(opened.book.diary.casefile().events) == 3
