"""Opens the diary with its passphrase, or makes a new one with a passphrase typed twice."""

from __future__ import annotations

import time
from pathlib import Path

from starlette.responses import Response

from tallymark.diary import Diary
from tallymark.diary.passphrase import check, suggest
from tallymark.errors import (
    TallymarkError,
    UnsafePlace,
    WeakPassphrase,
    WrongPassphrase,
    WrongWords,
)
from tallymark.web import drafts
from tallymark.web.visit import Page, Visit
from tallymark.web.words import in_words

_BOXES = ("passphrase", "passphrase_again")


def show(visit: Visit) -> Response:
    """One field, or for a new diary a suggestion and two."""
    book = visit.book
    if book.diary is not None:
        return visit.go("/home")
    if book.exists:
        return visit.show(itself=book.locked_itself)
    if book.suggestion is None:
        book.suggestion = suggest()
    return visit.template("pages/unlock/new.html", suggestion=book.suggestion, place=str(book.path))


def take(visit: Visit) -> Response:
    """Try the passphrase. Each wrong one makes the next try wait a little longer."""
    book = visit.book
    if book.diary is not None:
        return visit.go("/home")
    if not book.exists:
        return _make(visit)
    time.sleep(book.pause())
    book.let_lock_end()
    try:
        diary = _opened(book.path, visit.form.get("passphrase", ""))
    except TallymarkError as problem:
        if isinstance(problem, WrongPassphrase):
            book.wrong_try()
        return visit.again("/open", {"passphrase": in_words(problem)})
    return _let_in(visit, diary)


def _opened(path: Path, typed: str) -> Diary:
    """With single spaces, as this page makes it; else as typed, as another way may have made it."""
    single = " ".join(typed.split())
    try:
        return Diary.open(path, passphrase=single)
    except WrongPassphrase:
        if single == typed:
            raise
    return Diary.open(path, passphrase=typed)


def _make(visit: Visit) -> Response:
    first, second = (" ".join(visit.form.get(name, "").split()) for name in _BOXES)
    if first != second:
        problem = "The two do not match. Type the same words in both boxes."
        return visit.again("/open", {"passphrase_again": problem})
    try:
        diary = Diary.create(
            visit.book.path, passphrase=first, allow_synced=visit.typed("synced") == "yes"
        )
    except UnsafePlace as problem:
        return visit.again("/open", {"synced": in_words(problem)}, ask_synced=True)
    except TallymarkError as problem:
        return visit.again("/open", {"passphrase": in_words(problem)})
    return _let_in(visit, diary)


def forgotten(visit: Visit) -> Response:
    """The words, and a new passphrase twice."""
    book = visit.book
    if book.diary is not None or not book.exists:
        return visit.go("/")
    book.suggestion = book.suggestion or suggest()
    return visit.template("pages/unlock/words.html", suggestion=book.suggestion)


def recover(visit: Visit) -> Response:
    """Open it by the words, with the new passphrase in the place of every old one."""
    book = visit.book
    if book.diary is not None or not book.exists:
        return visit.go("/")
    first, second = (" ".join(visit.form.get(name, "").split()) for name in _BOXES)
    if first != second:
        problem = "The two do not match. Type the same words in both boxes."
        return visit.again("/open/words", {"passphrase_again": problem})
    time.sleep(book.pause())
    book.let_lock_end()
    try:
        check(first)
        diary = Diary.open(book.path, words=visit.typed("words"))
    except TallymarkError as problem:
        if isinstance(problem, WrongWords):
            book.wrong_try()
        field = "passphrase" if isinstance(problem, WeakPassphrase) else "words"
        return visit.again("/open/words", {field: in_words(problem)})
    try:
        diary.keys.change_passphrase(first)
    except TallymarkError as problem:
        diary.close()
        return visit.again("/open/words", {"passphrase": in_words(problem)})
    return _let_in(visit, diary)


def _let_in(visit: Visit, diary: Diary) -> Response:
    """New cookies for a new state; what was sent to a locked diary is kept as it was typed."""
    book = visit.book
    held, book.held = book.held, None
    book.opened(diary)
    if held is not None:
        path = held.pop("path", "")
        if path.startswith("/add/"):
            drafts.merge(diary.vault, _text_only(held))
    answer = visit.go("/home")
    for cookie in book.session.cookies():
        answer.headers.append("set-cookie", cookie)
    return answer


def _text_only(held: dict[str, str]) -> dict[str, str]:
    """The answers in a form that came too late, without its buttons."""
    return {name: text for name, text in held.items() if name not in {"then", "keep"}}


PAGES = (
    Page("/open", show=show, take=take, locked=True),
    Page("/open/words", show=forgotten, take=recover, locked=True),
)
