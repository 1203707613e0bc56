"""Commands that write: add, amend, withdraw, erase."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from tallymark.cli.secrets import passphrase_options
from tallymark.cli.terminal import open_diary
from tallymark.errors import RecordError, UsageProblem

if TYPE_CHECKING:
    from tallymark.diary import Diary
    from tallymark.diary.forms import Desk, Form

KINDS = (
    *("incident", "told-to-stop", "police-contact", "order", "impact", "safety-action", "trigger"),
    *(
        "quiet-period",
        "second-source",
        "same-event",
        "phrase",
        "evidence-request",
        "person",
        "place",
    ),
)
"""The kinds of ``diary.forms``, named here so that no command waits for that room to load."""
STOP_HERE = "You can stop here. It is saved."
_SKIP = "Enter to skip"
_OPTIONS = (
    ("--when", "time", "When: now, yesterday 21:10, 3/5/2026, about 2026-05-03."),
    ("--where", "place_text", "Where, in your words. Leave out where you live now."),
    ("--said", "words_said", "The exact words they used."),
    ("--felt", "effect", "How it made you feel, in your words."),
    ("--did", "what_i_did", "What you did."),
    ("--who", "actor", "Who: a name you recorded, or #12."),
    ("--channel", "channel", "How it came: voice, whatsapp, in_person ..."),
    ("--code", "behaviours", "What kind of thing: P04, V01 ... with commas."),
    ("--fear", "fear_of_violence", "Did you fear violence? yes, no or unsure."),
    ("--witness", "witnesses", "Who else knows: a name, with commas."),
    ("--exhibit", "exhibits", "Exhibits that belong to it: #7 #9."),
    ("--for-person", "for_person", "For whom you keep this entry, such as your child."),
)


def _field_options(command: Any) -> Any:
    for flag, name, words in reversed(_OPTIONS):
        command = click.option(flag, f"field_{name}", help=words)(command)
    more = click.option(
        "--set",
        "more",
        multiple=True,
        metavar="FIELD=WORDS",
        help="Any other field by its name; may be repeated.",
    )
    return more(command)


def _typed(form: Form, options: Mapping[str, Any]) -> dict[str, str]:
    """The fields that were given as options."""
    found: dict[str, str] = {}
    for key, value in options.items():
        if key.startswith("field_") and value is not None:
            name = key.removeprefix("field_")
            found[form.time if name == "time" and form.time else name] = value
    for pair in options["more"]:
        name, equals, words = pair.partition("=")
        if not equals:
            raise UsageProblem("Say --set as FIELD=WORDS.")
        found[name.strip().replace("-", "_")] = words
    return found


@click.command()
@click.argument("words", required=False)
@click.option(
    "--type",
    "kind",
    type=click.Choice(KINDS),
    default="incident",
    show_default=True,
    help="What kind of record.",
)
@click.option(
    "--json", "json_file", type=click.File("rb"), help="One record as JSON; - for standard input."
)
@click.option("--author", default="self", help="Who wrote it down, when that is not you.")
@_field_options
@passphrase_options
@click.pass_context
def add(
    ctx: click.Context,
    /,
    words: str | None,
    kind: str,
    json_file: Any,
    author: str,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
    **options: Any,
) -> None:
    """Write down something that happened. It is saved when its number is shown.

    In one line: tallymark add "He stood at the gate" --when "today 8:40". Leave WORDS out and you
    are asked; then nothing stays in the shell's history. Add to it later with amend.
    """
    from tallymark.diary.forms import FORMS

    form = FORMS[kind]
    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        if json_file is not None:
            body, asked = _from_json(json_file.read()), ()
        else:
            body, asked = _filled(diary, form, kind, words, _typed(form, options))
        stored = diary.record(body, asked=asked, author=author)
        click.echo(f"Saved as #{stored.index}.")
        _about_safe_place(diary, stored.record.id, body)
    _about_codes(body)
    click.echo(STOP_HERE, err=True)


def _filled(
    diary: Diary, form: Form, kind: str, words: str | None, typed: dict[str, str]
) -> tuple[Any, tuple[Any, ...]]:
    """The body said in one line, or by answers to its questions; and what was asked."""
    from tallymark.diary.forms import read
    from tallymark.model.record import Question

    asked: tuple[Any, ...] = ()
    if words:
        typed[form.words] = words
    elif not typed:
        questions = dict(form.ask)
        typed = {name: _ask(form, name, question) for name, question in questions.items()}
        asked = tuple(
            Question(
                id=f"quick.{name}" if kind == "incident" else f"{kind}.{name}", version=1, text=q
            )
            for name, q in questions.items()
        )
    return read(form, typed, about=desk(diary)), asked


def _ask(form: Form, name: str, question: str) -> str:
    from tallymark.diary.when import EXAMPLES

    if name in {"happened", "at", "made", "served", "expires"}:
        question = f"{question} ({EXAMPLES})"
    default = "now" if name == form.time and name in {"happened", "at"} else ""
    first = name in {form.words, form.time} and form.words == "what_happened"
    shown = question if first else f"{question} ({_SKIP})"
    return str(click.prompt(shown, default=default, show_default=False, err=True))


def desk(diary: Diary) -> Desk:
    """What reading typed words needs to know of the diary."""
    from tallymark.diary.forms import Desk

    now = datetime.now(ZoneInfo(diary.vault.zone)).replace(tzinfo=None)
    return Desk(now=now, zone=diary.vault.zone, stored=diary.vault.records())


def _from_json(data: bytes) -> Any:
    import msgspec

    from tallymark.diary.writing import body_of

    try:
        value = msgspec.json.decode(data, type=dict[str, object])
    except msgspec.MsgspecError as problem:
        raise RecordError(f"The JSON is not a record: {problem}") from problem
    return body_of(value)


def _about_codes(body: Any) -> None:
    """A code that nobody knows is kept as it was typed, and said."""
    from tallymark import law

    for code in getattr(body, "behaviours", ()):
        if not law.label("behaviours", code):
            click.echo(f"{code} is not a known code. It is kept as you wrote it.", err=True)


def _about_safe_place(diary: Diary, ident: str, body: Any) -> None:
    """Say what a place that never leaves does to entries that name it already."""
    from tallymark.diary.writing import safe_places
    from tallymark.model.record import strings

    if not getattr(body, "safe_location", False):
        return
    stored = diary.vault.records()
    safe = safe_places(stored) - {ident}
    named = [
        s
        for s in stored
        if s.record.type != "place" and not safe.isdisjoint(strings(s.record.body))
    ]
    click.echo("This place stays out of every pack, and nothing there tells of it.", err=True)
    if named:
        numbers = " ".join(f"#{s.index}" for s in named)
        click.echo(f"Entries that point at it stay out too: {numbers}.", err=True)


@click.command()
@click.argument("entry")
@click.argument("words", required=False)
@click.option("--why", default="", help="Why you change it; shown beside the old words.")
@_field_options
@passphrase_options
@click.pass_context
def amend(
    ctx: click.Context,
    /,
    entry: str,
    words: str | None,
    why: str,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
    **options: Any,
) -> None:
    """Complete or correct ENTRY (#12). A new version is written; the old one stays, struck through.

    WORDS replace its main words. Leave everything out and you are asked field by field, with what
    stands there now. An empty --set FIELD= empties a field.
    """
    import msgspec

    from tallymark.diary.forms import fields

    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        newest = diary.newest(entry)
        form = _form_of(newest.record.body)
        typed = _typed(form, options)
        if words:
            typed[form.words] = words
        if not typed:
            typed = _asked_again(form, newest.record.body)
            why = why or click.prompt(
                f"Why do you change it? ({_SKIP})", default="", show_default=False, err=True
            )
        said = {name: text for name, text in typed.items() if text.strip()}
        values: dict[str, Any] = dict(
            msgspec.to_builtins(fields(form.body, said, about=desk(diary)))
        )
        values |= {name: None for name, text in typed.items() if not text.strip()}
        if not values:
            click.echo("Nothing was changed.")
            return
        stored = diary.amend(str(newest.index), values, reason=why)
        click.echo(f"Saved as #{stored.index}. #{newest.index} stays, marked as replaced.")
        _about_safe_place(diary, stored.record.id, stored.record.body)
    click.echo(STOP_HERE, err=True)


def _form_of(body: Any) -> Form:
    from tallymark.diary.forms import FORMS

    form = next((f for f in FORMS.values() if f.body is type(body)), None)
    if form is None:
        raise RecordError("This kind of record is written by tallymark itself.")
    return form


def _asked_again(form: Form, body: Any) -> dict[str, str]:
    """Questions whose field is still empty; what stands there is not asked again."""
    found: dict[str, str] = {}
    if not sys.stdin.isatty():
        return found
    for name, question in form.ask:
        if getattr(body, name) in (None, "", ()):
            answer = click.prompt(f"{question} ({_SKIP})", default="", show_default=False, err=True)
            found |= {name: answer} if answer else {}
    return found


@click.command()
@click.argument("entry")
@click.option("--why", prompt="Why do you withdraw it?", help="Shown beside the entry for ever.")
@passphrase_options
@click.pass_context
def withdraw(
    ctx: click.Context,
    entry: str,
    why: str,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Withdraw an entry. It stays, struck through, with your reason."""
    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        stored = diary.withdraw(entry, why=why)
        click.echo(f"Withdrawn. The reason is #{stored.index}.")


_WARNING = (
    "Erasing cannot be undone. The words and the file go, also earlier versions. The number stays "
    "and says that something was erased, when, and your reason; packs show that too. To correct an "
    "entry use amend, to take it back use withdraw: both keep it as evidence."
)


@click.command()
@click.argument("entry")
@click.option("--why", prompt="Why is it erased?", help="Shown for ever in its place.")
@click.option("--asked-by", default="self", help="Who asked for it, when that is not you.")
@click.option("--yes", is_flag=True, help="Do not ask again.")
@passphrase_options
@click.pass_context
def erase(
    ctx: click.Context,
    entry: str,
    why: str,
    asked_by: str,
    yes: bool,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Erase ENTRY (#12) or an exhibit for good. Its place in the log stays."""
    click.echo(_WARNING, err=True)
    if not yes:
        click.confirm("Erase it for good?", abort=True, err=True)
    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        stones = diary.erase(entry, reason=why, asked_by=asked_by)
    numbers = " ".join(f"#{stone.record.body.index}" for stone in stones)  # type: ignore[union-attr]
    click.echo(f"Erased: {numbers}.")
    click.echo("Copies of the vault and packs made before still hold it.", err=True)


COMMANDS = (add, amend, withdraw, erase)
