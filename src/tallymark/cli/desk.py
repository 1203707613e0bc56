"""Commands for the receiving side: ``tallymark desk new|add|list|links|decide|band|read|save|log``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tallymark.cli.deskpage import case_lines, clock, link_lines, many, row_lines
from tallymark.cli.secrets import passphrase_options, read_passphrase
from tallymark.cli.terminal import emit, json_option, plain, progress
from tallymark.errors import TallymarkError, UsageProblem

if TYPE_CHECKING:
    from tallymark.desk import Desk
    from tallymark.desk.views import Report

_PROMPT = "Passphrase of the desk: "
FOLDER_NAME = "desk-data"

_desk_option = click.option(
    "--desk",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="TALLYMARK_DESK",
    help="The desk's folder (or TALLYMARK_DESK). Left out: the usual place on this computer.",
)
_as_option = click.option(
    "--as",
    "who",
    envvar="TALLYMARK_DESK_AS",
    metavar="NAME",
    help="Who you are, for the desk's log (or TALLYMARK_DESK_AS). Asked for when left out.",
)


@dataclass(frozen=True, slots=True)
class Door:
    """Which desk is opened, by whom, and where its passphrase comes from."""

    folder: Path | None
    who: str | None
    passphrase_file: Path | None
    passphrase_fd: int | None


def desk_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that every command of a desk takes: a ``door``, and ``as_json``."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        door = Door(*(options.pop(one.name) for one in fields(Door)))
        command(*arguments, door=door, **options)

    return _desk_option(_as_option(passphrase_options(json_option(run))))


@click.group()
@_desk_option
@_as_option
@click.pass_context
def desk(ctx: click.Context, folder: Path | None, who: str | None) -> None:
    """Receive packs: check them, see who needs a call first, see what may be one person."""
    ctx.obj = {"folder": folder, "who": who}


@desk.command()
@click.argument("place", type=click.Path(path_type=Path, file_okay=False), required=False)
@click.option(
    "--allow-synced-folder", is_flag=True, help="Use a folder that is copied to an account."
)
@desk_options
@click.pass_context
def new(
    ctx: click.Context,
    place: Path | None,
    allow_synced_folder: bool,
    door: Door,
    as_json: bool,
) -> None:
    """Make a desk, and print the key that people can seal packs to."""
    from tallymark.desk import Desk
    from tallymark.diary.passphrase import suggest
    from tallymark.diary.place import must_be_private

    name = _who(ctx, door.who)
    path = place or _folder(ctx, door.folder)
    if not allow_synced_folder:
        must_be_private(path)
    if door.passphrase_file is None and door.passphrase_fd is None:
        click.echo(f"A passphrase you could use: {suggest()}", err=True)
    secret = read_passphrase(door.passphrase_file, door.passphrase_fd, confirm=True, prompt=_PROMPT)
    with Desk.create(path, passphrase=secret, now=_now, who=name) as made:
        recipient = made.recipient
    if as_json:
        emit({"desk": str(path), "recipient": recipient})
        return
    click.echo(f"The desk is at {path}")
    click.echo("People can seal packs to it with this key:", err=True)
    click.echo(recipient)


@desk.command()
@click.argument("packs", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="PACK…")
@click.option("--key", metavar="FINGERPRINT", help="Refuse a pack that this key did not sign.")
@desk_options
@click.pass_context
def add(
    ctx: click.Context,
    packs: tuple[Path, ...],
    key: str | None,
    door: Door,
    as_json: bool,
) -> None:
    """Take packs in. Each is checked before anything in it is read; one that fails is refused."""
    refused: list[TallymarkError] = []
    came: list[dict[str, Any]] = []
    with _opened(ctx, door) as room:
        for number, pack in enumerate(packs, start=1):
            outcome = _add_one(room, pack, key=key, label=f"pack {number} of {len(packs)}")
            if isinstance(outcome, TallymarkError):
                refused.append(outcome)
                came.append({"pack": str(pack), "ok": False, "refused": str(outcome)})
            else:
                came.append({"pack": str(pack), "ok": True, "report": _values(outcome)})
            if not as_json:
                _say_taken(pack, outcome)
    if as_json:
        emit(came)
    if refused:
        raise refused[0]


@desk.command(name="list")
@desk_options
@click.pass_context
def list_reports(
    ctx: click.Context,
    door: Door,
    as_json: bool,
) -> None:
    """List what came, in the order to look at it, and why each stands where it stands."""
    with _opened(ctx, door) as room:
        rows = room.list()
    if as_json:
        emit(_values(rows))
        return
    for row in rows:
        click.echo(plain("\n".join(row_lines(row))) + "\n")
    click.echo(f"{many(len(rows), 'report')}. The order is a rule, not a judgement.", err=True)


@desk.command()
@desk_options
@click.pass_context
def links(
    ctx: click.Context,
    door: Door,
    as_json: bool,
) -> None:
    """Reports that share a phone, handle, e-mail or plate. Nothing is joined."""
    with _opened(ctx, door) as room:
        found = room.links()
    if as_json:
        emit(_values(found))
        return
    for link in found:
        click.echo(plain("\n".join(link_lines(link))) + "\n")
    click.echo(
        f"{many(len(found), 'link')}. A person decides: tallymark desk decide L1 confirmed --why …",
        err=True,
    )


@desk.command()
@click.argument("link_id", metavar="LINK")
@click.argument("decision", type=click.Choice(["confirmed", "rejected", "unsure"]))
@click.option("--why", required=True, help="The reason, in a sentence.")
@desk_options
@click.pass_context
def decide(
    ctx: click.Context,
    link_id: str,
    decision: str,
    why: str,
    door: Door,
    as_json: bool,
) -> None:
    """Say whether a link holds. Two different people confirm; one can reject."""
    with _opened(ctx, door) as room:
        link = room.decide(link_id, decision=decision, by=room.who, why=why)
    if as_json:
        emit(_values(link))
        return
    click.echo(plain(f"{link.id} is now: {link.state}. Nothing was joined."))


@desk.command()
@click.argument("report_id", metavar="REPORT")
@click.argument("number", type=click.IntRange(0, 3), metavar="BAND")
@click.option("--why", required=True, help="The reason, in a sentence.")
@desk_options
@click.pass_context
def band(
    ctx: click.Context,
    report_id: str,
    number: int,
    why: str,
    door: Door,
    as_json: bool,
) -> None:
    """Move a report to another band. Only a person moves one down, and says why."""
    with _opened(ctx, door) as room:
        row = room.set_band(report_id, band=number, by=room.who, why=why)
    if as_json:
        emit(_values(row))
        return
    click.echo(f"{row.id} is now in band {row.band} ({row.band_name}).")
    for notice in row.notices:
        click.echo(plain(notice), err=True)


@desk.command()
@click.argument("report_id", metavar="REPORT")
@desk_options
@click.pass_context
def read(
    ctx: click.Context,
    report_id: str,
    door: Door,
    as_json: bool,
) -> None:
    """Read one report: how to reach the person, why it stands here, dates, checks, entries."""
    with _opened(ctx, door) as room:
        case = room.read(report_id)
    if as_json:
        emit(_values(case))
        return
    click.echo(plain("\n".join(case_lines(case))))


@desk.command()
@click.argument("report_id", metavar="REPORT")
@click.argument("target", metavar="FOLDER", type=click.Path(path_type=Path))
@desk_options
@click.pass_context
def save(
    ctx: click.Context,
    report_id: str,
    target: Path,
    door: Door,
    as_json: bool,
) -> None:
    """Save a report's packs, as they came, into a folder. They are readable there."""
    with _opened(ctx, door) as room:
        saved = [str(path) for path in room.save(report_id, target)]
    if as_json:
        emit(saved)
        return
    for path in saved:
        click.echo(path)
    click.echo(
        "These files are not encrypted. Keep them where only those who work on it can read.",
        err=True,
    )


@desk.command()
@desk_options
@click.pass_context
def log(
    ctx: click.Context,
    door: Door,
    as_json: bool,
) -> None:
    """Who did what at this desk, and when. The chain of the log is checked first."""
    from dataclasses import asdict

    with _opened(ctx, door) as room:
        entries = room.log()
    if as_json:
        emit([asdict(entry) for entry in entries])
        return
    for e in entries:
        click.echo(
            plain(f"{e.seq:>5}  {clock(e.at)}  {e.who}: {e.action} {e.object} {e.detail}".rstrip())
        )
    click.echo(
        f"The log fits together. Its head: {entries[-1].hash}\n"
        "Keep this line outside the desk: with it, entries cut from the end show.",
        err=True,
    )


COMMANDS = (desk,)


def _now() -> datetime:
    return datetime.now(UTC)


def _folder(ctx: click.Context, folder: Path | None) -> Path:
    from tallymark.diary.place import default_place

    return folder or ctx.obj["folder"] or default_place().with_name(FOLDER_NAME)


def _who(ctx: click.Context, who: str | None) -> str:
    """The name for the log: given, else asked for once."""
    name = who or ctx.obj["who"]
    if name is None and sys.stdin.isatty():
        name = str(click.prompt("Your name, for the desk's log", err=True))
    if not name or not name.strip():
        raise UsageProblem(
            "The desk logs who opens it, and no name was given.",
            next_step="Add --as with your name.",
        )
    return name.strip()


def _opened(ctx: click.Context, door: Door) -> Desk:
    from tallymark.desk import Desk

    name = _who(ctx, door.who)
    secret = read_passphrase(door.passphrase_file, door.passphrase_fd, prompt=_PROMPT)
    return Desk.open(_folder(ctx, door.folder), passphrase=secret, now=_now, who=name)


def _add_one(room: Desk, pack: Path, *, key: str | None, label: str) -> Report | TallymarkError:
    size = pack.stat().st_size if pack.is_file() else 0
    try:
        with progress(label) as moved:
            return room.add(pack, key=key, progress=lambda done: moved(done, size, 0))
    except TallymarkError as refusal:
        return refusal


def _values(value: Any) -> Any:
    import msgspec

    return msgspec.to_builtins(value)


def _say_taken(pack: Path, outcome: Report | TallymarkError) -> None:
    if isinstance(outcome, TallymarkError):
        click.echo(plain(f"{pack.name}: not taken in. {outcome}"), err=True)
        return
    came = "was here before" if outcome.duplicate else "taken in"
    click.echo(
        plain(
            f"{pack.name}: {came} as {outcome.id}, band {outcome.band} ({outcome.band_name}), "
            f"{many(outcome.entries, 'entry')}, {many(outcome.exhibits, 'exhibit')}. "
            f"Every check holds; "
            f"signer {'known' if outcome.signer_trusted else 'not known'}."
        )
    )
    for line in outcome.notices:
        click.echo(plain(f"  {line}"))
    if outcome.links:
        click.echo(f"  Possible links to look at: {', '.join(outcome.links)}")
