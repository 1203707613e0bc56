"""Commands for the diary itself: new, add, list, show, find, withdraw."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from tallymark.cli.secrets import passphrase_options, read_passphrase
from tallymark.cli.terminal import emit, json_option, open_diary, plain, table, vault_path
from tallymark.errors import RecordError

STOP_HERE = "You can stop here. It is saved."


@click.command()
@click.option(
    "--allow-synced-folder", is_flag=True, help="Use a folder that is copied to an account."
)
@click.option(
    "--zone", default="Europe/London", show_default=True, help="Time zone for your entries."
)
@passphrase_options
@click.pass_context
def new(
    ctx: click.Context,
    allow_synced_folder: bool,
    zone: str,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Make a new, empty vault.

    Only use this on a device that no one else can open.
    """
    from tallymark.diary import Diary
    from tallymark.diary.passphrase import suggest

    asked = passphrase_file is None and passphrase_fd is None
    if asked:
        click.confirm("Is this device only yours?", abort=True, err=True)
        click.echo(f"A passphrase you could use: {suggest()}", err=True)
    secret = read_passphrase(passphrase_file, passphrase_fd, confirm=asked)
    path = vault_path(ctx)
    with Diary.create(path, passphrase=secret, zone=zone, allow_synced=allow_synced_folder):
        click.echo(f"Your vault is at {path}")
    click.echo("If you forget the passphrase, no one can open it. Next: tallymark add", err=True)


@click.command()
@click.option(
    "--json", "json_file", type=click.File("rb"), help="One record as JSON; - for standard input."
)
@passphrase_options
@click.pass_context
def add(
    ctx: click.Context,
    json_file: Any,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Write down something that happened. It is saved when its number is shown."""
    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        if json_file is not None:
            body, asked = _from_json(json_file.read()), ()
        else:
            body, asked = _ask(diary.vault.zone)
        stored = diary.record(body, asked=asked)
        click.echo(f"Saved as #{stored.index}.")
    click.echo(STOP_HERE, err=True)


def _from_json(data: bytes) -> Any:
    import msgspec

    from tallymark.model.record import Body

    try:
        body = msgspec.json.decode(data, type=Body)
    except msgspec.MsgspecError as problem:
        raise RecordError(f"The JSON is not a record: {problem}") from problem
    if type(body).__name__ in {"Exhibit", "Import", "Epoch", "HandOver"}:
        raise RecordError("This kind of record is written by tallymark itself.")
    return body


def _ask(zone: str) -> tuple[Any, tuple[Any, ...]]:
    """The quick entry: four questions, each may be left empty but what happened."""
    from tallymark.diary.when import EXAMPLES, read_when
    from tallymark.model.record import Incident, Question

    now = datetime.now(ZoneInfo(zone))
    questions = {
        "when": f"When did it happen? ({EXAMPLES})",
        "what_happened": "What happened?",
        "place_text": "Where? (Enter to skip)",
        "effect": "How did it make you feel? (Enter to skip)",
    }
    answers = {key: click.prompt(text, default="now" if key == "when" else "", show_default=False, err=True)
               for key, text in questions.items()}  # fmt: skip
    happened = read_when(answers.pop("when"), now=now.replace(tzinfo=None), zone=zone)
    try:
        body = Incident(
            happened=happened,
            what_happened=answers["what_happened"],
            place_text=answers["place_text"],
            effect=answers["effect"],
        )
    except ValueError as problem:
        raise RecordError(f"{problem}.".capitalize()) from problem
    return body, tuple(Question(id=f"quick.{k}", version=1, text=t) for k, t in questions.items())


@click.command(name="list")
@json_option
@passphrase_options
@click.pass_context
def list_entries(
    ctx: click.Context, as_json: bool, passphrase_file: Path | None, passphrase_fd: int | None
) -> None:
    """List entries, the newest happening first."""
    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        rows = [_row(stored) for stored in diary.entries()]
    if as_json:
        emit(rows)
        return
    table(
        ("#", "happened", "kind", "what", "written"),
        ([f"#{r['number']}", r["happened"], r["type"], r["what"], r["written"]] for r in rows),
    )
    click.echo(f"{len(rows)} entries.", err=True)


def _row(stored: Any) -> dict[str, Any]:
    body = stored.record.body
    moment = (
        getattr(body, "happened", None)
        or getattr(body, "at", None)
        or getattr(body, "served", None)
    )
    words = ("what_happened", "exact_words", "words_said", "effect", "words", "kind", "how")
    what = next((getattr(body, name) for name in words if getattr(body, name, "")), "")
    return {
        "number": stored.index,
        "id": stored.record.id,
        "type": stored.record.type,
        "happened": moment.value.replace("T", " ") if moment else "",
        "written": stored.record.written,
        "what": what,
    }


@click.command()
@click.argument("entry")
@json_option
@passphrase_options
@click.pass_context
def show(
    ctx: click.Context,
    entry: str,
    as_json: bool,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Show one record by its number (12) or id."""
    import msgspec

    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        stored = diary.entry(entry)
    value = {
        "number": stored.index,
        "leaf": stored.leaf.hex(),
        **msgspec.to_builtins(stored.record),
    }
    if as_json:
        emit(value)
        return
    click.echo(f"#{stored.index}  {stored.record.type}  written {stored.record.written}")
    for key, field in value["body"].items():
        if key != "type":
            click.echo(f"{key.replace('_', ' ')}: {plain(_words(field))}")


def _words(field: Any) -> str:
    if isinstance(field, dict):
        return ", ".join(f"{key} {_words(value)}" for key, value in field.items())
    if isinstance(field, list):
        return "; ".join(_words(value) for value in field)
    return str(field)


@click.command()
@click.argument("words", required=False)
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
@json_option
@passphrase_options
@click.pass_context
def find(
    ctx: click.Context,
    words: str | None,
    limit: int,
    as_json: bool,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Search entries and messages. Leave WORDS out to type them unseen by the shell history."""
    sought = words or click.prompt("Words to look for", err=True)
    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        hits = diary.find(sought, limit=limit)
    if as_json:
        emit(
            [
                {"kind": h.kind, "id": h.id, "at": h.at, "sender": h.sender, "snippet": h.snippet}
                for h in hits
            ]
        )
        return
    table(
        ("when", "kind", "who", "words"), ((h.at, h.kind, h.sender or "", h.snippet) for h in hits)
    )
    click.echo(f"{len(hits)} found.", err=True)


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


@click.command()
@json_option
@passphrase_options
@click.pass_context
def check(
    ctx: click.Context, as_json: bool, passphrase_file: Path | None, passphrase_fd: int | None
) -> None:
    """Read every record and exhibit again and say what does not fit."""
    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        findings = diary.check()
    if as_json:
        emit([{"what": f.what, "detail": f.detail} for f in findings])
    else:
        for finding in findings:
            click.echo(f"{finding.what}: {finding.detail}")
        click.echo(
            "Everything reads back as it was written."
            if not findings
            else f"{len(findings)} problems."
        )
    if findings:
        sys.exit(15)


@click.command(name="who-opened")
@json_option
@passphrase_options
@click.pass_context
def who_opened(
    ctx: click.Context, as_json: bool, passphrase_file: Path | None, passphrase_fd: int | None
) -> None:
    """When this vault was opened, wrong tries, and packs made."""
    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        acts = diary.acts()
    if as_json:
        emit([{"at": a.at, "what": a.what, "detail": a.detail} for a in acts])
        return
    table(("when", "what", "detail"), ((a.at, a.what, a.detail) for a in acts))


COMMANDS = (new, add, list_entries, show, find, withdraw, check, who_opened)
