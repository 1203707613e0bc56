"""One long piece of work at a time, with how far it is, stopped when the diary is locked."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import Any

from tallymark.errors import TallymarkError

Tell = Callable[[str], None]


class Stopped(Exception):
    """The work was stopped between two steps."""


class Job:
    """Runs ``work`` beside the pages. ``work`` gets ``tell``, to say in words how far it is.

    ``result`` or ``problem`` is set when ``done``. What was saved before a stop stays saved.
    """

    def __init__(self, kind: str, work: Callable[[Tell], Any]) -> None:
        self.kind = kind
        self.told = ""
        self.result: Any = None
        self.problem: TallymarkError | None = None
        self.stopped = False
        self._stop = Event()
        self._work = work
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether it has ended, well or not."""
        return not self._thread.is_alive()

    def wait(self, seconds: float) -> bool:
        """Wait up to ``seconds`` and say whether it is done."""
        self._thread.join(seconds)
        return self.done

    def stop(self, patience: float = 0.5) -> None:
        """Ask it to stop at its next step, and wait a moment for that."""
        self._stop.set()
        self._thread.join(patience)

    def _tell(self, words: str) -> None:
        if self._stop.is_set():
            raise Stopped
        self.told = words

    def _run(self) -> None:
        try:
            self.result = self._work(self._tell)
        except TallymarkError as problem:
            self.problem = problem
        except Stopped:
            self.stopped = True
        except Exception:  # noqa: BLE001 -- the page must say that it ended; words of it may not leave
            self.problem = TallymarkError("Something went wrong in the program.")
