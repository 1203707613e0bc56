"""What to do: questions in own words with danger first, who to call, plain answers with sources."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tallymark.cli.law import jurisdiction_option, numbers
from tallymark.cli.secrets import passphrase_options
from tallymark.cli.terminal import emit, json_option, open_diary, table

if TYPE_CHECKING:
    from tallymark.law import Danger, Jurisdiction, Prompt
    from tallymark.model.casefile import Casefile

STOP_HERE = "You can stop here. It is saved."
ACCOUNTS = "accounts-and-devices"

diary_option = click.option("--diary", "with_diary", is_flag=True, help="Look in the diary too.")


@click.command()
@jurisdiction_option
@diary_option
@click.option("--yes", "said", multiple=True, metavar="KEY", help="Say yes to one question.")
@click.option("--now", "ticked", multiple=True, metavar="SIGN", help="Say that this is so now.")
@json_option
@passphrase_options
@click.pass_context
def screen(
    ctx: click.Context,
    place: str,
    with_diary: bool,
    said: tuple[str, ...],
    ticked: tuple[str, ...],
    as_json: bool,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Ask, in plain words, what is going on. Danger first. Nothing is added up and nothing is sent.

    With --diary each question shows the entries that touch it. Your answers are not kept.
    """
    from tallymark import law as data

    here = data.jurisdiction(place)
    _known("--yes", said, [prompt.key for prompt in here.prompts])
    _known("--now", ticked, [sign.code for sign in here.danger.signs])
    if with_diary:
        with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
            _screened(here, diary.casefile(), ticked, as_json=as_json)
        return
    asking = not (said or ticked or as_json) and sys.stdin.isatty()
    if asking:
        ticked = _ask_danger(here.danger)
    elif not as_json:
        _card(here.danger, ticked)
    if asking:
        said = tuple(prompt.key for prompt in here.prompts if _ask(prompt))
    chosen = [prompt for prompt in here.prompts if prompt.key in said]
    if as_json:
        emit(_answers(here, chosen, ticked))
        return
    _say_answers(here, chosen)


def _known(option: str, given: tuple[str, ...], held: list[str]) -> None:
    strange = [key for key in given if key not in held]
    if strange:
        raise click.BadParameter(f"choose from: {', '.join(held)}", param_hint=option)


def _ask_danger(danger: Danger) -> tuple[str, ...]:
    """The signs come before every other question; whatever is said, a person can go on."""
    click.echo("First: is one of these so now?")
    for place, sign in enumerate(danger.signs, 1):
        click.echo(f"  {place}. {sign.label}")
    answer = click.prompt("Number, or Enter for none", default="", show_default=False)
    picked = [int(part) for part in str(answer).replace(",", " ").split() if part.isdigit()]
    ticked = tuple(danger.signs[n - 1].code for n in picked if 0 < n <= len(danger.signs))
    _card(danger, ticked)
    if danger.shows(ticked):
        click.pause("Leave now, or press a key to go on.")
    return ticked


def _card(danger: Danger, ticked: tuple[str, ...]) -> None:
    """The whole card when any sign is there; else its first line."""
    if danger.shows(ticked):
        click.echo(f"\n{danger.title.upper()}: CALL {danger.call}")
        for line in danger.lines:
            click.echo(f"  {line}")
        click.echo("")
    else:
        click.echo(f"In danger now? {danger.lines[0]}\n")


def _ask(prompt: Prompt) -> bool:
    """Yes only when the person says so; Enter leaves it open."""
    answer = click.prompt(f"{prompt.words} [y, or Enter]", default="", show_default=False)
    return str(answer).strip().casefold() in {"y", "yes"}


def _answers(here: Jurisdiction, chosen: list[Prompt], ticked: tuple[str, ...]) -> dict[str, Any]:
    import msgspec

    danger = msgspec.to_builtins(here.danger) | {"shown": here.danger.shows(ticked)}
    codes = sorted({code for prompt in chosen for code in prompt.codes if "*" not in code})
    questions = [msgspec.to_builtins(prompt) for prompt in here.prompts]
    return {
        "danger": danger,
        "questions": questions,
        "yes": [prompt.key for prompt in chosen],
        "codes": codes,
    }


def _say_answers(here: Jurisdiction, chosen: list[Prompt]) -> None:
    from tallymark import law as data

    if not chosen:
        rows = ((prompt.key, prompt.words) for prompt in here.prompts)
        table(("Key", "Question"), rows)
    else:
        words = data.vocabulary("behaviours").labels()
        rows = (
            (prompt.words, "\n".join(f"{c} {words[c]}" for c in prompt.codes if c in words))
            for prompt in chosen
        )
        table(("You said yes to", "Kinds to choose from when you write it down"), rows)
    click.echo(
        "This gives no level and no answer about you. Tell police what happened and how often; "
        "they decide what to call it. Who to call: tallymark help-lines"
    )


def _screened(
    here: Jurisdiction, casefile: Casefile, ticked: tuple[str, ...], *, as_json: bool
) -> None:
    from tallymark.picture.screening import screened

    found = screened(casefile, here.prompts)
    if as_json:
        asked = [{"key": a.key, "words": a.words, "records": list(a.records)} for a in found]
        emit({"danger": {"shown": here.danger.shows(ticked)}, "questions": asked})
        return
    _card(here.danger, ticked)
    rows = ((a.words, str(len(a.records) or "–"), numbers(a.records, casefile)) for a in found)
    table(("Question", "How many", "Entries"), rows)
    click.echo("A dash means that nothing is written about it. It does not mean no.")


@click.command("help-lines")
@jurisdiction_option
@json_option
def help_lines(place: str, as_json: bool) -> None:
    """Who to call, with the day each number was checked. Opens nothing and calls nobody."""
    import msgspec

    from tallymark import law as data

    here = data.jurisdiction(place)
    held = sorted(here.services, key=lambda one: not one.emergency)
    if as_json:
        lines = [msgspec.to_builtins(one) | {"status": one.status} for one in held]
        emit({"jurisdiction": here.name, "services": lines})
        return
    rows = []
    for one in held:
        ways = (one.phone, f"text {one.text}" if one.text else "", one.web)
        about = "\n".join(part for part in (one.name, one.hours, one.note) if part)
        rows.append((one.need, about, "\n".join(w for w in ways if w), one.status))
    table(("When", "Who", "How", "Number"), rows, title=here.title)
    click.echo(
        '"unchecked" means that nobody named has dialled or opened it for this version. '
        f"In danger, call {here.danger.call} all the same. A call may show on a shared bill."
    )


@click.command()
@click.argument("question", required=False)
@jurisdiction_option
@diary_option
@json_option
@passphrase_options
@click.pass_context
def advice(
    ctx: click.Context,
    question: str | None,
    place: str,
    with_diary: bool,
    as_json: bool,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Plain answers with their sources; without a QUESTION, list them.

    "accounts-and-devices" is a list to go down; with --diary each line shows what you kept for it.
    """
    from tallymark import law as data

    here = data.jurisdiction(place)
    if question is None:
        _questions(here, as_json=as_json)
    elif question != ACCOUNTS:
        _answer(here, question, as_json=as_json)
    elif with_diary:
        with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
            _accounts(here, diary.casefile(), as_json=as_json)
    else:
        _accounts(here, None, as_json=as_json)


def _questions(here: Jurisdiction, *, as_json: bool) -> None:
    rows = [(page.name, page.question) for page in here.guidance]
    rows.append((ACCOUNTS, "Which accounts and devices should I look at?"))
    if as_json:
        emit({"questions": [{"name": name, "question": words} for name, words in rows]})
        return
    table(("Name", "Question"), rows, title=here.title)
    click.echo("Read one with: tallymark advice NAME")


def _answer(here: Jurisdiction, name: str, *, as_json: bool) -> None:
    import msgspec

    from tallymark.errors import UsageProblem

    page = next((one for one in here.guidance if one.name == name), None)
    if page is None:
        raise UsageProblem("There is no answer with that name.", next_step="Run: tallymark advice")
    if as_json:
        emit(msgspec.to_builtins(page) | {"state": page.state})
        return
    click.echo(f"{page.question}\n")
    for block in page.text.replace("**", "").replace("`", "").split("\n\n"):
        for line in block.split("\n"):
            click.echo(click.wrap_text(line, 78, subsequent_indent="  " * line.startswith("- ")))
        click.echo("")
    when = f" Read {page.read}." if page.read else ""
    click.echo(f"Sources: {'; '.join(page.sources)}.{when} {page.state}")


def _accounts(here: Jurisdiction, casefile: Casefile | None, *, as_json: bool) -> None:
    from tallymark.model.casefile import Casefile as Empty
    from tallymark.picture.screening import slots

    shown = casefile or Empty(records=())
    found = slots(shown, here.checklist)
    if as_json:
        emit({"lines": [{key: getattr(s, key) for key in s.__slots__} for s in found]})
        return
    click.echo("Look and keep first. Change later, with advice: a change can be seen.\n")
    rows = []
    for slot in found:
        kept = " ".join((*slot.files, numbers(slot.actions, shown), numbers(slot.entries, shown)))
        rows.append((slot.key, slot.words, slot.keep, kept.strip() or "____"))
    table(("Line", "Look at", "What to keep", "What you have"), rows)
    click.echo(f'To fill a line: write a safety action that names it as "account". {STOP_HERE}')


COMMANDS = (screen, help_lines, advice)
