"""On the device that can read: make a post-box, bring its notes in, and see which numbers are here."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.responses import Response

from tallymark.diary import post_box
from tallymark.errors import TallymarkError
from tallymark.web import places
from tallymark.web.visit import Page, Visit
from tallymark.web.words import in_words

_FILE = "box"
_SHOWN = 12
_WORDS = {
    "brought in": "Came in",
    "here already": "Here already",
    "changed": "Not taken: changed, or not written by that device",
    "damaged": "Not taken: damaged",
    "number used twice": "Not taken: the number was used before, so the other device may have been put back",
    "not for this vault": "Not taken: not for you, or from a post-box that you ended",
}


def show(visit: Visit) -> Response:
    """Each post-box with what its numbers show."""
    return visit.show(rows=[_row(one) for one in post_box.standings(visit.diary.vault)])


def _row(one: post_box.Standing) -> dict[str, Any]:
    return {
        "id": one.box.box,
        "name": one.box.label or one.box.box[:8],
        "last": one.last,
        "missing": _numbers(one.missing),
        "clock_back": _numbers(one.clock_back),
        "ended": one.box.revoked is not None,
    }


def _numbers(numbers: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, numbers[:_SHOWN]))
    return shown + (f" and {len(numbers) - _SHOWN:,} more" if len(numbers) > _SHOWN else "")


def new(visit: Visit) -> Response:
    """A name, and where the set-up file goes."""
    rows = [
        (str(n), places.called(folder), str(folder))
        for n, folder in enumerate(places.offered_folders())
    ]
    return visit.template("pages/boxes/new.html", rows=rows)


def make(visit: Visit) -> Response:
    """Make it, and say where its file lies."""
    folders, number = places.offered_folders(), visit.typed("place")
    if not number.isdecimal() or int(number) >= len(folders):
        return visit.again("/boxes/new", {"place": "Choose a place."})
    out = _free(folders[int(number)])
    try:
        post_box.make(visit.diary.vault, out, label=visit.typed("name"), now=datetime.now(UTC))
    except TallymarkError as problem:
        return visit.again("/boxes/new", {"place": in_words(problem)})
    visit.book.leave_notice("boxes", {"made": str(out)})
    return visit.go("/boxes")


def _free(folder: Path) -> Path:
    """A name that is not taken yet: ``box``, ``box-2`` and so on."""
    number = 1
    while (path := folder / (_FILE if number == 1 else f"{_FILE}-{number}")).exists():
        number += 1
    return path


def bring(visit: Visit) -> Response:
    """The folder that the sealed notes were copied to."""
    path = places.typed_path(visit.typed("path"))
    if path is None or not path.exists():
        return visit.again("/boxes", {"path": "Type the whole way to the folder."})
    try:
        outcomes = post_box.accept(visit.diary.vault, [path])
    except TallymarkError as problem:
        return visit.again("/boxes", {"path": in_words(problem)})
    states = [one.state for one in outcomes]
    said = [f"{words}: {states.count(s)}" for s, words in _WORDS.items() if s in states]
    visit.book.leave_notice("boxes", {"said": said})
    return visit.go("/boxes")


def ask_end(visit: Visit) -> Response:
    """What ending a post-box means, before it is done."""
    return visit.template("pages/boxes/end.html", ident=visit.params["ident"])


def end(visit: Visit) -> Response:
    """Delete its keys."""
    try:
        post_box.revoke(visit.diary.vault, visit.params["ident"], now=datetime.now(UTC))
    except TallymarkError as problem:
        return visit.again("/boxes", {"path": in_words(problem)})
    return visit.go("/boxes")


PAGES = (
    Page("/boxes", show=show, take=bring),
    Page("/boxes/new", show=new, take=make),
    Page("/boxes/end/{ident}", show=ask_end, take=end),
)
