"""What if the passphrase is forgotten: words, a helper or nothing, and a practice of it.

These pages show nothing of the diary. While the one question is asked (``Book.asking``), on the
way out or at the third opening, they are the only ones that open, and after the answer the person
goes where they were going.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.responses import Response

from tallymark.diary import NewWords
from tallymark.diary.keys import CONSENT
from tallymark.diary.passphrase import suggest
from tallymark.errors import PracticeFailed, TallymarkError, UsageProblem
from tallymark.web import places
from tallymark.web.pages.lock.page import CLEAR
from tallymark.web.visit import Page, Visit
from tallymark.web.words import in_words

_WORDS, _COPY = "new_words", "helper_copy"
_KINDS = {
    "passphrase": "A passphrase",
    "words": "24 words on paper",
    "helper": "A helper",
}
_CHOICES = (
    ("words", "Words on paper", "You write down 24 words. They open your notes too."),
    ("helper", "A helper", "Someone you trust gets a file that only their key can open."),
    ("none", "Nothing", "If you forget the passphrase, all of it is gone."),
)


def show(visit: Visit) -> Response:
    """The one question, or, when nobody has to answer, the ways in and what can be done."""
    keys = visit.diary.keys
    ways = [
        {"number": way.number, "kind": _KINDS.get(way.kind, "Another way"), "key": way.recipient}
        for way in keys.all()
    ]
    return visit.show(
        choices=_CHOICES,
        ways=ways,
        decision=keys.decision,
        asking=visit.book.asking,
        leaving=visit.book.leaving,
    )


def take(visit: Visit) -> Response:
    """On to what was chosen."""
    choice = visit.typed("choice")
    if choice not in {key for key, _, _ in _CHOICES}:
        return visit.again("/keys", {"choice": "Choose one of the three."})
    if choice == "words":
        visit.book.chosen[_WORDS] = NewWords.draw()
    return visit.go(f"/keys/{choice}")


def _drawn(visit: Visit) -> NewWords | None:
    found = visit.book.chosen.get(_WORDS)
    return found if isinstance(found, NewWords) else None


def words(visit: Visit) -> Response:
    """The words, until they have been practised."""
    drawn = _drawn(visit)
    if drawn is None:
        return visit.go("/keys")
    return visit.template("pages/keys/words.html", words=drawn.words)


def practice(visit: Visit) -> Response:
    """Three of them, from the paper."""
    drawn = _drawn(visit)
    if drawn is None:
        return visit.go("/keys")
    return visit.template("pages/keys/practice.html", asked=drawn.asked)


def practised(visit: Visit) -> Response:
    """From now on they open it."""
    drawn = _drawn(visit)
    if drawn is None:
        return visit.go("/keys")
    typed = [visit.typed(f"word_{number}") for number in drawn.asked]
    try:
        visit.diary.keys.add_words(drawn, typed=typed)
    except PracticeFailed:
        said = "One of these is another word. Look at the paper, or go back and look at the words."
        return visit.again("/keys/words/2", {f"word_{drawn.asked[0]}": said})
    except TallymarkError as problem:
        return visit.again("/keys/words/2", {f"word_{drawn.asked[0]}": in_words(problem)})
    del visit.book.chosen[_WORDS]
    return _done(visit, "Your 24 words open your notes from now on.")


def helper(visit: Visit) -> Response:
    """Whose key, and where the file goes."""
    folders = places.offered_folders()
    return visit.template(
        "pages/keys/helper.html",
        folders=[(str(n), places.called(f), str(f)) for n, f in enumerate(folders)],
    )


def seal(visit: Visit) -> Response:
    """Make the copy, and say where it is."""
    folders, chosen = places.offered_folders(), visit.typed("folder")
    if not chosen.isdecimal() or int(chosen) >= len(folders):
        return visit.again("/keys/helper", {"folder": "Choose a place."}, key=visit.typed("key"))
    out = _free(folders[int(chosen)])
    keys = visit.diary.keys
    try:
        keys.add_helper(visit.typed("key"))
        keys.write_copy(keys.all()[-1].number, out)
    except TallymarkError as problem:
        return visit.again("/keys/helper", {"key": in_words(problem)}, key=visit.typed("key"))
    visit.book.chosen[_COPY] = out
    return visit.go("/keys/helper/2")


def _free(folder: Path) -> Path:
    """A name that is not taken yet: ``copy.age``, ``copy-2.age`` and so on."""
    number = 1
    while (path := folder / ("copy.age" if number == 1 else f"copy-{number}.age")).exists():
        number += 1
    return path


def sealed(visit: Visit) -> Response:
    """Where the file is, and what to do with it."""
    out = visit.book.chosen.get(_COPY)
    if out is None:
        return visit.go("/keys")
    return visit.template("pages/keys/sealed.html", out=str(out))


def handed(visit: Visit) -> Response:
    """Read and understood."""
    visit.book.chosen.pop(_COPY, None)
    return _done(visit, "The copy is made. Try it together when your helper has it.")


def nothing(visit: Visit) -> Response:
    """What it means, and three words to type."""
    return visit.template("pages/keys/none.html", consent=CONSENT)


def refused(visit: Visit) -> Response:
    """Noted, and never asked again."""
    try:
        visit.diary.keys.refuse(visit.typed("consent"))
    except UsageProblem:
        said = f"To choose this, type: {CONSENT}. Or go back and choose another one."
        return visit.again("/keys/none", {"consent": said})
    except TallymarkError as problem:
        return visit.again("/keys/none", {"consent": in_words(problem)})
    return _done(visit, "You chose to have no way back. You can change that here.")


def _done(visit: Visit, said: str) -> Response:
    """Out, for somebody who was on the way out; else back to the list with what was done."""
    book = visit.book
    book.due = False
    if book.leaving:
        book.leave()
        answer = visit.go("/locked")
        answer.headers["clear-site-data"] = CLEAR
        return answer
    book.leave_notice("keys", {"said": said})
    return visit.go("/keys")


def trial(visit: Visit) -> Response:
    """All 24 words, from paper or from a helper."""
    return visit.template("pages/keys/try.html")


def tried(visit: Visit) -> Response:
    """Whether they open it."""
    try:
        visit.diary.keys.practise(words=visit.typed("words"))
    except TallymarkError as problem:
        return visit.again("/keys/try", {"words": in_words(problem)})
    return _done(visit, "They open your notes. Keep them as they are.")


def passphrase(visit: Visit) -> Response:
    """The one of now, and the next one twice."""
    return visit.template("pages/keys/passphrase.html", suggestion=_suggested(visit))


def _suggested(visit: Visit) -> str:
    book = visit.book
    book.suggestion = book.suggestion or suggest()
    return book.suggestion


def changed(visit: Visit) -> Response:
    """The next one, if the one of now was right."""
    problems = _problems(visit)
    if problems:
        return visit.again("/keys/passphrase", problems)
    try:
        visit.diary.keys.change_passphrase(single(visit, "passphrase"))
    except TallymarkError as problem:
        return visit.again("/keys/passphrase", {"passphrase": in_words(problem)})
    visit.book.suggestion = None
    return _done(visit, "The new passphrase opens your notes. The old one does not.")


def _problems(visit: Visit) -> dict[str, str]:
    if single(visit, "passphrase") != single(visit, "passphrase_again"):
        return {"passphrase_again": "The two do not match. Type the same words in both boxes."}
    keys, now = visit.diary.keys, visit.form.get("now", "")
    if not (keys.fits(single(visit, "now")) or keys.fits(now)):
        return {"now": "This is not the passphrase of now."}
    return {}


def single(visit: Visit, name: str) -> str:
    """What was typed, with one space between the words."""
    return " ".join(visit.form.get(name, "").split())


def removal(visit: Visit) -> Response:
    """What is taken away, before it is done."""
    number = visit.params["number"]
    way: Any = next((w for w in visit.diary.keys.all() if str(w.number) == number), None)
    if way is None:
        return visit.go("/keys")
    kind = _KINDS.get(way.kind, "Another way")
    return visit.template("pages/keys/remove.html", number=number, kind=kind, key=way.recipient)


def remove(visit: Visit) -> Response:
    """Take it away."""
    number = visit.params["number"]
    try:
        visit.diary.keys.remove(int(number) if number.isdecimal() else 0)
    except TallymarkError as problem:
        return visit.again("/keys", {"ways": in_words(problem)})
    return _done(visit, "It opens nothing any more.")


PAGES = (
    Page("/keys", show=show, take=take, asking=True),
    Page("/keys/words", show=words, asking=True),
    Page("/keys/words/2", show=practice, take=practised, asking=True),
    Page("/keys/helper", show=helper, take=seal, asking=True),
    Page("/keys/helper/2", show=sealed, take=handed, asking=True),
    Page("/keys/none", show=nothing, take=refused, asking=True),
    Page("/keys/try", show=trial, take=tried),
    Page("/keys/passphrase", show=passphrase, take=changed),
    Page("/keys/remove/{number}", show=removal, take=remove),
)
