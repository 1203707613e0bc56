"""Commands that bring things in: attach, import, inspect."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tallymark.cli.secrets import passphrase_options
from tallymark.cli.terminal import emit, json_option, open_diary, plain, progress, table
from tallymark.errors import QuestionNeeded, RecordError
from tallymark.model.record import Exhibit

if TYPE_CHECKING:
    from tallymark.diary import Diary
    from tallymark.vault import Stored

FILE = click.Path(path_type=Path, dir_okay=False)
FILES = click.argument("files", nargs=-1, required=True, type=FILE)


def answer_options(command: Any) -> Any:
    """Options that answer what a file cannot tell: its format, day order, owner and zone."""
    for option in (
        click.option("--format", "format_name", help="Which reader to use."),
        click.option(
            "--day-order", type=click.Choice(["dmy", "mdy", "ymd"]), help="Order of day and month."
        ),
        click.option("--owner", help="Your own name as this export shows it."),
        click.option("--zone", help="Time zone of the phone that made the export."),
    ):
        command = option(command)
    return command


def _described(stored: Stored) -> Exhibit:
    body = stored.record.body
    if not isinstance(body, Exhibit):
        raise RecordError("That record is not an exhibit.")
    return body


def _answers(day_order: str | None, owner: str | None, zone: str | None) -> dict[str, str]:
    given = {"day_order": day_order, "owner": owner, "zone": zone}
    return {key: value for key, value in given.items() if value}


@click.command()
@FILES
@click.option("--title", default="", help="What it is, in a few words.")
@json_option
@passphrase_options
@click.pass_context
def attach(
    ctx: click.Context,
    files: tuple[Path, ...],
    title: str,
    as_json: bool,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Keep files byte for byte, each as an exhibit with a number."""
    kept = []
    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        for path in files:
            stored = _keep(diary, path, title)
            body = _described(stored)
            kept.append(
                {
                    "exhibit": body.number,
                    "sha256": body.sha256,
                    "bytes": body.size,
                    "entry": stored.index,
                }
            )
            if not as_json:
                click.echo(f"Kept as {body.number}  {body.size:,} bytes  SHA-256 {body.sha256}")
    if as_json:
        emit(kept)


def _keep(diary: Diary, path: Path, title: str) -> Stored:
    total = path.stat().st_size if path.exists() else 0
    with progress("Keeping") as moved:
        return diary.attach(path, title=title, progress=lambda done: moved(done, total, 0))


@click.command(name="import")
@FILES
@answer_options
@json_option
@passphrase_options
@click.pass_context
def import_files(
    ctx: click.Context,
    files: tuple[Path, ...],
    format_name: str | None,
    day_order: str | None,
    owner: str | None,
    zone: str | None,
    as_json: bool,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Keep exports and find the messages in them; nothing is lost in silence."""
    answers = _answers(day_order, owner, zone)
    results = []
    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        for path in files:
            with progress("Reading") as moved:
                found = diary.import_file(path, format=format_name, answers=answers, progress=moved)
            number = _described(found.exhibit).number
            results.append({"exhibit": number, "already": found.already, **found.summary})
            if not as_json:
                if found.already:
                    click.echo("This file was imported before. Nothing was added.")
                click.echo(f"Original kept as {number}.")
                print_ledger(found.summary)
    if as_json:
        emit(results if len(results) > 1 else results[0])


@click.command()
@click.argument("file", type=FILE)
@answer_options
@click.option("--events", is_flag=True, help="One JSON object a line for every event.")
@click.option("--shape", is_flag=True, help="The skeleton: letters as x, digits as 0, no content.")
@json_option
def inspect(
    file: Path,
    format_name: str | None,
    day_order: str | None,
    owner: str | None,
    zone: str | None,
    events: bool,
    shape: bool,
    as_json: bool,
) -> None:
    """Look at an export without a vault: what is in it, and what every byte is."""
    from tallymark import importers
    from tallymark.diary.intake import chosen_format

    if shape:
        click.echo(importers.shape(file))
        return
    answers = _answers(day_order, owner, zone)
    if events:
        name = chosen_format(file, format_name)
        for line in importers.event_lines(file, options=answers, format=name):
            click.echo(line)
        return
    summary = importers.inspect(file, options=answers, format=format_name)
    if as_json:
        emit(summary)
    else:
        print_ledger(summary)
    if summary.get("questions"):
        raise QuestionNeeded(_question(summary))


def _question(summary: dict[str, Any]) -> str:
    first = summary["questions"][0]
    return str(first.get("text", first)) if isinstance(first, dict) else str(first)


def print_ledger(summary: dict[str, Any]) -> None:
    """What was found, in words and one table: every byte has a place in it."""
    counts = summary["counts"]
    said = ", ".join(
        f"{value:,} {key}" for key, value in counts.items() if value and key != "events"
    )
    click.echo(f"{counts['events']:,} found: {said}.")
    if summary.get("first"):
        click.echo(
            f"From {summary['first'].replace('T', ' ')} to {summary['last'].replace('T', ' ')}."
        )
    table(("who", "messages"), ((plain(k), f"{v:,}") for k, v in summary["senders"].items()))
    table(("bytes", ""), ((k, f"{v:,}") for k, v in summary["coverage"].items()))
    for issue in summary["issues"]:
        click.echo(f"{issue['code']}: {issue['count']:,}. {plain(str(issue['detail']))}")
    for limit in summary["limits"]:
        click.echo(f"This export cannot show: {limit}")
    click.echo(
        f"Read in a jail: network {summary['jail']['network']}, memory {summary['jail']['memory']}."
    )


COMMANDS = (attach, import_files, inspect)
