"""Copies in another place: how old the last one is, make one, and read everything again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.responses import Response

from tallymark.diary import Diary
from tallymark.diary.copies import Copy
from tallymark.vault import Finding, filesystem
from tallymark.web import places
from tallymark.web.jobs import Job, Tell
from tallymark.web.visit import Page, Visit
from tallymark.web.words import in_words

_MADE = "/keep/2"
_FORM = "copies_form"


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read: a copy, or the notes here when there is none; and what did not fit."""

    copy: Copy | None
    findings: Sequence[Finding]


def ask(visit: Visit) -> Response:
    """How old the last copy is, and where the next one should go."""
    folders = enumerate(places.offered_folders())
    here = filesystem.device(visit.diary.vault.folder)
    return visit.show(
        last=visit.diary.last_copy(),
        folders=[
            (str(n), places.called(f), str(f)) for n, f in folders if filesystem.device(f) != here
        ],
        typed=visit.book.chosen.get(_FORM, {}),
    )


def take(visit: Visit) -> Response:
    """Begin to make a copy in the chosen place."""
    form = {name: visit.typed(name) for name in visit.form}
    visit.book.chosen[_FORM] = form
    folder, problems = places.folder_of(form)
    if folder is None:
        return visit.again("/keep", {"folder_typed": " ".join(problems.values())})
    diary, to = visit.diary, folder
    return _begin(visit, lambda tell: _copy(diary, to, tell))


def check(visit: Visit) -> Response:
    """Begin to read everything again."""
    diary = visit.diary
    return _begin(visit, lambda tell: _Read(None, diary.check(progress=_telling(tell))))


def _begin(visit: Visit, work: Callable[[Tell], _Read]) -> Response:
    running = visit.book.job
    if running is not None and not (running.done and running.kind == _MADE):
        return visit.go(running.kind)
    visit.book.job = Job(_MADE, work)
    visit.book.job.wait(1.0)
    return visit.go(_MADE)


def _copy(diary: Diary, to: Path, tell: Tell) -> _Read:
    copy = diary.back_up(to, progress=_telling(tell))
    return _Read(copy, copy.findings)


def _telling(tell: Tell) -> Callable[[int, int], None]:
    return lambda done, total: tell(f"{100 * done // max(total, 1)} parts of 100")


def made(visit: Visit) -> Response:
    """How far it is, and at the end what was read."""
    job = visit.book.job
    if job is None or job.kind != _MADE:
        return visit.go("/keep")
    if not job.done:
        return visit.template("components/working.html", told=job.told, here=_MADE)
    if job.problem is not None or not isinstance(job.result, _Read):
        visit.book.job = None
        words = in_words(job.problem) if job.problem else "It was stopped. Older copies are whole."
        return visit.again("/keep", {"folder_typed": words})
    read = job.result
    return visit.template("pages/copies/made.html", copy=read.copy, findings=read.findings)


def done(visit: Visit) -> Response:
    """The person has read it."""
    visit.book.job = None
    visit.book.chosen.pop(_FORM, None)
    return visit.go("/home")


PAGES = (
    Page("/keep", show=ask, take=take),
    Page("/keep/check", take=check),
    Page(_MADE, show=made, take=done),
)
