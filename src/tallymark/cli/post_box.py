"""Commands for a device that may be searched: post-box, note; and accept on the other device."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tallymark.cli.secrets import passphrase_options
from tallymark.cli.terminal import emit, json_option, open_diary, plain, progress, table, vault_path
from tallymark.errors import RecordError

if TYPE_CHECKING:
    from tallymark.contributions.post_box import PostBox
    from tallymark.model.moment import Moment

NEWEST = (
    "This cannot show if the newest entries were removed. "
    "Note the last number on paper, away from that device, and compare."
)
STOP_HERE = "You can stop here. It is saved."

box_option = click.option(
    "--box",
    "folder",
    type=click.Path(path_type=Path),
    help="Folder of the post-box on this device, if not the usual one.",
)


def _folder(folder: Path | None) -> Path:
    from tallymark.diary.place import post_box_place

    return folder or post_box_place(vault_path(click.get_current_context()))


@click.group(name="post-box")
def post_box() -> None:
    """Write on a device that may be searched; read on another.

    The device keeps sealed entries and no key to them. Nobody can open them there, you neither.
    """


@post_box.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--label", default="", help="A name for your list; it stays in this vault.")
@passphrase_options
@click.pass_context
def new(
    ctx: click.Context,
    out: Path,
    label: str,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """On the device that can read: make the set-up file OUT for another device."""
    from tallymark.diary import post_box as boxes

    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        box = boxes.make(diary.vault, out, label=label, now=datetime.now(UTC))
    click.echo(f"Made post-box {box.box[:8]}. Its set-up file is {out}")
    click.echo(
        "Take it to the other device by hand. There: tallymark post-box set-up FILE", err=True
    )
    click.echo("Who has this file can write entries to you. It opens none. Use it once.", err=True)


@post_box.command(name="list")
@json_option
@passphrase_options
@click.pass_context
def list_boxes(
    ctx: click.Context, as_json: bool, passphrase_file: Path | None, passphrase_fd: int | None
) -> None:
    """List post-boxes: the last number that is here, and which numbers are missing."""
    from tallymark.diary import post_box as boxes

    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        found = boxes.standings(diary.vault)
    rows = [_standing(one) for one in found]
    if as_json:
        emit(rows)
        return
    table(
        ("post-box", "name", "last number here", "missing", "clock went back at", "state"),
        (
            [str(row[key]) if not isinstance(row[key], list) else _numbers(row[key]) for key in row]
            for row in rows
        ),
    )
    if rows:
        click.echo(NEWEST, err=True)


def _standing(one: Any) -> dict[str, Any]:
    return {
        "box": one.box.box[:8],
        "label": one.box.label,
        "last": one.last,
        "missing": list(one.missing),
        "clock_back": list(one.clock_back),
        "state": "revoked" if one.box.revoked else "in use",
    }


def _numbers(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:12]))
    return f"{shown} and {len(numbers) - 12:,} more" if len(numbers) > 12 else shown


@post_box.command()
@click.argument("name")
@passphrase_options
@click.pass_context
def revoke(
    ctx: click.Context, name: str, passphrase_file: Path | None, passphrase_fd: int | None
) -> None:
    """Delete the keys of the post-box NAME. Bring its entries in first: after this none opens."""
    from tallymark.diary import post_box as boxes

    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        box = boxes.revoke(diary.vault, name, now=datetime.now(UTC))
    click.echo(f"Post-box {box.box[:8]} is revoked. Nothing more can be brought in from it.")


@post_box.command(name="set-up")
@click.argument("file", type=click.Path(path_type=Path))
@box_option
def set_up(file: Path, folder: Path | None) -> None:
    """On the device that may be searched: begin a post-box from its set-up FILE."""
    from tallymark.contributions.post_box import PostBox

    with PostBox.set_up(_folder(folder), file):
        pass
    kept = file.exists()
    click.echo("This device can write now. It cannot read. Write with: tallymark note")
    if kept:
        click.echo("The set-up file could not be deleted. Destroy it: it is a secret.", err=True)
    else:
        click.echo("The set-up file is deleted. A stick may keep an old copy of it.", err=True)


@post_box.command()
@box_option
@json_option
def status(folder: Path | None, as_json: bool) -> None:
    """On the device that may be searched: how many sealed entries lie here, and the last number."""
    from tallymark.contributions.post_box import PostBox

    with PostBox(_folder(folder)) as box:
        waiting, last = box.waiting(), box.next_number - 1
    if as_json:
        emit({"last": last, "here": len(waiting), "bytes": sum(one.size for one in waiting)})
        return
    click.echo(f"{len(waiting):,} sealed entries are here. The last number is {last:,}.")
    click.echo(NEWEST, err=True)


@post_box.command(name="take-out")
@click.argument("target", type=click.Path(path_type=Path))
@box_option
def take_out(target: Path, folder: Path | None) -> None:
    """Copy the sealed entries to the folder TARGET, such as a memory stick, and read each back."""
    from tallymark.contributions.post_box import PostBox

    with PostBox(_folder(folder)) as box, progress("Copying") as moved:
        count = box.take_out(target, progress=lambda done, total: moved(done, total, 0))
        last = box.next_number - 1
    click.echo(f"Copied {count:,} sealed entries. The last number is {last:,}: note it down.")
    click.echo("On your other device: tallymark accept FOLDER", err=True)


@post_box.command()
@click.argument("number", type=click.IntRange(1))
@box_option
@click.confirmation_option(prompt="Has your other device said that it has them?")
def forget(number: int, folder: Path | None) -> None:
    """Delete sealed entries here up to NUMBER, once the other device has them."""
    from tallymark.contributions.post_box import PostBox

    with PostBox(_folder(folder)) as box:
        count = box.forget(number)
    click.echo(
        f"Deleted {count:,} sealed entries. A flash disk may keep them a while, still sealed."
    )


@click.command()
@click.option(
    "--file",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A photo or other file to seal with it; may be repeated.",
)
@click.option(
    "--json", "json_file", type=click.File("rb"), help="One entry as JSON; - for standard input."
)
@box_option
def note(files: tuple[Path, ...], json_file: Any, folder: Path | None) -> None:
    """On a post-box device: write what happened and seal it. You cannot read it back here.

    The words are asked for and are never part of the command, so that the shell keeps none.
    """
    from tallymark.contributions.post_box import PostBox

    with PostBox(_folder(folder)) as box:
        now = datetime.now(UTC)
        entry = _asked(box, now) if json_file is None else _from_json(json_file.read())
        number = box.write(entry, now=now, files=files)
    if json_file is None and sys.stdout.isatty():
        click.clear()
    click.echo(f"Sealed as number {number}.")
    click.echo(STOP_HERE, err=True)
    if json_file is None:
        click.echo("Close this window: what you typed may still show above.", err=True)
    if files:
        click.echo(
            "The file itself is still on this device. Delete it only if that is safer.", err=True
        )


def _asked(box: PostBox, now: datetime) -> dict[str, object]:
    """The entry as a person types it; a time that is not understood is asked again."""
    from tallymark.model.record import Incident

    happened = _when(box, now)
    what = click.prompt("What happened", err=True)
    where, said, felt = (
        click.prompt(f"{question} (Enter to skip)", default="", show_default=False, err=True)
        for question in ("Where", "Their exact words", "How it made you feel")
    )
    return _fields(
        Incident(
            happened=happened, what_happened=what, place_text=where, words_said=said, effect=felt
        )
    )


def _when(box: PostBox, now: datetime) -> Moment:
    from tallymark.diary.when import EXAMPLES, read_when

    wall = box.local_now(now)
    while True:
        words = click.prompt(f"When ({EXAMPLES})", default="now", err=True)
        try:
            return read_when(words, now=wall, zone=box.zone)
        except RecordError as problem:
            click.echo(str(problem), err=True)


def _from_json(data: bytes) -> dict[str, object]:
    import msgspec

    from tallymark.diary.writing import body_of
    from tallymark.model.record import Incident

    try:
        value = msgspec.json.decode(data, type=dict[str, object])
    except msgspec.MsgspecError:
        raise RecordError("This is not one JSON object.") from None
    body = body_of({"type": "incident", **value})
    if not isinstance(body, Incident):
        raise RecordError("A post-box takes entries of what happened, and no other kind.")
    return _fields(body)


def _fields(body: Any) -> dict[str, object]:
    import msgspec

    found: dict[str, object] = msgspec.to_builtins(body)
    return found


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
@passphrase_options
@click.pass_context
def accept(
    ctx: click.Context,
    paths: tuple[Path, ...],
    as_json: bool,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Bring sealed entries of a post-box in: files, or the folder they were taken out to."""
    from tallymark.diary import post_box as boxes

    with (
        open_diary(ctx, passphrase_file, passphrase_fd) as diary,
        progress("Bringing in") as moved,
    ):
        found = boxes.accept(diary.vault, paths, progress=lambda done, total: moved(done, total, 0))
        standings = [_standing(one) for one in boxes.standings(diary.vault)]
    rows = [_outcome(one) for one in found]
    if as_json:
        emit({"entries": rows, "boxes": standings})
    else:
        _tell(rows, standings)
    bad = [row for row in rows if row["state"] not in {"brought in", "here already"}]
    if bad:
        ctx.exit(88)


def _outcome(one: Any) -> dict[str, Any]:
    return {
        "file": one.file,
        "state": one.state,
        "box": one.box and one.box[:8],
        "number": one.number,
        "entry": one.stored.index if one.stored else None,
    }


def _tell(rows: list[dict[str, Any]], standings: list[dict[str, Any]]) -> None:
    states = {state: sum(row["state"] == state for row in rows) for state in _WORDS}
    for state, words in _WORDS.items():
        if states[state]:
            click.echo(f"{states[state]:,} {words}")
    for row in rows:
        if row["state"] not in {"brought in", "here already"}:
            click.echo(f"{plain(row['file'])}: {row['state']}")
    for box in standings:
        if box["missing"]:
            click.echo(f"Post-box {box['box']}: missing {_numbers(box['missing'])}.")
        if box["clock_back"]:
            click.echo(
                f"Post-box {box['box']}: its clock went back at {_numbers(box['clock_back'])}."
            )
        click.echo(f"Post-box {box['box']}: the last number here is {box['last']:,}.")
    click.echo(NEWEST, err=True)


_WORDS = {
    "brought in": "brought in.",
    "here already": "were here already.",
    "changed": "changed, or not written by that post-box. Not brought in.",
    "damaged": "damaged. Not brought in.",
    "number used twice": "with a number that was used before. The other device may have been put back.",
    "not for this vault": "not for this vault, or for a post-box that was revoked.",
}

COMMANDS = (post_box, note, accept)
