"""Bring in a chat: choose the file, answer what it cannot tell, and see what was found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from tallymark import importers
from tallymark.diary import Diary
from tallymark.diary.intake import opened
from tallymark.diary.progress import Progress, Watch
from tallymark.web import places
from tallymark.web.dates import day_words, size_words
from tallymark.web.jobs import Job, Tell
from tallymark.web.pages.bring_in.lines import progress_lines
from tallymark.web.visit import Page, Visit
from tallymark.web.words import in_words

_LOOK, _BRING = "/bring/look", "/bring/done"
_NOBODY = "none"
_SHOWN = 200


def choose(visit: Visit) -> Response:
    """Files that look like a chat, and a box to type another path."""
    found = places.chat_exports()
    visit.book.chosen["chats"] = found
    rows = [(str(n), path.name, _where(visit, path)) for n, path in enumerate(found)]
    left = [(n, s.record.body) for n, s in enumerate(visit.diary.unfinished_imports())]
    return visit.show(rows=rows, unfinished=left)


def _where(visit: Visit, path: Path) -> str:
    """Where a file is, when it came and how big it is, to tell two of one name apart."""
    try:
        about = path.stat()
    except OSError:
        return str(path.parent)
    came = datetime.fromtimestamp(about.st_mtime, tz=ZoneInfo(visit.diary.vault.zone)).date()
    return f"{path.parent}, {day_words(came)}, {size_words(about.st_size)}"


def take(visit: Visit) -> Response:
    """Look into the file first; nothing is kept yet."""
    path = _chosen(visit)
    if path is None or not (path.is_file() or path.is_dir()):
        words = "Choose a file, or type where it is."
        return visit.again("/bring", {_field(visit): words})
    return _take_file(visit, path, field=_field(visit))


def _take_file(visit: Visit, path: Path, *, field: str) -> Response:
    visit.book.chosen["chat_field"] = field
    visit.book.chosen["chat"] = path
    visit.book.chosen["answers"] = {}
    return _look(visit)


def find(visit: Visit) -> Response:
    """A folder with its folders and files, to go through by pressing."""
    folder = visit.book.chosen.get("folder") or places.home()
    folders, files = places.listed(folder)
    visit.book.chosen["listed"] = {
        **({"up": folder.parent} if folder.parent != folder else {}),
        "this": folder,
        **{f"d{n}": path for n, path in enumerate(folders[:_SHOWN])},
        **{f"f{n}": path for n, path in enumerate(files[:_SHOWN])},
    }
    return visit.template(
        "pages/bring_in/find.html",
        folder=str(folder),
        top=folder.parent == folder,
        folders=[(f"d{n}", path.name) for n, path in enumerate(folders[:_SHOWN])],
        files=[(f"f{n}", path.name, _where(visit, path)) for n, path in enumerate(files[:_SHOWN])],
        more=max(len(folders), len(files)) > _SHOWN,
    )


def pressed(visit: Visit) -> Response:
    """Into a folder, up from it, or the file itself."""
    path = visit.book.chosen.get("listed", {}).get(visit.typed("open"))
    if path is None:
        return visit.go("/bring/find")
    if visit.typed("open").startswith("f") or visit.typed("open") == "this":
        return _take_file(visit, path, field="path")
    visit.book.chosen["folder"] = path
    return visit.go("/bring/find")


def _field(visit: Visit) -> str:
    """The question that the file was named in."""
    return "path" if visit.typed("path") or not visit.book.chosen.get("chats") else "chat"


def _problem(visit: Visit, words: str) -> Response:
    """Back to the choice of a file, where it was made."""
    return visit.again("/bring", {visit.book.chosen.get("chat_field", "path"): words})


def _chosen(visit: Visit) -> Path | None:
    if visit.typed("path"):
        return places.typed_path(visit.typed("path"))
    offered, number = visit.book.chosen.get("chats", []), visit.typed("chat")
    return offered[int(number)] if number.isdecimal() and int(number) < len(offered) else None


def _look(visit: Visit) -> Response:
    path, answers = visit.book.chosen["chat"], dict(visit.book.chosen["answers"])

    def work(tell: Tell) -> dict[str, Any]:
        watch = Watch(_told(tell))
        with opened(path) as source:
            return importers.inspect(
                source, options=answers, on_batch=watch.found, ask=False, progress=watch.read
            )

    return _start(visit, _LOOK, work)


def _told(tell: Tell) -> Callable[[Progress], None]:
    return lambda step: tell("\n".join(progress_lines(step)))


def _start(visit: Visit, kind: str, work: Callable[[Tell], Any]) -> Response:
    """Begin, unless something is under way already: then show that first."""
    running = visit.book.job
    if running is not None and not running.done:
        return visit.go(running.kind)
    visit.book.job = Job(kind, work)
    visit.book.job.wait(1.0)
    return visit.go(kind)


def looked(visit: Visit) -> Response:
    """When the first look is done, the questions that the file leaves open."""
    job = visit.book.job
    if job is None or job.kind != _LOOK:
        return visit.go("/bring")
    if not job.done:
        return _under_way(visit, job)
    visit.book.job = None
    if job.problem is not None or job.result is None:
        words = in_words(job.problem) if job.problem else "You stopped it. Nothing was kept."
        return _problem(visit, words)
    visit.book.chosen["found"] = job.result
    return visit.go("/bring/2" if job.result.get("questions") else "/bring/3")


def _under_way(visit: Visit, job: Job) -> Response:
    return visit.template(
        "pages/bring_in/working.html",
        lines=job.told.split("\n"),
        here=job.kind,
        keeping=job.kind == _BRING,
    )


def stop(visit: Visit) -> Response:
    """End between two steps. What was read stays kept, and the first page offers to go on."""
    job = visit.book.job
    if job is None or job.kind not in {_LOOK, _BRING}:
        return visit.go("/bring")
    job.stop(patience=2.0)
    return visit.go(job.kind)


def finish(visit: Visit) -> Response:
    """Go on with an import that was stopped, or let it be. The file itself is not needed."""
    diary, typed = visit.diary, visit.typed("left")
    left = diary.unfinished_imports()
    if not typed.isdecimal() or int(typed) >= len(left):
        return visit.go("/bring")
    exhibit = left[int(typed)].record.id
    if visit.typed("then") == "drop":
        diary.let_be(exhibit)
        return visit.go("/bring")
    return _start(visit, _BRING, lambda tell: diary.go_on(exhibit, progress=_told(tell)))


def _found(visit: Visit) -> dict[str, Any] | None:
    found = visit.book.chosen.get("found")
    return found if isinstance(found, dict) else None


def ask_order(visit: Visit) -> Response:
    """Day or month first: shown as the two days that it could be."""
    found = _found(visit)
    if found is None or not found.get("questions"):
        return visit.go("/bring")
    question = found["questions"][0]
    choices = [(c["value"], c["text"], "") for c in question["choices"]]
    return visit.template("pages/bring_in/order.html", choices=choices)


def take_order(visit: Visit) -> Response:
    """With the answer the file is looked at again."""
    found = _found(visit)
    if found is None or not found.get("questions"):
        return visit.go("/bring")
    question = found["questions"][0]
    if visit.typed("order") not in {c["value"] for c in question["choices"]}:
        return visit.again("/bring/2", {"order": "Choose one. You can open the chat to check."})
    visit.book.chosen["answers"][question["id"]] = visit.typed("order")
    return _look(visit)


def ask_owner(visit: Visit) -> Response:
    """Which of the names is the person's own."""
    found = _found(visit)
    if found is None:
        return visit.go("/bring")
    names = _names(found)
    sent = found["senders"]
    choices = [(str(n), name, f"{sent.get(name, 0):,} sent") for n, name in enumerate(names)]
    return visit.template(
        "pages/bring_in/owner.html",
        found=found,
        known=_is_known(found),
        choices=[*choices, (_NOBODY, "None of these, or I am not sure", "")],
    )


def _is_known(found: dict[str, Any]) -> bool:
    """Whether the file itself says which messages are the person's own."""
    return bool(found.get("options", {}).get("owner_basis") == "in_data")


def _names(found: dict[str, Any]) -> list[str]:
    """The names to choose from; one's own alone where the file itself says which it is."""
    if _is_known(found):
        return [str(found["options"]["owner"])]
    return sorted(found.get("senders", {}), key=lambda name: -found["senders"][name])[:40]


def take_owner(visit: Visit) -> Response:
    """Keep the file and find its messages."""
    found, path, diary = _found(visit), visit.book.chosen.get("chat"), visit.diary
    if visit.book.job is not None and visit.book.job.kind == _BRING:
        return visit.go(_BRING)
    if found is None or path is None:
        return visit.go("/bring")
    names, number = _names(found), visit.typed("owner")
    if number != _NOBODY and not (number.isdecimal() and int(number) < len(names)):
        return visit.again("/bring/3", {"owner": "Choose your name, or the last answer."})
    answers = dict(visit.book.chosen["answers"])
    if number != _NOBODY:
        answers["owner"] = names[int(number)]
    return _start(visit, _BRING, lambda tell: _bring(diary, path, answers, tell))


def _bring(diary: Diary, path: Path, answers: dict[str, str], tell: Tell) -> Any:
    return diary.import_file(path, answers=answers, progress=_told(tell))


def brought(visit: Visit) -> Response:
    """What was found, and what could not be read."""
    job = visit.book.job
    if job is None or job.kind != _BRING:
        return visit.go("/bring")
    if not job.done:
        return _under_way(visit, job)
    if job.problem is not None or job.result is None:
        visit.book.job = None
        if job.problem is None:
            return visit.go("/bring")
        return _problem(visit, in_words(job.problem))
    return visit.template("pages/bring_in/done.html", result=job.result, summary=job.result.summary)


def done(visit: Visit) -> Response:
    """The person has read it."""
    visit.book.job = None
    for key in ("chat", "chats", "answers", "found", "folder", "listed"):
        visit.book.chosen.pop(key, None)
    return visit.go("/home")


PAGES = (
    Page("/bring", show=choose, take=take),
    Page("/bring/find", show=find, take=pressed),
    Page("/bring/look", show=looked),
    Page("/bring/2", show=ask_order, take=take_order),
    Page("/bring/3", show=ask_owner, take=take_owner),
    Page("/bring/done", show=brought, take=done),
    Page("/bring/stop", take=stop),
    Page("/bring/left", take=finish),
)
