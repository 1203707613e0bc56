"""Commands for the diary itself: new, list, show, find, who-opened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tallymark.cli.secrets import passphrase_options, read_passphrase
from tallymark.cli.terminal import emit, json_option, open_diary, plain, table, vault_path

if TYPE_CHECKING:
    from tallymark.model.outside import OutsideHead


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


@click.command(name="list")
@click.option("--all", "every", is_flag=True, help="Also people, places, files and old versions.")
@json_option
@passphrase_options
@click.pass_context
def list_entries(
    ctx: click.Context,
    every: bool,
    as_json: bool,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """List entries, the newest happening first. Old and withdrawn ones are struck through."""
    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        fates = diary.fates()
        chosen = diary.vault.records() if every else diary.entries()
        rows = [_row(stored, fates.get(stored.record.id)) for stored in chosen]
        last_copy = diary.last_copy()
    if as_json:
        emit(rows)
        return
    table(
        ("#", "happened", "kind", "what", "written"),
        ([f"#{r['number']}", r["happened"], _kind(r), r["what"], r["written"]] for r in rows),
        struck=[bool(r.get("state")) for r in rows],
    )
    click.echo(f"{len(rows)} entries. Last good copy: {last_copy}.", err=True)


def _kind(row: dict[str, Any]) -> str:
    kind = str(row["type"]).replace("_", " ")
    return f"{kind} ({row['state']})" if row.get("state") else kind


_WORDS = (
    *("what_happened", "exact_words", "words_said", "effect", "words", "said", "what", "kind"),
    *("how", "reason", "why", "label", "title", "name", "purpose", "target", "importer", "vault"),
)


def _row(stored: Any, fate: Any = None) -> dict[str, Any]:
    from tallymark.diary.diary import moment_of

    body = stored.record.body
    moment = moment_of(body)
    what = next((str(getattr(body, name)) for name in _WORDS if getattr(body, name, "")), "")
    state = {"state": f"{fate.word} by #{fate.by}"} if fate else {}
    return {
        **state,
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

    from tallymark.diary import heads

    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        stored = diary.entry(entry)
        fate = diary.fates().get(stored.record.id)
        outside = heads.covering(diary.vault, stored.index)
    value = {
        "number": stored.index,
        "leaf": stored.leaf.hex(),
        "not_later_than": None
        if outside is None
        else {"at": outside.at, "by": heads.said(outside)},
        **({"state": f"{fate.word} by #{fate.by}", "why": fate.why} if fate else {}),
        **msgspec.to_builtins(stored.record),
    }
    if as_json:
        emit(value)
        return
    click.echo(f"#{stored.index}  {stored.record.type}  written {stored.record.written}")
    click.echo(_covered(outside))
    if fate:
        why = f": {plain(fate.why)}" if fate.why else ""
        click.echo(f"{fate.word.capitalize()} by #{fate.by}{why}. The old words, struck through:")
    for key, field in value["body"].items():
        if key != "type":
            line = f"{key.replace('_', ' ')}: {plain(_words(field))}"
            click.echo(click.style(line, strikethrough=True) if fate else line)
    _say_clocks(stored.record.body)


def _covered(outside: OutsideHead | None) -> str:
    """What somebody outside can say of when it was there."""
    from tallymark.diary import heads

    if outside is None:
        return "No outside time."
    return f"Not later than {outside.at[:10]}, by {plain(heads.said(outside))}."


def _say_clocks(body: Any) -> None:
    """Which clocks of an exhibit part, in a sentence each."""
    from tallymark.diary.examination import differing

    for sentence in differing(getattr(body, "clocks", {})):
        click.echo(sentence)


def _words(field: Any) -> str:
    if isinstance(field, dict):
        return ", ".join(f"{key} {_words(value)}" for key, value in field.items())
    if isinstance(field, list):
        return "; ".join(_words(value) for value in field)
    return str(field)


@click.command()
@click.argument("words", required=False)
@click.option("--from", "since", help="First day, YYYY-MM-DD.")
@click.option("--to", "until", help="Last day, YYYY-MM-DD.")
@click.option(
    "--person", default="", help="A name, label or number: who it is about or who sent it."
)
@click.option("--channel", default="", help="How it came: whatsapp, voice, in_person ...")
@click.option("--code", default="", help="A code such as V01 or blocked; one letter is a family.")
@click.option("--place", default="", help="A word of a place.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
@json_option
@passphrase_options
@click.pass_context
def find(
    ctx: click.Context,
    words: str | None,
    since: str | None,
    until: str | None,
    limit: int,
    as_json: bool,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
    person: str,
    channel: str,
    code: str,
    place: str,
) -> None:
    """Search entries and messages. Leave WORDS out to type them unseen by the shell history.

    With --person, --channel, --code or --place and no words, the entries that fit are listed.
    """
    from tallymark.vault import Narrow

    narrow = Narrow(person=person, channel=channel, code=code, place=place)
    sought = words or ("" if not narrow.is_empty else click.prompt("Words to look for", err=True))
    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        hits = diary.find(sought, limit=limit, since=since, until=until, narrow=narrow)
        numbers = {s.record.id: f"#{s.index}" for s in diary.vault.records()}
    if as_json:
        emit(
            [
                {"kind": h.kind, "id": h.id, "at": h.at, "sender": h.sender, "snippet": h.snippet}
                for h in hits
            ]
        )
        return
    table(
        ("#", "when", "kind", "who", "words"),
        ((numbers.get(h.id, ""), h.at, h.kind, h.sender or "", h.snippet) for h in hits),
    )
    click.echo(f"{len(hits)} found.", err=True)


@click.command(name="who-opened")
@json_option
@passphrase_options
@click.pass_context
def who_opened(
    ctx: click.Context, as_json: bool, passphrase_file: Path | None, passphrase_fd: int | None
) -> None:
    """When this vault was opened, wrong tries, and packs made.

    With --json also the heads that were dated at each lock.
    """
    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        acts = diary.acts()
    if as_json:
        emit([{"at": a.at, "what": a.what, "detail": a.detail} for a in acts])
        return
    shown = [a for a in acts if a.what != "checkpoint"]
    table(("when", "what", "detail"), ((a.at, a.what, a.detail) for a in shown))


COMMANDS = (new, list_entries, show, find, who_opened)
