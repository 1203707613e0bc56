"""Commands for what others hold of the log: heads, and time stamps by an outside authority."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tallymark.cli.secrets import passphrase_options
from tallymark.cli.terminal import emit, json_option, open_diary, plain, table
from tallymark.errors import ForeignHead, NotAsked, OnlineError, SourceMissing, StampRefused

if TYPE_CHECKING:
    from tallymark.diary import Diary
    from tallymark.vault.stamps import Kept

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group(invoke_without_command=True)
@json_option
@passphrase_options
@click.pass_context
def heads(
    ctx: click.Context, as_json: bool, passphrase_file: Path | None, passphrase_fd: int | None
) -> None:
    """List the heads of your log that others hold, and say what they tell.

    A head stands for your log as it was. Who holds one can tell later if an old copy was put back.
    """
    if ctx.invoked_subcommand is not None:
        return
    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        value = _listed(diary)
    if as_json:
        emit(value)
        return
    rows = [
        (one["at"], one["kind"], one["holder"], str(one["size"]), one["standing"])
        for one in value["heads"]
    ]
    table(("when", "kind", "who", "entries", "in this log"), rows)
    click.echo(f"Your log has {value['size']} entries. {value['without']} have no outside time.")
    for line in [value["cannot_tell"], *value["clock"]]:
        if line:
            click.echo(line)


def _listed(diary: Diary) -> dict[str, Any]:
    from tallymark.model.outside import earliest
    from tallymark.vault.heads import cannot_tell

    checked, held = diary.vault.heads.check(), diary.vault.heads.all()
    size, covering = diary.vault.heads.current().size, diary.vault.heads.covering()
    return {
        "size": size,
        "without": sum(earliest(covering, index) is None for index in range(size)),
        "heads": [
            {
                "kind": one.kind,
                "at": one.at,
                "holder": one.holder,
                "size": one.head.size,
                "root": one.head.root.hex(),
                "origin": one.head.origin,
                "standing": found.standing,
            }
            for one, found in zip(held, checked, strict=True)
        ],
        "cannot_tell": cannot_tell(checked, size=size),
        "clock": clock_lines(diary),
    }


def clock_lines(diary: Diary) -> list[str]:
    """Where the clock of this device was moved, in a sentence each."""
    found = diary.vault.heads.clock_changes().diary
    return [
        f"The clock of this device was {one.what} before entry #{one.index}, by "
        f"{_span(abs(one.seconds))} {'back' if one.seconds < 0 else 'forward'}."
        for one in found
    ]


def unsure_of(diary: Diary) -> str:
    """What cannot be told of this log without a head that somebody else holds; empty when nothing."""
    from tallymark.vault.heads import cannot_tell

    checked = diary.vault.heads.check()
    return cannot_tell(checked, size=diary.vault.heads.current().size)


def _span(seconds: int) -> str:
    for size, name in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds // size} {name}"
    return f"{seconds} seconds"


@heads.command(name="words")
@click.option("--to", "holder", default="", help="To whom you read them, in your own words.")
@json_option
@passphrase_options
@click.pass_context
def words(
    ctx: click.Context,
    holder: str,
    as_json: bool,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Print six words that stand for your log as it is now, to read out to somebody.

    They say nothing of what is in it. Ask them to write down the words and the date.
    """
    from tallymark.diary import heads as ours

    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        held, code = ours.words(diary.vault, holder=holder)
    if as_json:
        emit({"words": list(code), "size": held.head.size, "at": held.at, "holder": holder})
        return
    click.echo(" ".join(code))
    click.echo("Ask them to write down these words and today's date.", err=True)


@heads.command(name="compare")
@click.argument("shown", nargs=-1, required=True, metavar="SIX WORDS | FILE")
@json_option
@passphrase_options
@click.pass_context
def compare(
    ctx: click.Context,
    shown: tuple[str, ...],
    as_json: bool,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Compare what somebody holds with this log: six words, a receipt, a checkpoint or a pack."""
    from tallymark.diary import heads as ours

    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        found = ours.compare(diary.vault, shown)
    if as_json:
        size = found.head.size if found.head else None
        emit({"standing": found.standing, "said": found.said, "size": size})
    else:
        click.echo(found.said)
    if not found.fits:
        sys.exit(ForeignHead.exit_code)


@heads.command(name="note")
@click.argument("receipt", type=_FILE)
@click.option("--from", "holder", default="", help="Who gave it back, in your own words.")
@json_option
@passphrase_options
@click.pass_context
def note(
    ctx: click.Context,
    receipt: Path,
    holder: str,
    as_json: bool,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Note a receipt that somebody gave back: a file with a head of this log in it."""
    from tallymark.diary import heads as ours

    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        held = ours.note_receipt(diary.vault, receipt, holder=holder)
    if as_json:
        emit({"kind": held.kind, "at": held.at, "holder": holder, "size": held.head.size})
        return
    click.echo(f"Noted. It covers the first {held.head.size} entries.")


@click.command()
@click.option(
    "--authority", "authorities", multiple=True, metavar="URL", help="Who stamps; may be repeated."
)
@click.option("--root", type=_FILE, help="The authority's root certificate, to check the stamp.")
@click.option("--later", is_flag=True, help="Only get it ready; send nothing now.")
@click.option("--check", "again", is_flag=True, help="Check the stamps you have; send nothing.")
@click.option("--yes", is_flag=True, help="You have read what is sent, and want it.")
@json_option
@passphrase_options
@click.pass_context
def stamp(
    ctx: click.Context,
    authorities: tuple[str, ...],
    root: Path | None,
    later: bool,
    again: bool,
    yes: bool,
    as_json: bool,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Have an outside authority stamp your log with the time. This uses the network.

    Only a fingerprint is sent, and you are asked first. What cannot be sent waits.
    """
    from tallymark.online.timestamping import place

    for one in authorities:
        place(one)
    roots = None if root is None else _read(root)
    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        if again:
            rows = _checked(diary, roots)
        else:
            rows = _sent(diary, authorities, roots=roots, later=later, yes=yes)
    _tell(rows, as_json=as_json)


def _sent(
    diary: Diary, authorities: Sequence[str], *, roots: bytes | None, later: bool, yes: bool
) -> list[dict[str, Any]]:
    from tallymark.diary import heads as ours
    from tallymark.online.timestamping import place, poster

    waiting = ours.ask(diary.vault, authorities)
    if later:
        return [_row(kept, "waits") for kept in waiting]
    places = {kept.authority: place(kept.authority) for kept in waiting}
    for one in places.values():
        click.echo(one.said(), err=True)
    if places and not (yes or click.confirm("Send it?", err=True)):
        raise NotAsked
    rows = []
    for kept in waiting:
        try:
            made = ours.send(diary.vault, kept, post=poster(places[kept.authority]), roots=roots)
            rows.append(_row(kept, "stamped", made))
        except (OnlineError, StampRefused) as problem:
            rows.append(_row(kept, "waits", problem=problem))
    return rows


def _checked(diary: Diary, roots: bytes | None) -> list[dict[str, Any]]:
    rows = []
    for kept in diary.vault.stamps.all():
        if kept.waits:
            rows.append(_row(kept, "waits"))
            continue
        try:
            rows.append(_row(kept, "holds", diary.vault.stamps.check(kept.number, roots=roots)))
        except StampRefused as problem:
            rows.append(_row(kept, "does not hold", problem=problem))
    return rows


def _row(
    kept: Kept, state: str, made: Any = None, *, problem: OnlineError | StampRefused | None = None
) -> dict[str, Any]:
    return {
        "number": kept.number,
        "authority": kept.authority,
        "size": kept.head.size,
        "state": state,
        "time": None if made is None else made.at.isoformat(),
        "by": None if made is None else made.authority,
        "root": "" if made is None else made.root,
        "readers": [] if made is None else list(made.readers),
        "problem": "" if problem is None else str(problem),
        "code": 0 if problem is None else problem.exit_code,
    }


def _tell(rows: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        emit(list(rows))
    for row in () if as_json else rows:
        by = f" by {plain(row['by'])}, {row['time']}" if row["by"] else ""
        why = f": {row['problem']}" if row["problem"] else "."
        click.echo(f"{row['number']}  {row['authority']}  {row['state']}{by}{why}")
        if row["by"] and not row["root"]:
            click.echo("Not checked against a root yet: tallymark stamp --check --root FILE")
    if not rows and not as_json:
        click.echo("Nothing waits. Name an authority with --authority URL.")
    codes = [row["code"] for row in rows if row["code"]]
    if codes:
        sys.exit(codes[0])


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise SourceMissing from problem


COMMANDS = (heads, stamp)
