"""A device that may be searched: write, seal, and never read it back here. Needs no passphrase."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
from starlette.responses import Response

from tallymark.contributions.post_box import PostBox, is_set_up
from tallymark.diary.place import post_box_place
from tallymark.diary.when import read_when
from tallymark.errors import RecordError, TallymarkError
from tallymark.model.record import Incident
from tallymark.web import places
from tallymark.web.visit import Page, Visit
from tallymark.web.words import in_words

_ASKED = ("what", "when", "where", "said", "felt", "file")


def _place(visit: Visit) -> Path:
    return post_box_place(visit.book.path)


def show(visit: Visit) -> Response:
    """The questions, all on one page: nothing half written can be kept here."""
    if not is_set_up(_place(visit)):
        return visit.go("/put/new")
    return visit.show()


def take(visit: Visit) -> Response:
    """Seal it. When the next page shows, it is on disk and cannot be read here."""
    typed = {name: visit.typed(name) for name in _ASKED}
    if not typed["what"]:
        return _again(visit, {"what": "Say in a few words what happened."})
    file = places.typed_path(typed["file"]) if typed["file"] else None
    if typed["file"] and file is None:
        return _again(visit, {"file": "Type the whole way to the file."})
    try:
        with PostBox(_place(visit)) as box:
            now = datetime.now(UTC)
            body = _entry(typed, now=box.local_now(now), zone=box.zone)
            entry = msgspec.to_builtins(body)
            number = box.write(entry, now=now, files=() if file is None else (file,))
    except RecordError as problem:
        return _again(visit, {"when": in_words(problem)})
    except TallymarkError as problem:
        return _again(visit, {"file" if file else "what": in_words(problem)})
    visit.book.leave_notice("put", {"number": number, "with_file": file is not None})
    return visit.go("/put/done")


def _again(visit: Visit, problems: dict[str, str]) -> Response:
    return visit.again("/put", problems, **{name: visit.typed(name) for name in _ASKED})


def _entry(typed: dict[str, str], *, now: datetime, zone: str) -> Incident:
    return Incident(
        happened=read_when(typed["when"] or "now", now=now, zone=zone),
        what_happened=typed["what"],
        place_text=typed["where"],
        words_said=typed["said"],
        effect=typed["felt"],
    )


def done(visit: Visit) -> Response:
    """The number that was given, and the one thing that cannot show later."""
    try:
        with PostBox(_place(visit)) as box:
            last, here = box.next_number - 1, len(box.waiting())
    except TallymarkError:
        return visit.go("/put/new")
    return visit.template("pages/put/done.html", last=last, here=here)


def new(visit: Visit) -> Response:
    """What a post-box is, and where its set-up file lies."""
    return visit.template("pages/put/new.html", ready=is_set_up(_place(visit)))


def set_up(visit: Visit) -> Response:
    """Begin from the set-up file, which is deleted."""
    file = places.typed_path(visit.typed("path"))
    if file is None:
        return visit.again("/put/new", {"path": "Type the whole way to the file."})
    try:
        with PostBox.set_up(_place(visit), file):
            pass
    except TallymarkError as problem:
        return visit.again("/put/new", {"path": in_words(problem)})
    return visit.go("/put")


def out(visit: Visit) -> Response:
    """Where the sealed notes can be copied to."""
    rows = [
        (str(n), places.called(folder), str(folder))
        for n, folder in enumerate(places.offered_folders())
    ]
    return visit.template("pages/put/out.html", rows=rows)


def take_out(visit: Visit) -> Response:
    """Copy every sealed note and read each copy back."""
    folders, number = places.offered_folders(), visit.typed("place")
    if not number.isdecimal() or int(number) >= len(folders):
        return visit.again("/put/out", {"place": "Choose a place."})
    target = folders[int(number)] / "out"
    try:
        with PostBox(_place(visit)) as box:
            count, last = box.take_out(target), box.next_number - 1
    except TallymarkError as problem:
        return visit.again("/put/out", {"place": in_words(problem)})
    visit.book.leave_notice("put", {"copied": count, "last": last, "place": str(target)})
    return visit.go("/put/out/done")


def out_done(visit: Visit) -> Response:
    """How many were copied, and where to."""
    return visit.template("pages/put/out_done.html")


PAGES = (
    Page("/put", show=show, take=take, locked=True),
    Page("/put/done", show=done, locked=True),
    Page("/put/new", show=new, take=set_up, locked=True),
    Page("/put/out", show=out, take=take_out, locked=True),
    Page("/put/out/done", show=out_done, locked=True),
)
