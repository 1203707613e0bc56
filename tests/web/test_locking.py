"""Locks by itself, keeps what was typed, and leaves by every way."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tallymark.web import drafts
from tallymark.web.jobs import Job
from web.test_journey import WHEN, write_entry
from web.window import PASSPHRASE, Hands, Window, window


def until(true: object, *, seconds: float = 8) -> None:
    """Wait for something that another thread does."""
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.02)


def test_five_idle_minutes_close_the_diary(vault: Path) -> None:
    """The keys are dropped by the clock, without any request; the passphrase opens it again."""
    hands = Hands()
    with window(vault, hands=hands) as shown:
        shown.unlock()
        ident = write_entry(shown)
        hands.passed += 301
        until(lambda: shown.book.diary is None)
        answer = shown.ask("GET", f"/i/{ident}")
        assert answer.status == 303
        assert "gate" not in answer.text
        shown.go("/")
        assert shown.path == "/open"
        assert "locked by themselves" in shown.page.says
        shown.send(passphrase=PASSPHRASE)
        assert "1 entry so far" in shown.page.says


def test_text_sent_to_a_locked_diary_is_kept(vault: Path) -> None:
    """Somebody typed for six minutes without JavaScript: after the passphrase it is there."""
    hands = Hands()
    with window(vault, hands=hands) as shown:
        shown.unlock()
        shown.go("/add")
        shown.send(**WHEN)
        shown.go("/add/3")
        hands.passed += 301
        until(lambda: shown.book.diary is None)
        shown.send(what_happened="A long account of one night.", then="on")
        assert shown.path == "/open"
        shown.send(passphrase=PASSPHRASE)
        assert "You began an entry" in shown.page.says
        assert "A long account of one night." in shown.go("/add/3").text


def test_sleep_locks(vault: Path) -> None:
    """A computer that slept for more than a minute wakes up locked."""
    hands = Hands()
    with window(vault, hands=hands) as shown:
        shown.unlock()
        hands.slept += 120
        until(lambda: shown.book.diary is None)


def test_a_locked_program_ends_after_half_an_hour(vault: Path) -> None:
    """Nobody comes back: the program goes away."""
    hands = Hands()
    with window(vault, hands=hands) as shown:
        shown.arrive()
        hands.passed += 31 * 60
        until(lambda: _closed(shown))


def _closed(shown: Window) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", shown.port)) != 0


def test_exit_by_link_locks_before_it_leads_away(vault: Path) -> None:
    """A plain link, no JavaScript: locked on the server, then an empty page that goes on."""
    with window(vault) as shown:
        shown.unlock()
        answer = shown.ask("GET", "/exit")
        assert shown.book.diary is None
        assert 'http-equiv="refresh" content="0; url=about:blank"' in answer.text
        assert answer.says == "Notes"
        assert answer.header("clear-site-data")
        until(lambda: _closed(shown))


def test_exit_by_form_goes_where_it_was_chosen(vault: Path) -> None:
    """The choice is kept in the diary and holds at the next launch."""
    with window(vault) as shown:
        shown.unlock()
        shown.go("/help")
        shown.send(exit="nowhere")
        assert "Choose one of the two." in shown.page.says
        shown.send(exit="weather")
    with window(vault) as shown:
        shown.unlock()
        assert "https://www.bbc.co.uk/weather" in shown.page.text
        answer = shown.ask("POST", "/exit", f"fit={shown.fit()}".encode())
        assert answer.status == 303
        assert shown.book.diary is None
        away = shown.ask("GET", answer.header("location"))
        assert "url=https://www.bbc.co.uk/weather" in away.text


def test_exit_asked_for_without_showing_it_does_nothing(opened: Window) -> None:
    """A HEAD is not the person's hand."""
    assert opened.ask("HEAD", "/exit").status == 405
    assert opened.book.diary is not None


def test_wrong_passphrases_wait_longer_and_say_so_plainly(
    vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No lock-out that destroys; each try after the third waits, up to half a minute."""
    waits: list[float] = []
    monkeypatch.setattr("tallymark.web.pages.unlock.page.time.sleep", waits.append)
    with window(vault) as shown:
        shown.arrive()
        for _ in range(9):
            shown.send(passphrase="wrong but long enough")
            assert "That did not open it." in shown.page.says
        assert waits == [0, 0, 0, 1, 2, 4, 8, 16, 30]
        shown.send(passphrase=PASSPHRASE)
        assert "Your notes" in shown.page.says


def test_a_diary_open_elsewhere_is_said_plainly(vault: Path) -> None:
    """Two windows: the second gets the next step, and nothing is broken."""
    with window(vault) as first, window(vault) as second:
        first.unlock()
        second.arrive()
        second.send(passphrase=PASSPHRASE)
        assert "open in another window" in second.page.says
        write_entry(first)


def test_a_running_job_stops_when_the_diary_is_locked(opened: Window) -> None:
    """The work ends at its next step; what was saved before stays."""
    steps: list[int] = []

    def work(tell: object) -> None:
        for number in range(10_000):
            tell(str(number))  # type: ignore[operator]
            steps.append(number)
            time.sleep(0.01)

    job = Job("/give/3", work)
    opened.book.job = job
    until(lambda: len(steps) > 3)
    opened.book.lock()
    assert job.wait(2)
    assert job.stopped
    assert len(steps) < 9_000


def test_a_job_that_fails_says_no_word_of_the_fault() -> None:
    """The page gets fixed words."""

    def work(_tell: object) -> None:
        message = "SECRET"
        raise RuntimeError(message)

    job = Job("/give/3", work)
    assert job.wait(2)
    assert job.problem is not None
    assert "SECRET" not in str(job.problem)


def test_typed_text_is_kept_without_going_on(opened: Window) -> None:
    """What the script sends every three seconds: kept, and nothing is asked again."""
    opened.go("/add/3")
    fields = {"fit": opened.fit(), "what_happened": "half a sen", "keep": "yes", "then": "on"}
    answer = opened.ask("POST", "/add/3", urlencode(fields).encode())
    assert answer.status == 204
    assert opened.book.diary is not None
    kept = drafts.load(opened.book.diary.vault)
    assert kept is not None
    assert kept.answers == {"what_happened": "half a sen"}
    assert kept.tried == []


def test_a_command_locks_the_pages_from_outside(vault: Path) -> None:
    """``tallymark lock`` needs no passphrase, and says when it is done; a second time too."""
    from click.testing import CliRunner

    from tallymark.cli.main import cli

    with window(vault) as shown:
        shown.unlock()
        for _ in range(2):
            said = CliRunner().invoke(cli, ["--vault", str(vault), "lock"])
            assert (said.exit_code, said.output) == (0, "Locked.\n")
            assert shown.book.diary is None
        assert not (vault / "lock-now").exists()
    with window(vault) as again:
        assert "Your notes" in again.unlock().says


def test_a_command_at_work_is_not_cut_off(vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What owns the vault and is no page goes on; the answer says so."""
    from click.testing import CliRunner

    from tallymark.cli import keys
    from tallymark.cli.main import cli
    from tallymark.errors import VaultInUse
    from tallymark.vault.place import Ownership

    monkeypatch.setattr(keys, "_LONGEST_LOCK", 0.0)
    owner = Ownership(vault)
    said = CliRunner().invoke(cli, ["--vault", str(vault), "lock"])
    assert isinstance(said.exception, VaultInUse)
    owner.release()
