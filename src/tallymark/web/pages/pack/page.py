"""Give it to the police: choose, see exactly what will be in it, make it, read out the words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from starlette.responses import Response

from tallymark.diary import Diary
from tallymark.diary.diary import ENTRY_KINDS
from tallymark.errors import NothingChosen
from tallymark.model.record import Exhibit, Import, Record
from tallymark.web import entries as told
from tallymark.web import places
from tallymark.web.jobs import Job, Tell
from tallymark.web.pages.add.reading import Unclear, read_day
from tallymark.web.visit import Page, Visit
from tallymark.web.words import in_words

PURPOSES: tuple[tuple[str, str, str], ...] = (
    ("police", "The police", ""),
    ("court", "A court or a solicitor", ""),
    ("supporter", "Someone who helps me", "Such as an advocate or a helpline."),
    ("disclosure", "The other side, through a lawyer", ""),
)
_KEY, _MADE = "pack", "/give/3"
_DAYS = ("since", "until")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Choice:
    """What the person chose. ``out`` is the folder that will be made."""

    purpose: str
    since: str | None
    until: str | None
    out: Path


def ask(visit: Visit) -> Response:
    """For whom, which dates, and where to put it."""
    folders = places.offered_folders()
    return visit.show(
        purposes=PURPOSES,
        folders=[(str(n), places.called(f), str(f)) for n, f in enumerate(folders)],
        typed=visit.book.chosen.get("pack_form", {}),
    )


def take(visit: Visit) -> Response:
    """Read the choice; nothing is made yet."""
    form = {name: visit.typed(name) for name in visit.form}
    visit.book.chosen["pack_form"] = form
    try:
        chosen = _read(form, name=f"notes-{_today(visit.diary).isoformat()}")
    except Unclear as unclear:
        return visit.again("/give", unclear.problems)
    visit.book.chosen[_KEY] = chosen
    if visit.book.job is not None and visit.book.job.kind == _MADE and visit.book.job.done:
        visit.book.job = None
    return visit.go("/give/2")


def _today(diary: Diary) -> date:
    return datetime.now(ZoneInfo(diary.vault.zone)).date()


def _read(form: Mapping[str, str], *, name: str) -> Choice:
    problems: dict[str, str] = {}
    if form.get("purpose") not in {key for key, _, _ in PURPOSES}:
        problems["purpose"] = "Choose who it is for."
    since, until = (_tried(problems, partial(read_day, form, which)) for which in _DAYS)
    if since and until and until < since:
        problems["until"] = "The last day is before the first day."
    folder = _tried(problems, partial(_folder, form))
    if problems or folder is None:
        raise Unclear(problems)
    return Choice(
        purpose=form["purpose"],
        since=since.isoformat() if since else None,
        until=until.isoformat() if until else None,
        out=_free_name(folder, name),
    )


def _tried(problems: dict[str, str], read: Callable[[], _T]) -> _T | None:
    """What ``read`` gives; what it could not take is added to ``problems``."""
    try:
        return read()
    except Unclear as unclear:
        problems |= unclear.problems
    return None


def _folder(form: Mapping[str, str]) -> Path:
    folder, problems = places.folder_of(form)
    if folder is None:
        raise Unclear(problems)
    return folder


def _free_name(folder: Path, name: str) -> Path:
    """``notes-2026-05-03``, with a number when there is one already."""
    for number in range(1, 1000):
        out = folder / (name if number == 1 else f"{name}-{number}")
        if not any(out.with_name(out.name + end).exists() for end in ("", ".zip", ".zip.age")):
            return out
    raise Unclear({"folder": "This folder is full of packs. Choose another one."})


def check(visit: Visit) -> Response:
    """Exactly what will be in it."""
    chosen = visit.book.chosen.get(_KEY)
    if not isinstance(chosen, Choice):
        return visit.go("/give")
    casefile = visit.diary.casefile(since=chosen.since, until=chosen.until)
    current = {record.id for record in casefile.current()}
    records = [record for record in casefile.records if record.id in current]
    return visit.template(
        "pages/pack/check.html",
        chosen=chosen,
        purpose={key: words for key, words, _ in PURPOSES}[chosen.purpose],
        entries=[_row(r, casefile.leaves) for r in records if r.type in ENTRY_KINDS],
        exhibits=[r for r in records if isinstance(r.body, Exhibit)],
        messages=sum(r.body.events for r in records if isinstance(r.body, Import)),
        others=sum(
            r.type not in ENTRY_KINDS and not isinstance(r.body, Exhibit | Import) for r in records
        ),
        older=len(casefile.records) - len(records),
    )


def _row(record: Record, leaves: Mapping[str, Any]) -> tuple[str, str, str]:
    """An entry on the list: its id, its number with when, and its kind."""
    number = f"#{leaves[record.id].index} " if record.id in leaves else ""
    return record.id, number + told.when(record), told.kind(record)


def make(visit: Visit) -> Response:
    """Begin to make it."""
    chosen, diary = visit.book.chosen.get(_KEY), visit.diary
    if not isinstance(chosen, Choice):
        return visit.go("/give")
    running = visit.book.job
    if running is not None and (running.kind == _MADE or not running.done):
        return visit.go(running.kind)
    visit.book.job = Job(_MADE, lambda tell: _make(diary, chosen, tell))
    visit.book.job.wait(1.0)
    return visit.go(_MADE)


def _make(diary: Diary, chosen: Choice, tell: Tell) -> Any:
    def progress(done: int, total: int) -> None:
        tell(f"{100 * done // max(total, 1)} parts of 100")

    tell("")
    return diary.pack(
        chosen.out,
        purpose=chosen.purpose,
        since=chosen.since,
        until=chosen.until,
        progress=progress,
    )


def made(visit: Visit) -> Response:
    """How far it is, and at the end where it is and what to read out."""
    job = visit.book.job
    if job is None or job.kind != _MADE:
        return visit.go("/give")
    if not job.done:
        return visit.template("components/working.html", told=job.told, here=_MADE)
    if job.problem is not None or job.result is None:
        visit.book.job = None
        words = in_words(job.problem) if job.problem else "It was stopped. Nothing was left behind."
        field = "since" if isinstance(job.problem, NothingChosen) else "folder"
        return visit.again("/give", {field: words})
    return visit.template("pages/pack/made.html", result=job.result)


def done(visit: Visit) -> Response:
    """The person has read it."""
    visit.book.job = None
    visit.book.chosen.pop(_KEY, None)
    return visit.go("/home")


PAGES = (
    Page("/give", show=ask, take=take),
    Page("/give/2", show=check, take=make),
    Page(_MADE, show=made, take=done),
)
