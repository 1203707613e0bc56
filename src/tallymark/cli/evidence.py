"""Commands that bring things in: attach, import, inspect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from tallymark.cli.secrets import passphrase_options
from tallymark.cli.terminal import emit, json_option, open_diary, plain, progress, table
from tallymark.errors import (
    ImportStopped,
    QuestionNeeded,
    RecordError,
    UnknownFormat,
    UsageProblem,
)
from tallymark.model.record import Exhibit

if TYPE_CHECKING:
    from tallymark.diary import Diary
    from tallymark.diary.intake import ImportResult
    from tallymark.diary.progress import Progress
    from tallymark.vault import Stored

FILE = click.Path(path_type=Path, dir_okay=False)
EXPORT = click.Path(path_type=Path)
FILES = click.argument("files", nargs=-1, required=True, type=FILE)


def answer_options(command: Any) -> Any:
    """Options that answer what a file cannot tell: its format, day order, owner and zone."""
    for option in (
        click.option("--format", "format_name", help="Which reader to use."),
        click.option(
            "--day-order", type=click.Choice(["dmy", "mdy", "ymd"]), help="Order of day and month."
        ),
        click.option(
            "--owner",
            help="Your own name as this export shows it; of mail, your addresses with commas.",
        ),
        click.option("--provider", help="Of mail: the domain of your provider's servers."),
        click.option("--zone", help="Time zone of the phone that made the export."),
    ):
        command = option(command)
    return command


def _described(stored: Stored) -> Exhibit:
    body = stored.record.body
    if not isinstance(body, Exhibit):
        raise RecordError("That record is not an exhibit.")
    return body


def _answers(**given: str | None) -> dict[str, str]:
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
@click.argument("files", nargs=-1, type=EXPORT)
@answer_options
@click.option("--resume", is_flag=True, help="Finish what was stopped; the files are not needed.")
@click.option("--drop", is_flag=True, help="Do not finish what was stopped; the files stay kept.")
@json_option
@passphrase_options
@click.pass_context
def import_files(
    ctx: click.Context,
    files: tuple[Path, ...],
    format_name: str | None,
    day_order: str | None,
    owner: str | None,
    provider: str | None,
    zone: str | None,
    resume: bool,
    drop: bool,
    as_json: bool,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Keep exports and find the messages in them; nothing is lost in silence.

    A folder, such as a download that was unpacked, is kept as one zip. Ctrl-C stops. What was read stays kept, and --resume goes on from there.
    """
    if sum((bool(files), resume, drop)) != 1:
        raise UsageProblem("Name the files to bring in, or give --resume or --drop alone.")
    answers = _answers(day_order=day_order, owner=owner, provider=provider, zone=zone)
    results = []
    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        if drop:
            _drop(diary)
            return
        with _stoppable(diary):
            for found in _brought(diary, files, format_name, answers):
                number = _described(found.exhibit).number
                results.append({"exhibit": number, "already": found.already, **found.summary})
                if not as_json:
                    _print_result(found, number)
    if as_json:
        emit(results[0] if len(results) == 1 else results)
    elif not results:
        click.echo("There is nothing to finish.")


def _brought(
    diary: Diary, files: tuple[Path, ...], format_name: str | None, answers: dict[str, str]
) -> Iterator[ImportResult]:
    """Each file brought in, or each stopped import finished where no file is named."""
    for path in files:
        try:
            with progress("Reading") as moved:
                found = diary.import_file(
                    path, format=format_name, answers=answers, progress=_moving(moved)
                )
        except UnknownFormat as problem:
            if format_name:
                raise
            found = _kept_as_file(diary, path, problem)
        yield found
    if not files:
        for left in diary.unfinished_imports():
            with progress("Reading") as moved:
                found = diary.go_on(left.record.id, progress=_moving(moved))
            yield found


def _moving(moved: Callable[[int, int, int | str], None]) -> Callable[[Progress], None]:
    """The line that moves: how many so far, how fast, from when to when, and who wrote most."""

    def told(step: Progress) -> None:
        words = [f"{step.events:,} found"] if step.events else []
        words += [f"{step.rate:,.0f} a second"] if step.events else []
        words += [f"{step.first} to {step.last}"] if step.first else []
        words += [f"most from {step.senders[0][0]}"] if step.senders else []
        moved(step.done, step.total, ", ".join(words) or "keeping the original")

    return told


@contextmanager
def _stoppable(diary: Diary) -> Iterator[None]:
    """Ctrl-C ends between two steps, and the person is told what is kept and how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        if diary.unfinished_imports():
            raise ImportStopped from None
        raise ImportStopped(
            "The import was stopped before anything was read.", next_step="Begin it again."
        ) from None


def _drop(diary: Diary) -> None:
    for left in diary.unfinished_imports():
        diary.let_be(left.record.id)
        click.echo(
            f"{_described(left).number} is kept as a file. Its messages were not brought in."
        )


def _print_result(found: ImportResult, number: str) -> None:
    if found.already:
        click.echo("This file was imported before. Nothing was added.")
    click.echo(f"Original kept as {number}.")
    if "clocks" in found.summary:
        print_file(found.summary)
        return
    if found.summary.get("duplicates"):
        click.echo(
            f"{found.summary['duplicates']:,} of these were in an earlier export too."
            " Both are kept, and each is counted once."
        )
    print_ledger(found.summary)


def _kept_as_file(diary: Diary, path: Path, problem: UnknownFormat) -> ImportResult:
    """A photo, clip, sound or document is an exhibit and no export. Raises ``problem`` for others."""
    from tallymark.diary.examination import inspect_file
    from tallymark.diary.intake import ImportResult

    found = None if path.is_dir() else inspect_file(path)
    if found is None:
        raise problem
    kept = _keep(diary, path, "")
    return ImportResult(kept, kept, found)


@click.command()
@click.argument("file", type=EXPORT)
@answer_options
@click.option("--events", is_flag=True, help="One JSON object a line for every event.")
@click.option("--shape", is_flag=True, help="The skeleton: letters as x, digits as 0, no content.")
@json_option
def inspect(
    file: Path,
    format_name: str | None,
    day_order: str | None,
    owner: str | None,
    provider: str | None,
    zone: str | None,
    events: bool,
    shape: bool,
    as_json: bool,
) -> None:
    """Look at an export without a vault: what is in it, and what every byte is."""
    from tallymark import importers
    from tallymark.diary import intake

    answers = _answers(day_order=day_order, owner=owner, provider=provider, zone=zone)
    with intake.opened(file) as source:
        if shape:
            click.echo(importers.shape(source))
            return
        if events:
            name = intake.chosen_format(source, format_name)
            for line in importers.event_lines(source, options=answers, format=name):
                click.echo(line)
            return
        summary = _looked_into(source, file, answers, format_name)
    if as_json:
        emit(summary)
    elif "clocks" in summary:
        print_file(summary)
    else:
        print_ledger(summary)
    if summary.get("questions"):
        raise QuestionNeeded(_question(summary))


def _looked_into(
    source: BinaryIO, file: Path, answers: dict[str, str], format_name: str | None
) -> dict[str, Any]:
    """What an export holds; or what a photo, clip, sound or document says of itself."""
    from tallymark import importers
    from tallymark.diary.examination import inspect_file

    try:
        return importers.inspect(source, options=answers, format=format_name)
    except UnknownFormat:
        found = None if format_name or file.is_dir() else inspect_file(file)
        if found is None:
            raise
        return found


def print_file(summary: dict[str, Any]) -> None:
    """The clocks of one file side by side, what differs, and what else it says of itself."""
    from tallymark.examiners.clocks import WORDS

    click.echo(f"One {summary['format']} ({summary['variant']}). It holds no messages.")
    if "members" in summary:
        rows = (
            (plain(str(m["name"])), str(m["state"]), f"{m['size']:,}") for m in summary["members"]
        )
        table(("in it", "state", "bytes"), rows)
    clocks = summary["clocks"].items()
    table(("clock", "says"), ((WORDS.get(name, name), plain(value)) for name, value in clocks))
    if not summary["clocks"] and "members" not in summary:
        click.echo("It states no time. When it was made is not known from the file.")
    table(("also in it", ""), ((k, plain(v)) for k, v in summary["examined"].items()))
    for sentence in summary["differences"]:
        click.echo(sentence)
    for issue in summary["issues"]:
        click.echo(f"{issue['code']}: {issue['count']:,}. {issue['detail']}")
    for limit in summary["limits"]:
        click.echo(f"This cannot show: {limit}")


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
