"""Commands for telling others: report, since-police, soon-gone, card, print."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from tallymark.cli.secrets import passphrase_options
from tallymark.cli.terminal import emit, json_option, open_diary, plain, table

if TYPE_CHECKING:
    from tallymark.diary import Diary

DANGER = "In danger now, call 999. If you cannot speak on a mobile, press 55 when asked."
_out_option = click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write a PDF here to print."
)


@click.command()
@click.argument("entries", nargs=-1)
@click.option("--safe", type=click.Choice(["yes", "no", "unsure"]), help="Are you safe right now?")
@_out_option
@json_option
@passphrase_options
@click.pass_context
def report(
    ctx: click.Context,
    entries: tuple[str, ...],
    safe: str | None,
    out: Path | None,
    as_json: bool,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Half a page to read out to 101 or copy into a form, from ENTRIES (#3 #4) or from all.

    It works with one entry and no evidence, and sends nothing. On a terminal it then asks what they
    answered, and keeps that as a contact with police.
    """
    from tallymark.diary import sheets

    click.echo(DANGER, err=True)
    asks = _somebody_is_there() and not as_json
    if safe is None and asks:
        answer = click.prompt(
            "Are you safe right now? (yes, no, unsure; Enter to skip)",
            default="",
            show_default=False,
            err=True,
        )
        safe = answer.strip().casefold()
    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        chosen = [diary.newest(one).record.id for one in entries]
        told = sheets.report(diary.vault, chosen, safe=safe or "")
        if as_json:
            emit(
                {"lines": [[n.heading, n.words] for n in told.lines], "entries": list(told.entries)}
            )
            return
        click.echo(plain(told.text()))
        if out is not None:
            from tallymark.pack.sheet import of_report

            made = datetime.now(UTC)
            sheets.write(of_report(told, made=made, zone=diary.vault.zone), out, made=made)
            click.echo(f"To print: {out}", err=True)
        if asks:
            _after_call(diary, told.entries)
        else:
            click.echo(_LATER, err=True)


def _somebody_is_there() -> bool:
    return sys.stdin.isatty()


_LATER = (
    "Nothing was sent. When you have told them, keep their answer: "
    "tallymark add --type police-contact"
)


def _after_call(diary: Diary, entries: tuple[str, ...]) -> None:
    """What they answered, as a record of its own; nothing is written when nothing is said."""
    from tallymark.cli.write import desk
    from tallymark.diary.forms import FORMS, read

    click.echo(
        "\nNothing was sent. If you tell them now, you can keep what they answered.", err=True
    )
    if not click.confirm("Did you tell them, or try to?", default=False, err=True):
        click.echo(_LATER, err=True)
        return
    questions = {
        "how": "How? (101, online, desk, 999)",
        "answered": "Did anyone answer? (yes, no)",
        "reference": "Log or crime number?",
        "officer": "Name or number of the officer?",
        "promised": "What will they do next?",
        "follow_up": "By when?",
    }
    said = {
        name: click.prompt(f"{words} (Enter to skip)", default="", show_default=False, err=True)
        for name, words in questions.items()
    }
    numbers = {s.record.id: f"#{s.index}" for s in diary.vault.records()}
    said["incidents"] = " ".join(numbers[ident] for ident in entries if ident in numbers)
    said["agency"] = "police"
    stored = diary.record(read(FORMS["police-contact"], said, about=desk(diary)))
    click.echo(f"Saved as #{stored.index}.")
    click.echo("You can stop here. It is saved.", err=True)


@click.command(name="since-police")
@json_option
@passphrase_options
@click.pass_context
def since_police(
    ctx: click.Context, as_json: bool, passphrase_file: Path | None, passphrase_fd: int | None
) -> None:
    """What you have recorded since you last told police, and what they said they would do."""
    from tallymark.pack import say
    from tallymark.pack.report_now import since_told

    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        contact, entries = since_told(diary.casefile())
        numbers = {s.record.id: s.index for s in diary.vault.records()}
    rows = [
        (f"#{numbers[r.id]}", _body(r).happened.value.replace("T", " "), _body(r).what_happened)
        for r in entries
    ]
    if as_json:
        last = None if contact is None else numbers[contact.id]
        emit({"last_contact": last, "entries": [numbers[r.id] for r in entries]})
        return
    if contact is None:
        click.echo("No contact with police is recorded yet.")
    else:
        click.echo(plain(_contact_words(contact, numbers[contact.id])))
    table(("#", "happened", "what"), rows)
    many = say.count(len(rows), "entry", "entries")
    click.echo(f"{many} since then. To read out: tallymark report", err=True)


def _body(record: Any) -> Any:
    return record.body


def _contact_words(contact: Any, number: int) -> str:
    from tallymark.pack import say

    body = contact.body
    told = [f"Last told: {say.moment(body.at)} (#{number})."]
    told += ["Nobody answered."] if body.answered == "no" else []
    told += [f"Number: {body.reference}."] if body.reference else []
    due = f", by {body.follow_up}" if body.follow_up else ""
    told += [f"They said they would: {body.promised}{due}."] if body.promised else []
    return " ".join(told)


@click.command(name="soon-gone")
@json_option
@passphrase_options
@click.pass_context
def soon_gone(
    ctx: click.Context, as_json: bool, passphrase_file: Path | None, passphrase_fd: int | None
) -> None:
    """What others may hold and may soon delete: cameras, call records, logs; and who was asked.

    Ask police to ask for it, early. Keep what you learn: tallymark add --type evidence-request
    """
    from tallymark.pack.soon_gone import soon_gone as look

    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        today = datetime.now(ZoneInfo(diary.vault.zone)).date()
        found = look(diary.casefile(), today=today)
        numbers = {s.record.id: s.index for s in diary.vault.records()}
    rows: list[dict[str, Any]] = [
        {
            "entries": [numbers[ref] for ref in held.refs if ref in numbers],
            "what": held.what,
            "holder": held.holder,
            "days": held.days,
            "asked": held.state,
            "kept": held.kept,
            "recorded": held.recorded,
        }
        for held in found
    ]
    if as_json:
        emit(rows)
        return
    table(
        ("#", "what", "who may hold it", "days ago", "asked?", "kept for"),
        (
            (
                " ".join(f"#{n}" for n in held["entries"]),
                held["what"],
                held["holder"],
                "" if held["days"] is None else str(held["days"]),
                held["asked"],
                held["kept"],
            )
            for held in rows
        ),
    )
    click.echo(
        "How long they keep it differs. Ask early; police can ask for it to be kept.", err=True
    )


@click.command()
@click.argument("who", type=click.Choice(["neighbour", "employer", "school"]))
@_out_option
def card(who: str, out: Path | None) -> None:
    """A card for somebody who may see something: what helps, and what not to say. No evidence."""
    from tallymark.pack.card import card as find

    chosen = find(who)
    click.echo(chosen.text())
    if out is not None:
        from tallymark.diary import sheets
        from tallymark.pack.sheet import of_card

        sheets.write(of_card(chosen), out, made=datetime.now(UTC))
        click.echo(f"To print: {out}", err=True)


@click.command(name="print")
@click.argument("entry")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@passphrase_options
@click.pass_context
def print_one(
    ctx: click.Context,
    entry: str,
    out: Path,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Print one ENTRY or exhibit (#12) to a PDF at OUT, with a numbered hard-copy label.

    The file is readable by anyone who opens it. Delete it when it is printed.
    """
    from tallymark.diary import sheets

    made = datetime.now(UTC)
    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        ident = diary.entry(entry).record.id
        sheet, copy = sheets.hard_copy(diary.vault, ident, made=made)
        sheets.write(sheet, out, made=made)
        sheets.note_printed(diary.vault, ident)
    click.echo(f"Hard copy {copy}: {out}")
    click.echo("It can be read by anyone here. Delete the file when it is printed.", err=True)


COMMANDS = (report, since_police, soon_gone, card, print_one)
