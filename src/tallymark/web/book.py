"""The one diary of this launch: where it is, whether it is open, and what is under way in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Lock, RLock
from typing import TYPE_CHECKING, Any, Literal

from tallymark.vault import place
from tallymark.web.jobs import Job
from tallymark.web.session import Session

if TYPE_CHECKING:
    from tallymark.diary import Diary

ExitTo = Literal["blank", "weather"]
EXITS: dict[ExitTo, str] = {
    "blank": "about:blank",
    "weather": "https://www.bbc.co.uk/weather",
}


def _nothing() -> None:
    """Until the server is there."""


_TRIES_BEFORE_WAIT = 3
_LONGEST_WAIT = 30.0


class Book:
    """What the pages share. Its methods may be called from any thread.

    ``kept`` is where each form with a file led, by the form's own number, so that sending it twice
    keeps one file; ``keeping`` is held meanwhile. ``hosts`` are the names that the door takes; ``landed`` is called at the first page and
    ``quit_soon`` when the person leaves.
    """

    def __init__(self, *, path: Path, session: Session) -> None:
        self.path = path
        self.session = session
        self.hosts: tuple[str, ...] = ()
        self.landed: Callable[[], None] = _nothing
        self.quit_soon: Callable[[], None] = _nothing
        self.diary: Diary | None = None
        self.exit_to: ExitTo = "blank"
        self.suggestion: str | None = None
        self.job: Job | None = None
        self.chosen: dict[str, Any] = {}
        self.held: dict[str, str] | None = None
        self.ended = False
        self.locked_itself = False
        self.leaving = self.due = False
        self._notices: dict[str, dict[str, Any]] = {}
        self.keeping = Lock()
        self.kept: dict[str, str] = {}
        self._lock = RLock()
        self._wrong = 0

    @property
    def exit_address(self) -> str:
        """Where the browser goes when the person leaves."""
        return EXITS[self.exit_to]

    def arrived(self, host: str) -> None:
        """The launch secret was used under this name; the other name is not taken any more."""
        self.hosts = (host,)
        self.landed()

    @property
    def asking(self) -> bool:
        """Whether one question stands before all else: what if the passphrase is forgotten."""
        return self.diary is not None and (self.leaving or self.due)

    def ask_before_leaving(self) -> bool:
        """On the way out, once: nothing but the question is shown from now on. False if it was asked.

        Somebody who has written nothing yet has nothing to lose and is not asked.
        """
        with self._lock:
            if self.diary is None or self.asking:
                return False
            self.leaving = self.diary.keys.is_undecided and bool(self.diary.entries())
            return self.leaving

    @property
    def exists(self) -> bool:
        """Whether there is a diary in this place already."""
        return self.path.is_dir() and any(self.path.iterdir())

    def leave_notice(self, page: str, notice: dict[str, Any]) -> None:
        """Keep something for the next showing of a page, in memory only."""
        self._notices[page] = notice

    def take_notice(self, page: str) -> dict[str, Any]:
        """What was kept for this showing, once."""
        return self._notices.pop(page, {})

    def opened(self, diary: Diary) -> None:
        """The passphrase was right."""
        with self._lock:
            self.diary = diary
            self.suggestion, self._wrong, self.locked_itself = None, 0, False
            self.due = diary.keys.is_due
            self.exit_to = (
                "weather" if "weather" in diary.vault.drafts().get("exit", "") else "blank"
            )
            self.session.unlocked()

    def wrong_try(self) -> None:
        """Somebody gave a passphrase that did not open it."""
        self._wrong += 1

    def pause(self) -> float:
        """Seconds to wait before the passphrase is tried: none at first, then more each time."""
        beyond = self._wrong - _TRIES_BEFORE_WAIT
        return min(2.0**beyond, _LONGEST_WAIT) if beyond >= 0 else 0.0

    def lock(self) -> None:
        """Drop the keys and everything shown from the diary. A job stops at its next step."""
        with self._lock:
            if self.job is not None:
                self.job.stop()
                self.job = None
            diary, self.diary = self.diary, None
            self.leaving = self.due = False
            self._notices.clear()
            self.chosen.clear()
            self.kept.clear()
            self.session.locked()
            if diary is not None:
                self.locked_itself = not self.ended
                diary.close()

    def was_asked_to_lock(self) -> bool:
        """Whether ``tallymark lock`` was run; a diary that is not open has nothing to do."""
        try:
            return self.diary is not None and place.was_asked_to_lock(self.path)
        except OSError:
            return True

    def let_lock_end(self) -> None:
        """A lock that is under way, and still writes its last page, has ended when this returns."""
        with self._lock:
            pass

    def leave(self) -> None:
        """Lock, take no cookie any more, and end the program when this answer is sent."""
        with self._lock:
            self.ended = True
            self.held = self.suggestion = None
            self.lock()
            self.session.end()
        self.quit_soon()
