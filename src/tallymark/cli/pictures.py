"""Commands for pictures: a folder of screenshots in order, and the words that can be read in one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tallymark.cli.secrets import passphrase_options
from tallymark.cli.terminal import emit, json_option, open_diary, plain, progress, table

if TYPE_CHECKING:
    from tallymark.diary.screenshots import Offer

FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--zone", default="Europe/London", show_default=True, help="Zone of their clocks.")
@click.option(
    "--keep", is_flag=True, help="Keep each as an exhibit, run by run; you are asked first."
)
@json_option
@passphrase_options
@click.pass_context
def screenshots(
    ctx: click.Context,
    folder: Path,
    zone: str,
    keep: bool,
    as_json: bool,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Put a folder of screenshots in the order of their own clocks, as runs of one conversation.

    Without --keep it only looks and needs no vault. Look through the runs before you keep them.
    """
    from tallymark.diary.screenshots import runs

    with progress("Looking") as moved:
        offers, left = runs(folder, zone=zone, progress=lambda done, total: moved(done, total, 0))
    if as_json and not keep:
        emit(
            {"runs": [_row(n, o) for n, o in enumerate(offers, 1)], "left": [p.name for p in left]}
        )
        return
    _told(offers, left)
    if not keep:
        return
    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        kept = [_keep(diary, number, offer) for number, offer in enumerate(offers, 1)]
    if as_json:
        emit({"kept": [number for run in kept for number in run]})
    else:
        click.echo(f"{sum(map(len, kept)):,} kept in {sum(map(bool, kept)):,} runs.")


def _row(number: int, offer: Offer) -> dict[str, Any]:
    return {
        "run": number,
        "first": offer.shots[0].at.isoformat(),
        "last": offer.shots[-1].at.isoformat(),
        "by_file_time": offer.by_file_time,
        "files": [{"name": shot.path.name, "clock": shot.clock} for shot in offer.shots],
    }


def _told(offers: list[Offer], left: list[Path]) -> None:
    table(
        ("run", "from", "to", "pictures", "first file"),
        (
            (
                str(number),
                f"{offer.shots[0].at:%Y-%m-%d %H:%M} UTC",
                f"{offer.shots[-1].at:%Y-%m-%d %H:%M} UTC",
                str(len(offer.shots)),
                plain(offer.shots[0].path.name),
            )
            for number, offer in enumerate(offers, 1)
        ),
    )
    if any(offer.by_file_time for offer in offers):
        click.echo("Some have only the file's own time, which copying may have changed.", err=True)
    if left:
        click.echo(
            f"{len(left):,} files are no picture or have no time; they are not in a run.", err=True
        )
    click.echo("Runs are only offered: pictures in one may be of two chats.", err=True)


def _keep(diary: Any, number: int, offer: Offer) -> list[str]:
    """Keep one run after asking; the numbers of its exhibits."""
    from tallymark.model.record import Run

    if not click.confirm(
        f"Keep run {number} ({len(offer.shots)} pictures) as one conversation?", err=True
    ):
        return []
    label = f"{offer.shots[0].at:%Y-%m-%d %H:%M} UTC"
    kept = []
    for place, shot in enumerate(offer.shots, 1):
        run = Run(label=label, place=place, of=len(offer.shots))
        stored = diary.attach(shot.path, method="screen_capture", kind="screenshot", run=run)
        kept.append(stored.record.body.number)
    return kept


@click.command(name="read-text")
@click.argument("entries", nargs=-1, required=True)
@json_option
@passphrase_options
@click.pass_context
def read_text(
    ctx: click.Context,
    entries: tuple[str, ...],
    as_json: bool,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Read the words in pictures and PDFs that are kept: name them by number, such as 7.

    A program on this computer reads them and can be wrong. Its words are kept beside the file, named
    as read by a program, and can be searched. Nothing is sent anywhere.
    """
    from tallymark.diary.words_read import read_text as read

    rows = []
    with open_diary(ctx, passphrase_file, passphrase_fd) as diary, progress("Reading") as moved:
        for done, entry in enumerate(entries, 1):
            stored, new = read(diary.vault, diary.entry(entry))
            rows.append({**_read_row(stored), "already": not new})
            moved(done, len(entries), 0)
    if as_json:
        emit(rows)
        return
    for row in rows:
        click.echo(f"#{row['entry']}  read by {row['tool']}; it can be wrong:")
        for number, line in enumerate(row["lines"], 1):
            mark = "  (doubtful)" if number in row["doubtful"] else ""
            click.echo(f"  {plain(line)}{mark}")


def _read_row(stored: Any) -> dict[str, Any]:
    body = stored.record.body
    return {
        "entry": stored.index,
        "exhibit": body.exhibit,
        "method": body.method,
        "tool": body.tool,
        "lines": body.words.split("\n") if body.words else [],
        "doubtful": list(body.doubtful),
    }


COMMANDS = (screenshots, read_text)
