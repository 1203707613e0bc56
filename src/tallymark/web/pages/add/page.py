"""Write down what happened: one question a page, kept after each, then one look at all of it."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from starlette.responses import Response

from tallymark.diary import Diary
from tallymark.errors import TallymarkError
from tallymark.model.moment import Moment
from tallymark.model.record import Incident, Person, Witness
from tallymark.vault import Stored
from tallymark.web import dates, drafts
from tallymark.web.pages.add import questions
from tallymark.web.pages.add.questions import EXTRA, STEPS, Step
from tallymark.web.pages.add.reading import names, problems_of, read_moment
from tallymark.web.visit import NotHere, Page, Visit
from tallymark.web.words import in_words

CHECK = f"/add/{len(STEPS) + 1}"
_SAID = {
    "sure": questions.SURE,
    "channel": questions.CHANNELS,
    "seen": questions.SEEN,
}


def _today(visit: Visit) -> date:
    return datetime.now(ZoneInfo(visit.diary.vault.zone)).date()


def _today_words(day: date) -> str:
    """What to type for today, so that nobody has to work it out."""
    return f"Today is {dates.day_words(day)}: type {day.day}, then {day.month}, then {day.year}."


def _step(visit: Visit) -> tuple[int, Step]:
    """The page asked for: 1 to 4, and 6 for the one more that may be added."""
    number = visit.params["number"]
    if number == str(len(STEPS) + 2):
        return len(STEPS) + 2, EXTRA
    if not (number.isascii() and number.isdecimal() and 1 <= int(number) <= len(STEPS)):
        raise NotHere
    return int(number), STEPS[int(number) - 1]


def begin(visit: Visit) -> Response:
    """On to the first question that has no answer yet."""
    draft = drafts.load(visit.diary.vault)
    for number, step in enumerate(STEPS, 1):
        if draft is None or step.name not in draft.tried or _problems(visit, step, draft.answers):
            return visit.go(f"/add/{number}")
    return visit.go(CHECK)


def _problems(visit: Visit, step: Step, answers: dict[str, str]) -> dict[str, str]:
    return problems_of(step.name, answers, zone=visit.diary.vault.zone, today=_today(visit))


def show(visit: Visit) -> Response:
    """One question, with what was typed before."""
    if visit.params["number"] == str(len(STEPS) + 1):
        return _check(visit)
    number, step = _step(visit)
    draft = drafts.load(visit.diary.vault) or drafts.Draft()
    problems = _problems(visit, step, draft.answers) if step.name in draft.tried else {}
    return visit.template(
        f"pages/add/{step.name}.html",
        step=step,
        number=number,
        total=len(STEPS),
        values=draft.answers,
        problems=problems,
        today_words=_today_words(_today(visit)),
        choices=_SAID,
        back=f"/add/{number - 1}" if 1 < number <= len(STEPS) else "/home",
    )


def take(visit: Visit) -> Response:
    """Keep the answer first, then look at it, then go on."""
    if visit.params["number"] == str(len(STEPS) + 1):
        return _save(visit)
    number, step = _step(visit)
    given = {name: visit.typed(name) for name in step.fields if name in visit.form}
    if visit.typed("keep"):
        drafts.merge(visit.diary.vault, given)
        return Response(status_code=204)
    draft = drafts.merge(visit.diary.vault, given, tried=step.name)
    if visit.typed("then") == "stop":
        return visit.go("/home")
    if _problems(visit, step, draft.answers):
        return visit.go(f"/add/{number}")
    checked = all(s.name in draft.tried for s in STEPS)
    return visit.go(CHECK if checked else f"/add/{number + 1}")


def _check(visit: Visit) -> Response:
    draft = drafts.load(visit.diary.vault)
    if draft is None:
        return visit.go("/add/1")
    for number, step in enumerate(STEPS, 1):
        if step.name not in draft.tried or _problems(visit, step, draft.answers):
            return visit.go(f"/add/{number}")
    return visit.show(
        answers=draft.answers,
        happened=_moment(visit, draft.answers),
        channel={key: words for key, words, _ in questions.CHANNELS},
        names=names(draft.answers.get("seen_by", "")),
        extra=len(STEPS) + 2,
        back=f"/add/{len(STEPS)}",
    )


def _moment(visit: Visit, answers: dict[str, str]) -> Moment:
    return read_moment(answers, zone=visit.diary.vault.zone, today=_today(visit))


def _save(visit: Visit) -> Response:
    """Make the record. When the next page shows, it is on disk."""
    diary = visit.diary
    draft = drafts.load(diary.vault)
    if draft is None:
        return visit.go("/home")
    if any(_problems(visit, step, draft.answers) for step in STEPS):
        return visit.go("/add")
    try:
        stored = _recorded(visit, draft.answers)
    except TallymarkError as problem:
        return visit.again(CHECK, {"save": in_words(problem)})
    drafts.drop(diary.vault)
    return visit.go(f"/saved/{stored.record.id}")


def _recorded(visit: Visit, answers: dict[str, str]) -> Stored:
    diary = visit.diary
    return diary.record(
        Incident(
            happened=_moment(visit, answers),
            what_happened=answers.get("what_happened", ""),
            words_said=answers.get("words_said", ""),
            effect=answers.get("effect", ""),
            channel=answers.get("channel", ""),
            place_text=answers.get("place_text", ""),
            witnesses=_witnesses(diary, answers),
        ),
        asked=questions.asked(answers),
    )


def _witnesses(diary: Diary, answers: dict[str, str]) -> tuple[Witness, ...]:
    """Each name as a person of the diary: the one that is there already, or a new one."""
    if answers.get("seen") != "yes":
        return ()
    known = {
        stored.record.body.label.casefold(): stored.record.id
        for stored in diary.vault.records_of("person")
        if isinstance(stored.record.body, Person)
    }
    found = []
    for name in names(answers.get("seen_by", "")):
        ident = known.get(name.casefold())
        if ident is None:
            ident = diary.record(Person(label=name, roles=("witness",))).record.id
        found.append(Witness(person=ident))
    return tuple(found)


def saved(visit: Visit) -> Response:
    """It is saved; here is its number."""
    stored = visit.diary.entry(visit.params["ident"])
    return visit.template("pages/add/saved.html", stored=stored, count=len(visit.diary.entries()))


def drop(visit: Visit) -> Response:
    """Throw the begun entry away, after asking."""
    drafts.drop(visit.diary.vault)
    return visit.go("/home")


def ask_drop(visit: Visit) -> Response:
    """Ask before anything typed is thrown away."""
    return visit.template("pages/add/drop.html")


PAGES = (
    Page("/add", show=begin),
    Page("/add/drop", show=ask_drop, take=drop),
    Page("/add/{number}", show=show, take=take),
    Page("/saved/{ident}", show=saved),
)
